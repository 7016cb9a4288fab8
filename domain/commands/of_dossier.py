"""What can be asked of a dossier: a work plan, a review, an export, the statement of what staff reports are for.

A dossier has a stream of its own beside missions and obligations. `mission` is the one in whose calendar it lies and whose
officers answer for it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from domain.commands.base import Command
from domain.kinds import Code, DateText, DossierCode, Hex, SealedRef

PURPOSE: str = "staff_reports"
"""The one purpose that has to be stated before anything is done with a record of staff."""

Regions = Annotated[tuple[Code, ...], Field(max_length=60)]
Positions = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=500)]


class DossierCommand(Command):
    """A command on a dossier."""

    room: ClassVar[str]
    """The kind of dossier: how its stream's name begins."""

    mission: Code

    @property
    def dossier(self) -> str:
        """The dossier's own code: the field that is called as its room is."""
        return str(getattr(self, self.room))

    @property
    def named(self) -> frozenset[str]:
        """The postings that the command itself makes parties to the dossier."""
        return frozenset()

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Other missions whose people its decision looks at."""
        return ()

    @property
    def beside(self) -> tuple[str, ...]:
        """Other dossiers that its decision rests on, as the names of their streams."""
        return ()


# ── what staff reports are for ───────────────────────────────────────────────────────────────────────────────────────


class StatePurpose(DossierCommand):
    """Data protection officer or staff committee say that staff reports may be made, and how long they are kept."""

    room: ClassVar[str] = "purpose"
    retention_months: Annotated[int, Field(ge=1, le=120)]
    opinion: Code
    words: SealedRef | None = None

    @property
    @override
    def dossier(self) -> str:
        """There is one."""
        return PURPOSE


class WithdrawPurpose(DossierCommand):
    """One of the two withdraws it: no new report is made until it is stated again."""

    room: ClassVar[str] = "purpose"
    words: SealedRef | None = None

    @property
    @override
    def dossier(self) -> str:
        """There is one."""
        return PURPOSE


# ── work plans ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Objective(BaseModel):
    """What a work plan sets for the year, in a form that the record can be laid beside.

    `rota`: observe the sittings on the rota; `regions`: visit each of these regions; `in_time`: answer tasks of these
    definitions in time; `number`: carry out so many of these definitions; `training`: be trained in these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["rota", "regions", "in_time", "number", "training"]
    definitions: Annotated[tuple[Code, ...], Field(max_length=60)] = ()
    regions: Regions = ()
    count: Annotated[int, Field(ge=1, le=1000)] | None = None


Objectives = Annotated[tuple[Objective, ...], Field(min_length=1, max_length=20)]


class WorkPlanCommand(DossierCommand):
    """A command on a work plan."""

    room: ClassVar[str] = "workplan"
    workplan: DossierCode


class DraftWorkPlan(WorkPlanCommand):
    """A plan for one posting and one period is put down; it holds once officer and manager have agreed to it."""

    posting: Code
    manager: Code
    first: DateText
    last: DateText
    objectives: Objectives

    @property
    @override
    def named(self) -> frozenset[str]:
        """The officer and the manager."""
        return frozenset({self.posting, self.manager})


class AgreeWorkPlan(WorkPlanCommand):
    """Officer or manager agree to one edition of the plan."""

    edition: Annotated[int, Field(ge=1)]


class AmendWorkPlan(WorkPlanCommand):
    """Another edition: the former holds until both have agreed to this one."""

    objectives: Objectives
    reason: Code


class EndWorkPlan(WorkPlanCommand):
    """The plan ends before its last day, or was put down in error."""

    reason: Code


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class ReviewCommand(DossierCommand):
    """A command on a review."""

    room: ClassVar[str] = "review"
    review: DossierCode


class OpenReview(ReviewCommand):
    """The review of a person for a period begins, on a report as the log stood at `size`.

    `postings`: all that the person held or holds; `manager` writes with them, `second` answers what they contest. `digest`:
    SHA-256 of the report's data, `root` the log's at that size, so that whoever signs says what they saw.
    """

    postings: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    manager: Code
    manager_mission: Code
    second: Code
    second_mission: Code
    first: DateText
    last: DateText
    regime: Code | None = None
    size: Annotated[int, Field(ge=1)]
    root: Hex
    digest: Hex
    workplans: Annotated[tuple[DossierCode, ...], Field(max_length=10)] = ()

    @property
    @override
    def elsewhere(self) -> tuple[str, ...]:
        """Where manager and second person serve."""
        return tuple(dict.fromkeys((self.manager_mission, self.second_mission)))

    @property
    @override
    def beside(self) -> tuple[str, ...]:
        """The statement without which nobody's record is drawn up, and the plans that it is laid beside."""
        return (f"purpose/{PURPOSE}", *(f"workplan/{code}" for code in self.workplans))


class ReadReview(ReviewCommand):
    """Somebody opens the report. The person concerned does so first."""


class CommentReview(ReviewCommand):
    """The person concerned, the manager or the second person say something; the words are sealed."""

    words: SealedRef


class ContestItem(ReviewCommand):
    """The person concerned says that an item of the report is wrong or unfair."""

    figure: Code
    positions: Positions
    ground: Code
    words: SealedRef | None = None


class AnswerContest(ReviewCommand):
    """The second person answers. `corrected`: the record was corrected, and the report is made again."""

    contest: Code
    answer: Literal["stands", "corrected", "noted"]
    words: SealedRef | None = None


class MakeAgain(ReviewCommand):
    """The report is made again, as known now: before it is signed in place of the former, afterwards as an addendum."""

    size: Annotated[int, Field(ge=1)]
    root: Hex
    digest: Hex
    causes: Positions


class SignReview(ReviewCommand):
    """Somebody signs what they saw, by its digest. For the person concerned it says that they saw it, and whether they agree."""

    digest: Hex
    stance: Literal["agrees", "disagrees", "seen"]


class ReplaceReviewer(ReviewCommand):
    """Another manager or second person, because the former left or is concerned themselves."""

    part: Literal["manager", "second"]
    posting: Code
    posting_mission: Code
    reason: Code

    @property
    @override
    def elsewhere(self) -> tuple[str, ...]:
        """Where the new one serves."""
        return (self.posting_mission,)


class CancelReview(ReviewCommand):
    """The review is called off before it was signed. What was said in it stays in the log."""

    reason: Code


# ── what leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────


class ExportCommand(DossierCommand):
    """A command on an export of the log."""

    room: ClassVar[str] = "export"
    export: DossierCode


class ProposeExport(ExportCommand):
    """Somebody asks for a full export: why, for whom, and of what. Nothing leaves until a second person agrees."""

    purpose: Code
    recipient: Code
    scope: Literal["mission", "installation"]
    after: Annotated[int, Field(ge=0)] = 0
    upto: Annotated[int, Field(ge=1)]


class AnswerExport(ExportCommand):
    """Approve or refuse it, as a second person."""

    approved: bool


class RecordExport(ExportCommand):
    """It was made: how far the log went, its root, and the digest of what was handed out."""

    size: Annotated[int, Field(ge=1)]
    root: Hex
    digest: Hex
