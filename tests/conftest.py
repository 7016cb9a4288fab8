"""What many tests share: one real PostgreSQL and one Temporal for each test process, and a clock that stands still."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from temporalio.testing import WorkflowEnvironment

from chancery import logs
from chancery.clock import ManualClock, use_pinned_zones
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.temporal import EmbeddedTemporal, time_skipping_environment
from tests.desk_fixtures import desk, mission, task  # noqa: F401

use_pinned_zones()

APP_PASSWORD = "app-password-of-the-tests"
READER_PASSWORD = "reader-password-of-the-tests"
TEMPLATE = "chancery_template"
TESTS = Path(__file__).parent
NOW = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
LONGEST = (
    "chaos/test_kill.py", "rehearsals/test_year.py", "ground/test_postgres.py", "web/test_walks.py", "rehearsals/test_whole.py",
    "web/test_every_route.py", "ground/test_temporal.py", "tamper/", "bench/", "web/test_headquarters.py", "log/test_kill.py",
    "workflows/test_worker.py", "web/test_adoption.py", "rebuild/test_workflows.py", "web/test_look_days.py",
    "rehearsals/", "web/", "mail/test_urgent.py", "cli/test_program.py", "vault/test_codec_live.py", "replay/", "cli/",
)  # fmt: skip
"""Files and folders below tests/ that begin first: a long one that begins last keeps all other processes waiting for it."""
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; all others as they stand. The same in every process, as pytest-xdist asks."""
    names = [f"{TESTS.name}/{one}" for one in LONGEST]

    def turn(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(names) if item.nodeid.startswith(name)), len(names))

    items.sort(key=turn)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of its own, and the URLs of the three who may come in."""

    name: str
    admin_url: str
    app_url: str
    reader_url: str


@pytest.fixture
def clock() -> ManualClock:
    """A clock at 08:10 in Paris on an ordinary working Tuesday."""
    return ManualClock(NOW)


@pytest.fixture(autouse=True)
def _fresh_structlog() -> Iterator[None]:
    yield
    logs.reset()


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    """A folder that the account of PostgreSQL can enter; pytest's own is closed to all but its owner."""
    folder = Path(tempfile.mkdtemp(prefix="chancery-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(short_dir: Path) -> Iterator[EmbeddedPostgres]:
    """One running server for the whole session (for each xdist worker)."""
    server = EmbeddedPostgres(short_dir / "postgres", guarded=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database_template(postgres: EmbeddedPostgres) -> str:
    """A migrated database that nobody stays connected to: what each test's own is copied from."""
    from chancery import db  # here, so that tests of the ground do not need the schema

    db.prepare(postgres.admin_url(TEMPLATE), app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
    return TEMPLATE


@pytest.fixture
def database(postgres: EmbeddedPostgres, database_template: str) -> Iterator[Database]:
    """A fresh migrated database, gone after the test."""
    with fresh_database(postgres, database_template) as made:
        yield made


@contextmanager
def fresh_database(postgres: EmbeddedPostgres, template: str) -> Iterator[Database]:
    """The same for as long as the caller needs it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _as_admin(
        postgres,
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)),
    )
    yield Database(
        name=name,
        admin_url=postgres.admin_url(name),
        app_url=postgres.url(name, "chancery_app", APP_PASSWORD),
        reader_url=postgres.url(name, "chancery_reader", READER_PASSWORD),
    )
    if postgres.is_up():  # a test may have killed it on purpose
        _as_admin(postgres, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def temporal_dev(short_dir: Path) -> Iterator[EmbeddedTemporal]:
    """One running dev server, with Schedules and lists, for the whole session."""
    server = EmbeddedTemporal(short_dir / "temporal")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def temporal_skip() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server of the test's own: its clock is one for all who share it."""
    async with await time_skipping_environment() as environment:
        yield environment


def _as_admin(postgres: EmbeddedPostgres, statement: sql.Composed) -> None:
    with psycopg.connect(postgres.admin_url(), autocommit=True) as connection:
        connection.execute(statement)
