from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Suspension, Wait
from domain.deadline import compute
from domain.instant import BadInput
from domain.reminders import DutyHours, Notice, next_digest, next_repeat, next_weekly_list, plan
from domain.term import Term

BARE = Calendar("Europe/Brussels", frozenset({5, 6}), years=frozenset(range(2020, 2040)))
OPENED = "2026-05-04T10:00"  # a Monday


def at(text: str) -> datetime:
    wall = datetime.fromisoformat(text)
    return BARE.at(wall.date(), wall.time())


def notices(term: str, start: str = OPENED, *, escalates: bool = False, **more: object) -> list[str]:
    stops = {key: more[key] for key in ("suspensions", "waits") if key in more}
    deadline = compute(Term.parse(term), at(start), BARE, **more)  # type: ignore[arg-type]
    planned = plan(deadline, at(start), BARE, escalates=escalates, **stops)  # type: ignore[arg-type]
    return [f"{n.kind} {n.n} {BARE.local(n.at):%m-%d %H:%M:%S} {'+'.join(n.to)}" for n in planned]


def reminders(term: str, start: str = OPENED, **more: object) -> list[str]:
    return [n.split()[2] for n in notices(term, start, **more) if n.startswith("reminder")]  # type: ignore[arg-type]


# -- working days and longer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "days"),
    [
        ("1wd", ["05-05"]),
        ("2wd", ["05-05"]),
        ("3wd", ["05-06", "05-07"]),
        ("4wd", ["05-06", "05-07"]),
        ("5wd", ["05-07", "05-08"]),
        ("10wd", ["05-11", "05-14"]),
        ("1d", ["05-05"]),
        ("5d", ["05-07", "05-08"]),  # due Monday 11 May: five working days
        ("1mo", ["05-20", "05-28"]),  # due 4 June: 23 working days, so the 12th and the 18th
        ("by:05-09", ["05-06", "05-07"]),  # a Saturday: four working days before it
        ("by:05-04", []),  # today: no morning left
    ],
)
def test_two_reminders_at_nine(term: str, days: list[str]) -> None:
    assert reminders(term) == days
    assert all(" 09:00:00 holder" in n for n in notices(term) if n.startswith("reminder"))


def test_overdue_and_escalation() -> None:
    assert notices("5wd") == [
        "reminder 1 05-07 09:00:00 holder",
        "reminder 2 05-08 09:00:00 holder",
        "overdue 1 05-12 00:00:00 holder+focal_point_weekly",
    ]
    assert notices("5wd", escalates=True)[3:] == [
        "escalation 1 05-13 09:00:00 head_of_mission",
        "escalation 2 05-18 09:00:00 headquarters",
    ]


def test_stopped_days_carry_no_reminder() -> None:
    stop = Suspension("s", at("2026-05-05T12:00"), at("2026-05-08T12:00"))
    assert reminders("3wd", suspensions=[stop]) == ["05-12", "05-13"]
    wait = Wait("adjourned", "court", stop.starts, stop.ends)
    assert reminders("3wd", waits=[wait]) == ["05-12", "05-13"]
    assert reminders("10d", waits=[wait]) == reminders("10d")  # the term runs on, and so do its reminders
    hearing = date(2026, 5, 13)
    assert reminders("before:2wd", waits=[wait], appointment=hearing) == reminders(
        "before:2wd", appointment=hearing
    )


def test_escalation_passes_over_a_suspension() -> None:
    stop = Suspension("s", at("2026-05-13T12:00"), at("2026-05-14T12:00"))
    assert notices("5wd", escalates=True, suspensions=[stop])[-2:] == [
        "escalation 1 05-15 09:00:00 head_of_mission",
        "escalation 2 05-20 09:00:00 headquarters",
    ]


def test_no_reminder_at_or_after_the_due_instant() -> None:
    assert reminders("1wd", appointment=date(2026, 5, 5)) == []
    assert reminders("1wd", appointment=at("2026-05-05T09:01")) == ["05-05"]  # control
    assert reminders("at:", appointment=date(2026, 5, 1)) == []
    assert reminders("before:2wd", appointment=date(2026, 5, 13)) == ["05-07", "05-08"]


# -- hours ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("1h", ["10:30"]),
        ("2h", ["11:00"]),
        ("3h", ["11:30", "12:15"]),
        ("4h", ["12:00", "13:00"]),
        ("24h", ["22:00", "04:00"]),
    ],
)
def test_urgent_reminders(term: str, expected: list[str]) -> None:
    found = [n.split() for n in notices(term) if n.startswith("reminder")]
    assert [n[3][:5] for n in found] == expected
    assert {n[4] for n in found} == {"holder+backup"}


def test_urgent_calls_go_up() -> None:
    assert notices("4h")[2:] == [
        "overdue 1 05-04 14:00:00 alternate+deputy_head_of_mission",
        "escalation 1 05-04 14:30:00 head_of_mission",
        "escalation 2 05-04 15:00:00 hq_duty",
    ]


def test_urgent_term_cut_by_an_appointment() -> None:
    assert [n.split()[3] for n in notices("24h", appointment=at("2026-05-04T12:00:01"))][:2] == [
        "11:00:00",
        "11:30:00",
    ]
    assert [n.split()[3] for n in notices("24h", appointment=at("2026-05-04T12:00"))][:2] == [
        "11:00:00",
        "12:00:00",
    ]
    assert notices("24h", appointment=at("2026-05-04T09:00"))[0].startswith("overdue 1 05-04 09:00:00")


def test_repeats_are_numbered_and_hourly() -> None:
    deadline = compute(Term.parse("1h"), at(OPENED), BARE)
    last = plan(deadline, at(OPENED), BARE)[-1]
    everybody = ("alternate", "deputy_head_of_mission", "head_of_mission", "hq_duty")
    assert next_repeat(last, 1) == Notice("escalation", 3, last.at + timedelta(hours=1), everybody)
    assert next_repeat(last, 5) == Notice("escalation", 7, last.at + timedelta(hours=5), everybody)


# -- digests, weekly list, duty hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-05-04T08:59:59", "2026-05-04T09:00"),
        ("2026-05-04T09:00", "2026-05-05T09:00"),
        ("2026-05-08T09:00", "2026-05-11T09:00"),
        ("2026-05-09T08:00", "2026-05-11T09:00"),
    ],
)
def test_one_digest_a_working_morning(after: str, expected: str) -> None:
    assert next_digest(BARE, at(after)) == at(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-05-04T08:59:59", "2026-05-04T09:00"),
        ("2026-05-04T09:00", "2026-05-11T09:00"),
        ("2026-05-10T09:00", "2026-05-11T09:00"),
    ],
)
def test_one_list_a_week(after: str, expected: str) -> None:
    assert next_weekly_list(BARE, at(after)) == at(expected)


def test_a_week_that_is_suspended_has_its_list_afterwards() -> None:
    stop = Suspension("s", at("2026-05-11T00:00"), at("2026-05-12T12:00"))
    assert next_weekly_list(BARE, at("2026-05-05T09:00"), suspensions=[stop]) == at("2026-05-13T09:00")
    assert next_digest(BARE, at("2026-05-10T09:00"), suspensions=[stop]) == at("2026-05-13T09:00")


def test_duty_hours() -> None:
    hours = DutyHours(time(9), time(17))
    assert hours.covers(BARE, at("2026-05-04T09:00"))
    assert not hours.covers(BARE, at("2026-05-04T17:00"))
    assert not hours.covers(BARE, at("2026-05-04T08:59:59"))
    assert not hours.covers(BARE, at("2026-05-09T12:00"))
    with pytest.raises(BadInput, match="close after they open"):
        DutyHours(time(17), time(9))


# -- properties and data ----------------------------------------------------------------------------------------------


@given(
    st.sampled_from(
        [
            "1wd",
            "2wd",
            "3wd",
            "17wd",
            "1h",
            "2h",
            "3h",
            "48h",
            "10d",
            "2mo",
            "1y",
            "by:12-31",
            "at:",
            "before:3wd",
        ]
    ),
    st.integers(0, 500_000).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes)),
    st.integers(0, 100_000).map(lambda minutes: timedelta(minutes=minutes)),
    st.booleans(),
)
def test_plans_are_in_order_and_numbered(
    term: str, opened: datetime, until: timedelta, escalates: bool
) -> None:
    hearing = opened + until
    deadline = compute(Term.parse(term), opened, BARE, appointment=hearing)
    planned = plan(deadline, opened, BARE, escalates=escalates)
    assert [n.at for n in planned] == sorted(n.at for n in planned)
    assert len({(n.kind, n.n) for n in planned}) == len(planned)
    assert sum(n.kind == "overdue" for n in planned) == 1
    for notice in planned:
        assert Notice.from_data(notice.to_data()) == notice
        if notice.kind == "reminder":
            assert opened < notice.at < deadline.due_at


def test_incomplete_data_are_refused() -> None:
    data = Notice("overdue", 1, at(OPENED), ("holder",)).to_data()
    for key in data:
        with pytest.raises(BadInput, match="incomplete"):
            Notice.from_data({k: v for k, v in data.items() if k != key})
