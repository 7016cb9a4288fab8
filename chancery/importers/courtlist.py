"""A court list as an iCalendar file (RFC 5545), read strictly. What it may hold stands in docs/imports.md.

The components are walked here, so that each problem has its line; icalendar takes the content lines and texts apart. Time
zones are IANA's (or Windows' names for them) from the pinned rules: a VTIMEZONE that redefines one is not believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from icalendar.parser import Contentline, Parameters
from icalendar.prop import vText
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from chancery.importers.problems import ImportRefused, Problems, decode
from domain.calendar import Calendar
from domain.deadline import APPOINTMENT_HOUR
from domain.instant import BadInput, as_instant, quoted, resolve, zone_info

MOST_SITTINGS: Final = 500
MOST_LETTERS: Final = 20_000
MOST_LINES: Final = 50_000
_MOMENT: Final = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_RECURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_WORDS: Final = ("SUMMARY", "LOCATION", "DESCRIPTION")
_STATUS: Final = ("TENTATIVE", "CONFIRMED", "CANCELLED")
_METHODS: Final = ("PUBLISH", "REQUEST", "ADD", "CANCEL")
_ONCE: Final = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "STATUS", "SEQUENCE", *_WORDS})
_DURATION: Final = re.compile(
    r"\+?P(?=[0-9T])([0-9]+W|([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One sitting of a list. `starts` is UTC, `day` local; `words` are sealed and never enter an event."""

    line: int
    uid: str
    sequence: int
    starts: datetime
    day: date
    whole_day: bool
    cancelled: bool
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Property:
    line: int
    name: str
    parameters: Parameters
    value: str


@dataclass(slots=True)
class _Event:
    line: int
    number: int
    method: str = "PUBLISH"
    properties: dict[str, _Property] = field(default_factory=dict)


def parse(raw: bytes, filename: str, calendar: Calendar) -> list[Listed]:
    """The sittings of a list, in the order of the file, each UID once (its highest SEQUENCE).

    Times without a zone are the mission's, as `calendar` has it; a day without an hour counts from 09:00 there
    (DEADLINES.md). Raises ImportRefused with every problem that was found.
    """
    problems = Problems(filename)
    events = _Reader(problems).read(decode(raw, problems))
    listed = [found for event in events if (found := _listed(event, calendar, problems))]
    problems.refuse_any()
    if not events:
        raise problems.stop(1, "VEVENT", "empty", "no sitting is listed; each is a VEVENT of a VCALENDAR.")
    latest = _latest(listed, problems)
    problems.refuse_any()
    return latest


# ── components and their lines ───────────────────────────────────────────────────────────────────────────────────


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the line each begins on (RFC 5545, 3.1: a blank or tab in front continues)."""
    number, whole = 0, ""
    for count, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line[:1] in (" ", "\t") and whole:
            whole += line[1:]
            continue
        if whole.strip():
            yield number, whole
        number, whole = count, line
    if whole.strip():
        yield number, whole


class _Reader:
    """Walks the content lines of one file and keeps what stands in its VEVENTs."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.events: list[_Event] = []
        self._open: list[tuple[str, int]] = []
        self._method = "PUBLISH"
        self._first = 0

    def read(self, text: str) -> list[_Event]:
        """The events of a text, in its order. Raises ImportRefused where reading on makes no sense."""
        for count, (number, content) in enumerate(_unfolded(text)):
            if count == MOST_LINES:
                raise self._stop(
                    number, "file", "too-large", f"more than {MOST_LINES:,} lines; split the list."
                )
            prop = self._property(number, content)
            if prop is None:
                continue
            name = prop.value.strip().upper()
            if prop.name == "BEGIN":
                self._begin(number, name)
            elif prop.name == "END":
                self._end(number, name)
            elif not self._open:
                raise self._stop(
                    number, "BEGIN", "not-a-calendar", "an iCalendar file begins with BEGIN:VCALENDAR."
                )
            elif self._open[-1][0] == "VCALENDAR" and prop.name == "METHOD":
                self._method = name
                if name not in _METHODS:
                    said = f"{quoted(name)} lists no sittings; {', '.join(_METHODS)} do."
                    self.problems.add(number, "METHOD", "bad-method", said)
            elif self._open[-1][0] == "VEVENT":
                _keep(self.events[-1], prop, self.problems)
        if self._open:
            name, number = self._open[-1]
            raise self._stop(
                number, "BEGIN", "cut-short", f"{quoted(name)} has no END; the file is cut short."
            )
        return self.events

    def _begin(self, number: int, name: str) -> None:
        if not self._open and name != "VCALENDAR":
            raise self._stop(number, "BEGIN", "not-a-calendar", f"{quoted(name)} stands outside a VCALENDAR.")
        if name == "VCALENDAR":
            self._method, self._first = "PUBLISH", len(self.events)
        elif name == "VEVENT":
            if [outer for outer, _ in self._open] != ["VCALENDAR"]:
                raise self._stop(number, "BEGIN", "misplaced", "a VEVENT stands directly in a VCALENDAR.")
            if len(self.events) == MOST_SITTINGS:
                raise self._stop(
                    number, "VEVENT", "too-many", f"more than {MOST_SITTINGS} sittings; split the list."
                )
            self.events.append(_Event(number, len(self.events) + 1))
        self._open.append((name, number))

    def _end(self, number: int, name: str) -> None:
        due = self._open[-1][0] if self._open else None
        if due != name:
            where = "nothing is open" if due is None else f"{quoted(due)} is open"
            raise self._stop(number, "END", "misplaced", f"{quoted(name)} ends here, and {where}.")
        self._open.pop()
        if name == "VCALENDAR":
            for event in self.events[self._first :]:
                event.method = self._method

    def _property(self, number: int, content: str) -> _Property | None:
        try:
            name, parameters, value = Contentline.from_ical(content).parts()  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, IndexError, TypeError):
            # The line itself is not shown: it may be the one that holds a name.
            self.problems.add(
                number, "line", "not-a-content-line", "this is not NAME:VALUE, as RFC 5545 writes it."
            )
            return None
        return _Property(number, str(name).upper(), parameters, str(value))

    def _stop(self, number: int, name: str, code: str, message: str) -> ImportRefused:
        return self.problems.stop(number, name, code, message)


def _keep(event: _Event, prop: _Property, problems: Problems) -> None:
    if prop.name in _RECURRENCE:
        problems.add(
            prop.line,
            prop.name,
            "recurrence",
            f"VEVENT {event.number} repeats; list each sitting as a VEVENT of its own.",
        )
    elif prop.name in _ONCE:
        if prop.name in event.properties:
            problems.add(
                prop.line, prop.name, "stands-twice",
                f"VEVENT {event.number} has it on line {event.properties[prop.name].line} already; keep one.",
            )  # fmt: skip
        else:
            event.properties[prop.name] = prop


# ── one sitting ──────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(event: _Event, calendar: Calendar, problems: Problems) -> Listed | None:
    before = len(problems.found)
    has = event.properties
    uid = _text(has.get("UID"))
    if not uid:
        problems.add(
            event.line, "UID", "missing", f"VEVENT {event.number} has no UID; a sitting is known again by it."
        )
    if "DTSTART" not in has:
        problems.add(
            event.line, "DTSTART", "missing", f"VEVENT {event.number} has no DTSTART; give a day or a time."
        )
    for name in ("UID", *_WORDS):
        if name in has and len(has[name].value) > MOST_LETTERS:
            problems.add(has[name].line, name, "too-long", f"more than {MOST_LETTERS:,} letters; shorten it.")
    status = has["STATUS"].value.strip().upper() if "STATUS" in has else "CONFIRMED"
    if status not in _STATUS:
        problems.add(
            has["STATUS"].line,
            "STATUS",
            "bad-status",
            f"{quoted(status)} is not one of {', '.join(_STATUS)}.",
        )
    start = _moment(has.get("DTSTART"), calendar, problems)
    _check_end(has, start, calendar, problems)
    sequence = _sequence(has.get("SEQUENCE"), problems)
    if len(problems.found) > before or start is None:
        return None
    at, whole_day = start
    return Listed(
        event.line, uid, sequence, at, calendar.day_of(at), whole_day,
        event.method == "CANCEL" or status == "CANCELLED",
        {"uid": uid} | {name.lower(): _text(has[name]) for name in _WORDS if name in has},
    )  # fmt: skip


def _text(prop: _Property | None) -> str:
    return "" if prop is None else str(vText.from_ical(prop.value)).strip()


def _sequence(prop: _Property | None, problems: Problems) -> int:
    if prop is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", prop.value.strip()):
        problems.add(
            prop.line, "SEQUENCE", "bad-sequence", f"{quoted(prop.value)} is not a whole number such as 2."
        )
        return 0
    return int(prop.value)


def _moment(prop: _Property | None, calendar: Calendar, problems: Problems) -> tuple[datetime, bool] | None:
    """The UTC instant of a DATE or DATE-TIME, and whether it is a day without an hour; None with a problem noted."""
    if prop is None:
        return None
    found = _MOMENT.fullmatch(prop.value.strip())
    day = _date(found[1]) if found else None
    clock = _time(found[2]) if found and found[2] else None
    if found is None or day is None or (found[2] and clock is None):
        problems.add(
            prop.line,
            prop.name,
            "bad-time",
            f"{quoted(prop.value)} is not a day such as 20190624 or a time such as 20190624T093000.",
        )
        return None
    try:
        zone = _zone(prop, calendar)
        if clock is None:
            return calendar.at(day, APPOINTMENT_HOUR), True
        if found[3]:
            return as_instant(datetime.combine(day, clock, tzinfo=UTC)), False
        return resolve(day, clock, zone), False
    except BadInput as refusal:
        problems.add(prop.line, prop.name, refusal.code, refusal.message)
        return None


def _zone(prop: _Property, calendar: Calendar) -> str:
    named = prop.parameters.get("TZID")
    if named is None:
        return calendar.zone
    zone = WINDOWS_TO_OLSON.get(str(named), str(named))
    zone_info(zone)
    return zone


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _time(digits: str) -> time | None:
    try:
        # A leap second is the last second of its minute to every clock that this can be compared with.
        return time(int(digits[:2]), int(digits[2:4]), 59 if digits[4:] == "60" else int(digits[4:]))
    except ValueError:
        return None


def _check_end(
    has: dict[str, _Property], start: tuple[datetime, bool] | None, calendar: Calendar, problems: Problems
) -> None:
    """DTEND serves nothing here, but one that lies before the start says that one of the two is wrong."""
    duration = has.get("DURATION")
    if duration is not None and not _DURATION.fullmatch(duration.value.strip()):
        problems.add(
            duration.line,
            "DURATION",
            "bad-duration",
            f"{quoted(duration.value)} is not a duration such as PT2H.",
        )
    if duration is not None and "DTEND" in has:
        problems.add(
            has["DTEND"].line, "DTEND", "two-ends", "DTEND and DURATION exclude each other; keep one."
        )
    prop = has.get("DTEND")
    end = _moment(prop, calendar, problems)
    if prop is None or end is None or start is None:
        return
    if end[1] != start[1]:
        problems.add(prop.line, "DTEND", "bad-end", "DTSTART and DTEND are both days or both times.")
    elif end[0] < start[0]:
        problems.add(
            prop.line,
            "DTEND",
            "bad-end",
            f"{prop.value.strip()} is before DTSTART, on line {has['DTSTART'].line}.",
        )


def _latest(listed: list[Listed], problems: Problems) -> list[Listed]:
    """Each UID once: an update of a sitting has a higher SEQUENCE (RFC 5545, 3.8.7.4)."""
    latest: dict[str, Listed] = {}
    for one in listed:
        other = latest.setdefault(one.uid, one)
        if other is not one and other.sequence == one.sequence:
            problems.add(
                one.line,
                "UID",
                "same-uid",
                f"the VEVENT on line {other.line} has the same UID and SEQUENCE; keep the one that holds.",
            )
        elif one.sequence > other.sequence:
            latest[one.uid] = one
    return list(latest.values())
