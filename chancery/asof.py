"""What is known now, or was known at a position of the log: the same questions, the same rows.

Now, a list comes from the views. As known then, it is folded from the log up to that position and from nothing later, so
it says what a reader would have seen, without the corrections and late entries that came afterwards. That costs a read of
every stream that the list could hold: all of a mission's obligations, or all there are (some 40,000 events a second and
core); only the rows are kept in memory. Which obligations a mission has is asked of the views, which know at least those
that there were then. What an officer is called comes from today's directory: what it has forgotten stays forgotten.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import DateTime, Table

from chancery import queries
from chancery.desk import Desk
from chancery.log.store import EventLog
from chancery.queries import Row
from chancery.streams import as_event, mission_stream, obligation_stream
from chancery.views import rows, tables
from domain import mission as missions
from domain import obligation as obligations
from domain.envelope import Event
from domain.kinds import instant
from domain.mission import Mission
from domain.obligation import Obligation

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK: Final = 100
"""Streams that are read in one round trip."""


class NoSuchPosition(Exception):
    """The log has no such position, or held nothing at that instant yet."""

    code = "no-such-position"

    def __init__(self, given: object, head: int) -> None:
        super().__init__(f"The log has positions 1 to {head}; {given} is none of them.")
        self.given = given
        self.head = head


@dataclass(frozen=True, slots=True)
class Now:
    """What is known now. `position` was the log's head when the reading began; `at` is the clock's instant."""

    desk: Desk
    position: int
    at: datetime

    async def mission(self, code: str) -> Mission:
        """A mission; version 0 if it was never adopted."""
        return await self.desk.mission(code)

    async def obligation(self, id_: str) -> Obligation:
        """An obligation; version 0 if it was never opened."""
        return await self.desk.obligation(id_)

    async def events(self, obligation: str) -> list[Event]:
        """The events of an obligation."""
        return [as_event(e) for e in await self.desk.log.read_stream(obligation_stream(obligation))]

    async def missions(self) -> list[Row]:
        """Every mission adopted, by code."""
        return await queries.missions(self.desk.log)

    async def obligations(self, **wanted: str | None) -> list[Row]:
        """Obligations by mission, status, definition or instrument, the soonest due first."""
        return await queries.obligations(self.desk.log, **wanted)

    async def tasks(
        self,
        *,
        mission: str | None = None,
        postings_: Sequence[str] | None = None,
        status: str | None = "open",
        obligation: str | None = None,
    ) -> list[Row]:
        """Tasks by time left: overdue first, those that wait last."""
        return await queries.tasks(
            self.desk.log, mission=mission, postings_=postings_, status=status, obligation=obligation
        )


@dataclass(frozen=True, slots=True)
class Then:
    """What was known at a position. `at`: the instant that was asked for, or when that position was recorded (UTC)."""

    log: EventLog
    position: int
    at: datetime

    async def mission(self, code: str) -> Mission:
        """A mission as known then; version 0 if it had not been adopted."""
        return missions.fold(await self._events(mission_stream(code)))

    async def obligation(self, id_: str) -> Obligation:
        """An obligation as known then; version 0 if it had not been opened."""
        return obligations.fold(await self.events(id_))

    async def events(self, obligation: str) -> list[Event]:
        """The events of an obligation up to then."""
        return await self._events(obligation_stream(obligation))

    async def missions(self) -> list[Row]:
        """Every mission adopted by then, by code. Reads every mission's stream."""
        found = []
        for name in await self.log.streams("mission/"):
            state = missions.fold(await self._events(name))
            if state.version:
                found.append(_row(tables.mission, rows.mission_row(state)))
        return sorted(found, key=lambda r: r["code"])

    async def obligations(self, **wanted: str | None) -> list[Row]:
        """Obligations by mission, status, definition or instrument as they were then, the soonest due first."""
        found = []
        async for state in self._folded(wanted.get("mission"), None):
            row = _row(tables.obligation, rows.obligation_row(state))
            if all(value is None or row[name] == value for name, value in wanted.items()):
                found.append(row)
        return sorted(found, key=lambda r: (r["next_due"] is None, r["next_due"] or EPOCH, r["id"]))

    async def tasks(
        self,
        *,
        mission: str | None = None,
        postings_: Sequence[str] | None = None,
        status: str | None = "open",
        obligation: str | None = None,
    ) -> list[Row]:
        """Tasks as they stood then, by the time they had left: overdue first, those that waited last."""
        found = []
        async for state in self._folded(mission, obligation, postings_):
            for task in state.tasks.values():
                if (status is None or task.status == status) and (
                    postings_ is None or task.posting in postings_
                ):
                    found.append(_row(tables.task, rows.task_row(state, task)))
        return sorted(found, key=lambda r: (r["waiting"] is not None, r["due"], r["obligation"], r["task"]))

    async def _events(self, stream: str) -> list[Event]:
        return [as_event(e) for e in await self.log.read_stream(stream, upto_position=self.position)]

    async def _folded(
        self, mission: str | None, obligation: str | None, postings_: Sequence[str] | None = None
    ) -> AsyncIterator[Obligation]:
        """The obligations that a list could hold, as known then, one by one."""
        if obligation is not None:
            names = [obligation_stream(obligation)]
        elif postings_ is not None:
            names = [obligation_stream(o) for o in await queries.involved(self.log, postings_)]
        elif mission is not None:
            now = await queries.obligations(self.log, mission=mission)
            names = [obligation_stream(row["id"]) for row in now]
        else:
            names = await self.log.streams("obligation/")
        for start in range(0, len(names), _CHUNK):
            loaded = await self.log.load_upto(names[start : start + _CHUNK], self.position)
            for recorded in loaded.values():
                state = obligations.fold(as_event(e) for e in recorded)
                if state.version and mission in (None, state.mission):
                    yield state


Reading = Now | Then
"""Where a read takes what it shows from."""


async def reading(desk: Desk, as_of: int | datetime | None = None) -> Reading:
    """What is known now (None), or was known at a position or an instant (aware). Raises NoSuchPosition."""
    head, now = await desk.log.head(), desk.clock.now()
    if as_of is None:
        return Now(desk, head, now)
    if isinstance(as_of, datetime):
        position = await desk.log.last_before((as_of - EPOCH) // timedelta(microseconds=1))
        at = min(as_of, now)
    else:
        position, at = as_of, EPOCH
    if not 1 <= position <= head:
        raise NoSuchPosition(as_of, head)
    if not isinstance(as_of, datetime):
        at = min(EPOCH + timedelta(microseconds=(await desk.log.at(position)).recorded_us), now)
    return Then(desk.log, position, at)


def _row(table: Table, values: Iterable[Any]) -> Row:
    """A row as the view would give it: instants as datetimes (UTC)."""
    return {
        column.name: instant(value) if isinstance(column.type, DateTime) and isinstance(value, str) else value
        for column, value in zip(table.columns, values, strict=True)
    }
