"""What can have happened to the sittings of a proceeding, and to the rota of who observes them."""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, DateText, Hex, InstantText, SealedRef

_STRICT = ConfigDict(extra="forbid", strict=True)


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
