"""What can have happened. One TypedDict an event type; the names are stored and never change.

An event's `data` is a plain dict of this shape: folding millions of them must not build models, while writing one
validates it strictly (`validate`). An unknown key, a blank or a sentence in a code is refused before it can reach the
log, where it would stay for ever. Old schemas are upcast on reading (`domain/upcast.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import NotRequired, TypedDict

from domain.kinds import (
    Code,
    DateText,
    EvidenceData,
    Hex,
    InstantText,
    Label,
    SealedRef,
    Source,
    Uuid,
)

_STRICT = ConfigDict(extra="forbid", strict=True)


# ── what several events carry ────────────────────────────────────────────────────────────────────────────────────


@with_config(_STRICT)
class LineData(TypedDict):
    """One line of a deadline's explanation: a day, whether it counted, and why (not)."""

    date: DateText
    counted: bool
    reason: Label


@with_config(_STRICT)
class DeadlineData(TypedDict):
    """A resolved term: the instant, the local date and zone, and the steps that led there (DEADLINES.md)."""

    due_at: InstantText
    local_date: DateText
    zone: Label
    term: Label
    provisional: bool
    short_notice: bool
    flags: list[Code]
    explanation: list[LineData]


@with_config(_STRICT)
class NoticeData(TypedDict):
    """A planned notice: what kind, which one, when, and to which roles."""

    kind: Literal["reminder", "overdue", "escalation"]
    n: int
    at: InstantText
    to: list[Code]


@with_config(_STRICT)
class AccreditationData(TypedDict):
    """A mission's accreditation to a country. Obligations bear its code, so they are bound to a country."""

    code: Code
    country: Code
    resident: bool


# ── the mission ──────────────────────────────────────────────────────────────────────────────────────────────────


@with_config(_STRICT)
class MissionAdopted(TypedDict):
    """A mission begins with Chancery. Nothing is owed for the time before `on`."""

    mission: Code
    kind: Literal["mission", "headquarters"]
    on: DateText
    accreditations: list[AccreditationData]
    calendar: dict[str, Any]
    calendar_source: Code
    instruments: dict[Code, Code]
    checksums: dict[Code, Hex]
    last_done: dict[Code, DateText]
    partners: list[Code]
    switched_off: NotRequired[list[Code]]


@with_config(_STRICT)
class CalendarRevised(TypedDict):
    """The calendar from now on, whole, with who said so and what changed."""

    calendar: dict[str, Any]
    source: Code
    added: list[DateText]
    removed: list[DateText]


@with_config(_STRICT)
class PostCreated(TypedDict):
    """A position in the mission, with its share of time for human-rights work."""

    post: Code
    role: Code
    share_percent: int
    local_agent: bool


@with_config(_STRICT)
class PostingBegan(TypedDict):
    """An officer takes a post, under a random code. `until` is the last day, where known."""

    posting: Code
    post: Code
    from_day: DateText
    until: DateText | None
    languages: list[Code]


@with_config(_STRICT)
class PostingEnded(TypedDict):
    """The last day of a posting becomes known or changes."""

    posting: Code
    until: DateText


@with_config(_STRICT)
class AbsenceRecorded(TypedDict):
    """Days on which a posting is absent. No kind is stored. `substitute` acts on behalf, where one is named."""

    absence: Code
    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None


@with_config(_STRICT)
class AbsenceEnded(TypedDict):
    """An absence ends sooner: `until` is its last day (the day before it began: it did not take place)."""

    absence: Code
    until: DateText


@with_config(_STRICT)
class SuspensionDeclared(TypedDict):
    """A declared stop of a mission's work. It lapses at `ends` unless renewed."""

    suspension: Code
    starts: InstantText
    ends: InstantText
    scope: Literal["mission"]
    reason: Code


@with_config(_STRICT)
class SuspensionRenewed(TypedDict):
    """A suspension goes on until `ends`."""

    suspension: Code
    ends: InstantText


@with_config(_STRICT)
class SuspensionLifted(TypedDict):
    """A suspension is over at `ends`."""

    suspension: Code
    ends: InstantText


# ── the obligation and its tasks ─────────────────────────────────────────────────────────────────────────────────


@with_config(_STRICT)
class ObligationOpened(TypedDict):
    """A definition at work. The definition is a snapshot: a changed instrument never changes what was due before."""

    obligation: Code
    mission: Code
    accreditation: Code
    instrument: Code
    instrument_version: Code
    definition: dict[str, Any]
    procedure: int
    period: Code | None
    due_by: InstantText | None
    parties: list[Code]
    subject: NotRequired[SealedRef]
    case_bound: bool


@with_config(_STRICT)
class ObligationClosed(TypedDict):
    """How it ended. `done` is one good end among several (DESIGN.md, rule 5)."""

    outcome: Code


@with_config(_STRICT)
class GateSet(TypedDict):
    """A gate of the procedure opens or closes from now on. Whose wish it was is sealed, or nowhere."""

    gate: Code
    open: bool


@with_config(_STRICT)
class GateAnswered(TypedDict):
    """A gate was asked once and answered; a run that starts again from nothing takes this answer, not today's."""

    gate: Code
    occurrence: Code
    passed: bool


@with_config(_STRICT)
class TaskOpened(TypedDict):
    """A step becomes somebody's task, with its deadline and every notice planned."""

    task: Code
    step: Code
    occurrence: Code
    owner_role: Code
    posting: Code
    why: Literal["role", "alternate", "deputy", "head_of_mission", "named", "substitute", "first_holder", "mission"]
    starts: InstantText
    source: Source
    deadline: DeadlineData
    notices: list[NoticeData]
    appointment: Code | None
    calendar_version: int


@with_config(_STRICT)
class TaskAssigned(TypedDict):
    """The task goes to another posting: by the rota, by hand, by a vacancy, or back."""

    task: Code
    posting: Code
    why: Literal["role", "alternate", "deputy", "head_of_mission", "named", "substitute", "declined", "mission"]


@with_config(_STRICT)
class TaskAccepted(TypedDict):
    """The holder takes the task. What had fallen to them as a fallback is theirs from now."""

    task: Code


@with_config(_STRICT)
class TaskDeclined(TypedDict):
    """The holder cannot take it and says why; it is routed on by the event that follows."""

    task: Code
    reason: Code


@with_config(_STRICT)
class TaskCompleted(TypedDict):
    """The task was done, at `happened_at` as claimed. Recorded later than due: a second person confirms."""

    task: Code
    happened_at: InstantText
    timing: Literal["on_time", "after_due", "reported_in_time"]
    checklist: list[Code]
    evidence: list[EvidenceData]
    result: dict[Code, Code]
    reason: NotRequired[Code]
    note: NotRequired[SealedRef]


@with_config(_STRICT)
class TaskNotActed(TypedDict):
    """Decided not to act, with a reason. In time, that is compliance."""

    task: Code
    happened_at: InstantText
    timing: Literal["on_time", "after_due", "reported_in_time"]
    outcome: Code
    reason: Code
    note: NotRequired[SealedRef]


@with_config(_STRICT)
class TaskCancelled(TypedDict):
    """The task no longer has an object: an appointment fell away, a gate closed, the obligation ended."""

    task: Code
    cause: Code


@with_config(_STRICT)
class TimelinessConfirmed(TypedDict):
    """A second person confirms (or not) when a late entry happened."""

    task: Code
    confirmed: bool


@with_config(_STRICT)
class WaiverProposed(TypedDict):
    """Somebody asks that a task need not be done this time, with an alternative and its date."""

    task: Code
    reason: Code
    alternative: Code | None
    review_on: DateText | None
    note: NotRequired[SealedRef]


@with_config(_STRICT)
class WaiverAnswered(TypedDict):
    """A second person approves or refuses the waiver. Approved, it ends the task as `waived`."""

    task: Code
    approved: bool


@with_config(_STRICT)
class ClockPaused(TypedDict):
    """The task waits on somebody outside. It lapses at `lapses` unless a second person renews it."""

    task: Code
    cause: Code
    party: Code
    stops: bool
    lapses: InstantText
    note: NotRequired[SealedRef]


@with_config(_STRICT)
class WaitRenewed(TypedDict):
    """A second person lets the wait go on."""

    task: Code
    lapses: InstantText


@with_config(_STRICT)
class ClockResumed(TypedDict):
    """The wait is over (or lapsed)."""

    task: Code
    cause: Code


@with_config(_STRICT)
class DeadlineMoved(TypedDict):
    """A deadline and its notices, anew, with the cause. The original stays in `TaskOpened`."""

    task: Code
    cause: Code
    was: InstantText
    deadline: DeadlineData
    notices: list[NoticeData]
    calendar_version: int


@with_config(_STRICT)
class NoticeRecorded(TypedDict):
    """A planned notice went out. `due_at` is the instant that the timer was armed for."""

    task: Code
    kind: Literal["reminder", "overdue", "escalation"]
    n: int
    planned: InstantText
    due_at: InstantText
    to: list[Code]


@with_config(_STRICT)
class DeadlinePassed(TypedDict):
    """The due instant passed with the task open. Recorded once for each due instant."""

    task: Code
    due_at: InstantText


@with_config(_STRICT)
class TaskCorrected(TypedDict):
    """A second thought about an ended task: which event, what it should say, why. Both stay visible."""

    task: Code
    of: Uuid
    field: Literal["happened_at", "outcome", "reason"]
    value: Code
    reason: Code
    approver: Code
    note: NotRequired[SealedRef]


# ── appointments, sittings and the rota ──────────────────────────────────────────────────────────────────────────


@with_config(_STRICT)
class AppointmentSet(TypedDict):
    """A sitting is known. Court, place and hour's wording are sealed; `match` is a keyed hash of a calendar UID."""

    appointment: Code
    starts: InstantText
    day: DateText
    whole_day: bool
    match: Hex | None
    sealed: NotRequired[SealedRef]


@with_config(_STRICT)
class AppointmentMoved(TypedDict):
    """The sitting is set for another time before it was held."""

    appointment: Code
    starts: InstantText
    day: DateText
    whole_day: bool
    sealed: NotRequired[SealedRef]


@with_config(_STRICT)
class AppointmentCancelled(TypedDict):
    """The sitting will not be held."""

    appointment: Code


@with_config(_STRICT)
class SittingHeld(TypedDict):
    """What became of a sitting: adjourned (to the appointment `next`, or without a day), ended, or not held."""

    appointment: Code
    happened_at: InstantText
    outcome: Literal["adjourned", "adjourned_without_day", "not_held", "verdict"]
    next: Code | None


@with_config(_STRICT)
class RotaOffered(TypedDict):
    """A sitting is offered to those who may observe it."""

    appointment: Code
    to: list[Code]


@with_config(_STRICT)
class RotaAnswered(TypedDict):
    """One of them claims it (the first is observer, the second backup) or declines."""

    appointment: Code
    posting: Code
    answer: Literal["observer", "backup", "declined"]
    reason: Code | None


@with_config(_STRICT)
class ObserverAssigned(TypedDict):
    """Who observes, who stands in, who supports."""

    appointment: Code
    observer: Code
    backup: Code | None
    support: Code | None


@with_config(_STRICT)
class ProceedingAsked(TypedDict):
    """Adjourned without a day: the focal point was asked, once a month, whether a day is known."""

    n: int
    planned: InstantText
    to: list[Code]


@with_config(_STRICT)
class ProceedingEnded(TypedDict):
    """No further sitting is expected: judgment, transfer or withdrawal."""

    cause: Code


TYPES: Final[dict[str, Any]] = {
    shape.__name__: shape
    for shape in (
        MissionAdopted,
        CalendarRevised,
        PostCreated,
        PostingBegan,
        PostingEnded,
        AbsenceRecorded,
        AbsenceEnded,
        SuspensionDeclared,
        SuspensionRenewed,
        SuspensionLifted,
        ObligationOpened,
        ObligationClosed,
        GateSet,
        GateAnswered,
        TaskOpened,
        TaskAssigned,
        TaskAccepted,
        TaskDeclined,
        TaskCompleted,
        TaskNotActed,
        TaskCancelled,
        TimelinessConfirmed,
        WaiverProposed,
        WaiverAnswered,
        ClockPaused,
        WaitRenewed,
        ClockResumed,
        DeadlineMoved,
        NoticeRecorded,
        DeadlinePassed,
        TaskCorrected,
        AppointmentSet,
        AppointmentMoved,
        AppointmentCancelled,
        SittingHeld,
        RotaOffered,
        RotaAnswered,
        ObserverAssigned,
        ProceedingAsked,
        ProceedingEnded,
    )
}
"""Stored name → shape. A name here is for ever: it stands in the log."""

SCHEMAS: Final[dict[str, int]] = dict.fromkeys(TYPES, 1)
"""The schema number that is written today, by type."""


class EventRefused(ValueError):
    """A new event is not of its type's shape: a defect in the rules, never something a user typed."""


@cache
def _adapter(type_: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES[type_])


def validate(type_: str, data: Mapping[str, Any]) -> None:
    """Refuse, with EventRefused, data that is not exactly of the shape of `type_`. Values are not echoed."""
    try:
        _adapter(type_).validate_python(data)
    except ValidationError as problem:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in problem.errors(include_input=False))
        raise EventRefused(f"{type_}: {where}") from None


@dataclass(frozen=True, slots=True)
class New:
    """An event that a decision makes: its type, its data, and when it happened if that is not now.

    `planned` (UTC) is set by what a timer records: the instant that the timer was set for.
    """

    type: str
    data: Mapping[str, Any]
    at: str | None = None
