"""The table of DEADLINES.md, one function a row: where each kind of term ends by itself, and the lines that say why.

``domain.deadline`` puts appointments, notes and the floor of recomputations on top; nothing else calls this module.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendar import DAY, SEARCH_LIMIT, Calendar
from domain.instant import SECOND, BadInput, check_year
from domain.term import Term

_LABEL = 120  # a reason is stored in an event, where a label has at most so many characters


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: a local day, whether it counted, and why (not)."""

    date: date
    counted: bool
    reason: str

    def __post_init__(self) -> None:
        plain = "".join(c if c.isprintable() and c not in "<>" else " " for c in self.reason)
        object.__setattr__(self, "reason", plain if len(plain) <= _LABEL else plain[: _LABEL - 1] + "…")


@dataclass(frozen=True, slots=True)
class Stop:
    """A suspension or a wait: its instants, the local days that it touches, and what it is called."""

    starts: datetime
    ends: datetime
    first: date
    last: date
    name: str

    @classmethod
    def of(cls, calendar: Calendar, starts: datetime, ends: datetime, name: str) -> Stop:
        """The stop over [``starts``, ``ends``), in UTC."""
        first, last = calendar.day_of(starts), calendar.day_of(ends - SECOND)
        return cls(starts, ends, first, last, f"{name} ({first} to {last})")


@dataclass(frozen=True, slots=True)
class Case:
    """All that an end is reckoned from. ``begin`` is UTC, ``today`` its local day."""

    term: Term
    begin: datetime
    today: date
    calendar: Calendar
    suspended: tuple[Stop, ...]
    waiting: tuple[Stop, ...]
    appointment: datetime | None


@dataclass(frozen=True, slots=True)
class Own:
    """A term's own end, before any appointment cuts it; ``looked`` are the days of the calendar that it rests on."""

    due: datetime
    lines: tuple[Line, ...]
    looked: tuple[date, date] | None = None
    short_notice: bool = False


def own_end(case: Case) -> Own:
    """Where the term of ``case`` ends by itself. Raises ``no_appointment``, ``no_working_day``, ``year_out_of_range``."""
    match case.term.kind:
        case "wd":
            return _working_days(case)
        case "h":
            return _hours(case)
        case "by":
            return _by(case)
        case "at":
            return _at(case)
        case "before":
            return _before(case)
        case _:
            return _period(case)


def counts(day: date, reason: str) -> Line:
    """A day that counted."""
    return Line(day, counted=True, reason=reason)


def skips(day: date, reason: str) -> Line:
    """A day that did not count."""
    return Line(day, counted=False, reason=reason)


def stopped(stops: Sequence[Stop], day: date) -> str | None:
    """The name of the first stop that touches ``day``."""
    return next((stop.name for stop in stops if stop.first <= day <= stop.last), None)


def shown(value: datetime, calendar: Calendar) -> str:
    """The instant as a reader of that calendar's zone writes it, to the minute."""
    return calendar.local(value).strftime("%Y-%m-%d %H:%M")


def _working_days(case: Case) -> Own:
    """Working days; the day of the event and days that a suspension or a wait touches are not counted."""
    stops = case.suspended + case.waiting
    lines = [skips(case.today, "the day of the event")]
    day, counted, idle = case.today, 0, 0
    while counted < case.term.n:
        day += DAY
        if why := case.calendar.why_not(day) or stopped(stops, day):
            idle = _still_searching(idle, day)
            lines.append(skips(day, why))
        else:
            counted, idle = counted + 1, 0
            lines.append(counts(day, f"working day {counted} of {case.term.n}"))
    return Own(case.calendar.end_of(day), tuple(lines), (case.today + DAY, day))


def _hours(case: Case) -> Own:
    """Elapsed hours from the minute of the event, through everything."""
    minute = case.begin.replace(second=0)
    due = minute + timedelta(hours=case.term.n)
    check_year(due.date())
    since = f"{case.term.n} hours from {shown(minute, case.calendar)}, through nights, weekends and holidays"
    ends = counts(case.calendar.day_of(due), f"ends {shown(due, case.calendar)}")
    return Own(due, (counts(case.today, since), ends))


def _period(case: Case) -> Own:
    """Calendar days, months or years; an end that is no working day, or that a suspension touches, rolls on."""
    what = {"d": "calendar days", "mo": "months", "y": "years"}[case.term.kind]
    lines = [skips(case.today, "the day of the event")]
    day, idle = _later(case.today, case.term), 0
    while why := case.calendar.why_not(day) or stopped(case.suspended, day):
        idle = _still_searching(idle, day)
        lines.append(skips(day, f"{why}; the end rolls on"))
        day += DAY
    lines.append(counts(day, f"the end of {case.term.n} {what} from {case.today}"))
    return Own(case.calendar.end_of(day), tuple(lines), (case.today + DAY, day))


def _by(case: Case) -> Own:
    """The next such date, today included; it never rolls."""
    year = case.today.year
    while not (day := _date_in(year, case.term)) or day < case.today:
        year += 1
    opened = Line(case.today, counted=day == case.today, reason="the task opens")
    return Own(case.calendar.end_of(day), (opened, counts(day, "the stated date; it never moves")))


def _at(case: Case) -> Own:
    """The appointment itself."""
    appointment = _needed(case)
    day = case.calendar.day_of(appointment)
    ends = counts(day, f"the appointment, {shown(appointment, case.calendar)}")
    return Own(appointment, (skips(case.today, "the task opens"), ends))


def _before(case: Case) -> Own:
    """So many working days before the appointment's day; due at the appointment if that has passed."""
    appointment = _needed(case)
    latest = day = case.calendar.day_of(appointment)
    lines = [skips(case.today, "the task opens"), skips(latest, "the day of the appointment")]
    counted, idle = 0, 0
    while counted < case.term.n:
        day -= DAY
        if why := case.calendar.why_not(day):
            idle = _still_searching(idle, day)
            lines.append(skips(day, why))
        else:
            counted, idle = counted + 1, 0
            lines.append(counts(day, f"working day {counted} of {case.term.n}, counted back"))
    due = case.calendar.end_of(day)
    if due >= case.begin:
        return Own(due, tuple(lines), (day, latest))
    lines.append(skips(latest, f"short notice: {day} has passed; due at the appointment"))
    return Own(appointment, tuple(lines), (day, latest), short_notice=True)


def _still_searching(idle: int, day: date) -> int:
    check_year(day)
    if idle >= SEARCH_LIMIT:
        raise BadInput("no_working_day", f"No working day that counts in the twenty years up to {day}.")
    return idle + 1


def _needed(case: Case) -> datetime:
    if case.appointment is None:
        raise BadInput("no_appointment", f"The term {case.term} needs an appointment to be reckoned from.")
    return case.appointment


def _date_in(year: int, term: Term) -> date | None:
    """The date of a ``by:`` term in ``year``; None where 29 February is asked of a year without one."""
    check_year(date(year, 1, 1))
    last = gregorian.monthrange(year, term.month)[1]
    return date(year, term.month, term.day) if term.day <= last else None


def _later(day: date, term: Term) -> date:
    """``day`` plus a number of days, months or years; the month's last day where there is no such date."""
    if term.kind == "d":
        return day + DAY * term.n
    months = day.month - 1 + (term.n if term.kind == "mo" else 12 * term.n)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))
