"""What is due and not yet open: on any day, whatever yesterday's tick did."""

from datetime import date, timedelta
from typing import Any, cast

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from chancery.instruments import shipped
from domain.cadence import Due, Past, add_months, due
from domain.instrument import DefinitionData
from domain.mission import Mission

DEFINITIONS = {d["code"]: d for d in shipped()["eu-hrd"]["definition"]}


def mission(adopted: str = "2026-01-01", last: dict[str, str] | None = None, **data: Any) -> Mission:
    made = Mission(
        code="Q", version=1, adopted_on=date.fromisoformat(adopted), accreditations={"Q-EG": "EG"}, **data
    )
    made.last_done = last or {}
    return made


def asked(code: str, today: str, of: Mission | None = None, *history: Past) -> list[tuple[str, str]]:
    found = due(of or mission(), [DEFINITIONS[code]], history, date.fromisoformat(today))
    return [(one.period, one.due_day.isoformat()) for one in found]


def past(code: str, period: str, done: str | None = None) -> Past:
    return Past("Q-EG", code, period, date.fromisoformat(done) if done else None)


# ── on a grid ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "today", "expected"),
    [
        ("MEET-ANNUAL", "2026-01-01", [("2026", "2026-12-31")]),
        ("MEET-ANNUAL", "2026-12-31", [("2026", "2026-12-31")]),
        ("COORD-LOCAL", "2026-05-01", [("2026-05", "2026-06-30")]),
        ("COORD-LOCAL", "2026-06-30", [("2026-05", "2026-06-30")]),
        ("COORD-LOCAL", "2026-02-28", [("2026-01", "2026-02-28")]),
        ("COORD-LOCAL", "2028-02-28", [("2028-01", "2028-02-29")]),
        ("MEET-ANNUAL", "2025-12-31", []),
        ("TRIAL-OBS", "2026-05-01", []),
    ],
)
def test_the_current_period_of_a_grid(code: str, today: str, expected: list[tuple[str, str]]) -> None:
    assert asked(code, today) == expected


def test_a_second_tick_opens_nothing() -> None:
    assert asked("MEET-ANNUAL", "2026-03-01", None, past("MEET-ANNUAL", "2026")) == []


def test_last_years_meeting_held_late_is_not_this_years() -> None:
    late = past("MEET-ANNUAL", "2026", "2027-01-15")
    assert asked("MEET-ANNUAL", "2027-01-16", None, late) == [("2027", "2027-12-31")]


def test_waived_this_year_it_comes_round_next_year() -> None:
    assert asked("MEET-ANNUAL", "2027-01-01", None, past("MEET-ANNUAL", "2026")) == [("2027", "2027-12-31")]


def test_what_was_done_before_adoption_is_not_asked_for_again() -> None:
    before = mission("2026-05-05", {"MEET-ANNUAL": "2026-02-02"})
    assert asked("MEET-ANNUAL", "2026-05-05", before) == []
    assert asked("MEET-ANNUAL", "2027-01-01", before) == [("2027", "2027-12-31")]


def test_what_is_switched_off_is_not_due() -> None:
    assert asked("MEET-ANNUAL", "2026-05-05", mission(switched_off=frozenset({"MEET-ANNUAL"}))) == []


def test_each_accreditation_has_its_own() -> None:
    two = mission()
    two.accreditations = {"Q-EG": "EG", "Q-SD": "SD"}
    found = due(two, [DEFINITIONS["MEET-ANNUAL"]], [past("MEET-ANNUAL", "2026")], date(2026, 5, 5))
    assert found == [Due("Q-SD:MEET-ANNUAL:2026", "Q-SD", "MEET-ANNUAL", "2026", date(2026, 12, 31))]


def from_month(code: str, first: int, months: int | None = None) -> DefinitionData:
    """A shipped definition whose periods begin with another month, and last so many."""
    cadence = {**DEFINITIONS[code]["cadence"], "start_month": first}
    cadence |= {"months": months} if months else {}
    return cast("DefinitionData", {**DEFINITIONS[code], "cadence": cadence})


@pytest.mark.parametrize(
    ("first", "today", "period", "last_day"),
    [
        (4, "2026-05-05", "2026-04", "2027-03-31"),
        (4, "2026-03-31", "2025-04", "2026-03-31"),
        (4, "2026-04-01", "2026-04", "2027-03-31"),
        (12, "2027-01-15", "2026-12", "2027-11-30"),
        (1, "2026-05-05", "2026", "2026-12-31"),
    ],
)
def test_a_year_may_begin_with_another_month(first: int, today: str, period: str, last_day: str) -> None:
    found = due(mission("2025-01-01"), [from_month("MEET-ANNUAL", first)], [], date.fromisoformat(today))
    assert [(one.period, one.due_day.isoformat()) for one in found] == [(period, last_day)]


@settings(max_examples=60, deadline=None)
@example(
    st.dates(date(2026, 1, 1), date(2040, 12, 31)), st.integers(1, 12), st.sampled_from([1, 2, 3, 4, 6, 12])
)
def test_every_day_lies_in_its_period_and_the_next_day_after_it_in_the_next(
    day: date, first: int, months: int
) -> None:
    definition = from_month("MEET-ANNUAL", first, months)
    [now] = due(mission("2020-01-01"), [definition], [], day)
    assert day <= now.due_day < add_months(day, months)
    begins = add_months(now.due_day + timedelta(days=1), -months)
    assert begins <= day and (begins.month - first) % months == 0 and begins.day == 1
    [following] = due(mission("2020-01-01"), [definition], [], now.due_day + timedelta(days=1))
    assert following.due_day == add_months(now.due_day + timedelta(days=1), months) - timedelta(days=1)
    assert following.period != now.period


# ── after it was last done ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "today", "expected"),
    [
        ({}, "2026-08-31", []),
        ({}, "2026-09-03", [("2027-01", "2027-01-01")]),
        ({"LIS-REVIEW": "2025-06-30"}, "2026-03-01", []),
        ({"LIS-REVIEW": "2025-06-30"}, "2026-03-02", [("2026-06", "2026-06-30")]),
        ({"LIS-REVIEW": "2019-06-30"}, "2026-03-02", []),
        ({"LIS-REVIEW": "2019-06-30"}, "2026-09-03", [("2027-01", "2027-01-01")]),
    ],
)
def test_a_lead_before_the_review_is_due(
    last: dict[str, str], today: str, expected: list[tuple[str, str]]
) -> None:
    assert asked("LIS-REVIEW", today, mission(last=last)) == expected


def test_the_next_review_counts_from_the_last_one_done() -> None:
    done = past("LIS-REVIEW", "2027-01", "2026-11-20")
    assert asked("LIS-REVIEW", "2027-07-22", None, done) == []
    assert asked("LIS-REVIEW", "2027-07-23", None, done) == [("2027-11", "2027-11-20")]


def test_the_review_of_the_united_nations_opens_so_that_the_input_is_eight_weeks_early() -> None:
    """Every 54 months after the last session: 116 days before, of which the input has 60; 56 days are left."""
    last = mission(last={"UPR": "2022-05-10"})
    assert asked("UPR", "2026-07-16", last) == []
    assert asked("UPR", "2026-07-17", last) == [("2026-11", "2026-11-10")]
    assert date(2026, 11, 10) - (date(2026, 7, 17) + timedelta(days=60)) == timedelta(weeks=8)


def test_a_review_that_was_waived_or_missed_comes_round_again() -> None:
    waived = past("LIS-REVIEW", "2027-01")
    assert asked("LIS-REVIEW", "2027-01-02", None, waived) == []
    assert asked("LIS-REVIEW", "2027-09-03", None, waived) == [("2028-01", "2028-01-01")]


@settings(max_examples=60, deadline=None)
@example(
    st.sampled_from(["MEET-ANNUAL", "COORD-LOCAL", "LIS-REVIEW"]),
    st.lists(st.integers(1, 400), min_size=1, max_size=12),
    st.booleans(),
)
def test_whenever_the_tick_runs_a_period_is_opened_once_and_nothing_before_adoption(
    code: str, gaps: list[int], done: bool
) -> None:
    of, today, history = mission("2026-05-05"), date(2026, 5, 5), list[Past]()
    for gap in gaps:
        for one in due(of, [DEFINITIONS[code]], history, today):
            assert one.due_day >= date(2026, 5, 5)
            assert one.period not in {p.period for p in history}
            history.append(Past("Q-EG", code, one.period, today if done else None))
        assert due(of, [DEFINITIONS[code]], history, today) == []
        today += timedelta(days=gap)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-03-15", 12, "2027-03-15"),
        ("2026-11-30", 1, "2026-12-30"),
    ],
)
def test_months_later(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)
