"""What can be asked of the sittings of a proceeding, and of their rota."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.commands.base import ObligationCommand
from domain.kinds import Code, DateText, Hex, SealedRef


class Sitting(BaseModel):
    """One sitting of a court list: `match` is the keyed hash of its UID, `sealed` its court, place and wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    appointment: Code
    starts: AwareDatetime
    day: DateText
    whole_day: bool
    match: Hex | None = None
    sealed: SealedRef | None = None
    cancelled: bool = False


class RecordSittings(ObligationCommand):
    """A court list: new sittings, moved ones, cancelled ones. What is known already changes nothing."""

    sittings: tuple[Sitting, ...]


class RecordSittingHeld(ObligationCommand):
    """What became of a sitting. `adjourned` names the next one, which is set by the same command."""

    appointment: Code
    outcome: Literal["adjourned", "adjourned_without_day", "not_held", "verdict"]
    happened_at: AwareDatetime | None = None
    next: Sitting | None = None


class OfferRota(ObligationCommand):
    """Offer a sitting to everybody in the mission who may observe it."""

    appointment: Code


class AnswerRota(ObligationCommand):
    """Claim a sitting, or decline it."""

    appointment: Code
    claim: bool
    reason: Code | None = None


class EndProceeding(ObligationCommand):
    """No further sitting is expected."""

    cause: Code
