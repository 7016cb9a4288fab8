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
from domain.envelope import ENGINE_TICK
from tests.made import opening
from tests.workflows.delivering import conductor_of, has, opened
from tests.workflows.engine import RING, Engine, connected, skipping, until, working

# ── leaders ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_conductors_the_one_that_took_over_first_is_deposed(mission: Desk) -> None:
    async with skipping(mission) as engine:
        second = conductor_of(mission, engine.client)
        await second.take_over()
        await mission.submit(opening("o-1"), ENGINE_TICK)
        with pytest.raises(Deposed):
            await engine.conductor.drain()
        head = await mission.log.head()
        assert await second.position() < head
        assert await second.drain() >= head  # the worker goes on meanwhile, and the log with it


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
    async with working(client, mission):
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
async def test_a_schedule_for_each_mission_once_and_a_second_tick_carries_on_and_opens_nothing(
    mission: Desk, own_server: EmbeddedTemporal
) -> None:
    client = await connected(own_server)
    conductor = Conductor(mission.log, client, mission.clock)
    await conductor.take_over()
    async with working(client, mission):
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
    """Trigger the Schedule; the ids that the tick opened.

    Once it knows how the tick before it ended, as it does from one day to the next: then it hands that on.
    """
    handle = client.get_schedule_handle("tick:Q")

    async def rests() -> bool:
        return not (await handle.describe()).info.running_actions

    await until(rests)
    await handle.trigger()

    async def ran() -> bool:
        return len((await handle.describe()).info.recent_actions) == number

    await until(ran)
    action = (await handle.describe()).info.recent_actions[-1].action
    id_ = getattr(action, "workflow_id")  # noqa: B009 - the one kind of action that there is
    opened: list[str] = await client.get_workflow_handle(id_, result_type=list[str]).result()
    return opened
