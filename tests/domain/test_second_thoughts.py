"""Second thoughts: what is waived, by whom and with what instead; what is corrected, and what was corrected before; outages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR, Actor
from domain.kinds import instant
from tests.domain.spec import World, at_q, cairo, complete, coordination, fact, mission_q, on, open_task, z
from tests.domain.test_obligation_clock import TASK, five_days
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, opening

NOTE = {"ref": "00000000-0000-0000-0000-00000000beef", "commit": "ab" * 32}
RIGHTS = Actor("officer", "hq-1", "HQ", "hq_human_rights")
TALKS = {"what": "bilateral_talks", "by": "2027-03-31"}


# ── waivers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def meeting(waived_before: int = 0) -> World:
    """The meeting of 2026, which the Guidelines ask for by the end of the year; it is Tue 1 Dec."""
    command = opening("o-1", "MEET-ANNUAL", "2026").model_copy(
        update={"due_day": "2026-12-31", "waived_before": waived_before}
    )
    world = mission_q().by(ENGINE_WORKFLOW).having(command, open_task("hold"))
    return world.at("2026-12-01 10:00").by(FOCAL)


ASK = on(
    c.ProposeWaiver, task="hold.1", reason="assembly_dangerous", alternatives=(TALKS,), review_on="2027-06-01", note=NOTE
)  # fmt: skip
YES = on(c.AnswerWaiver, task="hold.1", approved=True)


def test_a_waiver_needs_a_second_person() -> None:
    world = meeting().by(HEAD).when(YES).refused("no-waiver-proposed")
    world.by(FOCAL).when(on(c.ProposeWaiver, task="hold.1", reason="tired")).refused("reason-unknown")
    world.when(ASK).then(fact("WaiverProposed", alternatives=[TALKS], review_on="2027-06-01", note=NOTE))
    world.when(ASK).refused("waiver-proposed").when(YES).refused("not-allowed")
    world.by(HEAD).when(YES).then(
        fact("NoticeRecorded", kind="information", to=["hq_human_rights"]),
        fact("WaiverAnswered", approved=True),
        fact("TaskOpened", task="alternative.1", posting="p-fp", source="local_strategy"),
        fact(
            "TaskOpened", task="alternative.2", posting="p-fp", source="local_strategy"
        ),  # to look at it again
    )
    assert world.task("alternative.2").due == z("2027-06-01 23:59:59")
    assert (world.task("hold.1").outcome, world.task("hold.1").reason) == ("waived", "assembly_dangerous")


def test_what_is_done_instead_is_due_on_its_own_day_beyond_the_period() -> None:
    world = meeting().having(ASK).at("2026-12-03 12:00").by(HEAD).having(YES)
    instead = world.task("alternative.1")
    assert (instead.due, instead.original_due) == (z("2027-03-31 23:59:59"), z("2027-03-31 23:59:59"))
    world.at("2027-01-10 09:00").by(FOCAL).having(complete("alternative.1"))
    assert (instead.outcome, instead.timing) == ("done", "on_time")


@pytest.mark.parametrize("by", ["2026-11-30", "2027-12-02"])
def test_a_date_instead_lies_within_the_year_to_come(by: str) -> None:
    ask = ASK.model_copy(update={"alternatives": (c.Alternative(what="talks", by=by),)})
    meeting().when(ask).refused("alternative-date")
    meeting().when(ASK.model_copy(update={"review_on": by})).refused("alternative-date")


def test_a_head_of_mission_does_not_waive_what_they_hold_or_proposed() -> None:
    world = coordination().by(FOCAL).having(on(c.ReassignTask, task="hold.1", posting="p-hom"))
    world.by(HEAD).having(on(c.ProposeWaiver, task="hold.1", reason="security"))
    world.when(YES).refused("second-person")
    world.by(RIGHTS).when(on(c.AnswerWaiver, task="hold.1", approved=False)).then(
        fact("WaiverAnswered", approved=False)
    )
    assert world.task("hold.1").is_open


def test_the_second_in_a_row_is_headquarters_to_approve() -> None:
    world = meeting(waived_before=1).having(ASK).by(HEAD).when(YES).refused("higher-approver")
    refuse = on(c.AnswerWaiver, task="hold.1", approved=False)
    world.by(HEAD).when(refuse).then(fact("WaiverAnswered", approved=False))  # to refuse needs nobody higher
    world.by(FOCAL).having(ASK.model_copy(update={"command_id": opening("x").command_id}))
    desk = Actor("officer", "hq-2", "HQ", "hq_desk")
    world.by(desk).when(YES).refused("higher-approver")
    world.by(RIGHTS).when(YES)
    assert world.task("hold.1").outcome == "waived"


def test_what_the_guidelines_state_is_not_met_once_their_time_has_passed() -> None:
    world = meeting().having(ASK).at("2026-12-31 23:59:59").woken()
    hold = world.task("hold.1")
    assert not hold.not_met
    world.at("2027-01-01 00:00").woken()
    assert hold.not_met and hold.is_open
    # A late justification is taken, and does not erase it.
    world.at("2027-01-11 10:00").by(HEAD).having(YES)
    assert (hold.outcome, hold.not_met) == ("waived", True)


def test_waived_in_time_or_done_in_time_it_is_never_not_met() -> None:
    world = meeting().having(ASK).at("2026-12-03 12:00").by(HEAD).having(YES).at("2027-01-01 00:00").woken()
    assert not world.task("hold.1").not_met
    # A product default that passed is late and no more: only what the Guidelines state can be not met.
    world = coordination().at("2026-07-10 09:00").woken()
    assert world.task("hold.1").passed and not world.task("hold.1").not_met


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────────


def ended() -> World:
    """A task ended by its holder as blocked; it is a week later."""
    world = five_days().at("2026-09-08 09:00").by(FOCAL)
    world.having(on(c.NotAct, task=TASK, outcome="blocked", reason="unreachable"))
    return world.at("2026-09-15 09:00")


def asked(**data: object) -> c.ProposeCorrection:
    command: c.ProposeCorrection = on(c.ProposeCorrection, **{"task": TASK, "reason": "misread", **data})
    return command


def answered(world: World, *, approved: bool = True) -> c.AnswerCorrection:
    """An answer to the last request."""
    proposal = list(world.task(TASK).asked)[-1]
    command: c.AnswerCorrection = on(c.AnswerCorrection, task=TASK, proposal=proposal, approved=approved)
    return command


def corrected(world: World, **data: object) -> World:
    """Asked by the holder, approved by the Head of Mission."""
    world.by(FOCAL).having(asked(**data))
    return world.by(HEAD).having(answered(world)).by(FOCAL)


def test_a_correction_is_one_persons_asking_and_anothers_approval() -> None:
    world = ended().by(FOCAL)
    end = world.task(TASK).ended_event
    world.when(asked(field="reason", value="risk_of_harm", note=NOTE)).then(
        fact("CorrectionProposed", of=end, field="reason", value="risk_of_harm", note=NOTE)
    )
    assert (world.task(TASK).reason, len(world.task(TASK).asked)) == ("unreachable", 1)
    yes = answered(world)
    world.when(yes).refused("second-person")  # who asked, and held, and ended it
    world.by(HEAD).when(yes).then(
        fact("TaskCorrected", of=end, requester="p-fp", approver="p-hom", proposal=str(yes.proposal))
    )
    assert (world.task(TASK).reason, len(world.task(TASK).corrections)) == ("risk_of_harm", 1)
    world.when(on(c.AnswerCorrection, task=TASK, proposal=yes.proposal, approved=False)).refused(
        "no-correction-proposed"
    )


def test_nobody_who_had_a_part_in_it_answers() -> None:
    world = ended().by(DEPUTY).having(asked(field="reason", value="risk_of_harm"))
    yes = answered(world)
    world.when(yes).refused("second-person")
    world.by(FOCAL).when(yes).refused("second-person")
    world.by(RIGHTS).when(yes)
    assert world.task(TASK).reason == "risk_of_harm"


def test_a_refused_correction_changes_nothing() -> None:
    world = ended().by(FOCAL).having(asked(field="reason", value="risk_of_harm"))
    no = answered(world, approved=False)
    world.by(HEAD).when(no).then(fact("CorrectionRefused", proposal=str(no.proposal)))
    assert (world.task(TASK).reason, world.task(TASK).asked) == ("unreachable", {})


def test_what_is_asked_already_or_stands_already_is_not_asked_again() -> None:
    world = ended().by(FOCAL).having(asked(field="reason", value="risk_of_harm"))
    again = asked(field="reason", value="risk_of_harm", of=world.task(TASK).ended_event)
    world.when(again).nothing()
    world.when(asked(field="reason", value="unreachable")).nothing()


def test_a_correction_is_corrected_and_every_entry_stays() -> None:
    world = corrected(ended(), field="reason", value="risk_of_harm")
    first = world.task(TASK).corrections[0].id
    corrected(world, field="reason", value="unreachable", of=first)
    entries = world.task(TASK).corrections
    assert [e.data["of"] for e in entries] == [world.task(TASK).ended_event, first]
    assert [e.data["value"] for e in entries] == ["risk_of_harm", "unreachable"]
    assert world.task(TASK).reason == "unreachable"
    nowhere = "00000000-0000-0000-0000-00000000dead"
    world.when(asked(field="reason", value="risk_of_harm", of=nowhere)).refused("no-such-entry")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("reason", "tired", "result-unknown"),
        ("outcome", "done", "result-unknown"),
        ("outcome", "wonderful", "result-unknown"),
        ("happened_at", "yesterday", "bad-command"),
        ("happened_at", "2026-09-08T09:00:00", "bad-command"),
        ("happened_at", "2026-09-16T09:00:00Z", "in-the-future"),
        ("happened_at", "2026-08-16T09:00:00Z", "before-opening"),
    ],
)
def test_a_correction_says_only_what_the_step_could_have_said(field: str, value: str, code: str) -> None:
    ended().by(FOCAL).when(asked(field=field, value=value)).refused(code)


def test_a_corrected_instant_decides_timeliness() -> None:
    world = corrected(ended(), field="happened_at", value="2026-09-12T09:00:00Z")
    assert world.task(TASK).timing == "after_due"
    corrected(world, field="happened_at", value="2026-09-09T09:00:00Z")
    assert world.task(TASK).timing == "on_time"


def test_an_outcome_is_corrected_and_back() -> None:
    world = five_days().at("2026-09-08 09:00").by(FOCAL).having(complete(TASK, checklist=("feedback",)))
    corrected(world, field="outcome", value="blocked")
    corrected(world, field="outcome", value="done")
    assert world.task(TASK).outcome == "done"


def test_an_open_task_has_nothing_to_correct() -> None:
    world = (
        five_days().by(FOCAL).when(asked(field="reason", value="unreachable")).refused("nothing-to-correct")
    )
    world.when(asked(task="x.1", field="reason", value="unreachable")).refused("no-such-task")


# ── outages ──────────────────────────────────────────────────────────────────────────────────────────────────────

NIGHT = {"starts": cairo("2026-05-04 23:00"), "ends": cairo("2026-05-05 07:30")}


def test_an_outage_is_declared_once_it_is_over_by_who_leads() -> None:
    world = mission_q().at("2026-05-05 09:10").by(HEAD)
    world.when(at_q(c.DeclareOutage, **NIGHT)).then(
        fact("OutageDeclared", starts=z("2026-05-04 23:00"), ends=z("2026-05-05 07:30"))
    )
    [outage] = world.mission.outages.values()
    assert outage.covers(NIGHT["starts"]) and outage.covers(NIGHT["ends"])
    assert not outage.covers(NIGHT["ends"] + timedelta(seconds=1))
    for who in (FOCAL, ALTERNATE):
        world.by(who).when(
            at_q(c.DeclareOutage, starts=NIGHT["starts"], ends=instant(z("2026-05-05 07:00")))
        ).refused("not-allowed")
    world.by(OPERATOR).when(at_q(c.DeclareOutage, starts=NIGHT["ends"], ends=NIGHT["starts"])).refused(
        "ends-before-start"
    )
    world.when(at_q(c.DeclareOutage, starts=NIGHT["starts"], ends=cairo("2026-05-05 09:11"))).refused(
        "in-the-future"
    )
