"""From the log to Temporal: at least once, in order, past what cannot be delivered; what got lost on the way is found."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from typing_extensions import override

from chancery.codec import data_converter
from chancery.conductor import Conductor, Deposed
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.schedules import ensure_schedule
from chancery.streams import obligation_stream
from domain import commands as c
from domain.baton import Nudge
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid, opening
from tests.workflows.engine import MINUTES, RING, Engine, connected, skipping, until
from worker import build


def conductor_of(desk: Desk, client: Client) -> Conductor:
    return Conductor(desk.log, client, desk.clock, schedules=False)


def hold(obligation: str) -> c.CompleteTask:
    return c.CompleteTask(
        command_id=cid(f"hold {obligation}"), mission="Q", obligation=obligation, task="hold.1",
        checklist=("risk_list",), evidence=(MINUTES,),
    )  # fmt: skip


async def opened(desk: Desk, conductor: Conductor, obligation: str) -> None:
    await desk.submit(opening(obligation), ENGINE_TICK)
    await conductor.drain()
    await until(lambda: has(desk, obligation, "hold.1"))


async def has(desk: Desk, obligation: str, task: str) -> bool:
    return task in (await desk.obligation(obligation)).tasks


async def closed(desk: Desk, obligation: str) -> bool:
    return not (await desk.obligation(obligation)).is_open


async def skip_delivery(conductor: Conductor) -> None:
    """The checkpoint moves on although nothing was delivered: a nudge is lost."""
    head = await conductor.log.head()
    async with conductor.log.pool.connection() as conn:
        await conn.execute("UPDATE conductor.checkpoint SET position = %s WHERE name = 'temporal'", [head])


async def length(client: Client, obligation: str) -> int:
    return len((await client.get_workflow_handle(obligation).fetch_history()).events)


# ── lost and repeated ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.devserver
async def test_a_lost_nudge_is_made_good_by_the_reconciler(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with build(client, mission):
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


@pytest.mark.devserver
async def test_nudges_twice_and_five_times_over_change_nothing(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with build(client, mission):
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


@pytest.mark.devserver
async def test_both_ways_what_should_run_is_started_and_what_should_not_ends(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with build(client, mission):
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


# ── leaders ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_conductors_the_one_that_took_over_first_is_deposed(mission: Desk) -> None:
    async with skipping(mission) as engine:
        second = conductor_of(mission, engine.client)
        await second.take_over()
        await mission.submit(opening("o-1"), ENGINE_TICK)
        with pytest.raises(Deposed):
            await engine.conductor.drain()
        assert await second.position() < await mission.log.head()
        assert await second.drain() == await mission.log.head()


# ── what cannot be delivered ─────────────────────────────────────────────────────────────────────────────────────


class Refusing(Interceptor):
    """Temporal refuses to start one workflow, with a status of the test's choice."""

    def __init__(self, status: RPCStatusCode) -> None:
        self.status: RPCStatusCode | None = status

    @override
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        owner = self

        class One(OutboundInterceptor):
            @override
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
                if input.id == "bad-1" and owner.status is not None:
                    raise RPCError("refused", owner.status, b"")
                return await super().start_workflow(input)

        return One(next)


async def _refusing(server: EmbeddedTemporal, status: RPCStatusCode) -> tuple[Client, Refusing]:
    await connected(server)  # registers the search attributes
    refusing = Refusing(status)
    client = await Client.connect(
        server.address,
        namespace=server.namespace,
        data_converter=data_converter(RING),
        interceptors=[refusing],
    )
    return client, refusing


@pytest.mark.devserver
async def test_a_stream_that_cannot_be_delivered_is_parked_and_stops_nobody_else(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client, refusing = await _refusing(own_server, RPCStatusCode.INVALID_ARGUMENT)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    async with build(client, mission):
        await mission.submit(opening("bad-1"), ENGINE_TICK)
        await opened(mission, conductor, "good-1")
        [(stream, _, code, attempts)] = await conductor.parked()
        assert (stream, code) == ("obligation/bad-1", "INVALID_ARGUMENT")
        await conductor.reconcile()
        [(_, _, _, more)] = await conductor.parked()
        assert more > attempts  # still parked, and shown with how often it was tried
        refusing.status = None
        await conductor.reconcile()
        assert await conductor.parked() == []
        await until(lambda: has(mission, "bad-1", "hold.1"))


@pytest.mark.devserver
async def test_the_control_what_everybody_would_fail_on_stops_the_delivery_and_is_tried_again(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client, refusing = await _refusing(own_server, RPCStatusCode.UNAVAILABLE)
    conductor = conductor_of(mission, client)
    await conductor.take_over()
    before = await conductor.position()
    await mission.submit(opening("bad-1"), ENGINE_TICK)
    with pytest.raises(RPCError):
        await conductor.drain()
    assert (await conductor.position(), await conductor.parked()) == (before, [])
    refusing.status = None
    assert await conductor.drain() == await mission.log.head()


# ── the daily tick ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.devserver
async def test_a_schedule_for_each_mission_once_and_a_second_tick_opens_nothing(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = Conductor(mission.log, client, mission.clock)
    await conductor.take_over()
    async with build(client, mission):
        await conductor.drain()
        await ensure_schedule(client, "Q", "Africa/Cairo", "obligations")
        handle = client.get_schedule_handle("tick:Q")

        async def listed() -> bool:
            return [s.id async for s in await client.list_schedules()] == ["tick:Q"]

        await until(listed)
        calendar = (await handle.describe()).schedule.spec
        assert calendar.time_zone_name == "Africa/Cairo"
        assert [(r.start, r.end) for r in calendar.calendars[0].hour] == [(9, 9)]
        first = await _tick(client, 1)
        assert first
        assert {o.partition(".")[0] for o in first} != set()
        head = await mission.log.head()
        assert await _tick(client, 2) == []
        assert await mission.log.head() == head
        engine = Engine(mission, client, conductor)
        await conductor.drain()
        for obligation in first:

            async def begun(obligation: str = obligation) -> bool:
                return bool((await engine.state(obligation)).tasks)

            await until(begun)


async def _tick(client: Client, number: int) -> list[str]:
    """Trigger the Schedule; the ids that the tick opened."""
    handle = client.get_schedule_handle("tick:Q")
    await handle.trigger()

    async def ran() -> bool:
        return len((await handle.describe()).info.recent_actions) == number

    await until(ran)
    action = (await handle.describe()).info.recent_actions[-1].action
    id_ = getattr(action, "workflow_id")  # noqa: B009 - the one kind of action that there is
    opened: list[str] = await client.get_workflow_handle(id_, result_type=list[str]).result()
    return opened
