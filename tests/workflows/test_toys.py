"""Toys of the traps: each is a story that a careless engine tells wrongly after it has started again from nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.converter import WorkflowSerializationContext
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.desk import DeskActivities
from chancery.conductor import QUEUE
from chancery.desk import Desk
from chancery.instruments import definition
from domain import commands as c
from domain.baton import Start
from domain.instrument import snapshot
from tests.made import POLITICAL, at
from tests.workflows.engine import Engine, report, sitting, skipping, to_the_report
from workflows.trial_observation import TrialObservation

FIRST, SECOND = at("2026-05-18T07:00"), at("2026-05-20T07:00")


# ── withdrawal, then a start from nothing ────────────────────────────────────────────────────────────────────────


async def _attended_then_withdrawn(mission: Desk, obligation: str) -> list[Any]:
    """A sitting is attended; later the gate closes; then Temporal's store is lost. Gives the log as it was."""
    async with skipping(mission) as before:
        await to_the_report(before, obligation, ("h-1", FIRST))
        await before.step_to(at("2026-05-18T10:00"))
        await before.do(c.SetGate, obligation=obligation, gate="consent:attend", open=False)
        return await before.events(obligation)


async def _proceeding_ends(engine: Engine, obligation: str) -> bool:
    """Whether the report on the attended sitting is still waited for when no sitting is to come."""
    await engine.do(
        c.RecordSittingHeld,
        POLITICAL,
        obligation=obligation,
        appointment="h-1",
        outcome="adjourned_without_day",
    )
    await engine.do(c.EndProceeding, obligation=obligation, cause="withdrawn")
    return "decide-follow-up.1" not in (await engine.state(obligation)).tasks


async def test_an_attended_sitting_stays_attended_after_a_withdrawal_and_a_start_from_nothing(
    mission: Desk,
) -> None:
    known = await _attended_then_withdrawn(mission, "t-1")
    async with skipping(mission) as after:
        assert await after.conductor.nudge_all() == 1
        await after.settle()
        assert await after.events("t-1") == known
        state = await after.state("t-1")
        assert state.tasks["attend-and-report.h-1"].is_open
        assert state.gate_answers == {("consent:attend", "h-1"): True}
        assert await _proceeding_ends(after, "t-1")
        await report(after, "t-1", "h-1")
        state = await after.state("t-1")
        assert state.tasks["attend-and-report.h-1"].outcome == "done"
        assert state.tasks["decide-follow-up.1"].is_open


@workflow.defn(name="TrialObservation")
class AsksToday(TrialObservation):
    """The control: a procedure that asks how the gate stands now, not what was answered then."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def gate(self, gate: str, occurrence: str = "1", *, hold: bool = False) -> bool:
        return bool(self.state.gates.get(gate))


def _careless(client: Client, desk: Desk) -> Worker:
    of_desk = DeskActivities(desk)
    return Worker(
        client, task_queue=QUEUE, workflows=[AsksToday], activities=[of_desk.submit, of_desk.read],
        workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True,
    )  # fmt: skip


async def test_the_control_asks_today_and_forgets_the_attended_sitting(mission: Desk) -> None:
    await _attended_then_withdrawn(mission, "t-1")
    async with skipping(mission, _careless) as after:
        await after.conductor.nudge_all()
        await after.settle()
        assert not await _proceeding_ends(after, "t-1")


# ── two sittings at once ─────────────────────────────────────────────────────────────────────────────────────────


async def test_two_overlapping_sittings_have_clocks_of_their_own(mission: Desk) -> None:
    async with skipping(mission) as engine:
        await to_the_report(engine, "t-2", ("h-1", FIRST), ("h-2", SECOND))
        await engine.step_to(at("2026-05-20T10:00"))
        tasks = (await engine.state("t-2")).tasks
        assert tasks["attend-and-report.h-1"].due == "2026-05-25T20:59:59Z"
        assert tasks["attend-and-report.h-2"].due == "2026-06-01T20:59:59Z"  # over Eid
        await report(engine, "t-2", "h-2")
        await engine.step_to(at("2026-05-25T21:00"))
        tasks = (await engine.state("t-2")).tasks
        assert tasks["attend-and-report.h-1"].passed == ["2026-05-25T20:59:59Z"]
        assert tasks["attend-and-report.h-2"].passed == []
        await report(engine, "t-2", "h-1", reason="capacity")
        tasks = (await engine.state("t-2")).tasks
        assert [tasks[f"attend-and-report.h-{n}"].timing for n in (1, 2)] == ["after_due", "on_time"]


# ── an older version, rebuilt ────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_opened_under_an_older_version_keeps_its_instants_when_rebuilt(mission: Desk) -> None:
    shipped = definition("eu-hrd", "TRIAL-OBS")
    assert shipped is not None
    older = snapshot(shipped)
    for step in older["step"]:
        step["term"] = {"triage": "3wd", "decide-and-staff": "10wd"}.get(step["code"], step["term"])
        step["bound"] = "none" if step["code"] == "decide-and-staff" else step["bound"]
    async with skipping(mission) as before:
        await before.open("t-3", definition_data=older, instrument_version="2004.1")
        await before.open("t-4")
        dues = {id_: (await before.state(id_)).tasks["triage.1"].due for id_ in ("t-3", "t-4")}
    assert dues == {"t-3": "2026-05-10T20:59:59Z", "t-4": "2026-05-06T20:59:59Z"}
    async with skipping(mission) as after:
        assert await after.conductor.nudge_all() == 2
        await after.settle()
        assert {id_: (await after.state(id_)).tasks["triage.1"].due for id_ in dues} == dues
        context = WorkflowSerializationContext(namespace=after.client.namespace, workflow_id="t-3")
        handle = after.client.get_workflow_handle("t-3")
        first = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
        [start] = await after.client.data_converter.with_context(context).decode(
            first.input.payloads, [Start]
        )
        assert (start.procedure, start.definition["step"][0]["term"]) == (1, "3wd")
        # What it opens from now on is still the older version's.
        await after.do(c.RecordSittings, obligation="t-3", sittings=[sitting("h-9", at("2026-09-01T07:00"))])
        await after.do(c.CompleteTask, obligation="t-3", task="triage.1", checklist=("logged", "consulted"))
        assert (await after.state("t-3")).tasks["decide-and-staff.h-9"].deadline["term"] == "10wd"


# ── the real role ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_engine_works_as_the_real_role_that_cannot_write_the_log_past_its_function(
    task: Desk,
) -> None:
    async with task.log.pool.connection() as conn:
        row = await (await conn.execute("SELECT current_user, session_user")).fetchone()
        assert row == ("chancery_app", "chancery_app")
        for forbidden in (
            b"DELETE FROM log.event",
            b"UPDATE log.event SET body = body",
            b"TRUNCATE log.event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute(forbidden)


# ── adjourned without day ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_trial_adjourned_without_day_has_no_open_clock_and_asks_every_month(mission: Desk) -> None:
    async with skipping(mission) as engine:
        await to_the_report(engine, "t-5", ("h-1", FIRST))
        await engine.step_to(at("2026-05-18T10:00"))
        await engine.do(
            c.RecordSittingHeld, POLITICAL, obligation="t-5", appointment="h-1", outcome="adjourned_without_day"
        )  # fmt: skip
        await report(engine, "t-5", "h-1")
        assert (await engine.state("t-5")).open_tasks() == []
        for month in ("2026-06-18T10:00", "2026-07-19T10:00", "2026-08-01T10:00"):
            await engine.step_to(at(month))
        asked = [e for e in await engine.events("t-5") if e.type == "ProceedingAsked"]
        assert [(e.at, e.data["n"], e.data["to"]) for e in asked] == [
            ("2026-06-18T10:00:00Z", 1, ["p-fp"]),
            ("2026-07-19T10:00:00Z", 2, ["p-fp"]),
        ]
        assert (await engine.state("t-5")).is_open
