"""An obligation at work: its tasks, their clocks, its sittings. State and evolve; decisions stand in `domain/deciding/`.

The stream is `obligation/<id>`. Instants stay as RFC 3339 text (UTC, whole seconds, Z), in which text order is time
order: a fold over millions of events must not parse what nobody asks for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.envelope import Event
from domain.kinds import instant_text


@dataclass(slots=True)
class Holding:
    """Somebody held the task from an instant: who, by which rule, and when they accepted it."""

    posting: str
    why: str
    since: str
    position: int
    accepted: str | None = None


@dataclass(slots=True)
class WaitSpan:
    """The task waited on somebody outside: cause, party, whether the clock stood still, from when to when."""

    cause: str
    party: str
    stops: bool
    starts: str
    lapses: str
    by: str
    ends: str | None = None


@dataclass(slots=True)
class WaiverAsked:
    """A waiver that waits for a second person."""

    proposer: str
    reason: str
    alternative: str | None
    review_on: str | None


@dataclass(slots=True)
class Task:
    """One task. `original_due` never changes; `due` is the current one."""

    id: str
    step: str
    occurrence: str
    owner_role: str
    posting: str
    starts: str
    opened: str
    source: str
    original_due: str
    due: str
    deadline: Mapping[str, Any]
    notices: list[Mapping[str, Any]]
    appointment: str | None
    holdings: list[Holding]
    positions: list[int]
    status: str = "open"
    accepted: bool = False
    outcome: str | None = None
    reason: str | None = None
    timing: str | None = None
    happened: str | None = None
    ended: str | None = None
    ended_by: str | None = None
    ended_event: str | None = None
    result: Mapping[str, str] = field(default_factory=dict)
    revision: int = 1
    sent: set[tuple[str, int, str]] = field(default_factory=set)
    passed: list[str] = field(default_factory=list)
    waits: list[WaitSpan] = field(default_factory=list)
    waiver: WaiverAsked | None = None
    confirmed: bool | None = None
    corrections: list[Event] = field(default_factory=list)
    refused_by: list[str] = field(default_factory=list)
    extended: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.status == "open"

    @property
    def wait(self) -> WaitSpan | None:
        """The wait that runs now, if any."""
        return self.waits[-1] if self.waits and self.waits[-1].ends is None else None


@dataclass(slots=True)
class Appointment:
    """A sitting: a random id with an instant. `status`: set, held, cancelled."""

    id: str
    starts: str
    day: str
    whole_day: bool
    match: str | None
    status: str = "set"
    outcome: str | None = None
    held_at: str | None = None
    known_since: str = ""
    offered: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    observer: str | None = None
    backup: str | None = None
    support: str | None = None


@dataclass(slots=True)
class Obligation:
    """An obligation as its events say. `version` is that of its stream; 0 means it was never opened."""

    id: str = ""
    version: int = 0
    mission: str = ""
    accreditation: str = ""
    instrument: str = ""
    instrument_version: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)
    procedure: int = 0
    period: str | None = None
    due_by: str | None = None
    parties: tuple[str, ...] = ()
    subject: Mapping[str, str] | None = None
    case_bound: bool = False
    opened: str = ""
    outcome: str | None = None
    closed: str | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    gates: dict[str, bool] = field(default_factory=dict)
    gate_answers: dict[tuple[str, str], bool] = field(default_factory=dict)
    ended_cause: str | None = None
    without_day_since: str | None = None
    asked: int = 0

    @property
    def is_open(self) -> bool:
        """Opened, and not ended."""
        return self.version > 0 and self.outcome is None

    @property
    def code(self) -> str:
        """The definition's code."""
        return str(self.definition["code"])

    def step(self, code: str) -> Mapping[str, Any] | None:
        """A step of the definition's snapshot."""
        steps: Iterable[Mapping[str, Any]] = self.definition["step"]
        return next((s for s in steps if s["code"] == code), None)

    def open_tasks(self) -> list[Task]:
        """Tasks still to be done, in the order of their opening."""
        return [t for t in self.tasks.values() if t.status == "open"]

    def sittings(self) -> list[Appointment]:
        """All sittings in time order."""
        return sorted(self.appointments.values(), key=lambda a: (a.starts, a.id))


def _opened(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.id, s.mission, s.accreditation = d["obligation"], d["mission"], d["accreditation"]
    s.instrument, s.instrument_version = d["instrument"], d["instrument_version"]
    s.definition, s.procedure, s.period = d["definition"], d["procedure"], d["period"]
    s.parties = tuple(d["parties"])
    s.due_by, s.subject, s.case_bound = d["due_by"], d.get("subject"), d["case_bound"]
    s.opened = e.at


def _closed(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.outcome, s.closed = d["outcome"], e.at


def _gate_set(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.gates[d["gate"]] = d["open"]


def _gate_answered(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.gate_answers[(d["gate"], d["occurrence"])] = d["passed"]


def _task_opened(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.tasks[d["task"]] = Task(
        id=d["task"],
        step=d["step"],
        occurrence=d["occurrence"],
        owner_role=d["owner_role"],
        posting=d["posting"],
        starts=d["starts"],
        opened=e.at,
        source=d["source"],
        original_due=d["deadline"]["due_at"],
        due=d["deadline"]["due_at"],
        deadline=d["deadline"],
        notices=d["notices"],
        appointment=d["appointment"],
        holdings=[Holding(d["posting"], d["why"], e.at, e.position)],
        positions=[e.position],
    )


def _assigned(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.posting, t.accepted = d["posting"], False
    t.holdings.append(Holding(d["posting"], d["why"], e.at, e.position))
    t.revision += 1


def _accepted(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.accepted = True
    t.holdings[-1].accepted = e.at
    t.revision += 1


def _declined(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.refused_by.append(t.posting)
    t.revision += 1


def _end(t: Task, outcome: str, d: Mapping[str, Any], e: Event) -> None:
    t.status, t.outcome = "ended", outcome
    t.reason, t.timing = d.get("reason") or d.get("cause"), d.get("timing")
    t.happened, t.ended = d.get("happened_at", e.at), e.at
    t.ended_by, t.ended_event = e.by, e.id
    t.result = d.get("result", {})
    if t.wait is not None:
        t.waits[-1].ends = e.at
    t.waiver = None
    t.revision += 1


def _completed(t: Task, d: Mapping[str, Any], e: Event) -> None:
    _end(t, "done", d, e)


def _not_acted(t: Task, d: Mapping[str, Any], e: Event) -> None:
    _end(t, d["outcome"], d, e)


def _cancelled(t: Task, d: Mapping[str, Any], e: Event) -> None:
    _end(t, "cancelled", d, e)


def _confirmed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.confirmed = d["confirmed"]
    t.revision += 1


def _waiver_proposed(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.waiver = WaiverAsked(e.by, d["reason"], d["alternative"], d["review_on"])
    t.revision += 1


def _waiver_answered(t: Task, d: Mapping[str, Any], e: Event) -> None:
    asked = t.waiver
    t.waiver = None
    t.revision += 1
    if d["approved"] and asked is not None:
        _end(t, "waived", {"reason": asked.reason}, e)


def _paused(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.waits.append(WaitSpan(d["cause"], d["party"], d["stops"], e.at, d["lapses"], e.by))
    t.revision += 1


def _wait_renewed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.waits[-1].lapses = d["lapses"]
    t.revision += 1


def _resumed(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.waits[-1].ends = e.at
    t.revision += 1


def _moved(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.deadline, t.due, t.notices = d["deadline"], d["deadline"]["due_at"], d["notices"]
    if d["cause"] == "extended":
        t.extended = t.due
    t.revision += 1


def _noticed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.sent.add(notice_key(d["kind"], d["n"], d["due_at"]))


def _passed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.passed.append(d["due_at"])


def _corrected(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.corrections.append(e)
    if d["field"] == "happened_at":
        t.happened = d["value"]
        t.timing = "on_time" if d["value"] <= t.due else "after_due"
    elif d["field"] == "outcome":
        t.outcome = d["value"]
    else:
        t.reason = d["value"]
    t.revision += 1


def _appointment_set(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.appointments[d["appointment"]] = Appointment(
        d["appointment"], d["starts"], d["day"], d["whole_day"], d["match"], known_since=e.at
    )
    s.without_day_since, s.asked, s.ended_cause = None, 0, None


def _appointment_moved(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    a = s.appointments[d["appointment"]]
    a.starts, a.day, a.whole_day = d["starts"], d["day"], d["whole_day"]


def _appointment_cancelled(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.appointments[d["appointment"]].status = "cancelled"


def _held(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    a = s.appointments[d["appointment"]]
    a.status, a.outcome, a.held_at = "held", d["outcome"], d["happened_at"]
    if d["outcome"] == "adjourned_without_day":
        s.without_day_since, s.asked = d["happened_at"], 0


def _offered(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.appointments[d["appointment"]].offered = list(d["to"])


def _answered(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.appointments[d["appointment"]].answers[d["posting"]] = d["answer"]


def _observer(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    a = s.appointments[d["appointment"]]
    a.observer, a.backup, a.support = d["observer"], d["backup"], d["support"]


def _asked(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.asked = d["n"]


def _ended(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.ended_cause, s.without_day_since = d["cause"], None


_ON_OBLIGATION: dict[str, Callable[[Obligation, Mapping[str, Any], Event], None]] = {
    "ObligationOpened": _opened,
    "ObligationClosed": _closed,
    "GateSet": _gate_set,
    "GateAnswered": _gate_answered,
    "TaskOpened": _task_opened,
    "AppointmentSet": _appointment_set,
    "AppointmentMoved": _appointment_moved,
    "AppointmentCancelled": _appointment_cancelled,
    "SittingHeld": _held,
    "RotaOffered": _offered,
    "RotaAnswered": _answered,
    "ObserverAssigned": _observer,
    "ProceedingAsked": _asked,
    "ProceedingEnded": _ended,
}
_ON_TASK: dict[str, Callable[[Task, Mapping[str, Any], Event], None]] = {
    "TaskAssigned": _assigned,
    "TaskAccepted": _accepted,
    "TaskDeclined": _declined,
    "TaskCompleted": _completed,
    "TaskNotActed": _not_acted,
    "TaskCancelled": _cancelled,
    "TimelinessConfirmed": _confirmed,
    "WaiverProposed": _waiver_proposed,
    "WaiverAnswered": _waiver_answered,
    "ClockPaused": _paused,
    "WaitRenewed": _wait_renewed,
    "ClockResumed": _resumed,
    "DeadlineMoved": _moved,
    "NoticeRecorded": _noticed,
    "DeadlinePassed": _passed,
    "TaskCorrected": _corrected,
}

TASK_TYPES = frozenset(_ON_TASK) | {"TaskOpened"}
"""Events that change a task, and so its row in every view."""


def notice_key(kind: str, n: int, due_at: str) -> tuple[str, int, str]:
    """What makes a notice the same one. A reminder is sent once, however often the deadline moves after it; being
    overdue and an escalation belong to the due instant that passed."""
    return (kind, n, "" if kind == "reminder" else due_at)


def evolve(state: Obligation, event: Event) -> Obligation:
    """Apply one event, in place. KeyError on a type that this stream cannot hold: never passed over silently."""
    on_task = _ON_TASK.get(event.type)
    if on_task is not None:
        task = state.tasks[event.data["task"]]
        on_task(task, event.data, event)
        task.positions.append(event.position)
    else:
        _ON_OBLIGATION[event.type](state, event.data, event)
    state.version = event.version
    return state


def fold(events: Iterable[Event], state: Obligation | None = None) -> Obligation:
    """The obligation that these events make, starting from `state` (which is changed) or from nothing."""
    state = state if state is not None else Obligation()
    for event in events:
        evolve(state, event)
    return state


def text(at: Any) -> str:
    """An instant as events write it, cut to whole seconds: what deadlines are compared in."""
    return instant_text(at.replace(microsecond=0))
