"""Writes docs/command-line.md from the program itself: `python -m chancery.cli.reference > docs/command-line.md`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from chancery.cli.exits import EXIT
from chancery.cli.main import build

_MEANING: Final = {
    0: "done",
    1: "a finding, or a verification failed; also a fault of ours, with a number to report",
    2: "wrong use or bad input",
    3: "not found",
    4: "denied",
    5: "conflict: stale, ended, done already, in the way of a rule",
    6: "something that is needed cannot be reached; nothing was half done",
    130: "interrupted (Ctrl-C)",
}
_HEAD: Final = """# The command line

Written by the program itself (`python -m chancery.cli.reference`); a test holds it to that.

Data goes to standard output and words to standard error. On a terminal lists are tables; in a pipe they are columns parted by
tabs. `--json` gives one object whose `schema` names its kind and version (`chancery.task-list/1`). `NO_COLOR` is kept to.
English or French: `--language`, or `CHANCERY_LANGUAGE`. Completion for your shell: `chancery --install-completion`.

An error is one line on standard error, `error: <sentence> [code]`; with `--json` an object `chancery.error/1` there.

Who acts is an officer's code, `--as Q-103` or `CHANCERY_AS`; what they may do follows from the post that they hold today.
Every change gives a receipt: its position in the log, and the beginning of its leaf. A script that must not do a thing twice
gives `--command-id`; the same id is carried out once.
"""
_COMMON: Final = frozenset(
    {"--json", "--quiet", "--no-input", "--language", "--help", "--as", "--command-id"}
)


def page() -> str:
    """The whole page (Markdown)."""
    parts = [_HEAD, "## Exit codes\n", "| code | means | for |", "|---|---|---|"]
    by_code = groupby(sorted(EXIT.items(), key=lambda row: (row[1], row[0])), key=lambda row: row[1])
    named = {number: ", ".join(f"`{code}`" for code, _ in rows) for number, rows in by_code}
    parts += [f"| {number} | {meaning} | {named.get(number, '')} |" for number, meaning in _MEANING.items()]
    parts.append(
        "\nOf families: `settings.…` 2; `postgres.…`, `temporal.…`, `database.…`, `embedded.…` 6; any other code of input 2."
    )
    parts.append("\n## Commands")
    for path, command in _verbs((), build()):
        parts += ["", f"### chancery {' '.join(path)}", "", command.help.replace("\n\n", "\n")]
        parts += ["", "```sh", *command.epilog.splitlines(), "```"]
        rows = [_row(p) for p in command.params if not _COMMON & set(p.opts)]
        parts += ["", "| | |", "|---|---|", *rows] if rows else []
        if any("--as" in p.opts for p in command.params):
            parts += ["", "With `--as`." if not _again(command) else "With `--as` and `--command-id`."]
    return "\n".join(parts) + "\n"


def _again(command: Any) -> bool:
    return any("--command-id" in p.opts for p in command.params)


def _verbs(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, each in children.items():
        yield from _verbs((*path, name), each)


def _row(parameter: Any) -> str:
    options = [o for o in (*parameter.opts, *parameter.secondary_opts) if o.startswith("-")]
    metavar = parameter.metavar or ""
    name = f"{', '.join(options)} {metavar}".strip() if options else metavar or parameter.name.upper()
    needed = " Needed." if parameter.required else ""
    return f"| `{name.replace('|', chr(92) + '|')}` | {parameter.help or ''}{needed} |"


if __name__ == "__main__":
    sys.stdout.write(page())
