"""From a folded task to the accounts of its time: the holdings, waits and absences that `domain.accounts` apportions."""

from collections.abc import Sequence
from datetime import datetime

from domain.accounts import OUTSIDE, Absence, Interval, OwnTime, Span, apportion, own_time
from domain.calendar import Wait
from domain.deciding.clocks import starts_of
from domain.kinds import instant
from domain.mission import NOBODY, Mission
from domain.obligation import Obligation
from domain.task import Holding, Task
from domain.term import Term

_FALLBACKS = frozenset({"alternate", "deputy", "head_of_mission", "mission"})


def spans_of(task: Task, mission: Mission, definition: str) -> list[Span]:
    """Who held the task from when, with what took them away. `definition`: of its obligation, for scopes of substitutes."""
    return [
        Span(
            posting=None if holding.posting == NOBODY else holding.posting,
            starts=instant(holding.since),
            accepted_at=instant(holding.accepted) if holding.accepted else None,
            fallback=holding.why in _FALLBACKS,
            absences=_absences(holding, mission, definition),
            outside=holding.posting in OUTSIDE,
        )
        for holding in task.holdings
    ]


def _absences(holding: Holding, mission: Mission, definition: str) -> tuple[Absence, ...]:
    """Leave, with who acted for that definition; and the time after the posting itself: the structure's."""
    return tuple(Absence(*span) for span in mission.away(holding.posting, definition, mission.clock))


def waits_of(task: Task) -> list[Wait]:
    """Waits that stopped the clock; the time is on that party's account."""
    return [
        Wait(w.cause, w.party, instant(w.starts), instant(w.ends) if w.ends else None)
        for w in task.waits
        if w.stops and w.ends != w.starts
    ]


def _outages(task: Task, mission: Mission) -> list[Wait]:
    """Declared outages: in hours they were nobody's who could not be reached. The deadline stays; the time is not theirs."""
    if Term.parse(task.deadline["term"]).kind != "h":
        return []
    return [Wait("outage", "infrastructure", o.starts, o.ends) for o in mission.outages.values()]


def intervals_of(task: Task, state: Obligation, mission: Mission, until: datetime) -> tuple[Interval, ...]:
    """The accounts that partition the task's time up to `until` (UTC): from its opening, or from what its term counts from
    where that lies later (a report is nobody's to write before the sitting).
    """
    begins = max(instant(task.opened), starts_of(task, state))
    return apportion(
        begins,
        max(until, begins),
        Term.parse(task.deadline["term"]),
        spans_of(task, mission, state.code),
        mission.clock,
        waits=[*waits_of(task), *_outages(task, mission)],
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
