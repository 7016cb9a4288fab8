"""Deadlines: the instant that a term resolves to, and the steps that led there.

``domain.reckoning`` has a function for every row of DEADLINES.md's table. Instants are UTC, days are local dates of the mission's calendar.
The counting follows Regulation (EEC, Euratom) No 1182/71 (the day of the event is not counted, article 3(1); a period
ends with its last day's last second, article 3(2); a last day that is no working day moves on, article 3(4)), which
does not bind here. Its article 3(5), two working days in any period of days, is not taken over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from domain.calendar import Calendar, Suspension, Wait
from domain.instant import SECOND, BadInput, as_instant, date_from_text, from_text, to_text
from domain.reckoning import Case, Line, Own, Stop, own_end, shown, skips, stopped
from domain.term import Term

__all__ = ["APPOINTMENT_HOUR", "FLOOR_WORKING_DAYS", "Deadline", "Line", "compute", "is_on_time", "recompute"]

APPOINTMENT_HOUR = time(9)
"""An appointment with a date and no hour counts from 09:00 local."""

FLOOR_WORKING_DAYS = 2
"""No recomputation brings a deadline earlier than the end of this working day after it is recorded."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A resolved term: the UTC instant that is still in time, its local date and zone, and the explanation.

    ``provisional``: an estimated holiday or a year without holiday data lies inside. ``short_notice``: it opened with no
    time left, so that "no time" is a good end. The explanation's last line is the day of ``due_at``. ``flags``:

    - ``appointment``: ends at the appointment, before its own end; ``appointment_passed``: which was over already;
    - ``suspended``: a suspension lies inside and the term runs on; ``waiting``: so does a wait;
    - ``wait_open``: reckoned as if a wait that is still open lasts until it lapses;
    - ``floor``: a recomputation was held back to the end of the second working day.
    """

    due_at: datetime
    local_date: date
    zone: str
    term: str
    provisional: bool
    short_notice: bool
    explanation: tuple[Line, ...]
    flags: tuple[str, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain JSON, as events carry it."""
        return {
            "due_at": to_text(self.due_at),
            "local_date": self.local_date.isoformat(),
            "zone": self.zone,
            "term": self.term,
            "provisional": self.provisional,
            "short_notice": self.short_notice,
            "flags": list(self.flags),
            "explanation": [
                {"date": line.date.isoformat(), "counted": line.counted, "reason": line.reason}
                for line in self.explanation
            ],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Deadline:
        """The deadline that :meth:`to_data` wrote. Raises :class:`BadInput` (``bad_deadline`` …)."""
        try:
            return cls(
                due_at=from_text(data["due_at"]),
                local_date=date_from_text(data["local_date"]),
                zone=data["zone"],
                term=data["term"],
                provisional=data["provisional"],
                short_notice=data["short_notice"],
                explanation=tuple(
                    Line(date_from_text(line["date"]), line["counted"], line["reason"])
                    for line in data["explanation"]
                ),
                flags=tuple(data["flags"]),
            )
        except (KeyError, TypeError) as error:
            raise BadInput("bad_deadline", f"The deadline's data are incomplete: {error}.") from error


def is_on_time(happened_at: datetime, due_at: datetime) -> bool:
    """Whether what happened then is in time: before the due instant plus one second."""
    return happened_at < due_at + SECOND


def compute(
    term: Term,
    start: datetime,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    waits: Sequence[Wait] = (),
    appointment: datetime | date | None = None,
    no_later_than: datetime | date | None = None,
) -> Deadline:
    """The deadline of ``term`` for an event at ``start`` (UTC), by DEADLINES.md's table.

    ``appointment`` and ``no_later_than`` (an instant, or a local date that counts from 09:00) both end the term if they
    come before its own end; ``at:`` and ``before:`` are reckoned from ``appointment``. Raises :class:`BadInput`:
    ``no_appointment``, ``no_working_day``, ``naive_instant``, ``year_out_of_range``.
    """
    begin = as_instant(start)
    case = Case(
        term=term,
        begin=begin,
        today=calendar.day_of(begin),
        calendar=calendar,
        suspended=_suspended(calendar, suspensions),
        waiting=tuple(
            Stop.of(calendar, w.starts, w.until(calendar), f"waiting on {w.party}: {w.cause}") for w in waits
        ),
        appointment=_moment(appointment, calendar),
    )
    own = own_end(case)
    cap = _cap(calendar, appointment, no_later_than)
    due, lines, flags = own.due, own.lines, {"appointment"} if own.short_notice else set[str]()
    if cap is not None and cap < due:
        due, lines = cap, _cut(case, own, cap)
        flags.add("appointment")
    passed = due == cap and due < begin
    if passed:
        flags.add("appointment_passed")
    notes = _notes(case, due)
    flags.update(flag for flag, _ in notes)
    if term.kind == "wd" and any(w.ends is None and w.starts < due for w in waits):
        flags.add("wait_open")
    local_date = calendar.day_of(due)
    return Deadline(
        due_at=due,
        local_date=local_date,
        zone=calendar.zone,
        term=str(term),
        provisional=_uncertain(case, own, local_date),
        short_notice=own.short_notice or passed,
        explanation=(lines[0], *(line for _, line in notes), *lines[1:]),
        flags=tuple(sorted(flags)),
    )


def recompute(
    previous: Deadline,
    start: datetime,
    calendar: Calendar,
    *,
    recorded: datetime,
    cause: str,
    suspensions: Sequence[Suspension] = (),
    waits: Sequence[Wait] = (),
    appointment: datetime | date | None = None,
    no_later_than: datetime | date | None = None,
) -> Deadline:
    """``previous`` reckoned anew because of ``cause`` (a code), recorded at ``recorded`` (UTC).

    It does not come earlier than the end of the second working day after ``recorded``, unless it stood earlier already:
    then it stays. The appointment itself is no recomputation's to move: if it comes before that day, the deadline is
    the appointment, on short notice. ``h``, ``by:`` and ``at:`` are instants of their own and know no such floor.
    """
    fresh = compute(
        Term.parse(previous.term),
        start,
        calendar,
        suspensions=suspensions,
        waits=waits,
        appointment=appointment,
        no_later_than=no_later_than,
    )
    cap = _cap(calendar, appointment, no_later_than)
    if fresh.due_at < previous.due_at and Term.parse(previous.term).kind not in ("h", "by", "at"):
        closed = _suspended(calendar, suspensions)
        floor = calendar.add_working(
            calendar.day_of(recorded), FLOOR_WORKING_DAYS, stopped=lambda day: stopped(closed, day)
        )
        held = min(previous.due_at, calendar.end_of(floor))
        allowed = held if cap is None else min(held, cap)
        if allowed > fresh.due_at:
            fresh = _held_back(fresh, calendar, allowed, floor)
        if allowed < held:
            fresh = replace(fresh, short_notice=True)
    if fresh.due_at == previous.due_at:
        return fresh
    change = f"recomputed ({cause}): was due {shown(previous.due_at, calendar)}"
    return replace(fresh, explanation=(skips(calendar.day_of(recorded), change), *fresh.explanation))


def _moment(value: datetime | date | None, calendar: Calendar) -> datetime | None:
    """An appointment's instant; a date without an hour counts from 09:00 local."""
    if isinstance(value, datetime):
        return as_instant(value)
    return None if value is None else calendar.at(value, APPOINTMENT_HOUR)


def _cap(calendar: Calendar, *limits: datetime | date | None) -> datetime | None:
    moments = (_moment(limit, calendar) for limit in limits)
    return min((moment for moment in moments if moment is not None), default=None)


def _suspended(calendar: Calendar, suspensions: Sequence[Suspension]) -> tuple[Stop, ...]:
    return tuple(Stop.of(calendar, s.starts, s.ends, "suspension") for s in suspensions)


def _cut(case: Case, own: Own, cap: datetime) -> tuple[Line, ...]:
    """The explanation up to the appointment that ends the term before its own end."""
    day = case.calendar.day_of(cap)
    counted = any(line.counted for line in own.lines if line.date == day)
    reason = f"ends at the appointment, {shown(cap, case.calendar)}; its own end was {own.lines[-1].date}"
    kept = (line for line in own.lines[1:] if line.date < day)
    return (own.lines[0], *kept, Line(day, counted, reason))


def _notes(case: Case, due: datetime) -> list[tuple[str, Line]]:
    """What lies inside a term that runs on all the same: said in the explanation, flagged."""
    kind = case.term.kind
    follows = kind in ("at", "before")
    stops = [] if kind == "wd" else [("waiting", stop) for stop in case.waiting]
    if follows or kind in ("h", "by"):
        stops = [("suspended", stop) for stop in case.suspended] + stops
    verb = "the term follows the appointment" if follows else "the term runs on"
    return [
        (flag, Line(max(stop.first, case.today), not follows, f"{stop.name}; {verb}"))
        for flag, stop in stops
        if stop.starts <= max(due, case.begin) and stop.ends > case.begin
    ]


def _uncertain(case: Case, own: Own, due_day: date) -> bool:
    if own.looked is None:
        return False
    first, last = own.looked
    return case.calendar.uncertain(first, last if case.term.kind == "before" else min(last, due_day))


def _held_back(fresh: Deadline, calendar: Calendar, due: datetime, floor: date) -> Deadline:
    day = calendar.day_of(due)
    reason = f"held: a recomputation ends no deadline before the second working day after it, {floor}"
    return replace(
        fresh,
        due_at=due,
        local_date=day,
        explanation=(*fresh.explanation, skips(day, reason)),
        flags=tuple(sorted({*fresh.flags, "floor"})),
    )
