"""The obligations in which somebody had a part, one by one in the order of their opening, as known at a position.

Read in chunks and handed on one at a time, so that a report takes the memory of its own items and not that of the log.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chancery import queries
from chancery.log.store import EventLog
from chancery.streams import as_event, obligation_stream
from domain.envelope import Event

_CHUNK: Final = 100
"""Obligations that are read in one round trip."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EDGES: Final = b"""
SELECT w.name, first.position,
       last.type = 'ObligationClosed' AND last.recorded_us < %s
       AND NOT EXISTS (SELECT FROM log.event a WHERE a.stream = s.id AND a.type = 'AppointmentSet') AS over
  FROM unnest(%s::text[]) AS w(name)
 CROSS JOIN LATERAL (SELECT s.id FROM log.stream s WHERE s.name = w.name LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT e.position FROM log.event e
                      WHERE e.stream = s.id AND e.version = 1 AND e.position <= %s LIMIT 1) AS first
 CROSS JOIN LATERAL (SELECT e.type, e.recorded_us FROM log.event e
                      WHERE e.stream = s.id AND e.position <= %s ORDER BY e.version DESC LIMIT 1) AS last
"""
"""Of each obligation: where it begins, and whether all was over with it before the period (closing it ends every task)."""


async def involved(
    log: EventLog, postings: Sequence[str], missions: Collection[str], since: datetime, position: int
) -> AsyncIterator[list[Event]]:
    """The events up to the position of every obligation of these missions in which one of the postings has a part.

    What was over with its last entry before `since` (UTC) is left out, unless it had sittings, which count by their own day.

    A view knows which ones to look at; it may know more than was known then, so each is asked again of its own events.
    Raises psycopg.OperationalError when the database cannot be reached.
    """
    people = frozenset(postings)
    names = [obligation_stream(one) for one in await queries.involved(log, postings)]
    for chunk in _chunks(await _in_order(log, names, since, position)):
        read = await log.load_upto(chunk, position)
        for name in chunk:
            events = [as_event(one) for one in read.pop(name)]
            if events[0].data.get("mission") in missions and takes_part(events, people):
                yield events


def takes_part(events: Iterable[Event], people: Collection[str]) -> bool:
    """Whether one of these postings had a part by then: held a task, was asked to observe, or was named to."""
    for event in events:
        data = event.data
        match event.type:
            case "TaskOpened" | "TaskAssigned" | "RotaAnswered":
                named = [data["posting"]]
            case "RotaOffered":
                named = data["to"]
            case "ObserverAssigned":
                named = [data["observer"], data["backup"], data["support"]]
            case _:
                continue
        if any(one in people for one in named):
            return True
    return False


async def _in_order(log: EventLog, names: Sequence[str], since: datetime, position: int) -> list[str]:
    begun: list[tuple[int, str]] = []
    before = (since - _EPOCH) // timedelta(microseconds=1)
    async with log.pool.connection() as connection:
        for chunk in _chunks(names, 10_000):
            cursor = await connection.execute(_EDGES, [before, list(chunk), position, position])
            begun += [(at, name) for name, at, over in await cursor.fetchall() if not over]
    return [name for _, name in sorted(begun)]


def _chunks(names: Sequence[str], size: int = _CHUNK) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
