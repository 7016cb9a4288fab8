"""A mission's calendar: weekend, holidays, closing days, make-up days and time zone, as versioned data.

Days are local dates of ``Calendar.zone``; instants are UTC. Regulation (EEC, Euratom) No 1182/71 calls working days
"all days other than public holidays, Sundays and Saturdays"; a host country's weekend differs, so it is data here.
Nothing in this module knows which holidays a country has: see ``chancery.hostcalendar``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from typing_extensions import override

from domain.instant import SECOND, BadInput, as_instant, check_year, date_from_text, resolve, zone_info

DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)
# A search for a working day that finds none in so many days has met data that no mission can have.
SEARCH_LIMIT = 7_320


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off by law or by closing. ``estimated``: a lunar date not yet announced. ``source``: who said so."""

    name: str
    estimated: bool = False
    source: str = "host"

    @override
    def __str__(self) -> str:
        return f"{self.name} (estimated)" if self.estimated else self.name


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a mission's calendar.

    ``weekend`` counts from 0 = Monday. ``working_days`` are make-up days: worked although they are in the weekend.
    ``years`` are those with holiday data; a deadline that reaches into another one is provisional.
    Raises :class:`BadInput`: ``unknown_zone``, ``bad_weekend`` (all seven days, or none of a week's numbers).
    """

    zone: str
    weekend: frozenset[int]
    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    working_days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    version: int = 1

    def __post_init__(self) -> None:
        zone_info(self.zone)
        if not self.weekend <= frozenset(range(7)):
            raise BadInput("bad_weekend", "A weekend is a set of days from 0 (Monday) to 6 (Sunday).")
        if len(self.weekend) == 7:
            raise BadInput("bad_weekend", "A weekend of seven days leaves no working day; name at most six.")
        object.__setattr__(self, "holidays", MappingProxyType(dict(sorted(self.holidays.items()))))

    # -- days ---------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        if day in self.holidays:
            return False
        return day.weekday() not in self.weekend or day in self.working_days

    def why_not(self, day: date) -> str | None:
        """Why ``day`` is not a working day; None if it is one."""
        if self.is_working(day):
            return None
        holiday = self.holidays.get(day)
        return "weekend" if holiday is None else f"holiday: {holiday}"

    def is_estimated(self, day: date) -> bool:
        """Whether ``day`` is a holiday whose date is only estimated."""
        holiday = self.holidays.get(day)
        return holiday is not None and holiday.estimated

    def lacks_data(self, day: date) -> bool:
        """Whether nothing is known of the holidays of the year in which ``day`` lies."""
        return day.year not in self.years

    def uncertain(self, first: date, last: date) -> bool:
        """Whether an estimated holiday or a year without data lies in ``first`` to ``last``, both included."""
        if any(year not in self.years for year in range(first.year, last.year + 1)):
            return first <= last
        return any(h.estimated and first <= day <= last for day, h in self.holidays.items())

    def add_working(self, day: date, count: int, *, stopped: Callable[[date], object] | None = None) -> date:
        """The working day ``count`` after ``day`` (before it, if negative), ``day`` itself not counted.

        A day for which ``stopped`` answers something true is passed over. Raises ``no_working_day`` if there is none
        in twenty years.
        """
        step = DAY if count >= 0 else -DAY
        left, tried = abs(count), 0
        while left:
            day += step
            check_year(day)
            if self.is_working(day) and not (stopped and stopped(day)):
                left, tried = left - 1, 0
            elif (tried := tried + 1) > SEARCH_LIMIT:
                raise BadInput("no_working_day", f"No working day in the twenty years before {day}.")
        return day

    def next_working(self, day: date, *, stopped: Callable[[date], object] | None = None) -> date:
        """The first working day from ``day`` on, ``day`` included."""
        return self.add_working(day - DAY, 1, stopped=stopped)

    def count_working(
        self, after: date, until: date, *, stopped: Callable[[date], object] | None = None
    ) -> int:
        """How many working days lie after ``after``, up to and including ``until``."""
        days = (after + DAY * n for n in range(1, (until - after).days + 1))
        return sum(1 for day in days if self.is_working(day) and not (stopped and stopped(day)))

    # -- instants -----------------------------------------------------------------------------------------------

    def local(self, value: datetime) -> datetime:
        """The instant as this calendar's zone shows it (aware)."""
        return as_instant(value).astimezone(zone_info(self.zone))

    def day_of(self, value: datetime) -> date:
        """The local date of an instant."""
        return self.local(value).date()

    def at(self, day: date, clock: time) -> datetime:
        """The UTC instant of a local time; see :func:`domain.instant.resolve` for the hours that clocks skip."""
        return resolve(day, clock, self.zone)

    def start_of(self, day: date) -> datetime:
        """The UTC instant at which ``day`` begins."""
        return self.at(day, time(0))

    def end_of(self, day: date) -> datetime:
        """The UTC instant of 23:59:59 local on ``day``: the last second that is in time."""
        return self.at(day, END_OF_DAY)

    # -- revisions ----------------------------------------------------------------------------------------------

    def with_holiday(self, day: date, holiday: Holiday) -> Calendar:
        """The next version, in which ``day`` is a holiday (and no longer a make-up day)."""
        return replace(
            self,
            holidays={**self.holidays, day: holiday},
            working_days=self.working_days - {day},
            version=self.version + 1,
        )

    def with_working_day(self, day: date) -> Calendar:
        """The next version, in which ``day`` is worked: a holiday taken back, or a make-up day."""
        holidays = {d: h for d, h in self.holidays.items() if d != day}
        extra = {day} if day.weekday() in self.weekend else set()
        return replace(
            self, holidays=holidays, working_days=self.working_days | extra, version=self.version + 1
        )

    # -- data ---------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, Any]:
        """Plain JSON, sorted, without floats: what ``CalendarAdopted`` and ``CalendarRevised`` carry."""
        return {
            "zone": self.zone,
            "weekend": sorted(self.weekend),
            "holidays": [
                {"date": day.isoformat(), "name": h.name, "estimated": h.estimated, "source": h.source}
                for day, h in self.holidays.items()
            ],
            "working_days": [day.isoformat() for day in sorted(self.working_days)],
            "years": sorted(self.years),
            "version": self.version,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Calendar:
        """The calendar that :meth:`to_data` wrote. Raises ``bad_calendar`` (and the codes of the class)."""
        try:
            return cls(
                zone=data["zone"],
                weekend=frozenset(data["weekend"]),
                holidays={
                    date_from_text(h["date"]): Holiday(h["name"], h["estimated"], h["source"])
                    for h in data["holidays"]
                },
                working_days=frozenset(date_from_text(day) for day in data["working_days"]),
                years=frozenset(data["years"]),
                version=data["version"],
            )
        except (KeyError, TypeError) as error:
            raise BadInput("bad_calendar", f"The calendar's data are incomplete: {error}.") from error


@dataclass(frozen=True, slots=True)
class Suspension:
    """A declared stop (security, closure), UTC, half-open: from ``starts`` up to, not including, ``ends``.

    Raises ``bad_suspension`` if it does not end after it starts.
    """

    id: str
    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", as_instant(self.starts))
        object.__setattr__(self, "ends", as_instant(self.ends))
        if self.ends <= self.starts:
            raise BadInput("bad_suspension", "A suspension ends after it starts.")

    def touches(self, calendar: Calendar, day: date) -> bool:
        """Whether any instant of the local ``day`` lies in the suspension."""
        return calendar.day_of(self.starts) <= day <= calendar.day_of(self.ends - SECOND)


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that is with somebody outside the mission: why, with whom, from when; ``ends`` None while it lasts.

    ``party`` is ``headquarters`` or a word for an outside party (``court``, ``authorities``). ``renewed``: when a second
    person last renewed it. UTC, half-open. Raises ``bad_wait`` if it does not end after it starts.
    """

    cause: str
    party: str
    starts: datetime
    ends: datetime | None = None
    renewed: datetime | None = None

    LAPSES_AFTER = 20
    """Working days after which a wait lapses that no second person renews."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", as_instant(self.starts))
        if self.renewed is not None:
            object.__setattr__(self, "renewed", as_instant(self.renewed))
        if self.ends is not None:
            object.__setattr__(self, "ends", as_instant(self.ends))
            if self.ends <= self.starts:
                raise BadInput("bad_wait", "A wait ends after it starts.")

    def lapses(self, calendar: Calendar) -> datetime:
        """The instant from which the clock runs again by itself: after the twentieth working day, unrenewed."""
        since = calendar.day_of(self.renewed or self.starts)
        return calendar.end_of(calendar.add_working(since, self.LAPSES_AFTER)) + SECOND

    def until(self, calendar: Calendar) -> datetime:
        """Its end, or while it lasts the instant at which it would lapse."""
        return self.lapses(calendar) if self.ends is None else self.ends
