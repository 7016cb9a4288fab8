"""Who may do what in the vault's schema, tried as the real roles; the owner is the control."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from chancery import vault_schema
from tests.conftest import Database

TABLES = ["sealed", "directory", "reading", "reading_head", "part", "part_waiting"]
SETS = {"reading": ("recorded_us", "0"), "reading_head": ("id", "1")}
STATEMENTS = [
    "SELECT count(*) FROM vault.{}",
    "INSERT INTO vault.{} DEFAULT VALUES",
    "UPDATE vault.{} SET {} = {}",
    "DELETE FROM vault.{}",
    "TRUNCATE vault.{}",
    "DROP TABLE vault.{}",
    "ALTER TABLE vault.{} ADD COLUMN more text",
    "COPY vault.{} TO STDOUT",
]
CALLS = [
    "SELECT * FROM vault.get('{}')",
    "SELECT vault.put('{}', '{}', '{}', '{}', '{}', '{}')",
    "SELECT vault.directory_put('{}', '{}', '{}', '{}', '{}')",
    "SELECT * FROM vault.directory_find('')",
    "SELECT * FROM vault.directory_get('{}')",
    "SELECT vault.directory_erase('nobody')",
    'SELECT vault.readings_append(ARRAY[\'{"kind":"person","by":"p","basis":"head","about":[]}\'::bytea], NULL)',
    "SELECT vault.readings_forget(NULL, 10)",
    "SELECT vault.part_put('{}', '{}', '{}', '{}', '{}', '{}')",
    "SELECT vault.part_await('{}', '{}')",
    "SELECT * FROM vault.part_get('{}')",
    "SELECT vault.part_sweep()",
]

# The signer and whoever verifies come in as the reader: the access log is the one thing of the vault that it may read.
READS = [
    "SELECT vault.readings_head()",
    "SELECT * FROM vault.readings_page(0, 10, 10)",
    "SELECT * FROM vault.readings_leaves('{0}', '{10}')",
    "SELECT * FROM vault.readings_find(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 10)",
]
OF_NOBODY = ["SELECT vault.readings_now(NULL)"]
HELPERS = {"reading_field", "reading_about"}
"""What the generated columns are made with: pure, and called by nobody but the table's owner."""


def run(url: str, statement: str, role: str | None = None) -> None:
    with psycopg.connect(url) as connection:
        if role:
            connection.execute(f"SET ROLE {role}".encode())
        if statement.startswith("COPY"):
            with connection.cursor().copy(statement.encode()) as copy:
                list(copy)
        else:
            connection.execute(statement.encode())
        connection.rollback()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_neither_application_nor_reader_touches_a_table(
    database: Database, table: str, statement: str
) -> None:
    said = statement.format(table, *SETS.get(table, ("mission", "'X'")))
    for url in (database.app_url, database.reader_url):
        with pytest.raises(errors.InsufficientPrivilege):
            run(url, said)
    # The control: for the owner the same statement is only ever refused by the table's own rules.
    if said.startswith("INSERT"):
        with pytest.raises(errors.NotNullViolation):
            run(database.admin_url, said, "chancery_vault_owner")
    else:
        run(database.admin_url, said, "chancery_vault_owner")


@pytest.mark.parametrize("call", CALLS)
def test_the_application_calls_the_functions_and_the_reader_may_not(database: Database, call: str) -> None:
    run(database.app_url, call)
    with pytest.raises(errors.InsufficientPrivilege):
        run(database.reader_url, call)


@pytest.mark.parametrize("call", READS)
def test_the_reader_may_read_the_access_log_and_the_application_too(database: Database, call: str) -> None:
    for url in (database.app_url, database.reader_url):
        run(url, call)


@pytest.mark.parametrize("call", OF_NOBODY)
def test_what_the_functions_need_among_themselves_nobody_else_calls(database: Database, call: str) -> None:
    for url in (database.app_url, database.reader_url):
        with pytest.raises(errors.InsufficientPrivilege):
            run(url, call)
    run(database.admin_url, call, "chancery_vault_owner")


def test_the_owner_of_the_vault_cannot_log_in_and_owns_every_part_of_it(database: Database) -> None:
    with psycopg.connect(database.admin_url) as connection:
        login = _one(
            connection, "SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'chancery_vault_owner'"
        )
        functions = connection.execute(
            "SELECT proname, rolname, prosecdef, proconfig FROM pg_proc p JOIN pg_roles r ON r.oid = proowner "
            "WHERE pronamespace = 'vault'::regnamespace"
        ).fetchall()
        tables = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'vault'"
        ).fetchall()
        callers = connection.execute(
            "SELECT DISTINCT g.grantee::regrole::text FROM pg_proc p, aclexplode(p.proacl) g "
            "WHERE pronamespace = 'vault'::regnamespace"
        ).fetchall()
    # And not "-", which is PUBLIC.
    assert sorted(callers) == [("chancery_app",), ("chancery_reader",), ("chancery_vault_owner",)]
    assert login == (False, False)
    assert tables == [("chancery_vault_owner",)]
    assert len(functions) == len(CALLS) + len(READS) + len(OF_NOBODY) + len(HELPERS)
    for name, *rest in functions:
        if name in HELPERS:
            assert rest == ["chancery_vault_owner", False, None], name
            continue
        assert rest == ["chancery_vault_owner", True, ["search_path=pg_catalog, pg_temp"]], name


def test_a_temporary_table_cannot_stand_in_for_the_vaults(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        try:
            connection.execute("CREATE TEMPORARY TABLE sealed (reference uuid)")
        except errors.InsufficientPrivilege:
            connection.rollback()  # the application may not even make one
        connection.execute("SELECT * FROM vault.get(ARRAY[gen_random_uuid()])")


def test_the_metadata_names_the_columns_that_the_migration_made(database: Database) -> None:
    with psycopg.connect(database.admin_url) as connection:
        made = {
            (table, column, nullable == "YES")
            for table, column, nullable in connection.execute(
                "SELECT table_name, column_name, is_nullable FROM information_schema.columns "
                "WHERE table_schema = 'vault'"
            )
        }
    meant = {
        (table.name, column.name, bool(column.nullable))
        for table in vault_schema.metadata.tables.values()
        for column in table.columns
    }
    assert made == meant


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return tuple(row)
