"""Roots and proofs out of the table are those of the tree in memory, at any size, while the log grows."""

import asyncio
import random  # noqa: TID251 - seeded, and only to choose

import psycopg
import pytest
from psycopg.rows import TupleRow

from chancery.log import merkle
from chancery.log.store import EventLog, LogDamaged
from chancery.log.tree import BLOCK, LeafAltered, LogTree, TreeRefused
from tests.log.made import append, made

Connection = psycopg.Connection[TupleRow]


def grow(app: Connection, upto: int) -> list[bytes]:
    """Append until the log has so many events; all leaves."""
    row = app.execute("SELECT count(*) FROM log.event").fetchone()
    assert row is not None
    for start in range(row[0], upto, 500):
        stop = min(upto, start + 500)
        append(app, [made("mission/R", n + 1) for n in range(start, stop)], {"mission/R": start})
    return leaves_of(app)


def leaves_of(app: Connection) -> list[bytes]:
    """Made again from the bytes."""
    rows = app.execute("SELECT position, recorded_us, body FROM log.event ORDER BY position").fetchall()
    return [merkle.leaf_of(*row) for row in rows]


async def test_an_empty_log_has_the_empty_root(log: EventLog) -> None:
    tree = LogTree(log)
    assert await tree.root(0) == merkle.EMPTY
    assert await tree.consistency(0, 0) == []
    assert merkle.check_bundle(await tree.bundle([], 0))
    assert await tree.head() == 0


async def test_every_root_and_proof_while_the_log_grows(app: Connection, log: EventLog) -> None:
    tree, chance = LogTree(log), random.Random(18)
    for upto in (1, 2, 255, 256, 257, 511, 700, 1024, 1500):
        leaves = grow(app, upto)
        sizes = {upto, upto - 1, *(chance.randint(1, upto) for _ in range(8))}
        for size in sorted(sizes):
            assert await tree.root(size) == merkle.root(leaves[:size]), size
            if not size:
                continue
            position, first = chance.randint(1, size), chance.randint(0, size)
            assert await tree.inclusion(position, size) == merkle.inclusion(leaves, position - 1, size)
            assert await tree.consistency(first, size) == merkle.consistency(leaves, first, size)
            chosen = [chance.randint(1, size) for _ in range(chance.choice((0, 1, 3, 40)))]
            found = await tree.bundle(chosen, size)
            assert found == merkle.bundle(leaves, chosen, size)
            assert list(found["leaves"]) == sorted(found["leaves"], key=int)
            assert merkle.check_bundle(found)
    assert tree._blocks == 1500 // BLOCK  # whole blocks are kept, and nothing else


async def test_many_ask_a_new_tree_at_once(app: Connection, log: EventLog) -> None:
    leaves = grow(app, 1100)
    tree = LogTree(log)
    roots = await asyncio.gather(*(tree.root(1100 - n) for n in range(40)))
    assert roots == [merkle.root(leaves[: 1100 - n]) for n in range(40)]
    assert tree._blocks == 4


async def test_what_is_not_there_is_refused(app: Connection, log: EventLog) -> None:
    grow(app, 300)
    tree = LogTree(log)
    for code, asked in (
        ("no-such-size", tree.root(301)),
        ("no-such-size", tree.root(-1)),
        ("no-such-size", tree.consistency(5, 301)),
        ("no-such-size", tree.bundle([1], 1000)),
        ("not-in-tree", tree.inclusion(0, 300)),
        ("not-in-tree", tree.inclusion(251, 250)),
        ("not-in-tree", tree.bundle([1, 2, 251], 250)),
        ("not-in-tree", tree.bundle([0, 2], 250)),
        ("shrinking-tree", tree.consistency(251, 250)),
        ("shrinking-tree", tree.consistency(-1, 250)),
    ):
        with pytest.raises(TreeRefused) as refused:
            await asked
        assert refused.value.code == code
        assert "{" not in refused.value.sentence("en") + refused.value.sentence("fr")


async def test_a_missing_row_is_named(app: Connection, admin: Connection, log: EventLog) -> None:
    grow(app, 300)
    admin.execute("DELETE FROM log.event WHERE position = 17")
    with pytest.raises(LogDamaged) as damaged:
        await LogTree(log).root(300)
    assert damaged.value.position == 17


async def test_a_block_altered_below_the_process_is_found_and_the_next_is_not(
    app: Connection, admin: Connection, log: EventLog
) -> None:
    grow(app, 600)
    tree = LogTree(log)
    before = await tree.root(600)
    admin.execute("UPDATE log.event SET recorded_us = recorded_us - 1 WHERE position = 300")
    assert await tree.inclusion(4, 600)
    with pytest.raises(LeafAltered, match="257 to 512"):
        await tree.inclusion(301, 600)
    assert (
        await LogTree(log).root(600) != before
    )  # the control: whoever reads for the first time is told the new tree
