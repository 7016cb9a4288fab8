"""What the signer reads: every row once as it comes, and again and again what was signed long ago.

The bytes are read, never what is derived from them: a stored leaf is only compared.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from chancery.log import merkle
from chancery.log.alarms import SignerStopped
from chancery.log.sources import Row, Source
from chancery.log.tiles import Growing, Tiles

PAGE: Final = 2_000


class Reread:
    """The tree over what a log's rows really hold. Methods raise SignerStopped, TilesDamaged, psycopg.OperationalError."""

    def __init__(self, source: Source, tree: Growing) -> None:
        self.tree = tree
        self._source = source
        self._recorded_us = -(2**63)
        self._looked = 0

    async def take(self) -> None:
        """Add what is new to the tree, after a look at the last row that is in it."""
        head = await self._source.head()
        size = self.tree.size
        if head < size:
            first = await self.differs(0, size) or head + 1
            raise SignerStopped("signer.shrunk", head=head, size=size, position=first)
        if size:
            rows = await self._source.rows(size - 1, 1)
            if not rows or rows[0].position != size or _leaf(rows[0]) != self.tree.last:
                raise SignerStopped("signer.rewritten", position=await self.differs(0, size) or size)
            self._recorded_us = rows[0].recorded_us
        while self.tree.size < head:
            rows = await self._source.rows(self.tree.size, min(PAGE, head - self.tree.size))
            # The whole page first: what is unsound never enters the tree.
            self._check(rows)
            await asyncio.to_thread(self._grow, rows)

    async def differs(self, after: int, upto: int) -> int | None:
        """The first position in after < p <= upto that holds something else than was signed, or nothing; None if all is as it was."""
        signed = Tiles(self.tree.folder).leaves(after, upto)
        while after < upto:
            rows = await self._source.rows(after, min(PAGE, upto - after))
            for row in rows:
                after += 1
                if row.position != after or not _leaf(row) == row.leaf == next(signed):
                    return after
            if not rows:
                return after + 1
        return None

    async def look_back(self, upto: int, limit: int = PAGE) -> int:
        """Compare so many of the rows that were signed with what was signed, and go round and round. Where it is now."""
        after = self._looked if self._looked < upto else 0
        self._looked = min(upto, after + limit)
        bad = await self.differs(after, self._looked)
        if bad is not None:
            raise SignerStopped("signer.rewritten", position=bad)
        return self._looked

    def _check(self, rows: Sequence[Row]) -> None:
        if not rows:
            raise SignerStopped("signer.gap", position=self.tree.size + 1)
        for expected, row in enumerate(rows, self.tree.size + 1):
            if row.position != expected:
                raise SignerStopped("signer.gap", position=expected)
            if _leaf(row) != row.leaf:
                raise SignerStopped("signer.leaf", position=expected)
            if row.recorded_us < self._recorded_us:
                raise SignerStopped("signer.time", position=expected)
            self._recorded_us = row.recorded_us

    def _grow(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.tree.append(row.leaf)


def _leaf(row: Row) -> bytes:
    """Made again from the bytes; where they were removed on purpose, the one that stayed."""
    return row.leaf if row.body is None else merkle.leaf_of(row.position, row.recorded_us, row.body)
