"""Views made anew are the views that were kept up; a row that was altered is named."""

from __future__ import annotations

import asyncio
import itertools

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.canonical import canonical
from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.views import tables
from chancery.views.rebuild import Unfoldable, check, rebuild
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW
from tests.conftest import NOW, Database
from tests.made import FOCAL, cid, opening
from tests.rebuild.histories import Player, Step, steps

_runs = itertools.count()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=steps)
def test_rebuilt_equals_live_after_any_history(database: Database, script: list[Step]) -> None:
    async def story() -> None:
        clock = ManualClock(NOW)
        async with (
            AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3) as pool,
            Desk(pool, clock) as desk,
        ):
            player = Player(desk, clock, f"h{next(_runs)}")
            await player.found()
            await player.play(script)
            assert await check(desk.log) == []
            counts = await rebuild(desk.log)
            assert counts.mended == dict.fromkeys((t.name for t in tables.ALL), 0)
            assert counts.position == counts.events == await desk.log.head()

    asyncio.run(story())


async def test_every_view_lost_comes_back(task: Desk, database: Database) -> None:
    before = dump(database)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for table in tables.ALL:
            admin.execute(f"TRUNCATE view.{table.name}")
    assert len(await check(task.log)) == 5
    counts = await rebuild(task.log)
    assert (
        counts.rows
        == counts.mended
        == {"obligation": 1, "task": 1, "involvement": 1, "mission": 1, "posting": 6, "dossier": 0}
    )
    assert dump(database) == before
    assert await check(task.log) == []


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        (
            "UPDATE view.task SET due = due + interval '1 second'",
            "view task: 1 rows.*first that differ: o-1 hold.1",
        ),
        ("DELETE FROM view.involvement", "view involvement: 0 rows.*p-fp o-1"),
        (
            "UPDATE view.posting SET last = '2030-01-01' WHERE posting = 'p-dep'",
            "view posting: 6 rows.*p-dep",
        ),
        ("INSERT INTO view.involvement VALUES ('p-pol', 'o-1')", "view involvement: 2 rows.*p-pol o-1"),
    ],
)
async def test_a_row_that_was_altered_is_named_and_mended(
    task: Desk, database: Database, tampering: str, says: str
) -> None:
    assert await check(task.log) == []
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(tampering.encode())
    [found] = await check(task.log)
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(found)
    assert sum((await rebuild(task.log)).mended.values()) == 1
    assert await check(task.log) == []


async def test_appends_go_on_during_a_rebuild(mission: Desk) -> None:
    stop = asyncio.Event()

    async def work() -> int:
        for n in itertools.count():
            if stop.is_set():
                return n
            name = f"busy-{n}"
            await mission.submit(opening(name), ENGINE_TICK)
            hold = c.OpenTask(command_id=cid(f"hold {n}"), mission="Q", obligation=name, step="hold")
            await mission.submit(hold, ENGINE_WORKFLOW)
        return 0

    working = asyncio.create_task(work())
    seen = []
    for _ in range(6):
        await asyncio.sleep(0.05)
        counts = await rebuild(mission.log)
        assert sum(counts.mended.values()) == 0
        assert await check(mission.log) == []
        seen.append(counts.position)
    stop.set()
    assert await working > 6
    assert seen == sorted(set(seen)), "the log moved under each rebuild"
    assert await check(mission.log) == []


async def test_streams_that_moved_after_the_fold_are_folded_again(
    task: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chancery.views import rebuild as module

    real = module._hold

    async def late(conn: module._Conn) -> int:
        accept = c.AcceptTask(command_id=cid("late"), mission="Q", obligation="o-1", task="hold.1")
        await task.submit(accept, FOCAL)
        return await real(conn)

    monkeypatch.setattr(module, "_hold", late)
    before = await task.log.head()
    counts = await rebuild(task.log)
    assert counts.position == before + 1
    monkeypatch.undo()
    assert sum(counts.mended.values()) == 0
    assert await check(task.log) == []


async def test_an_unknown_event_stops_the_rebuild_and_changes_nothing(task: Desk, database: Database) -> None:
    await poison(task.log, "TaskTeleported")
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(b"UPDATE view.task SET revision = 99")
    before = dump(database)
    head = await task.log.head()
    for act in (rebuild, check):
        with pytest.raises(Unfoldable, match=rf"position {head} \(TaskTeleported\)"):
            await act(task.log)
    assert dump(database) == before


async def poison(log: EventLog, type_: str) -> None:
    """Append what this version does not know, as a later version would."""
    version = (await log.versions(["obligation/o-1"]))["obligation/o-1"]
    last = (await log.read_stream("obligation/o-1"))[-1].event
    body = {**last, "type": type_, "version": version + 1, "id": str(cid("poison"))}
    async with log.pool.connection() as conn:
        await conn.execute(
            b"SELECT log.append('{}', '{}', %s::text[], %s::int[], %s::bytea[])",
            [["obligation/o-1"], [version + 1], [canonical(body)]],
        )


def dump(database: Database) -> dict[str, list[str]]:
    with psycopg.connect(database.admin_url) as admin:
        return {
            t.name: [
                r[0] for r in admin.execute(f"SELECT t::text FROM view.{t.name} AS t ORDER BY 1").fetchall()
            ]
            for t in tables.ALL
        }
