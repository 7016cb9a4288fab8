"""What tests of the delivery share: a coordination meeting, held, and the ways to see or spoil what becomes of it."""

from __future__ import annotations

from temporalio.client import Client

from chancery.conductor import Conductor
from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.made import cid, opening
from tests.workflows.engine import MINUTES, until


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
