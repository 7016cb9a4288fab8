"""Kept a year: content and salt go, the leaf stays, the tree and its proofs with it; and what was before the one access log is in it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery import db
from chancery.clock import ManualClock
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.merkle import check_bundle, check_consistency, check_inclusion
from chancery.log.store import POOL_SETTINGS
from chancery.readings import book, keeping
from chancery.readings.book import Wanted
from chancery.readings.entry import NotAnEntry, Note, parsed
from chancery.readings.tree import ReadingTree
from chancery.readings.verify import verify
from tests.conftest import APP_PASSWORD, Database
from tests.log.tools import tool
from tests.rebuild.conftest import Opened, rehearsing  # noqa: F401
from tests.vault.reading_here import CASE, Here, Signer, entries, look, some

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
async def here(rehearsing: Opened) -> AsyncIterator[Here]:  # noqa: F811
    """An installation whose access log takes its time from the test's clock."""
    async with rehearsing(ManualClock(START)) as desk:
        yield Here(desk)


def on(here: Here, at: datetime) -> None:
    here.desk.clock.set(at)  # type: ignore[attr-defined]


async def spread(here: Here, n: int) -> None:
    """One reading each day."""
    for day in range(n):
        on(here, START + timedelta(days=day))
        await book.put(here, [CASE if day % 2 else look(day)])


async def test_after_a_year_content_and_salt_go_and_that_they_went_is_an_entry(here: Here) -> None:
    await spread(here, 5)
    on(here, START + YEAR)  # to the microsecond a year after the first: kept
    assert await keeping.forget(here) == 0 and await book.head(here.pool) == 5
    on(here, START + YEAR + timedelta(days=2))
    assert await keeping.forget(here) == 2
    found = await entries(here)
    assert [(one.salt is None, one.body is None) for one in found] == [(True, True)] * 2 + [
        (False, False)
    ] * 4
    note = found[-1].note
    assert (note.kind, note.by, note.upto) == ("tidied", "engine", 2)
    assert await keeping.forget(here) == 0 and await book.head(here.pool) == 6  # nothing to say, nothing said
    with psycopg.connect(here.desk.log.pool.conninfo) as app:
        assert app.execute(
            "SELECT kind, reader, basis, mission, about FROM vault.readings_page(0, 1, 1)"
        ).fetchall() == [(None,) * 5]


async def test_the_leaf_of_a_removed_entry_still_proves_and_another_does_not(here: Here) -> None:
    await spread(here, 9)
    tree = ReadingTree(here.pool)
    before = await tree.root(9)
    leaf = (await entries(here))[2].leaf
    on(here, START + YEAR + timedelta(days=6))
    assert await keeping.forget(here) == 6
    for fresh in (tree, ReadingTree(here.pool)):
        size = await fresh.head()
        root = await fresh.root(size)
        proof = await fresh.inclusion(3, size)
        assert (await entries(here))[2].leaf == leaf and check_inclusion(leaf, 2, size, proof, root)
        assert not check_inclusion((await entries(here))[3].leaf, 2, size, proof, root)  # the control
        assert await fresh.root(9) == before
        assert check_consistency(9, size, before, root, await fresh.consistency(9, size))
        made = await fresh.bundle([1, 3, 8], size)
        assert check_bundle(made)
        assert not check_bundle(made | {"root": before.hex()})


async def test_verify_finds_nothing_wrong_before_and_after_and_says_how_many_are_removed(here: Here) -> None:
    await spread(here, 9)
    signer = await Signer.of(here)
    await signer.sign()
    for day, removed in ((0, 0), (3, 3), (6, 6), (400, 9 + 2)):
        on(here, START + YEAR + timedelta(days=day))
        await keeping.forget(here)
        findings = await verify(here.pool, signer.evidence())
        assert findings.ok, findings.found
        assert (findings.removed, findings.signed) == (removed, 9)


async def test_many_go_piece_by_piece_each_with_its_note(here: Here) -> None:
    await some(here, 25)
    on(here, START + YEAR + timedelta(days=1))
    assert await keeping.forget(here, at_once=10) == 25
    assert [one.note.upto for one in (await entries(here))[25:]] == [10, 20, 25]
    assert (await verify(here.pool)).ok


async def test_nothing_younger_can_be_removed_by_whoever_may_ask(database: Database) -> None:
    """In a real log the clock is the database's: what the caller says of the time counts for nothing."""
    with psycopg.connect(database.app_url, autocommit=True) as app:
        app.execute("SELECT vault.readings_append(ARRAY[%s::bytea], NULL)", [look(1).body()])
        far = int(datetime(2999, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
        assert app.execute("SELECT vault.readings_forget(%s, 10)", [far]).fetchone() == (0,)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:  # the control: it would, were it old
        admin.execute("ALTER TABLE vault.reading DROP CONSTRAINT reading_leaf")
        admin.execute("UPDATE vault.reading SET recorded_us = recorded_us - 366::bigint * 86400 * 1000000")
    with psycopg.connect(database.app_url, autocommit=True) as app:
        assert app.execute("SELECT vault.readings_forget(NULL, 10)").fetchone() == (1,)


async def test_what_is_older_is_shown_to_nobody_even_before_it_is_removed(here: Here) -> None:
    await spread(here, 3)
    on(here, START + YEAR + timedelta(days=1, hours=1))
    assert [one.position for one in await book.find(here, Wanted())] == [3]
    assert [one.position for one in await book.find(here, Wanted(first=START))] == [3]


async def test_the_job_goes_on_for_ever_and_waits_for_a_database_that_is_away(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spread(here, 2)
    on(here, START + YEAR + timedelta(days=1))
    said: list[Any] = [psycopg.OperationalError(), await keeping.forget(here, at_once=1)]
    calls = iter(said)

    async def forget(_: object) -> int:
        one = next(calls, 0)
        if isinstance(one, Exception):
            raise one
        return int(one)

    monkeypatch.setattr(keeping, "forget", forget)
    job = asyncio.create_task(keeping.keep(here, 0.001))
    await asyncio.sleep(0.1)
    assert not job.done() and next(calls, None) is None
    job.cancel()
    with suppress(asyncio.CancelledError):
        await job
    assert len(keeping.jobs(here)) == 1


async def test_the_note_that_the_database_writes_is_in_the_one_canonical_form(here: Here) -> None:
    await some(here, 1)
    on(here, START + YEAR + timedelta(days=1))
    await keeping.forget(here)
    body = (await entries(here))[1].body
    assert body is not None and parsed(body) == Note("tidied", "engine", "engine", upto=1)
    with pytest.raises(NotAnEntry):
        parsed(body.replace(b"1}", b"01}"))


# --- what was there before --------------------------------------------------------------------------------------------

READINGS = [
    ("2026-03-01T10:00:00.000001Z", "p-fp", "lead", None),
    ("2026-03-03T10:00:00Z", "p-h-audit", "break_glass", "complaint"),
]
LOOKS = [
    ("2026-03-02T10:00:00Z", "p-h-audit", "person", "p-alt"),
    ("2026-03-04T10:00:00Z", "p-h-dpo", "export", "Q"),
    ("2026-03-05T10:00:00Z", "p-hom", "readings", "Q"),
]


def older(database: Database) -> None:
    """Both older tables, filled as the older version filled them."""
    db.downgrade(database.admin_url, "0009")
    with psycopg.connect(database.app_url, autocommit=True) as app:
        for _, reader, basis, reason in READINGS:
            app.execute(
                "SELECT vault.note_reading(gen_random_uuid(), 'Q', decode(repeat('ab', 16), 'hex'), %s, %s, %s)",
                [reader, basis, reason],
            )
        for at, *row in LOOKS:
            app.execute(
                "INSERT INTO web.look (id, reader, kind, about, at) VALUES (gen_random_uuid(), %s, %s, %s, %s)",
                [*row, at],
            )
        app.execute(
            "SELECT vault.directory_put('{p-alt}', '{Q}', ARRAY['\\x01'::bytea], ARRAY['\\x01'::bytea], ARRAY['\\x01'::bytea])"
        )
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for at, reader, *_ in READINGS:
            admin.execute("UPDATE vault.reading SET read_at = %s WHERE reader = %s", [at, reader])


def old_rows(database: Database) -> list[Any]:
    with psycopg.connect(database.admin_url) as admin:
        return [
            admin.execute(
                "SELECT id, mission, marker, reader, basis, reason, read_at FROM vault.reading ORDER BY read_at"
            ).fetchall(),
            admin.execute("SELECT reader, kind, about, at FROM web.look ORDER BY at").fetchall(),
        ]


async def test_what_both_older_tables_held_moves_into_the_one_log_in_the_order_of_time_and_back(
    database: Database, here: Here
) -> None:
    older(database)
    before = old_rows(database)
    db.upgrade(database.admin_url)
    found = await entries(here)
    assert [one.position for one in found] == [1, 2, 3, 4, 5]
    assert [one.at.isoformat() for one in found] == sorted(
        datetime.fromisoformat(row[0]).isoformat() for row in [*READINGS, *LOOKS]
    )
    said = [(n.kind, n.by, n.basis, n.mission, n.about, n.reason) for n in (one.note for one in found)]
    assert said == [
        ("case", "p-fp", "lead", "Q", (), None),
        ("person", "p-h-audit", "unstated", "Q", ("p-alt",), None),
        ("case", "p-h-audit", "break_glass", "Q", (), "complaint"),
        ("export", "p-h-dpo", "unstated", "Q", (), None),
        ("readings", "p-hom", "unstated", "Q", (), None),
    ]
    marks = [one.note.mark for one in found if one.note.kind == "case"]
    assert [(m.id, m.marker) for m in marks if m] == [(str(row[0]), bytes(row[2]).hex()) for row in before[0]]
    assert (await verify(here.pool)).ok
    on(here, START + timedelta(days=1))
    [after] = await book.put(here, [look(1)])
    assert after.position == 6
    db.downgrade(database.admin_url, "0009")
    again = old_rows(database)
    assert again[0] == before[0] and again[1][:3] == before[1] and len(again[1]) == 4
    db.upgrade(database.admin_url)
    assert [one.note for one in (await entries(here))[:5]] == [one.note for one in found]


async def test_what_the_older_tables_cannot_say_keeps_them_from_coming_back(
    database: Database, here: Here
) -> None:
    await book.put(here, [Note("report", "p-hom", "manager", "Q", ("p-fp",))])
    with pytest.raises(Exception, match="never dropped"):
        db.downgrade(database.admin_url, "0009")
    assert [one.note.kind for one in await entries(here)] == ["report"]


def test_an_access_log_with_readings_in_it_is_never_dropped(database: Database) -> None:
    with psycopg.connect(database.app_url, autocommit=True) as app:
        app.execute(
            "SELECT vault.readings_append(ARRAY[%s::bytea], NULL)", [replace(CASE, kind="case").body()]
        )
    with pytest.raises(Exception, match="never dropped"):
        db.downgrade(database.admin_url)
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("SELECT count(*) FROM vault.reading").fetchone() == (1,)


def restored(old: str, new: str) -> None:
    dump = subprocess.run([str(tool("pg_dump")), old], check=True, capture_output=True)
    psql = [str(tool("psql")), "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", new]
    subprocess.run(psql, input=dump.stdout, check=True, capture_output=True)


async def test_dumped_and_restored_it_is_the_same_and_goes_on(
    here: Here, database: Database, postgres: EmbeddedPostgres
) -> None:
    await spread(here, 4)
    on(here, START + YEAR + timedelta(days=2))
    await keeping.forget(here)
    before = await entries(here)
    name = f"{database.name}_again"
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
    try:
        restored(database.admin_url, postgres.admin_url(name))
        url = postgres.url(name, "chancery_app", APP_PASSWORD)
        async with AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2) as pool:
            assert await book.page(pool, 0, 99, 99) == before
            assert (await verify(pool)).ok
            async with pool.connection() as connection:
                cursor = await connection.execute(
                    "SELECT position FROM vault.readings_append(ARRAY[%s::bytea], NULL)", [look(1).body()]
                )
                assert await cursor.fetchone() == (len(before) + 1,)
    finally:
        with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
