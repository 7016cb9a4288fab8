"""One batch, one round trip; every way it can fail, and what is left of it."""

import asyncio
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.pipeline import (
    BatchRefused,
    DuplicateEvent,
    LogUnavailable,
    NewEvent,
    NotDurable,
    OutcomeUnknown,
    Statement,
    StreamsMoved,
    commit,
)
from chancery.log.store import EventLog
from tests.conftest import Database
from tests.log.lines import Line
from tests.log.made import made

Connection = psycopg.Connection[TupleRow]
Conn = AsyncConnection[TupleRow]


@pytest.fixture
def note(admin: Connection) -> None:
    """A table of the program's own, for what commits with the events."""
    admin.execute(
        "CREATE TABLE public.note (position bigint, text text); GRANT ALL ON public.note TO chancery_app"
    )


INSERT = "INSERT INTO public.note VALUES (%s, %s)"
AT_BASE = "INSERT INTO public.note VALUES (current_setting('chancery.base')::bigint + %s, %s)"


async def still_good(conn: Conn, log: EventLog, note_rows: int = 0) -> None:
    """Nothing of the failed batch is there, and the connection takes the next."""
    assert await log.read_stream("failed/f") == []
    cursor = await conn.execute("SELECT count(*) FROM public.note")
    assert await cursor.fetchone() == (note_rows,)
    assert (await commit(conn, reads={"next/n": 0}, events=[made("next/n", 1)]))[0].position > 0


@pytest.mark.usefixtures("note")
async def test_what_goes_with_the_events_commits_with_them(
    conn: Conn, log: EventLog, admin: Connection
) -> None:
    placed = await commit(conn, reads={}, events=[made("a/a", 1)])
    assert [each.position for each in placed] == [1]
    placed = await commit(
        conn,
        before=[Statement(INSERT, [None, "sealed"])],
        reads={"a/a": 1, "b/b": 0},
        events=[made("a/a", 2), made("b/b", 1)],
        after=[Statement(AT_BASE, [1, "first"]), Statement(AT_BASE, [2, "second"])],
    )
    rows = admin.execute("SELECT position, text FROM public.note").fetchall()
    assert rows == [(None, "sealed"), (2, "first"), (3, "second")]
    events = await log.read(1)
    assert [(e.position, e.recorded_us, e.leaf) for e in events] == [
        (p.position, p.recorded_us, p.leaf) for p in placed
    ]


@pytest.mark.usefixtures("note")
async def test_moved_streams_are_named(conn: Conn, log: EventLog) -> None:
    await commit(conn, reads={}, events=[made("a/a", 1), made("b/b", 1), made("c/c", 1)])
    with pytest.raises(StreamsMoved) as caught:
        await commit(
            conn,
            before=[Statement(INSERT, [1, "x"])],
            reads={"a/a": 0, "b/b": 1, "c/c": 3},
            events=[made("failed/f", 1)],
            after=[Statement(AT_BASE, [1, "x"])],
        )
    assert caught.value.streams == {"a/a", "c/c"}
    await still_good(conn, log)


@pytest.mark.usefixtures("note")
async def test_a_duplicate_names_its_stream(conn: Conn, log: EventLog) -> None:
    one = str(uuid.uuid4())
    await commit(conn, reads={}, events=[made("a/a", 1, event_id=one)])
    with pytest.raises(DuplicateEvent) as caught:
        await commit(conn, reads={}, events=[made("failed/f", 1), made("a/a", 2, event_id=one)])
    assert caught.value.stream == "a/a"
    await still_good(conn, log)


BAD = [
    (Statement("INSERT INTO public.nowhere VALUES (1)"), "42P01"),
    (Statement("SELECT 1/0"), "22012"),
    (Statement(INSERT, [1, "\0"]), "client"),
    (Statement(INSERT, [1, "\ud800"]), "client"),
    (Statement(INSERT, [1, object()]), "client"),
    (Statement(INSERT, [1]), "client"),
]


@pytest.mark.usefixtures("note")
@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize(("bad", "sqlstate"), BAD)
async def test_a_bad_statement_fails_its_batch_and_nothing_else(
    conn: Conn, log: EventLog, bad: Statement, sqlstate: str, where: str
) -> None:
    good = Statement(INSERT, [1, "x"])
    before, after = ([good, bad], [good]) if where == "before" else ([good], [bad, good])
    with pytest.raises(BatchRefused) as caught:
        await commit(conn, before=before, reads={}, events=[made("failed/f", 1)], after=after)
    assert caught.value.sqlstate == sqlstate
    await still_good(conn, log)


@pytest.mark.usefixtures("note")
async def test_a_bad_body_or_stream_name_fails_its_batch(conn: Conn, log: EventLog) -> None:
    for bad in (
        NewEvent("failed/f", 1, b'{"a":"\\u0000"}'),
        NewEvent("failed/\0", 1, b"{}"),
        made("f" * 201, 1),
    ):
        with pytest.raises(BatchRefused):
            await commit(conn, reads={}, events=[made("failed/f", 1), bad])
    with pytest.raises(BatchRefused) as caught:
        await commit(conn, reads={}, events=[made("failed/f", 1)], recorded_us=1)
    assert caught.value.sqlstate == "CH006"
    await still_good(conn, log)


@pytest.mark.usefixtures("note")
async def test_an_unsafe_connection_is_refused_on_entry_and_at_commit(conn: Conn, log: EventLog) -> None:
    for before, after in (([OFF], []), ([], [OFF])):
        with pytest.raises(NotDurable):
            await commit(conn, before=before, reads={}, events=[made("failed/f", 1)], after=after)
    await still_good(conn, log)


OFF = Statement("SET LOCAL synchronous_commit = off")


@pytest.mark.usefixtures("note")
async def test_a_log_that_is_held_is_unavailable(conn: Conn, log: EventLog, admin: Connection) -> None:
    await conn.execute("SET lock_timeout = '200ms'")
    with admin.transaction():
        admin.execute("SELECT FROM log.head FOR UPDATE")
        with pytest.raises(LogUnavailable):
            await commit(conn, reads={}, events=[made("failed/f", 1)])
    await still_good(conn, log)


async def test_a_connection_killed_before_the_batch_is_found_out(
    conn: Conn, log: EventLog, admin: Connection
) -> None:
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [conn.info.backend_pid])
    with pytest.raises(OutcomeUnknown):
        await commit(conn, reads={}, events=[made("failed/f", 1)])
    with pytest.raises(LogUnavailable):
        await commit(conn, reads={}, events=[made("failed/f", 1)])
    assert await log.head() == 0


async def test_a_connection_killed_while_it_waits_leaves_the_outcome_open(
    conn: Conn, log: EventLog, admin: Connection
) -> None:
    with admin.transaction():
        admin.execute("SELECT FROM log.head FOR UPDATE")
        running = asyncio.create_task(commit(conn, reads={}, events=[made("failed/f", 1)]))
        await asyncio.sleep(0.3)
        admin.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        with pytest.raises(OutcomeUnknown):
            await running
    assert conn.closed
    assert await log.head() == 0


async def test_a_cancelled_batch_closes_its_connection(conn: Conn, log: EventLog, admin: Connection) -> None:
    with admin.transaction():
        admin.execute("SELECT FROM log.head FOR UPDATE")
        running = asyncio.create_task(commit(conn, reads={}, events=[made("failed/f", 1)]))
        await asyncio.sleep(0.3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert conn.closed
    assert await log.head() == 0


async def test_a_commit_whose_answer_is_lost_is_unknown_and_can_be_looked_up(
    database: Database, log: EventLog, short_dir: Path
) -> None:
    command = str(uuid.uuid4())
    async with Line(database.app_url, short_dir / f"deaf-{database.name}") as line:
        conn = await AsyncConnection.connect(line.url, autocommit=True)
        await commit(conn, reads={}, events=[made("a/a", 1)])
        line.deaf = True
        with pytest.raises(OutcomeUnknown):
            await commit(conn, reads={"a/a": 1}, events=[made("a/a", 2, command=command)])
    found = await log.event_of_command("a/a", command)
    assert found is not None
    assert found.position == 2
    assert await log.event_of_command("a/a", str(uuid.uuid4())) is None


async def test_a_connection_without_autocommit_is_refused(database: Database) -> None:
    async with await AsyncConnection.connect(database.app_url) as conn:
        with pytest.raises(ValueError, match="autocommit"):
            await commit(conn, reads={}, events=[made("a/a", 1)])


async def test_a_batch_takes_one_round_trip(database: Database, short_dir: Path) -> None:
    """Through a line with 50 ms of delay each way, a batch takes one trip there and back, not five."""
    async with (
        Line(database.app_url, short_dir / f"slow-{database.name}", delay=0.05) as line,
        await AsyncConnection.connect(line.url, autocommit=True) as conn,
    ):
        extra = [Statement("SELECT 1"), Statement("SELECT 2")]
        await commit(
            conn, before=extra, reads={}, events=[made("a/a", 1)], after=extra
        )  # statements are prepared now
        started = time.monotonic()
        await commit(conn, before=extra, reads={}, events=[made("a/a", 2)], after=extra)
        one_by_one = time.monotonic()
        for _ in range(3):
            await conn.execute("SELECT 1")
        assert one_by_one - started < 0.19
        assert time.monotonic() - one_by_one > 0.29  # the control: three statements, three trips
