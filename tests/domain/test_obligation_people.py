"""What people do with a task: in time, late, not at all, asked by somebody else, corrected; and what needs two of them."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from domain.kinds import instant_text
from domain.mission import Mission
from tests.domain.spec import (
    at_q,
    cairo,
    complete,
    coordination,
    decided,
    evidence,
    fact,
    given,
    held,
    mission_q,
    on,
    open_task,
    staffed_trial,
    trial,
    z,
)
from tests.made import ALTERNATE, FOCAL, HEAD, POLITICAL, opening, posts

NOTE = {"ref": "00000000-0000-0000-0000-00000000beef", "commit": "ab" * 32}


# ── opening and closing ──────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_happens_in_a_mission_that_is_not_adopted() -> None:
    given().by(OPERATOR).when(at_q(c.RecordPosts, lines=posts())).refused("no-such-mission")
    given().by(ENGINE_WORKFLOW).when(opening("o-1")).refused("no-such-mission")


def test_an_obligation_is_opened_once_and_keeps_its_definition() -> None:
    world = mission_q().by(ENGINE_WORKFLOW).when(opening("o-1"))
    world.then(fact("ObligationOpened", period="2026-05", due_by=z("2026-06-30 23:59:59"), case_bound=False))
    assert world.obligation.definition == opening("o-1").definition_data


def test_a_case_brings_its_sealed_subject() -> None:
    command = opening("o-1", "TRIAL-OBS", None).model_copy(update={"subject": NOTE})
    mission_q().by(FOCAL).when(command).then(
        fact("ObligationOpened", subject=NOTE, case_bound=True, due_by=None)
    )


def test_nothing_is_owed_for_the_time_before_adoption() -> None:
    world = mission_q().by(ENGINE_WORKFLOW)
    world.when(opening("o-1").model_copy(update={"due_day": "2025-12-31"})).refused("before-adoption")
    world.when(opening("o-1").model_copy(update={"accreditation": "Q-SD"})).refused("no-such-definition")
    world.when(opening("o-1").model_copy(update={"instrument": "no-such-text"})).refused("no-such-definition")
    world.when(opening("o-1").model_copy(update={"due_day": None})).refused("bad-command")


def test_what_was_never_opened_takes_no_command() -> None:
    mission_q().by(ENGINE_WORKFLOW).when(open_task("hold")).refused("no-such-obligation")


def test_a_task_is_opened_once_from_a_step_that_exists() -> None:
    world = coordination().when(open_task("hold", cid_="another")).nothing()
    world.when(open_task("dance")).refused("no-such-step")
    world.when(open_task("hold", "2", appointment="s-9")).refused("no-such-appointment")
    world.when(on(c.CancelTask, task="hold.1", cause="meeting_over")).then(fact("TaskCancelled"))
    world.when(on(c.CancelTask, task="hold.1", cause="again")).nothing()
    world.when(on(c.CancelTask, task="nothing.1", cause="again")).nothing()


def test_an_obligation_that_ended_opens_nothing() -> None:
    world = coordination().having(on(c.CloseObligation, outcome="done"))
    world.when(open_task("hold", "2")).nothing()
    world.when(on(c.CloseObligation, outcome="blocked")).nothing()
    world.when(on(c.AnswerGate, gate="consent:attend", occurrence="1", passed=True)).nothing()
    world.by(FOCAL).when(on(c.EndProceeding, cause="verdict")).refused("obligation-closed")
    world.when(on(c.SetGate, gate="consent:attend", open=False)).refused("obligation-closed")


def test_named_for_a_task_but_away_it_goes_by_role() -> None:
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1"))
    world.by(FOCAL).having(decided("s-1")).by(OPERATOR).having(
        at_q(c.EndPosting, posting="p-pol", until="2026-05-04")
    )
    world.by(ENGINE_WORKFLOW).when(open_task("attend-and-report", "s-1", appointment="s-1", posting="p-pol"))
    world.then(fact("TaskOpened", posting="p-fp", why="role"))


# ── accepting and completing ─────────────────────────────────────────────────────────────────────────────────────


def test_only_the_holder_accepts_and_once() -> None:
    world = coordination().by(ALTERNATE).when(on(c.AcceptTask, task="hold.1")).refused("not-your-task")
    world.by(FOCAL).when(on(c.AcceptTask, task="hold.1")).then(fact("TaskAccepted"))
    world.when(on(c.AcceptTask, task="hold.1")).refused("already-accepted")
    world.when(on(c.AcceptTask, task="hold.9")).refused("no-such-task")


def test_a_form_that_shows_an_older_task_is_refused() -> None:
    world = coordination().by(FOCAL).having(on(c.AcceptTask, task="hold.1"))
    world.when(held(seen=1)).refused("stale").when(held(seen=2)).then(fact("TaskCompleted"))


def test_a_reminder_makes_no_form_stale() -> None:
    world = coordination().at("2026-06-29 09:00").woken().by(FOCAL)
    assert world.task("hold.1").sent
    world.when(held(seen=1)).then(fact("TaskCompleted", timing="on_time"))


def test_completing_asks_for_lines_and_evidence() -> None:
    world = coordination().by(FOCAL)
    world.when(complete("hold.1")).refused("checklist-open")
    world.when(complete("hold.1", checklist=("risk_list",))).refused("evidence-missing")
    world.when(held(note=NOTE)).then(
        fact("TaskCompleted", checklist=["risk_list"], note=NOTE, timing="on_time")
    )
    world.when(held()).refused("task-ended")


def test_a_result_is_one_of_the_steps_own() -> None:
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1")).by(FOCAL)
    world.when(decided("s-1", decision="hide")).refused("result-unknown")
    world.when(decided("s-1", mood="good")).refused("result-unknown")
    world.when(decided("s-1", observer="p-nobody")).refused("no-such-posting")
    world.when(complete("decide-and-staff.s-1", checklist=("briefed",))).refused("observer-needed")


def test_the_last_second_is_in_time_and_the_next_is_not() -> None:
    world = coordination().at("2026-06-30 23:59:59").by(FOCAL)
    world.now += timedelta(microseconds=999_999)
    world.when(held()).then(fact("TaskCompleted", timing="on_time", happened_at=z("2026-06-30 23:59:59")))
    late = coordination().at("2026-07-01 00:00").by(FOCAL)
    late.when(held()).refused("reason-needed").when(held(reason="busy")).refused("reason-unknown")
    late.when(held(reason="capacity")).then(fact("TaskCompleted", timing="after_due", reason="capacity"))


def test_a_claim_lies_between_opening_and_now() -> None:
    world = coordination().at("2026-06-10 09:00").by(FOCAL)
    world.when(held(happened_at=cairo("2026-06-10 09:01"))).refused("in-the-future")
    world.when(held(happened_at=cairo("2026-05-01 09:00"))).refused("before-opening")
    world.when(held(happened_at=cairo("2026-06-09 09:00"))).then(fact("TaskCompleted", timing="on_time"))


def test_a_report_tells_of_a_sitting_that_began() -> None:
    task, lines = (
        "attend-and-report.s-1",
        {"checklist": ("attended",), "evidence": (evidence("sitting_report"),)},
    )
    world = staffed_trial().by(POLITICAL)
    world.when(complete(task, **lines)).refused("before-sitting")
    world.at("2026-05-19 09:00").when(complete(task, happened_at=cairo("2026-05-18 09:59"), **lines)).refused(
        "before-sitting"
    )
    world.when(complete(task, happened_at=cairo("2026-05-18 10:00"), **lines)).then(fact("TaskCompleted"))


# ── a late entry ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_late_entry_is_confirmed_by_a_second_person() -> None:
    world = coordination().at("2026-07-02 09:00").by(FOCAL)
    world.when(held(happened_at=cairo("2026-06-30 09:00"))).then(
        fact("TaskCompleted", timing="reported_in_time")
    )
    confirm = on(c.ConfirmTimeliness, task="hold.1", confirmed=True)
    world.when(confirm).refused("second-person")
    world.by(HEAD).when(confirm).then(fact("TimelinessConfirmed", confirmed=True)).when(confirm).refused(
        "nothing-late"
    )
    world.when(on(c.ConfirmTimeliness, task="hold.9", confirmed=True)).refused("no-such-task")


def test_whoever_held_the_task_does_not_confirm_what_their_substitute_entered() -> None:
    world = coordination().by(OPERATOR)
    world.having(
        at_q(c.RecordAbsence, posting="p-fp", from_day="2026-06-28", until="2026-07-02", substitute="p-pol")
    )
    world.at("2026-07-02 09:00").by(POLITICAL).having(held(happened_at=cairo("2026-06-30 09:00")))
    world.at("2026-07-05 09:00").by(FOCAL).when(on(c.ConfirmTimeliness, task="hold.1", confirmed=True))
    world.refused("second-person")


# ── not acting, waiving ──────────────────────────────────────────────────────────────────────────────────────────


def test_deciding_not_to_act_in_time_with_a_reason_is_compliance() -> None:
    world = coordination().by(FOCAL)
    world.when(on(c.NotAct, task="hold.1", outcome="forgotten", reason="no_meeting_called")).refused(
        "result-unknown"
    )
    world.when(on(c.NotAct, task="hold.1", outcome="blocked", reason="tired")).refused("reason-unknown")
    world.when(on(c.NotAct, task="hold.1", outcome="blocked", reason="no_meeting_called", note=NOTE))
    world.then(fact("TaskNotActed", timing="on_time", outcome="blocked", note=NOTE))


def test_a_task_that_is_not_there_cannot_be_handed_on() -> None:
    coordination().by(HEAD).when(on(c.ReassignTask, task="hold.9", posting="p-pol")).refused("no-such-task")


def test_an_instant_without_a_zone_enters_no_event() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant_text(cairo("2026-05-05 09:10").replace(tzinfo=None))


def test_a_mission_without_a_calendar_says_so() -> None:
    with pytest.raises(LookupError):
        _ = Mission().clock
