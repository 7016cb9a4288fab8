"""Reading the log: by stream, by position, always the bytes that were written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from chancery.log.canonical import parse

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

POOL_SETTINGS: Final[Mapping[str, Any]] = {"autocommit": True}
"""How connections to the log are made: `AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS))`. `pipeline.commit` asks for
autocommit too, because it sends BEGIN and COMMIT itself, in one round trip with what stands between."""


class LogDamaged(Exception):
    """A position is missing: the log was altered outside its append function. Stop and raise the alarm."""

    code = "log.damaged"

    def __init__(self, position: int) -> None:
        super().__init__(f"log.damaged: position {position} is missing from the log")
        self.position = position


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it lies in the log. `recorded_us`: the log's own time, microseconds since 1970-01-01T00:00:00Z."""

    position: int
    recorded_us: int
    stream: str
    version: int
    body: bytes
    leaf: bytes
    _parsed: list[dict[str, Any]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def event(self) -> dict[str, Any]:
        """The event, parsed from the bytes when first asked for. Treat it as read-only: all who read share it."""
        if not self._parsed:
            self._parsed.append(parse(self.body))
        return self._parsed[0]


# LIMIT and OFFSET keep the planner from turning the look-ups into joins: index scans at any size, whatever the statistics.
_LOAD: Final = """
SELECT e.position, e.recorded_us, w.name, e.version, e.body, e.leaf
  FROM unnest(%s::text[], %s::integer[]) AS w(name, version)
 CROSS JOIN LATERAL (SELECT s.id FROM log.stream s WHERE s.name = w.name LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT * FROM log.event e
                      WHERE e.stream = s.id AND e.version > w.version ORDER BY e.version OFFSET 0) AS e
"""
_LOAD_UPTO: Final = """
SELECT e.position, e.recorded_us, w.name, e.version, e.body, e.leaf
  FROM unnest(%s::text[]) AS w(name)
 CROSS JOIN LATERAL (SELECT s.id FROM log.stream s WHERE s.name = w.name LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT * FROM log.event e
                      WHERE e.stream = s.id AND e.position <= %s ORDER BY e.version OFFSET 0) AS e
"""
_VERSIONS: Final = """
SELECT w.name, e.version
  FROM unnest(%s::text[]) AS w(name)
 CROSS JOIN LATERAL (SELECT s.id FROM log.stream s WHERE s.name = w.name LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT e.version FROM log.event e WHERE e.stream = s.id ORDER BY e.version DESC LIMIT 1) AS e
"""
_READ: Final = """
SELECT e.position, e.recorded_us, s.name, e.version, e.body, e.leaf
  FROM (SELECT * FROM log.event WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) AS e
 CROSS JOIN LATERAL (SELECT s.name FROM log.stream s WHERE s.id = e.stream LIMIT 1) AS s
 ORDER BY e.position
"""
_READ_STREAM: Final = """
SELECT e.position, e.recorded_us, s.name, e.version, e.body, e.leaf
  FROM log.stream s JOIN log.event e ON e.stream = s.id
 WHERE s.name = %s AND e.version > %s AND e.position <= %s
 ORDER BY e.version
"""
_OF_COMMAND: Final = """
SELECT e.position, e.recorded_us, s.name, e.version, e.body, e.leaf
  FROM log.stream s JOIN log.event e ON e.stream = s.id
 WHERE s.name = %s AND e.command_id = %s
 ORDER BY e.version LIMIT 1
"""
_STREAMS: Final = "SELECT name FROM log.stream WHERE starts_with(name, %s) AND name >= %s ORDER BY id"
_HEAD: Final = "SELECT coalesce(max(position), 0) FROM log.event"
_ORIGIN: Final = "SELECT origin, rehearsal FROM log.origin"
_LAST: Final = 2**63 - 1


class EventLog:
    """The log, read through a pool of connections (autocommit, see POOL_SETTINGS).

    Every method raises psycopg.OperationalError (psycopg_pool.PoolTimeout is one) when the database cannot be reached.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def load(self, wants: Sequence[tuple[str, int]]) -> dict[str, list[Recorded]]:
        """Of each (stream, version): the events after that version, in order; all in one round trip.

        Every stream asked for has an entry, an absent one an empty list.
        """
        found: dict[str, list[Recorded]] = {name: [] for name, _ in wants}
        for row in await self._rows(_LOAD, [[name for name, _ in wants], [version for _, version in wants]]):
            found[row[2]].append(Recorded(*row))
        return found

    async def load_upto(self, names: Sequence[str], position: int) -> dict[str, list[Recorded]]:
        """Of each stream: its events as known at a position, from the first; all in one round trip.

        Every stream asked for has an entry, one that did not exist yet an empty list.
        """
        found: dict[str, list[Recorded]] = {name: [] for name in names}
        for row in await self._rows(_LOAD_UPTO, [list(names), position]):
            found[row[2]].append(Recorded(*row))
        return found

    async def at(self, position: int) -> Recorded:
        """The event at a position from 1 to the head. Raises LogDamaged where it is missing."""
        found = await self.read(position - 1, 1, position)
        if not found:
            raise LogDamaged(position)
        return found[0]

    async def last_before(self, recorded_us: int) -> int:
        """The last position recorded at or before a time of the log (microseconds since 1970, UTC); 0 if none was.

        The log's time never runs backwards, so halving finds it.
        """
        low, high = 0, await self.head()
        while low < high:
            middle = (low + high + 1) // 2
            if (await self.at(middle)).recorded_us <= recorded_us:
                low = middle
            else:
                high = middle - 1
        return low

    async def read(self, after: int, limit: int = 1000, upto: int | None = None) -> list[Recorded]:
        """At most `limit` events of all streams after a position (and up to one), in order.

        Raises LogDamaged at the first missing position.
        """
        rows = await self._rows(_READ, [after, _LAST if upto is None else upto, limit])
        events = [Recorded(*row) for row in rows]
        if events and events[-1].position - after != len(events):
            raise LogDamaged(next(n for n, event in enumerate(events, after + 1) if event.position != n))
        return events

    async def read_stream(
        self, name: str, after: int = 0, upto_position: int | None = None
    ) -> list[Recorded]:
        """The events of one stream after a version, as known at a position; empty if there is no such stream."""
        upto = _LAST if upto_position is None else upto_position
        return [Recorded(*row) for row in await self._rows(_READ_STREAM, [name, after, upto])]

    async def head(self) -> int:
        """The last position; 0 when the log is empty."""
        (row,) = await self._rows(_HEAD)
        return int(row[0])

    async def origin(self) -> tuple[str, bool]:
        """Which log this is, and whether it is a rehearsal."""
        (row,) = await self._rows(_ORIGIN)
        return str(row[0]), bool(row[1])

    async def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """The version of each stream; 0 for an absent one."""
        names = list(streams)
        return dict.fromkeys(names, 0) | {row[0]: row[1] for row in await self._rows(_VERSIONS, [names])}

    async def streams(self, prefix: str = "") -> list[str]:
        """The names of the streams that begin so (`mission/`), oldest first."""
        return [row[0] for row in await self._rows(_STREAMS, [prefix, prefix])]

    async def event_of_command(self, stream: str, command_id: str | UUID) -> Recorded | None:
        """The first event that a command left in a stream, or None. Costs a scan of that stream."""
        rows = await self._rows(_OF_COMMAND, [stream, UUID(str(command_id))])
        return Recorded(*rows[0]) if rows else None

    async def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[TupleRow]:
        try:
            return await self._query(query, parameters)
        except PoolTimeout:
            raise
        except OperationalError:
            # A restarted server leaves dead connections in the pool; to read twice does no harm.
            await self.pool.check()
            return await self._query(query, parameters)

    async def _query(self, query: str, parameters: Sequence[object]) -> list[TupleRow]:
        # Binary: bytes come as bytes, not as twice as many hexadecimal digits.
        async with (
            self.pool.connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            await cursor.execute(query.encode(), parameters, prepare=True)
            return await cursor.fetchall()
