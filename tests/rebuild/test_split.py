"""Views cannot disagree with the log: lost, spoiled and rebuilt at a random place of a random history, and gone on with from there."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS
from chancery.views import rebuild as module
from chancery.views import tables
from chancery.views.rebuild import check, rebuild
from tests.conftest import NOW, Database
from tests.rebuild.dossiers import WithDossiers
from tests.rebuild.histories import Player, Step, steps

_runs = itertools.count()
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "100"))
NONE = {t.name: 0 for t in tables.ALL}
LOST = tuple(f"TRUNCATE view.{t.name}" for t in tables.ALL)
SPOILED = (
    "UPDATE view.task SET due = due + interval '1 day', revision = revision + 7",
    "UPDATE view.obligation SET status = 'closed', next_wake = NULL",
    "DELETE FROM view.involvement",
    "INSERT INTO view.posting SELECT posting || '-ghost', mission, post, role, first, last, support FROM view.posting",
    "UPDATE view.mission SET version = version + 1",
    "UPDATE view.dossier SET parties = '{}', version = version + 1",
)
Told = Callable[[Desk, Player, list[Step], list[Step]], Awaitable[None]]


def spoiled(database: Database, how: tuple[str, ...]) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for statement in how:
            admin.execute(statement.encode())


def played(database: Database, script: list[Step], at: int, told: Told) -> None:
    """The first part of a script, then `told` has the rest; in the end every view is what the log says, row by row."""

    async def story() -> None:
        clock = ManualClock(NOW)
        async with (
            AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3) as pool,
            Desk(pool, clock) as desk,
        ):
            player = WithDossiers(desk, clock, f"s{next(_runs)}")
            await player.found()
            await player.play(script[:at])
            await told(desk, player, script[:at], script[at:])
            assert await check(desk.log) == []
            assert (await rebuild(desk.log)).mended == NONE

    asyncio.run(story())


LESS = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MORE = settings(LESS, max_examples=TRIALS)


def a_rebuild_and_then_life(database: Database, script: list[Step], at: int, how: tuple[str, ...]) -> None:
    async def told(desk: Desk, player: Player, _: list[Step], rest: list[Step]) -> None:
        spoiled(database, how)
        assert await check(desk.log) != [], "the control: what was spoiled is seen"
        counts = await rebuild(desk.log)
        assert sum(counts.mended.values()) > 0
        await player.play(rest)

    played(database, script, at, told)


def life_during_the_rebuild(
    database: Database, script: list[Step], at: int, how: tuple[str, ...], patched: pytest.MonkeyPatch
) -> None:
    """The rest happens after the log was folded, and before it is held still: those streams are folded again."""

    async def told(desk: Desk, player: Player, _: list[Step], rest: list[Step]) -> None:
        spoiled(database, how)
        real = module._hold
        moved = 0

        async def late(conn: module._Conn) -> int:
            nonlocal moved
            moved = await player.play(rest)
            return await real(conn)

        patched.setattr(module, "_hold", late)
        before = await desk.log.head()
        counts = await rebuild(desk.log)
        patched.undo()
        assert (counts.position > before) == (moved > 0)

    played(database, script, at, told)


whole = st.tuples(steps, st.integers(0, 40), st.sampled_from((LOST, SPOILED)))


@LESS
@given(whole)
def test_rebuilt_at_a_random_place_and_gone_on_with(
    database: Database, drawn: tuple[list[Step], int, tuple[str, ...]]
) -> None:
    a_rebuild_and_then_life(database, *drawn)


@LESS
@given(whole)
def test_the_rest_of_the_history_happens_during_the_rebuild(
    database: Database, drawn: tuple[list[Step], int, tuple[str, ...]]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        life_during_the_rebuild(database, *drawn, patched)


@pytest.mark.trials
@pytest.mark.timeout(3600)
@MORE
@given(whole)
def test_both_many_times(database: Database, drawn: tuple[list[Step], int, tuple[str, ...]]) -> None:
    a_rebuild_and_then_life(database, *drawn)
    with pytest.MonkeyPatch.context() as patched:
        life_during_the_rebuild(database, *drawn, patched)
