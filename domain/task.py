"""One task: its holders, its clock as it stands, its waits, its end. State, and how events change it.

Instants stay as RFC 3339 text (UTC, whole seconds, Z), in which text order is time order: a fold over millions of events
must not parse what nobody asks for.
"""

from collections.abc import Callable, Mapping
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
    alternatives: list[Mapping[str, str]]
    review_on: str | None


@dataclass(slots=True)
class CorrectionAsked:
    """A correction that waits for a second person: the entry meant, what it should say, why, and who asks."""

    id: str
    of: str
    field: str
    value: str
    reason: str
    requester: str


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
    called: set[str] = field(default_factory=set)
    passed: list[str] = field(default_factory=list)
    waits: list[WaitSpan] = field(default_factory=list)
    waiver: WaiverAsked | None = None
    confirmed: bool | None = None
    corrections: list[Event] = field(default_factory=list)
    asked: dict[str, CorrectionAsked] = field(default_factory=dict)
    refused_by: list[str] = field(default_factory=list)
    extended: str | None = None
    extended_at: str | None = None
    ended_as: str | None = None
    act: Mapping[str, str] | None = None

    @property
    def not_met(self) -> bool:
        """What the Guidelines state was not done in the time that they state; nothing that comes later takes it back.

        Reported in time and then confirmed, it was met after all.
        """
        late = self.source == "guideline" and self.due in self.passed
        in_time = self.timing == "on_time" or (self.timing == "reported_in_time" and bool(self.confirmed))
        return late and not in_time

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.status == "open"

    @property
    def wait(self) -> WaitSpan | None:
        """The wait that runs now, if any."""
        return self.waits[-1] if self.waits and self.waits[-1].ends is None else None


def notice_key(kind: str, n: int, due_at: str) -> tuple[str, int, str]:
    """What makes a notice the same one. A reminder is sent once, however often the deadline moves after it; being
    overdue and an escalation belong to the due instant that passed.
    """
    return (kind, n, "" if kind == "reminder" else due_at)


def _assigned(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.posting, t.accepted = d["posting"], False
    t.holdings.append(Holding(d["posting"], d["why"], e.at, e.position))
    t.revision += 1


def _accepted(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.accepted = True
    t.holdings[-1].accepted = e.at
    t.revision += 1


def _declined(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.refused_by += dict.fromkeys((t.posting, e.by))  # who declined on behalf has said no for themselves too
    t.accepted = False
    t.revision += 1


def _end(t: Task, outcome: str, d: Mapping[str, Any], e: Event) -> None:
    t.status, t.outcome, t.ended_as = "ended", outcome, outcome
    t.reason, t.timing = d.get("reason") or d.get("cause"), d.get("timing")
    t.happened, t.ended = d.get("happened_at", e.at), e.at
    t.ended_by, t.ended_event = e.by, e.id
    t.result, t.act = d.get("result", {}), d.get("act")
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
    t.waiver = WaiverAsked(e.by, d["reason"], d.get("alternatives", []), d["review_on"])
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
        t.extended, t.extended_at = t.due, e.at
    t.revision += 1


def _noticed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.sent.add(notice_key(d["kind"], d["n"], d["due_at"]))
    if d["kind"] in ("overdue", "escalation"):
        t.called.update(d["to"])


def _passed(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.passed.append(d["due_at"])


def _correction_proposed(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.asked[e.id] = CorrectionAsked(e.id, d["of"], d["field"], d["value"], d["reason"], e.by)


def _correction_refused(t: Task, d: Mapping[str, Any], _: Event) -> None:
    t.asked.pop(d["proposal"], None)


def _corrected(t: Task, d: Mapping[str, Any], e: Event) -> None:
    t.corrections.append(e)
    t.asked.pop(d.get("proposal", ""), None)
    if d["field"] == "happened_at":
        t.happened = d["value"]
        t.timing = "on_time" if d["value"] <= t.due else "after_due"
    elif d["field"] == "outcome":
        t.outcome = d["value"]
    else:
        t.reason = d["value"]
    t.revision += 1


ON_TASK: dict[str, Callable[[Task, Mapping[str, Any], Event], None]] = {
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
    "CorrectionProposed": _correction_proposed,
    "CorrectionRefused": _correction_refused,
    "TaskCorrected": _corrected,
}
"""Event type → how it changes its task."""

TASK_TYPES = frozenset(ON_TASK) | {"TaskOpened"}
"""Events that change a task, and so its row in every view."""


def text(at: Any) -> str:
    """An instant as events write it, cut to whole seconds: what deadlines are compared in."""
    return instant_text(at.replace(microsecond=0))
