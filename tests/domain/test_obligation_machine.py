"""Anything anybody may ask, in any order, at any hour: what holds all the same.

One mission, one trial and one coordination meeting; commands with random arguments at advancing instants. After every step:
the state is what the log folds to, no task is without an owner or both open and ended, no timer is left behind, every
fact stands in the log once.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import commands as c
from domain.deciding.clocks import next_wake
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.events import New
from domain.kinds import instant
from domain.mission import NOBODY
from domain.task import Task, text
from tests.domain.spec import (
    World,
    cairo,
    evidence,
    mission_q,
    open_task,
    refresh,
    sitting,
    sittings,
)
from tests.made import cid, opening

POSTINGS = ("p-hom", "p-dep", "p-fp", "p-alt", "p-pol", "p-la")
OFFICERS = (
    *(Actor("officer", code, "Q") for code in POSTINGS),
    Actor("officer", "hq-1", "HQ", "hq_human_rights"),
)
FIRST = cairo("2026-05-05 09:10")

officers = st.sampled_from(OFFICERS)
postings = st.sampled_from(POSTINGS)
reasons = st.sampled_from(["capacity", "security", "risk_of_harm", "unheard_of"])
spans = st.tuples(st.integers(-3, 20), st.integers(0, 12))
hours = st.integers(-48, 24 * 40)


class Life(RuleBasedStateMachine):
    """Two obligations of one mission, each with its own log, beside the same mission's."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.worlds: list[World] = []

    @initialize()
    def adopted(self) -> None:
        world = mission_q().at(FIRST).by(ENGINE_WORKFLOW)
        other = mission_q().at(FIRST).by(ENGINE_WORKFLOW)
        other.mission, other.logs["mission"] = world.mission, world.logs["mission"]
        world.having(opening("o-1", "TRIAL-OBS", None), open_task("triage"))
        world.having(sittings_by_operator(world))
        other.having(opening("o-1"), open_task("hold"))
        self.worlds = [world, other]

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, actor: Actor, kind: type[c.Command], which: int = 0, **data: Any) -> World:
        self.number += 1
        world = self.worlds[which]
        given = {"command_id": cid(f"machine {self.number}"), "mission": "Q", **data}
        if issubclass(kind, c.ObligationCommand):
            given["obligation"] = "o-1"
        return world.by(actor).when(kind.model_validate(given))

    def some_task(self, data: st.DataObject, which: int) -> Task:
        return data.draw(st.sampled_from(list(self.worlds[which].obligation.tasks.values())))

    def now(self) -> datetime:
        return self.worlds[0].now

    @rule(minutes=st.one_of(st.integers(0, 600), st.integers(0, 60 * 24 * 12)))
    def time_passes(self, minutes: int) -> None:
        for world in self.worlds:
            world.now += timedelta(minutes=minutes, seconds=minutes % 60)

    @rule()
    def the_timer_rings(self) -> None:
        for world in self.worlds:
            world.woken()

    @rule()
    def the_timer_rings_on_time(self) -> None:
        planned = [instant(at) for world in self.worlds if (at := next_wake(world.obligation))]
        for world in self.worlds:
            world.now = max([world.now, *planned[:1]])
            world.woken()

    @rule(which=st.integers(0, 1))
    def the_mission_is_looked_at(self, which: int) -> None:
        world = self.worlds[which]
        world.by(ENGINE_WORKFLOW).when(refresh(world))
        world.when(refresh(world)).nothing()

    @rule(data=st.data(), actor=officers, which=st.integers(0, 1), reason=reasons, to=postings)
    def somebody_hands_on(self, data: st.DataObject, actor: Actor, which: int, reason: str, to: str) -> None:
        task = self.some_task(data, which).id
        self.ask(actor, c.AcceptTask, which, task=task)
        self.ask(actor, c.DeclineTask, which, task=task, reason=reason)
        self.ask(actor, c.ReassignTask, which, task=task, posting=to)

    @rule(
        data=st.data(),
        which=st.integers(0, 1),
        back=st.integers(0, 2000),
        reason=st.none() | reasons,
        observer=postings,
    )
    def the_holder_ends_it(
        self, data: st.DataObject, which: int, back: int, reason: str | None, observer: str
    ) -> None:
        task = self.some_task(data, which)
        step = self.worlds[which].obligation.step(task.step)
        assert step is not None
        result = {"observer": observer, "decision": "observe"} if "observer" in step["results"] else {}
        self.ask(
            Actor("officer", task.posting, "Q"), c.CompleteTask, which, task=task.id, reason=reason, result=result,
            checklist=[line["code"] for line in step["checklist"]], evidence=[evidence(kind) for kind in step["evidence"]],
            happened_at=self.now() - timedelta(minutes=back) if back > 600 else None,
        )  # fmt: skip

    @rule(data=st.data(), actor=officers, which=st.integers(0, 1), reason=reasons, yes=st.booleans())
    def somebody_would_rather_not(
        self, data: st.DataObject, actor: Actor, which: int, reason: str, yes: bool
    ) -> None:
        task = self.some_task(data, which).id
        self.ask(actor, c.ProposeWaiver, which, task=task, reason=reason)
        self.ask(actor, c.AnswerWaiver, which, task=task, approved=yes)
        self.ask(actor, c.NotAct, which, task=task, outcome="blocked", reason=reason)
        self.ask(actor, c.ConfirmTimeliness, which, task=task, confirmed=yes)

    @rule(
        data=st.data(),
        actor=officers,
        which=st.integers(0, 1),
        what=st.sampled_from(["pause", "renew", "resume", "extend"]),
        by=hours,
    )
    def somebody_turns_the_clock(
        self, data: st.DataObject, actor: Actor, which: int, what: str, by: int
    ) -> None:
        task = self.some_task(data, which)
        before, holder, asked = task.due, task.posting, len(task.waits)
        if what == "pause":
            self.ask(actor, c.PauseClock, which, task=task.id, cause="clearance", party="headquarters")
        elif what == "extend":
            until = self.now() + timedelta(hours=by)
            self.ask(actor, c.ExtendDeadline, which, task=task.id, until=until, reason="capacity")
        else:
            self.ask(actor, c.RenewWait if what == "renew" else c.ResumeClock, which, task=task.id)
        assert task.due >= before, "nobody's request brings a deadline nearer"
        if actor.code == holder and what != "resume":
            assert (task.due, len(task.waits)) == (before, asked), "nor is it the holder's own"

    @rule(data=st.data(), actor=officers, which=st.integers(0, 1), reason=reasons)
    def somebody_asks_for_a_correction(
        self, data: st.DataObject, actor: Actor, which: int, reason: str
    ) -> None:
        task = self.some_task(data, which).id
        self.ask(actor, c.ProposeCorrection, which, task=task, field="reason", value=reason, reason="misread")

    @rule(data=st.data(), actor=officers, which=st.integers(0, 1), approved=st.booleans())
    def somebody_answers_it(self, data: st.DataObject, actor: Actor, which: int, approved: bool) -> None:
        task = self.some_task(data, which)
        before, asked = len(task.corrections), dict(task.asked)
        for proposal, one in asked.items():
            self.ask(actor, c.AnswerCorrection, which, task=task.id, proposal=proposal, approved=approved)
            if actor.code in (one.requester, task.ended_by, task.posting):
                assert proposal in task.asked, "nobody answers what is their own"
        assert len(task.corrections) - before <= len(asked)

    # ── the mission ──────────────────────────────────────────────────────────────────────────────────────────────

    def day(self, ahead: int) -> str:
        return (self.worlds[0].mission.day(self.now()) + timedelta(days=ahead)).isoformat()

    @rule(posting=postings, span=spans, substitute=st.none() | postings)
    def somebody_is_away(self, posting: str, span: tuple[int, int], substitute: str | None) -> None:
        first, last = self.day(span[0]), self.day(span[0] + span[1])
        self.ask(
            OPERATOR, c.RecordAbsence, posting=posting, from_day=first, until=last, substitute=substitute
        )

    @rule(posting=st.sampled_from(("p-fp", "p-alt", "p-pol", "p-hom")), ahead=st.integers(-2, 30))
    def somebody_leaves(self, posting: str, ahead: int) -> None:
        self.ask(OPERATOR, c.EndPosting, posting=posting, until=self.day(ahead))

    @rule(span=st.tuples(st.integers(-24, 200), st.integers(1, 300)), lift=st.booleans())
    def the_mission_closes(self, span: tuple[int, int], lift: bool) -> None:
        head = OFFICERS[0]
        starts = self.now() + timedelta(hours=span[0])
        self.ask(
            head,
            c.DeclareSuspension,
            starts=starts,
            ends=starts + timedelta(hours=span[1]),
            reason="security",
        )
        for code in list(self.worlds[0].mission.suspensions)[-1:] if lift else []:
            self.ask(head, c.LiftSuspension, suspension=code, at=self.now())

    @rule(ahead=st.integers(-5, 30))
    def a_holiday_is_declared(self, ahead: int) -> None:
        self.ask(OPERATOR, c.ReviseCalendar, add={self.day(ahead): "Closing"}, source="government")

    # ── the proceeding ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(code=st.integers(1, 4), ahead=st.integers(-10, 24 * 30), cancelled=st.booleans())
    def the_court_lists(self, code: int, ahead: int, cancelled: bool) -> None:
        line = sitting(f"s-{code}", "2026-01-01 00:00", cancelled=cancelled and ahead % 3 == 0)
        starts = self.now() + timedelta(hours=ahead)
        line = line.model_copy(update={"starts": starts, "day": self.day(ahead // 24)})
        self.ask(OPERATOR, c.RecordSittings, sittings=[line.model_dump()])

    @rule(code=st.integers(1, 4), outcome=st.sampled_from(("adjourned_without_day", "not_held", "verdict")))
    def the_court_sits(self, code: int, outcome: str) -> None:
        self.ask(OFFICERS[2], c.RecordSittingHeld, appointment=f"s-{code}", outcome=outcome)

    @rule(open_=st.booleans())
    def a_wish_is_given_or_withdrawn(self, open_: bool) -> None:
        self.ask(OFFICERS[3], c.SetGate, gate="consent:attend", open=open_)

    @rule(
        code=st.integers(1, 4),
        step=st.sampled_from(("decide-and-staff", "attend-and-report")),
        observer=postings,
    )
    def the_procedure_goes_on(self, code: int, step: str, observer: str) -> None:
        self.ask(ENGINE_WORKFLOW, c.OfferRota, appointment=f"s-{code}")
        observer = observer if not self.worlds[0].mission.is_local_agent(observer) else "p-fp"
        asked = {"step": step, "occurrence": f"s-{code}", "appointment": f"s-{code}", "posting": observer}
        self.ask(ENGINE_WORKFLOW, c.OpenTask, **asked)

    @rule(actor=officers, code=st.integers(1, 4), claim=st.booleans())
    def somebody_answers_the_rota(self, actor: Actor, code: int, claim: bool) -> None:
        self.ask(actor, c.AnswerRota, appointment=f"s-{code}", claim=claim)

    @precondition(lambda self: self.number > 40)
    @rule(which=st.integers(0, 1))
    def it_ends(self, which: int) -> None:
        self.ask(ENGINE_WORKFLOW, c.CloseObligation, which, outcome="done")

    # ── what holds ───────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def every_task_has_one_owner_and_one_state(self) -> None:
        for world in self.worlds:
            for task in world.obligation.tasks.values():
                assert task.posting == task.holdings[-1].posting
                assert task.posting == NOBODY or task.posting in world.mission.postings
                assert (task.status == "open") == (task.outcome is None) == (task.ended is None)
                assert task.is_open or task.wait is None
                if task.step.startswith("attend"):
                    assert not world.mission.is_local_agent(task.posting)
            assert world.obligation.is_open or not world.obligation.open_tasks()
            assert world.obligation.is_open or next_wake(world.obligation) is None

    @invariant()
    def every_fact_stands_once(self) -> None:
        for world in self.worlds:
            facts = Counter(key for e in world.logs["obligation"] if (key := once(e)) is not None)
            assert [key for key, times in facts.items() if times > 1] == []
            assert all(e.at <= text(world.now) for e in world.logs["obligation"])


def once(event: Any) -> tuple[object, ...] | None:
    """What may be in a log only once."""
    d = event.data
    match event.type:
        case "NoticeRecorded":
            return ("notice", d["task"], d["kind"], d["n"], d["due_at"] if d["kind"] != "reminder" else "")
        case "DeadlinePassed":
            return ("passed", d["task"], d["due_at"])
        case "TaskOpened" | "TaskCompleted" | "TaskNotActed" | "TaskCancelled":
            return ("opened" if event.type == "TaskOpened" else "ended", d["task"])
        case "GateAnswered":
            return ("gate", d["gate"], d["occurrence"])
        case "RotaAnswered":
            return ("rota", d["appointment"], d["posting"])
        case _:
            return None


def sittings_by_operator(world: World) -> c.RecordSittings:
    world.by(OPERATOR)
    return sittings(sitting("s-1", "2026-05-18 10:00"))


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=80,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_the_machine_would_see_a_fact_recorded_twice() -> None:
    """The control: a decision that forgot that a deadline had passed already."""
    life = Life()
    life.adopted()
    world = life.worlds[1]
    for _ in range(2):
        world._take(
            New("DeadlinePassed", {"task": "hold.1", "due_at": world.task("hold.1").due}), {"code": "x"}, "c"
        )
    try:
        life.every_fact_stands_once()
    except AssertionError:
        return
    raise AssertionError("the invariant let it pass")
