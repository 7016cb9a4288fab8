"""The append function, called as the program's own role."""

import hashlib
import struct
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from chancery.log.canonical import parse
from chancery.log.pipeline import NewEvent
from chancery.log.schema import LARGEST_BODY
from tests.conftest import Database
from tests.log.made import append, made, streams_of

Connection = psycopg.Connection[TupleRow]


def leaf(position: int, recorded_us: int, body: bytes) -> bytes:
    """RFC 6962 section 2.1, over position, time and body."""
    return hashlib.sha256(b"\0" + struct.pack(">qq", position, recorded_us) + body).digest()


def state_of(
    connection: Connection, events: list[NewEvent], reads: dict[str, int] | None = None
) -> str | None:
    with pytest.raises(psycopg.Error) as caught:
        append(connection, events, reads)
    return caught.value.sqlstate


def test_positions_have_no_gap_and_leaves_are_those_of_rfc_6962(app: Connection) -> None:
    one, two, three = made("mission/R", 1), made("case/c", 1), made("mission/R", 2)
    before = time.time_ns() // 1000
    placed = append(app, [one, two], {"mission/R": 0, "case/c": 0})
    placed += append(app, [three], {"mission/R": 1})
    assert [row[0] for row in placed] == [1, 2, 3]
    assert [row[2] for row in placed] == [
        leaf(row[0], row[1], event.body) for row, event in zip(placed, [one, two, three], strict=True)
    ]
    assert (
        before - 1_000_000
        <= placed[0][1]
        == placed[1][1]
        <= placed[2][1]
        <= time.time_ns() // 1000 + 1_000_000
    )


def test_a_rolled_back_append_leaves_no_gap(app: Connection) -> None:
    with app.transaction(force_rollback=True):
        assert append(app, [made("mission/R", 1)])[0][0] == 1
    assert append(app, [made("mission/R", 1)])[0][0] == 1


def test_the_envelope_is_made_from_the_bytes(app: Connection) -> None:
    event = made("mission/R", 1)
    append(app, [event])
    row = app.execute(
        "SELECT e.version, e.event_id::text, e.type, e.command_id::text, s.name, e.body FROM log.event e JOIN log.stream s ON s.id = e.stream"
    ).fetchone()
    assert row == (
        1,
        parse(event.body)["id"],
        "TaskCompleted",
        parse(event.body)["command"]["id"],
        "mission/R",
        event.body,
    )


def test_every_stream_that_moved_is_named_and_no_other(app: Connection) -> None:
    append(app, [made("mission/R", 1), made("case/c", 1)])
    with pytest.raises(psycopg.Error) as caught:
        append(
            app, [made("task/t", 1)], {"mission/R": 0, "case/c": 1, "absent/a": 0, "absent/b": 2, "task/t": 0}
        )
    assert caught.value.sqlstate == "CH001"
    assert streams_of(caught.value) == ["absent/b", "mission/R"]
    append(app, [made("task/t", 1)], {"mission/R": 1, "case/c": 1, "absent/a": 0, "task/t": 0})  # the control


@pytest.mark.parametrize("versions", [[2], [1, 3], [2, 1], [1, 1]])
def test_versions_must_follow_on_even_if_the_stream_was_not_read(
    app: Connection, versions: list[int]
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        append(app, [made("mission/R", version) for version in versions])
    assert caught.value.sqlstate == "CH001"
    assert streams_of(caught.value) == ["mission/R"]
    append(app, [made("mission/R", 1), made("mission/R", 2)])


def test_an_event_id_is_once_in_its_stream_and_free_in_another(app: Connection) -> None:
    one = str(uuid.uuid4())
    append(app, [made("mission/R", 1, event_id=one), made("mission/Q", 1, event_id=one)])
    for events in (
        [made("mission/R", 2, event_id=one)],
        [made("new/n", 1, event_id="9" * 32), made("new/n", 2, event_id="9" * 32)],
    ):
        with pytest.raises(psycopg.Error) as caught:
            append(app, events)
        assert caught.value.sqlstate == "CH002"
        assert streams_of(caught.value) == [events[0].stream]
    assert app.execute("SELECT count(*), max(position) FROM log.event").fetchone() == (2, 2)


def test_the_largest_body_fits_and_one_byte_more_does_not(app: Connection) -> None:
    room = LARGEST_BODY - len(made("mission/R", 1, text="").body)
    largest = made("mission/R", 1, text="x" * room)
    assert len(largest.body) == LARGEST_BODY
    append(app, [largest])
    beyond = made("mission/R", 2, text="x" * room).body.replace(b"xx", b"xxx", 1)
    assert state_of(app, [NewEvent("mission/R", 2, beyond)]) == errors.CheckViolation.sqlstate


@pytest.mark.parametrize(
    ("damage", "sqlstate"),
    [
        (lambda body: body.replace(b"R-3", b"\xff-3"), "22021"),  # not UTF-8
        (lambda body: body.replace(b"R-3", b"\x00-3"), "22021"),  # NUL as a byte
        (lambda body: body.replace(b"R-3", b"\\u0000"), "22P05"),  # NUL as an escape
        (lambda body: body[:-1], "22P02"),  # not JSON
        (lambda body: body.replace(b'"stream":"mission/R"', b'"stream":"mission/Q"'), "CH005"),
        (lambda body: body.replace(b'"version":1', b'"version":2'), "CH005"),
        (lambda body: body.replace(b'"type":', b'"typo":'), "23502"),  # NOT NULL
        (lambda body: body.replace(b'"id":"', b'"id":"x'), "22P02"),  # not a UUID
    ],
)
def test_a_body_that_is_no_event_is_refused(
    app: Connection, damage: Callable[[bytes], bytes], sqlstate: str
) -> None:
    whole = made("mission/R", 1)
    broken = damage(whole.body)
    assert broken != whole.body
    assert state_of(app, [NewEvent("mission/R", 1, broken)]) == sqlstate
    append(app, [whole])


def test_arrays_must_be_of_one_length_and_hold_something(app: Connection) -> None:
    call = b"SELECT * FROM log.append(%s::text[], %s::int[], %s::text[], %s::int[], %s::bytea[])"
    body = made("mission/R", 1).body
    calls: list[list[Any]] = [
        [[], [], [], [], []],
        [["a"], [], ["mission/R"], [1], [body]],
        [[], [], ["mission/R", "b"], [1], [body]],
        [[], [], ["mission/R"], [1], [body, body]],
        [[], [], None, None, None],
    ]
    for arguments in calls:
        with pytest.raises(psycopg.Error) as caught:
            app.execute(call, arguments)
        assert caught.value.sqlstate == "CH005"
    app.execute(call, [[], [], ["mission/R"], [1], [body]])


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_may_not_append(app: Connection, level: str) -> None:
    app.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
    assert state_of(app, [made("mission/R", 1)]) == "CH004"
    app.execute("ROLLBACK")


def test_later_statements_know_where_the_events_lie(app: Connection) -> None:
    append(app, [made("mission/R", 1), made("mission/R", 2)])
    with app.transaction():
        append(app, [made("mission/R", 3)])
        assert app.execute("SELECT current_setting('chancery.base')::bigint + 1").fetchone() == (3,)
    row = app.execute("SELECT current_setting('chancery.base', true)").fetchone()
    assert row is not None
    assert not row[0]  # it ends with its transaction


def test_listeners_hear_the_last_position(app: Connection, database: Database) -> None:
    with psycopg.connect(database.reader_url, autocommit=True) as listener:
        listener.execute("LISTEN chancery_log")
        append(app, [made("mission/R", 1), made("mission/R", 2)])
        assert [note.payload for note in listener.notifies(timeout=5, stop_after=1)] == ["2"]


def test_the_time_never_goes_back(app: Connection, admin: Connection) -> None:
    # The server's clock was an hour ahead when this was written, and has been set right since.
    ahead = time.time_ns() // 1000 + 3_600_000_000
    admin.execute("INSERT INTO log.stream VALUES (1, 'mission/R')")
    admin.execute(
        "INSERT INTO log.event (position, recorded_us, stream, body) VALUES (1, %s, 1, %s)",
        [ahead, made("mission/R", 1).body],
    )
    assert append(app, [made("mission/R", 2)])[0][:2] == (2, ahead)


def test_a_real_log_takes_no_time_from_outside_and_a_rehearsal_does(
    app: Connection, admin: Connection
) -> None:
    event = made("mission/R", 1)
    with pytest.raises(psycopg.Error) as caught:
        append(app, [event], recorded_us=1)
    assert caught.value.sqlstate == "CH006"
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("UPDATE log.origin SET rehearsal = true")
    admin.execute("UPDATE log.origin SET rehearsal = true")
    assert append(app, [event], recorded_us=1_000)[0][1] == 1_000
    assert append(app, [made("mission/R", 2)], recorded_us=999)[0][1] == 1_000
