"""What the signer signs: logs whose rows have a position without gaps, a time, bytes and a leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from psycopg.rows import tuple_row

from chancery.log.store import Pool


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it lies there. `recorded_us`: microseconds since 1970-01-01T00:00:00Z.

    `body`: the bytes that the leaf is over, after position and time; None where they were removed and only the leaf stayed.
    """

    position: int
    recorded_us: int
    body: bytes | None
    leaf: bytes


class Source(Protocol):
    """A log to sign. Its methods raise psycopg.OperationalError when the database cannot be reached."""

    @property
    def name(self) -> str:
        """A word for it: the folder of its checkpoints, the file of its key."""
        ...

    async def origin(self) -> str:
        """Which log it is: the first line of its checkpoints, the name of its key."""
        ...

    async def head(self) -> int:
        """The last position; 0 when it is empty."""
        ...

    async def rows(self, after: int, limit: int) -> Sequence[Row]:
        """The rows after a position, in order, at most so many."""
        ...


_ROWS: Final = b"""
SELECT position, recorded_us, body, leaf FROM log.event WHERE position > %s ORDER BY position LIMIT %s
"""


class LogSource:
    """The log itself."""

    name = "log"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def origin(self) -> str:
        """See Source."""
        return str((await self._fetch(b"SELECT origin FROM log.origin", []))[0][0])

    async def head(self) -> int:
        """See Source."""
        return int((await self._fetch(b"SELECT coalesce(max(position), 0) FROM log.event", []))[0][0])

    async def rows(self, after: int, limit: int) -> list[Row]:
        """See Source. The bytes and not what is derived from them; the stored leaf only to be compared."""
        return [Row(*row) for row in await self._fetch(_ROWS, [after, limit])]

    async def _fetch(self, query: bytes, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as conn, conn.cursor(binary=True, row_factory=tuple_row) as cursor:
            await cursor.execute(query, parameters, prepare=True)
            return await cursor.fetchall()
