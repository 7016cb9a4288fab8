"""What can have happened to what serves a case: who was shared with, what is published, what was noted, asked, answered.

In a case's streams the event says which step was done; whom it concerns, what was agreed and where is sealed.
"""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, InstantText, SealedRef

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class VitalInterestProposed(TypedDict):
    """Somebody asks to act without consent: nobody who may consent can be reached, or a life is at stake."""

    gate: Code
    basis: Code
    record: NotRequired[SealedRef]


@with_config(_STRICT)
class VitalInterestAnswered(TypedDict):
    """A second person approves or refuses it."""

    gate: Code
    approved: bool


@with_config(_STRICT)
class DisclosureMade(TypedDict):
    """Something was shared: the how-manieth time, with whom, under which arrangement, behind which gate."""

    disclosure: Code
    n: int
    gate: Code
    to: Code
    arrangement: Code
    record: NotRequired[SealedRef]


@with_config(_STRICT)
class CaseNoted(TypedDict):
    """Something of the case was written down, sealed."""

    entry: Code
    record: SealedRef


@with_config(_STRICT)
class CaseAttached(TypedDict):
    """One more case attaches to a proceeding, under a number of its own here."""

    case: Code
    subject: SealedRef


@with_config(_STRICT)
class CaseDetached(TypedDict):
    """A case no longer belongs to a proceeding."""

    case: Code


@with_config(_STRICT)
class PublicationReleased(TypedDict):
    """What is to be published is released; it is made at `makes`, unless a gate closes before."""

    n: int
    makes: InstantText


@with_config(_STRICT)
class PublicationMade(TypedDict):
    """It was published."""

    n: int


@with_config(_STRICT)
class PublicationCancelled(TypedDict):
    """It was not published after all."""

    n: int
    cause: Code


@with_config(_STRICT)
class AnswerRecorded(TypedDict):
    """Another obligation answered what this one asked."""

    question: Code
    answer: Code


@with_config(_STRICT)
class HandoverSigned(TypedDict):
    """One side of a hand-over signed for these obligations; what was queried stays with the one who leaves."""

    side: Literal["out", "in"]
    items: list[Code]
    queried: list[Code]


@with_config(_STRICT)
class AreaAllocated(TypedDict):
    """Burden-sharing: who leads for an area, and who stands in."""

    area: Code
    lead: Code
    backup: Code | None


@with_config(_STRICT)
class CoverageRecorded(TypedDict):
    """Regions and groups reached, and those not."""

    reached: list[Code]
    not_reached: list[Code]
