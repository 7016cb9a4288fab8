"""Headquarters' calendar as lines of a table: read, checked against the instruments, and told with what each has opened."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from chancery import queries
from chancery.desk import Desk
from chancery.instruments import shipped
from chancery.queries import Row
from domain import commands as c
from domain import vocabulary
from domain.instant import BadInput, quoted
from domain.mission_parts import KnownDate

COLUMNS: Final = ("kind", "day", "until", "definition", "days_before", "countries")
"""The columns of a table of dates; countries stand in one cell, with a blank between them (EG TN)."""
MOST_LINES: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A date with the obligations that it has opened."""

    date: KnownDate
    opened: tuple[Row, ...]


def definitions() -> list[tuple[str, str]]:
    """What a date may open: (definition, instrument), of any text that is shipped, but what belongs to a case."""
    return sorted(
        {
            (d["code"], code)
            for code, text in shipped().items()
            for d in text["definition"]
            if d["scope"] != "case"
        }
    )


def lines_of(text: str) -> tuple[c.DateLine, ...]:
    """The dates of a CSV table (`;` or `,`), all of them right. Raises BadInput with the number of the first wrong line."""
    sample = text.lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(sample), delimiter=";" if ";" in sample.partition("\n")[0] else ","))
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise BadInput("dates-columns", f"The first line must be {', '.join(COLUMNS)}.")
    if not 1 < len(rows) <= MOST_LINES + 1:
        raise BadInput("dates-lines", f"A table holds 1 to {MOST_LINES} dates.")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(COLUMNS):
            raise BadInput("dates-line", f"Line {number} has {len(row)} cells; {len(COLUMNS)} are needed.")
        found.append(
            line_of(dict(zip(COLUMNS, (cell.strip() for cell in row), strict=True)), f"Line {number}")
        )
    return tuple(found)


def line_of(cells: dict[str, str], where: str) -> c.DateLine:
    """One date from its cells. Raises BadInput that says which cell of `where` is wrong, and what would be right."""
    _check(cells["kind"], cells["definition"], where)
    try:
        return c.DateLine.model_validate(
            {
                "kind": cells["kind"],
                "day": cells["day"],
                "until": cells["until"] or None,
                "definition": cells["definition"],
                "days_before": int(cells["days_before"]),
                "countries": tuple(cells["countries"].upper().split()),
            }
        )
    except (ValidationError, ValueError):
        raise BadInput(
            "dates-cell",
            f"{where}: write days as 2026-09-14, days before as a number from 0 to 366, countries as EG TN.",
        ) from None


def check(lines: Sequence[c.DateLine]) -> None:
    """Pass dates that open what a shipped text states. Raises BadInput with the number of the first that does not."""
    for number, line in enumerate(lines, start=1):
        _check(line.kind, line.definition, f"Line {number}")


def _check(kind: str, definition: str, where: str) -> None:
    if kind not in vocabulary.DATE_KINDS:
        raise BadInput("dates-kind", f"{where}: the kind is one of {', '.join(vocabulary.DATE_KINDS)}.")
    if definition not in {code for code, _ in definitions()}:
        raise BadInput(
            "dates-definition", f"{where}: {quoted(definition)} is no definition of a shipped text."
        )


def setting(command_id: UUID, mission: str, lines: Sequence[c.DateLine]) -> c.SetDates:
    """The command that sets them."""
    return c.SetDates(command_id=command_id, mission=mission, dates=tuple(lines))


async def told(desk: Desk) -> list[Told]:
    """Headquarters' calendar, the soonest first, with what each date has opened."""
    dates: list[KnownDate] = []
    for row in await queries.missions(desk.log, kind="headquarters"):
        dates += (await desk.mission(row["code"])).dates.values()
    opened: dict[tuple[Any, Any], list[Row]] = {}
    for code in sorted({one.definition for one in dates}):
        for row in await queries.obligations(desk.log, definition=code):
            opened.setdefault((code, row["period"]), []).append(row)
    dates.sort(key=lambda one: (one.day, one.code))
    return [
        Told(one, tuple(opened.get((one.definition, f"{one.kind}.{one.day.isoformat()}"), ())))
        for one in dates
    ]
