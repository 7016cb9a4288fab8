"""A database whose log takes its time from the clock of the test, as a rehearsal's does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS
from tests.conftest import Database

Opened = Callable[[ManualClock], AbstractAsyncContextManager[Desk]]


@pytest.fixture
def rehearsing(database: Database) -> Opened:
    """Open a desk that keeps the log's time too."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("UPDATE log.origin SET rehearsal = true")
        if connection.execute("SELECT 1 FROM log.origin").fetchone() is None:
            connection.execute("INSERT INTO log.origin VALUES (1, 'rehearsal', true)")

    @asynccontextmanager
    async def opened(clock: ManualClock) -> AsyncIterator[Desk]:
        async with (
            AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=2, max_size=4) as pool,
            Desk(pool, clock, keeps_time=True) as desk,
        ):
            yield desk

    return opened
