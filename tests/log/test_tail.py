"""Hearing of new events: at once while LISTEN holds, by the poll when it does not."""

import asyncio
import time
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.pipeline import commit
from chancery.log.store import EventLog
from chancery.log.tail import Tail
from tests.conftest import Database
from tests.log.made import made

Conn = AsyncConnection[TupleRow]
Connection = psycopg.Connection[TupleRow]
NEVER = 60.0


@pytest.fixture
async def tail(log: EventLog, database: Database) -> AsyncIterator[Tail]:
    """A tail whose poll does not come within a test: what it hears, it hears by LISTEN."""
    async with Tail(log, database.reader_url, poll=NEVER) as tail:
        await until_listening(database)
        yield tail


async def until_listening(database: Database) -> list[int]:
    while not (processes := listening(database)):
        await asyncio.sleep(0.02)
    return processes


def listening(database: Database) -> list[int]:
    """The server processes that have said LISTEN and now wait."""
    with psycopg.connect(database.admin_url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'chancery_reader'"
            " AND state = 'idle' AND query LIKE 'SELECT coalesce(max%%' AND application_name = 'chancery-tail'",
            [],
        ).fetchall()
    return [row[0] for row in rows]


def unannounced(admin: Connection, position: int) -> None:
    """An event that no notification tells of, as when one was lost."""
    admin.execute("INSERT INTO log.stream VALUES (%s, %s)", [position, f"quiet/{position}"])
    body = made(f"quiet/{position}", 1).body
    admin.execute(
        "INSERT INTO log.event (position, recorded_us, stream, body) VALUES (%s, 1, %s, %s)",
        [position, position, body],
    )


async def test_a_commit_is_heard_at_once(tail: Tail, conn: Conn) -> None:
    waiting = asyncio.create_task(tail.wait(0, 5))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await commit(conn, reads={}, events=[made("a/a", 1), made("a/a", 2)])
    assert await waiting == 2
    assert time.monotonic() - started < 1
    assert await tail.wait(1, 5) == 2
    assert await tail.wait(2, 0.05) == 2  # nothing new: it says so when the time is over


async def test_what_was_not_announced_is_found_by_the_poll(
    log: EventLog, database: Database, admin: Connection
) -> None:
    async with Tail(log, database.reader_url, poll=0.2) as tail:
        await asyncio.sleep(0.1)
        unannounced(admin, 1)
        assert await tail.wait(0, 2) == 1


async def test_the_control_without_the_poll_it_stays_unknown(tail: Tail, admin: Connection) -> None:
    unannounced(admin, 1)
    assert await tail.wait(0, 0.6) == 0


async def test_a_forged_notification_moves_nothing(tail: Tail, app: Connection) -> None:
    app.execute("SELECT pg_notify('chancery_log', '999999')")
    assert await tail.wait(0, 0.3) == 0


async def test_a_lost_connection_is_made_again_and_nothing_is_missed(
    log: EventLog, database: Database, admin: Connection, conn: Conn
) -> None:
    async with Tail(log, database.reader_url, poll=0.2) as tail:
        lost = await until_listening(database)
        seen: list[int] = []
        following = asyncio.create_task(collect(tail, seen, 6))
        for version in range(1, 7):
            if version % 2:
                for pid in listening(database):
                    admin.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
            await commit(conn, reads={}, events=[made("a/a", version)])
            await asyncio.sleep(0.05)
        await asyncio.wait_for(following, 5)
        assert seen == [1, 2, 3, 4, 5, 6]
        assert set(listening(database)).isdisjoint(lost)


async def collect(tail: Tail, seen: list[int], until: int) -> None:
    async for batch in tail.follow(0, limit=4):
        seen += [event.position for event in batch]
        if seen[-1] >= until:
            return


async def test_following_reads_all_in_batches(tail: Tail, conn: Conn) -> None:
    await commit(conn, reads={}, events=[made("a/a", version) for version in range(1, 11)])
    sizes: list[int] = []
    async for batch in tail.follow(1, limit=4):
        sizes.append(len(batch))
        if batch[-1].position == 10:
            break
    assert sizes == [4, 4, 1]


async def test_nobody_waits_in_vain_for_a_listener_that_broke(
    log: EventLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("broken")

    monkeypatch.setattr(Tail, "_look", broken)
    async with Tail(log, database.reader_url) as tail:
        await asyncio.sleep(0.5)
        with pytest.raises(KeyError):
            await tail.wait(0, 5)
