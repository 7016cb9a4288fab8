"""One leader among the processes, and the watchdog that needs neither Temporal nor a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import pytest
import structlog
from temporalio.client import Client

from chancery import leader as leading
from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.leader import LOCK, Leader, watch
from domain import commands as c
from domain.baton import command_id
from domain.envelope import ENGINE_TICK, Event
from tests.conftest import Database
from tests.made import FOCAL, at, cid, opening
from tests.workflows.engine import MINUTES, Engine, connected, skipping, until, working

DUE = "2026-06-30T20:59:59Z"


@asynccontextmanager
async def standing(
    desk: Desk, client: Client, url: str
) -> AsyncIterator[tuple[Leader, Conductor, asyncio.Task[None]]]:
    """A process that stands for leader."""
    conductor = Conductor(desk.log, client, desk.clock)
    leader = Leader(desk, conductor, url)
    running = asyncio.create_task(leader.run())
    try:
        yield leader, conductor, running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def done(desk: Desk, obligation: str) -> None:
    """The meeting was held; returns when the workflow has closed the obligation, so somebody leads."""
    await until(lambda: _has_task(desk, obligation))
    held = c.CompleteTask(
        command_id=cid(f"held {obligation}"), mission="Q", obligation=obligation, task="hold.1",
        checklist=("risk_list",), evidence=(MINUTES,),
    )  # fmt: skip
    await desk.submit(held, FOCAL)
    await until(lambda: _is_closed(desk, obligation))


async def _has_task(desk: Desk, obligation: str) -> bool:
    return bool((await desk.obligation(obligation)).tasks)


async def _is_closed(desk: Desk, obligation: str) -> bool:
    return not (await desk.obligation(obligation)).is_open


# ── one leads ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.devserver
async def test_one_of_two_leads_and_the_other_takes_over_when_its_connection_dies(
    mission: Desk, database: Database, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    async with (
        working(client, mission),
        standing(mission, client, database.app_url) as (first, _, _),
    ):
        await asyncio.wait_for(first.leading.wait(), 10)
        async with standing(mission, client, database.app_url) as (second, conductor, _):
            await mission.submit(opening("lead-1"), ENGINE_TICK)
            await done(mission, "lead-1")
            assert not second.leading.is_set()
            _end_connection_of_the_leader(database)
            await until(lambda: _leads(second, first), 15)
            await mission.submit(opening("lead-2"), ENGINE_TICK)
            await done(mission, "lead-2")
            leaders = (first.leading.is_set(), second.leading.is_set())
            assert sum(leaders) == 1
            if leaders[1]:
                assert await conductor.position() > 0


async def _leads(*leaders: Leader) -> bool:
    return sum(one.leading.is_set() for one in leaders) == 1


def _end_connection_of_the_leader(database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK],
        ).fetchall()
    assert ended == [(True,)]


@pytest.mark.devserver
async def test_a_leader_waits_for_temporal_and_catches_up_when_it_is_back(
    mission: Desk, database: Database, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    async with working(client, mission), standing(mission, client, database.app_url) as (leader, _, running):
        await asyncio.wait_for(leader.leading.wait(), 10)
        await mission.submit(opening("away-1"), ENGINE_TICK)
        await until(lambda: _has_task(mission, "away-1"))
        await asyncio.to_thread(own_server.kill)
        await mission.submit(opening("away-2"), ENGINE_TICK)  # nobody at the desk notices
        await asyncio.sleep(1)
        assert not (await mission.obligation("away-2")).tasks
        await asyncio.to_thread(own_server.start)
        await done(mission, "away-1")
        await done(mission, "away-2")
        assert not running.done()


# ── the watchdog ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_deadline_that_no_timer_recorded_is_recorded_once_and_the_alarm_raised(mission: Desk) -> None:
    async with skipping(mission) as before:
        await mission.submit(opening("o-1"), ENGINE_TICK)
        await before.settle()
        await before.step_to(at("2026-06-30T20:00"))  # what was planned before is recorded in its time
    before.clock.set(at("2026-06-30T21:00:30"))
    assert await watch(mission) == 0  # the timer has its minute
    before.clock.set(at("2026-06-30T21:01:00"))
    state = await mission.obligation("o-1")
    with structlog.testing.capture_logs() as logs:
        assert await watch(mission) == 1
        assert await watch(mission) == 0
    alarms = [line for line in logs if line["log_level"] == "error"]
    assert [(a["obligation"], a["code"]) for a in alarms] == [("o-1", "watchdog")]
    [passed] = await _passed(before)
    assert (passed.by, passed.at, passed.data["due_at"]) == ("watchdog", "2026-06-30T21:00:00Z", DUE)
    # Under the id that the timer itself would have used: whichever comes second changes nothing.
    assert passed.command == str(command_id("o-1", "Wake", f"2026-06-30T21:00:00Z.{state.version}"))
    async with skipping(mission) as after:
        await after.conductor.nudge_all()
        await after.settle()
        await after.step_to(at("2026-06-30T22:00"))
        assert len(await _passed(after)) == 1


async def _passed(engine: Engine) -> list[Event]:
    return [e for e in await engine.events("o-1") if e.type == "DeadlinePassed"]


async def test_the_control_with_a_worker_the_watchdog_finds_nothing(mission: Desk) -> None:
    async with skipping(mission) as engine:
        await mission.submit(opening("o-1"), ENGINE_TICK)
        await engine.settle()
        for when in ("2026-06-02T06:00:00", "2026-06-16T06:00:00", "2026-06-30T21:02:00"):
            await engine.step_to(at(when))
        [passed] = await _passed(engine)
        assert (passed.by, await watch(mission)) == ("timer", 0)


async def test_the_watchdog_watches_although_temporal_is_away(
    monkeypatch: pytest.MonkeyPatch, mission: Desk, database: Database
) -> None:
    monkeypatch.setattr(leading, "WATCH_EVERY", 0.05)
    async with skipping(mission) as engine:
        await mission.submit(opening("o-1"), ENGINE_TICK)
        await engine.settle()
        client = engine.client
    engine.clock.set(at("2026-06-30T21:02:00"))
    async with standing(mission, client, database.app_url):  # its server is gone

        async def recorded() -> bool:
            return len(await _passed(engine)) == 1

        await until(recorded, 10)


async def test_what_the_watchdog_cannot_decide_hides_nothing_else(
    monkeypatch: pytest.MonkeyPatch, mission: Desk
) -> None:
    async with skipping(mission) as engine:
        for name in ("o-0", "o-1"):
            await mission.submit(opening(name), ENGINE_TICK)
        await engine.settle()
    engine.clock.set(at("2026-06-30T21:02:00"))
    submit = mission.submit

    async def breaks(command: c.Command, *more: Any) -> Any:
        if isinstance(command, c.Wake) and command.obligation == "o-0":
            raise KeyError("a defect")
        return await submit(command, *more)

    monkeypatch.setattr(mission, "submit", breaks)
    with structlog.testing.capture_logs() as logs:
        assert await watch(mission) == 1
    assert {line["obligation"]: line["code"] for line in logs} == {"o-0": "KeyError", "o-1": "watchdog"}
    assert len(await _passed(engine)) == 1
