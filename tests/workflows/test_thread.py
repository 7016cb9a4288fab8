"""The thread, for real: command → log → conductor → workflow → desk → log → inbox, on the dev server."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio.client import Client, WorkflowExecutionStatus

from chancery import queries, searchable
from chancery.codec import KeyRing, data_converter
from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid, opening
from tests.workflows.engine import working


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def client_of(server: EmbeddedTemporal) -> Client:
    ring = KeyRing.derived(b"published test key, 32 bytes ...", "test-1")
    client = await Client.connect(
        server.address, namespace=server.namespace, data_converter=data_converter(ring)
    )
    await searchable.register(client)
    return client


async def test_an_obligation_runs_from_the_log_to_its_end(
    mission: Desk, temporal_dev: EmbeddedTemporal
) -> None:
    client = await client_of(temporal_dev)
    conductor = Conductor(mission.log, client, mission.clock, schedules=False)
    await conductor.take_over()
    name = f"thread-{mission.log.pool.name}"
    async with working(client, mission):
        await mission.submit(opening(name), ENGINE_TICK)
        await conductor.drain()

        async def opened() -> bool:
            return bool(await queries.tasks(mission.log, obligation=name))

        await until(opened)
        done = c.CompleteTask(
            command_id=cid("x"), mission="Q", obligation=name, task="hold.1", checklist=("risk_list",),
            evidence=({"kind": "minutes", "digest": "ab" * 32, "bytes": 1, "marking": "limite"},),
        )  # fmt: skip
        await mission.submit(done, FOCAL)
        await conductor.drain()

        async def closed() -> bool:
            [row] = await queries.obligations(mission.log, mission="Q")
            return bool(row["status"] == "closed")

        await until(closed)
        handle = client.get_workflow_handle(name)
        assert await handle.result() == "done"
        described = await handle.describe()
        assert described.status is WorkflowExecutionStatus.COMPLETED
