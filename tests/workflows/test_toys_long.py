"""A run that goes on as a new one: it ends, it makes progress each time, and there are not many of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from domain import commands as c
from tests.made import POLITICAL, at
from tests.workflows.engine import Engine, connected, report, sitting, staff, until
from worker import build

pytestmark = pytest.mark.devserver
SITTINGS = [f"h-{n}" for n in range(6)]
TASKS = 2 + 2 * len(SITTINGS)


@pytest.fixture(scope="module")
def tiring(short_dir: Path) -> Iterator[EmbeddedTemporal]:
    """A server that suggests to go on as a new run after fifty events of history."""
    config = ("limit.historyCount.suggestContinueAsNew=50",)
    server = EmbeddedTemporal(short_dir / "tiring", dynamic_config=config)
    server.start()
    yield server
    server.stop()


async def _task(engine: Engine, code: str) -> None:
    async def there() -> bool:
        await engine.conductor.drain()
        return code in (await engine.state("long")).tasks

    await until(there)


async def test_fourteen_tasks_with_a_new_run_after_fifty_events(
    mission: Desk, tiring: EmbeddedTemporal
) -> None:
    client = await connected(tiring)
    engine = Engine(mission, client, Conductor(mission.log, client, mission.clock, schedules=False))
    await engine.conductor.take_over()
    async with build(client, mission):
        await engine.open("long")
        await _task(engine, "triage.1")
        await engine.do(c.CompleteTask, obligation="long", task="triage.1", checklist=("logged", "consulted"))
        day = at("2026-05-06T07:00")
        for number, code in enumerate(SITTINGS):
            day += timedelta(days=7)
            await engine.do(c.RecordSittings, obligation="long", sittings=[sitting(code, day)])
            await _task(engine, f"decide-and-staff.{code}")
            await staff(engine, "long", code)
            engine.clock.set(day + timedelta(hours=2))
            await _task(engine, f"attend-and-report.{code}")
            await report(engine, "long", code)
            outcome = "adjourned_without_day" if number < len(SITTINGS) - 1 else "not_held"
            await engine.do(
                c.RecordSittingHeld, POLITICAL, obligation="long", appointment=code, outcome=outcome
            )
        await engine.do(c.EndProceeding, obligation="long", cause="withdrawn")
        await _task(engine, "decide-follow-up.1")
        await engine.do(
            c.CompleteTask, obligation="long", task="decide-follow-up.1", checklist=("feedback",),
            result={"follow_up": "none"},
        )  # fmt: skip
        await engine.conductor.drain()
        assert await client.get_workflow_handle("long").result() == "done"
        state = await engine.state("long")
        assert (state.outcome, len(state.tasks)) == ("done", TASKS)
        assert {t.outcome for t in state.tasks.values()} == {"done"}
        runs = await _runs(engine)
    assert 2 <= len(runs) <= TASKS, runs
    assert all(events >= 50 for events in runs[:-1]), "a run that ended before it was tired made no progress"
    assert sum(runs) < 50 * TASKS


async def _runs(engine: Engine) -> list[int]:
    """How many events the history of each run holds, from the first."""
    handle = engine.client.get_workflow_handle("long")
    described = await handle.describe()
    run: str | None = described.raw_description.workflow_execution_info.first_run_id or described.run_id
    lengths = []
    while run:
        history = await engine.client.get_workflow_handle("long", run_id=run).fetch_history()
        lengths.append(len(history.events))
        last = history.events[-1]
        continued = last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        run = (
            last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            if continued
            else None
        )
    return lengths
