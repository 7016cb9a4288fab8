"""Reminders: which notices a deadline plans, when, and to whom (DEADLINES.md, "Reminders").

All of them are planned when the deadline is set and again when it moves; whoever records them records each once and
drops those of a new plan whose time has passed. Instants are UTC; 09:00 is local. Roles are resolved to people when a
notice is sent, so that the holder is whoever holds the task then: the rota, outside the mission's duty hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from domain.calendar import DAY, Calendar, Suspension, Wait
from domain.deadline import Deadline
from domain.instant import SECOND, BadInput, as_instant, from_text, to_text
from domain.term import Term

Kind = Literal["reminder", "overdue", "escalation"]

MORNING = time(9)
"""The local time of reminders, of escalations after working days and of the digest."""

TO_HEAD_OF_MISSION, TO_HEADQUARTERS = 2, 5
"""Working days after the due day on which a step marked ``escalates`` goes on."""

SHORT = timedelta(hours=2)
"""A term of so many hours or less has no three-quarters reminder."""

REPEAT = timedelta(minutes=60)
"""How long the last call of an urgent task waits before it is made again, until somebody acknowledges."""

HOURLY = 6
"""So many repeats come by the hour; after that whoever was called has been woken in vain, and one a day goes on saying so."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One planned notice: its kind, its number among that kind, its UTC instant, and the roles that get it."""

    kind: Kind
    n: int
    at: datetime
    to: tuple[str, ...]

    def to_data(self) -> dict[str, Any]:
        """Plain JSON, as events carry it."""
        return {"kind": self.kind, "n": self.n, "at": to_text(self.at), "to": list(self.to)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Notice:
        """The notice that :meth:`to_data` wrote. Raises :class:`BadInput` (``bad_notice``, ``bad_instant``)."""
        try:
            return cls(data["kind"], data["n"], from_text(data["at"]), tuple(data["to"]))
        except (KeyError, TypeError) as error:
            raise BadInput("bad_notice", f"The notice's data are incomplete: {error}.") from error


def plan(
    deadline: Deadline,
    opened: datetime,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    waits: Sequence[Wait] = (),
    escalates: bool = False,
) -> tuple[Notice, ...]:
    """The notices of a deadline whose term runs from ``opened`` (UTC), in order of time.

    ``wd`` and longer: at 09:00 local on working day ⌈n/2⌉ and, from three days on, ⌈3n/4⌉ of the n that count up to the
    due day; overdue one second after the due instant, to the holder and in the focal point's weekly list; if the step
    ``escalates``, at 09:00 on the second working day after to the Head of Mission, on the fifth to headquarters.
    ``h``: see :func:`next_repeat` for what follows the last.
    """
    begin = as_instant(opened)
    kind = Term.parse(deadline.term).kind
    if kind == "h":
        return _urgent(deadline.due_at, begin.replace(second=0))
    stop = _stopped(calendar, suspensions, waits if kind == "wd" else ())
    notices = [
        Notice("reminder", n, at, ("holder",))
        for n, day in enumerate(_reminder_days(deadline, begin, calendar, stop), start=1)
        if (at := calendar.at(day, MORNING)) < deadline.due_at
    ]
    notices.append(Notice("overdue", 1, deadline.due_at + SECOND, ("holder", "focal_point_weekly")))
    if escalates:
        closed = _stopped(calendar, suspensions, ())
        for n, (after, role) in enumerate(
            ((TO_HEAD_OF_MISSION, "head_of_mission"), (TO_HEADQUARTERS, "headquarters")), start=1
        ):
            day = calendar.add_working(deadline.local_date, after, stopped=closed)
            notices.append(Notice("escalation", n, calendar.at(day, MORNING), (role,)))
    return tuple(notices)


def next_repeat(last: Notice, number: int) -> Notice:
    """The repeat ``number`` (from 1) of an urgent plan's last call: hourly for six hours, then once a day.

    Repeats are not planned, because only an acknowledgement ends them: whoever records one asks for the next. They go
    to everybody called so far, and their numbers go on from the plan's.
    """
    everybody = ("alternate", "deputy_head_of_mission", "head_of_mission", "hq_duty")
    after = REPEAT * min(number, HOURLY) + DAY * max(number - HOURLY, 0)
    return Notice("escalation", last.n + number, last.at + after, everybody)


def next_digest(calendar: Calendar, after: datetime, *, suspensions: Sequence[Suspension] = ()) -> datetime:
    """The next working morning, 09:00 local, after an instant: when the digest goes out, if it is not empty."""
    closed = _stopped(calendar, suspensions, ())
    day = calendar.next_working(calendar.day_of(after), stopped=closed)
    if calendar.at(day, MORNING) <= after:
        day = calendar.add_working(day, 1, stopped=closed)
    return calendar.at(day, MORNING)


def next_weekly_list(
    calendar: Calendar, after: datetime, *, suspensions: Sequence[Suspension] = ()
) -> datetime:
    """The first working morning of a week (Monday to Sunday) after an instant: the focal point's weekly list."""
    closed = _stopped(calendar, suspensions, ())
    monday = calendar.day_of(after)
    monday -= DAY * monday.weekday()
    while True:
        at = calendar.at(calendar.next_working(monday, stopped=closed), MORNING)
        if at > after:
            return at
        monday += DAY * 7


@dataclass(frozen=True, slots=True)
class DutyHours:
    """A mission's declared hours of a working day, local, half-open. Outside them an urgent clock is the rota's.

    Raises ``bad_duty_hours`` unless they close after they open on the same day.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise BadInput("bad_duty_hours", "Duty hours close after they open, on the same day.")

    def covers(self, calendar: Calendar, at: datetime) -> bool:
        """Whether the mission itself, not the rota, is on duty at that instant."""
        local = calendar.local(at)
        return calendar.is_working(local.date()) and self.opens <= local.time() < self.closes


def _urgent(due: datetime, begin: datetime) -> tuple[Notice, ...]:
    elapsed = due - begin
    shares = (2,) if elapsed <= SHORT else (2, 3)
    notices = [
        Notice("reminder", n, begin + elapsed * share // 4, ("holder", "backup"))
        for n, share in enumerate(shares, start=1)
        if elapsed > timedelta(0)
    ]
    half_hour = timedelta(minutes=30)
    return (
        *(Notice(n.kind, n.n, as_instant(n.at), n.to) for n in notices),
        Notice("overdue", 1, due, ("alternate", "deputy_head_of_mission")),
        Notice("escalation", 1, due + half_hour, ("head_of_mission",)),
        Notice("escalation", 2, due + half_hour * 2, ("hq_duty",)),
    )


def _reminder_days(
    deadline: Deadline, begin: datetime, calendar: Calendar, stop: Callable[[date], bool]
) -> list[date]:
    first, length = calendar.day_of(begin), (deadline.local_date - calendar.day_of(begin)).days
    days = [first + DAY * n for n in range(1, length + 1)]
    counted = [day for day in days if calendar.is_working(day) and not stop(day)]
    n = len(counted)
    picks = [-(-n // 2)] if n <= 2 else [-(-n // 2), -(-3 * n // 4)]
    return [counted[pick - 1] for pick in picks if n]


def _stopped(
    calendar: Calendar, suspensions: Sequence[Suspension], waits: Sequence[Wait]
) -> Callable[[date], bool]:
    """Whether a suspension or a wait touches a day, with each one's local days looked up once."""
    stops = [(s.starts, s.ends) for s in suspensions] + [(w.starts, w.until(calendar)) for w in waits]
    spans = [(calendar.day_of(starts), calendar.day_of(ends - SECOND)) for starts, ends in stops]
    return lambda day: any(first <= day <= last for first, last in spans)
