from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Holiday, Suspension, Wait
from domain.instant import BadInput, as_instant, date_from_text, from_text, quoted, resolve, to_text

EID = Holiday("Eid al-Adha", estimated=True)
MONDAY = date(2026, 5, 4)


def plain(**more: object) -> Calendar:
    data: dict[str, object] = {
        "zone": "Africa/Cairo",
        "weekend": frozenset({4, 5}),
        "years": frozenset({2026}),
    }
    return Calendar(**(data | more))  # type: ignore[arg-type]


def refused(code: str, call: object, *args: object) -> str:
    with pytest.raises(BadInput) as error:
        call(*args)  # type: ignore[operator]
    assert error.value.code == code
    return error.value.message


# -- days -------------------------------------------------------------------------------------------------------------


def test_why_a_day_is_not_worked() -> None:
    calendar = plain(holidays={date(2026, 5, 27): EID, date(2026, 5, 1): Holiday("Labour Day")})
    assert calendar.why_not(date(2026, 5, 27)) == "holiday: Eid al-Adha (estimated)"
    assert (
        calendar.why_not(date(2026, 5, 1)) == "holiday: Labour Day"
    )  # a Friday: the holiday is the better reason
    assert calendar.why_not(date(2026, 5, 2)) == "weekend"
    assert calendar.why_not(MONDAY) is None
    assert calendar.is_estimated(date(2026, 5, 27))
    assert not calendar.is_estimated(date(2026, 5, 1))
    assert not calendar.is_estimated(MONDAY)


def test_a_make_up_day_is_worked_and_a_holiday_on_it_is_not() -> None:
    saturday = date(2026, 5, 2)
    worked = plain(working_days=frozenset({saturday}))
    assert not plain().is_working(saturday)
    assert worked.is_working(saturday)
    assert not worked.with_holiday(saturday, EID).is_working(saturday)
    assert worked.with_holiday(saturday, EID).working_days == frozenset()


def test_a_revision_takes_a_holiday_back() -> None:
    holiday, saturday = date(2026, 5, 27), date(2026, 5, 2)
    calendar = plain(holidays={holiday: EID})
    assert not calendar.is_working(holiday)
    back = calendar.with_working_day(holiday)
    assert back.is_working(holiday)
    assert (back.version, back.working_days) == (2, frozenset())
    assert calendar.with_working_day(saturday).working_days == {saturday}


def test_uncertain_days() -> None:
    calendar = plain(holidays={date(2026, 5, 27): EID, date(2026, 5, 1): Holiday("Labour Day")})
    assert calendar.uncertain(date(2026, 5, 27), date(2026, 5, 27))
    assert not calendar.uncertain(date(2026, 5, 1), date(2026, 5, 26))
    assert not calendar.uncertain(date(2026, 5, 28), date(2026, 12, 31))
    assert calendar.uncertain(date(2026, 12, 31), date(2027, 1, 1))
    assert not calendar.uncertain(date(2027, 1, 2), date(2027, 1, 1))  # no day at all
    assert calendar.lacks_data(date(2027, 1, 1))
    assert not calendar.lacks_data(MONDAY)


def test_counting_working_days() -> None:
    calendar = plain()
    assert calendar.add_working(MONDAY, 4) == date(2026, 5, 10)
    assert calendar.add_working(date(2026, 5, 10), -4) == MONDAY
    assert calendar.add_working(MONDAY, 0) == MONDAY
    assert calendar.add_working(MONDAY, 1, stopped=lambda day: day.day == 5) == date(2026, 5, 6)
    assert calendar.next_working(date(2026, 5, 8)) == date(2026, 5, 10)
    assert calendar.next_working(MONDAY) == MONDAY
    assert calendar.count_working(MONDAY, date(2026, 5, 10)) == 4
    assert calendar.count_working(MONDAY, MONDAY) == 0
    assert calendar.count_working(MONDAY, date(2026, 5, 10), stopped=lambda day: day.day == 5) == 3


def test_a_search_without_end_is_refused() -> None:
    refused("no_working_day", lambda: plain().add_working(MONDAY, 1, stopped=lambda _: True))
    refused("year_out_of_range", lambda: plain().add_working(date(2199, 12, 31), 1))


# -- what a calendar refuses ------------------------------------------------------------------------------------------


def test_bad_calendars_are_refused() -> None:
    assert "at most six" in refused("bad_weekend", lambda: plain(weekend=frozenset(range(7))))
    refused("bad_weekend", lambda: plain(weekend=frozenset({7})))
    for zone in ("", "Mars/Base", "../etc/passwd", "America", "a\0b"):
        refused("unknown_zone", lambda zone=zone: plain(zone=zone))


def test_control_six_days_of_weekend_and_none_are_taken() -> None:
    assert plain(weekend=frozenset(range(6))).next_working(MONDAY) == date(2026, 5, 10)
    assert plain(weekend=frozenset()).next_working(date(2026, 5, 8)) == date(2026, 5, 8)


def test_holidays_cannot_be_changed_in_place() -> None:
    given_days = {MONDAY: EID}
    calendar = plain(holidays=given_days)
    given_days.clear()
    assert not calendar.is_working(MONDAY)
    with pytest.raises(TypeError):
        calendar.holidays[MONDAY] = EID  # type: ignore[index]


# -- local times that clocks skip or repeat ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        # Cairo, 24 April 2026: 00:00 becomes 01:00; 29 October: 24:00 becomes 23:00.
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-23T22:00:00Z"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), "2026-04-23T22:00:00Z"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 59, 59), "2026-04-23T22:00:00Z"),
        ("Africa/Cairo", date(2026, 4, 24), time(1, 0), "2026-04-23T22:00:00Z"),
        ("Africa/Cairo", date(2026, 10, 29), time(23, 0), "2026-10-29T20:00:00Z"),
        ("Africa/Cairo", date(2026, 10, 29), time(23, 59, 59), "2026-10-29T20:59:59Z"),
        ("Africa/Cairo", date(2026, 10, 30), time(0, 0), "2026-10-29T22:00:00Z"),
        ("Europe/Brussels", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00:00Z"),
        ("Europe/Brussels", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00Z"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30:00Z"),  # half an hour only
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0), "2011-12-30T10:00:00Z"),  # a day that never was
        (
            "Africa/Tunis",
            date(2026, 3, 29),
            time(2, 30),
            "2026-03-29T01:30:00Z",
        ),  # control: no change of clocks
    ],
)
def test_local_times(zone: str, day: date, clock: time, expected: str) -> None:
    assert to_text(resolve(day, clock, zone)) == expected


def test_a_day_begins_and_ends() -> None:
    calendar = plain()
    assert to_text(calendar.start_of(date(2026, 4, 24))) == "2026-04-23T22:00:00Z"
    assert to_text(calendar.end_of(date(2026, 4, 24))) == "2026-04-24T20:59:59Z"
    assert calendar.day_of(datetime(2026, 5, 4, 21, 0, tzinfo=UTC)) == date(2026, 5, 5)
    assert calendar.local(datetime(2026, 5, 4, 21, 0, tzinfo=UTC)).isoformat() == "2026-05-05T00:00:00+03:00"


@given(
    st.datetimes(datetime.fromisoformat("1980-01-01"), datetime.fromisoformat("2150-01-01")),
    st.sampled_from(
        [
            "Africa/Cairo",
            "Europe/Brussels",
            "America/Havana",
            "Asia/Tehran",
            "Africa/Casablanca",
            "Pacific/Apia",
            "UTC",
        ]
    ),
)
def test_resolving_is_exact_and_in_order(wall: datetime, zone: str) -> None:
    wall = wall.replace(microsecond=0)
    found = resolve(wall.date(), wall.time(), zone)
    shown = found.astimezone(Calendar(zone, frozenset()).local(found).tzinfo).replace(tzinfo=None)
    assert shown >= wall  # equal, or the first instant after a gap
    if shown == wall:
        hour_before = (found - timedelta(hours=1)).astimezone(Calendar(zone, frozenset()).local(found).tzinfo)
        assert hour_before.replace(tzinfo=None) != wall  # never the second of two
    else:
        second_before = Calendar(zone, frozenset()).local(found - timedelta(seconds=1)).replace(tzinfo=None)
        assert second_before < wall < shown  # the very jump


# -- instants as text -------------------------------------------------------------------------------------------------


def test_instants_are_utc_and_whole() -> None:
    plus_three = datetime(2026, 5, 5, 9, 10, 0, 999_999, tzinfo=timezone(timedelta(hours=3)))
    assert to_text(plus_three) == "2026-05-05T06:10:00Z"
    assert as_instant(plus_three).tzinfo is UTC
    assert from_text("2026-05-05T06:10:00Z") == as_instant(plus_three)


def test_bad_instants_and_dates_are_refused() -> None:
    for text in (
        "2026-05-05T06:10:00",
        "2026-05-05T06:10Z",
        "2026-05-05T06:10:00+00:00",
        "2026-02-30T00:00:00Z",
        5,
        None,
    ):
        refused("bad_instant", from_text, text)
    for text in ("2026-02-30", "2026-5-5", "20260505", "2026-W01-1", 5, None):
        refused("bad_date", date_from_text, text)
    refused("naive_instant", as_instant, datetime.fromisoformat("2026-05-05"))
    refused("year_out_of_range", as_instant, datetime(2200, 1, 1, tzinfo=UTC))
    refused("year_out_of_range", resolve, date(1972, 12, 31), time(0), "UTC")
    assert date_from_text("2026-05-05") == date(2026, 5, 5)


def test_an_error_quotes_one_short_line() -> None:
    assert quoted("a\nb") == "'a\\nb'"
    assert len(quoted("x" * 1000)) == 62


# -- data -------------------------------------------------------------------------------------------------------------

calendars = st.builds(
    Calendar,
    zone=st.sampled_from(["Africa/Cairo", "Europe/Brussels"]),
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    holidays=st.dictionaries(
        st.dates(date(2025, 1, 1), date(2028, 1, 1)),
        st.builds(Holiday, st.text(), st.booleans(), st.text()),
        max_size=9,
    ),
    working_days=st.frozensets(st.dates(date(2025, 1, 1), date(2028, 1, 1)), max_size=5),
    years=st.frozensets(st.integers(2025, 2028)),
    version=st.integers(1, 9),
)


@given(calendars)
def test_a_calendar_comes_back_from_its_data(calendar: Calendar) -> None:
    data = json.loads(json.dumps(calendar.to_data()))
    assert data == calendar.to_data()
    assert Calendar.from_data(data) == calendar
    days = [h["date"] for h in data["holidays"]]
    assert days == sorted(days)


def test_incomplete_data_are_refused() -> None:
    data = plain(holidays={MONDAY: EID}).to_data()
    assert Calendar.from_data(data).holidays[MONDAY] == EID
    for key in data:
        refused("bad_calendar", Calendar.from_data, {k: v for k, v in data.items() if k != key})
    refused("bad_calendar", Calendar.from_data, data | {"weekend": None})
    refused("bad_date", Calendar.from_data, data | {"working_days": ["tomorrow"]})


# -- suspensions and waits --------------------------------------------------------------------------------------------


def test_a_suspension_touches_days_half_open(cairo: Calendar) -> None:
    stop = Suspension("s", cairo.at(date(2026, 9, 6), time(14)), cairo.start_of(date(2026, 9, 8)))
    assert [day for day in range(4, 11) if stop.touches(cairo, date(2026, 9, day))] == [6, 7]
    one_second_more = Suspension("s", stop.starts, stop.ends + timedelta(seconds=1))
    assert one_second_more.touches(cairo, date(2026, 9, 8))


def test_a_wait_lapses_after_twenty_working_days(tunis: Calendar) -> None:
    bare = Calendar("Africa/Tunis", frozenset({5, 6}))
    wait = Wait("clearance", "headquarters", bare.at(MONDAY, time(10)))
    assert to_text(wait.lapses(bare)) == "2026-06-01T23:00:00Z"  # after Monday 1 June, the twentieth
    assert wait.until(bare) == wait.lapses(bare)
    renewed = Wait(wait.cause, wait.party, wait.starts, renewed=bare.at(date(2026, 5, 29), time(10)))
    assert bare.day_of(renewed.lapses(bare)) == date(2026, 6, 27)
    ended = Wait(wait.cause, wait.party, wait.starts, ends=bare.at(date(2026, 5, 6), time(10)))
    assert ended.until(bare) == ended.ends


def test_stops_end_after_they_start(cairo: Calendar) -> None:
    noon = cairo.at(MONDAY, time(12))
    refused("bad_suspension", Suspension, "s", noon, noon)
    refused("bad_wait", Wait, "c", "p", noon, noon)
    refused("naive_instant", Suspension, "s", datetime.fromisoformat("2026-01-01"), noon)
    assert Suspension("s", noon, noon + timedelta(seconds=1)).touches(cairo, MONDAY)
