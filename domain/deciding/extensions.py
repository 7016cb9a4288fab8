"""An end given by hand: set later once, and what suspensions, waits and a moved sitting make of it afterwards."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.calendar import Calendar
from domain.deadline import FLOOR_WORKING_DAYS, Deadline, Line
from domain.kinds import instant
from domain.mission import Mission
from domain.task import Task
from domain.term import Term

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def given(task: Task, until: datetime, reason: str, mission: Mission, now: datetime) -> Deadline:
    """The deadline set to `until` (UTC), later than it stood."""
    return _ending(task, until.replace(microsecond=0), f"extended ({reason})", mission, now)


def as_it_stands(task: Task, bound: datetime | None, mission: Mission, now: datetime, cause: str) -> Deadline:
    """The end given by hand under today's suspensions and waits; `bound` is the appointment that it serves.

    It takes no part in the term's own counting. Working days that the task has waited since are given back, and an end
    on suspended days rolls over them; hours and stated dates stay. It comes earlier only as any recomputation may.
    """
    assert task.extended is not None
    clock, kind = mission.clock, Term.parse(task.deadline["term"]).kind
    suspended = _days(clock, [(s.starts, s.ends) for s in mission.all_suspensions()])
    due = instant(task.extended)
    first = day = mission.day(due)
    if kind == "wd":
        since = task.extended_at or task.opened
        waited = [
            (instant(w.starts), instant(w.ends or w.lapses))
            for w in task.waits
            if w.stops and w.starts >= since
        ]
        lost = sum(1 for lost_day in _days(clock, waited) if clock.is_working(lost_day))
        day = clock.add_working(day, lost, stopped=suspended.__contains__)
    if kind in ("wd", "d", "mo", "y") and day in suspended:
        day = clock.next_working(day, stopped=suspended.__contains__)
    if day != first:
        due = clock.end_of(day)
    if due < (stood := instant(task.due)):
        floor = clock.add_working(mission.day(now), FLOOR_WORKING_DAYS, stopped=suspended.__contains__)
        due = max(due, min(stood, clock.end_of(floor)))
    if bound is not None:
        due = min(due, bound)
    return _ending(task, due, f"recomputed ({cause})", mission, now)


def _ending(task: Task, due: datetime, change: str, mission: Mission, now: datetime) -> Deadline:
    old = Deadline.from_data(task.deadline)
    flags = tuple(sorted({*old.flags, "extended"}))
    if due == old.due_at:
        return replace(old, flags=flags)
    was = mission.clock.local(old.due_at).strftime("%Y-%m-%d %H:%M")
    return replace(
        old,
        due_at=due,
        local_date=mission.day(due),
        flags=flags,
        explanation=(
            Line(mission.day(now), counted=False, reason=f"{change}: was due {was}"),
            *old.explanation,
            Line(mission.day(due), counted=True, reason="the end given by hand"),
        ),
    )


def _days(clock: Calendar, spans: list[tuple[datetime, datetime]]) -> set[date]:
    """Every local day that one of the spans touches."""
    found: set[date] = set()
    for starts, ends in spans:
        day, last = clock.day_of(starts), clock.day_of(ends - _SECOND)
        while day <= last:
            found.add(day)
            day += _DAY
    return found
