"""Timers: early, twice, late; hours that run until somebody answers; who is told."""

from typing import Any

from domain import commands as c
from domain.deciding.clocks import next_wake
from domain.envelope import ENGINE_TIMER, ENGINE_WORKFLOW, OPERATOR
from tests.domain.spec import (
    World,
    at_q,
    cairo,
    coordination,
    fact,
    mission_q,
    on,
    open_task,
    refresh,
    trial,
    types,
    wake,
    z,
)
from tests.domain.test_obligation_clock import TASK, five_days
from tests.made import ALTERNATE, FOCAL, HEAD, opening


def urgent(term: str = "1h", opened: str = "2026-11-14 00:10", starts: str | None = None) -> World:
    """A call that must be answered within hours, on a Saturday night in Cairo."""
    world = mission_q().at(opened).by(ENGINE_WORKFLOW)
    command = opening("o-1", "COORD-LOCAL")
    step: dict[str, Any] = {
        **command.definition_data["step"][0],
        "code": "answer",
        "term": term,
        "escalates": True,
    }  # type: ignore[index]
    data = {**command.definition_data, "step": [step]}
    world.having(command.model_copy(update={"definition_data": data, "due_day": None}))
    begun = {} if starts is None else {"starts": cairo(starts)}
    return world.having(open_task("answer", **begun))


def notices(world: World) -> list[tuple[str, int, str | None]]:
    return [(n.data["kind"], n.data["n"], n.at) for n in world.said if n.type == "NoticeRecorded"]  # type: ignore[union-attr]


# ── early, twice, late ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_timer_that_rings_early_is_answered_by_nothing() -> None:
    world = five_days()
    world.at("2026-09-06 08:59").by(ENGINE_TIMER).when(wake("early", cairo("2026-09-06 09:00"))).nothing()


def test_a_timer_that_rings_twice_is_answered_once() -> None:
    world = (
        five_days()
        .at("2026-09-07 09:00")
        .woken()
        .then(fact("NoticeRecorded", z("2026-09-07 09:00"), kind="reminder"))
    )
    world.woken().nothing()


def test_a_timer_that_rings_late_records_everything_in_order_under_its_own_instant() -> None:
    world = five_days().at("2026-10-01 12:00").woken()
    assert notices(world) == [
        ("reminder", 1, z("2026-09-07 09:00")),
        ("reminder", 2, z("2026-09-08 09:00")),
        ("overdue", 1, z("2026-09-10 00:00")),
    ]
    assert types(world)[-1] == "DeadlinePassed"
    assert world.said[-1].at == z("2026-09-10 00:00")  # type: ignore[index]
    world.woken().nothing()


def test_two_tasks_are_told_of_in_the_order_of_time() -> None:
    world = five_days().having(open_task("triage"))
    world.at("2026-10-01 12:00").woken()
    stamps = [new.at for new in world.said]  # type: ignore[union-attr]
    assert stamps == sorted(stamps)  # type: ignore[type-var]
    assert len({new.data["task"] for new in world.said}) == 2  # type: ignore[union-attr]


def test_a_timer_of_an_obligation_that_ended_is_answered_by_nothing() -> None:
    world = coordination().when(on(c.CloseObligation, outcome="done"))
    world.then(fact("TaskCancelled", cause="obligation_closed"), fact("ObligationClosed", outcome="done"))
    assert next_wake(world.obligation) is None
    world.at("2026-10-01 12:00").when(wake("after", cairo("2026-10-01 12:00"))).nothing()


def test_a_reminder_is_sent_once_though_the_deadline_moves() -> None:
    world = five_days().at("2026-09-07 09:00").woken()
    world.by(HEAD).having(on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-17 12:00"), reason="capacity"))
    world.at("2026-09-30 12:00").woken()
    assert [(kind, n) for kind, n, _ in notices(world)] == [("reminder", 2), ("overdue", 1)]


def test_being_overdue_belongs_to_the_due_instant() -> None:
    world = five_days().at("2026-09-10 09:00").woken()
    world.by(HEAD).having(on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-17 12:00"), reason="capacity"))
    world.at("2026-09-18 09:00").woken()
    assert notices(world) == [("overdue", 1, z("2026-09-17 12:00:01"))]
    assert world.task(TASK).passed == [z("2026-09-09 23:59:59"), z("2026-09-17 12:00")]


def test_a_step_that_escalates_goes_to_the_head_of_mission_and_to_headquarters() -> None:
    world = trial(triaged=False).at("2026-05-30 12:00").woken()
    told = {n.data["n"]: (n.at, n.data["to"]) for n in world.said if n.data.get("kind") == "escalation"}  # type: ignore[union-attr]
    assert told == {1: (z("2026-05-10 09:00"), ["p-hom"]), 2: (z("2026-05-13 09:00"), ["headquarters"])}


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_hours_are_called_until_somebody_acknowledges() -> None:
    world = urgent().at("2026-11-14 04:00").woken()
    assert notices(world) == [
        ("reminder", 1, z("2026-11-14 00:40")),
        ("overdue", 1, z("2026-11-14 01:10")),
        ("escalation", 1, z("2026-11-14 01:40")),
        ("escalation", 2, z("2026-11-14 02:10")),
        ("escalation", 3, z("2026-11-14 03:10")),
    ]
    assert next_wake(world.obligation) == z("2026-11-14 04:10")
    world.by(FOCAL).having(on(c.AcceptTask, task="answer.1"))
    assert next_wake(world.obligation) is None


def test_hours_run_through_weekends_and_suspensions() -> None:
    world = urgent("24h").by(HEAD)
    world.having(
        at_q(c.DeclareSuspension, starts=world.now, ends=cairo("2026-11-20 00:00"), reason="security")
    )
    world.by(ENGINE_WORKFLOW).when(refresh(world)).then(fact("DeadlineMoved"))
    assert world.task("answer.1").due == world.task("answer.1").original_due == z("2026-11-15 00:10")
    assert "suspended" in world.task("answer.1").deadline["flags"]


def test_an_urgent_task_learnt_of_too_late_is_called_at_once() -> None:
    world = urgent("1h", "2026-11-14 09:00", "2026-11-14 00:10").woken()
    assert notices(world) == [
        (kind, n, z("2026-11-14 09:00")) for kind, n in (("overdue", 1), ("escalation", 1), ("escalation", 2))
    ]
    assert next_wake(world.obligation) == z("2026-11-14 10:00")


def test_calls_reach_substitutes_and_name_a_role_that_nobody_holds() -> None:
    world = urgent().by(OPERATOR)
    world.having(
        at_q(c.RecordAbsence, posting="p-alt", from_day="2026-11-14", until="2026-11-14", substitute="p-pol"),
        at_q(c.RecordAbsence, posting="p-fp", from_day="2026-11-14", until="2026-11-14", substitute="p-hom"),
        at_q(c.EndPosting, posting="p-dep", until="2026-11-13"),
    )
    world.at("2026-11-14 02:30").woken()
    told = {(n.data["kind"], n.data["n"]): n.data["to"] for n in world.said if n.type == "NoticeRecorded"}  # type: ignore[union-attr]
    assert told == {
        ("reminder", 1): ["p-hom", "p-pol"],
        ("overdue", 1): ["p-pol", "deputy_head_of_mission"],
        ("escalation", 1): ["p-hom"],
        ("escalation", 2): ["hq_duty"],
    }


# ── a proceeding without a day ───────────────────────────────────────────────────────────────────────────────────


def without_day() -> World:
    world = trial().by(FOCAL).at("2026-05-18 12:00")
    return world.having(on(c.RecordSittingHeld, appointment="s-1", outcome="adjourned_without_day"))


def test_adjourned_without_a_day_the_focal_point_is_asked_each_month() -> None:
    world = without_day().at("2026-08-01 12:00").woken()
    world.then(
        fact("ProceedingAsked", z("2026-06-18 12:00"), n=1, to=["p-fp"]),
        fact("ProceedingAsked", z("2026-07-19 12:00"), n=2, to=["p-fp"]),
    )
    world.by(ALTERNATE).having(on(c.EndProceeding, cause="withdrawn"))
    assert next_wake(world.obligation) is None


def test_asking_starts_anew_with_the_next_sitting() -> None:
    from tests.domain.spec import sitting, sittings

    world = without_day().at("2026-06-20 12:00").woken().by(FOCAL)
    world.having(sittings(sitting("s-2", "2026-07-05 10:00")))
    assert next_wake(world.obligation) == z("2026-07-05 10:00")
    world.having(sittings(sitting("s-2", "2026-07-05 10:00", cancelled=True)))
    assert next_wake(world.obligation) == z("2026-07-21 12:00")
