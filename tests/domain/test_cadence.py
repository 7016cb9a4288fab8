"""What is due and not yet open: on any day, whatever yesterday's tick did."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from chancery.instruments import shipped
from domain.cadence import Due, Past, add_months, due
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
