"""One log of some forty real events for each test process, which is only read; and a signer for the command line's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.log.tree import LogTree
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.cli.conftest import _quiet_logging, cli, environment, overseen, staffed, stated  # noqa: F401
from tests.conftest import NOW, Database, fresh_database
from tests.export.made import Ground
from tests.made import adoption, cid, opening, posts


@pytest.fixture(scope="session")
def written_log(postgres: EmbeddedPostgres, database_template: str) -> Iterator[Database]:
    """Mission Q with thirteen obligations, each with an open task."""
    with fresh_database(postgres, database_template) as database:
        asyncio.run(_write(database))
        yield database


async def _write(database: Database) -> None:
    async with (
        AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2) as pool,
        Desk(pool, ManualClock(NOW)) as desk,
    ):
        await desk.submit(adoption(), OPERATOR)
        await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
        for n in range(13):
            name = f"o-{n + 1}"
            await desk.submit(opening(name), ENGINE_TICK)
            hold = c.OpenTask(command_id=cid(f"hold {n}"), mission="Q", obligation=name, step="hold")
            await desk.submit(hold, ENGINE_TICK)


@pytest.fixture
async def ground(written_log: Database) -> AsyncIterator[Ground]:
    """That log, read as the reader does, and the keys of its signer."""
    pool = AsyncConnectionPool(
        written_log.reader_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2, open=False
    )
    async with pool:
        log = EventLog(pool)
        origin, _ = await log.origin()
        yield Ground(log, LogTree(log), SigningKey.of(origin, b"k" * 32))


Sign = Callable[[], Awaitable[int]]


@pytest.fixture
async def key(staffed: Desk) -> SigningKey:  # noqa: F811
    origin, _ = await staffed.log.origin()
    return SigningKey.of(origin, b"k" * 32)


@pytest.fixture
async def sign(
    key: SigningKey,
    database: Database,
    environment: Path,  # noqa: F811
    clock: ManualClock,
) -> AsyncIterator[Sign]:
    """The signer, step by step: its folder is where the installation looks."""
    pool = AsyncConnectionPool(
        database.reader_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1, open=False
    )
    async with (
        pool,
        Signer(LogSource(pool), environment / "data" / "checkpoints" / "log", [key], clock) as signer,
    ):

        async def step() -> int:
            signed = await signer.step()
            assert signed is not None
            return signed.checkpoint.size

        yield step
