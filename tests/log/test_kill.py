"""kill -9 of the whole server amid eight writers; the ledger of what was acknowledged lies outside it."""

import asyncio
import contextlib
import os
import random  # noqa: TID251 - seeded, and only for pauses
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery import db
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.canonical import parse
from chancery.log.pipeline import LogUnavailable, NewEvent, OutcomeUnknown, StreamsMoved, commit
from tests.conftest import APP_PASSWORD, READER_PASSWORD
from tests.log.made import made
from tests.log.tools import tell

SEED = 20260505
WRITERS = 8
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))
Conn = AsyncConnection[TupleRow]


@dataclass
class Ledger:
    """What the outside world was told."""

    acked: dict[str, int] = field(default_factory=dict)
    """Event id to position."""
    seen: dict[int, str] = field(default_factory=dict)
    """Position to event id, as a tailing reader saw it."""
    unknown: int = 0
    stop: bool = False


async def connect(url: str) -> Conn:
    """A connection, however long the server takes to come back."""
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            return await AsyncConnection.connect(url, autocommit=True)
        await asyncio.sleep(0.05)


async def find(conn: Conn, event_id: str) -> int | None:
    query = "SELECT position FROM log.event JOIN log.stream s ON s.id = stream WHERE event_id = %s"
    row = await (await conn.execute(query, [event_id])).fetchone()
    return row[0] if row else None


async def write(ledger: Ledger, url: str, number: int) -> None:
    """Append one event after another; a write ends only when its outcome is known."""
    version, conn = 0, await connect(url)
    while not ledger.stop:
        event = made(f"writer/{number}", version + 1)
        event_id = parse(event.body)["id"]
        while event_id not in ledger.acked:
            try:
                ledger.acked[event_id] = await attempt(ledger, conn, event, version, event_id)
            except (OutcomeUnknown, LogUnavailable, psycopg.OperationalError):
                await conn.close()
                conn = await connect(url)
            except StreamsMoved:  # what was acknowledged has gone: the control comes here
                await conn.close()
                return
        version += 1
    await conn.close()


async def attempt(ledger: Ledger, conn: Conn, event: NewEvent, version: int, event_id: str) -> int:
    """The position of the event: found, or appended now."""
    found = await find(conn, event_id)
    if found is not None:
        ledger.unknown += 1
        return found
    return (await commit(conn, reads={event.stream: version}, events=[event]))[0].position


async def tail(ledger: Ledger, url: str) -> None:
    conn = await connect(url)
    while not ledger.stop:
        try:
            after = max(ledger.seen, default=0)
            query = "SELECT position, event_id::text FROM log.event WHERE position > %s ORDER BY position"
            ledger.seen |= dict(await (await conn.execute(query, [after])).fetchall())
            await asyncio.sleep(0.005)
        except psycopg.OperationalError:
            await conn.close()
            conn = await connect(url)
    await conn.close()


@contextlib.asynccontextmanager
async def killed(server: EmbeddedPostgres, url: str, kills: int) -> AsyncIterator[Ledger]:
    """Write, kill and start again; gives the ledger when all writers have ended."""
    chance = random.Random(SEED)
    ledger = Ledger()
    running = [asyncio.create_task(write(ledger, url, number)) for number in range(WRITERS)]
    running.append(asyncio.create_task(tail(ledger, url)))
    for _ in range(kills):
        await asyncio.sleep(0.3 + chance.random() * 0.5)
        server.kill()  # not in a thread: nothing may be acknowledged between the blow and the death
        await asyncio.to_thread(server.start)
    await asyncio.sleep(0.2)
    ledger.stop = True
    await asyncio.gather(*running)
    yield ledger


def lost(server: EmbeddedPostgres, ledger: Ledger) -> tuple[int, int, list[tuple[int, str]]]:
    """How many acknowledged are not there, how many seen have vanished, and all that is there."""
    with psycopg.connect(server.admin_url("chancery")) as admin:
        rows = admin.execute("SELECT position, event_id::text FROM log.event ORDER BY position").fetchall()
    there: dict[int, str] = dict(rows)
    acked_lost = sum(there.get(position) != event_id for event_id, position in ledger.acked.items())
    vanished = sum(there.get(position) != event_id for position, event_id in ledger.seen.items())
    tell(
        f"{len(ledger.acked)} acknowledged, {acked_lost} lost; {len(ledger.seen)} seen, {vanished} vanished;"
        f" {ledger.unknown} unknown outcomes found; {len(rows)} in the log; seed {SEED}"
    )
    return acked_lost, vanished, rows


def started(folder: Path, **settings: str) -> EmbeddedPostgres:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = EmbeddedPostgres(folder, port=port, guarded=True, settings=settings)
    server.start()
    db.prepare(server.admin_url("chancery"), app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
    return server


def app_url(server: EmbeddedPostgres) -> str:
    """The socket of a restarted server lies elsewhere; a fixed port stays."""
    return f"postgresql://chancery_app:{APP_PASSWORD}@127.0.0.1:{server.port}/chancery"


@pytest.mark.parametrize("kills", [3, pytest.param(TRIALS, marks=pytest.mark.trials)])
async def test_what_was_acknowledged_is_there_once_and_nothing_vanishes(short_dir: Path, kills: int) -> None:
    server = started(short_dir / f"killed-{kills}-times")
    try:
        async with killed(server, app_url(server), kills) as ledger:
            acked_lost, vanished, rows = lost(server, ledger)
    finally:
        server.stop()
    assert len(ledger.acked) > 10 * kills
    assert (acked_lost, vanished) == (0, 0)
    assert [position for position, _ in rows] == list(range(1, len(rows) + 1))
    assert len({event_id for _, event_id in rows}) == len(rows) == len(ledger.acked)


async def test_the_control_with_commits_that_do_not_wait_for_the_disk_loses(short_dir: Path) -> None:
    server = started(short_dir / "careless", synchronous_commit="off", wal_writer_delay="300ms")
    try:
        with psycopg.connect(server.admin_url("chancery"), autocommit=True) as admin:
            admin.execute("ALTER TABLE log.event DISABLE TRIGGER durable")
            row = admin.execute("SELECT pg_get_functiondef('log.append'::regproc)").fetchone()
            assert row is not None
            check = "IN ('off', 'local')"
            assert check in row[0]
            admin.execute(row[0].replace(check, "IN ('never')").encode())
            admin.execute("SET synchronous_commit = on; SELECT pg_current_xact_id()")  # flushes what is above
        async with killed(server, app_url(server), 2) as ledger:
            acked_lost, _, rows = lost(server, ledger)
    finally:
        server.stop()
    assert acked_lost > 0
    assert [position for position, _ in rows] == list(range(1, len(rows) + 1))  # gap-free all the same
