"""What can be asked of one task."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from typing_extensions import override

from domain.commands.base import TaskCommand
from domain.kinds import Code, DateText, EvidenceData, SealedRef, Uuid


class AcceptTask(TaskCommand):
    """The holder takes the task."""


class DeclineTask(TaskCommand):
    """The holder cannot take it."""

    reason: Code


class ReassignTask(TaskCommand):
    """The task goes to somebody else of the mission."""

    posting: Code


class Alternative(BaseModel):
    """What is done instead of what is waived, by when."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    what: Code
    by: DateText


class Act(BaseModel):
    """What was done once and satisfies this task too: a task of another obligation of the same mission."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    obligation: Code
    task: Code


class CompleteTask(TaskCommand):
    """The task was done. `happened_at` (now if not given) decides timeliness; a late entry asks for confirmation.

    `act`: it was done with another task, whose evidence and checklist serve here.
    """

    happened_at: AwareDatetime | None = None
    checklist: tuple[Code, ...] = ()
    evidence: tuple[EvidenceData, ...] = ()
    result: dict[Code, Code] = {}
    reason: Code | None = None
    note: SealedRef | None = None
    act: Act | None = None

    @property
    @override
    def also_reads(self) -> tuple[str, ...]:
        return (self.act.obligation,) if self.act else ()


class NotAct(TaskCommand):
    """Decide not to act, or say that it could not be done, with a reason."""

    outcome: Code
    reason: Code
    happened_at: AwareDatetime | None = None
    note: SealedRef | None = None


class ConfirmTimeliness(TaskCommand):
    """A second person says whether a late entry happened when it claims."""

    confirmed: bool


class ProposeWaiver(TaskCommand):
    """Ask that the task need not be done this time."""

    reason: Code
    alternatives: tuple[Alternative, ...] = ()
    review_on: DateText | None = None
    note: SealedRef | None = None


class AnswerWaiver(TaskCommand):
    """Approve or refuse the waiver, as a second person."""

    approved: bool


class PauseClock(TaskCommand):
    """The task waits on somebody outside the mission."""

    cause: Code
    party: Code
    note: SealedRef | None = None


class RenewWait(TaskCommand):
    """As a second person, let the wait go on."""


class ResumeClock(TaskCommand):
    """The wait is over."""


class ExtendDeadline(TaskCommand):
    """Give the task until a later instant, with a reason."""

    until: AwareDatetime
    reason: Code


class ProposeCorrection(TaskCommand):
    """Ask that an ended task say something else. `of`: the entry meant, the task's end or a correction of it."""

    field: Literal["happened_at", "outcome", "reason"]
    value: Code
    reason: Code
    of: Uuid | None = None
    note: SealedRef | None = None


class AnswerCorrection(TaskCommand):
    """Approve or refuse a correction, as a second person. The first entry stays visible."""

    proposal: Uuid
    approved: bool
