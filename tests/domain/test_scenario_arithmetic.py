"""Every instant that SCENARIOS.md states, from the rules of DEADLINES.md and the real calendars."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from domain.accounts import Interval, Span, apportion, own_time, verdict
from domain.calendar import Calendar, Holiday, Suspension
from domain.deadline import Deadline, compute, is_on_time, recompute
from domain.reminders import Notice, next_repeat, plan
from domain.term import Term


def local(calendar: Calendar, text: str) -> datetime:
    wall = datetime.fromisoformat(text)
    return calendar.at(wall.date(), wall.time())


def due(calendar: Calendar, opened: str, term: str, **more: object) -> str:
    found = compute(Term.parse(term), local(calendar, opened), calendar, **more)  # type: ignore[arg-type]
    return shown(found, calendar)


def shown(deadline: Deadline, calendar: Calendar) -> str:
    return calendar.local(deadline.due_at).strftime("%a %d %b %Y %H:%M:%S")


# -- Hearing adjourned three times (Mission Q) ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "term", "expected"),
    [
        ("2026-05-05T09:10", "1wd", "Wed 06 May 2026 23:59:59"),  # triage
        ("2026-05-05T09:10", "3wd", "Sun 10 May 2026 23:59:59"),  # decide and staff
        ("2026-05-18T12:00", "5wd", "Mon 25 May 2026 23:59:59"),  # report on each of the four sittings
        ("2026-06-03T12:00", "5wd", "Wed 10 Jun 2026 23:59:59"),
        ("2026-06-22T12:00", "5wd", "Mon 29 Jun 2026 23:59:59"),
        ("2026-07-05T12:00", "2wd", "Tue 07 Jul 2026 23:59:59"),  # verdict flash
        ("2026-07-05T12:00", "5wd", "Sun 12 Jul 2026 23:59:59"),
    ],
)
def test_hearing_adjourned_three_times(cairo: Calendar, opened: str, term: str, expected: str) -> None:
    assert due(cairo, opened, term) == expected


def test_staffing_ends_at_the_sitting_when_that_comes_first(cairo: Calendar) -> None:
    sitting = local(cairo, "2026-05-18T10:00")
    assert due(cairo, "2026-05-05T09:10", "3wd", appointment=sitting) == "Sun 10 May 2026 23:59:59"
    assert due(cairo, "2026-05-17T09:10", "3wd", appointment=sitting) == "Mon 18 May 2026 10:00:00"


def test_no_adjournment_makes_anything_late(cairo: Calendar) -> None:
    opened = local(cairo, "2026-05-17T09:10")
    before = compute(Term.parse("3wd"), opened, cairo, appointment=local(cairo, "2026-05-18T10:00"))
    after = recompute(
        before,
        opened,
        cairo,
        recorded=local(cairo, "2026-05-18T10:05"),
        cause="adjourned",
        appointment=local(cairo, "2026-06-03T10:00"),
    )
    assert shown(before, cairo) == "Mon 18 May 2026 10:00:00"
    assert shown(after, cairo) == "Wed 20 May 2026 23:59:59"


def test_sine_die_asks_every_month(cairo: Calendar) -> None:
    assert due(cairo, "2026-07-05T12:00", "1mo") == "Wed 05 Aug 2026 23:59:59"


# -- Mission closed for security (Mission Q) --------------------------------------------------------------------------


def closed(calendar: Calendar) -> Suspension:
    return Suspension("closed", local(calendar, "2026-09-06T14:00"), local(calendar, "2026-09-19T18:00"))


def test_mission_closed_for_security(cairo: Calendar) -> None:
    opened = local(cairo, "2026-09-02T10:00")
    first = compute(Term.parse("5wd"), opened, cairo)
    assert shown(first, cairo) == "Wed 09 Sep 2026 23:59:59"
    then = recompute(
        first,
        opened,
        cairo,
        recorded=local(cairo, "2026-09-06T14:00"),
        cause="suspension",
        suspensions=[closed(cairo)],
    )
    assert shown(then, cairo) == "Wed 23 Sep 2026 23:59:59"
    assert then.explanation[0].reason == "recomputed (suspension): was due 2026-09-09 23:59"
    assert [line.date.day for line in then.explanation if line.counted] == [3, 20, 21, 22, 23]


def test_a_suspension_that_is_not_renewed_lapses(cairo: Calendar) -> None:
    week = Suspension("closed", local(cairo, "2026-09-06T14:00"), local(cairo, "2026-09-13T14:00"))
    assert due(cairo, "2026-09-02T10:00", "5wd", suspensions=[week]) == "Thu 17 Sep 2026 23:59:59"


def test_urgent_runs_on_and_annual_stays_flagged(cairo: Calendar) -> None:
    stop = [closed(cairo)]
    urgent = compute(Term.parse("24h"), local(cairo, "2026-09-07T22:00"), cairo, suspensions=stop)
    annual = compute(Term.parse("by:12-31"), local(cairo, "2026-01-01T09:00"), cairo, suspensions=stop)
    assert shown(urgent, cairo) == "Tue 08 Sep 2026 22:00:00"
    assert shown(annual, cairo) == "Thu 31 Dec 2026 23:59:59"
    assert urgent.flags == annual.flags == ("suspended",)


def test_staff_report_shows_blocked_by_security_and_no_lateness(cairo: Calendar) -> None:
    opened, ended = local(cairo, "2026-09-02T10:00"), local(cairo, "2026-09-23T17:00")
    stop, term = [closed(cairo)], Term.parse("5wd")
    accounts = apportion(opened, ended, term, [Span("p1", opened)], cairo, suspensions=stop)
    assert [(i.kind, i.who) for i in accounts] == [("holder", "p1"), ("suspension", None), ("holder", "p1")]
    assert accounts[1] == Interval("suspension", None, stop[0].starts, stop[0].ends)
    assert own_time(accounts, "p1", term, cairo).amount == 5
    deadline = compute(term, opened, cairo, suspensions=stop)
    assert verdict(deadline, accounts, "p1", cairo, source="product_default").words == "on time"


# -- Fri-Sat weekend, two calendars, a movable holiday (Q and HQ) -----------------------------------------------------


def test_two_calendars(cairo: Calendar, brussels: Calendar) -> None:
    sent = local(cairo, "2026-04-30T15:50")
    at_headquarters = compute(Term.parse("2wd"), sent, brussels)
    in_the_mission = compute(Term.parse("2wd"), sent, cairo)
    assert shown(at_headquarters, brussels) == "Tue 05 May 2026 23:59:59"
    assert at_headquarters.zone == "Europe/Brussels"
    assert shown(in_the_mission, cairo) == "Mon 04 May 2026 23:59:59"
    assert in_the_mission.zone == "Africa/Cairo"
    assert not at_headquarters.provisional
    assert not in_the_mission.provisional


def test_a_holiday_is_added(cairo: Calendar) -> None:
    opened = local(cairo, "2026-05-21T10:00")
    first = compute(Term.parse("5wd"), opened, cairo)
    assert shown(first, cairo) == "Tue 02 Jun 2026 23:59:59"
    assert first.provisional
    estimated = [line.date.day for line in first.explanation if "estimated" in line.reason]
    assert estimated == [26, 27, 28, 29]
    revised = cairo.with_holiday(date(2026, 5, 31), Holiday("Eid", source="government"))
    moved = recompute(
        first, opened, revised, recorded=local(cairo, "2026-05-25T12:00"), cause="calendar-revised"
    )
    assert shown(moved, revised) == "Wed 03 Jun 2026 23:59:59"
    assert moved.provisional
    assert moved.explanation[0].reason == "recomputed (calendar-revised): was due 2026-06-02 23:59"
    assert revised.version == cairo.version + 1
    assert revised.holidays[date(2026, 5, 31)].source == "government"


# -- Consent withdrawn (Mission Q) ------------------------------------------------------------------------------------


def test_consent_withdrawn(cairo: Calendar, brussels: Calendar) -> None:
    assert local(brussels, "2026-06-10T12:00") == local(cairo, "2026-06-10T13:00")
    assert due(cairo, "2026-06-10T09:20", "4h") == "Wed 10 Jun 2026 13:20:00"


# -- Obligation waived with justification (Mission Q) -----------------------------------------------------------------


def test_obligation_waived(cairo: Calendar) -> None:
    assert due(cairo, "2026-12-01T10:00", "by:12-31") == "Thu 31 Dec 2026 23:59:59"
    assert due(cairo, "2026-12-03T10:00", "by:06-01") == "Tue 01 Jun 2027 23:59:59"
    assert due(cairo, "2027-01-01T00:00", "by:12-31") == "Fri 31 Dec 2027 23:59:59"


# -- Urgent case at midnight on a weekend (Mission Q) -----------------------------------------------------------------

CALL = "2026-11-14T00:10"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("1h", "Sat 14 Nov 2026 01:10:00"),  # acknowledge
        ("4h", "Sat 14 Nov 2026 04:10:00"),  # triage
        ("24h", "Sun 15 Nov 2026 00:10:00"),  # decision
        ("48h", "Mon 16 Nov 2026 00:10:00"),  # report to COHOM, and feedback to the family
        ("5wd", "Thu 19 Nov 2026 23:59:59"),  # full written report
    ],
)
def test_urgent_case_at_midnight(cairo: Calendar, term: str, expected: str) -> None:
    assert due(cairo, CALL, term) == expected


def test_urgent_call_in_three_zones(cairo: Calendar, brussels: Calendar) -> None:
    call = local(cairo, CALL)
    assert call.strftime("%a %H:%MZ") == "Fri 22:10Z"
    assert brussels.local(call).strftime("%a %H:%M") == "Fri 23:10"


def test_urgent_notices(cairo: Calendar) -> None:
    call = local(cairo, CALL)
    notices = plan(compute(Term.parse("1h"), call, cairo), call, cairo)
    assert notices == (
        Notice("reminder", 1, local(cairo, "2026-11-14T00:40"), ("holder", "backup")),
        Notice("overdue", 1, local(cairo, "2026-11-14T01:10"), ("alternate", "deputy_head_of_mission")),
        Notice("escalation", 1, local(cairo, "2026-11-14T01:40"), ("head_of_mission",)),
        Notice("escalation", 2, local(cairo, "2026-11-14T02:10"), ("hq_duty",)),
    )
    assert next_repeat(notices[-1], 1).at == local(cairo, "2026-11-14T03:10")


def test_urgent_miss_of_twelve_minutes_is_nobody_s(cairo: Calendar) -> None:
    call, acknowledged = local(cairo, CALL), local(cairo, "2026-11-14T01:22")
    term = Term.parse("1h")
    deadline = compute(term, call, cairo)
    spans = [
        Span("duty", call),
        Span("deputy", deadline.due_at, accepted_at=acknowledged, fallback=True),
    ]
    accounts = apportion(call, acknowledged, term, spans, cairo)
    assert not is_on_time(acknowledged, deadline.due_at)
    assert acknowledged - deadline.due_at == timedelta(minutes=12)
    assert [(i.kind, i.who) for i in accounts] == [("vacancy", None)]
    assert own_time(accounts, "duty", term, cairo).amount == 0
    assert verdict(deadline, accounts, "duty", cairo, source="product_default").share == "late, shared"


# -- Further edge cases -----------------------------------------------------------------------------------------------


def test_opened_on_a_holiday(cairo: Calendar) -> None:
    assert due(cairo, "2026-05-27T10:00", "1wd") == "Sun 31 May 2026 23:59:59"


def test_across_new_year_without_data_is_provisional() -> None:
    short = Calendar("Africa/Cairo", frozenset({4, 5}), years=frozenset({2026}))
    inside = compute(Term.parse("2wd"), local(short, "2026-12-27T10:00"), short)
    across = compute(Term.parse("5wd"), local(short, "2026-12-29T10:00"), short)
    assert not inside.provisional
    assert across.provisional
    assert shown(across, short) == "Tue 05 Jan 2027 23:59:59"


@pytest.mark.parametrize(
    ("zone", "weekend", "expected"),
    [
        ("Asia/Tehran", {4}, "Sat 09 May 2026 23:59:59"),  # Friday only
        ("Asia/Brunei", {4, 6}, "Sat 09 May 2026 23:59:59"),  # Friday and Sunday
        ("Africa/Tunis", {5, 6}, "Fri 08 May 2026 23:59:59"),
    ],
)
def test_weekends_of_one_day_or_split(zone: str, weekend: set[int], expected: str) -> None:
    calendar = Calendar(zone, frozenset(weekend), years=frozenset({2026}))
    assert due(calendar, "2026-05-05T10:00", "3wd") == expected
