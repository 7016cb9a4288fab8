"""Two desks, each with a pool of its own, on one PostgreSQL; and what a race came to."""

from __future__ import annotations

import asyncio
import random  # noqa: TID251 - seeded, and only for who is let go first
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg_pool import AsyncConnectionPool

from chancery.clock import Clock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS
from chancery.streams import Receipt
from domain.refusals import Refused
from tests.conftest import Database

SEED = 20261123

Said = Receipt | str
"""What whoever asked was told: a receipt, or a refusal's stable code."""
Runner = Callable[[], Coroutine[Any, Any, Receipt]]


@dataclass
class Tally:
    """How the races came out: who won, and what the others were told."""

    won: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"won {dict(sorted(self.won.items()))}, told {dict(sorted(self.told.items()))}"


@asynccontextmanager
async def two_desks(database: Database, clock: Clock) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two processes' worth of desks; only the log stands between them."""
    async with AsyncExitStack() as stack:
        desks = []
        for _ in range(2):
            pool = AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=2, max_size=3)
            await stack.enter_async_context(pool)
            desks.append(await stack.enter_async_context(Desk(pool, clock)))
        yield desks[0], desks[1]


async def raced(one: Runner, other: Runner, chance: random.Random) -> tuple[Said, Said]:
    """Both at once, from two ends; now this one goes a few steps ahead, now the other."""
    ahead = chance.choice((-40, -10, -3, -1, 0, 0, 1, 3, 10, 40))

    async def run(runner: Runner, steps: int) -> Said:
        for _ in range(steps):
            await asyncio.sleep(0)
        try:
            return await runner()
        except Refused as refusal:
            return refusal.code

    first, second = await asyncio.gather(run(one, max(0, -ahead)), run(other, max(0, ahead)))
    return first, second
