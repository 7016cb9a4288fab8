"""``chancery calendar due``: when a term ends and why, without any server. One dict out, or one line of refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chancery.hostcalendar import seed
from domain.calendar import Calendar, Holiday, Suspension
from domain.deadline import APPOINTMENT_HOUR, compute
from domain.instant import FIRST_YEAR, LAST_YEAR, BadInput, date_from_text, quoted, resolve
from domain.term import Term

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {short: n for n, name in enumerate(_NAMES) for short in (name[:3], name)}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAYS = {"wd": 2, "h": 1, "d": 1, "mo": 31, "y": 366, "by": 1, "at": 1, "before": 2}


class InputRefused(Exception):
    """Input that is not understood: a stable ``code`` and one line that says what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def run(
    host: str,
    zone: str,
    from_: str,
    term: str,
    *,
    weekend: str | None = None,
    holiday: Sequence[str] = (),
    suspend: Sequence[str] = (),
    appointment: str | None = None,
) -> dict[str, Any]:
    """The deadline of ``term`` for an event at ``from_``, as DEADLINES.md's last section prints it.

    Texts as typed: ``host`` a country code, ``zone`` an IANA name, ``weekend`` such as ``fri,sat``, ``holiday`` such as
    ``2026-05-31=Eid``, ``suspend`` such as ``2026-09-06T14:00/2026-09-19T18:00``, ``appointment`` (for ``at:`` and
    ``before:``) an instant or a date. A time without an offset is in ``zone``. Raises :class:`InputRefused`.
    """
    try:
        length = Term.parse(term)
        start = _instant(from_, zone, "--from")
        suspensions = [_suspension(text, zone, n) for n, text in enumerate(suspend, start=1)]
        hearing = None if appointment is None else _appointment(appointment, zone)
        days = None if weekend is None else _weekend(weekend)
        calendar = seed(host, zone, _years(length, start, hearing, suspensions), weekend=days)
        for text in holiday:
            calendar = _with_holiday(calendar, text)
        deadline = compute(length, start, calendar, suspensions=suspensions, appointment=hearing)
        data = deadline.to_data()
        return {
            "due_at": data["due_at"],
            "local": calendar.local(deadline.due_at).isoformat(),
            "zone": data["zone"],
            "term": data["term"],
            "provisional": data["provisional"],
            "explanation": data["explanation"],
        }
    except BadInput as error:
        raise InputRefused(error.code, error.message) from error


def _years(term: Term, start: datetime, hearing: datetime | None, suspensions: Sequence[Suspension]) -> range:
    """The years that the reckoning may look at: holidays of fewer would make a deadline provisional for nothing."""
    reach = term.n * _DAYS[term.kind] // 365 + 1
    moments = [start, hearing or start]
    first = min(moments).year - (reach if term.kind == "before" else 0)
    last = max(moments + [s.ends for s in suspensions]).year + reach
    return range(max(FIRST_YEAR, first), min(LAST_YEAR, last) + 1)


def _instant(text: str, zone: str, option: str) -> datetime:
    if _MOMENT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass  # the form is right and the date is not: the same refusal
        else:
            if moment.tzinfo is None:
                return resolve(moment.date(), moment.time(), zone)
            resolve(moment.date(), moment.time(), zone)  # refuses an unknown zone, and a year out of range
            return moment.astimezone(UTC)
    raise BadInput("bad_instant", f"{option}: {quoted(text)} is not a time such as 2026-05-05T09:10.")


def _appointment(text: str, zone: str) -> datetime:
    if "T" in text:
        return _instant(text, zone, "--appointment")
    return resolve(date_from_text(text), APPOINTMENT_HOUR, zone)


def _suspension(text: str, zone: str, n: int) -> Suspension:
    starts, slash, ends = text.partition("/")
    if not slash:
        example = "2026-09-06T14:00/2026-09-19T18:00"
        raise BadInput("bad_suspension", f"--suspend: {quoted(text)} is not two times such as {example}.")
    return Suspension(f"option-{n}", _instant(starts, zone, "--suspend"), _instant(ends, zone, "--suspend"))


def _weekend(text: str) -> frozenset[int]:
    days = [name.strip().lower() for name in text.split(",")]
    if not all(day in _WEEKDAYS for day in days):
        raise BadInput("bad_weekend", f"--weekend: {quoted(text)} is not a list of days such as fri,sat.")
    return frozenset(_WEEKDAYS[day] for day in days)


def _with_holiday(calendar: Calendar, text: str) -> Calendar:
    day, equals, name = text.partition("=")
    if not equals or not name.strip() or not name.isprintable():
        raise BadInput(
            "bad_holiday", f"--holiday: {quoted(text)} is not a day and a name such as 2026-05-31=Eid."
        )
    return calendar.with_holiday(date_from_text(day), Holiday(name.strip(), source="option"))
