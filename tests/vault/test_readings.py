"""The access log: gap-free, in order, by one function; nothing is shown that is not in it; no word comes into it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.merkle import leaf_of
from chancery.log.store import POOL_SETTINGS
from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.readings.entry import BASES, KINDS, Entry, NotAnEntry, Note, parsed
from domain.envelope import OPERATOR
from tests.conftest import Database
from tests.made import adoption
from tests.vault.reading_here import CASE, MARK, Here, entries, look, some


@pytest.fixture
def here(desk: Desk) -> Here:
    return Here(desk)


async def test_positions_have_no_gap_time_never_runs_back_and_every_leaf_is_that_of_its_bytes(
    here: Here,
) -> None:
    first = await book.put(here, [look(1), look(2)])
    assert [one.position for one in first] == [1, 2]
    await some(here, 5)
    found = await entries(here)
    assert [one.position for one in found] == list(range(1, 8))
    assert [one.recorded_us for one in found] == sorted(one.recorded_us for one in found)
    for one in found:
        assert one.salt is not None and len(one.salt) == 16 and one.body is not None
        assert one.leaf == leaf_of(one.position, one.recorded_us, one.salt + one.body) and one.whole()
    assert len({one.salt for one in found}) == 7
    assert [(one.position, one.leaf) for one in found[:2]] == [(one.position, one.leaf) for one in first]


async def test_two_equal_readings_have_leaves_that_tell_nothing(here: Here) -> None:
    """Without the salt whoever knows the time and guesses the words could make the leaf: the control does."""
    [one] = await book.put(here, [look(1)])
    [two] = await book.put(here, [look(1)])
    assert one.leaf != two.leaf
    guessed = leaf_of(one.position, one.recorded_us, look(1).body())
    assert guessed != one.leaf
    salt = (await entries(here))[0].salt
    assert salt is not None and leaf_of(one.position, one.recorded_us, salt + look(1).body()) == one.leaf


async def test_writers_at_once_leave_no_gap_and_a_reader_who_follows_misses_none(
    database: Database, clock: ManualClock
) -> None:
    async with (
        AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=6, max_size=6) as pool,
        Desk(pool, clock) as desk,
    ):
        here, seen, done = Here(desk), [0], asyncio.Event()

        async def write(n: int) -> None:
            for i in range(25):
                await book.put(here, [look(n * 100 + i)] * (1 + i % 3))

        async def follow() -> None:
            while not done.is_set() or len(seen) - 1 < await book.head(pool):
                seen.extend(one.position for one in await book.page(pool, seen[-1], 1_000_000, 1_000))

        following = asyncio.create_task(follow())
        await asyncio.gather(*(write(n) for n in range(4)))
        done.set()
        await following
        assert seen == list(range(4 * sum(1 + i % 3 for i in range(25)) + 1))


async def test_a_real_log_has_its_own_time_and_a_rehearsal_the_callers(
    here: Here, database: Database
) -> None:
    [real] = await book.put(here, [look(1)])
    assert abs(real.recorded_us / 1_000_000 - time.time()) < 60  # and not the clock of May 2026
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE log.origin SET rehearsal = true")
        admin.execute("DELETE FROM vault.reading")
    [played] = await book.put(here, [look(1)])
    assert played.recorded_us == here.desk.clock.now().timestamp() * 1_000_000
    here.desk.clock = ManualClock(here.desk.clock.now().replace(year=2025))
    [after] = await book.put(here, [look(2)])
    assert after.recorded_us == played.recorded_us  # never back


async def test_an_append_that_is_not_flushed_is_refused_before_and_at_the_commit(database: Database) -> None:
    call = "SELECT vault.readings_append(ARRAY[%s::bytea], NULL)"
    with psycopg.connect(database.app_url, autocommit=True) as app:
        app.execute("SET synchronous_commit = off")
        with pytest.raises(psycopg.Error) as before:
            app.execute(call, [look(1).body()])
        app.execute("SET synchronous_commit = on")
        with pytest.raises(psycopg.Error) as at_commit, app.transaction():
            app.execute(call, [look(1).body()])
            app.execute("SET LOCAL synchronous_commit = off")
        app.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.Error) as isolation:
            app.execute(call, [look(1).body()])
        app.execute("ROLLBACK")
        assert [x.value.sqlstate for x in (before, at_commit, isolation)] == ["CH003", "CH003", "CH004"]
        app.execute(call, [look(1).body()])  # the control
        assert app.execute("SELECT vault.readings_head()").fetchone() == (1,)


@pytest.mark.parametrize("body", [b"no JSON", b"{}", b'{"kind":"person","by":"p"}', b"\xff\xff\xff"])
async def test_the_database_takes_nothing_without_kind_reader_and_ground(
    database: Database, body: bytes
) -> None:
    with psycopg.connect(database.app_url) as app, pytest.raises(psycopg.Error):
        app.execute("SELECT vault.readings_append(ARRAY[%s::bytea], NULL)", [body])


async def test_the_table_itself_refuses_a_leaf_that_is_not_that_of_its_bytes(
    here: Here, database: Database
) -> None:
    await book.put(here, [look(1)])
    with psycopg.connect(database.admin_url) as admin:
        for change in ("body = body || ' '::bytea", "recorded_us = 1", "leaf = sha256('')", "salt = NULL"):
            with pytest.raises(errors.CheckViolation):
                admin.execute(f"UPDATE vault.reading SET {change}".encode())
            admin.rollback()
        admin.execute("UPDATE vault.reading SET salt = NULL, body = NULL")  # the control: what a year does
        admin.rollback()


# --- what an entry may say --------------------------------------------------------------------------------------------

GOOD = [
    CASE,
    look(3),
    Note("report", "p-hom", "manager", "Q", ("p-fp", "p-alt"), form="pdf"),
    Note("case", "p-h-audit", "break_glass", "Q", reason="complaint", mark=MARK),
    Note("readings", "p-h-dpo", "oversight"),
    Note("export", "operator", "operator", "Q", form="full"),
    Note("tidied", "engine", "engine", upto=12),
]
BAD: list[dict[str, Any]] = [
    {"by": "Somebody With A Name"},
    {"by": ""},
    {"about": ("p-1", "words, and more words")},
    {"mission": "Q é"},
    {"kind": "gossip"},
    {"basis": "curiosity"},
    {"form": "parchment"},
    {"reason": "because I wanted to"},
    {"kind": "case"},
    {"basis": "break_glass"},
    {"mark": replace(MARK, marker="zz")},
    {"upto": 3},
    {"kind": "tidied"},
]


@pytest.mark.parametrize("note", GOOD, ids=lambda n: n.kind)
def test_an_entry_says_the_same_when_read_again(note: Note) -> None:
    assert parsed(note.body()) == replace(note, about=tuple(sorted(note.about)))


@pytest.mark.parametrize("change", BAD, ids=str)
def test_no_word_comes_into_an_entry_and_nothing_that_does_not_go_together(change: dict[str, Any]) -> None:
    with pytest.raises(NotAnEntry) as refused:
        replace(look(1), **change).body()
    words = [str(value) for value in change.values() if " " in str(value)]
    assert not any(value in str(refused.value) for value in words)


def test_bytes_have_one_spelling() -> None:
    body = look(1).body()
    said = json.loads(body)
    others = [
        b" " + body,
        json.dumps(said).encode(),
        json.dumps(said | {"more": 1}).encode(),
        json.dumps(said | {"schema": 2}, separators=(",", ":"), sort_keys=True).encode(),
        json.dumps(said | {"about": "p-1"}, separators=(",", ":"), sort_keys=True).encode(),
        b"[]", b"7", b"\xff", b"",
    ]  # fmt: skip
    assert parsed(body) == look(1)
    for other in others:
        with pytest.raises(NotAnEntry):
            parsed(other)


def test_every_kind_and_ground_and_form_has_a_name_in_both_languages() -> None:
    from chancery.locale.codes import CODES
    from chancery.readings.entry import FORMS

    assert {f"basis:{one}" for one in BASES} <= CODES.keys()
    assert {f"form:{one}" for one in FORMS if one != "page"} <= CODES.keys()
    assert len(KINDS) == 7


async def test_a_reading_may_go_with_a_command_and_then_both_are_there_or_neither(here: Here) -> None:
    with_it = [book.statement(here, [look(1)])]
    await here.desk.submit(adoption(), OPERATOR, with_it)
    assert await book.head(here.pool) == 1
    bad = book.statement(here, [look(2)])
    broken = type(bad)(bad.sql, ([b"{}"], None))
    with pytest.raises(Exception, match=r".+"):
        await here.desk.submit(adoption("T"), OPERATOR, [broken])
    assert await book.head(here.pool) == 1 and not (await here.desk.mission("T")).version


# --- finding them again -----------------------------------------------------------------------------------------------


async def test_each_filter_leaves_what_fits_it(here: Here) -> None:
    here.desk.clock = ManualClock(datetime.now(UTC))  # a year is reckoned from the database's own time
    notes = [*GOOD[:-1], Note("person", "p-fp", "head", "T", ("p-t",))]
    placed = await book.put(here, notes)

    async def found(**asked: Any) -> list[int]:
        return [one.position - placed[0].position for one in await book.find(here, Wanted(**asked))][::-1]

    assert await found() == list(range(7))
    assert await found(missions=("Q",)) == [0, 1, 2, 3, 5]
    assert await found(people=("p-fp",)) == [0, 2, 6]
    assert await found(about=("p-fp",)) == [2]
    assert await found(kinds=("readings", "export")) == [4, 5]
    assert await found(basis="break_glass") == [3]
    assert await found(people=("p-fp",), missions=("T",)) == [6]
    now = here.desk.clock.now()
    assert await found(until=now.replace(year=now.year - 1)) == []
    assert await found(first=now.replace(year=now.year + 1)) == []
    assert [one.position for one in await book.find(here, Wanted(), before=5, limit=2)] == [4, 3]


def test_what_has_no_content_says_so() -> None:
    bare = Entry(1, 0, None, None, b"\0" * 32)
    assert bare.whole() and bare.data is None
    with pytest.raises(NotAnEntry):
        _ = bare.note
