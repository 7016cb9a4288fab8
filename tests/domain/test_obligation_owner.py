"""No task is ever without an owner: who gets it, who gets it back, who can be asked."""

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from domain.mission import NOBODY
from tests.domain.spec import (
    World,
    at_q,
    cairo,
    coordination,
    decided,
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
from tests.made import AGENT, ALTERNATE, DEPUTY, FOCAL, HEAD, POLITICAL, cid, opening


def away(posting: str, first: str, last: str, substitute: str | None = None) -> c.RecordAbsence:
    command: c.RecordAbsence = at_q(
        c.RecordAbsence, posting=posting, from_day=first, until=last, substitute=substitute
    )
    return command


def successor(posting: str, first: str) -> c.RecordPosts:
    line = c.PostLine(
        post="Q-POL-1", role="focal_point", share_percent=20, local_agent=False, posting=posting, from_day=first, until=None
    )  # fmt: skip
    command: c.RecordPosts = at_q(c.RecordPosts, lines=(line,))
    return command


def refreshed(world: World) -> World:
    return world.by(ENGINE_WORKFLOW).when(refresh(world))


# ── a vacancy ────────────────────────────────────────────────────────────────────────────────────────────────────


def vacancy() -> World:
    """The focal point leaves on 31 December; the next one comes on 6 January."""
    world = mission_q().at("2026-12-01 09:00").by(ENGINE_WORKFLOW)
    world.having(
        opening("o-1", period="2026-11").model_copy(update={"due_day": "2027-01-31"}), open_task("hold")
    )
    world.by(OPERATOR).having(
        at_q(c.EndPosting, posting="p-fp", until="2026-12-31"), successor("p-fp2", "2027-01-06")
    )
    return world


def test_a_vacancy_hands_the_task_to_the_alternate_and_the_new_focal_point_gets_it_back() -> None:
    world = vacancy()
    assert world.mission.staffing_change(world.now) == cairo("2027-01-01 00:00")
    world.at("2027-01-01 00:00").staffed().then(
        fact("NoticeRecorded", z("2026-12-30 09:00"), kind="reminder", to=["p-alt"]),
        fact("TaskAssigned", z("2027-01-01 00:00"), posting="p-alt", why="alternate"),
    )
    world.at("2027-01-05 12:00").staffed()
    assert world.task("hold.1").posting == "p-alt"
    world.at("2027-01-06 00:00").staffed().then(
        fact("TaskAssigned", z("2027-01-06 00:00"), posting="p-fp2", why="role")
    )


def test_what_the_alternate_accepted_in_the_vacancy_stays_theirs() -> None:
    world = vacancy().at("2027-01-01 00:00").staffed()
    world.at("2027-01-02 09:00").by(ALTERNATE).having(on(c.AcceptTask, task="hold.1"))
    world.at("2027-01-06 00:00").staffed().nothing()


def test_a_timer_that_rings_late_hands_over_from_the_instant_it_was_set_for() -> None:
    world = vacancy().at("2026-12-31 23:59").by(ENGINE_WORKFLOW)
    world.at("2027-01-01 00:07").when(on(c.Wake, planned=cairo("2027-01-01 00:00")))
    assigned = next(new for new in world.said if new.type == "TaskAssigned")  # type: ignore[union-attr]
    assert assigned.at == z("2027-01-01 00:00")


def test_a_vacancy_recorded_afterwards_is_nobodys_backdated_duty() -> None:
    world = coordination().at("2026-05-20 09:00").by(OPERATOR)
    world.having(at_q(c.EndPosting, posting="p-fp", until="2026-05-10"))
    refreshed(world).then(fact("TaskAssigned", None, posting="p-alt", why="alternate"))
    assert world.said[0].at is None  # type: ignore[index]


def test_when_everybody_has_left_the_structure_itself_holds_it() -> None:
    world = coordination().at("2026-05-20 09:00").by(OPERATOR)
    for posting in ("p-fp", "p-alt", "p-hom", "p-dep", "p-pol", "p-la"):
        world.having(at_q(c.EndPosting, posting=posting, until="2026-05-19"))
    refreshed(world).then(fact("TaskAssigned", posting=NOBODY, why="mission"))
    world.by(OPERATOR).having(successor("p-fp2", "2026-05-20"))
    refreshed(world).then(fact("TaskAssigned", posting="p-fp2", why="role"))


def test_a_local_agent_left_alone_is_given_nothing() -> None:
    world = coordination().at("2026-05-20 09:00").by(OPERATOR)
    for posting in ("p-fp", "p-alt", "p-hom", "p-dep", "p-pol"):
        world.having(at_q(c.EndPosting, posting=posting, until="2026-05-19"))
    refreshed(world).then(fact("TaskAssigned", posting=NOBODY))


# ── absence ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_leave_without_a_substitute_passes_the_task_on_and_the_return_takes_it_back() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-14"))
    world.at("2026-05-10 00:00").staffed().then(fact("TaskAssigned", posting="p-alt", why="alternate"))
    world.at("2026-05-15 00:00").staffed().then(fact("TaskAssigned", posting="p-fp", why="role"))


def test_leave_with_a_substitute_leaves_the_task_and_the_substitute_acts() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-14", "p-pol"))
    world.at("2026-05-10 00:00").staffed().nothing()
    world.at("2026-05-11 09:00").by(POLITICAL).when(on(c.AcceptTask, task="hold.1")).then(
        fact("TaskAccepted")
    )
    world.at("2026-05-15 09:00").when(on(c.DeclineTask, task="hold.1", reason="capacity")).refused(
        "not-your-task"
    )


def test_a_substitute_who_goes_away_too_is_no_owner() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-20", "p-pol"))
    world.having(away("p-pol", "2026-05-12", "2026-05-13"))
    world.at("2026-05-12 00:00").staffed().then(fact("TaskAssigned", posting="p-alt", why="alternate"))


def test_a_second_absence_begins_when_the_first_has_ended() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-12", "p-pol"))
    world.having(away("p-fp", "2026-05-13", "2026-05-14"))
    world.at("2026-05-13 00:00").staffed().then(fact("TaskAssigned", posting="p-alt"))


def test_focal_point_and_alternate_both_on_leave() -> None:
    world = coordination().by(OPERATOR)
    world.having(away("p-fp", "2026-05-10", "2026-05-14"), away("p-alt", "2026-05-10", "2026-05-12"))
    world.at("2026-05-10 00:00").staffed().then(fact("TaskAssigned", posting="p-dep", why="deputy"))
    world.at(
        "2026-05-13 00:00"
    ).staffed().nothing()  # the deputy keeps it until whoever's role it is comes back


def test_an_absence_without_a_kind_ends_sooner() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-14"))
    world.at("2026-05-10 00:00").staffed()
    code = next(iter(world.mission.absences))
    world.at("2026-05-11 09:00").by(HEAD).having(at_q(c.EndAbsence, absence=code, until="2026-05-10"))
    refreshed(world).then(fact("TaskAssigned", posting="p-fp", why="role"))


def test_a_task_opened_while_the_holder_is_away_goes_to_the_substitute() -> None:
    world = mission_q().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-14", "p-pol"))
    world.at("2026-05-11 09:00").by(ENGINE_WORKFLOW).having(opening("o-1")).when(open_task("hold"))
    world.then(fact("TaskOpened", posting="p-pol", why="substitute"))
    world.at("2026-05-15 00:00").staffed().then(fact("TaskAssigned", posting="p-fp", why="role"))


# ── declining and reassigning ────────────────────────────────────────────────────────────────────────────────────


def test_declined_by_everybody_it_ends_with_the_head_of_mission_and_stays_there() -> None:
    world = coordination()
    for actor, following in ((FOCAL, "p-alt"), (ALTERNATE, "p-dep"), (DEPUTY, "p-hom")):
        world.by(actor).when(on(c.DeclineTask, task="hold.1", reason="capacity"))
        world.then(fact("TaskDeclined"), fact("TaskAssigned", posting=following))
    world.by(HEAD).when(on(c.DeclineTask, task="hold.1", reason="capacity")).then(fact("TaskDeclined"))
    assert world.task("hold.1").posting == "p-hom"
    refreshed(world).nothing()


def test_who_declines_on_behalf_does_not_get_it_themselves() -> None:
    world = coordination().by(OPERATOR).having(away("p-fp", "2026-05-10", "2026-05-14", "p-alt"))
    world.at("2026-05-11 09:00").by(ALTERNATE).when(on(c.DeclineTask, task="hold.1", reason="capacity"))
    world.then(fact("TaskDeclined"), fact("TaskAssigned", posting="p-dep", why="deputy"))


def test_declined_after_accepting_is_accepted_no_more() -> None:
    """Also where nobody else is left to take it: an urgent call is made again."""
    world = coordination()
    for actor in (FOCAL, ALTERNATE, DEPUTY):
        world.by(actor).having(on(c.DeclineTask, task="hold.1", reason="capacity"))
    world.by(HEAD).having(
        on(c.AcceptTask, task="hold.1"), on(c.DeclineTask, task="hold.1", reason="security")
    )
    assert (world.task("hold.1").posting, world.task("hold.1").accepted) == ("p-hom", False)


def test_declining_needs_one_of_the_reasons() -> None:
    coordination().by(FOCAL).when(on(c.DeclineTask, task="hold.1", reason="busy")).refused("reason-unknown")


def test_reassigning_to_a_named_officer_takes_effect_at_once_and_stays() -> None:
    world = coordination().by(FOCAL).when(on(c.ReassignTask, task="hold.1", posting="p-pol"))
    world.then(fact("TaskAssigned", posting="p-pol", why="named"))
    refreshed(world).nothing()
    world.by(FOCAL).when(on(c.ReassignTask, task="hold.1", posting="p-pol")).refused("same-holder")


@pytest.mark.parametrize("posting", ["p-nobody", "p-alt"])
def test_reassigning_to_somebody_not_there_is_refused(posting: str) -> None:
    world = coordination().by(OPERATOR).having(away("p-alt", "2026-05-01", "2026-05-14"))
    world.by(HEAD).when(on(c.ReassignTask, task="hold.1", posting=posting)).refused("no-such-posting")


def test_a_named_holder_who_leaves_hands_back_to_the_role() -> None:
    world = coordination().by(FOCAL).having(on(c.ReassignTask, task="hold.1", posting="p-pol"))
    world.by(OPERATOR).having(at_q(c.EndPosting, posting="p-pol", until="2026-05-09"))
    world.at("2026-05-10 00:00").staffed().then(fact("TaskAssigned", posting="p-fp", why="role"))


# ── a local agent is never alone ─────────────────────────────────────────────────────────────────────────────────


def test_a_local_agent_is_never_alone_at_a_sitting() -> None:
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1")).by(FOCAL)
    world.when(decided("s-1", observer="p-la")).refused("never-alone")
    world.when(decided("s-1", backup="p-la")).refused("never-alone")
    world.when(decided("s-1", backup="p-pol")).refused("second-person")
    world.when(decided("s-1", support="p-la")).then(
        fact("TaskCompleted"), fact("ObserverAssigned", observer="p-pol", support="p-la")
    )
    world.by(ENGINE_WORKFLOW).having(
        open_task("attend-and-report", "s-1", appointment="s-1", posting="p-pol")
    )
    world.by(FOCAL).when(on(c.ReassignTask, task="attend-and-report.s-1", posting="p-la")).refused(
        "never-alone"
    )


def test_a_local_agent_stands_in_for_no_officer() -> None:
    mission_q().by(HEAD).when(away("p-fp", "2026-05-10", "2026-05-14", "p-la")).refused("never-alone")


def test_a_sitting_goes_past_an_alternate_who_is_a_local_agent() -> None:
    """Reality: many an alternate focal point is employed locally. They may plan; they do not go alone."""
    world = staffed_trial().by(OPERATOR)
    world.having(at_q(c.EndPosting, posting="p-alt", until="2026-05-06"))
    line = c.PostLine(
        post="Q-LA-2", role="focal_point_alternate", share_percent=20, local_agent=True, posting="p-la2",
        from_day="2026-05-01", until=None,
    )  # fmt: skip
    world.having(at_q(c.RecordPosts, lines=(line,)))
    for posting in ("p-pol", "p-fp"):
        world.having(at_q(c.EndPosting, posting=posting, until="2026-05-09"))
    world.at("2026-05-10 00:00").staffed().then(fact("TaskAssigned", posting="p-dep", why="deputy"))


def test_everybody_present_is_offered_a_sitting_but_no_local_agent() -> None:
    world = trial().by(OPERATOR).having(away("p-alt", "2026-05-01", "2026-05-14"))
    world.by(ENGINE_WORKFLOW).when(on(c.OfferRota, appointment="s-1"))
    world.then(fact("RotaOffered", to=["p-fp", "p-pol", "p-dep"]))
    world.when(
        c.OfferRota(command_id=cid("again"), mission="Q", obligation="o-1", appointment="s-1")
    ).nothing()
    world.by(AGENT).when(on(c.AnswerRota, appointment="s-1", claim=True)).refused("not-offered")


def test_two_claims_make_an_observer_and_a_backup() -> None:
    world = trial().having(on(c.OfferRota, appointment="s-1"))
    claim = on(c.AnswerRota, appointment="s-1", claim=True)
    world.by(POLITICAL).when(claim).then(fact("RotaAnswered", answer="observer", posting="p-pol"))
    world.when(claim).refused("already-answered")
    world.by(DEPUTY).when(claim).then(fact("RotaAnswered", answer="backup"))
    world.by(FOCAL).when(on(c.AnswerRota, appointment="s-1", claim=False, reason="capacity"))
    world.then(fact("RotaAnswered", answer="declined", reason="capacity"))


def test_a_sitting_that_is_off_is_claimed_by_nobody() -> None:
    world = trial().having(on(c.OfferRota, appointment="s-1")).by(FOCAL)
    world.having(sittings(sitting("s-1", "2026-05-18 10:00", cancelled=True)))
    world.by(POLITICAL).when(on(c.AnswerRota, appointment="s-1", claim=True)).refused("appointment-ended")
    world.by(ENGINE_WORKFLOW).when(on(c.OfferRota, appointment="s-1")).nothing()


def test_a_rota_that_nobody_can_be_asked_for_is_not_offered() -> None:
    world = trial().by(OPERATOR)
    for posting in ("p-fp", "p-alt", "p-dep", "p-pol"):
        world.having(away(posting, "2026-05-01", "2026-05-14"))
    world.by(ENGINE_WORKFLOW).when(on(c.OfferRota, appointment="s-1")).nothing()
