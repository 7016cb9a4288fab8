"""Every procedure once with nothing cached: each workflow task replays the whole history, so whatever differs shows at once."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.desk import DeskActivities
from chancery.conductor import QUEUE, Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from domain import commands as c
from domain.baton import Start
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, HEAD, POLITICAL, at, opening
from tests.workflows.engine import (
    REPORT,
    Engine,
    connected,
    report,
    sitting,
    skipping,
    staff,
    to_the_report,
    working,
)
from workflows.contact_meetings import ContactMeetings

FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED


def uncached(client: Client, desk: Desk) -> Worker:
    return working(client, desk, cached=0)


async def failures(engine: Engine, *obligations: str) -> int:
    """Workflow tasks that failed: what Temporal makes of a run that did not repeat itself."""
    count = 0
    for obligation in obligations:
        history = await engine.client.get_workflow_handle(obligation).fetch_history()
        count += sum(event.event_type == FAILED for event in history.events)
    return count


async def opened(engine: Engine, obligation: str, code: str, period: str, due: str) -> None:
    command = opening(obligation, code, period).model_copy(update={"due_day": due})
    await engine.desk.submit(command, ENGINE_TICK)
    await engine.settle()


async def complete(
    engine: Engine,
    obligation: str,
    task: str,
    actor: Any = FOCAL,
    checklist: tuple[str, ...] = (),
    *evidence: str,
    **result: str,
) -> None:
    given = tuple({**REPORT, "kind": kind} for kind in evidence)
    await engine.do(
        c.CompleteTask,
        actor,
        obligation=obligation,
        task=task,
        checklist=checklist,
        evidence=given,
        result=result,
    )


async def test_a_trial_with_an_adjournment_and_a_verdict_repeats_itself(mission: Desk) -> None:
    first, second = at("2026-05-18T07:00"), at("2026-06-03T07:00")
    async with skipping(mission, uncached) as engine:
        await to_the_report(engine, "t-1", ("h-1", first))
        await engine.step_to(at("2026-05-18T10:00"))
        await engine.do(
            c.RecordSittingHeld, POLITICAL, obligation="t-1", appointment="h-1", outcome="adjourned",
            next=sitting("h-2", second),
        )  # fmt: skip
        await staff(engine, "t-1", "h-2")
        await engine.step_to(at("2026-05-26T07:00"))  # the first report is late by now, and was reminded of
        await report(engine, "t-1", "h-1", "capacity")
        await engine.step_to(at("2026-06-03T10:00"))
        await engine.do(
            c.RecordSittingHeld, POLITICAL, obligation="t-1", appointment="h-2", outcome="verdict"
        )
        await report(engine, "t-1", "h-2")
        await complete(engine, "t-1", "verdict-flash.1")
        await complete(engine, "t-1", "decide-follow-up.1", FOCAL, ("feedback",), follow_up="appeal")
        state = await engine.state("t-1")
        assert state.outcome == "done"
        assert state.tasks["attend-and-report.h-1"].passed == ["2026-05-25T20:59:59Z"]
        assert await failures(engine, "t-1") == 0


async def test_meetings_and_a_review_repeat_themselves(mission: Desk) -> None:
    async with skipping(mission, uncached) as engine:
        await opened(engine, "m-1", "MEET-ANNUAL", "2026", "2026-12-31")
        await opened(engine, "c-1", "COORD-LOCAL", "2026-05", "2026-06-30")
        await opened(engine, "l-1", "LIS-REVIEW", "2026", "2026-12-31")
        await engine.step_to(at("2026-05-20T07:00"))
        await complete(engine, "c-1", "hold.1", FOCAL, ("risk_list",), "minutes")
        await complete(engine, "l-1", "draft.1", FOCAL, ("coverage", "women"), "review_note")
        await complete(engine, "m-1", "hold.1", FOCAL, ("minutes",), "minutes", form="online")
        await engine.step_to(at("2026-06-10T07:00"))
        await complete(engine, "m-1", "tell-participants.1")
        await complete(engine, "l-1", "consult.1", FOCAL, ("safely", "women"), "consultation_record")
        await complete(engine, "l-1", "endorse.1", HEAD)
        assert [(await engine.state(o)).outcome for o in ("m-1", "c-1", "l-1")] == ["done"] * 3
        assert await failures(engine, "m-1", "c-1", "l-1") == 0


@workflow.defn(name="ContactMeetings")
class Forgetful(ContactMeetings):
    """The control: it does something else when it is replayed, as a set's order or a clock of the machine would make it."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        if not workflow.unsafe.is_replaying():
            await workflow.sleep(1)
        return await super().conduct()


def _forgetful(client: Client, desk: Desk) -> Worker:
    of_desk = DeskActivities(desk)
    return Worker(
        client, task_queue=QUEUE, workflows=[Forgetful], activities=[of_desk.submit, of_desk.read],
        workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True, max_cached_workflows=0,
    )  # fmt: skip


async def test_the_control_does_not_repeat_itself_and_is_seen(mission: Desk) -> None:
    async with skipping(mission, _forgetful) as engine:
        await mission.submit(opening("c-1"), ENGINE_TICK)
        await engine.conductor.drain()
        for _ in range(200):
            if await failures(engine, "c-1"):
                return
            await engine.environment.sleep(0.1) if engine.environment else None
        pytest.fail("nobody saw it")


@pytest.mark.devserver
async def test_a_case_bound_workflow_shows_its_status_and_nothing_else(
    mission: Desk, temporal_dev: EmbeddedTemporal
) -> None:
    client = await connected(temporal_dev)
    engine = Engine(mission, client, Conductor(mission.log, client, mission.clock, schedules=False))
    await engine.conductor.take_over()
    due = datetime.fromisoformat("2026-06-30T20:59:59+00:00")
    wanted = {
        "shows-t": {"Status": "open"},
        # The control: what belongs to a mission shows more.
        "shows-c": {"Status": "open", "Mission": "Q", "Definition": "COORD-LOCAL", "NextDeadline": due},
    }
    async with working(client, mission):
        await engine.open("shows-t")
        await mission.submit(opening("shows-c"), ENGINE_TICK)
        await engine.conductor.drain()
        for obligation, attributes in wanted.items():
            handle = client.get_workflow_handle(obligation)
            for _ in range(100):
                described = await handle.describe()
                ours = {p.key.name: p.value for p in described.typed_search_attributes}
                if len(ours) >= len(attributes) and (await engine.state(obligation)).tasks:
                    break
                await asyncio.sleep(0.1)
            assert {k: v for k, v in ours.items() if k != "BuildIds"} == attributes
