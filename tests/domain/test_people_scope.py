"""Who acts for whom, for what, from when: scopes of substitutes, sudden absence, tasks held outside the mission."""

from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.accounts import OUTSIDE, Interval, Span, apportion, own_time, working_days
from domain.calendar import Suspension
from domain.deadline import compute
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from domain.routing import OUTSIDERS
from domain.term import Term
from domain.whose import intervals_of, own_time_of
from tests.domain.spec import World, at_q, cairo, fact, mission_q, on, open_task, refresh
from tests.made import AGENT, DEPUTY, HEAD, POLITICAL, opening

NOW = cairo("2026-05-05 09:10")


def absence(posting: str = "p-fp", **data: Any) -> c.RecordAbsence:
    plain = {"posting": posting, "from_day": "2026-05-05", "until": "2026-05-07"}
    made: c.RecordAbsence = at_q(c.RecordAbsence, **{**plain, **data})
    return made


def away(*absences: c.RecordAbsence) -> World:
    return mission_q().at("2026-05-05 09:00").by(HEAD).having(*absences)


# ── scope ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_substitute_acts_within_the_scope_and_the_alternate_beyond_it() -> None:
    world = away(absence(substitute="p-pol", scope=("TRIAL-OBS",)))
    assert world.mission.assignee("focal_point", NOW, (), "TRIAL-OBS") == ("p-pol", "substitute")
    assert world.mission.assignee("focal_point", NOW, (), "COORD-LOCAL") == ("p-alt", "alternate")
    assert world.mission.assignee("focal_point", NOW) == ("p-alt", "alternate")
    assert world.mission.substitute_for("p-fp", NOW, "TRIAL-OBS") == "p-pol"
    assert world.mission.substitute_for("p-fp", NOW, "COORD-LOCAL") is None


def test_two_substitutes_share_an_absence_by_scope() -> None:
    world = away(
        absence(substitute="p-pol", scope=("TRIAL-OBS",)),
        absence(substitute="p-dep", scope=("COORD-LOCAL", "MEET-ANNUAL")),
    )
    assert world.mission.assignee("focal_point", NOW, (), "TRIAL-OBS")[0] == "p-pol"
    assert world.mission.assignee("focal_point", NOW, (), "MEET-ANNUAL")[0] == "p-dep"
    assert world.mission.assignee("focal_point", NOW, (), "LIS-REVIEW") == ("p-alt", "alternate")


def test_of_two_substitutes_the_one_who_is_there_acts() -> None:
    world = away(
        absence(substitute="p-pol"), absence(substitute="p-dep"), absence("p-pol", until="2026-05-05")
    )
    assert world.mission.substitute_for("p-fp", NOW) == "p-dep"
    assert world.mission.substitute_for("p-fp", NOW + timedelta(days=1)) == "p-pol"


def test_a_scope_needs_somebody_to_whom_it_is_given() -> None:
    mission_q().by(HEAD).when(absence(scope=("TRIAL-OBS",))).refused("scope-of-nobody")


def held_by_the_focal_point(definition: str = "COORD-LOCAL") -> World:
    world = mission_q().at("2026-05-03 09:00").by(ENGINE_WORKFLOW)
    return world.having(opening("o-1", definition), open_task("hold"))


@pytest.mark.parametrize(
    ("scope", "who", "refusal"), [((), "p-fp", None), (("COORD-LOCAL",), "p-fp", None), (("TRIAL-OBS",), "p-alt", "x")]
)  # fmt: skip
def test_a_substitute_does_on_behalf_what_the_scope_covers(
    scope: tuple[str, ...], who: str, refusal: str | None
) -> None:
    world = held_by_the_focal_point().at("2026-05-05 09:00").by(HEAD)
    world.having(absence(substitute="p-pol", scope=scope))
    world.by(ENGINE_WORKFLOW).when(refresh(world))
    assert world.task("hold.1").posting == who, (
        "the task stays with whom a substitute stands in for, else it moves on"
    )
    world.by(POLITICAL).when(on(c.AcceptTask, task="hold.1"))
    if refusal:
        world.refused("not-your-task")
    else:
        world.then(fact("TaskAccepted"))


@pytest.mark.parametrize(("scope", "mine"), [((), 3), (("COORD-LOCAL",), 3), (("TRIAL-OBS",), 0)])
def test_the_time_is_the_substitutes_only_within_the_scope(scope: tuple[str, ...], mine: int) -> None:
    world = held_by_the_focal_point().at("2026-05-05 09:00").by(HEAD)
    world.having(absence(substitute="p-pol", scope=scope))
    parts = intervals_of(world.task("hold.1"), world.obligation, world.mission, cairo("2026-05-08 00:00"))
    own = own_time_of(world.task("hold.1"), parts, world.mission)
    assert own["p-fp"].amount == 1, "Monday; Tuesday to Thursday they were away"
    assert (own["p-pol"].amount if "p-pol" in own else 0) == mine


# ── from the first hour ──────────────────────────────────────────────────────────────────────────────────────────


def urgent() -> World:
    """A decision of the Head of Mission within 24 hours, opened on Tuesday 08:00 and taken by them at 08:10."""
    world = mission_q().at("2026-05-05 08:00").by(ENGINE_WORKFLOW)
    asked = opening("o-1")
    steps = [{**asked.definition_data["step"][0], "owner": "head_of_mission", "term": "24h"}]  # type: ignore[index]
    world.having(asked.model_copy(update={"definition_data": {**asked.definition_data, "step": steps}}))
    world.having(open_task("hold"))
    return world.at("2026-05-05 08:10").by(HEAD).having(on(c.AcceptTask, task="hold.1"))


def test_a_sudden_absence_is_covered_by_the_deputy_from_the_first_hour_and_nobody_is_asked_why() -> None:
    world = urgent().at("2026-05-06 01:20").by(DEPUTY)
    assert "reason" not in c.RecordAbsence.model_fields
    world.having(absence("p-hom", from_day="2026-05-06", until="2026-05-06"))
    world.by(ENGINE_WORKFLOW).when(refresh(world))
    world.then(fact("TaskAssigned", posting="p-dep", why="deputy"))
    world.at("2026-05-06 01:30").by(DEPUTY).having(on(c.AcceptTask, task="hold.1"))
    task = world.task("hold.1")
    assert task.due == "2026-05-06T05:00:00Z", "the hours run on"
    parts = intervals_of(task, world.obligation, world.mission, cairo("2026-05-06 08:00"))
    assert parts == (
        Interval("vacancy", None, cairo("2026-05-05 08:00"), cairo("2026-05-05 08:10")),
        Interval("holder", "p-hom", cairo("2026-05-05 08:10"), cairo("2026-05-06 00:00")),
        Interval("vacancy", None, cairo("2026-05-06 00:00"), cairo("2026-05-06 01:30")),
        Interval("holder", "p-dep", cairo("2026-05-06 01:30"), cairo("2026-05-06 08:00")),
    )


# ── outside ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_outside_who_may_hold_a_task_has_an_account() -> None:
    assert set(OUTSIDE) == OUTSIDERS


def clock() -> Any:
    return mission_q().mission.clock


@pytest.mark.parametrize(
    ("who", "account"), [("eu_delegation", ("outside", "eu_delegation")), ("hq_duty", ("headquarters", None))]
)
def test_what_is_held_outside_is_nobodys_time_in_the_mission(
    who: str, account: tuple[str, str | None]
) -> None:
    """Held by the Head of Mission from Monday, by somebody outside from Tuesday noon, by the deputy from Thursday noon."""
    spans = [
        Span("p-hom", cairo("2026-05-04 08:00")),
        Span(who, cairo("2026-05-05 12:00"), outside=True),
        Span("p-dep", cairo("2026-05-07 12:00")),
    ]
    parts = apportion(cairo("2026-05-04 08:00"), cairo("2026-05-12 00:00"), Term.parse("5wd"), spans, clock())
    assert [(i.kind, i.who, i.holds) for i in parts] == [
        ("holder", "p-hom", False), (*account, True), ("holder", "p-dep", False),
    ]  # fmt: skip
    days = {str(d): (i.kind, i.who) for d, i in working_days(parts, clock())}
    assert days["2026-05-05"] == ("holder", "p-hom"), (
        "it was theirs when that day began, as with any hand-over"
    )
    assert days["2026-05-06"] == days["2026-05-07"] == account
    assert own_time(parts, "p-dep", Term.parse("5wd"), clock()).amount == 2
    assert own_time(parts, who, Term.parse("5wd"), clock()).amount == 0


def test_whoever_waited_for_headquarters_is_not_late_by_its_time() -> None:
    """A wait stops the clock and its days count for nobody; a task held outside keeps its term, and shares the lateness."""
    opened, ended = cairo("2026-05-04 08:00"), cairo("2026-05-12 10:00")
    deadline = compute(Term.parse("5wd"), opened, clock())
    spans = [Span("hq_desk", opened, outside=True), Span("p-hom", cairo("2026-05-10 08:00"))]
    parts = apportion(opened, ended, Term.parse("5wd"), spans, clock())
    from domain.accounts import verdict

    late = verdict(deadline, parts, "p-hom", clock(), source="product_default")
    assert late.share == "late, shared"
    alone = apportion(opened, ended, Term.parse("5wd"), [Span("p-hom", opened)], clock())
    assert verdict(deadline, alone, "p-hom", clock(), source="product_default").share == "late in my hands"


def test_hours_that_passed_outside_in_a_suspension_are_headquarters() -> None:
    opened, stop, ended = (cairo(f"2026-09-06 {h}") for h in ("10:00", "14:00", "18:00"))
    spans = [
        Span("p-hom", opened, accepted_at=opened),
        Span("hq_duty", stop, outside=True),
    ]
    parts = apportion(
        opened, ended, Term.parse("24h"), spans, clock(), suspensions=[Suspension("s-1", stop, ended)]
    )
    assert [(i.kind, i.who) for i in parts] == [("holder", "p-hom"), ("headquarters", None)]
    missed = apportion(
        opened, ended, Term.parse("24h"), spans[:1], clock(), suspensions=[Suspension("s-1", stop, ended)]
    )
    assert [i.kind for i in missed] == ["holder", "suspension"], "had it not been passed on, it is the stop's"


def test_hours_go_back_to_somebody_only_when_they_acknowledge() -> None:
    opened, back, taken, ended = (cairo(f"2026-09-06 {h}") for h in ("10:00", "12:00", "12:20", "18:00"))
    spans = [Span("hq_duty", opened, outside=True), Span("p-dep", back, accepted_at=taken)]
    parts = apportion(opened, ended, Term.parse("24h"), spans, clock())
    assert parts[0] == Interval("headquarters", None, opened, taken, holds=True)
    assert parts[1] == Interval("holder", "p-dep", taken, ended)


# ── mission support ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_local_agent_stands_in_the_log_as_mission_support() -> None:
    world = mission_q()
    posts = [e.data for e in world.logs["mission"] if e.type == "PostCreated"]
    (agent,) = [p for p in posts if p["support"]]
    assert agent["role"] == "mission_support"
    assert "local_agent" not in str([e.data for e in world.logs["mission"]])
    world.by(AGENT).when(absence()).refused("not-allowed")
    assert isinstance(world.said, Exception)
    assert "mission_support" in str(world.said)


def test_an_old_log_reads_alike() -> None:
    from domain.upcast import upcast

    old = {"post": "Q-LA-1", "role": "local_agent", "share_percent": 20, "local_agent": True}
    assert upcast("PostCreated", 1, old) == {
        "post": "Q-LA-1",
        "role": "mission_support",
        "share_percent": 20,
        "support": True,
    }


def test_a_posting_says_under_which_regime_it_is_appraised() -> None:
    line = c.PostLine(
        post="Q-SEC", role="security_officer", share_percent=0, local_agent=False, posting="p-sec",
        from_day="2026-01-01", until=None, appraisal="none",
    )  # fmt: skip
    world = mission_q().by(OPERATOR).when(at_q(c.RecordPosts, lines=(line,)))
    world.then(fact("PostCreated"), fact("PostingBegan", appraisal="none"))
    assert world.mission.postings["p-sec"].appraisal == "none"
    assert world.mission.postings["p-fp"].appraisal is None


def test_the_old_words_are_no_longer_written() -> None:
    from domain.events import EventRefused, validate

    with pytest.raises(EventRefused):
        validate("PostCreated", {"post": "a", "role": "b", "share_percent": 1, "local_agent": True})
    validate("PostCreated", {"post": "a", "role": "b", "share_percent": 1, "support": True})


# ── sent away ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_is_sent_out_of_the_country_holds_nothing_from_that_minute() -> None:
    """The posting ends the day before, the vault is closed, and the task is with the alternate in the same instant."""
    world = held_by_the_focal_point().at("2026-05-05 14:20").by(HEAD)
    world.having(at_q(c.EndPosting, posting="p-fp", until="2026-05-04"), at_q(c.LockVault, reason="expelled"))
    world.by(ENGINE_WORKFLOW).when(refresh(world))
    world.then(fact("TaskAssigned", posting="p-alt", why="alternate"))
    assert not world.mission.runs("p-fp", world.now)
    assert world.mission.vault_locked
    parts = intervals_of(world.task("hold.1"), world.obligation, world.mission, cairo("2026-05-08 00:00"))
    assert own_time_of(world.task("hold.1"), parts, world.mission)["p-fp"].amount == 1, "Monday was theirs"
