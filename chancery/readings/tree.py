"""The access log's own Merkle tree: RFC 6962 as the log's, over its own leaves, under an origin of its own."""

from collections.abc import Sequence
from typing import Final

from psycopg.rows import tuple_row

from chancery.log.merkle import HASH_BYTES
from chancery.log.sources import Row
from chancery.log.store import EventLog, LogDamaged, Pool
from chancery.log.tree import Tree
from chancery.readings import book

SUFFIX: Final = "/readings"
_LEAVES: Final = "SELECT leaves FROM vault.readings_leaves(%s::bigint[], %s::bigint[])"


async def origin_of(log: EventLog) -> str:
    """What the access log of a log is called: its checkpoints can be taken for no other's."""
    origin, _ = await log.origin()
    return origin + SUFFIX


class ReadingLeaves:
    """The leaves of the access log, through the vault's functions: the table is closed to every role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def head(self) -> int:
        """The last position; 0 when there is none. Raises psycopg.OperationalError."""
        return await book.head(self._pool)

    async def ranges(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """For each (after, upto): the leaves there as one string. Raises LogDamaged where one is missing, psycopg.OperationalError."""
        bounds = [[after for after, _ in wanted], [upto for _, upto in wanted]]
        async with self._pool.connection() as conn, conn.cursor(binary=True, row_factory=tuple_row) as cursor:
            await cursor.execute(_LEAVES, bounds)
            found = [bytes(leaves) for (leaves,) in await cursor.fetchall()]
        for (after, upto), leaves in zip(wanted, found, strict=True):
            if len(leaves) != HASH_BYTES * (upto - after):
                raise LogDamaged(await self._missing(after, upto))
        return found

    async def _missing(self, after: int, upto: int) -> int:
        """The first position of a range that is not there."""
        expected = after + 1
        for entry in await book.page(self._pool, after, upto, upto - after):
            if entry.position != expected:
                break
            expected += 1
        return expected


class ReadingTree(Tree):
    """Roots and proofs of the access log; one for each process. Methods and errors as of `chancery.log.tree.Tree`."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(ReadingLeaves(pool))


class ReadingSource:
    """The access log as the signer reads it (`chancery.log.sources.Source`): the bytes where they are still there.

    Of an entry whose year is over the leaf is all there is; it was signed while its bytes could be read.
    """

    name = "readings"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def origin(self) -> str:
        """See Source."""
        return await origin_of(EventLog(self._pool))

    async def head(self) -> int:
        """See Source."""
        return await book.head(self._pool)

    async def rows(self, after: int, limit: int) -> list[Row]:
        """See Source. `body` is salt and bytes together: what the leaf is over, after position and time."""
        found = await book.page(self._pool, after, await book.head(self._pool), limit)
        return [Row(one.position, one.recorded_us, one.data, one.leaf) for one in found]
