"""Writers that pause and roll back, readers that tail: nothing missed, no gap; and the naive reader, who does miss."""

import asyncio
import random  # noqa: TID251 - seeded, and only for pauses
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.store import EventLog
from tests.conftest import Database
from tests.log.made import append_async, made
from tests.log.tools import tell

SEED = 20260505


@dataclass
class Rig:
    """What the writers committed and what each reader saw."""

    committed: int = 0
    control_committed: set[int] = field(default_factory=set)
    done: bool = False


@pytest.fixture
def control(admin: psycopg.Connection[TupleRow]) -> None:
    """A log as most are built: a sequence, read by "greater than the last I saw"."""
    admin.execute("CREATE TABLE public.naive (position bigserial PRIMARY KEY, text text)")
    admin.execute("GRANT ALL ON public.naive, public.naive_position_seq TO chancery_app")


async def write(rig: Rig, url: str, number: int, transactions: int) -> None:
    """Each transaction writes to both logs, pauses where a slow program would, and one in twenty is rolled back."""
    chance = random.Random(SEED + number)
    version = 0
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        for _ in range(transactions):
            await conn.execute("BEGIN")
            cursor = await conn.execute("INSERT INTO public.naive DEFAULT VALUES RETURNING position")
            row = await cursor.fetchone()
            assert row is not None
            await asyncio.sleep(chance.random() * 0.004)
            size = chance.randint(1, 3)
            stream = f"writer/{number}"
            await append_async(
                conn, [made(stream, version + n) for n in range(1, size + 1)], {stream: version}
            )
            await asyncio.sleep(chance.random() * 0.002)
            if chance.random() < 0.05:
                await conn.execute("ROLLBACK")
                continue
            await conn.execute("COMMIT")
            version += size
            rig.committed += size
            rig.control_committed.add(row[0])


async def tail_log(rig: Rig, log: EventLog) -> list[int]:
    """The positions that a tailing reader sees, in the order in which it sees them."""
    seen: list[int] = []
    while True:
        last_round = rig.done
        # Not log.read: that would raise at a gap; here gaps are counted.
        seen += [
            row[0]
            for row in await log._rows(
                "SELECT position FROM log.event WHERE position > %s ORDER BY 1", [seen[-1] if seen else 0]
            )
        ]
        if last_round:
            return seen


async def tail_naive(rig: Rig, url: str) -> set[int]:
    seen: set[int] = set()
    last = 0
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        while True:
            last_round = rig.done
            cursor = await conn.execute("SELECT position FROM public.naive WHERE position > %s", [last])
            seen |= {row[0] for row in await cursor.fetchall()}
            last = max(seen, default=0) if cursor.rowcount else last
            if last_round:
                return seen


@pytest.mark.usefixtures("control")
@pytest.mark.parametrize(
    ("writers", "readers", "transactions"),
    [(8, 1, 60), pytest.param(16, 4, 1250, marks=[pytest.mark.trials, pytest.mark.timeout(900)])],
)
async def test_nothing_is_missed_and_the_naive_reader_misses(
    database: Database, log: EventLog, writers: int, readers: int, transactions: int
) -> None:
    rig = Rig()
    tails = [asyncio.create_task(tail_log(rig, log)) for _ in range(readers)]
    naive = asyncio.create_task(tail_naive(rig, database.app_url))
    await asyncio.gather(*(write(rig, database.app_url, number, transactions) for number in range(writers)))
    rig.done = True
    for seen in await asyncio.gather(*tails):
        assert seen == list(range(1, rig.committed + 1))
    missed = rig.control_committed - await naive
    tell(
        f"log: 0 missed of {rig.committed}; naive reader: {len(missed)} missed of {len(rig.control_committed)}; seed {SEED}"
    )
    assert missed
    assert len(await log.read(0, limit=rig.committed + 1)) == rig.committed
