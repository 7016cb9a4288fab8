"""Deadlines reckoned anew: the floor of two working days, and what knows no floor."""

from __future__ import annotations

from datetime import date, datetime

from domain.calendar import Calendar, Holiday, Suspension
from domain.deadline import Deadline, compute, recompute
from domain.reckoning import skips
from domain.term import Term

# Brussels without holidays: Saturday and Sunday off. Monday 4 May 2026 is "day 0".
BARE = Calendar("Europe/Brussels", frozenset({5, 6}), years=frozenset(range(2020, 2040)))


def at(text: str) -> datetime:
    wall = datetime.fromisoformat(text)
    return BARE.at(wall.date(), wall.time())


def find(term: str, calendar: Calendar = BARE, **more: object) -> Deadline:
    return compute(Term.parse(term), at("2026-05-04T10:00"), calendar, **more)  # type: ignore[arg-type]


def shown(deadline: Deadline) -> str:
    return BARE.local(deadline.due_at).strftime("%Y-%m-%d %H:%M:%S")


def stop(starts: str, ends: str) -> Suspension:
    return Suspension("s", at(starts), at(ends))


def again(previous: Deadline, recorded: str, calendar: Calendar = BARE, **more: object) -> Deadline:
    start = at("2026-05-04T10:00")
    return recompute(previous, start, calendar, recorded=at(recorded), cause="test", **more)  # type: ignore[arg-type]


LONG = [stop("2026-05-05T12:00", "2026-05-19T18:00")]


def test_a_lifted_suspension_brings_no_deadline_closer_than_two_working_days() -> None:
    first = find("1wd", suspensions=LONG)
    lifted = [stop("2026-05-05T12:00", "2026-05-07T12:00")]
    assert shown(first) == "2026-05-20 23:59:59"
    assert (
        shown(find("1wd", suspensions=lifted)) == "2026-05-08 23:59:59"
    )  # what it would be without the floor
    held = again(first, "2026-05-07T12:00", suspensions=lifted)
    assert shown(held) == "2026-05-11 23:59:59"
    assert held.flags == ("floor",)
    assert held.explanation[-1] == skips(
        date(2026, 5, 11),
        "held: a recomputation ends no deadline before the second working day after it, 2026-05-11",
    )
    assert held.explanation[0].reason == "recomputed (test): was due 2026-05-20 23:59"
    assert held.local_date == date(2026, 5, 11)


def test_control_the_floor_does_not_bite_when_there_is_time() -> None:
    first = find("5wd", suspensions=LONG)
    lifted = [stop("2026-05-05T12:00", "2026-05-07T12:00")]
    moved = again(first, "2026-05-07T12:00", suspensions=lifted)
    assert (shown(moved), moved.flags) == ("2026-05-14 23:59:59", ())


def test_the_floor_never_makes_a_deadline_later() -> None:
    calendar = BARE.with_holiday(date(2026, 5, 5), Holiday("Eid"))
    first = find("1wd", calendar=calendar)
    assert shown(first) == "2026-05-06 23:59:59"
    stays = again(first, "2026-05-05T12:00", calendar=BARE)
    assert (shown(stays), stays.flags) == ("2026-05-06 23:59:59", ("floor",))


def test_the_floor_passes_over_days_that_are_suspended() -> None:
    first = find("1wd", suspensions=LONG)
    now = [stop("2026-05-05T12:00", "2026-05-07T12:00"), stop("2026-05-11T12:00", "2026-05-12T12:00")]
    assert shown(again(first, "2026-05-07T12:00", suspensions=now)) == "2026-05-13 23:59:59"


def test_a_later_deadline_knows_no_floor() -> None:
    moved = again(find("1wd"), "2026-05-04T12:00", suspensions=LONG)
    assert (shown(moved), moved.flags) == ("2026-05-20 23:59:59", ())


def test_nothing_moved_says_nothing() -> None:
    assert again(find("3wd"), "2026-05-04T12:00") == find("3wd")


def test_hours_and_stated_dates_are_never_moved() -> None:
    for term in ("24h", "by:12-31"):
        assert again(find(term), "2026-05-04T12:00", suspensions=LONG).due_at == find(term).due_at
    brought_forward = again(find("72h"), "2026-05-04T12:00", appointment=at("2026-05-05T09:00"))
    assert (shown(brought_forward), brought_forward.flags) == ("2026-05-05 09:00:00", ("appointment",))


def test_an_appointment_brought_forward_is_not_held_back() -> None:
    first = find("5wd", appointment=date(2026, 5, 8))
    forward = again(first, "2026-05-05T12:00", appointment=at("2026-05-06T10:00"))
    assert (shown(forward), forward.short_notice, forward.flags) == (
        "2026-05-06 10:00:00",
        True,
        ("appointment",),
    )
    at_hearing = again(
        find("at:", appointment=date(2026, 5, 20)), "2026-05-05T12:00", appointment=date(2026, 5, 6)
    )
    assert (shown(at_hearing), at_hearing.short_notice) == ("2026-05-06 09:00:00", False)


def test_before_is_held_up_to_its_appointment() -> None:
    first = find("before:2wd", appointment=date(2026, 5, 20))
    soon = again(first, "2026-05-05T12:00", appointment=date(2026, 5, 8))
    assert shown(find("before:2wd", appointment=date(2026, 5, 8))) == "2026-05-06 23:59:59"
    assert (shown(soon), soon.short_notice, soon.flags) == ("2026-05-07 23:59:59", False, ("floor",))
    sooner = again(first, "2026-05-05T12:00", appointment=date(2026, 5, 7))
    assert (shown(sooner), sooner.short_notice) == ("2026-05-07 09:00:00", True)
