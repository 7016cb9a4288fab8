"""``chancery calendar due`` without its command line, and the host calendars that it seeds."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from chancery.calendar_due import InputRefused, run
from chancery.hostcalendar import SOURCE, seed
from domain.calendar import Holiday
from domain.instant import BadInput


def ask(**more: object) -> dict[str, object]:
    asked: dict[str, object] = {
        "host": "EG",
        "zone": "Africa/Cairo",
        "from_": "2026-05-05T09:10",
        "term": "3wd",
    }
    return run(**(asked | more))  # type: ignore[arg-type]


def test_one_object_as_the_page_says() -> None:
    assert ask() == {
        "due_at": "2026-05-10T20:59:59Z",
        "local": "2026-05-10T23:59:59+03:00",
        "zone": "Africa/Cairo",
        "term": "3wd",
        "provisional": False,
        "explanation": [
            {"date": "2026-05-05", "counted": False, "reason": "the day of the event"},
            {"date": "2026-05-06", "counted": True, "reason": "working day 1 of 3"},
            {"date": "2026-05-07", "counted": True, "reason": "working day 2 of 3"},
            {"date": "2026-05-08", "counted": False, "reason": "weekend"},
            {"date": "2026-05-09", "counted": False, "reason": "weekend"},
            {"date": "2026-05-10", "counted": True, "reason": "working day 3 of 3"},
        ],
    }


@pytest.mark.parametrize(
    ("asked", "local", "provisional"),
    [
        ({"from_": "2026-05-05T06:10Z"}, "2026-05-10T23:59:59+03:00", False),
        ({"from_": "2026-05-05T23:30:00-05:00"}, "2026-05-11T23:59:59+03:00", False),  # the 6th in Cairo
        ({"weekend": "sat,Sunday"}, "2026-05-08T23:59:59+03:00", False),
        ({"from_": "2026-05-21T10:00", "term": "5wd"}, "2026-06-02T23:59:59+03:00", True),
        (
            {"from_": "2026-05-21T10:00", "term": "5wd", "holiday": ["2026-05-31=Eid"]},
            "2026-06-03T23:59:59+03:00",
            True,
        ),
        (
            {"from_": "2026-09-02T10:00", "term": "5wd", "suspend": ["2026-09-06T14:00/2026-09-19T18:00"]},
            "2026-09-23T23:59:59+03:00",
            False,
        ),
        ({"from_": "2026-11-14T00:10", "term": "24h"}, "2026-11-15T00:10:00+02:00", False),
        (
            {"from_": "2026-04-24T00:30", "term": "1h"},
            "2026-04-24T02:00:00+03:00",
            False,
        ),  # no such local time
        ({"term": "by:12-31"}, "2026-12-31T23:59:59+02:00", False),
        ({"term": "at:", "appointment": "2026-05-18"}, "2026-05-18T09:00:00+03:00", False),
        ({"term": "before:2wd", "appointment": "2026-05-18T10:00"}, "2026-05-14T23:59:59+03:00", False),
        ({"term": "1y"}, "2027-05-05T23:59:59+03:00", True),
        ({"host": "UA", "zone": "Europe/Kyiv"}, "2026-05-08T23:59:59+03:00", True),  # the package knows none
    ],
)
def test_answers(asked: dict[str, object], local: str, provisional: bool) -> None:
    found = ask(**asked)
    assert (found["local"], found["provisional"]) == (local, provisional)


def test_a_long_term_is_not_provisional_for_want_of_seeding() -> None:
    assert ask(host="BE", zone="Europe/Brussels", term="10y")["provisional"] is False
    assert ask(host="BE", zone="Europe/Brussels", term="2000wd")["provisional"] is False
    far = {"term": "before:1000wd", "appointment": "2026-05-18"}
    assert ask(host="BE", zone="Europe/Brussels", from_="2015-01-01T00:00", **far)["provisional"] is False


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"host": "XX"}, "unknown_country"),
        ({"host": "Egypt"}, "unknown_country"),
        ({"zone": "Mars/Base"}, "unknown_zone"),
        ({"zone": "Mars/Base", "from_": "2026-05-05T06:10Z"}, "unknown_zone"),
        ({"from_": "2026-05-05"}, "bad_instant"),
        ({"from_": "2026-13-05T09:10"}, "bad_instant"),
        ({"from_": "2026-05-05T24:00"}, "bad_instant"),
        ({"from_": "2026-05-05T09:10\n"}, "bad_instant"),
        ({"from_": "9999-12-31T23:00"}, "year_out_of_range"),
        ({"from_": "0001-01-01T00:00Z"}, "year_out_of_range"),
        ({"term": "3"}, "bad_term"),
        ({"term": "0wd"}, "term_out_of_range"),
        ({"term": "at:"}, "no_appointment"),
        ({"term": "at:", "appointment": "soon"}, "bad_date"),
        ({"term": "at:", "appointment": "Tomorrow"}, "bad_instant"),
        ({"weekend": "fr"}, "bad_weekend"),
        ({"weekend": ""}, "bad_weekend"),
        ({"weekend": "mon,tue,wed,thu,fri,sat,sun"}, "bad_weekend"),
        ({"holiday": ["2026-05-31"]}, "bad_holiday"),
        ({"holiday": ["2026-05-31= "]}, "bad_holiday"),
        ({"holiday": ["2026-05-31=a\nb"]}, "bad_holiday"),
        ({"holiday": ["31 May=Eid"]}, "bad_date"),
        ({"suspend": ["2026-09-06T14:00"]}, "bad_suspension"),
        ({"suspend": ["2026-09-06T14:00/then"]}, "bad_instant"),
        ({"suspend": ["2026-09-19T18:00/2026-09-06T14:00"]}, "bad_suspension"),
        ({"suspend": ["2026-05-05T18:00/2060-09-06T14:00"]}, "no_working_day"),
    ],
)
def test_bad_input_is_one_coded_line(asked: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefused) as error:
        ask(**asked)
    assert error.value.code == code
    assert error.value.message == str(error.value)
    assert error.value.message.isprintable()
    assert error.value.message.endswith(".")


# -- host calendars ---------------------------------------------------------------------------------------------------


def test_estimated_days_are_marked_and_named_plainly() -> None:
    egypt = seed("eg", "Africa/Cairo", [2026])
    assert egypt.holidays[date(2026, 5, 27)] == Holiday("Eid al-Adha", estimated=True, source=SOURCE)
    assert egypt.holidays[date(2026, 6, 18)] == Holiday(
        "Islamic New Year (observed)", estimated=True, source=SOURCE
    )
    assert egypt.holidays[date(2026, 5, 1)] == Holiday("Labor Day", estimated=False, source=SOURCE)
    assert egypt.weekend == {4, 5}
    assert egypt.years == {2026}
    assert SOURCE.startswith("holidays-0.")


def test_two_holidays_on_one_day_of_which_one_is_estimated() -> None:
    tunisia = seed("TN", "Africa/Tunis", [2026])
    assert tunisia.holidays[date(2026, 3, 20)] == Holiday(
        "Eid al-Fitr; Independence Day", estimated=True, source=SOURCE
    )


def test_make_up_days_are_worked() -> None:
    china = seed("CN", "Asia/Shanghai", [2026])
    saturday = date(2026, 5, 9)
    assert saturday in china.working_days
    assert china.is_working(saturday)
    assert all(day.year == 2026 for day in china.working_days)


def test_weekends_as_the_year_has_them() -> None:
    assert seed("AE", "Asia/Dubai", [2021]).weekend == {4, 5}
    assert seed("AE", "Asia/Dubai", [2026]).weekend == {5, 6}
    assert seed("IR", "Asia/Tehran", [2026]).weekend == {4}
    assert seed("BN", "Asia/Brunei", [2026]).weekend == {4, 6}
    assert seed("BN", "Asia/Brunei", [2026], weekend=[5]).weekend == {5}


def test_a_country_without_known_holidays_lacks_data() -> None:
    ukraine = seed("UA", "Europe/Kyiv", [2026])
    assert ukraine.lacks_data(date(2026, 5, 5))
    assert not seed("EG", "Africa/Cairo", [2026]).lacks_data(date(2026, 5, 5))


def test_countries_with_one_language_are_seeded_too() -> None:
    assert seed("ZA", "Africa/Johannesburg", [2026]).holidays[date(2026, 5, 1)].name == "Workers' Day"
    assert seed("FR", "Europe/Paris", [2026]).holidays[date(2026, 5, 1)].name == "Labor Day"
    assert seed("SS", "Africa/Juba", [2026]).is_estimated(date(2026, 3, 20))


def test_every_estimated_day_of_every_country_is_found() -> None:
    for code in sorted(holidays.list_supported_countries(include_aliases=False)):
        for day, holiday in seed(code, "UTC", [2026, 2027]).holidays.items():
            assert "estim" not in holiday.name.lower(), (code, day)


@pytest.mark.parametrize("country", ["XX", "", "HolidayBase", "E", "EGY"])
def test_unknown_countries_are_refused(country: str) -> None:
    with pytest.raises(BadInput) as error:
        seed(country, "Africa/Cairo", [2026])
    assert error.value.code == "unknown_country"


def test_no_years_are_refused() -> None:
    with pytest.raises(BadInput) as error:
        seed("EG", "Africa/Cairo", [])
    assert error.value.code == "no_years"
