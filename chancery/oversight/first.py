"""Who sees a figure first: where fewer than three people stand behind it, they do.

Such a figure reaches others once each of them who is still in post has opened their own record at or after its last
event, or when ten working days after that event have passed, so that nobody can hold it back for ever. Where nobody of them
is in post any more, the ten days are left to them all the same: their record stays open to them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chancery import queries
from chancery.installation import Installation
from chancery.kept import rows
from chancery.oversight.figures import Cell
from chancery.telling import names
from domain.calendar import Calendar
from domain.mission import Mission

PEOPLE: Final = 3
DAYS: Final = 10
"""Working days of the mission's calendar."""


@dataclass(frozen=True, slots=True)
class Held:
    """A figure that is not shown to others yet: from when it is at the latest (UTC), and which postings have not seen it."""

    until: datetime
    unseen: frozenset[str]


async def seen_of(here: Installation, postings: Iterable[str]) -> dict[str, int]:
    """Up to which position each posting has seen its own record."""
    found = await rows(
        here.pool, "SELECT posting, position FROM web.seen WHERE posting = ANY(%s)", [sorted(set(postings))]
    )
    return {row["posting"]: int(row["position"]) for row in found}


async def note_seen(here: Installation, postings: Iterable[str], position: int) -> None:
    """Write down that somebody saw their own record as known at a position."""
    await rows(
        here.pool,
        "INSERT INTO web.seen (posting, position, at) SELECT p, %s, %s FROM unnest(%s::text[]) AS p "
        "ON CONFLICT (posting) DO UPDATE SET position = excluded.position, at = excluded.at "
        "WHERE web.seen.position < excluded.position",
        [position, here.clock.now(), sorted(set(postings))],
    )


async def held_back(
    here: Installation, cells: Iterable[Cell], missions: Mapping[str, Mission], now: datetime
) -> dict[int, Held]:
    """Of these cells (by `id`), those that are not shown to others yet, and until when."""
    cells = list(cells)
    everybody = {p for cell in cells for p in cell.people}
    officers = await names.officers(here, everybody)
    seen = await seen_of(here, everybody)
    in_post = await _in_post(here, everybody, now)
    found: dict[int, Held] = {}
    for cell in cells:
        people = {officers.get(p, p) for p in cell.people}
        if not people or len(people) >= PEOPLE:
            continue
        held = _held(cell, missions[cell.last.mission].clock, seen, in_post, now)
        if held is not None:
            found[id(cell)] = held
    return found


def held_by_log(cells: Iterable[Cell], missions: Mapping[str, Mission], now: datetime) -> dict[int, Held]:
    """The same out of the log alone, for what must come out the same whenever it is made again: the ten days are left to them.

    Who has seen what, and which postings are one officer's, stand outside the log; here each posting counts as one of the few.
    """
    found = {}
    for cell in cells:
        if 0 < len(cell.people) < PEOPLE:
            held = _held(cell, missions[cell.last.mission].clock, {}, (), now)
            if held is not None:
                found[id(cell)] = held
    return found


async def _in_post(here: Installation, postings: Iterable[str], now: datetime) -> set[str]:
    """Those that run today, each by the day of its own mission."""
    rows_ = await queries.postings_by_code(here.log, sorted(postings))
    return {r["posting"] for r in rows_ if (await here.desk.mission(r["mission"])).runs(r["posting"], now)}


def _held(
    cell: Cell, calendar: Calendar, seen: Mapping[str, int], in_post: Collection[str], now: datetime
) -> Held | None:
    last = cell.last
    until = calendar.end_of(calendar.add_working(calendar.day_of(last.last_at), DAYS)).astimezone(UTC)
    if now > until:
        return None
    asked = {p for p in cell.people if p in in_post}
    unseen = frozenset(p for p in asked if seen.get(p, 0) < last.last)
    if asked and not unseen:
        return None
    return Held(until, unseen)
