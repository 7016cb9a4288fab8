"""A proceeding: gates that open and close on somebody's wish, court lists, sittings held and not held."""

from domain import commands as c
from domain.deciding.clocks import next_wake
from domain.envelope import ENGINE_TIMER, ENGINE_WORKFLOW
from tests.domain.spec import (
    World,
    cairo,
    complete,
    evidence,
    fact,
    on,
    open_task,
    sitting,
    sittings,
    staffed_trial,
    trial,
    types,
    wake,
    z,
)
from tests.made import DEPUTY, FOCAL, POLITICAL, cid

SHUT = on(c.SetGate, gate="consent:attend", open=False)
OPEN = on(c.SetGate, gate="consent:attend", open=True)
NOTE = {"ref": "00000000-0000-0000-0000-00000000beef", "commit": "ab" * 32}


def became(outcome: str, appointment: str = "s-1", **data: object) -> c.RecordSittingHeld:
    command: c.RecordSittingHeld = on(c.RecordSittingHeld, appointment=appointment, outcome=outcome, **data)
    return command


def listed(world: World, *lines: c.Sitting) -> World:
    return world.by(FOCAL).when(sittings(*lines))


# ── gates ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_triage_opens_the_gate() -> None:
    world = trial(triaged=False).by(FOCAL).when(complete("triage.1", checklist=("logged", "consulted")))
    world.then(fact("TaskCompleted"), fact("GateSet", gate="consent:attend", open=True))


def test_a_form_does_not_open_what_was_shut_on_somebodys_wish() -> None:
    world = trial(triaged=False).by(FOCAL).when(SHUT).then(fact("GateSet", open=False))
    world.when(complete("triage.1", checklist=("logged", "consulted"))).then(fact("TaskCompleted"))
    assert world.obligation.gates == {"consent:attend": False}


def test_a_gate_that_no_step_has_is_refused_and_named() -> None:
    world = trial().by(FOCAL).when(on(c.SetGate, gate="procede", open=False)).refused("no-such-gate")
    assert "consent:attend" in str(world.said)


def test_a_gate_shut_before_the_sitting_means_not_attended() -> None:
    world = trial(triaged=False)
    assert next_wake(world.obligation) <= z("2026-05-18 10:00")  # type: ignore[operator]
    world.at("2026-05-18 10:00").by(ENGINE_TIMER).when(wake("gate", world.now))
    answer = next(new for new in world.said if new.type == "GateAnswered")  # type: ignore[union-attr]
    assert (answer.at, answer.data["passed"]) == (z("2026-05-18 10:00"), False)
    world.by(FOCAL).having(OPEN)
    world.by(ENGINE_WORKFLOW).when(
        on(c.AnswerGate, gate="consent:attend", occurrence="s-1", passed=True)
    ).nothing()


def test_an_open_gate_that_nobody_asked_in_time_is_passed() -> None:
    """Temporal was down over the hour: the wish of the defender stands all the same."""
    answered = fact("GateAnswered", z("2026-05-18 10:00"), passed=True)
    trial().at("2026-05-18 10:00").woken().then(answered)


def test_a_wish_withdrawn_cancels_what_is_open_and_leaves_what_was_attended() -> None:
    world = staffed_trial()
    listed(world, sitting("s-2", "2026-05-28 10:00"))
    world.by(ENGINE_WORKFLOW).having(open_task("decide-and-staff", "s-2", appointment="s-2"))
    world.at("2026-05-18 10:00").now = cairo("2026-05-18 10:00")
    world.by(FOCAL).when(SHUT).then(
        fact("GateSet"), fact("TaskCancelled", task="decide-and-staff.s-2", cause="gate")
    )
    assert world.task("attend-and-report.s-1").is_open
    world.when(SHUT).nothing()


def test_withdrawn_a_second_before_the_sitting_nobody_goes() -> None:
    world = staffed_trial().at("2026-05-18 09:59:59").by(FOCAL)
    world.when(SHUT).then(fact("GateSet"), fact("TaskCancelled", task="attend-and-report.s-1"))


def test_a_gate_is_answered_once() -> None:
    ask = on(c.AnswerGate, gate="consent:attend", occurrence="s-1", passed=True)
    world = trial().when(ask).then(fact("GateAnswered", passed=True))
    world.by(FOCAL).having(SHUT)
    world.by(ENGINE_WORKFLOW).when(
        c.AnswerGate(
            command_id=cid("later"),
            mission="Q",
            obligation="o-1",
            gate="consent:attend",
            occurrence="s-1",
            passed=False,
        )
    ).nothing()
    assert world.obligation.gate_answers[("consent:attend", "s-1")] is True


# ── court lists ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_imported_twice_changes_nothing() -> None:
    line = sitting("s-2", "2026-06-03 10:00", match="ab" * 16, sealed=NOTE)
    world = listed(trial(), line).then(fact("AppointmentSet", sealed=NOTE))
    listed(world, line.model_copy(update={"appointment": "s-3"})).nothing()


def test_a_list_that_names_a_sitting_twice_sets_it_once() -> None:
    line = sitting("s-2", "2026-06-03 10:00", match="ab" * 16)
    listed(trial(), line, line, line.model_copy(update={"appointment": "s-3"})).then(
        fact("AppointmentSet", appointment="s-2")
    )
    plain = sitting("s-4", "2026-06-04 10:00")
    listed(trial(), plain, plain).then(fact("AppointmentSet", appointment="s-4"))


def test_a_listed_sitting_moves_and_is_cancelled_with_its_tasks() -> None:
    world = staffed_trial()
    listed(world, sitting("s-1", "2026-05-20 10:00", sealed=NOTE)).then(
        fact("AppointmentMoved", sealed=NOTE), fact("DeadlineMoved", task="attend-and-report.s-1")
    )
    listed(world, sitting("s-1", "2026-05-20 10:00", cancelled=True)).then(
        fact("AppointmentCancelled"),
        fact("GateAnswered", passed=False),
        fact("TaskCancelled", cause="sitting_cancelled"),
    )
    listed(world, sitting("s-1", "2026-05-20 10:00", cancelled=True)).nothing()
    listed(world, sitting("s-9", "2026-05-20 10:00", cancelled=True, match="cd" * 16)).nothing()
    world.by(ENGINE_WORKFLOW).when(open_task("decide-and-staff", "again", appointment="s-1")).nothing()


def test_a_sitting_set_by_hand_is_known_again_on_the_list() -> None:
    world = trial().at("2026-05-18 12:00").by(FOCAL)
    world.having(became("adjourned", next=sitting("s-2", "2026-06-03 10:00")))
    listed(world, sitting("s-7", "2026-06-03 10:00", match="ab" * 16)).nothing()


def test_a_cancelled_sitting_that_is_listed_again_is_watched_again() -> None:
    line = sitting("s-2", "2026-06-03 10:00", match="ab" * 16)
    world = listed(listed(trial(), line), line.model_copy(update={"cancelled": True}))
    listed(world, line.model_copy(update={"appointment": "s-3"})).then(
        fact("AppointmentSet", appointment="s-3")
    )
    listed(world, line.model_copy(update={"appointment": "s-4"})).nothing()


def test_an_old_list_does_not_revive_a_proceeding_that_ended() -> None:
    line = sitting("s-2", "2026-06-03 10:00", match="ab" * 16)
    world = listed(trial(), line).when(on(c.EndProceeding, cause="withdrawn"))
    assert types(world) == ["AppointmentCancelled", "GateAnswered"] * 2 + ["ProceedingEnded"]
    listed(world, line.model_copy(update={"appointment": "s-3"})).nothing()
    world.when(on(c.EndProceeding, cause="called_off")).nothing()
    listed(world, sitting("s-8", "2026-09-03 10:00", match="ef" * 16)).then(
        fact("AppointmentSet")
    )  # an appeal
    assert world.obligation.ended_cause is None


def test_nobody_is_left_waiting_at_the_gate_of_a_sitting_that_is_off() -> None:
    world = listed(trial(triaged=False), sitting("s-1", "2026-05-18 10:00", cancelled=True))
    world.then(fact("AppointmentCancelled"), fact("GateAnswered", occurrence="s-1", passed=False))


# ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────


def test_adjourned_to_a_day_sets_the_next_and_leaves_the_report() -> None:
    world = staffed_trial().at("2026-05-18 12:00").by(POLITICAL)
    world.when(became("adjourned", next=sitting("s-2", "2026-06-03 10:00")))
    world.then(fact("SittingHeld", next="s-2"), fact("GateAnswered", passed=True), fact("AppointmentSet"))
    assert world.task("attend-and-report.s-1").is_open
    assert world.obligation.without_day_since is None


def test_adjourned_to_a_sitting_that_the_list_gave_already() -> None:
    world = listed(staffed_trial(), sitting("s-2", "2026-06-03 10:00")).at("2026-05-18 12:00")
    world.when(became("adjourned", next=sitting("s-2", "2026-06-03 10:00")))
    assert "AppointmentSet" not in types(world)


def test_adjourned_to_another_hour_than_the_list_gave_moves_that_sitting() -> None:
    world = listed(staffed_trial(), sitting("s-2", "2026-06-03 10:00")).at("2026-05-18 12:00")
    world.when(became("adjourned", next=sitting("s-2", "2026-06-04 11:00")))
    world.then(
        fact("SittingHeld"), fact("GateAnswered"), fact("AppointmentMoved", starts=z("2026-06-04 11:00"))
    )


def test_adjourned_to_a_sitting_that_is_off_already_sets_nothing() -> None:
    world = listed(
        listed(trial(), sitting("s-2", "2026-06-03 10:00")),
        sitting("s-2", "2026-06-03 10:00", cancelled=True),
    )
    world.at("2026-05-18 12:00").when(became("adjourned", next=sitting("s-2", "2026-06-03 10:00")))
    assert "AppointmentSet" not in types(world)


def test_a_day_that_is_known_is_not_asked_for() -> None:
    world = listed(staffed_trial(), sitting("s-2", "2026-06-03 10:00")).at("2026-05-18 12:00")
    world.having(became("adjourned_without_day"))
    assert world.obligation.without_day_since is None
    world.having(became("not_held", "s-2"))
    assert world.obligation.without_day_since == z("2026-05-18 12:00")


def test_not_held_cancels_everything_of_it_even_before_it_begins() -> None:
    world = staffed_trial().at("2026-05-17 12:00").by(FOCAL).when(became("not_held"))
    world.then(
        fact("SittingHeld"),
        fact("GateAnswered", passed=False),
        fact("TaskCancelled", cause="sitting_not_held"),
    )
    world.by(ENGINE_WORKFLOW).when(open_task("decide-and-staff", "x", appointment="s-1")).nothing()


def test_a_decision_that_nobody_took_falls_away_with_the_sitting() -> None:
    world = (
        trial()
        .having(open_task("decide-and-staff", "s-1", appointment="s-1"))
        .at("2026-05-18 12:00")
        .by(FOCAL)
    )
    world.when(became("verdict")).then(
        fact("SittingHeld"), fact("GateAnswered", passed=True),
        fact("TaskCancelled", task="decide-and-staff.s-1", cause="sitting_over"), fact("ProceedingEnded", cause="verdict"),
    )  # fmt: skip


def test_a_verdict_ends_what_was_still_to_come() -> None:
    world = listed(trial(), sitting("s-2", "2026-06-03 10:00")).at("2026-05-18 12:00").when(became("verdict"))
    assert types(world) == [
        "SittingHeld",
        "GateAnswered",
        "AppointmentCancelled",
        "GateAnswered",
        "ProceedingEnded",
    ]
    assert world.obligation.without_day_since is None


def test_what_cannot_have_become_of_a_sitting_is_refused() -> None:
    world = trial().by(DEPUTY).when(became("verdict")).refused("before-sitting")
    world.at("2026-05-18 12:00").when(became("verdict", "s-9")).refused("no-such-appointment")
    world.when(became("verdict", happened_at=cairo("2026-05-18 12:01"))).refused("in-the-future")
    world.when(became("adjourned")).refused("bad-command")
    later = sitting("s-2", "2026-06-03 10:00")
    world.when(became("verdict", next=later)).refused("bad-command")
    world.when(became("adjourned_without_day", next=later)).refused("bad-command")
    world.when(became("adjourned", next=sitting("s-2", "2026-05-18 11:00"))).refused("bad-command")
    world.having(became("verdict")).when(became("not_held")).refused("appointment-ended")


def test_half_a_second_after_the_beginning_is_after_it() -> None:
    world = (
        trial().at(cairo("2026-05-18 10:00").replace(microsecond=500_000)).by(FOCAL).when(became("verdict"))
    )
    assert types(world)[0] == "SittingHeld"


def test_the_report_of_a_sitting_is_done_by_whoever_observed() -> None:
    world = staffed_trial()
    assert world.task("attend-and-report.s-1").posting == "p-pol"
    world.at("2026-05-19 09:00").by(POLITICAL).when(
        complete(
            "attend-and-report.s-1",
            checklist=("attended",),
            evidence=(evidence("sitting_report"),),
            result={"admitted": "yes"},
        )
    ).then(fact("TaskCompleted", result={"admitted": "yes"}))
