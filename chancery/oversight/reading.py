"""Facts out of the log. What nothing has touched since is remembered, so that only what moved is read again."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from chancery import kept, queries
from chancery.desk import Desk
from chancery.log.store import EventLog
from chancery.oversight.facts import Fact, facts_of
from chancery.streams import as_event, mission_stream, obligation_stream
from chancery.views import tables as v
from domain.envelope import Event
from domain.record import Background

_CHUNK: Final = 100
_PAGE: Final = 2_000
_ALL: Final = "SELECT id, name FROM log.stream WHERE id > %s ORDER BY id LIMIT %s"
_OF_MISSIONS: Final = "SELECT id, 'obligation/' || id AS name FROM view.obligation WHERE mission = ANY(%s) AND id > %s ORDER BY id LIMIT %s"
_MOST: Final = 40_000
"""Obligations that are remembered; about 2 kB each."""
_MARGIN: Final = timedelta(days=2)
"""A local day begins and ends up to 14 hours from the UTC one."""

Key = tuple[int, int, date | None]


@dataclass(slots=True)
class Known:
    """What one process remembers of obligations: their facts, under the versions that they were made from.

    A fact of what is open grows with the day; so does what a mission's later entries (an absence, a calendar) change.
    """

    facts: OrderedDict[str, tuple[Key, tuple[Fact, ...]]] = field(default_factory=OrderedDict)

    def get(self, obligation: str, key: Key) -> tuple[Fact, ...] | None:
        """The facts of an obligation, if nothing moved since they were made."""
        found = self.facts.get(obligation)
        if found is None or found[0] != key:
            return None
        self.facts.move_to_end(obligation)
        return found[1]

    def put(self, obligation: str, key: Key, facts: tuple[Fact, ...]) -> None:
        """Remember them; what was not asked for longest is given up."""
        self.facts[obligation] = (key, facts)
        self.facts.move_to_end(obligation)
        while len(self.facts) > _MOST:
            self.facts.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, and the missions that they belong to with everything that happened to those."""

    facts: tuple[Fact, ...]
    backgrounds: dict[str, Background]
    past: dict[str, tuple[Event, ...]]


async def gather(
    desk: Desk,
    known: Known,
    first: date,
    last: date,
    now: datetime,
    *,
    missions: Iterable[str] | None = None,
    upto: int | None = None,
) -> Gathered:
    """Every task that was due on a local day from `first` to `last`, of some missions or of all.

    `upto`: as known at that position; that reads every obligation opened by then and remembers nothing.
    """
    codes = (
        sorted(missions) if missions is not None else [r["code"] for r in await queries.missions(desk.log)]
    )
    backgrounds, past = await _backgrounds(desk.log, codes, upto)
    found: list[Fact] = []
    if upto is None:
        found += await _of_now(desk, known, first, last, now, backgrounds)
    else:
        async for events in obligations_upto(desk.log, upto, None if missions is None else codes):
            background = backgrounds.get(events[0].data["mission"])
            found += facts_of(events, background, now) if background else ()
    within = (f for f in found if first <= f.due_day <= last)
    ordered = sorted(
        within, key=lambda f: (f.mission, f.instrument, f.definition, f.due, f.obligation, f.task)
    )
    return Gathered(tuple(ordered), backgrounds, past)


async def _backgrounds(
    log: EventLog, codes: Sequence[str], upto: int | None
) -> tuple[dict[str, Background], dict[str, tuple[Event, ...]]]:
    backgrounds, past = {}, {}
    for code in codes:
        read = await log.read_stream(mission_stream(code), upto_position=upto)
        events = tuple(as_event(e) for e in read)
        if events:
            past[code] = events
            backgrounds[code] = Background.of(events)
    return backgrounds, past


async def _of_now(
    desk: Desk, known: Known, first: date, last: date, now: datetime, backgrounds: dict[str, Background]
) -> list[Fact]:
    o, t = v.obligation, v.task
    starts = datetime.combine(first, datetime.min.time(), now.tzinfo) - _MARGIN
    until = datetime.combine(last, datetime.min.time(), now.tzinfo) + 2 * _MARGIN
    query = (
        select(o.c.id, o.c.mission, o.c.version, o.c.status)
        .join(t, t.c.obligation == o.c.id)
        .where(o.c.mission.in_(sorted(backgrounds)), t.c.due >= starts, t.c.due < until)
        .distinct()
    )
    found: list[Fact] = []
    missing: dict[str, tuple[str, Key]] = {}
    for row in await queries.rows(desk.log, query):
        background = backgrounds[row["mission"]]
        day = background.mission.day(now) if row["status"] == "open" else None
        key = (row["version"], background.mission.version, day)
        facts = known.get(row["id"], key)
        if facts is None:
            missing[row["id"]] = (row["mission"], key)
        else:
            found += facts
    names = sorted(missing)
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        loaded = await desk.log.load([(obligation_stream(name), 0) for name in chunk])
        for name in chunk:
            mission, key = missing[name]
            events = [as_event(e) for e in loaded[obligation_stream(name)]]
            facts = tuple(facts_of(events, backgrounds[mission], now))
            # What was appended while this was read makes it newer than the row said: it is remembered as what it is.
            known.put(name, (events[-1].version, *key[1:]), facts)
            found += facts
        await asyncio.sleep(0)  # others have their pages meanwhile
    return found


async def obligations_upto(
    log: EventLog, upto: int, missions: Iterable[str] | None = None
) -> AsyncIterator[list[Event]]:
    """Every obligation as known at a position, one by one with all its events: of some missions, or of all.

    Of all, they come from the log alone and in the order of their opening. Which ones some missions have is asked of the views,
    which know at least those that there were then. No more than a hundred are in memory at once.
    """
    async for names in _names(log, None if missions is None else sorted(set(missions))):
        for start in range(0, len(names), _CHUNK):
            loaded = await log.load_upto(names[start : start + _CHUNK], upto)
            for recorded in loaded.values():
                if recorded:
                    yield [as_event(e) for e in recorded]
            await asyncio.sleep(0)  # others have their pages meanwhile


async def _names(log: EventLog, missions: list[str] | None) -> AsyncIterator[list[str]]:
    after: int | str = 0 if missions is None else ""
    while True:
        if missions is None:
            found = await kept.rows(log.pool, _ALL, [after, _PAGE])
        else:
            found = await kept.rows(log.pool, _OF_MISSIONS, [missions, after, _PAGE])
        if not found:
            return
        after = found[-1]["id"]
        yield [row["name"] for row in found if row["name"].startswith("obligation/")]


async def backgrounds_upto(
    log: EventLog, codes: Iterable[str] | None, upto: int
) -> dict[str, tuple[Event, ...]]:
    """Mission → its events as known at a position, by code; of all missions that had been adopted by then if None."""
    if codes is None:
        codes = [name.removeprefix("mission/") for name in await log.streams("mission/")]
    _, past = await _backgrounds(log, sorted(set(codes)), upto)
    return past
