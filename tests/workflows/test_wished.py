"""Wishes withdrawn and restored, in trials and visits; and a run that starts again from nothing after every step does no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.desk import DeskActivities
from chancery.conductor import QUEUE
from chancery.desk import Desk
from domain import commands as c
from domain.baton import Start
from domain.envelope import Actor
from domain.obligation import Appointment
from tests.made import FOCAL, HEAD, at
from tests.workflows.engine import (
    REPORT,
    Built,
    Engine,
    report,
    sitting,
    skipping,
    staff,
    to_the_report,
    working,
)
from workflows.relief import Relief
from workflows.trial_observation import TrialObservation

Act = Callable[[Engine], Awaitable[None]]
NOTE = {**REPORT, "kind": "visit_note"}
VERBALE = {**REPORT, "kind": "note_verbale"}


def uncached(client: Client, desk: Desk) -> Worker:
    """Each workflow task replays the whole history: whatever does not repeat itself shows at once."""
    return working(client, desk, cached=0)


def wish(obligation: str, gate: str, *, open_: bool, key: str) -> Act:
    async def act(engine: Engine) -> None:
        await engine.do(c.SetGate, key=key, obligation=obligation, gate=gate, open=open_)

    return act


def when(text: str) -> Act:
    async def act(engine: Engine) -> None:
        await engine.step_to(at(text))

    return act


def done(obligation: str, task: str, by: Actor = FOCAL, **more: Any) -> Act:
    async def act(engine: Engine) -> None:
        await engine.do(c.CompleteTask, by, obligation=obligation, task=task, **more)

    return act


def asked(kind: type[c.Command], by: Actor = FOCAL, **data: Any) -> Act:
    async def act(engine: Engine) -> None:
        await engine.do(kind, by, **data)

    return act


async def told_once(mission: Desk, *acts: Act) -> None:
    """One step after the other on one server, where each workflow task replays the whole history."""
    async with skipping(mission, uncached) as engine:
        for act in acts:
            await act(engine)


async def lived(mission: Desk, obligation: str, *acts: Act, built: Built = uncached) -> None:
    """Each step on a server that has lost everything before; what the log tells it, it does not say twice."""
    for act in acts:
        async with skipping(mission, built) as engine:
            before = await engine.events(obligation)
            await engine.conductor.nudge_all()
            await engine.settle()
            assert await engine.events(obligation) == before
            await act(engine)


# ── trials ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_wish_restored_before_the_sitting_takes_up_what_fell(mission: Desk) -> None:
    gate, first = "consent:attend", at("2026-05-18T07:00")

    async def opened(engine: Engine) -> None:
        await to_the_report(engine, "w-1", ("h-1", first))

    await lived(
        mission, "w-1",
        opened,
        wish("w-1", gate, open_=False, key="1"),
        wish("w-1", gate, open_=True, key="2"),
        when("2026-05-18T10:00"),
        wish("w-1", gate, open_=False, key="3"),
    )  # fmt: skip
    state = await mission.obligation("w-1")
    ends = {code: (t.status, t.reason) for code, t in state.tasks.items()}
    assert ends["attend-and-report.h-1"] == ("ended", "gate")
    assert ends["attend-and-report.h-1.2"] == ("open", None)  # attended: what comes later undoes nothing
    assert "decide-and-staff.h-1.2" not in ends  # what was decided stays decided
    assert state.tasks["attend-and-report.h-1.2"].posting == state.appointments["h-1"].observer


async def _restored_too_late(engine: Engine) -> set[str]:
    """Withdrawn before the sitting, wished again when it has begun: the tasks that there are then."""
    gate, first = "consent:attend", at("2026-05-18T07:00")
    await to_the_report(engine, "w-2", ("h-1", first))
    await wish("w-2", gate, open_=False, key="1")(engine)
    await engine.step_to(at("2026-05-18T07:30"))
    await wish("w-2", gate, open_=True, key="2")(engine)
    return set((await engine.state("w-2")).tasks)


async def test_a_wish_restored_when_the_sitting_has_begun_comes_too_late(mission: Desk) -> None:
    async with skipping(mission, uncached) as engine:
        assert "attend-and-report.h-1.2" not in await _restored_too_late(engine)


@workflow.defn(name="TrialObservation")
class NeverTooLate(TrialObservation):
    """The control: whoever waits for the wish only, and not for the hour."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def _wished_in_time(self, gate: str, appointment: Appointment) -> bool:
        await workflow.wait_condition(lambda: bool(self.state.gates.get(gate)))
        return True


def only(procedure: type) -> Built:
    """A worker of one procedure, without the sandbox: what stands in a test module cannot be loaded there."""

    def built(client: Client, desk: Desk) -> Worker:
        of_desk = DeskActivities(desk)
        return Worker(
            client, task_queue=QUEUE, workflows=[procedure], activities=[of_desk.submit, of_desk.read],
            workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True,
        )  # fmt: skip

    return built


async def test_the_control_asks_somebody_to_attend_what_has_begun(mission: Desk) -> None:
    async with skipping(mission, only(NeverTooLate)) as engine:
        assert "attend-and-report.h-1.2" in await _restored_too_late(engine)


async def test_withdrawn_while_it_is_decided_the_decision_is_asked_for_anew_and_counts_from_then(
    mission: Desk,
) -> None:
    gate = "consent:attend"
    async with skipping(mission, uncached) as engine:
        await engine.open("w-3")
        listed = [sitting("h-1", at("2026-06-18T07:00"))]
        await engine.do(c.RecordSittings, obligation="w-3", sittings=listed)
        await engine.do(c.CompleteTask, obligation="w-3", task="triage.1", checklist=("logged", "consulted"))
        await wish("w-3", gate, open_=False, key="1")(engine)
        await engine.step_to(at("2026-05-25T07:00"))
        await wish("w-3", gate, open_=True, key="2")(engine)
        state = await engine.state("w-3")
        assert state.tasks["decide-and-staff.h-1.2"].starts == "2026-05-25T07:00:00Z"
        await staff(engine, "w-3", "h-1.2")
        await engine.step_to(at("2026-06-18T10:00"))
        await report(engine, "w-3", "h-1")
        assert (await engine.state("w-3")).tasks["attend-and-report.h-1"].outcome == "done"


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def day(code: str, text: str, **more: Any) -> Act:
    return asked(c.RecordSittings, obligation="v-1", sittings=[{**sitting(code, at(text)), **more}])


VISITS: tuple[Act, ...] = (
    lambda engine: engine.open("v-1", "DETENTION-VISIT"),
    wish("v-1", "consent:visit", open_=True, key="1"),
    wish("v-1", "gender", open_=True, key="checked"),
    done("v-1", "request.1", checklist=("located", "nationality", "counsel"), evidence=(VERBALE,)),
    done("v-1", "chase.1", result={"answer": "permitted"}),
    day("d-1", "2026-05-18T07:00"),
    day("d-1", "2026-05-18T07:00", cancelled=True),
    day("d-2", "2026-05-20T07:00"),
    when("2026-05-20T10:00"),
    asked(c.RecordSittingHeld, obligation="v-1", appointment="d-2", outcome="adjourned_without_day"),
    done("v-1", "visit.d-2", checklist=("medical", "gender", "findings"), evidence=(NOTE,), result={"admitted": "yes"}),
    day("d-3", "2026-06-16T07:00"),
    wish("v-1", "consent:visit", open_=False, key="2"),
    wish("v-1", "consent:visit", open_=True, key="3"),
    day("d-3", "2026-06-16T07:00", cancelled=True),
    asked(c.EndProceeding, obligation="v-1", cause="no_longer_needed"),
)  # fmt: skip


async def test_visits_go_on_whatever_falls_away(mission: Desk) -> None:
    await told_once(mission, *VISITS)
    await _as_told(mission)


@pytest.mark.trials
async def test_visits_start_again_from_nothing_after_every_step(mission: Desk) -> None:
    await lived(mission, "v-1", *VISITS)
    await _as_told(mission)


async def _as_told(mission: Desk) -> None:
    state = await mission.obligation("v-1")
    assert state.outcome == "done"
    assert {code: t.reason or t.outcome for code, t in state.tasks.items()} == {
        "request.1": "done",
        "chase.1": "done",
        "arrange.1": "day_set",
        "visit.d-1": "sitting_cancelled",
        "arrange.1.2": "day_set",
        "visit.d-2": "done",
        "again.d-2": "day_set",
        "visit.d-3": "gate",
        "visit.d-3.2": "sitting_cancelled",
        "again.d-2.2": "proceeding_ended",
    }


# ── a statement, and relief ──────────────────────────────────────────────────────────────────────────────────────

TEXT = {**REPORT, "kind": "published_text"}
RELEASED = ("released", "withdrawal")

STATEMENT: tuple[Act, ...] = (
    lambda engine: engine.open("s-1", "STATEMENT"),
    wish("s-1", "consent:statement", open_=True, key="1"),
    wish("s-1", "consent:publish_name", open_=True, key="2"),
    done("s-1", "draft.1", checklist=("benefit", "near", "names"), result={"content": "with_name"}),
    done("s-1", "agree.1", by=HEAD, result={"by": "mission"}),
    done("s-1", "release-named.1", by=HEAD, checklist=RELEASED, evidence=(TEXT,)),  # said, and not done
    asked(c.ReleasePublication, by=HEAD, obligation="s-1", at=at("2026-05-06T10:00")),
    done("s-1", "release-named.2", by=HEAD, checklist=RELEASED, evidence=(TEXT,)),
    when("2026-05-06T10:00"),
    when("2026-05-06T12:00"),
)  # fmt: skip

RELIEF: tuple[Act, ...] = (
    lambda engine: engine.open("s-1", "SHELTER"),
    wish("s-1", "consent:refer", open_=True, key="1"),
    done("s-1", "refer.1", checklist=("need", "ways"), evidence=({**REPORT, "kind": "referral"},)),
    done("s-1", "answer.1", checklist=("told", "sealed"), result={"next": "another_way"}),
    done("s-1", "refer.2", checklist=("need", "ways"), evidence=({**REPORT, "kind": "referral"},)),
    done("s-1", "answer.2", checklist=("told", "sealed"), result={"next": "goes_on"}),
    done("s-1", "check.1", checklist=("journey", "return"), result={"next": "check_again"}),
    wish("s-1", "consent:refer", open_=False, key="2"),
)  # fmt: skip

STORIES = {
    "statement": (STATEMENT, ["draft.1", "agree.1", "release-named.1", "release-named.2", "monitor.1"]),
    "relief": (RELIEF, ["refer.1", "answer.1", "refer.2", "answer.2", "check.1", "check.2"]),
}


@pytest.mark.parametrize("story", STORIES)
async def test_other_acts_repeat_themselves(mission: Desk, story: str) -> None:
    acts, tasks = STORIES[story]
    await told_once(mission, *acts)
    state = await mission.obligation("s-1")
    assert list(state.tasks) == tasks
    # Looking for harm, and seeing somebody home, go on whatever is wished since.
    assert [t.id for t in state.open_tasks()] == tasks[-1:]


@pytest.mark.trials
@pytest.mark.parametrize("story", STORIES)
async def test_other_acts_start_again_from_nothing_after_every_step(mission: Desk, story: str) -> None:
    acts, tasks = STORIES[story]
    await lived(mission, "s-1", *acts)
    assert list((await mission.obligation("s-1")).tasks) == tasks


@workflow.defn(name="Relief")
class Forgetful(Relief):
    """The control: whoever asks for one more of what the log has already."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        await self.gate("consent:refer")
        asked_already = [t for t in self.state.tasks.values() if t.step == "refer"]
        await self.task("refer", str(len(asked_already) + 1))
        return "done"


async def test_the_control_a_procedure_that_asks_again_is_seen(mission: Desk) -> None:
    with pytest.raises(AssertionError):
        await lived(mission, "s-1", *RELIEF[:3], built=only(Forgetful))
