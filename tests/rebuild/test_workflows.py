"""Temporal's store lost, or put back to an older copy: all runs again, with the same clocks and nothing said twice."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from chancery import queries, searchable
from chancery.clock import ManualClock
from chancery.codec import KeyRing, data_converter
from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.rebuild import rebuild_workflows
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid, opening
from tests.workflows.engine import working as at_work

OBLIGATIONS = 30
pytestmark = [pytest.mark.devserver, pytest.mark.timeout(150)]


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


@pytest.fixture
def clock() -> ManualClock:
    """Today: Temporal's timers run on real time, and the desk's must agree with them."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def server(short_dir: Path, request: pytest.FixtureRequest) -> Iterator[EmbeddedTemporal]:
    one = EmbeddedTemporal(short_dir / request.node.name[7:20])
    one.start()
    yield one
    one.stop()


async def client_of(server: EmbeddedTemporal) -> Client:
    ring = KeyRing.derived(b"published test key, 32 bytes ...", "test-1")
    return await Client.connect(
        server.address, namespace=server.namespace, data_converter=data_converter(ring)
    )


@asynccontextmanager
async def working(server: EmbeddedTemporal, desk: Desk) -> AsyncIterator[tuple[Client, Conductor]]:
    client = await client_of(server)
    await searchable.register(client)
    conductor = Conductor(desk.log, client, desk.clock)
    await conductor.take_over()
    async with at_work(client, desk):
        yield client, conductor


async def open_all(desk: Desk, conductor: Conductor, first: int, last: int) -> None:
    for n in range(first, last):
        due = (desk.clock.now() + timedelta(days=200)).date().isoformat()
        await desk.submit(opening(f"lost-{n:02d}").model_copy(update={"due_day": due}), ENGINE_TICK)
    await conductor.drain()
    await until(lambda: opened(desk, last))


async def opened(desk: Desk, count: int) -> bool:
    return len(await queries.tasks(desk.log)) == count


def done(n: int) -> c.CompleteTask:
    return c.CompleteTask(
        command_id=cid(f"done {n}"), mission="Q", obligation=f"lost-{n:02d}", task="hold.1", checklist=("risk_list",),
        evidence=({"kind": "minutes", "digest": "ab" * 32, "bytes": 1, "marking": "limite"},),
    )  # fmt: skip


async def dues(desk: Desk) -> dict[str, datetime]:
    return {row["obligation"]: row["due"] for row in await queries.tasks(desk.log, status=None)}


async def running(client: Client, count: int) -> bool:
    ids = [f"lost-{n:02d}" for n in range(count)]
    states = await asyncio.gather(*(client.get_workflow_handle(i).describe() for i in ids))
    return all(s.status is WorkflowExecutionStatus.RUNNING for s in states)


async def all_closed(desk: Desk) -> bool:
    return not await queries.open_obligations(desk.log)


async def types(desk: Desk) -> Counter[str]:
    return Counter(json.loads(e.body)["type"] for e in await desk.log.read(0, 10_000))


def forget(server: EmbeddedTemporal) -> None:
    for file in server.data_dir.glob("temporal.sqlite*"):
        file.unlink()


def copy(source: Path, target: Path) -> None:
    for file in source.glob("temporal.sqlite*"):
        shutil.copy(file, target)


async def test_a_lost_store_comes_back_from_the_log(mission: Desk, server: EmbeddedTemporal) -> None:
    async with working(server, mission) as (client, conductor):
        await open_all(mission, conductor, 0, OBLIGATIONS)
        assert await running(client, OBLIGATIONS)
    before, head = await dues(mission), await mission.log.head()
    server.stop()
    forget(server)
    server.start()
    client = await client_of(server)
    assert [e async for e in client.list_workflows()] == [], "control: the store is empty"
    conductor = Conductor(mission.log, client, mission.clock)
    heard: list[tuple[int, int]] = []
    counts = await rebuild_workflows(conductor, client, mission.log, lambda of, n: heard.append((of, n)))
    assert (counts.started, counts.nudged, counts.over, counts.failed) == (OBLIGATIONS, 0, 0, [])
    assert (counts.schedules, counts.attributes, heard[-1]) == (1, 4, (OBLIGATIONS, OBLIGATIONS))
    assert [s.id async for s in await client.list_schedules()] == ["tick:Q"]
    async with at_work(client, mission):
        await until(lambda: running(client, OBLIGATIONS))
        again = await rebuild_workflows(conductor, client, mission.log)
        assert (again.started, again.nudged) == (0, OBLIGATIONS), (
            "those that run are nudged, not started twice"
        )
        await asyncio.sleep(1)
        assert await dues(mission) == before
        assert await mission.log.head() == head, "nothing was said twice"
        for n in range(OBLIGATIONS):
            await mission.submit(done(n), FOCAL)
        await conductor.take_over()
        await conductor.drain()
        await until(lambda: all_closed(mission))
    counted = await types(mission)
    assert {counted[t] for t in ("ObligationOpened", "TaskOpened", "TaskCompleted", "ObligationClosed")} == {
        OBLIGATIONS
    }


async def test_a_store_put_back_to_an_older_copy_catches_up(
    mission: Desk, server: EmbeddedTemporal, tmp_path: Path
) -> None:
    async with working(server, mission) as (_, conductor):
        await open_all(mission, conductor, 0, 10)
    server.stop()
    copy(server.data_dir, tmp_path)
    server.start()
    async with working(server, mission) as (_, conductor):
        await open_all(mission, conductor, 10, 20)
        for n in range(3):
            await mission.submit(done(n), FOCAL)
        await conductor.drain()

        async def three() -> bool:
            return len(await queries.open_obligations(mission.log)) == 17

        await until(three)
    server.stop()
    forget(server)
    copy(tmp_path, server.data_dir)
    server.start()
    before, head = await dues(mission), await mission.log.head()
    async with working(server, mission) as (client, conductor):
        counts = await rebuild_workflows(conductor, client, mission.log)
        # Seven of the older copy still run rightly, ten are unknown to it, three run for what has ended.
        assert (counts.started, counts.nudged, counts.over, counts.failed) == (10, 7, 3, [])

        async def ended() -> bool:
            states = [await client.get_workflow_handle(f"lost-{n:02d}").describe() for n in range(3)]
            return all(s.status is WorkflowExecutionStatus.COMPLETED for s in states)

        await until(ended)
        assert (await dues(mission), await mission.log.head()) == (before, head)
        for n in range(3, 20):
            await mission.submit(done(n), FOCAL)
        await conductor.drain()
        await until(lambda: all_closed(mission))
    counted = await types(mission)
    assert {counted[t] for t in ("ObligationOpened", "TaskOpened", "TaskCompleted", "ObligationClosed")} == {
        20
    }
