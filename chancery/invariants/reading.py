"""A log read a second time, by nobody's rules: what each obligation, task and mission lived through, event by event.

It shares no fold with `domain`, so that a slip there is not overlooked here. Instants are RFC 3339 text (UTC), in which text
order is time order; `recorded` is the log's own time, as such text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.calendar import Calendar
from domain.envelope import Event
from domain.kinds import instant_text

FOREVER: Final = "9999-12-31T23:59:59Z"
"""Later than anything that a log can hold."""

ENDS: Final = frozenset({"TaskCompleted", "TaskNotActed", "TaskCancelled"})


@dataclass(slots=True)
class Plan:
    """The deadline and the notices that a task had from an event on."""

    since: str
    due: str
    notices: list[Mapping[str, Any]]


@dataclass(slots=True)
class Pause:
    """A wait of a task: whether it stopped the clock, when it lapses, and when it ended."""

    since: str
    stops: bool
    lapses: str
    until: str = FOREVER


@dataclass(slots=True)
class Line:
    """One task, from its opening to its end."""

    id: str
    step: str
    role: str
    appointment: str | None
    opened: Event
    plans: list[Plan]
    holders: list[tuple[str, str]]
    declined: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    notices: list[Event] = field(default_factory=list)
    passed: list[Event] = field(default_factory=list)
    ended: Event | None = None
    waiver: bool = False

    @property
    def due(self) -> str:
        """The deadline as it stands."""
        return self.plans[-1].due

    @property
    def until(self) -> str:
        """When it ended; the end of time if it has not."""
        return self.ended.at if self.ended else FOREVER


@dataclass(slots=True)
class Wish:
    """A gate as one event set it, for one of an obligation's cases."""

    event: Event
    gate: str
    case: str
    open: bool


@dataclass(slots=True)
class Course:
    """One obligation, from its opening to its end."""

    id: str
    mission: str
    opened: Event
    gates: Mapping[str, list[str]]
    outside: frozenset[str]
    events: list[Event] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    starts: dict[str, str] = field(default_factory=dict)
    closed: Event | None = None

    @property
    def code(self) -> str:
        """The definition's code."""
        return str(self.opened.data["definition"]["code"])

    def open_lines(self) -> list[Line]:
        """Tasks that have not ended."""
        return [line for line in self.lines.values() if line.ended is None]


@dataclass(slots=True)
class Away:
    """A stretch in which a posting was not there, as far as it was known then; who acted on its behalf, if anybody."""

    since: str
    until: str
    substitute: str | None = None
    scope: tuple[str, ...] = ()


@dataclass(slots=True)
class Staff:
    """One mission's people, as its stream gives them."""

    calendar: Calendar | None = None
    off: set[str] = field(default_factory=set)
    """Duties that were ever switched off."""
    roles: dict[str, str] = field(default_factory=dict)
    support: set[str] = field(default_factory=set)
    post_of: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    lasts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    absences: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    shortened: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """A whole log, read."""

    events: list[Event] = field(default_factory=list)
    courses: dict[str, Course] = field(default_factory=dict)
    missions: dict[str, Staff] = field(default_factory=dict)
    strays: list[Event] = field(default_factory=list)
    late: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Book":
        """The book of these events, in the order of the log. What has no beginning is kept in `strays`."""
        book = cls()
        for event in events:
            book.events.append(event)
            kind, _, code = event.stream.partition("/")
            try:
                if kind == "mission":
                    _of_mission(book.missions.setdefault(code, Staff()), event)
                elif kind == "obligation":
                    book._of_obligation(code, event)
            except LookupError:
                book.strays.append(event)
        return book

    def sound(self) -> Iterator[Course]:
        """Obligations whose streams hold nothing that never began: the rules themselves can fold them."""
        broken = {event.stream for event in self.strays}
        return (course for course in self.courses.values() if course.opened.stream not in broken)

    def _of_obligation(self, code: str, event: Event) -> None:
        data = event.data
        if event.type == "ObligationOpened":
            steps = data["definition"]["step"]
            gates = {s["code"]: list(s["gates"]) for s in steps}
            outside = frozenset(s["code"] for s in steps if s.get("outside"))
            course = self.courses[code] = Course(code, data["mission"], event, gates, outside)
            course.events.append(event)
            course.wishes += [Wish(event, gate, "1", True) for gate in data.get("gates", {})]
            return
        course = self.courses[code]
        course.events.append(event)
        if course.closed is not None and event.type not in _AFTERWARDS:
            self.late.append(event)
        if event.type in _ON_COURSE:
            _ON_COURSE[event.type](course, event)
        elif "task" in data:
            line = course.lines[data["task"]]
            if line.ended is not None and event.type not in _AFTERWARDS:
                self.late.append(event)
            _on_line(line, event)


_AFTERWARDS: Final = frozenset(
    {"TimelinessConfirmed", "CorrectionProposed", "CorrectionRefused", "TaskCorrected", "CaseNoted", "CaseAttached",
     "CaseDetached", "GateSet", "DisclosureMade", "AnswerRecorded"}
)  # fmt: skip
"""What may still be said of a task or an obligation that has ended."""


def recorded(event: Event) -> str:
    """The log's own time of an event, cut to whole seconds."""
    return instant_text(event.recorded.replace(microsecond=0))


# ── obligations ──────────────────────────────────────────────────────────────────────────────────────────────────


def _task_opened(course: Course, e: Event) -> None:
    d = e.data
    if d["task"] in course.lines:
        raise LookupError(d["task"])
    plan = Plan(e.at, d["deadline"]["due_at"], d["notices"])
    course.lines[d["task"]] = Line(
        d["task"], d["step"], d["owner_role"], d["appointment"], e, [plan], [(e.at, d["posting"])]
    )


def _closed(course: Course, e: Event) -> None:
    course.closed = e


def _gate(course: Course, e: Event) -> None:
    course.wishes.append(Wish(e, e.data["gate"], e.data.get("case", "1"), e.data["open"]))


def _detached(course: Course, e: Event) -> None:
    known = {w.gate for w in course.wishes if w.case == e.data["case"]}
    course.wishes += [Wish(e, gate, e.data["case"], False) for gate in sorted(known)]


def _appointment(course: Course, e: Event) -> None:
    course.starts[e.data["appointment"]] = e.data["starts"]


_ON_COURSE: Final[Mapping[str, Any]] = {
    "TaskOpened": _task_opened,
    "ObligationClosed": _closed,
    "GateSet": _gate,
    "CaseDetached": _detached,
    "AppointmentSet": _appointment,
    "AppointmentMoved": _appointment,
}


# ── tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _on_line(line: Line, e: Event) -> None:
    d = e.data
    waived = e.type == "WaiverAnswered" and d["approved"]
    if e.type in ENDS or waived:
        line.ended = line.ended or e
        for pause in line.pauses:
            pause.until = min(pause.until, e.at)
    elif e.type == "TaskAssigned":
        line.holders.append((e.at, d["posting"]))
    elif e.type == "TaskDeclined":
        line.declined.append((e.at, line.holders[-1][1]))
        line.declined.append((e.at, e.by))
    elif e.type == "TaskAccepted":
        line.accepted.append(e.at)
    elif e.type == "DeadlineMoved":
        line.plans.append(Plan(e.at, d["deadline"]["due_at"], d["notices"]))
    elif e.type == "ClockPaused":
        line.pauses.append(Pause(e.at, d["stops"], d["lapses"]))
    elif e.type == "WaitRenewed":
        line.pauses[-1].lapses = d["lapses"]
    elif e.type == "ClockResumed":
        line.pauses[-1].until = e.at
    elif e.type == "NoticeRecorded":
        line.notices.append(e)
    elif e.type == "DeadlinePassed":
        line.passed.append(e)


# ── missions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_mission(staff: Staff, e: Event) -> None:
    d = e.data
    if e.type == "MissionAdopted":
        staff.calendar = Calendar.from_data(d["calendar"])
        staff.off |= set(d.get("switched_off", ()))
    elif e.type == "DutySwitched" and not d["on"]:
        staff.off.add(d["definition"])
    elif e.type == "PostCreated":
        staff.roles[d["post"]] = d["role"]
        if d["support"]:
            staff.support.add(d["post"])
    elif e.type == "PostingBegan":
        staff.post_of[d["posting"]], staff.first[d["posting"]] = d["post"], d["from_day"]
        staff.lasts[d["posting"]] = [(recorded(e), d["until"] or "9999-12-31")]
    elif e.type == "PostingEnded":
        staff.lasts[d["posting"]].append((recorded(e), d["until"]))
    elif e.type == "AbsenceRecorded":
        staff.absences.setdefault(d["posting"], []).append((recorded(e), d))
    elif e.type == "AbsenceEnded":
        staff.shortened[d["absence"]] = min(d["until"], staff.shortened.get(d["absence"], "9999-12-31"))
