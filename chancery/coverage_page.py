"""`docs/coverage.md`: for each thing that practitioners ask for, what carries it; made from `docs/coverage.toml`.

Run `python -m chancery.coverage_page` after a change of the data.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

DATA: Final = Path(__file__).parents[1] / "docs" / "coverage.toml"
PAGE: Final = DATA.with_suffix(".md")
KINDS: Final = (
    "command", "event", "refusal", "gate", "instrument", "definition", "step", "line", "workflow", "cli", "page", "view", "figure",
    "entry", "mechanism", "rehearsal", "code",
)  # fmt: skip
"""What can carry a requirement. Each name is followed into the code by `tests/docs/test_coverage.py`."""

_STRICT = ConfigDict(extra="forbid", strict=True)
_Words = Annotated[str, Field(min_length=3, max_length=300)]
_Name = Annotated[str, Field(pattern=rf"^({'|'.join(KINDS)}) \S.*$")]


@with_config(_STRICT)
class Later(TypedDict):
    """What another issue owes: 4 is the web application, 5 the reports."""

    issue: Literal[4, 5]
    what: _Words


@with_config(_STRICT)
class Row(TypedDict):
    """One thing asked for: where it was said, what carries it, what is still owed, what is not built and why."""

    code: Annotated[str, Field(pattern=r"^(R[1-9][0-9]?|[a-z][a-z0-9-]+)$")]
    source: Annotated[str, Field(pattern=r"^S:\d+(-\d+)?(, S:\d+(-\d+)?)*$")]
    title: _Words
    by: list[_Name]
    later: NotRequired[list[Later]]
    not_built: NotRequired[_Words]


@with_config(_STRICT)
class _File(TypedDict):
    row: list[Row]


class CoverageRefused(ValueError):
    """The data file is not of its form: where, and what is wrong."""


def load(text: str) -> list[Row]:
    """The rows, each with a code of its own and something to say. Raises CoverageRefused."""
    try:
        found = TypeAdapter(_File).validate_python(tomllib.loads(text))["row"]
    except tomllib.TOMLDecodeError as problem:
        raise CoverageRefused(f"coverage.toml: not TOML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        raise CoverageRefused(f"coverage.toml: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    seen: set[str] = set()
    for row in found:
        if row["code"] in seen:
            raise CoverageRefused(f"coverage.toml: {row['code']} stands twice")
        seen.add(row["code"])
        if not row["by"] and not row.get("later") and "not_built" not in row:
            raise CoverageRefused(f"coverage.toml: {row['code']}: say what carries it, or why nothing does")
    return found


def render(rows: Sequence[Row]) -> str:
    """The page: both tables, and how many rows are carried, owed and not built."""
    asked = [row for row in rows if row["code"].startswith("R")]
    named = [row for row in rows if row not in asked]
    lines = [
        "# What was asked for, and what carries it",
        "",
        "Made from `coverage.toml` by `python -m chancery.coverage_page`; a test follows every name into the code.",
        "`S:n` is line n of the practitioners' discussion that this project grew out of.",
        "",
        _count(rows),
        *_table("What practitioners ask for", asked),
        *_table("Mechanisms, instruments and systems that they name", named),
    ]
    return "\n".join(lines) + "\n"


def _count(rows: Sequence[Row]) -> str:
    whole = sum(1 for row in rows if row["by"] and not row.get("later") and "not_built" not in row)
    owed = sum(1 for row in rows if row.get("later"))
    without = sum(1 for row in rows if "not_built" in row)
    return (
        f"{len(rows)} rows: {whole} carried whole, {owed} with a part that is not built yet (the web application is issue 4, "
        f"the reports are issue 5), {without} with a part that is not built, and why."
    )


def _table(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| | asked for | carried by | not built |", "|---|---|---|---|")
    for row in rows:
        what = f"{row['title']} ({row['source']})"
        yield f"| {row['code']} | {what} | {_carried(row['by'])} | {_missing(row)} |"


def _carried(names: Sequence[str]) -> str:
    """The names, those of one kind together."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kind, _, rest = name.partition(" ")
        kinds.setdefault(kind, []).append(f"`chancery {rest}`" if kind == "cli" else f"`{rest}`")
    return "; ".join(
        ", ".join(found) if kind == "cli" else f"{kind} {', '.join(found)}" for kind, found in kinds.items()
    )


def _missing(row: Row) -> str:
    said = [f"not built yet (issue {one['issue']}): {one['what']}" for one in row.get("later", ())]
    said += [f"not built, because: {row['not_built']}"] if "not_built" in row else []
    return "; ".join(said)


def main() -> int:
    """Write the page beside its data."""
    PAGE.write_text(render(load(DATA.read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
