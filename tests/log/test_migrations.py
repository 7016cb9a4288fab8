"""Migrations: up from nothing, down, up again, and equal to the tables of the code."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy
from psycopg import sql
from sqlalchemy import Column, Computed, Table, Text

from chancery import db
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log import schema
from tests.conftest import APP_PASSWORD, READER_PASSWORD, Database
from tests.log.made import append, made
from tests.log.tools import tool


@pytest.fixture
def empty(postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database that does not exist yet."""
    name = f"empty_{abs(hash(request.node.name)):x}"
    yield postgres.admin_url(name)
    with psycopg.connect(postgres.admin_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare(url: str, origin: str | None = None, *, rehearsal: bool = False) -> None:
    db.prepare(
        url, app_password=APP_PASSWORD, reader_password=READER_PASSWORD, origin=origin, rehearsal=rehearsal
    )


def dumped(url: str) -> str:
    """The schema as PostgreSQL writes it out: functions, triggers, grants and all."""
    done = subprocess.run(
        [tool("pg_dump"), "--schema-only", "--restrict-key=x", url],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_up_down_and_up_again_give_the_same_and_what_the_code_says(empty: str) -> None:
    prepare(empty)
    first = dumped(empty)
    assert "CREATE FUNCTION log.append" in first
    db.downgrade(empty)
    assert "CREATE SCHEMA" not in dumped(empty)
    db.upgrade(empty)
    assert dumped(empty) == first
    assert db.differences(empty) == []


@pytest.mark.parametrize(
    "column",
    [
        Column("extra", Text),
        Column("type", Text, Computed("log.field(body, '{kind}'::text[])", persisted=True), nullable=False),
    ],
)
def test_the_control_a_table_that_differs_is_found(
    database: Database, monkeypatch: pytest.MonkeyPatch, column: Column[str]
) -> None:
    event: Table = schema.event.to_metadata(schema.metadata.__class__())
    event.append_column(column, replace_existing=True)
    monkeypatch.setattr(schema, "metadata", event.metadata)
    monkeypatch.setattr(schema.metadata, "schema", "log")
    assert any(column.name in line for line in db.differences(database.admin_url))


CONSTRAINTS = """
SELECT c.relname, n.contype, replace(pg_get_constraintdef(n.oid), 'twin.', 'log.')
  FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
 WHERE n.connamespace = %s::regnamespace AND n.contype <> 't' ORDER BY 1, 2, 3
"""


def test_constraints_are_those_of_the_code_and_the_control(database: Database) -> None:
    """Alembic does not compare CHECKs: the code's own tables are made beside the migrated ones."""
    engine = sqlalchemy.create_engine(db.sqlalchemy_url(database.admin_url))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.schema.CreateSchema("twin"))
        schema.metadata.create_all(connection.execution_options(schema_translate_map={"log": "twin"}))
    engine.dispose()
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        migrated = admin.execute(CONSTRAINTS, ["log"]).fetchall()
        assert migrated == admin.execute(CONSTRAINTS, ["twin"]).fetchall()
        assert {kind for _, kind, _ in migrated} == {"c", "n", "p", "u"}
        admin.execute("ALTER TABLE log.event DROP CONSTRAINT event_body_check")
        assert (
            admin.execute(CONSTRAINTS, ["log"]).fetchall() != admin.execute(CONSTRAINTS, ["twin"]).fetchall()
        )


def test_a_log_that_holds_events_is_never_dropped(database: Database) -> None:
    with psycopg.connect(database.app_url, autocommit=True) as app:
        append(app, [made("mission/R", 1)])
        with pytest.raises(Exception, match="never dropped"):
            db.downgrade(database.admin_url)
        append(app, [made("mission/R", 2)])


def test_preparing_again_and_at_the_same_time_changes_nothing(empty: str) -> None:
    script = f"from chancery import db; db.prepare({empty!r}, app_password={APP_PASSWORD!r}, reader_password={READER_PASSWORD!r}, origin='our.example/log')"
    running = [subprocess.Popen([sys.executable, "-W", "error", "-c", script]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    first = dumped(empty)
    prepare(empty, "our.example/log")
    prepare(empty)
    assert dumped(empty) == first
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT origin, rehearsal FROM log.origin").fetchall() == [
            ("our.example/log", False)
        ]


def test_a_log_keeps_its_origin_and_stays_real(empty: str) -> None:
    prepare(empty, "our.example/log")
    for origin, rehearsal in (("other.example/log", False), ("our.example/log", True), (None, True)):
        with pytest.raises(db.DatabaseRefused) as caught:
            prepare(empty, origin, rehearsal=rehearsal)
        assert caught.value.code == "database.origin"


def test_a_rehearsal_takes_its_time_from_the_caller(empty: str) -> None:
    prepare(empty, rehearsal=True)
    with psycopg.connect(db.url_for(empty, "chancery_app", APP_PASSWORD), autocommit=True) as app:
        assert append(app, [made("mission/R", 1)], recorded_us=5)[0][:2] == (1, 5)


def test_a_database_of_another_encoding_is_refused(empty: str, postgres: EmbeddedPostgres) -> None:
    name = empty.rpartition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.admin_url(), autocommit=True) as connection:
        create = "CREATE DATABASE {} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        connection.execute(sql.SQL(create).format(sql.Identifier(name)))
    with pytest.raises(db.DatabaseRefused) as caught:
        prepare(empty)
    assert caught.value.code == "database.encoding"


def test_an_administrator_need_not_be_superuser(empty: str, postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.admin_url(), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS plain_admin")
        connection.execute("CREATE ROLE plain_admin LOGIN CREATEROLE CREATEDB PASSWORD 'plain'")
        # Roles are the cluster's: whoever made them first hands them on.
        for role in ("chancery_log_owner", "chancery_vault_owner", "chancery_app", "chancery_reader"):
            connection.execute(
                sql.SQL("GRANT {} TO plain_admin WITH ADMIN OPTION").format(sql.Identifier(role))
            )
    url = db.url_for(empty, "plain_admin", "plain")
    prepare(url)
    with psycopg.connect(db.url_for(empty, "chancery_app", APP_PASSWORD), autocommit=True) as app:
        append(app, [made("mission/R", 1)])


def test_addresses_for_other_roles_and_databases() -> None:
    admin = "postgresql://postgres:a%20b@/main?host=%2Frun%2Fx&port=5432"
    assert db.url_for(admin, "chancery_app", "p@ss/w", "other") == (
        "postgresql://chancery_app:p%40ss%2Fw@/other?host=%2Frun%2Fx&port=5432"
    )
    assert db.url_for(admin, "chancery_app", "x").startswith("postgresql://chancery_app:x@/main?")


def test_passwords_never_reach_the_server_in_clear(database: Database, postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        rows = admin.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'chancery_%%r' OR rolname = 'chancery_app'",
            [],
        ).fetchall()
    assert [row[0].partition("$")[0] for row in rows if row[0]] == ["SCRAM-SHA-256", "SCRAM-SHA-256"]
    assert APP_PASSWORD not in postgres.log_file.read_text(errors="replace")
