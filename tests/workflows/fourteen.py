"""A long observation: fourteen tasks in one obligation, on a server that asks for a new run after fifty events."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from domain import commands as c
from tests.made import POLITICAL, at
from tests.workflows.engine import Engine, report, sitting, staff, until

TIRED_AFTER_FIFTY: Final = ("limit.historyCount.suggestContinueAsNew=50",)
SITTINGS: Final = [f"h-{n}" for n in range(6)]
TASKS: Final = 2 + 2 * len(SITTINGS)


async def play(engine: Engine, obligation: str) -> None:
    """From its opening to the end of its workflow; a worker must run."""
    await engine.open(obligation)
    await _task(engine, obligation, "triage.1")
    await engine.do(c.CompleteTask, obligation=obligation, task="triage.1", checklist=("logged", "consulted"))
    day = at("2026-05-06T07:00")
    for number, code in enumerate(SITTINGS):
        day += timedelta(days=7)
        await engine.do(c.RecordSittings, obligation=obligation, sittings=[sitting(code, day)])
        await _task(engine, obligation, f"decide-and-staff.{code}")
        await staff(engine, obligation, code)
        engine.clock.set(day + timedelta(hours=2))
        await _task(engine, obligation, f"attend-and-report.{code}")
        await report(engine, obligation, code)
        outcome = "adjourned_without_day" if number < len(SITTINGS) - 1 else "not_held"
        held = {"obligation": obligation, "appointment": code, "outcome": outcome}
        await engine.do(c.RecordSittingHeld, POLITICAL, **held)
    await engine.do(c.EndProceeding, obligation=obligation, cause="withdrawn")
    await _task(engine, obligation, "decide-follow-up.1")
    await engine.do(
        c.CompleteTask, obligation=obligation, task="decide-follow-up.1", checklist=("feedback",),
        result={"follow_up": "none"},
    )  # fmt: skip
    await engine.conductor.drain()
    assert await engine.client.get_workflow_handle(obligation).result() == "done"


async def _task(engine: Engine, obligation: str, code: str) -> None:
    async def there() -> bool:
        await engine.conductor.drain()
        return code in (await engine.state(obligation)).tasks

    await until(there)


async def runs_of(engine: Engine, obligation: str) -> list[WorkflowHistory]:
    """The history of each run of a workflow, from the first."""
    described = await engine.client.get_workflow_handle(obligation).describe()
    run: str | None = described.raw_description.workflow_execution_info.first_run_id or described.run_id
    runs = []
    while run:
        history = await engine.client.get_workflow_handle(obligation, run_id=run).fetch_history()
        runs.append(history)
        last = history.events[-1]
        continued = last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        run = (
            last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            if continued
            else None
        )
    return runs
