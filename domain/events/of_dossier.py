"""What can have happened to a dossier: the statement of purpose, a work plan, a review, an export."""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, DateText, Hex, InstantText, SealedRef

_STRICT = ConfigDict(extra="forbid", strict=True)

Part = Literal["officer", "manager", "second"]
"""As what somebody takes part in a work plan or a review."""


@with_config(_STRICT)
class PurposeStated(TypedDict):
    """Data protection officer or staff committee (the actor's role) say what staff reports are for and how long they are kept."""

    purpose: Code
    mission: Code
    retention_months: int
    opinion: Code
    words: SealedRef | None


@with_config(_STRICT)
class PurposeWithdrawn(TypedDict):
    """One of the two no longer stands behind it."""

    purpose: Code
    words: SealedRef | None


@with_config(_STRICT)
class ObjectiveData(TypedDict):
    """An objective with its number in the plan."""

    objective: Code
    kind: Literal["rota", "regions", "in_time", "number", "training"]
    definitions: list[Code]
    regions: list[Code]
    count: int | None


@with_config(_STRICT)
class WorkPlanDrafted(TypedDict):
    """A plan for one posting and period. `share_percent` and `answers_for`: what the post's job description said then."""

    workplan: Code
    mission: Code
    posting: Code
    manager: Code
    first: DateText
    last: DateText
    objectives: list[ObjectiveData]
    share_percent: int
    answers_for: list[Code]


@with_config(_STRICT)
class WorkPlanAgreed(TypedDict):
    """Officer or manager agree to an edition."""

    edition: int
    part: Literal["officer", "manager"]


@with_config(_STRICT)
class WorkPlanAmended(TypedDict):
    """Another edition, whole; it holds once both have agreed."""

    edition: int
    objectives: list[ObjectiveData]
    reason: Code


@with_config(_STRICT)
class WorkPlanEnded(TypedDict):
    """The plan holds no longer."""

    reason: Code


@with_config(_STRICT)
class ReviewOpened(TypedDict):
    """A review begins. `reply_until`: until then manager and second person cannot sign unless the person has."""

    review: Code
    mission: Code
    postings: list[Code]
    manager: Code
    manager_mission: Code
    second: Code
    second_mission: Code
    first: DateText
    last: DateText
    regime: Code | None
    size: int
    root: Hex
    digest: Hex
    workplans: list[Code]
    reply_until: InstantText


@with_config(_STRICT)
class ReviewRead(TypedDict):
    """Somebody opened the report: as what they take part, or by which role."""

    part: Part | Literal["other"]
    digest: Hex


@with_config(_STRICT)
class ReviewCommented(TypedDict):
    """Somebody said something; the words are sealed."""

    comment: Code
    part: Part
    words: SealedRef


@with_config(_STRICT)
class ItemContested(TypedDict):
    """The person says that an item is wrong or unfair."""

    contest: Code
    figure: Code
    positions: list[int]
    ground: Code
    words: NotRequired[SealedRef]


@with_config(_STRICT)
class ContestAnswered(TypedDict):
    """The second person's answer."""

    contest: Code
    answer: Literal["stands", "corrected", "noted"]
    words: NotRequired[SealedRef]


@with_config(_STRICT)
class ReviewMadeAgain(TypedDict):
    """The report as known later: the how-manieth, and whether it follows a signed one as its addendum."""

    edition: int
    addendum: bool
    size: int
    root: Hex
    digest: Hex
    causes: list[int]
    reply_until: InstantText


@with_config(_STRICT)
class ReviewSigned(TypedDict):
    """Somebody signed an edition, by its digest."""

    part: Part
    digest: Hex
    stance: Literal["agrees", "disagrees", "seen"]


@with_config(_STRICT)
class ReviewerReplaced(TypedDict):
    """Another manager or second person."""

    part: Literal["manager", "second"]
    posting: Code
    posting_mission: Code
    reason: Code


@with_config(_STRICT)
class ReviewCancelled(TypedDict):
    """The review was called off."""

    reason: Code


@with_config(_STRICT)
class ExportProposed(TypedDict):
    """A full export is asked for; until `expires` a second person may agree and it may be made."""

    export: Code
    mission: Code
    purpose: Code
    recipient: Code
    scope: Literal["mission", "installation"]
    after: int
    upto: int
    expires: InstantText


@with_config(_STRICT)
class ExportAnswered(TypedDict):
    """A second person approves or refuses it."""

    approved: bool


@with_config(_STRICT)
class ExportMade(TypedDict):
    """It was made and handed out."""

    size: int
    root: Hex
    digest: Hex
