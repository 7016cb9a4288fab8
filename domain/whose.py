"""From a folded task to the accounts of its time: the holdings, waits and absences that `domain.accounts` apportions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.accounts import Absence, Interval, OwnTime, Span, apportion, own_time
from domain.calendar import Wait
from domain.deciding.clocks import starts_of
from domain.kinds import instant
from domain.mission import NOBODY, Mission
from domain.obligation import Obligation
from domain.task import Holding, Task
from domain.term import Term

_FALLBACKS = frozenset({"alternate", "deputy", "head_of_mission", "mission"})
_DAY = timedelta(days=1)


def spans_of(task: Task, mission: Mission) -> list[Span]:
    """Who held the task from when, with what took them away."""
    return [
        Span(
            posting=None if holding.posting == NOBODY else holding.posting,
            starts=instant(holding.since),
            accepted_at=instant(holding.accepted) if holding.accepted else None,
            fallback=holding.why in _FALLBACKS,
            absences=_absences(holding, mission),
        )
        for holding in task.holdings
    ]


def _absences(holding: Holding, mission: Mission) -> tuple[Absence, ...]:
    """Leave; and the time before and after the posting itself, in which nobody was in the post: the structure's."""
    found = [
        Absence(mission.clock.start_of(a.first), mission.clock.start_of(a.last + _DAY), a.substitute)
        for a in mission.absences.values()
        if a.posting == holding.posting and a.first <= a.last
    ]
    posting = mission.postings.get(holding.posting)
    if posting is not None and posting.last.year < 2199:
        left = mission.clock.start_of(posting.last + _DAY)
        found.append(Absence(left, left + 3650 * _DAY, None))
    return tuple(sorted(found, key=lambda a: (a.starts, a.ends)))


def waits_of(task: Task) -> list[Wait]:
    """Waits that stopped the clock; the time is on that party's account."""
    return [
        Wait(w.cause, w.party, instant(w.starts), instant(w.ends) if w.ends else None)
        for w in task.waits
        if w.stops and w.ends != w.starts
    ]


def intervals_of(task: Task, state: Obligation, mission: Mission, until: datetime) -> tuple[Interval, ...]:
    """The accounts that partition the task's time up to `until` (UTC): from its opening, or from what its term counts from
    where that lies later (a report is nobody's to write before the sitting).
    """
    begins = max(instant(task.opened), starts_of(task, state))
    return apportion(
        begins,
        max(until, begins),
        Term.parse(task.deadline["term"]),
        spans_of(task, mission),
        mission.clock,
        waits=waits_of(task),
        suspensions=mission.all_suspensions(),
    )


def own_time_of(task: Task, intervals: Sequence[Interval], mission: Mission) -> dict[str, OwnTime]:
    """What each holder answers for, in the order in which they came; whoever answers for nothing is left out."""
    term = Term.parse(task.deadline["term"])
    found: dict[str, OwnTime] = {}
    for interval in intervals:
        if interval.kind == "holder" and interval.who is not None and interval.who not in found:
            own = own_time(intervals, interval.who, term, mission.clock)
            if own.amount:
                found[interval.who] = own
    return found
