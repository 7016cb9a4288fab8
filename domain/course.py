"""A task's events read once, in order: who held it from when, its deadlines, its waits, its sitting, its end.

Pure. Instants are UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from domain.envelope import Event
from domain.kinds import instant

Close = Literal["open", "handed_on", "done", "not_acted", "waived", "cancelled"]
ENDS: Final[Mapping[str, Close]] = {
    "TaskCompleted": "done",
    "TaskNotActed": "not_acted",
    "TaskCancelled": "cancelled",
}
_QUIET: Final = frozenset({"NoticeRecorded", "DeadlinePassed"})
_LATER: Final = frozenset({"TimelinessConfirmed", "CorrectionProposed", "CorrectionRefused", "TaskCorrected"})


@dataclass(slots=True)
class Held:
    """A posting held the task from an instant on, by a rule, and accepted it or not."""

    posting: str
    why: str
    starts: datetime
    position: int
    accepted: datetime | None = None


@dataclass(slots=True)
class Course:
    """A task's events read once, in order, up to the end of the period; what was said of it later stands apart."""

    origin: Event
    opened: Event
    held: list[Held]
    deadlines: list[Event]
    waits: list[list[Event]] = field(default_factory=list)
    end: Event | None = None
    positions: list[int] = field(default_factory=list)
    confirmed: Event | None = None
    corrections: list[Event] = field(default_factory=list)
    requests: list[Event] = field(default_factory=list)
    refusals: list[Event] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    accepted: list[tuple[Event, str]] = field(default_factory=list)
    waiver: Event | None = None
    sitting: Event | None = None

    @property
    def begins(self) -> datetime:
        """What the accounts begin with: the instant that the term counts from. A report is nobody's before its sitting."""
        if self.sitting is not None and self._bound == "after":
            return instant(self.sitting.data["starts"])
        return min(instant(self.opened.data["starts"]), self.opened.happened).replace(microsecond=0)

    @property
    def _bound(self) -> str:
        steps: list[Mapping[str, Any]] = self.origin.data["definition"]["step"]
        return next((str(s["bound"]) for s in steps if s["code"] == self.opened.data["step"]), "none")

    def held_at(self, at: datetime) -> Held:
        """Who held the task at an instant; its first holder before it opened."""
        return next((h for h in reversed(self.held) if h.starts <= at), self.held[0])

    @property
    def close(self) -> Close:
        """How the task ended, `open` if it has not."""
        if self.end is None:
            return "open"
        return ENDS.get(self.end.type, "waived")


def courses(events: Sequence[Event], until: datetime) -> dict[str, Course]:
    """Every task of an obligation, by its code, as it stood at `until`."""
    found: dict[str, Course] = {}
    sittings: dict[str, Event] = {}
    for event in events:
        code = event.data.get("task")
        if event.type in ("AppointmentSet", "AppointmentMoved") and event.happened < until:
            sittings[event.data["appointment"]] = event
        if code is None:
            continue
        if event.type == "TaskOpened":
            if event.happened < until:
                first = Held(event.data["posting"], event.data["why"], event.happened, event.position)
                found[code] = Course(events[0], event, [first], [event], positions=[event.position])
        elif code in found:
            _read(found[code], event, until)
    for course in found.values():
        course.sitting = sittings.get(course.opened.data["appointment"] or "")
    return found


def _read(course: Course, event: Event, until: datetime) -> None:
    if event.type in _LATER:
        _said_later(course, event)
        return
    if event.happened >= until:
        return
    if event.type in _QUIET:
        _told_by_the_clock(course, event)
        return
    course.positions.append(event.position)
    match event.type:
        case "TaskAssigned":
            starts = max(
                event.happened, course.held[-1].starts
            )  # clocks of two processes may differ a little
            course.held.append(Held(event.data["posting"], event.data["why"], starts, event.position))
        case "TaskAccepted":
            course.held[-1].accepted = event.happened
            course.accepted.append((event, course.held[-1].posting))
        case "DeadlineMoved":
            course.deadlines.append(event)
        case "ClockPaused":
            course.waits.append([event])
        case "WaitRenewed" | "ClockResumed" if course.waits:
            course.waits[-1].append(event)
        case "WaiverProposed":
            course.waiver = event
        case "WaiverAnswered" if event.data["approved"]:
            course.end = event
        case kind if kind in ENDS:
            course.end = event


def _told_by_the_clock(course: Course, event: Event) -> None:
    """What nobody did: of it only the passing of a deadline stands in the course."""
    if event.type == "DeadlinePassed":
        course.passed[event.data["due_at"]] = event.position


def _said_later(course: Course, event: Event) -> None:
    """What is said of an end counts whenever it was said; of a task that had not ended by then, nothing."""
    if course.end is None:
        return
    match event.type:
        case "TimelinessConfirmed":
            course.confirmed = event
        case "CorrectionProposed":
            course.requests.append(event)
        case "CorrectionRefused":
            course.refusals.append(event)
        case _:
            course.corrections.append(event)
