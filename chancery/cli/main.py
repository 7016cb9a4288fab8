"""`chancery`: the program. Puts the nouns together, and turns every way of failing into one line and an exit code."""

import importlib
import os
import secrets
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

import typer
from typer.core import TyperGroup

from chancery import i18n
from chancery.cli import exits
from chancery.cli.faults import Fault
from chancery.cli.helping import Group
from chancery.cli.misuse import sentence
from chancery.cli.output import fail
from chancery.cli.state import begin
from chancery.clock import use_pinned_zones
from chancery.i18n import tr

NOUNS: Final = (
    "task", "obligation", "rota", "coverage", "handover", "duty", "sla", "mission", "case", "consent",
    "vault", "mechanism", "calendar", "imports", "suspension", "outage", "absence", "dates", "account",
    "purpose", "job", "workplan", "review", "report", "readings",
    "export", "receipt", "log", "key", "proving", "rebuild", "rehearse", "servers", "doctor",
)  # fmt: skip
"""The modules of this package that hold an `app`. One named like its noun becomes a group; the others' verbs stand alone."""
ALONE: Final = frozenset({"sla", "servers", "doctor", "rehearse", "proving"})
EXAMPLES: Final = (
    "chancery up",
    "chancery task list --mine --as Q-103",
    "chancery sla --mission Q",
    "chancery calendar due --host EG --zone Africa/Cairo --from 2026-05-05T09:10 --term 3wd",
)
_LEADING: Final = frozenset({"--json", "--quiet", "-q", "--no-input"})


def build() -> TyperGroup:
    """The whole tree of commands, newly made (help is put into a language in place)."""
    app = typer.Typer(
        name="chancery",
        help="Commitments to human rights defenders as owned tasks with deadlines, on a record nobody can quietly rewrite.",
        epilog="\n".join(EXAMPLES),
        cls=Group,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    for name in NOUNS:
        part = importlib.import_module(f"chancery.cli.{'missions' if name == 'mission' else name}").app
        app.add_typer(part, name=None if name in ALONE else _shown(name))
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def _shown(name: str) -> str:
    return "import" if name == "imports" else name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code (docs/command-line.md)."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    use_pinned_zones()
    i18n.use(begin(typed).language)
    try:
        code = build().main(_hoisted(typed), prog_name="chancery", standalone_mode=False)
        return code if isinstance(code, int) else exits.OK
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except typer.Abort:
        return exits.INTERRUPTED
    except BrokenPipeError:
        # Whoever read us (`| head`) has seen enough; Python would complain while flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except Exception as problem:  # noqa: BLE001 - the last handler: users get one line, never a traceback
        return _failed(problem)


def run() -> NoReturn:
    """The console script."""
    sys.exit(main())


def _hoisted(arguments: list[str]) -> list[str]:
    """`chancery --json task list` is `chancery task list --json`: options before the noun go behind the verb."""
    leading: list[str] = []
    while arguments:
        if arguments[0] in _LEADING or arguments[0].startswith("--language="):
            leading.append(arguments.pop(0))
        elif arguments[0] == "--language" and len(arguments) > 1:
            leading += [arguments.pop(0), arguments.pop(0)]
        else:
            break
    if not arguments or {"--help", "-h"} & set(arguments):
        return _help_of(arguments)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end] + leading + arguments[end:]


def _help_of(arguments: list[str]) -> list[str]:
    """A help page takes no option but its language, which is known by now: a noun's page has none of a verb's."""
    kept: list[str] = []
    skip = False
    for argument in arguments:
        common = argument in _LEADING or argument.startswith("--language")
        if not skip and not common:
            kept.append(argument)
        skip = argument == "--language"
    return kept


def _failed(problem: Exception) -> int:
    code, message = _named(problem)
    if code == "help":
        sys.stdout.write(message + "\n")
        return exits.USAGE
    exit_code = exits.exit_code(code)
    fail(code, message, exit_code)
    return exit_code


def _named(problem: Exception) -> tuple[str, str]:
    """The stable code and the sentence of anything that can go wrong."""
    if isinstance(problem, Fault):
        return problem.code, problem.sentence()
    if isinstance(problem, typer.TyperException):
        return sentence(problem)
    from domain.refusals import Told

    if isinstance(problem, Told):
        return problem.code, problem.sentence(i18n.language())
    code, message = getattr(problem, "code", None), getattr(problem, "message", None)
    if isinstance(code, str) and type(problem).__module__.partition(".")[0] in ("chancery", "domain"):
        return code, _about(code, message if isinstance(message, str) else str(problem))
    return _outside(problem)


def _about(code: str, message: str) -> str:
    """A sentence for what we raise ourselves; the two that users meet most often have one that says what to do."""
    if code in ("database-unavailable", "log.unavailable"):
        return tr("The database cannot be reached; nothing was written. `chancery doctor` says more.")
    if code == "temporal-unavailable":
        return tr("Temporal cannot be reached; what is recorded stays recorded. `chancery doctor` says more.")
    if code == "postgres.down":
        return tr("Nothing runs here yet; `chancery up` starts it, or set DATABASE_URL.")
    if code == "temporal.down":
        return tr(
            "The embedded Temporal does not run here; `chancery up` starts it, or set TEMPORAL_ADDRESS."
        )
    return message


def _outside(problem: Exception) -> tuple[str, str]:
    """What libraries and the system raise: an unreachable server by its kind, a bad value by its field, all else by a number."""
    modules = {kind.__module__.partition(".")[0] for kind in type(problem).__mro__}
    if "psycopg" in modules or "psycopg_pool" in modules:
        return "database-unavailable", _about("database-unavailable", "")
    if "temporalio" in modules:
        return "temporal-unavailable", _about("temporal-unavailable", "")
    if "pydantic_core" in modules or "pydantic" in modules:
        return "bad-command", _first_error(problem)
    if isinstance(problem, FileNotFoundError | IsADirectoryError | PermissionError):
        return "no-such-file", tr("{file} cannot be read.", file=problem.filename)
    return "unexpected", _unexpected(problem)


def _first_error(problem: Exception) -> str:
    from domain.refusals import Refused

    first = problem.errors(include_input=False, include_url=False)[0]  # type: ignore[attr-defined]
    where = ".".join(str(part) for part in first["loc"]) or "command"
    return Refused("bad-command", where=where, problem=first["msg"]).sentence(i18n.language())


def _unexpected(problem: Exception) -> str:
    """Log it under a number (type and place only: a message can hold a name), and say the number."""
    correlation = secrets.token_hex(6)
    import structlog

    from chancery import logs

    logs.configure("auto", "info")
    structlog.get_logger("chancery.cli").error("unexpected", correlation=correlation, exc_info=problem)
    return tr(
        "Something is wrong in Chancery itself ({kind}); tell whoever runs it this number: {id}."
    ).format(kind=type(problem).__name__, id=correlation)


if __name__ == "__main__":
    run()
