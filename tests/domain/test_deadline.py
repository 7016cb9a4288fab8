"""DEADLINES.md's table, cell by cell, with fixed dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.calendar import Calendar, Holiday, Suspension, Wait
from domain.deadline import Deadline, compute, is_on_time
from domain.instant import BadInput, to_text
from domain.reckoning import counts, skips
from domain.term import Term

# Brussels without holidays: Saturday and Sunday off. Monday 4 May 2026 is "day 0" of most tests.
BARE = Calendar("Europe/Brussels", frozenset({5, 6}), years=frozenset(range(2020, 2040)))


def at(text: str, calendar: Calendar = BARE) -> datetime:
    wall = datetime.fromisoformat(text)
    return calendar.at(wall.date(), wall.time())


def find(term: str, start: str = "2026-05-04T10:00", calendar: Calendar = BARE, **more: object) -> Deadline:
    return compute(Term.parse(term), at(start, calendar), calendar, **more)  # type: ignore[arg-type]


def shown(deadline: Deadline, calendar: Calendar = BARE) -> str:
    return calendar.local(deadline.due_at).strftime("%Y-%m-%d %H:%M:%S")


def stop(starts: str, ends: str) -> Suspension:
    return Suspension("s", at(starts), at(ends))


def wait(starts: str, ends: str | None, party: str = "court") -> Wait:
    return Wait("adjourned", party, at(starts), None if ends is None else at(ends))


def refused(code: str, term: str, **more: object) -> None:
    with pytest.raises(BadInput) as error:
        find(term, **more)  # type: ignore[arg-type]
    assert error.value.code == code


# -- each term by itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "start", "expected"),
    [
        ("1wd", "2026-05-04T00:00", "2026-05-05 23:59:59"),
        ("1wd", "2026-05-04T23:59", "2026-05-05 23:59:59"),
        ("3wd", "2026-05-07T10:00", "2026-05-12 23:59:59"),
        ("24h", "2026-05-08T22:10", "2026-05-09 22:10:00"),
        ("24h", "2026-05-08T22:10:59", "2026-05-09 22:10:00"),  # from the minute
        ("24h", "2026-03-28T12:00", "2026-03-29 13:00:00"),  # the clocks jump; the hours do not
        ("24h", "2026-10-24T12:00", "2026-10-25 11:00:00"),
        ("30d", "2026-05-04T10:00", "2026-06-03 23:59:59"),
        ("5d", "2026-05-04T10:00", "2026-05-11 23:59:59"),  # ends on a Saturday: rolls
        ("6mo", "2026-08-31T10:00", "2027-03-01 23:59:59"),  # 28 February is a Sunday: rolls
        ("1mo", "2026-03-31T10:00", "2026-04-30 23:59:59"),  # no 31 April: the last day of that month
        ("1y", "2028-02-29T10:00", "2029-02-28 23:59:59"),
        ("12mo", "2026-12-15T10:00", "2027-12-15 23:59:59"),
        ("by:12-31", "2026-05-04T10:00", "2026-12-31 23:59:59"),
        ("by:05-04", "2026-05-04T23:59:59", "2026-05-04 23:59:59"),  # today included
        ("by:05-03", "2026-05-04T10:00", "2027-05-03 23:59:59"),
        ("by:05-09", "2026-05-04T10:00", "2026-05-09 23:59:59"),  # a Saturday: never rolls
        ("by:02-29", "2026-05-04T10:00", "2028-02-29 23:59:59"),
    ],
)
def test_own_end(term: str, start: str, expected: str) -> None:
    assert shown(find(term, start)) == expected


def test_explanation_of_working_days() -> None:
    calendar = BARE.with_holiday(date(2026, 5, 8), Holiday("Eid", estimated=True))
    found = find("3wd", "2026-05-06T10:00", calendar)
    assert found.explanation == (
        skips(date(2026, 5, 6), "the day of the event"),
        counts(date(2026, 5, 7), "working day 1 of 3"),
        skips(date(2026, 5, 8), "holiday: Eid (estimated)"),
        skips(date(2026, 5, 9), "weekend"),
        skips(date(2026, 5, 10), "weekend"),
        counts(date(2026, 5, 11), "working day 2 of 3"),
        counts(date(2026, 5, 12), "working day 3 of 3"),
    )
    assert (found.local_date, found.zone, found.term) == (date(2026, 5, 12), "Europe/Brussels", "3wd")
    assert (found.short_notice, found.flags) == (False, ())


def test_explanation_of_a_period_that_rolls() -> None:
    assert [(line.date.day, line.counted, line.reason) for line in find("5d").explanation] == [
        (4, False, "the day of the event"),
        (9, False, "weekend; the end rolls on"),
        (10, False, "weekend; the end rolls on"),
        (11, True, "the end of 5 calendar days from 2026-05-04"),
    ]


def test_a_reason_fits_an_event() -> None:
    name = "<b>" + "x" * 200 + "\n"
    calendar = BARE.with_holiday(date(2026, 5, 5), Holiday(name))
    reason = find("1wd", calendar=calendar).explanation[1].reason
    assert len(reason) == 120
    assert reason.startswith("holiday:  b xxx")
    assert counts(date(2026, 5, 5), "a\nb").reason == "a b"


# -- appointments -----------------------------------------------------------------------------------------------------


def test_at_is_the_appointment_and_a_date_counts_from_nine() -> None:
    assert shown(find("at:", appointment=at("2026-05-20T14:30"))) == "2026-05-20 14:30:00"
    assert shown(find("at:", appointment=date(2026, 5, 20))) == "2026-05-20 09:00:00"


def test_before_is_counted_back_over_working_days() -> None:
    found = find("before:2wd", appointment=date(2026, 5, 18))
    assert shown(found) == "2026-05-14 23:59:59"
    assert [(line.date.day, line.counted) for line in found.explanation] == [
        (4, False),
        (18, False),
        (17, False),
        (16, False),
        (15, True),
        (14, True),
    ]
    assert not found.short_notice


def test_before_that_has_passed_is_short_notice() -> None:
    hearing = at("2026-05-06T10:30")
    late = find("before:2wd", "2026-05-05T00:00", appointment=hearing)
    assert (shown(late), late.short_notice, late.flags) == ("2026-05-06 10:30:00", True, ("appointment",))
    assert late.explanation[-1].reason == "short notice: 2026-05-04 has passed; due at the appointment"
    in_time = find("before:2wd", "2026-05-04T23:59:59", appointment=hearing)
    assert (shown(in_time), in_time.short_notice) == ("2026-05-04 23:59:59", False)


def limit(name: str, value: date) -> dict[str, Any]:
    return {name: value}


@pytest.mark.parametrize("term", ["3wd", "72h", "3d", "1mo", "1y", "by:12-31"])
@pytest.mark.parametrize("name", ["appointment", "no_later_than"])
def test_every_term_ends_at_the_appointment_if_that_comes_first(term: str, name: str) -> None:
    found = find(term, **limit(name, at("2026-05-06T10:30")))
    assert shown(found) == "2026-05-06 10:30:00"
    assert found.flags == ("appointment",)
    assert found.explanation[-1].date == found.local_date
    assert found.explanation[-1].reason.startswith(
        "ends at the appointment, 2026-05-06 10:30; its own end was"
    )
    assert not found.short_notice
    assert find(term, **limit(name, date(2030, 1, 1))) == find(term)  # control: a later one changes nothing


def test_the_earlier_of_two_limits_counts() -> None:
    found = find("5wd", appointment=date(2026, 5, 7), no_later_than=at("2026-05-06T12:00"))
    assert shown(found) == "2026-05-06 12:00:00"
    assert shown(find("before:1wd", appointment=date(2026, 5, 20), no_later_than=date(2026, 5, 12))) == (
        "2026-05-12 09:00:00"
    )


def test_an_appointment_on_the_day_itself_keeps_the_start_in_the_explanation() -> None:
    found = find("3wd", appointment=at("2026-05-04T15:00"))
    assert [line.date.day for line in found.explanation] == [4, 4]
    assert found.explanation[0].reason == "the day of the event"


@pytest.mark.parametrize("term", ["3wd", "24h", "at:", "before:2wd"])
def test_an_appointment_that_is_over_leaves_no_time(term: str) -> None:
    found = find(term, appointment=at("2026-05-01T10:00"))
    assert shown(found) == "2026-05-01 10:00:00"
    assert found.short_notice
    assert "appointment_passed" in found.flags


def test_appointments_are_needed_and_sane() -> None:
    refused("no_appointment", "at:")
    refused("no_appointment", "before:2wd")
    refused("year_out_of_range", "at:", appointment=date(2200, 1, 1))
    refused("naive_instant", "at:", appointment=datetime.fromisoformat("2026-05-06"))


# -- suspensions ------------------------------------------------------------------------------------------------------


def test_a_suspension_stops_working_days_and_rolls_periods() -> None:
    week = [stop("2026-05-05T17:00", "2026-05-07T08:00")]
    assert shown(find("1wd", suspensions=week)) == "2026-05-08 23:59:59"
    assert shown(find("2d", suspensions=week)) == "2026-05-08 23:59:59"
    assert shown(find("4d", suspensions=week)) == "2026-05-08 23:59:59"  # inside, but not at the end
    assert find("1wd", suspensions=week).flags == ()


def test_a_suspension_ending_at_midnight_does_not_touch_the_day() -> None:
    assert (
        shown(find("1wd", suspensions=[stop("2026-05-04T12:00", "2026-05-05T00:00")]))
        == "2026-05-05 23:59:59"
    )
    assert (
        shown(find("1wd", suspensions=[stop("2026-05-04T12:00", "2026-05-05T00:00:01")]))
        == "2026-05-06 23:59:59"
    )


@pytest.mark.parametrize(
    ("term", "expected", "says"),
    [
        ("24h", "2026-05-05 10:00:00", "the term runs on"),
        ("by:05-05", "2026-05-05 23:59:59", "the term runs on"),
        ("at:", "2026-05-20 09:00:00", "the term follows the appointment"),
        ("before:11wd", "2026-05-05 23:59:59", "the term follows the appointment"),
    ],
)
def test_what_runs_on_under_a_suspension_is_flagged(term: str, expected: str, says: str) -> None:
    inside = [stop("2026-05-04T12:00", "2026-05-15T12:00")]
    hearing = None if term in ("24h", "by:05-05") else date(2026, 5, 20)
    found = find(term, suspensions=inside, appointment=hearing)
    assert (shown(found), found.flags) == (expected, ("suspended",))
    assert found.explanation[1].reason == f"suspension (2026-05-04 to 2026-05-15); {says}"
    assert found.explanation[-1].date == found.local_date
    over = [stop("2026-05-04T09:00", "2026-05-04T10:00"), stop("2026-05-21T09:00", "2026-05-22T10:00")]
    assert find(term, suspensions=over, appointment=hearing).flags == ()  # control: outside the term


def test_a_suspension_without_end_is_refused() -> None:
    for term in ("1wd", "1d"):
        refused("no_working_day", term, suspensions=[stop("2026-05-04T12:00", "2060-01-01T00:00")])
        refused(
            "year_out_of_range",
            term,
            start="2190-05-04T10:00",
            suspensions=[stop("2190-05-04T12:00", "2199-12-31T23:00")],
        )
    refused("no_working_day", "before:1wd", calendar=all_off(), appointment=date(2046, 1, 1))


def all_off() -> Calendar:
    days = {date(2020, 1, 1) + timedelta(days=n): Holiday("closed") for n in range(366 * 27)}
    return Calendar("Europe/Brussels", frozenset({5, 6}), days)


# -- waits ------------------------------------------------------------------------------------------------------------


def test_a_wait_stops_working_days() -> None:
    found = find("2wd", waits=[wait("2026-05-05T12:00", "2026-05-06T09:00")])
    assert shown(found) == "2026-05-08 23:59:59"
    assert found.explanation[1].reason == "waiting on court: adjourned (2026-05-05 to 2026-05-06)"
    assert found.flags == ()


@pytest.mark.parametrize("term", ["48h", "2d", "1mo", "1y", "by:12-31", "at:", "before:2wd"])
def test_a_wait_is_recorded_where_the_term_runs_on(term: str) -> None:
    hearing = date(2026, 5, 20) if term in ("at:", "before:2wd") else None
    waits = [wait("2026-05-05T12:00", "2026-05-06T09:00")]
    found, without = find(term, waits=waits, appointment=hearing), find(term, appointment=hearing)
    assert found.due_at == without.due_at
    assert (found.flags, without.flags) == (("waiting",), ())
    assert found.explanation[1].reason.startswith(
        "waiting on court: adjourned (2026-05-05 to 2026-05-06); the term"
    )


def test_an_open_wait_is_reckoned_until_it_lapses() -> None:
    found = find("2wd", waits=[wait("2026-05-05T12:00", None)])
    assert shown(found) == "2026-06-04 23:59:59"  # lapses after Tuesday 2 June, the twentieth working day
    assert found.flags == ("wait_open",)
    assert find("2wd", waits=[wait("2026-06-05T12:00", None)]).flags == ()  # control: begins after the end


# -- provisional ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "provisional"),
    [
        ("1wd", False),
        ("2wd", True),
        ("2d", True),
        ("1mo", True),
        ("24h", False),
        ("48h", False),
        ("by:12-31", False),
    ],
)
def test_an_estimated_holiday_inside_makes_provisional(term: str, provisional: bool) -> None:
    calendar = BARE.with_holiday(date(2026, 5, 6), Holiday("Eid", estimated=True))
    assert find(term, calendar=calendar).provisional is provisional
    announced = BARE.with_holiday(date(2026, 5, 6), Holiday("Eid"))
    assert not find(term, calendar=announced).provisional


def test_before_is_provisional_by_the_days_it_counts() -> None:
    calendar = BARE.with_holiday(date(2026, 5, 6), Holiday("Eid", estimated=True))
    assert not find("before:2wd", calendar=calendar, appointment=date(2026, 5, 20)).provisional
    assert find("before:2wd", calendar=calendar, appointment=date(2026, 5, 8)).provisional
    assert not find("at:", calendar=calendar, appointment=date(2026, 5, 8)).provisional


def test_an_appointment_before_the_estimated_day_is_certain() -> None:
    calendar = BARE.with_holiday(date(2026, 5, 7), Holiday("Eid", estimated=True))
    assert find("5wd", calendar=calendar).provisional
    assert not find("5wd", calendar=calendar, appointment=date(2026, 5, 6)).provisional


def test_a_year_without_data_is_provisional_and_never_a_crash() -> None:
    bare = Calendar("Europe/Brussels", frozenset({5, 6}))
    for term in ("1wd", "1d", "1mo", "10y"):
        assert find(term, calendar=bare).provisional
    assert not find("24h", calendar=bare).provisional


# -- on time, and data ------------------------------------------------------------------------------------------------


def test_on_time_is_before_due_plus_one_second() -> None:
    due = datetime(2026, 5, 5, 20, 59, 59, tzinfo=UTC)
    assert is_on_time(due, due)
    assert is_on_time(due + timedelta(microseconds=999_999), due)
    assert not is_on_time(due + timedelta(seconds=1), due)


def test_incomplete_data_are_refused() -> None:
    data = find("3wd").to_data()
    assert data["due_at"] == to_text(find("3wd").due_at)
    assert Deadline.from_data(data) == find("3wd")
    for key in data:
        with pytest.raises(BadInput) as error:
            Deadline.from_data({k: v for k, v in data.items() if k != key})
        assert error.value.code == "bad_deadline"


def test_starts_out_of_range_are_refused() -> None:
    refused("year_out_of_range", "1wd", start="2199-12-31T12:00")
    refused("year_out_of_range", "24h", start="2199-12-31T12:00")
    refused("year_out_of_range", "1d", start="2199-12-31T12:00")
    refused("year_out_of_range", "10y", start="2195-12-31T12:00")
    refused("year_out_of_range", "by:01-01", start="2199-12-31T12:00")
    refused("year_out_of_range", "before:2600wd", start="1980-01-01T12:00", appointment=date(1980, 1, 2))
