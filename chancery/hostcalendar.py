"""A first calendar for a mission, from what the PyPI package ``holidays`` knows of the host country.

The only module that imports that package: its answers become data once (``CalendarAdopted``) and are never asked for
again, least of all inside a workflow, where an upgrade would change the past.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from importlib.metadata import version

import holidays

from domain.calendar import Calendar, Holiday
from domain.instant import BadInput, quoted

SOURCE = f"holidays-{version('holidays')}"
"""The ``source`` of every holiday seeded here: package and version."""

_LANGUAGE = "en_US"
_ESTIMATED = re.compile(r" ?\((?:(observed), )?estimated\)")


def seed(country: str, zone: str, years: Iterable[int], *, weekend: Iterable[int] | None = None) -> Calendar:
    """The calendar of a host country (ISO 3166-1 alpha-2) for ``years``, in the IANA zone ``zone``.

    Weekend (0 = Monday) as the country has it in the last of the years, unless given. Names are English where the
    package has them. A year for which it knows no holiday stays out of ``Calendar.years``, so that deadlines in it are
    provisional. Raises :class:`BadInput`: ``unknown_country``, ``no_years``, ``unknown_zone``, ``bad_weekend``.
    """
    wanted = sorted(set(years))
    if not wanted:
        raise BadInput("no_years", "A calendar is seeded for at least one year.")
    host = _host(country, wanted)
    # A weekday that the package counts as a make-up day is worked, whatever else falls on it.
    make_up = frozenset(day for day in host.weekend_workdays if day.year in wanted)
    days_off = {day: _holiday(name) for day, name in host.items() if day not in make_up}
    return Calendar(
        zone=zone,
        weekend=_weekend(host, wanted[-1]) if weekend is None else frozenset(weekend),
        holidays=days_off,
        working_days=make_up,
        years=frozenset(day.year for day in days_off).intersection(wanted),
    )


def _host(country: str, years: list[int]) -> holidays.HolidayBase:
    code = country.strip().upper()
    # The package also answers to names of its own classes ("Egypt", "HolidayBase"); only country codes are meant here.
    if code not in holidays.list_supported_countries(include_aliases=False):
        raise BadInput(
            "unknown_country", f"{quoted(country)} is not a country known here; write a code such as EG."
        )
    host = holidays.country_holidays(code, years=years)
    if _LANGUAGE in host.supported_languages:
        host = holidays.country_holidays(code, years=years, language=_LANGUAGE)
    return host


def _weekend(host: holidays.HolidayBase, year: int) -> frozenset[int]:
    """The weekdays of the weekend in ``year``; countries have changed theirs, so the package is asked by date."""
    week = (date(year, 12, 24) + timedelta(days=n) for n in range(7))
    return frozenset(day.weekday() for day in week if host.is_weekend(day))


def _holiday(name: str) -> Holiday:
    """The package writes "(estimated)" into the name; two holidays on one day are joined by a semicolon."""
    plain = _ESTIMATED.sub(lambda match: f" ({match[1]})" if match[1] else "", name)
    return Holiday(plain, estimated=plain != name, source=SOURCE)
