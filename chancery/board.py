"""The clocks of a mission, or of all of them, in figures: one pass over the open tasks, in SQL.

Each figure is counted by obligation's definition and place, never by person. Which pile a task lies in is what
`chancery.telling.clocks.pressure` says of it; a test holds that both say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final, LiteralString

from psycopg.rows import dict_row

from chancery.log.store import Pool
from domain.mission import Mission

Row = dict[str, Any]
LONG: Final = 10
"""Working days after which a wait is shown as a long one."""
AHEAD: Final = 30
PAGE: Final = 100
AGES: Final = (("0-2", 0, 2), ("3-5", 3, 5), ("6-10", 6, 10), ("11-", 11, None))
"""How long overdue tasks are over, in working days: (name, from, to)."""
PILES: Final = ("overdue", "at_risk", "waiting", "waiting_long", "not_taken", "second_person")

_PLACE: Final[LiteralString] = """
WITH place AS MATERIALIZED (
  SELECT * FROM unnest(%(missions)s::text[], %(zones)s::text[], %(shifts)s::int[], %(firsts)s::date[], %(todays)s::int[],
                       %(longs)s::timestamptz[]) AS p(mission, zone, shift, first, today, long_before)),
clock AS """
_COUNTED: Final[LiteralString] = """,
         coalesce(t.waiting_since < p.long_before, false) AS waits_long,
         p.today - (%(counts)s::int[])[p.shift + ((t.due AT TIME ZONE p.zone)::date - p.first)] AS over,
         CASE
           WHEN waiting IS NOT NULL THEN 'waiting'
           WHEN %(now)s >= due + interval '1 second' THEN 'overdue'
           WHEN term LIKE '%%h' THEN CASE
             WHEN due <= t.opened
               OR 1 - trunc(extract(epoch FROM due - %(now)s) / 60)::float8
                      / (extract(epoch FROM due - t.opened) / 60)::float8 >= 0.75 THEN 'at_risk' ELSE 'open' END
           ELSE (
             SELECT CASE
                WHEN d.due - p.today <= 2 THEN 'at_risk'
                WHEN d.due > d.opened
                 AND 1 - (d.due - p.today) / (d.due - d.opened)::float8 >= 0.75 THEN 'at_risk'
                ELSE 'open' END
               FROM (SELECT (%(counts)s::int[])[p.shift + ((t.due AT TIME ZONE p.zone)::date - p.first)] AS due,
                            (%(counts)s::int[])[p.shift + ((t.opened AT TIME ZONE p.zone)::date - p.first)] AS opened) d)
         END AS pile
    FROM place p JOIN view.task t ON t.mission = p.mission AND t.status = 'open'
"""
_ONCE: Final[LiteralString] = "MATERIALIZED ( SELECT "
"""So that a task's pile is worked out once, and not again for each figure that asks for it."""
_WITH_OBLIGATION: Final[LiteralString] = " JOIN view.obligation o ON o.id = t.obligation)\n"

_SUMS: Final[LiteralString] = """
SELECT mission, accreditation, instrument, definition, count(*) AS open,
       count(*) FILTER (WHERE pile = 'overdue') AS overdue,
       count(*) FILTER (WHERE pile = 'at_risk') AS at_risk,
       count(*) FILTER (WHERE pile = 'waiting') AS waiting,
       count(*) FILTER (WHERE pile = 'waiting' AND waits_long) AS waiting_long,
       count(*) FILTER (WHERE NOT accepted) AS not_taken,
       count(*) FILTER (WHERE pile = 'overdue' AND over <= 2) AS "0-2",
       count(*) FILTER (WHERE pile = 'overdue' AND over BETWEEN 3 AND 5) AS "3-5",
       count(*) FILTER (WHERE pile = 'overdue' AND over BETWEEN 6 AND 10) AS "6-10",
       count(*) FILTER (WHERE pile = 'overdue' AND over > 10) AS "11-"
  FROM clock GROUP BY mission, accreditation, instrument, definition
 ORDER BY instrument, definition, mission, accreditation
"""

_OF_ONE: Final[LiteralString] = (
    _PLACE
    + _ONCE
    + "t.mission, o.accreditation, t.instrument, t.definition, t.accepted"
    + _COUNTED
    + _WITH_OBLIGATION
    + _SUMS
)
_OF_ALL: Final[LiteralString] = (
    _PLACE
    + _ONCE
    + "t.mission, '' AS accreditation, t.instrument, t.definition, t.accepted"
    + _COUNTED
    + ")"
    + _SUMS
)

_BEHIND: Final[LiteralString] = """
SELECT * FROM clock
 WHERE (%(pile)s::text IS NULL OR pile = %(pile)s
        OR (%(pile)s = 'waiting_long' AND pile = 'waiting' AND waits_long)
        OR (%(pile)s = 'not_taken' AND NOT accepted))
   AND (%(definition)s::text IS NULL OR definition = %(definition)s)
   AND (%(accreditation)s::text IS NULL OR accreditation = %(accreditation)s)
   AND (%(from_over)s::int IS NULL OR (pile = 'overdue' AND over BETWEEN %(from_over)s AND %(to_over)s))
   AND (%(after)s::text[] IS NULL
        OR (definition, due, obligation, task)
           > ((%(after)s)[1], (%(after)s)[2]::timestamptz, (%(after)s)[3], (%(after)s)[4]))
 ORDER BY definition, due, obligation, task LIMIT %(limit)s
"""

_LIST: Final[LiteralString] = _PLACE + "( SELECT t.*, o.accreditation" + _COUNTED + _WITH_OBLIGATION + _BEHIND

_ASKED: Final[LiteralString] = """
SELECT t.*, o.accreditation, NULL AS pile FROM view.task t JOIN view.obligation o ON o.id = t.obligation
 WHERE t.awaiting IS NOT NULL AND t.mission = ANY(%(missions)s)
   AND (%(after)s::text[] IS NULL
        OR (t.definition, t.due, t.obligation, t.task)
           > ((%(after)s)[1], (%(after)s)[2]::timestamptz, (%(after)s)[3], (%(after)s)[4]))
 ORDER BY t.definition, t.due, t.obligation, t.task LIMIT %(limit)s
"""

_VITAL: Final[LiteralString] = """
SELECT id, mission, instrument, definition FROM view.obligation
 WHERE awaiting IS NOT NULL AND mission = ANY(%(missions)s) ORDER BY definition, id LIMIT %(limit)s
"""

_SECOND: Final[LiteralString] = """
SELECT awaiting, count(*) AS n FROM view.task
 WHERE awaiting IS NOT NULL AND mission = ANY(%(missions)s) GROUP BY awaiting
UNION ALL
SELECT awaiting, count(*) FROM view.obligation
 WHERE awaiting IS NOT NULL AND mission = ANY(%(missions)s) GROUP BY awaiting
"""

_AHEAD: Final[LiteralString] = """
SELECT (t.due AT TIME ZONE p.zone)::date AS day, t.instrument, t.definition, count(*) AS n
  FROM view.task t
  JOIN unnest(%(missions)s::text[], %(zones)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    AS p(mission, zone, starts, ends) ON p.mission = t.mission
 WHERE t.status = 'open' AND t.waiting IS NULL AND t.due >= p.starts AND t.due < p.ends
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_REACH: Final[LiteralString] = """
SELECT mission, min(least(opened, due)) AS first, max(due) AS last
  FROM view.task WHERE status = 'open' AND mission = ANY(%(missions)s) GROUP BY mission
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a board shows. `cells`: a row for each (definition, place) with open tasks, by the texts' order of codes."""

    cells: list[Row]
    second: Mapping[str, int]

    def total(self, name: str) -> int:
        """A figure over all cells: `open`, one of PILES, or one of AGES."""
        if name == "second_person":
            return sum(self.second.values())
        return sum(int(cell[name]) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tasks behind a figure. `age`: one of AGES; `after`: where the page before ended."""

    pile: str | None = None
    definition: str | None = None
    accreditation: str | None = None
    age: str | None = None
    after: tuple[str, str, str, str] | None = None


async def figures(pool: Pool, missions: Sequence[Mission], now: datetime) -> Figures:
    """The figures of these missions at an instant (UTC). Of several, places are the missions and not their accreditations."""
    clocks = await _clocks(pool, missions, now)
    cells = await _rows(pool, _OF_ONE if len(missions) == 1 else _OF_ALL, clocks)
    asked = await _rows(pool, _SECOND, {"missions": [m.code for m in missions]})
    return Figures(cells, {row["awaiting"]: int(row["n"]) for row in asked})


async def behind(
    pool: Pool, missions: Sequence[Mission], now: datetime, choice: Choice
) -> tuple[list[Row], tuple[str, str, str, str] | None]:
    """At most PAGE tasks behind a figure, by obligation and due time, and where the next page begins (None at the end)."""
    after = None if choice.after is None else list(choice.after)
    if choice.pile == "second_person":
        asked = {"missions": [m.code for m in missions], "after": after, "limit": PAGE + 1}
        found = await _rows(pool, _ASKED, asked)
    else:
        span = next(((low, high) for name, low, high in AGES if name == choice.age), None)
        low, high = (None, None) if span is None else span
        wanted = await _clocks(pool, missions, now) | {
            "pile": choice.pile,
            "definition": choice.definition,
            "accreditation": choice.accreditation,
            "from_over": low,
            "to_over": 10**6 if high is None else high,
            "after": after,
            "limit": PAGE + 1,
        }
        found = await _rows(pool, _LIST, wanted)
    if len(found) <= PAGE:
        return found, None
    last = found[PAGE - 1]
    return found[:PAGE], (last["definition"], last["due"].isoformat(), last["obligation"], last["task"])


async def vital_interests(pool: Pool, missions: Sequence[Mission]) -> list[Row]:
    """Obligations in which somebody asked to act without consent and nobody has answered, by definition."""
    return await _rows(pool, _VITAL, {"missions": [m.code for m in missions], "limit": PAGE})


@dataclass(frozen=True, slots=True)
class Day:
    """One of the next days. `off`: why it is no working day; `stopped`: a suspension touches it; what falls due, by definition."""

    day: date
    off: str | None
    stopped: bool
    due: Sequence[Row]

    @property
    def number(self) -> int:
        """How many tasks fall due."""
        return sum(int(row["n"]) for row in self.due)


async def ahead(pool: Pool, missions: Sequence[Mission], now: datetime) -> list[Day]:
    """The next thirty days, today first. Days off and suspensions are marked for one mission; of several each has its own."""
    if not missions:
        return []
    first = {m.code: m.day(now) for m in missions}
    asked = {
        "missions": [m.code for m in missions],
        "zones": [m.clock.zone for m in missions],
        "starts": [m.clock.start_of(first[m.code]) for m in missions],
        "ends": [m.clock.start_of(first[m.code] + timedelta(days=AHEAD)) for m in missions],
    }
    due: dict[date, list[Row]] = {}
    for row in await _rows(pool, _AHEAD, asked):
        due.setdefault(row["day"], []).append(row)
    only = missions[0] if len(missions) == 1 else None
    begin = min(first.values())
    return [
        Day(
            day,
            only.clock.why_not(day) if only else None,
            any(s.touches(only.clock, day) for s in only.all_suspensions()) if only else False,
            due.get(day, ()),
        )
        for day in (begin + timedelta(days=n) for n in range(AHEAD))
    ]


async def _clocks(pool: Pool, missions: Sequence[Mission], now: datetime) -> dict[str, Any]:
    """What the queries need of calendars: working days counted on, day after day from a mission's first open task.

    All in one list, in which each mission has its own place: so many working days lie between two days as their counts differ.
    """
    reach = {
        row["mission"]: row for row in await _rows(pool, _REACH, {"missions": [m.code for m in missions]})
    }
    places: list[tuple[str, str, int, date, int, datetime]] = []
    counts: list[int] = []
    for mission in missions:
        calendar, today = mission.clock, mission.day(now)
        known = reach.get(mission.code)
        first = min(today, calendar.day_of(known["first"])) if known else today
        last = max(today, calendar.day_of(known["last"])) if known else today
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        count = list(accumulate(int(calendar.is_working(day)) for day in span))
        long_since = calendar.start_of(calendar.add_working(today + timedelta(days=1), -(LONG + 1)))
        places.append(
            (mission.code, calendar.zone, len(counts) + 1, first, count[(today - first).days], long_since)
        )
        counts += count
    return {
        "now": now,
        "counts": counts,
        "missions": [p[0] for p in places],
        "zones": [p[1] for p in places],
        "shifts": [p[2] for p in places],
        "firsts": [p[3] for p in places],
        "todays": [p[4] for p in places],
        "longs": [p[5] for p in places],
    }


async def _rows(pool: Pool, query: LiteralString, given: Mapping[str, Any]) -> list[Row]:
    async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, given)
        return await cursor.fetchall()


def by_place(cells: Iterable[Row], place: str) -> tuple[list[str], list[tuple[str, str, dict[str, Row]]]]:
    """The cells as a table: the places (missions or accreditations), and for each definition its cell at each place."""
    places: set[str] = set()
    table: dict[tuple[str, str], dict[str, Row]] = {}
    for cell in cells:
        places.add(cell[place])
        at = table.setdefault((cell["instrument"], cell["definition"]), {})
        sums = at.setdefault(cell[place], {"open": 0, "overdue": 0, "at_risk": 0})
        for name in sums:
            sums[name] += cell[name]
    return sorted(places), [(i, d, at) for (i, d), at in sorted(table.items())]
