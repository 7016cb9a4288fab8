"""Nothing is acknowledged that is not on disk: synchronous_commit on entry, and again at commit."""

import psycopg
import pytest
from psycopg.rows import TupleRow

from tests.log.made import append, made

Connection = psycopg.Connection[TupleRow]


@pytest.mark.parametrize("value", ["off", "local"])
def test_switched_off_before_the_call(app: Connection, value: str) -> None:
    app.execute(f"SET synchronous_commit = {value}".encode())
    with pytest.raises(psycopg.Error) as caught:
        append(app, [made("mission/R", 1)])
    assert caught.value.sqlstate == "CH003"
    app.execute("SET synchronous_commit = on")
    append(app, [made("mission/R", 1)])


def unflushed(app: Connection) -> None:
    app.execute("BEGIN")
    append(app, [made("mission/R", 1)])
    app.execute("SET LOCAL synchronous_commit = off")
    app.execute("COMMIT")


def test_switched_off_after_the_call_and_the_control_without_the_trigger(
    app: Connection, admin: Connection
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        unflushed(app)
    assert caught.value.sqlstate == "CH003"
    assert admin.execute("SELECT count(*) FROM log.event").fetchone() == (0,)
    admin.execute("ALTER TABLE log.event DISABLE TRIGGER durable")
    unflushed(app)
    assert admin.execute("SELECT count(*) FROM log.event").fetchone() == (1,)


@pytest.mark.parametrize("value", ["on", "remote_write", "remote_apply"])
def test_what_waits_for_the_disk_is_accepted(app: Connection, value: str) -> None:
    app.execute(f"SET synchronous_commit = {value}".encode())
    append(app, [made("mission/R", 1)])
