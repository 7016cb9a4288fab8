"""Whose time it was: between opening and end, every instant belongs to exactly one account.

Each sentence of DEADLINES.md ("Whose time it was") and where it is kept:

- "every instant belongs to exactly one account": :func:`apportion` cuts [opened, ended) at every instant at which
  anything changes, and asks one question of each piece. Suspension first, then a wait's party, then the holder.
- "shown in working days for `wd` terms and in hours and minutes for `h` terms": :func:`own_time`.
- "A working day belongs to whoever held the task when that day began, if they were present": :func:`working_days`.
  The day on which the task comes to somebody began before, so it is never theirs; nor is the day of the opening
  anybody's. A day that a suspension or a wait touches is that stop's, as the term does not count it.
- "Hours belong to whoever had acknowledged": for `h`, a holder who has not acknowledged leaves the time with the one
  who had, and before any acknowledgement with the vacancy.
- "What falls to somebody as a fallback is the vacancy's until they accept it": :attr:`Span.fallback`.
- "Leave with a substitute moves the time to the substitute; leave without one is the structure's": :class:`Absence`.
- "late in my hands" and "late, shared"; "after the default date", never "breached": :func:`verdict`.
- "No task is ever without an owner": :func:`route`.
- "Late entry": :func:`timeliness`.

Instants are UTC, intervals half-open. Holders are random codes of postings, never names.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from domain.calendar import DAY, Calendar, Suspension, Wait
from domain.deadline import Deadline, is_on_time
from domain.instant import SECOND, BadInput, as_instant
from domain.kinds import Source
from domain.term import Term

AccountKind = Literal["holder", "vacancy", "suspension", "outside", "headquarters"]
_Account = tuple[AccountKind, str | None, bool]
Timeliness = Literal["on time", "reported in time, unconfirmed", "late"]

FALLBACKS = ("alternate", "deputy_head_of_mission", "head_of_mission")
"""To whom a vacancy routes a task, in order."""

OUTSIDE: Mapping[str, tuple[AccountKind, str | None]] = {
    "eu_delegation": ("outside", "eu_delegation"),
    "hq_desk": ("headquarters", None),
    "hq_duty": ("headquarters", None),
    "hq_human_rights": ("headquarters", None),
}
"""Who may hold a task without a posting in the mission, and on whose account the time is: never a person's."""

CONFIRM_WITHIN = 5
"""Working days within which a second person confirms a late entry."""

_AFTER: dict[Source, str] = {
    "guideline": "after the guideline's date",
    "local_strategy": "after the local strategy's date",
    "hq_instruction": "after the instruction's date",
    "product_default": "after the default date",
}


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody away over [``starts``, ``ends``), with a substitute's posting, or none. It has no kind."""

    starts: datetime
    ends: datetime
    substitute: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", as_instant(self.starts))
        object.__setattr__(self, "ends", as_instant(self.ends))


@dataclass(frozen=True, slots=True)
class Span:
    """Who held the task from ``starts`` until the next span starts: a posting, or None for a vacancy.

    ``accepted_at``: when they accepted (or, for hours, acknowledged). ``fallback``: it came to them because somebody else
    was missing. ``outside``: ``posting`` is one of OUTSIDE.
    """

    posting: str | None
    starts: datetime
    accepted_at: datetime | None = None
    fallback: bool = False
    absences: tuple[Absence, ...] = ()
    outside: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", as_instant(self.starts))
        if self.accepted_at is not None:
            object.__setattr__(self, "accepted_at", as_instant(self.accepted_at))


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time on one account; ``who`` is a posting, or a party outside, or None.

    ``holds``: somebody outside holds the task, rather than that it waits on them: the clock runs, and days are owned alike.
    """

    kind: AccountKind
    who: str | None
    starts: datetime
    ends: datetime
    holds: bool = False


@dataclass(frozen=True, slots=True)
class OwnTime:
    """Somebody's own time: whole working days, or exact seconds for a term in hours. Never rounded."""

    unit: Literal["working days", "seconds"]
    amount: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an end stands to its deadline, for one person.

    ``share`` is set for a late end only; ``missed`` says after whose date it came. ``words`` is both, for a page.
    """

    timeliness: Timeliness
    share: Literal["late in my hands", "late, shared"] | None = None
    missed: str | None = None

    @property
    def words(self) -> str:
        """The verdict as a page says it."""
        return self.timeliness if self.share is None else f"{self.missed}: {self.share}"


def apportion(
    opened: datetime,
    ended: datetime,
    term: Term,
    spans: Sequence[Span],
    calendar: Calendar,
    *,
    waits: Sequence[Wait] = (),
    suspensions: Sequence[Suspension] = (),
) -> tuple[Interval, ...]:
    """The accounts that partition [``opened``, ``ended``); for an open task ``ended`` is the instant of the report.

    ``spans`` in order of their start; before the first the time is the vacancy's. A suspension takes the time of every
    term; of hours only until they have passed to a fallback, since hours run on. An open wait takes it until it lapses. Raises ``bad_interval`` if ``ended`` is
    before ``opened``, ``bad_spans`` if the spans are out of order.
    """
    begin, end = as_instant(opened), as_instant(ended)
    if end < begin:
        raise BadInput("bad_interval", "A task ends after it opens.")
    if any(later.starts < earlier.starts for earlier, later in pairwise(spans)):
        raise BadInput("bad_spans", "The spans of holders come in the order of their starts.")
    cuts = {begin, end}
    for span in spans:
        cuts |= {span.starts, span.accepted_at or span.starts}
        cuts |= {at for absence in span.absences for at in (absence.starts, absence.ends)}
    stops = [(w.starts, w.until(calendar), _party(w)) for w in waits]
    for starts, ends in [(s.starts, s.ends) for s in suspensions] + [(s, e) for s, e, _ in stops]:
        cuts |= {starts, ends}
    moments = sorted(cut for cut in cuts if begin <= cut <= end)
    merged: list[Interval] = []
    for starts, ends in pairwise(moments):
        kind, who, holds = _account(starts, term, spans, stops, suspensions)
        if merged and (merged[-1].kind, merged[-1].who, merged[-1].holds) == (kind, who, holds):
            merged[-1] = Interval(kind, who, merged[-1].starts, ends, holds)
        else:
            merged.append(Interval(kind, who, starts, ends, holds))
    return tuple(merged)


def working_days(intervals: Sequence[Interval], calendar: Calendar) -> tuple[tuple[date, Interval], ...]:
    """Each working day of the partition after the day of the opening, with the interval to which it belongs."""
    if not intervals:
        return ()
    day, end = calendar.day_of(intervals[0].starts) + DAY, intervals[-1].ends
    owned: list[tuple[date, Interval]] = []
    stops = [i for i in intervals if not _runs(i)]
    touched = [(calendar.day_of(i.starts), calendar.day_of(i.ends - SECOND), i) for i in stops]
    while (begins := calendar.start_of(day)) < end:
        if calendar.is_working(day):
            stop = next((i for first, last, i in touched if first <= day <= last), None)
            owned.append((day, stop or next(i for i in intervals if i.starts <= begins < i.ends)))
        day += DAY
    return tuple(owned)


def own_time(intervals: Sequence[Interval], who: str, term: Term, calendar: Calendar) -> OwnTime:
    """What ``who`` answers for: exact seconds of a term in hours, whole working days of any other."""
    if term.kind == "h":
        mine = (i.ends - i.starts for i in intervals if _is_of(i, who))
        return OwnTime("seconds", int(sum(mine, timedelta(0)).total_seconds()))
    days = working_days(intervals, calendar)
    return OwnTime("working days", sum(1 for _, interval in days if _is_of(interval, who)))


def timeliness(
    deadline: Deadline,
    calendar: Calendar,
    *,
    happened_at: datetime,
    recorded_at: datetime,
    confirmed_at: datetime | None = None,
) -> Timeliness:
    """Whether an end was in time. One recorded after the deadline counts by when it happened only once confirmed.

    A second person confirms by :func:`confirm_by`; entries made after one declared outage share one ``confirmed_at``.
    Until then, and for good if nobody does in those days, it is "reported in time, unconfirmed".
    """
    if not is_on_time(happened_at, deadline.due_at):
        return "late"
    if is_on_time(recorded_at, deadline.due_at):
        return "on time"
    if confirmed_at is not None and is_on_time(confirmed_at, confirm_by(recorded_at, calendar)):
        return "on time"
    return "reported in time, unconfirmed"


def confirm_by(recorded_at: datetime, calendar: Calendar) -> datetime:
    """The last instant at which a late entry can be confirmed: the end of the fifth working day after it."""
    return calendar.end_of(calendar.add_working(calendar.day_of(recorded_at), CONFIRM_WITHIN))


def verdict(
    deadline: Deadline,
    intervals: Sequence[Interval],
    who: str,
    calendar: Calendar,
    *,
    source: Source,
    recorded_at: datetime | None = None,
    confirmed_at: datetime | None = None,
) -> Verdict:
    """How the end of the partition stands for ``who``; ``recorded_at`` None means recorded as it happened.

    "late in my hands" only if their own time is longer than the whole term (the working days that count up to the due
    day, or the seconds up to the due instant). Where working days alone tie, because the end came before another one
    began, holding the task past the due instant decides.
    """
    ended = intervals[-1].ends
    kept = timeliness(
        deadline,
        calendar,
        happened_at=ended,
        recorded_at=recorded_at or ended,
        confirmed_at=confirmed_at,
    )
    if kept != "late":
        return Verdict(kept)
    mine = _longer_than_term(deadline, intervals, who, calendar)
    return Verdict("late", "late in my hands" if mine else "late, shared", _AFTER[source])


def route(present: Container[str]) -> str:
    """The role to which a vacancy routes a task: alternate, deputy, Head of Mission; the last even if away."""
    return next((role for role in FALLBACKS if role in present), FALLBACKS[-1])


def _longer_than_term(
    deadline: Deadline, intervals: Sequence[Interval], who: str, calendar: Calendar
) -> bool:
    term = Term.parse(deadline.term)
    own = own_time(intervals, who, term, calendar).amount
    if term.kind == "h":
        return own > (deadline.due_at - intervals[0].starts).total_seconds()
    days = working_days(intervals, calendar)
    counted = [(day, i) for day, i in days if _runs(i)]
    whole = sum(1 for day, _ in counted if day <= deadline.local_date)
    ran_over = any(day > deadline.local_date for day, _ in days)
    after_due = any(_is_of(i, who) and i.ends > deadline.due_at + SECOND for i in intervals)
    return own > whole or (own == whole and after_due and not ran_over)


def _is_of(interval: Interval, who: str) -> bool:
    return interval.kind == "holder" and interval.who == who


def _runs(interval: Interval) -> bool:
    """Whether the clock runs: somebody holds the task, or should; else it stands still for a stop."""
    return interval.holds or interval.kind in ("holder", "vacancy")


def _account(
    at: datetime,
    term: Term,
    spans: Sequence[Span],
    waits: Sequence[tuple[datetime, datetime, _Account]],
    suspensions: Sequence[Suspension],
) -> _Account:
    """The account of one instant."""
    held = [span for span in spans if span.starts <= at]
    now = held[-1] if held else Span(None, at)
    hours = term.kind == "h"
    for stop in suspensions:
        passed_on = hours and (now.fallback or now.outside) and now.starts >= stop.starts
        if stop.starts <= at < stop.ends and not passed_on:
            return "suspension", None, False
    for starts, ends, party in waits:
        if starts <= at < ends:
            return party
    if now.fallback and not _accepted(now, at):
        return "vacancy", None, False
    return _present(_acknowledged(held, at) if hours else now, at)


def _acknowledged(held: Sequence[Span], at: datetime) -> Span:
    """The last holder who had acknowledged, looking back no further than a vacancy; who is outside need not."""
    for span in reversed(held):
        if span.posting is None:
            break
        if span.outside or _accepted(span, at):
            return span
    return Span(None, at)


def _accepted(span: Span, at: datetime) -> bool:
    return span.accepted_at is not None and span.accepted_at <= at


def _party(wait: Wait) -> _Account:
    return ("headquarters", None, False) if wait.party == "headquarters" else ("outside", wait.party, False)


def _present(span: Span, at: datetime) -> _Account:
    who = span.posting
    if span.outside and who is not None:
        return *OUTSIDE[who], True
    for absence in span.absences:
        if absence.starts <= at < absence.ends:
            who = absence.substitute
    return ("vacancy", None, False) if who is None else ("holder", who, False)
