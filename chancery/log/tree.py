"""The Merkle tree over a table of leaves that grows: roots and proofs of any size, without holding the leaves.

Of the leaves only the roots of complete blocks of 256 are kept in memory, with the nodes above them: 64 bytes for 256
events, so 2.5 MB for ten million. They are read once, as the log grows; a proof then reads the few blocks that it touches.
What is kept is compared with what is read: a leaf that was altered below this process is found when its block is touched.
This is for making proofs quickly, not for verifying: it trusts the `leaf` column (`verify` and the signer read the bytes).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from psycopg.rows import tuple_row

from chancery.log import merkle
from chancery.log.merkle import HASH_BYTES
from chancery.log.nodes import Node, cover, path, span, subtrees
from chancery.log.store import EventLog, LogDamaged, Pool
from domain.refusals import Told

LOW: Final = 8
"""The level of the blocks whose roots are kept."""
BLOCK: Final = 1 << LOW
_AT_ONCE: Final = 64
"""Blocks in one read: half a megabyte of leaves."""


class TreeRefused(Told):
    """A proof that cannot be made."""

    sentences: Final = {  # type: ignore[misc]
        "no-such-size": (
            "The log has {head} events; there is no tree of {size}.",
            "Le journal compte {head} événements ; il n'y a pas d'arbre de {size}.",
        ),
        "not-in-tree": (
            "Position {position} is not in a tree of {size}; positions count from 1.",
            "La position {position} n'est pas dans un arbre de {size} ; les positions comptent à partir de 1.",
        ),
        "shrinking-tree": (
            "A tree of {second} does not follow on one of {first}; give the smaller size first.",
            "Un arbre de {second} ne fait pas suite à un arbre de {first} ; donnez d'abord la plus petite taille.",
        ),
    }


class LeafAltered(LogDamaged):
    """A leaf among some positions is another than when this process first read it."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first)
        self.args = (f"log.damaged: a leaf among positions {first} to {last} was altered",)
        self.last = last


class Leaves(Protocol):
    """Where leaves lie, by position from 1."""

    async def head(self) -> int:
        """How many there are."""
        ...

    async def ranges(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """For each (after, upto): the leaves of the positions after < p <= upto, in order, as one string of 32 bytes each."""
        ...


class TableLeaves:
    """The leaves of a table with columns `position` and `leaf`. `table` is a name of ours, never of a user's."""

    def __init__(self, pool: Pool, table: str = "log.event") -> None:
        self._pool = pool
        self._head = f"SELECT coalesce(max(position), 0) FROM {table}".encode()  # noqa: S608 - a name of ours
        self._ranges = (
            "SELECT coalesce((SELECT string_agg(leaf, ''::bytea ORDER BY position) "  # noqa: S608 - the same
            f"FROM {table} WHERE position > w.after AND position <= w.upto), ''::bytea) "
            "FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS w(after, upto, n) ORDER BY w.n"
        ).encode()
        self._missing = (
            "SELECT min(w.n) FROM generate_series(%s::bigint, %s::bigint) AS w(n) "  # noqa: S608 - the same
            f"WHERE NOT EXISTS (SELECT FROM {table} e WHERE e.position = w.n)"
        ).encode()

    async def head(self) -> int:
        """The last position; 0 when there is none. Raises psycopg.OperationalError."""
        [[head]] = await self._rows(self._head, [])
        return int(head)

    async def ranges(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """See Leaves. Raises LogDamaged at a missing position, psycopg.OperationalError."""
        rows = await self._rows(self._ranges, [[after for after, _ in wanted], [upto for _, upto in wanted]])
        found = [bytes(row[0]) for row in rows]
        for (after, upto), leaves in zip(wanted, found, strict=True):
            if len(leaves) != HASH_BYTES * (upto - after):
                [[missing]] = await self._rows(self._missing, [after + 1, upto])
                raise LogDamaged(int(missing or after + 1))
        return found

    async def _rows(self, query: bytes, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as conn, conn.cursor(binary=True, row_factory=tuple_row) as cursor:
            await cursor.execute(query, parameters, prepare=True)
            return await cursor.fetchall()


class Tree:
    """The tree over leaves in a table. Any number of tasks may ask at once.

    Every method raises TreeRefused for a size or position that is not there, LogDamaged where a leaf is missing or has been
    altered since it was first read, and psycopg.OperationalError when the database cannot be reached.
    """

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._levels: list[bytearray] = [bytearray()]
        """The complete nodes of level LOW and above, each level as one string."""
        self._growing = asyncio.Lock()

    async def head(self) -> int:
        """The size that the tree could have now."""
        return await self._leaves.head()

    async def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves."""
        await self._reach(size)
        parts = list(subtrees(size))
        nodes = await self._nodes(parts, size)
        return merkle.joined([nodes[part] for part in parts])

    async def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof that the leaf at a position (from 1) is in the tree of `size`."""
        await self._reach(size)
        if not 1 <= position <= size:
            raise TreeRefused("not-in-tree", position=position, size=size)
        wanted = path(position - 1, size)
        nodes = await self._nodes(wanted, size)
        return [nodes[node] for node in wanted]

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the tree of `second` only added to that of `first`."""
        await self._reach(second)
        if not 0 <= first <= second:
            raise TreeRefused("shrinking-tree", first=first, second=second)
        wanted = span(first, second)
        nodes = await self._nodes(wanted, second)
        return [nodes[node] for node in wanted]

    async def bundle(self, positions: Iterable[int], size: int) -> dict[str, Any]:
        """One proof for many positions: see `merkle.as_bundle`. The same for the same leaves, to the byte."""
        await self._reach(size)
        chosen = sorted(set(positions))
        for position in (*chosen[:1], *chosen[-1:]):
            if not 1 <= position <= size:
                raise TreeRefused("not-in-tree", position=position, size=size)
        wanted = cover(chosen, size)
        leaves: list[Node] = [(0, position - 1) for position in chosen]
        parts = list(subtrees(size))
        nodes = await self._nodes([*wanted, *leaves, *parts], size)
        return merkle.as_bundle(
            size,
            merkle.joined([nodes[part] for part in parts]),
            {position: nodes[0, position - 1] for position in chosen},
            {node: nodes[node] for node in wanted},
        )

    async def _reach(self, size: int) -> None:
        """Know all complete blocks of a tree of `size`."""
        if size > BLOCK * self._blocks or size < 0:
            head = await self._leaves.head()
            if not 0 <= size <= head:
                raise TreeRefused("no-such-size", size=size, head=head)
        async with self._growing:
            while self._blocks < size >> LOW:
                upto = min(size >> LOW, self._blocks + _AT_ONCE)
                [leaves] = await self._leaves.ranges([(self._blocks << LOW, upto << LOW)])
                self._add(leaves)

    @property
    def _blocks(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def _add(self, leaves: bytes) -> None:
        """Append complete blocks, and every node that is complete with them."""
        for start in range(0, len(leaves), BLOCK * HASH_BYTES):
            made = merkle.root(_split(leaves[start : start + BLOCK * HASH_BYTES]))
            for row in self._levels:
                row.extend(made)
                if len(row) // HASH_BYTES % 2:
                    break
                made = merkle.node_hash(bytes(row[-2 * HASH_BYTES : -HASH_BYTES]), made)
            else:
                self._levels.append(bytearray(made))

    async def _nodes(self, wanted: Sequence[Node], size: int) -> Mapping[Node, bytes]:
        """The hashes of nodes in a tree of `size`: the high ones from memory, the low ones out of their blocks."""
        high = [node for node in wanted if node[0] >= LOW]
        low: dict[int, set[Node]] = {}
        for level, index in wanted:
            if level < LOW:
                low.setdefault(index << level >> LOW, set()).add((level, index))
        rest = size >> LOW
        partial = size % BLOCK and any((index + 1) << level > rest << LOW for level, index in high)
        if partial:
            low.setdefault(rest, set())
        found: dict[Node, bytes] = {}
        tail = b""
        blocks = sorted(low)
        for start in range(0, len(blocks), _AT_ONCE):
            some = blocks[start : start + _AT_ONCE]
            ranges = [(block << LOW, min(size, (block + 1) << LOW)) for block in some]
            for block, leaves in zip(some, await self._leaves.ranges(ranges), strict=True):
                rows = self._rows(block, _split(leaves))
                for level, index in low[block]:
                    found[level, index] = rows[level][index - (block << LOW >> level)]
                if block == rest:
                    tail = rows[-1][0]
        return found | {node: self._high(*node, size, tail) for node in high}

    def _rows(self, block: int, leaves: list[bytes]) -> list[list[bytes]]:
        """All levels of a block, from its leaves up to its root, which must be the one that was read at first."""
        rows = [leaves]
        for _ in range(LOW):
            rows.append(merkle.paired(rows[-1]))
        if len(leaves) == BLOCK and rows[-1][0] != self._kept(LOW, block):
            raise LeafAltered((block << LOW) + 1, (block + 1) << LOW)
        return rows

    def _high(self, level: int, index: int, size: int, tail: bytes) -> bytes:
        """A node at or above the blocks: kept if it is complete, else made of what is below it."""
        if (index + 1) << level <= size:
            return self._kept(level, index)
        if level == LOW:
            return tail
        left = self._high(level - 1, 2 * index, size, tail)
        if (2 * index + 1) << (level - 1) >= size:
            return left
        return merkle.node_hash(left, self._high(level - 1, 2 * index + 1, size, tail))

    def _kept(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level - LOW][index * HASH_BYTES : (index + 1) * HASH_BYTES])


class LogTree(Tree):
    """The tree over the log. One for each process, so that what it keeps is kept once."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(TableLeaves(log.pool))


def _split(leaves: bytes) -> list[bytes]:
    return [leaves[i : i + HASH_BYTES] for i in range(0, len(leaves), HASH_BYTES)]
