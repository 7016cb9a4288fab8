"""A mission: who is there on a day, who is next in line, when that changes."""

import pytest

from domain import commands as c
from domain.deciding.procedure import start_of_day
from domain.envelope import OPERATOR, Event
from domain.mission import NOBODY, Mission, evolve
from tests.domain.spec import World, at_q, cairo, given, mission_q
from tests.made import adoption, posts


def leave(world: World, *gone: str) -> World:
    return world.by(OPERATOR).having(*(at_q(c.EndPosting, posting=p, until="2026-05-04") for p in gone))


NOW = cairo("2026-05-05 09:10")


@pytest.mark.parametrize(
    ("gone", "refused", "expected"),
    [
        ((), (), ("p-fp", "role")),
        (("p-fp",), (), ("p-alt", "alternate")),
        (("p-fp", "p-alt"), (), ("p-dep", "deputy")),
        (("p-fp", "p-alt", "p-dep"), (), ("p-hom", "head_of_mission")),
        (("p-fp", "p-alt", "p-dep", "p-hom"), (), ("p-pol", "mission")),
        (("p-fp", "p-alt", "p-dep", "p-hom", "p-pol"), (), (NOBODY, "mission")),
        ((), ("p-fp",), ("p-alt", "alternate")),
        ((), ("p-fp", "p-alt", "p-dep", "p-hom"), ("p-hom", "mission")),
        (("p-hom",), ("p-fp", "p-alt", "p-dep"), ("p-dep", "mission")),
    ],
)
def test_who_is_next_in_line(
    gone: tuple[str, ...], refused: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert leave(mission_q(), *gone).mission.assignee("focal_point", NOW, refused) == expected


def test_a_head_of_missions_task_goes_to_the_deputy() -> None:
    assert leave(mission_q(), "p-hom").mission.assignee("head_of_mission", NOW) == ("p-dep", "deputy")


def test_a_substitute_who_refused_or_is_away_is_passed_over() -> None:
    world = mission_q().by(OPERATOR)
    world.having(
        at_q(c.RecordAbsence, posting="p-fp", from_day="2026-05-05", until="2026-05-06", substitute="p-pol")
    )
    assert world.mission.assignee("focal_point", NOW) == ("p-pol", "substitute")
    assert world.mission.assignee("focal_point", NOW, ["p-pol"]) == ("p-alt", "alternate")
    world.having(at_q(c.RecordAbsence, posting="p-pol", from_day="2026-05-05", until="2026-05-05"))
    assert world.mission.assignee("focal_point", NOW) == ("p-alt", "alternate")


def test_a_posting_covers_its_first_and_its_last_day_in_the_missions_own_zone() -> None:
    mission = leave(mission_q(), "p-fp").mission
    assert mission.runs("p-fp", cairo("2026-05-04 23:59:59"))
    assert not mission.runs("p-fp", cairo("2026-05-05 00:00"))
    assert not mission.runs("p-nobody", NOW)
    assert mission.role_of("p-nobody") is None


def test_staffing_changes_at_the_start_of_days_and_only_ahead() -> None:
    world = leave(mission_q().at("2026-05-01 09:00"), "p-fp")
    world.having(at_q(c.RecordAbsence, posting="p-alt", from_day="2026-05-10", until="2026-05-11"))
    at, seen = cairo("2026-05-01 09:00"), []
    while (change := world.mission.staffing_change(at)) is not None:
        at = change
        seen.append(change)
    assert seen == [cairo("2026-05-05 00:00"), cairo("2026-05-10 00:00"), cairo("2026-05-12 00:00")]


def test_suspensions_in_order_and_the_one_in_force() -> None:
    world = mission_q().at("2026-05-01 09:00")
    from tests.made import HEAD

    world.by(HEAD).having(
        at_q(
            c.DeclareSuspension,
            starts=cairo("2026-05-10 00:00"),
            ends=cairo("2026-05-12 00:00"),
            reason="security",
        ),
        at_q(
            c.DeclareSuspension,
            starts=cairo("2026-05-03 00:00"),
            ends=cairo("2026-05-04 00:00"),
            reason="security",
        ),
    )
    first, second = world.mission.all_suspensions()
    assert first.starts < second.starts
    assert world.mission.suspended(cairo("2026-05-11 00:00")) == second
    assert world.mission.suspended(cairo("2026-05-12 00:00")) is None


def test_an_event_of_another_stream_is_never_passed_over_silently() -> None:
    with pytest.raises(KeyError):
        evolve(Mission(), Event("e", "TaskOpened", "s", 1, "2026-01-01T00:00:00Z", {}, "c", {}))


def test_a_day_without_an_hour_counts_from_nine() -> None:
    assert start_of_day(mission_q().mission, "2026-05-18") == cairo("2026-05-18 09:00")


def test_headquarters_needs_no_head_of_mission() -> None:
    line = posts()[2].model_copy(update={"role": "hq_desk"})
    hq = adoption().model_copy(update={"kind": "headquarters"})
    world = given().by(OPERATOR).having(hq)
    world.having(at_q(c.RecordPosts, lines=(line,)))
    assert world.mission.role_of("p-fp") == "hq_desk"
