"""What got lost between the log and Temporal is found: a nudge, a workflow, a store that went back."""

from __future__ import annotations

import asyncio
import functools
import shutil
from pathlib import Path

import pytest

from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.streams import obligation_stream
from domain import commands as c
from domain.baton import Nudge
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid
from tests.workflows.delivering import closed, conductor_of, hold, length, opened, skip_delivery
from tests.workflows.engine import connected, until, working

pytestmark = pytest.mark.devserver

# ── lost and repeated ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_lost_nudge_is_made_good_by_the_reconciler(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with working(client, mission):
        await opened(mission, conductor, "lost-1")
        await conductor.reconcile()
        await mission.submit(hold("lost-1"), FOCAL)
        await skip_delivery(conductor)
        await conductor.drain()
        before = await length(client, "lost-1")
        with pytest.raises(TimeoutError):  # the control: by itself nothing happens
            await until(lambda: closed(mission, "lost-1"), 1.5)
        assert await length(client, "lost-1") == before
        await conductor.reconcile()
        await until(lambda: closed(mission, "lost-1"))


async def test_nudges_twice_and_five_times_over_change_nothing(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with working(client, mission):
        await opened(mission, conductor, "again-1")
        head = await mission.log.head()
        handle = client.get_workflow_handle("again-1")
        for _ in range(5):
            await handle.signal("nudge", Nudge(stream=obligation_stream("again-1"), position=head))
            await handle.signal("nudge", Nudge(stream="mission/Q", position=head))

        async def heard() -> bool:
            history = (await handle.fetch_history()).events
            signals = [
                n for n, e in enumerate(history) if e.HasField("workflow_execution_signaled_event_attributes")
            ]
            done = [
                n for n, e in enumerate(history) if e.HasField("workflow_task_completed_event_attributes")
            ]
            return len(signals) >= 10 and done[-1] > signals[-1]

        await until(heard)
        assert await mission.log.head() == head
        await mission.submit(hold("again-1"), FOCAL)
        await conductor.drain()
        await conductor.drain()
        await until(lambda: closed(mission, "again-1"))
        types = [e.event["type"] for e in await mission.log.read_stream(obligation_stream("again-1"))]
        assert types == ["ObligationOpened", "TaskOpened", "TaskCompleted", "ObligationClosed"]


async def test_both_ways_what_should_run_is_started_and_what_should_not_ends(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with working(client, mission):
        await opened(mission, conductor, "ways-1")
        await opened(mission, conductor, "ways-2")
        await client.get_workflow_handle("ways-1").terminate()
        # Closed in the log, and nobody told the workflow.
        await mission.submit(
            c.CloseObligation(command_id=cid("close"), mission="Q", obligation="ways-2", outcome="done"),
            ENGINE_TICK,
        )
        await skip_delivery(conductor)

        async def seen() -> bool:
            running = [e.id async for e in client.list_workflows("ExecutionStatus = 'Running'")]
            return "ways-1" not in running and "ways-2" in running

        await until(seen)
        started, nudged = await conductor.reconcile()
        assert started >= 1
        assert nudged >= 1
        assert await client.get_workflow_handle("ways-2").result() == "done"
        await mission.submit(hold("ways-1"), FOCAL)
        await conductor.drain()
        await until(lambda: closed(mission, "ways-1"))


# ── a store that went back ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_store_put_back_under_a_running_conductor_is_noticed_and_told_everything(
    mission: Desk, short_dir: Path
) -> None:
    """Nobody asked for a rebuild: the same conductor, which knows nothing of it, meets an older Temporal."""
    server = EmbeddedTemporal(short_dir / "went-back")
    server.start()
    try:
        client = await connected(server)
        conductor = conductor_of(mission, client)
        await conductor.take_over()
        async with working(client, mission):
            for name in ("back-1", "back-2"):
                await opened(mission, conductor, name)
        await asyncio.to_thread(server.stop)
        shutil.copy(server.store, short_dir / "older.sqlite")
        await asyncio.to_thread(server.start)
        # Without a worker: both are nudged, and neither comes to look before the store goes back.
        for name in ("back-1", "back-2"):
            await mission.submit(hold(name), FOCAL)
            await conductor.drain()
        await conductor.reconcile()
        await asyncio.to_thread(server.stop)
        for left in server.data_dir.glob("temporal.sqlite*"):
            left.unlink()
        shutil.copy(short_dir / "older.sqlite", server.store)
        await asyncio.to_thread(server.start)
        async with working(client, mission):
            await conductor.drain()
            with pytest.raises(TimeoutError):  # the control: there is nothing to deliver, so nothing happens
                await until(lambda: closed(mission, "back-1"), 1.5)
            await conductor.reconcile()
            for name in ("back-1", "back-2"):
                await until(functools.partial(closed, mission, name))
    finally:
        server.stop()
