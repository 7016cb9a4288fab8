"""The log's lines, newest first, by who, when, what and whose: a page at a time, so that no filter reads the whole log.

Reviews and work plans are for those who take part in them alone, so their lines stand in no such list, whoever asks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chancery.kept import one, rows
from chancery.log.store import EventLog, Recorded
from chancery.streams import mission_stream

PAGE: Final = 50
WINDOW: Final = 5_000
"""Entries that one question looks through."""
WINDOWS: Final = 6
"""So many questions a page asks before it says how far it came and offers to go on."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_QUERY: Final = """
SELECT e.position, e.recorded_us, s.name, e.version, e.body, e.leaf
  FROM (SELECT * FROM log.event WHERE position >= %(floor)s AND position < %(before)s ORDER BY position DESC) AS e
  JOIN log.stream s ON s.id = e.stream
 WHERE NOT starts_with(s.name, 'review/') AND NOT starts_with(s.name, 'workplan/')
   AND (%(type)s::text IS NULL OR e.type = %(type)s)
   AND (%(stream)s::text IS NULL OR s.name = %(stream)s)
   AND (%(missions)s::text[] IS NULL
        OR (starts_with(s.name, 'mission/') AND substr(s.name, 9) = ANY(%(missions)s))
        OR EXISTS (SELECT FROM view.obligation o
                    WHERE o.id = substr(s.name, 12) AND starts_with(s.name, 'obligation/')
                      AND o.mission = ANY(%(missions)s)))
   AND (%(people)s::text[] IS NULL
        OR convert_from(e.body, 'UTF8')::json #>> '{actor,code}' = ANY(%(people)s)
        OR convert_from(e.body, 'UTF8')::json #>> '{actor,for}' = ANY(%(people)s))
 ORDER BY e.position DESC LIMIT %(most)s
"""
_OF_STREAM: Final = """
SELECT min(e.position) AS first, max(e.position) AS last
  FROM log.stream s JOIN log.event e ON e.stream = s.id WHERE s.name = %s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines. None: whatever. `missions`: whose; `people`: done by one of these postings, or on behalf of one.

    `first` and `until`: recorded from then on, and before then (UTC). `stream`: of one obligation or mission.
    """

    missions: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    first: datetime | None = None
    until: datetime | None = None
    type: str | None = None
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first; `following`: before which position to go on, None at the end; `reached`: looked down to there."""

    lines: tuple[Recorded, ...]
    following: int | None
    reached: int


async def page(log: EventLog, wanted: Wanted, before: int | None = None, most: int = PAGE) -> Page:
    """At most `most` lines before a position (None: from the newest)."""
    floor, top = await _bounds(log, wanted)
    before = top + 1 if before is None else min(before, top + 1)
    found: list[Recorded] = []
    for _ in range(WINDOWS):
        if before <= floor or len(found) >= most:
            break
        low = max(floor, before - WINDOW)
        got = await _read(log, wanted, low, before, most - len(found))
        found += got
        before = found[-1].position if len(found) >= most else low
    return Page(tuple(found), before if before > floor else None, before)


async def _bounds(log: EventLog, wanted: Wanted) -> tuple[int, int]:
    """The first position that can be wanted, and the last."""
    floor, top = 1, await log.head()
    if wanted.first is not None:
        floor = await log.last_before(_us(wanted.first) - 1) + 1
    if wanted.until is not None:
        top = min(top, await log.last_before(_us(wanted.until) - 1))
    if wanted.stream is not None:
        found = await one(log.pool, _OF_STREAM, [wanted.stream])
        if found is None or found["first"] is None:
            return 1, 0
        floor, top = max(floor, found["first"]), min(top, found["last"])
    return floor, top


async def _read(log: EventLog, wanted: Wanted, floor: int, before: int, most: int) -> list[Recorded]:
    asked: dict[str, Any] = {
        "floor": floor, "before": before, "most": most, "type": wanted.type, "stream": wanted.stream,
        "missions": list(wanted.missions) if wanted.missions is not None else None,
        "people": list(wanted.people) if wanted.people is not None else None,
    }  # fmt: skip
    async with log.pool.connection() as connection, connection.cursor(binary=True) as cursor:
        await cursor.execute(_QUERY, asked)
        return [Recorded(*row) for row in await cursor.fetchall()]


async def stream_named(log: EventLog, text: str) -> str | None:
    """The stream that somebody means: a mission's code, an obligation's, a task's (`obligation/task`), or a stream's name."""
    names = [text, mission_stream(text), f"obligation/{text}", f"obligation/{text.rpartition('/')[0]}"]
    found = {
        row["name"]
        for row in await rows(log.pool, "SELECT name FROM log.stream WHERE name = ANY(%s)", [names])
    }
    return next((name for name in names if name in found), None)


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
