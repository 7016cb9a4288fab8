"""What can have happened to a task: opened, held, ended, waived, paused, moved, noticed, corrected."""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.events.shapes import ActData, AlternativeData, DeadlineData, NoticeData
from domain.kinds import Code, DateText, EvidenceData, InstantText, SealedRef, Source, Uuid

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class TaskOpened(TypedDict):
    """A step becomes somebody's task, with its deadline and every notice planned."""

    task: Code
    step: Code
    occurrence: Code
    owner_role: Code
    posting: Code
    why: Literal[
        "role",
        "alternate",
        "deputy",
        "head_of_mission",
        "named",
        "substitute",
        "first_holder",
        "mission",
        "outside",
    ]
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
    why: Literal[
        "role",
        "alternate",
        "deputy",
        "head_of_mission",
        "named",
        "substitute",
        "declined",
        "mission",
        "outside",
        "called",
    ]


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
    act: NotRequired[ActData]


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
    alternatives: NotRequired[list[AlternativeData]]
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
    """A planned notice went out. `due_at` is the instant that the timer was armed for. `information` asks for nothing."""

    task: Code
    kind: Literal["reminder", "overdue", "escalation", "information"]
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
class CorrectionProposed(TypedDict):
    """Somebody asks that an ended task say something else. `of` is the entry meant: its end, or a correction of it."""

    task: Code
    of: Uuid
    field: Literal["happened_at", "outcome", "reason"]
    value: Code
    reason: Code
    note: NotRequired[SealedRef]


@with_config(_STRICT)
class CorrectionRefused(TypedDict):
    """A second person refuses a correction; the entry stays as it was."""

    task: Code
    proposal: Uuid


@with_config(_STRICT)
class TaskCorrected(TypedDict):
    """A second thought about an ended task, approved: which event, what it should say, why. Both stay visible."""

    task: Code
    of: Uuid
    field: Literal["happened_at", "outcome", "reason"]
    value: Code
    reason: Code
    approver: Code
    requester: NotRequired[Code]
    proposal: NotRequired[Uuid]
    note: NotRequired[SealedRef]
