"""What can be asked of an obligation as a whole: mostly by its procedure."""

from typing import Literal

from pydantic import AwareDatetime
from typing_extensions import override

from domain.commands.base import ObligationCommand
from domain.kinds import Code, DateText, SealedRef


class OpenObligation(ObligationCommand):
    """A definition goes to work: for one period of an accreditation, or for one proceeding or case.

    `happened_at`: when what it is about came in, if that was entered later; its clocks run from then.
    `consult`: the case's consultation, whose gates it takes over as they stand. `waived_before`: how many periods in a row
    before this one were waived. `also`: what it satisfies in other instruments, as `instrument:definition`.
    """

    accreditation: Code
    instrument: Code
    definition: Code
    definition_data: dict[str, object]
    instrument_version: Code
    period: Code | None = None
    due_day: DateText | None = None
    subject: SealedRef | None = None
    consult: Code | None = None
    occurrence: Code = "1"
    happened_at: AwareDatetime | None = None
    waived_before: int = 0
    also: tuple[Code, ...] = ()

    @property
    @override
    def also_reads(self) -> tuple[str, ...]:
        return (self.consult,) if self.consult else ()


class CloseObligation(ObligationCommand):
    """The procedure has come to its end."""

    outcome: Code


class SetGate(ObligationCommand):
    """A gate opens or closes from now on. Closing it cancels the open tasks that stand behind it."""

    gate: Code
    open: bool
    lapses: AwareDatetime | None = None
    record: SealedRef | None = None


class AnswerGate(ObligationCommand):
    """A gate of the procedure is asked and answered, once."""

    gate: Code
    occurrence: Code
    passed: bool


class OpenTask(ObligationCommand):
    """The procedure asks for a step. `starts` is what the term counts from, now if it is not given."""

    step: Code
    occurrence: Code = "1"
    starts: AwareDatetime | None = None
    appointment: Code | None = None
    posting: Code | None = None


class CancelTask(ObligationCommand):
    """The procedure no longer needs a task."""

    task: Code
    cause: Code


class Wake(ObligationCommand):
    """A planned instant has come: record every notice, deadline, lapse and change of holder that is due by now."""

    planned: AwareDatetime


class Refresh(ObligationCommand):
    """The mission's stream moved: set the deadlines and holders anew where it says so."""


class SignHandover(ObligationCommand):
    """One side of a hand-over signs for the obligations handed over; what is queried stays with the one who leaves."""

    side: Literal["out", "in"]
    items: tuple[Code, ...]
    queried: tuple[Code, ...] = ()


class RecordAllocation(ObligationCommand):
    """Burden-sharing: which mission or service leads for an area (a region, a court, a prison), and who stands in."""

    area: Code
    lead: Code
    backup: Code | None = None


class RecordCoverage(ObligationCommand):
    """Which regions and groups were reached, and which were not. No names, and no case."""

    reached: tuple[Code, ...] = ()
    not_reached: tuple[Code, ...] = ()
