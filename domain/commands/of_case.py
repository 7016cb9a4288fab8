"""What can be asked of a case's obligations: its gates, what was shared, what is published, what is noted.

Who agreed, to what and how is sealed; a command brings the reference. What one wish closes, it closes everywhere at once:
`others` names every obligation that serves the case, with the case's number there.
"""

from typing import Literal

from pydantic import AwareDatetime
from typing_extensions import override

from domain.commands.base import ObligationCommand
from domain.kinds import Code, SealedRef

Entry = Literal[
    "identity", "contact", "note", "source", "verification", "risk", "option", "external_action", "related", "consent"
]  # fmt: skip
"""What is noted of a case. The words are sealed; that something of the kind was written down stands in the log."""


class SetGates(ObligationCommand):
    """Gates of a case open or close, in its consultation and in all `others`, in one transaction.

    `lapses`: when what was agreed ends. Closing cancels what stands behind the gate and has not begun.
    """

    others: dict[Code, Code] = {}
    opened: tuple[Code, ...] = ()
    closed: tuple[Code, ...] = ()
    lapses: AwareDatetime | None = None
    record: SealedRef | None = None

    @property
    @override
    def also_writes(self) -> tuple[str, ...]:
        return tuple(self.others)


class ProposeVitalInterest(ObligationCommand):
    """Ask to act without consent, because a life is at stake and nobody who may consent can be reached."""

    gate: Code
    basis: Literal["unreachable", "life_at_risk"]
    record: SealedRef | None = None


class AnswerVitalInterest(ObligationCommand):
    """Approve or refuse it, as a second person. Approved, the gate opens for a limited time and is reviewed."""

    gate: Code
    approved: bool
    others: dict[Code, Code] = {}

    @property
    @override
    def also_writes(self) -> tuple[str, ...]:
        return tuple(self.others)


class RecordDisclosure(ObligationCommand):
    """Something of the case was shared: with whom, under which arrangement, behind which gate. Refused if it is shut."""

    gate: Code
    to: Code
    arrangement: Code
    record: SealedRef | None = None


class NoteCase(ObligationCommand):
    """Something of the case is written down, sealed."""

    entry: Entry
    record: SealedRef


class AttachCase(ObligationCommand):
    """One more case attaches to a proceeding, under the number `case`. Its consent stays its own (`consult`)."""

    case: Code
    subject: SealedRef
    consult: Code | None = None

    @property
    @override
    def also_reads(self) -> tuple[str, ...]:
        return (self.consult,) if self.consult else ()


class DetachCase(ObligationCommand):
    """A case no longer belongs to a proceeding."""

    case: Code


class ReleasePublication(ObligationCommand):
    """Release what is to be published at `at` (at once if not given): it is made after a pause, unless a gate closes."""

    at: AwareDatetime | None = None


class CancelPublication(ObligationCommand):
    """What was released is not published after all."""

    cause: Code


class RecordAnswer(ObligationCommand):
    """Another obligation (headquarters', mostly) answers what this one asked."""

    question: Code
    answer: Code
