"""Obligations of a mission, a page at a time, the soonest due first; what is due no more comes last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, and_, func, select, true, tuple_

from chancery.asof import Now, Reading
from chancery.instruments import shipped
from chancery.queries import Row, rows
from chancery.views import tables as v

PAGE: Final = 50
GROUPS: Final = ("core", "standard", "optional")
Status = Literal["open", "closed", "all"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Where what is due no more stands in the order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which obligations. `period` is its beginning, so that a year finds its months; `group` as the shipped text has it."""

    mission: str
    status: Status = "open"
    definition: str | None = None
    instrument: str | None = None
    group: str | None = None
    period: str | None = None
    accreditation: str | None = None
    after: tuple[datetime, str] | None = None


def in_group(group: str) -> set[tuple[str, str]]:
    """(instrument, definition) of a group: core, standard or optional."""
    return {
        (code, one["code"])
        for code, text in shipped().items()
        for one in text["definition"]
        if one["group"] == group
    }


async def page(seen: Reading, wanted: Wanted) -> tuple[list[Row], tuple[datetime, str] | None]:
    """At most PAGE obligations, and where the next page begins (None at the end)."""
    found = await _now(seen, wanted) if isinstance(seen, Now) else await _then(seen, wanted)
    if len(found) <= PAGE:
        return found, None
    last = found[PAGE - 1]
    return found[:PAGE], (last["next_due"] or LAST, last["id"])


async def _now(seen: Now, wanted: Wanted) -> list[Row]:
    o = v.obligation
    due = func.coalesce(o.c.next_due, LAST)
    same = {
        o.c.mission: wanted.mission,
        o.c.status: None if wanted.status == "all" else wanted.status,
        o.c.definition: wanted.definition,
        o.c.instrument: wanted.instrument,
        o.c.accreditation: wanted.accreditation,
    }
    parts: list[ColumnElement[bool]] = [true()]
    parts += [column == value for column, value in same.items() if value is not None]
    if wanted.group is not None:
        parts.append(tuple_(o.c.instrument, o.c.definition).in_(sorted(in_group(wanted.group))))
    if wanted.period is not None:
        parts.append(o.c.period.startswith(wanted.period, autoescape=True))
    if wanted.after is not None:
        parts.append(tuple_(due, o.c.id) > tuple_(*wanted.after))
    return await rows(seen.desk.log, select(o).where(and_(*parts)).order_by(due, o.c.id).limit(PAGE + 1))


async def _then(seen: Reading, wanted: Wanted) -> list[Row]:
    known = await seen.obligations(
        mission=wanted.mission,
        status=None if wanted.status == "all" else wanted.status,
        definition=wanted.definition,
        instrument=wanted.instrument,
        accreditation=wanted.accreditation,
    )
    group = in_group(wanted.group) if wanted.group is not None else None
    return [
        row
        for row in sorted(known, key=_key)
        if (group is None or (row["instrument"], row["definition"]) in group)
        and (wanted.period is None or str(row["period"] or "").startswith(wanted.period))
        and (wanted.after is None or _key(row) > wanted.after)
    ][: PAGE + 1]


def _key(row: Row) -> tuple[datetime, str]:
    return row["next_due"] or LAST, row["id"]


def definitions(instruments: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """(instrument, definition) of these texts, in the order of their codes: what a list can be narrowed to."""
    return sorted(
        (
            (code, dict(one))
            for code, text in shipped().items()
            if code in instruments
            for one in text["definition"]
        ),
        key=lambda pair: (pair[0], pair[1]["code"]),
    )
