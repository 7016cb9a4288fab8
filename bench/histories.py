"""How much history a task leaves on Temporal: opened, reminded twice, done; beside the smallest workflow of its kind."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench import made
from bench.appends import Effort
from bench.ground import Ground
from bench.measure import Goal, Row
from chancery.codec import KeyRing
from chancery.keystore import FileKeyStore
from chancery.rehearse.stage import Place, Stage, staged_at
from chancery.settings import Settings
from chancery.vault import Vault
from domain.deciding.clocks import next_wake
from domain.envelope import ENGINE_TICK
from domain.kinds import instant

NAME = "history"
ORIGIN = "bench-history"
REMINDERS = 2


@workflow.defn(sandboxed=False)
class Smallest:
    """One timer and one signal."""

    def __init__(self) -> None:
        self._done = False

    @workflow.signal
    def done(self) -> None:
        """The signal."""
        self._done = True

    @workflow.run
    async def run(self) -> None:
        """The timer, then the signal."""
        await asyncio.sleep(60)
        await workflow.wait_condition(lambda: self._done)


async def histories(ground: Ground, _: Effort) -> list[Row]:
    """One row: events of history for each task."""
    url = ground.log("histories", rehearsal=ORIGIN)
    keys = FileKeyStore(ground.folder / "keys-histories")
    keys.create_mission(made.MISSION)
    place = Place(url, ORIGIN, keys, KeyRing.derived(b"published key of the bench, 32 b", "bench-1"))
    async with staged_at(place, Settings(), made.NOW, "bench") as stage:
        ours, kinds = await _ours(stage, Vault(keys, ORIGIN))
        smallest = await _smallest(stage)
    row = Row("open, remind twice, close: history on Temporal", "events", ours)
    row.others = {"one timer and one signal": smallest}
    row.goals = [Goal("times the smallest", ours / smallest, 3, at_most=True)]
    row.note = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda k: -k[1]))
    return [row]


async def _ours(stage: Stage, vault: Vault) -> tuple[int, dict[str, int]]:
    await made.adopt(stage.desk)
    await stage.desk.submit(made.opening(NAME), ENGINE_TICK)
    await stage.settle()
    for _ in range(REMINDERS):
        at = next_wake(await stage.desk.obligation(NAME))
        assert at is not None, "a reminder is planned"
        await _step(stage, instant(at))
    state = await stage.desk.obligation(NAME)
    assert len(state.tasks["hold.1"].sent) == REMINDERS, state.tasks["hold.1"].sent
    await made.complete(stage.desk, vault, NAME)
    await stage.settle()
    assert not (await stage.desk.obligation(NAME)).is_open
    return await _events(stage.client.get_workflow_handle(NAME))


async def _step(stage: Stage, at: datetime) -> None:
    stage.step_to(at)
    await stage.settle()


async def _smallest(stage: Stage) -> int:
    client: Client = stage.client
    async with Worker(
        client, task_queue="bench", workflows=[Smallest], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        handle = await client.start_workflow(Smallest.run, id=f"smallest-{uuid4()}", task_queue="bench")
        await stage.environment.sleep(timedelta(seconds=61))
        await handle.signal(Smallest.done)
        await handle.result()
        count, _ = await _events(handle)
    return count


async def _events(handle: "WorkflowHandle[Any, Any]") -> tuple[int, dict[str, int]]:
    kinds: dict[str, int] = {}
    history = await handle.fetch_history()
    for one in history.events:
        name = EventType.Name(one.event_type).removeprefix("EVENT_TYPE_").lower().replace("_", " ")
        kinds[name] = kinds.get(name, 0) + 1
    return len(history.events), kinds
