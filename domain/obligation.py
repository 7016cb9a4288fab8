"""An obligation at work: its tasks, their clocks, its sittings. State and evolve; decisions stand in `domain/deciding/`.

The stream is `obligation/<id>`. Instants stay as RFC 3339 text (UTC, whole seconds, Z), in which text order is time
order: a fold over millions of events must not parse what nobody asks for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.casework import FIRST, ON_CASEWORK, Casework
from domain.envelope import Event
from domain.task import ON_TASK, Holding, Task

ALTERNATIVE = "alternative"
"""The step of what is done instead of what was waived: every definition has it, by a date given with the waiver."""

_INSTEAD: Mapping[str, Any] = {
    "code": ALTERNATIVE,
    "owner": "focal_point",
    "term": "by:12-31",
    "source": "local_strategy",
    "escalates": False,
    "bound": "none",
    "checklist": [],
    "evidence": [],
    "results": {},
    "reasons": ["assembly_dangerous", "unreachable", "risk_of_harm"],
    "outcomes": ["not_appropriate", "blocked"],
    "gates": [],
}


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
class Obligation(Casework):
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
    occurrence: str = "1"
    waived_before: int = 0
    also: tuple[str, ...] = ()
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
        """A step of the definition's snapshot, or what is done instead of one."""
        if code == ALTERNATIVE:
            return _INSTEAD
        steps: Iterable[Mapping[str, Any]] = self.definition["step"]
        return next((s for s in steps if s["code"] == code), None)

    def open_tasks(self) -> list[Task]:
        """Tasks still to be done, in the order of their opening."""
        return [t for t in self.tasks.values() if t.status == "open"]

    def recalls_due(self) -> list[int]:
        """The numbers of disclosures behind a gate that is shut now, and whose recall was not asked yet."""
        return [
            d.n
            for d in self.disclosures
            if not self.gates.get(d.gate, False) and f"recall.{d.n}" not in self.tasks
        ]

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
    s.occurrence = d.get("occurrence", "1")
    s.waived_before, s.also = d.get("waived_before", 0), tuple(d.get("also", ()))
    if s.subject is not None:
        s.cases[FIRST] = s.subject
    for gate, lapses in d.get("gates", {}).items():
        s.may_pass(gate, FIRST, passes=True, lapses=lapses)
    for gate in d.get("shut", ()):
        s.may_pass(gate, FIRST, passes=False)


def _closed(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.outcome, s.closed = d["outcome"], e.at


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


def _appointment_set(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.appointments[d["appointment"]] = Appointment(
        d["appointment"], d["starts"], d["day"], d["whole_day"], d["match"], known_since=e.at
    )
    s.without_day_since, s.asked, s.ended_cause = None, 0, None


def _appointment_moved(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    a = s.appointments[d["appointment"]]
    a.starts, a.day, a.whole_day = d["starts"], d["day"], d["whole_day"]


def _appointment_cancelled(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    s.appointments[d["appointment"]].status = "cancelled"
    _no_day(s, e.at)


def _held(s: Obligation, d: Mapping[str, Any], e: Event) -> None:
    a = s.appointments[d["appointment"]]
    a.status, a.outcome, a.held_at = "held", d["outcome"], d["happened_at"]
    _no_day(s, d["happened_at"])


def _no_day(s: Obligation, since: str) -> None:
    """No sitting is set and the proceeding goes on: from then on the focal point is asked whether a day is known."""
    known = any(a.status == "set" for a in s.appointments.values())
    if not known and s.ended_cause is None and s.without_day_since is None:
        s.without_day_since, s.asked = since, 0


def _offered(s: Obligation, d: Mapping[str, Any], _: Event) -> None:
    s.appointments[d["appointment"]].offered += d["to"]


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
    **ON_CASEWORK,
}


def evolve(state: Obligation, event: Event) -> Obligation:
    """Apply one event, in place. KeyError on a type that this stream cannot hold: never passed over silently."""
    on_task = ON_TASK.get(event.type)
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
