"""What the roles may not do, each beside a control that shows who may."""

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import TupleRow

from chancery import db
from tests.conftest import Database
from tests.log.made import append, made

Connection = psycopg.Connection[TupleRow]

FORBIDDEN = [
    "INSERT INTO log.event (position, recorded_us, stream, body) SELECT 99, 1, 1, body FROM log.event WHERE false",
    "INSERT INTO log.stream VALUES (99, 'mission/X')",
    "INSERT INTO log.head VALUES (1) ON CONFLICT DO NOTHING",
    "INSERT INTO log.origin VALUES (1, 'another', true) ON CONFLICT DO NOTHING",
    "UPDATE log.event SET recorded_us = recorded_us",
    "UPDATE log.stream SET name = name",
    "DELETE FROM log.event",
    "DELETE FROM log.head",
    "TRUNCATE log.event",
    "SELECT FROM log.head FOR UPDATE",
    "LOCK TABLE log.event IN EXCLUSIVE MODE",
    "DROP TABLE log.event",
    "ALTER TABLE log.event DISABLE TRIGGER durable",
    "CREATE TABLE log.another ()",
    "SELECT log.field('{}'::bytea, '{id}')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_program_and_the_reader_may_not_and_the_owner_may(
    database: Database, admin: Connection, statement: str
) -> None:
    query = statement.encode()
    for url in (database.app_url, database.reader_url):
        with psycopg.connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(query)
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL ROLE chancery_log_owner")
        admin.execute(query)


@pytest.mark.parametrize("setting", ["session_replication_role = replica", "ROLE chancery_log_owner"])
def test_the_program_cannot_step_out_of_its_role(app: Connection, setting: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(f"SET {setting}".encode())


def test_the_reader_reads_and_cannot_append(database: Database, app: Connection) -> None:
    append(app, [made("mission/R", 1)])
    with psycopg.connect(database.reader_url, autocommit=True) as reader:
        assert reader.execute("SELECT count(*) FROM log.event JOIN log.stream ON id = stream").fetchone() == (
            1,
        )
        with pytest.raises(errors.InsufficientPrivilege):
            append(reader, [made("mission/R", 2)])


def test_a_role_without_grants_may_not_append_and_may_once_it_is_granted(
    database: Database, admin: Connection
) -> None:
    role = sql.Identifier(f"stranger_of_{database.name}")
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'stranger'").format(role))
    admin.execute(sql.SQL("GRANT USAGE ON SCHEMA log TO {}").format(role))
    try:
        url = db.url_for(database.admin_url, f"stranger_of_{database.name}", "stranger")
        with psycopg.connect(url, autocommit=True) as stranger:
            with pytest.raises(errors.InsufficientPrivilege):
                append(stranger, [made("mission/R", 1)])
            # What CREATE FUNCTION does unless it is revoked: everybody may call it.
            admin.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA log TO PUBLIC")
            append(stranger, [made("mission/R", 1)])
    finally:
        admin.execute(sql.SQL("DROP OWNED BY {0}").format(role))
        admin.execute(sql.SQL("DROP ROLE {0}").format(role))


def test_generated_columns_take_no_value_even_from_the_owner(admin: Connection) -> None:
    body = made("mission/R", 1).body
    for column, value in (("leaf", b"x"), ("version", 1), ("type", "x")):
        statement = sql.SQL(
            "INSERT INTO log.event (position, recorded_us, stream, body, {}) VALUES (1, 1, 1, %s, %s)"
        )
        with pytest.raises(errors.GeneratedAlways):
            admin.execute(statement.format(sql.Identifier(column)), [body, value])
    admin.execute("INSERT INTO log.event (position, recorded_us, stream, body) VALUES (1, 1, 1, %s)", [body])


def test_a_function_of_the_callers_own_schema_is_never_run_for_the_owner(app: Connection) -> None:
    app.execute("CREATE FUNCTION pg_temp.convert_from(bytea, name) RETURNS text LANGUAGE sql RETURN '{}'")
    app.execute("SET search_path = pg_temp, pg_catalog, public")
    assert append(app, [made("mission/R", 1)])[0][0] == 1


def test_the_roles_give_up_waiting_and_do_not_idle_in_transactions(app: Connection) -> None:
    assert app.execute("SHOW lock_timeout").fetchone() == ("5s",)
    assert app.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("10s",)
