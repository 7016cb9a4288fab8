"""What can have happened to an obligation as a whole: opened, gates, closed."""

from typing import Any, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, InstantText, SealedRef

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class ObligationOpened(TypedDict):
    """A definition at work. The definition is a snapshot: a changed instrument never changes what was due before.

    `gates`: those of the case that stood open, with the instant at which what was agreed ends; `shut`: those refused.
    """

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
    gates: NotRequired[dict[Code, InstantText | None]]
    shut: NotRequired[list[Code]]
    occurrence: NotRequired[Code]
    waived_before: NotRequired[int]
    also: NotRequired[list[Code]]


@with_config(_STRICT)
class ObligationClosed(TypedDict):
    """How it ended. `done` is one good end among several (DESIGN.md, rule 5)."""

    outcome: Code


@with_config(_STRICT)
class GateSet(TypedDict):
    """A gate of the procedure opens or closes from now on. Whose wish it was is sealed, or nowhere.

    `case`: for which of the cases of a proceeding, the first one if it is not said.
    """

    gate: Code
    open: bool
    lapses: NotRequired[InstantText]
    basis: NotRequired[Code]
    case: NotRequired[Code]
    record: NotRequired[SealedRef]


@with_config(_STRICT)
class GateAnswered(TypedDict):
    """A gate was asked once and answered; a run that starts again from nothing takes this answer, not today's."""

    gate: Code
    occurrence: Code
    passed: bool
