"""A report or a dump holds a snapshot: the appends must not slow down meanwhile.

Two databases take turns, append by append, and only one has the snapshot: whatever else the machine does hits both alike.
"""

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from chancery.embedded.postgres import EmbeddedPostgres
from tests.conftest import APP_PASSWORD, Database
from tests.log.made import append, made
from tests.log.tools import tell

Connection = psycopg.Connection[TupleRow]
AGED = 60_000


@pytest.fixture
def calm(postgres: EmbeddedPostgres, database_template: str, database: Database) -> Iterator[str]:
    """The name of a second database, in which nobody holds a snapshot."""
    name = f"{database.name}_calm"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(database_template)))
        yield name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def appender(connection: Connection) -> Callable[[], object]:
    """One single append after another."""
    version = 0

    def once() -> None:
        nonlocal version
        append(connection, [made("mission/R", version + 1)], {"mission/R": version})
        version += 1

    return once


def turns(calm: Callable[[], object], held: Callable[[], object], seconds: float, window: float) -> float:
    """The rate under the snapshot against the calm one, in the last `window` of so many seconds of turns."""
    end = time.monotonic() + seconds
    took, count = [0.0, 0.0], 0
    while (began := time.monotonic()) < end:
        calm()
        between = time.monotonic()
        held()
        if began > end - window:
            count += 1
            took[0] += between - began
            took[1] += time.monotonic() - between
    tell(f"calm {count / took[0]:.0f}/s, under a snapshot {count / took[1]:.0f}/s: {took[0] / took[1]:.2f}")
    return took[0] / took[1]


def hold(reader: Connection) -> None:
    reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    reader.execute(
        "SET LOCAL idle_in_transaction_session_timeout = 0"
    )  # a report is not idle; this reader is
    reader.execute("SELECT count(*) FROM log.event")


@pytest.mark.parametrize(
    ("seconds", "window", "least"), [(3, 2, 0.7), pytest.param(60, 20, 0.9, marks=pytest.mark.trials)]
)
def test_appends_keep_their_pace_under_a_snapshot(
    *,
    postgres: EmbeddedPostgres,
    database: Database,
    calm: str,
    app: Connection,
    seconds: float,
    window: float,
    least: float,
) -> None:
    calm_url = postgres.url(calm, "chancery_app", APP_PASSWORD)
    with psycopg.connect(calm_url, autocommit=True) as other, psycopg.connect(database.reader_url) as reader:
        hold(reader)
        assert turns(appender(other), appender(app), seconds, window) >= least


@pytest.mark.trials
def test_the_control_an_updated_head_row_slows_down(
    postgres: EmbeddedPostgres, database: Database, calm: str, admin: Connection
) -> None:
    """As many updates as a minute of appends makes, then the same turns."""
    with (
        psycopg.connect(postgres.admin_url(calm), autocommit=True) as other,
        psycopg.connect(database.reader_url) as reader,
    ):
        for connection in (other, admin):
            connection.execute("CREATE TABLE head (size bigint); INSERT INTO head VALUES (0)")
        hold(reader)
        for connection in (other, admin):
            connection.execute("SET synchronous_commit = off")
            connection.execute(
                f"DO $$ BEGIN FOR i IN 1..{AGED} LOOP UPDATE head SET size = size + 1; COMMIT; END LOOP; END $$".encode()
            )
            connection.execute("SET synchronous_commit = on")

        def update(connection: Connection) -> Callable[[], object]:
            return lambda: connection.execute("UPDATE head SET size = size + 1 RETURNING size")

        assert turns(update(other), update(admin), 10, 10) < 0.8
