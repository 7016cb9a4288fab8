"""What moves a deadline and what does not: suspensions, calendars, waits, extensions, sittings, and whose hands they are in."""

import pytest

from domain import commands as c
from domain import deciding
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.refusals import Refused
from tests.domain.spec import (
    World,
    at_q,
    cairo,
    complete,
    coordination,
    fact,
    mission_q,
    on,
    open_task,
    refresh,
    sitting,
    sittings,
    staffed_trial,
    trial,
    z,
)
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, opening

DESK = Actor("officer", "hq-1", "HQ", "hq_desk")
TASK = "decide-follow-up.1"


def five_days(opened: str = "2026-09-02 09:00") -> World:
    """A task of five working days, opened Wednesday 2 September, due Wednesday 9 September."""
    world = mission_q().at(opened).by(ENGINE_WORKFLOW).having(opening("o-1", "TRIAL-OBS", None))
    return world.having(open_task("decide-follow-up"))


def suspended(world: World, starts: str, ends: str) -> World:
    return world.by(HEAD).having(
        at_q(c.DeclareSuspension, starts=cairo(starts), ends=cairo(ends), reason="security")
    )


def moved(world: World) -> World:
    return world.by(ENGINE_WORKFLOW).when(refresh(world))


def paused(world: World, by: Actor = ALTERNATE) -> World:
    return world.by(by).having(on(c.PauseClock, task=TASK, cause="clearance", party="headquarters"))


# ── suspension ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_suspension_declared_renewed_and_lifted_early() -> None:
    world = suspended(five_days().at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-13 18:00")
    assert world.task(TASK).due == z("2026-09-09 23:59:59")
    moved(world).then(fact("DeadlineMoved", cause="suspension", was=z("2026-09-09 23:59:59")))
    assert world.task(TASK).due == z("2026-09-17 23:59:59")
    suspension = next(iter(world.mission.suspensions))
    world.at("2026-09-13 10:00").by(HEAD)
    world.having(at_q(c.RenewSuspension, suspension=suspension, ends=cairo("2026-09-24 18:00")))
    moved(world).then(fact("DeadlineMoved", cause="suspension"))
    assert world.task(TASK).due > z("2026-09-23 23:59:59")
    world.at("2026-09-19 18:00").by(HEAD)
    world.having(at_q(c.LiftSuspension, suspension=suspension, at=cairo("2026-09-19 18:00")))
    moved(world).then(fact("DeadlineMoved", cause="suspension"))
    assert world.task(TASK).due == z("2026-09-23 23:59:59")
    assert world.task(TASK).original_due == z("2026-09-09 23:59:59")
    moved(world).nothing()


def test_a_suspension_that_lapses_needs_no_event() -> None:
    world = suspended(five_days().at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-13 18:00")
    moved(world).at("2026-09-14 08:00")
    moved(world).nothing()
    assert world.mission.suspended(world.now) is None
    world.at("2026-09-20 09:00").woken()
    assert world.task(TASK).passed == [z("2026-09-17 23:59:59")]


def test_a_timer_armed_before_the_suspension_is_answered_by_the_move() -> None:
    world = suspended(five_days().at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-13 18:00")
    world.at("2026-09-10 00:00").woken()
    assert world.said[-1].type == "DeadlineMoved"  # type: ignore[index]
    assert world.task(TASK).passed == []
    assert world.task(TASK).due == z("2026-09-17 23:59:59")


def test_a_suspension_lifted_early_leaves_two_working_days() -> None:
    world = suspended(five_days().at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-19 18:00")
    moved(world).at("2026-09-08 10:00").by(HEAD)
    suspension = next(iter(world.mission.suspensions))
    world.having(at_q(c.LiftSuspension, suspension=suspension, at=cairo("2026-09-07 18:00")))
    moved(world)
    # Its own end would be Sunday 13th: the second working day after the 8th is the 10th, so nothing holds it back.
    assert world.task(TASK).due == z("2026-09-13 23:59:59")


def test_a_yearly_duty_is_flagged_and_stays() -> None:
    world = mission_q().at("2026-09-02 09:00").by(ENGINE_WORKFLOW)
    world.having(
        opening("o-1", "MEET-ANNUAL", "2026").model_copy(update={"due_day": "2026-12-31"}), open_task("hold")
    )
    suspended(world.at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-13 18:00")
    moved(world).then(fact("DeadlineMoved"))
    assert "suspended" in world.task("hold.1").deadline["flags"]
    assert world.task("hold.1").due == world.task("hold.1").original_due
    moved(world).nothing()


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_holiday_that_the_government_adds_moves_an_open_task_and_no_closed_one() -> None:
    """SCENARIOS.md, Fri-Sat weekend: the task opened on 21 May, due 2 June, moves to 3 June."""
    world = five_days("2026-05-21 09:00")
    world.having(open_task("verdict-flash")).by(FOCAL).having(complete("verdict-flash.1"))
    closed = world.task("verdict-flash.1").due
    assert world.task(TASK).due == z("2026-06-02 23:59:59")
    assert world.task(TASK).deadline["provisional"]
    world.at("2026-05-25 11:00").having(
        at_q(c.ReviseCalendar, add={"2026-05-31": "Eid"}, source="government")
    )
    moved(world).then(fact("DeadlineMoved", cause="calendar"))
    assert world.task(TASK).due == z("2026-06-03 23:59:59")
    assert world.task("verdict-flash.1").due == closed
    world.by(FOCAL).when(at_q(c.ReviseCalendar, add={"2026-05-31": "Eid"}, source="government")).refused(
        "calendar-unchanged"
    )


def test_a_holiday_taken_back_brings_no_deadline_nearer_than_two_working_days() -> None:
    world = five_days("2026-05-21 09:00").at("2026-06-01 09:00").by(FOCAL)
    world.having(
        at_q(c.ReviseCalendar, remove=("2026-05-26", "2026-05-27", "2026-05-28"), source="government")
    )
    moved(world)
    assert world.task(TASK).due == z("2026-06-02 23:59:59")


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wait_stops_a_working_day_clock_and_gives_its_days_back() -> None:
    world = paused(five_days().at("2026-09-06 10:00"))
    world.at("2026-09-12 10:00").woken()
    assert world.task(TASK).passed == []
    world.at("2026-09-13 10:00").by(FOCAL).when(on(c.ResumeClock, task=TASK))
    world.then(fact("ClockResumed", cause="resumed"), fact("DeadlineMoved", cause="wait-ended"))
    # Three working days were left on the 6th, itself touched by the wait like the 13th.
    assert world.task(TASK).due == z("2026-09-17 23:59:59")
    world.when(on(c.ResumeClock, task=TASK)).refused("not-waiting")


def test_a_wait_lapses_at_its_own_instant_however_late_the_timer() -> None:
    world = paused(five_days().at("2026-09-06 10:00"))
    lapses = world.task(TASK).wait.lapses  # type: ignore[union-attr]
    world.at("2026-12-01 09:00").woken()
    assert [(n.type, n.at) for n in world.said[:2]] == [("ClockResumed", lapses), ("DeadlineMoved", lapses)]  # type: ignore[index,union-attr]
    assert world.task(TASK).passed == [world.task(TASK).due]
    assert ("overdue", 1, world.task(TASK).due) in world.task(TASK).sent


def test_a_wait_that_lapsed_is_not_renewed_and_ends_when_it_lapsed() -> None:
    world = paused(five_days().at("2026-09-06 10:00"))
    lapses = world.task(TASK).wait.lapses  # type: ignore[union-attr]
    world.at("2026-12-01 09:00").by(HEAD).when(on(c.RenewWait, task=TASK)).refused("not-waiting")
    world.when(on(c.ResumeClock, task=TASK)).then(
        fact("ClockResumed", lapses, cause="lapsed"), fact("DeadlineMoved", lapses)
    )


def test_a_wait_says_why_under_seal_and_ends_with_its_task() -> None:
    note = {"ref": "00000000-0000-0000-0000-00000000beef", "commit": "ab" * 32}
    world = five_days().by(ALTERNATE)
    world.when(on(c.PauseClock, task=TASK, cause="clearance", party="headquarters", note=note))
    world.then(fact("ClockPaused", note=note, stops=True))
    world.at("2026-09-06 09:00").by(ENGINE_WORKFLOW).having(on(c.CancelTask, task=TASK, cause="shredded"))
    assert world.task(TASK).waits[0].ends == z("2026-09-06 09:00")


def test_a_second_person_renews_a_wait() -> None:
    world = paused(five_days().at("2026-09-06 10:00")).at("2026-09-20 09:00")
    world.when(on(c.RenewWait, task=TASK)).refused("second-person")
    world.by(FOCAL).when(on(c.RenewWait, task=TASK)).refused("own-clock")
    world.by(DEPUTY).when(on(c.RenewWait, task=TASK)).then(fact("WaitRenewed"))
    world.by(HEAD).when(on(c.RenewWait, task=TASK)).nothing()  # it stands there already


def test_waiting_twice_or_not_at_all_is_refused() -> None:
    world = five_days().by(ALTERNATE)
    world.when(on(c.RenewWait, task=TASK)).refused("not-waiting")
    paused(world).when(on(c.PauseClock, task=TASK, cause="appeal", party="court")).refused("already-waiting")


def test_a_stated_date_runs_on_while_the_wait_is_recorded() -> None:
    world = (
        coordination().by(DEPUTY).when(on(c.PauseClock, task="hold.1", cause="invitation", party="partner"))
    )
    world.then(fact("ClockPaused", stops=False))
    due = world.task("hold.1").due
    world.at("2026-07-01 09:00").woken()
    assert world.task("hold.1").passed == [due]
    assert world.task("hold.1").wait is None  # it lapsed on the way


def test_whoever_ends_a_waiting_task_is_not_late_for_the_time_it_waited() -> None:
    world = paused(five_days().at("2026-09-06 10:00")).at("2026-09-13 10:00").by(FOCAL)
    world.when(complete(TASK, checklist=("feedback",)))
    world.then(
        fact("ClockResumed", cause="ended"), fact("DeadlineMoved"), fact("TaskCompleted", timing="on_time")
    )
    other = paused(five_days().at("2026-09-06 10:00")).at("2026-09-13 10:00").by(FOCAL)
    other.when(on(c.NotAct, task=TASK, outcome="blocked", reason="unreachable"))
    other.then(fact("ClockResumed"), fact("DeadlineMoved"), fact("TaskNotActed", timing="on_time"))


# ── nobody's own clock ───────────────────────────────────────────────────────────────────────────────────────────


def test_neither_holder_nor_substitute_stops_the_clock_or_sets_it_later() -> None:
    world = five_days().by(FOCAL)
    later = on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-20 12:00"), reason="capacity")
    stop = on(c.PauseClock, task=TASK, cause="clearance", party="headquarters")
    world.when(stop).refused("own-clock").when(later).refused("own-clock")
    world.by(OPERATOR).having(
        at_q(c.RecordAbsence, posting="p-fp", from_day="2026-09-02", until="2026-09-30", substitute="p-dep")
    )
    world.by(DEPUTY).when(stop).refused("own-clock").when(later).refused("own-clock")
    with pytest.raises(
        Refused, match="neither stop"
    ):  # whoever calls the rules without saying for whom they act
        deciding.decide(stop, world.obligation, world.mission, world.now, DEPUTY)
    world.by(HEAD).when(later).then(fact("DeadlineMoved", cause="extended"))


def test_a_head_of_missions_clock_stops_only_by_headquarters() -> None:
    world = five_days().by(FOCAL).having(on(c.ReassignTask, task=TASK, posting="p-hom"))
    stop = on(c.PauseClock, task=TASK, cause="clearance", party="headquarters")
    world.when(stop).refused("own-clock").by(DEPUTY).when(stop).refused("own-clock")
    world.by(DESK).when(stop).then(fact("ClockPaused"))


# ── an end given by hand ─────────────────────────────────────────────────────────────────────────────────────────


def extended(until: str, at: str = "2026-09-03 10:00") -> World:
    world = five_days().at(at).by(HEAD)
    return world.having(on(c.ExtendDeadline, task=TASK, until=cairo(until), reason="capacity"))


def test_an_extension_explains_itself_and_must_be_later() -> None:
    world = extended("2026-09-14 12:00")
    assert world.task(TASK).due == z("2026-09-14 12:00")
    said = [line["reason"] for line in world.task(TASK).deadline["explanation"]]
    assert said[0] == "extended (capacity): was due 2026-09-09 23:59"
    assert said[-1] == "the end given by hand"
    earlier = on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-13 12:00"), reason="capacity")
    world.when(earlier).refused("extension-earlier")
    past = on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-16 12:00"), reason="capacity")
    world.at("2026-09-20 09:00").when(past).refused("extension-earlier")
    odd = on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-28 12:00"), reason="because")
    world.when(odd).refused("reason-unknown")


def test_what_the_guidelines_state_is_not_extended() -> None:
    world = mission_q().at("2026-09-02 09:00").by(ENGINE_WORKFLOW)
    world.having(
        opening("o-1", "MEET-ANNUAL", "2026").model_copy(update={"due_day": "2026-12-31"}), open_task("hold")
    )
    later = on(c.ExtendDeadline, task="hold.1", until=cairo("2027-02-01 12:00"), reason="capacity")
    world.by(HEAD).when(later).refused("extension-stated")


def test_an_extension_then_a_suspension_over_its_end_rolls_on() -> None:
    world = suspended(
        extended("2026-09-14 12:00").at("2026-09-10 10:00"), "2026-09-13 08:00", "2026-09-16 18:00"
    )
    moved(world).then(fact("DeadlineMoved", cause="suspension"))
    assert world.task(TASK).due == z("2026-09-17 23:59:59")
    suspension = next(iter(world.mission.suspensions))
    world.at("2026-09-13 12:00").by(HEAD)
    world.having(at_q(c.LiftSuspension, suspension=suspension, at=cairo("2026-09-13 10:00")))
    moved(world)
    assert world.task(TASK).due == z("2026-09-15 23:59:59")  # no nearer than the second working day after


def test_an_extension_that_a_suspension_does_not_reach_stays() -> None:
    world = suspended(
        extended("2026-09-24 12:00").at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-13 18:00"
    )
    moved(world).nothing()
    assert world.task(TASK).due == z("2026-09-24 12:00")


def test_a_suspension_long_enough_overtakes_an_extension() -> None:
    world = suspended(
        extended("2026-09-10 12:00").at("2026-09-06 14:00"), "2026-09-06 14:00", "2026-09-19 18:00"
    )
    moved(world)
    assert world.task(TASK).due == z("2026-09-23 23:59:59")


def test_an_extended_task_that_waits_gets_the_waiting_back() -> None:
    world = paused(extended("2026-09-14 12:00").at("2026-09-06 10:00"))
    later = on(c.ExtendDeadline, task=TASK, until=cairo("2026-09-28 12:00"), reason="capacity")
    world.by(HEAD).when(later).refused("already-waiting")
    world.at("2026-09-10 10:00").when(on(c.ResumeClock, task=TASK))
    assert world.task(TASK).due == z("2026-09-21 23:59:59")  # the 6th, 7th, 8th, 9th and 10th were the wait's


def test_a_yearly_duty_given_later_stays_where_it_was_put() -> None:
    world = coordination().by(HEAD)
    world.having(on(c.ExtendDeadline, task="hold.1", until=cairo("2026-07-10 12:00"), reason="capacity"))
    suspended(world.at("2026-07-05 09:00"), "2026-07-08 00:00", "2026-07-12 00:00")
    moved(world)
    assert world.task("hold.1").due == z("2026-07-10 12:00")


def test_an_extension_stays_before_its_sitting_wherever_that_goes() -> None:
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1")).by(HEAD)
    task = "decide-and-staff.s-1"
    late = on(c.ExtendDeadline, task=task, until=cairo("2026-05-18 10:01"), reason="capacity")
    world.when(late).refused("extension-beyond")
    world.having(on(c.ExtendDeadline, task=task, until=cairo("2026-05-17 12:00"), reason="capacity"))
    world.by(FOCAL).when(sittings(sitting("s-1", "2026-05-13 10:00")))
    world.then(fact("AppointmentMoved"), fact("DeadlineMoved", cause="sitting-moved"))
    assert world.task(task).due == z("2026-05-13 10:00")


# ── sittings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_follows_its_sitting_and_so_do_its_reminders() -> None:
    world = staffed_trial()
    task = "attend-and-report.s-1"
    assert world.task(task).due == z("2026-05-25 23:59:59")
    world.by(FOCAL).when(sittings(sitting("s-1", "2026-06-03 10:00")))
    world.then(fact("AppointmentMoved"), fact("DeadlineMoved", cause="sitting-moved"))
    assert world.task(task).due == z("2026-06-10 23:59:59")
    assert all(n["at"] > z("2026-06-03 10:00") for n in world.task(task).notices)


def test_a_sitting_moved_while_its_task_waits_counts_when_the_wait_ends() -> None:
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1")).by(ALTERNATE)
    task = "decide-and-staff.s-1"
    world.having(on(c.PauseClock, task=task, cause="access", party="court"))
    world.by(FOCAL).when(sittings(sitting("s-1", "2026-05-12 10:00"))).then(fact("AppointmentMoved"))
    world.at("2026-05-11 10:00").when(on(c.ResumeClock, task=task))
    assert world.task(task).due == z("2026-05-12 10:00")


def test_a_period_that_is_over_gives_no_extra_year() -> None:
    world = (
        mission_q().at("2026-07-02 09:00").by(ENGINE_WORKFLOW).having(opening("o-1")).when(open_task("hold"))
    )
    assert world.task("hold.1").due == z("2026-06-30 23:59:59")
    assert world.task("hold.1").deadline["short_notice"]
    world.woken().then(
        fact("NoticeRecorded", z("2026-07-02 09:00"), kind="overdue"),
        fact("DeadlinePassed", z("2026-07-02 09:00")),
    )


@pytest.mark.parametrize("to", ["p-pol", "p-alt"])
def test_a_hand_over_moves_no_deadline(to: str) -> None:
    world = five_days().by(HEAD).when(on(c.ReassignTask, task=TASK, posting=to)).then(fact("TaskAssigned"))
    assert world.task(TASK).due == world.task(TASK).original_due
