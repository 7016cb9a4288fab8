"""Connections to the log, as the roles that really use it."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from chancery.log.notes import SigningKey
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS, EventLog
from tests.conftest import Database


@pytest.fixture
def app(database: Database) -> Iterator[psycopg.Connection[TupleRow]]:
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection[TupleRow]]:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def conn(database: Database) -> AsyncIterator[AsyncConnection[TupleRow]]:
    async with await AsyncConnection.connect(database.app_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def log(database: Database) -> AsyncIterator[EventLog]:
    """Read as the reader does: whatever needs more would fail here."""
    pool = AsyncConnectionPool(
        database.reader_url, min_size=1, max_size=4, open=False, kwargs=dict(POOL_SETTINGS)
    )
    async with pool:
        yield EventLog(pool)


@pytest.fixture
async def source(database: Database) -> AsyncIterator[LogSource]:
    """As the reader: the signer may do no more."""
    pool = AsyncConnectionPool(
        database.reader_url, min_size=1, max_size=2, open=False, kwargs=dict(POOL_SETTINGS)
    )
    async with pool:
        yield LogSource(pool)


@pytest.fixture
async def key(source: LogSource) -> SigningKey:
    return SigningKey.of(await source.origin(), bytes(32))
