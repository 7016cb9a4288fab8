"""What the log says of one person: the tasks that they held, for how long, how each left their hands, and what else they did.

Pure: the events of obligations and of their mission go in, facts with the positions that they rest on come out. A person
answers for the time in which they held a task and for nothing else (DEADLINES.md, Whose time it was), so the unit is the
*stint*: one person held one task from one instant to another. What came after a hand-over stands in no stint of theirs.
Other officers appear as `OTHER` and never by a code. Instants are UTC, days the mission's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import accounts
from domain import mission as missions
from domain.accounts import Interval, OwnTime, Verdict
from domain.calendar import DAY, Calendar, Wait
from domain.course import Close, Course
from domain.deadline import Deadline
from domain.envelope import Event
from domain.kinds import instant, instant_text
from domain.mission import NOBODY, Mission
from domain.term import Term

ME: Final = "self"
OTHER: Final = "other"
FALLBACK: Final = frozenset({"alternate", "deputy", "head_of_mission", "mission"})
"""Why a task came to somebody: these say that somebody else was missing."""


@dataclass(frozen=True, slots=True)
class Background:
    """A mission as known at a position, with every calendar it had: what has ended is judged by the one it ended under."""

    mission: Mission
    calendars: tuple[tuple[int, Calendar], ...]
    placed: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, events: Sequence[Event]) -> "Background":
        """Folded from the mission's stream."""
        state, known = Mission(), []
        placed: dict[str, tuple[int, ...]] = {}
        for event in events:
            missions.evolve(state, event)
            code = event.data.get("absence") or event.data.get("suspension") or ""
            placed[code] = (*placed.get(code, ()), event.position)
            if event.type in ("MissionAdopted", "CalendarRevised"):
                known.append((event.position, state.clock))
        return cls(state, tuple(known), placed)

    def rests_on(self, postings: set[str], starts: datetime, ends: datetime) -> list[int]:
        """Positions of the absences and suspensions that the accounts of these postings rest on, in that time."""
        first, last = self.mission.day(starts), self.mission.day(ends)
        absences = self.mission.absences.values()
        codes = [a.code for a in absences if a.posting in postings and a.first <= last and a.last >= first]
        codes += [s.id for s in self.mission.all_suspensions() if s.starts < ends and s.ends > starts]
        return [position for code in codes for position in self.placed[code]]

    def calendar(self, position: int) -> Calendar:
        """The calendar in force at a position."""
        return next((c for at, c in reversed(self.calendars) if at <= position), self.calendars[0][1])


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record, over which days, seen from when.

    `seen` is the log's time at the position that the record is made from: what is open is counted up to it, or to the
    period's end if that comes first.
    """

    mine: frozenset[str]
    first: date
    last: date
    seen: datetime

    def bounds(self, calendar: Calendar) -> tuple[datetime, datetime]:
        """The period in UTC: from its first instant up to, not including, the first after it."""
        return calendar.start_of(self.first), calendar.start_of(self.last + DAY)


@dataclass(frozen=True, slots=True)
class Waited:
    """The task was with somebody outside while it was held: who said so, who let it go on."""

    cause: str
    party: str
    stops: bool
    starts: datetime
    ends: datetime
    positions: tuple[int, ...]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Stint:
    """One person held one task. `opened` is the task's first event, `origin` that of its obligation.

    `closed` for an open one is the instant up to which it is counted. `verdict` is None where there is nothing to judge:
    waived, cancelled, or open with a clock that stands still.
    """

    origin: Event
    opened: Event
    why: str
    began: datetime
    began_position: int
    carried_in: bool
    close: Close
    closed: datetime
    closed_position: int | None
    outcome: str | None
    reason: str | None
    happened: datetime | None
    confirmed: bool | None
    deadline: Deadline
    verdict: Verdict | None
    intervals: tuple[Interval, ...]
    own: OwnTime
    own_in_period: OwnTime
    waits: tuple[Waited, ...]
    positions: tuple[int, ...]
    passed: int | None = None
    """Where it stands that a deadline of the Guidelines' passed while the task was open and theirs."""

    @property
    def not_met(self) -> bool:
        """What the Guidelines state was not done in the time that they state; no waiver that came later takes it back."""
        return self.passed is not None and (self.verdict is None or self.verdict.timeliness != "on time")


def stints(course: Course, asked: Asked, background: Background) -> list[Stint]:
    """Every stint of the person's in the period, in order. Two postings of one person that follow each other are one."""
    starts, _ = asked.bounds(background.mission.clock)
    made: list[Stint] = []
    first: int | None = None
    for n, held in enumerate(course.held):
        mine = held.posting in asked.mine
        if mine and first is None:
            first = n
        last = n + 1 == len(course.held)
        if first is not None and (last or course.held[n + 1].posting not in asked.mine):
            gone = course.held[n + 1].starts if not last else course.end.happened if course.end else None
            # What left their hands before the period is not worked out at all.
            if gone is None or gone >= starts:
                made.append(_stint(course, first, n, asked, background))
            first = None
    return made


def _stint(course: Course, first: int, last: int, asked: Asked, background: Background) -> Stint:
    starts, until = asked.bounds(background.mission.clock)
    cutoff = min(until, max(asked.seen, starts))
    begun = course.held[first]
    handed = course.held[last + 1] if last + 1 < len(course.held) else None
    close: Close = "handed_on" if handed else course.close
    end = None if handed else course.end
    position = handed.position if handed else end.position if end else None
    closed = handed.starts if handed else end.happened if end else max(cutoff, begun.starts)
    calendar = background.calendar(position if position is not None else background.calendars[-1][0])
    known = [e for e in course.deadlines if position is None or e.position <= position]
    deadline = Deadline.from_data(known[-1].data["deadline"])
    happened = _happened(course, end)
    parts = partition(course, asked, background, calendar, min(happened or closed, closed))
    term = Term.parse(deadline.term)
    waited = tuple(w for w in waits(course, closed) if w.ends > begun.starts and w.starts < closed)
    standing = close == "open" and _stands(course, closed)
    corrected = {e.data["field"]: e.data["value"] for e in course.corrections} if end else {}
    said = course.waiver.data if close == "waived" and course.waiver else end.data if end else {}
    upto = [p for p in course.positions if position is None or p <= position]
    upto += background.rests_on({h.posting for h in course.held[: last + 1]}, course.begins, closed)
    later = [e.position for e in (course.confirmed, *course.corrections) if e is not None and end is not None]
    passed = (
        course.passed.get(instant_text(deadline.due_at))
        if course.opened.data["source"] == "guideline"
        else None
    )
    if passed is not None and position is not None and passed > position:
        passed = None
    return Stint(
        origin=course.origin,
        opened=course.opened,
        why=begun.why,
        began=begun.starts,
        began_position=begun.position,
        carried_in=begun.starts < starts,
        close=close,
        closed=closed,
        closed_position=position,
        outcome=corrected.get("outcome", said.get("outcome", close)) if end else None,
        reason=corrected.get("reason", said.get("reason") or said.get("cause")),
        happened=happened,
        confirmed=course.confirmed.data["confirmed"] if course.confirmed and end else None,
        deadline=deadline,
        verdict=None
        if standing or close in ("waived", "cancelled")
        else _verdict(course, end, deadline, parts, calendar),
        intervals=parts,
        own=accounts.own_time(parts, ME, term, calendar),
        own_in_period=own_between(parts, term, calendar, asked),
        waits=waited,
        positions=tuple(sorted({course.origin.position, *upto, *later, *([passed] if passed else [])})),
        passed=passed,
    )


def _stands(course: Course, at: datetime) -> bool:
    """Whether the clock stands still at that instant: nothing can be late meanwhile."""
    found = waits(course, at)
    return bool(found) and found[-1].stops and found[-1].ends >= at.replace(microsecond=0)


def _happened(course: Course, end: Event | None) -> datetime | None:
    """When it was done, as claimed or as corrected since; None for what was not done or decided."""
    if end is None or "happened_at" not in end.data:
        return None
    corrected = [e.data["value"] for e in course.corrections if e.data["field"] == "happened_at"]
    return max(instant(corrected[-1] if corrected else end.data["happened_at"]), course.begins)


def partition(
    course: Course, asked: Asked, background: Background, calendar: Calendar, ended: datetime
) -> tuple[Interval, ...]:
    """The accounts of a task from its beginning to `ended`, with the person as `ME` and every other officer as `OTHER`."""
    mission, definition = background.mission, str(course.origin.data["definition"]["code"])

    def named(posting: str | None) -> str | None:
        return None if posting in (None, NOBODY) else ME if posting in asked.mine else OTHER

    spans = []
    for held in course.held:
        away = tuple(
            accounts.Absence(starts, ends, named(substitute))
            for starts, ends, substitute in mission.away(held.posting, definition, calendar)
        )
        outside = held.posting in accounts.OUTSIDE
        who = held.posting if outside else named(held.posting)
        spans.append(
            accounts.Span(who, held.starts, held.accepted, held.why in FALLBACK, away, outside=outside)
        )
    begin = course.begins
    stood = [Wait(w.cause, w.party, w.starts, w.ends) for w in waits(course, ended) if w.ends > w.starts]
    return accounts.apportion(
        begin,
        max(ended, begin),
        Term.parse(course.opened.data["deadline"]["term"]),
        spans,
        calendar,
        waits=stood,
        suspensions=mission.all_suspensions(),
    )


def waits(course: Course, until: datetime) -> list[Waited]:
    """Each wait up to its end: resumed, lapsed, the task's own end, or `until` while it lasts."""
    found = []
    for first, *more in course.waits:
        ends = until
        if course.end is not None:
            ends = min(ends, course.end.happened)
        for event in (first, *more):
            ends = min(ends, event.happened) if event.type == "ClockResumed" else ends
        lapses = [e.data["lapses"] for e in (first, *more) if "lapses" in e.data]
        ends = min(ends, instant(lapses[-1]))
        starts = first.happened.replace(microsecond=0)
        data, positions = first.data, (first.position, *(e.position for e in more))
        found.append(
            Waited(
                data["cause"],
                data["party"],
                data["stops"],
                starts,
                max(ends.replace(microsecond=0), starts),
                positions,
                (first, *more),
            )
        )
    return found


def _verdict(
    course: Course, end: Event | None, deadline: Deadline, parts: tuple[Interval, ...], calendar: Calendar
) -> Verdict:
    begin = course.begins
    parts = parts or (Interval("vacancy", None, begin, begin),)
    recorded: datetime | None = None
    if end is not None and not any(e.data["field"] == "happened_at" for e in course.corrections):
        recorded = end.happened  # a corrected instant has its second person already: whoever approved it
    confirmed = course.confirmed if course.confirmed and course.confirmed.data["confirmed"] else None
    return accounts.verdict(
        deadline,
        parts,
        ME,
        calendar,
        source=course.opened.data["source"],
        recorded_at=recorded,
        confirmed_at=confirmed.happened if confirmed else None,
    )


def own_between(parts: Sequence[Interval], term: Term, calendar: Calendar, asked: Asked) -> OwnTime:
    """The person's own time within the period: whole working days, or exact seconds of a term in hours."""
    mine = [i for i in parts if i.kind == "holder" and i.who == ME]
    if term.kind == "h":
        starts, until = asked.bounds(calendar)
        inside = [(min(i.ends, until) - max(i.starts, starts)).total_seconds() for i in mine]
        return OwnTime("seconds", int(sum(s for s in inside if s > 0)))
    days = accounts.working_days(parts, calendar)
    own = [d for d, i in days if i.kind == "holder" and i.who == ME and asked.first <= d <= asked.last]
    return OwnTime("working days", len(own))
