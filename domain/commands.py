"""What can be asked. Each command is parsed strictly where it enters; who asks comes from the session, never from here."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.kinds import Code, DateText, EvidenceData, Hex, Label, SealedRef


class Command(BaseModel):
    """One request to change something. The id is made where the request is made: sent twice, it is carried out once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command_id: UUID

    @property
    def name(self) -> str:
        """The command's stable name, as policy and refusals speak of it."""
        return type(self).__name__


# ── on a mission ─────────────────────────────────────────────────────────────────────────────────────────────────


class MissionCommand(Command):
    """A command on a mission's own stream."""

    mission: Code


class Accreditation(BaseModel):
    """A mission's accreditation to a country (ISO 3166-1 alpha-2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: Code
    country: Code
    resident: bool = True


class AdoptMission(MissionCommand):
    """A mission begins with Chancery: calendar, accreditations, instruments, last-done dates."""

    kind: Literal["mission", "headquarters"] = "mission"
    on: DateText
    accreditations: tuple[Accreditation, ...]
    calendar: dict[str, object]
    calendar_source: Code
    instruments: dict[Code, Code]
    checksums: dict[Code, Hex]
    last_done: dict[Code, DateText] = {}
    partners: tuple[Code, ...] = ()
    switched_off: tuple[Code, ...] = ()


class ReviseCalendar(MissionCommand):
    """The calendar changes: days become holidays or cease to be. Open deadlines follow."""

    add: dict[DateText, Label] = {}
    remove: tuple[DateText, ...] = ()
    source: Code


class PostLine(BaseModel):
    """A post, and one posting to it, as a staff table's line gives them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    post: Code
    role: Code
    share_percent: Annotated[int, Field(ge=0, le=100)]
    local_agent: bool
    posting: Code
    from_day: DateText
    until: DateText | None
    languages: tuple[Code, ...] = ()


class RecordPosts(MissionCommand):
    """A mission's staff table: posts and postings, all of it or nothing. What is known already changes nothing."""

    lines: tuple[PostLine, ...]


class EndPosting(MissionCommand):
    """A posting's last day becomes known."""

    posting: Code
    until: DateText


class RecordAbsence(MissionCommand):
    """An officer is away, with or without a substitute. No kind is asked."""

    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None = None


class EndAbsence(MissionCommand):
    """An absence ends sooner."""

    absence: Code
    until: DateText


class DeclareSuspension(MissionCommand):
    """A stop of the mission's work, until `ends` unless renewed."""

    starts: AwareDatetime
    ends: AwareDatetime
    reason: Code


class RenewSuspension(MissionCommand):
    """A suspension goes on."""

    suspension: Code
    ends: AwareDatetime


class LiftSuspension(MissionCommand):
    """A suspension is over."""

    suspension: Code
    at: AwareDatetime


# ── on an obligation ─────────────────────────────────────────────────────────────────────────────────────────────


class ObligationCommand(Command):
    """A command on an obligation of a mission."""

    mission: Code
    obligation: Code


class OpenObligation(ObligationCommand):
    """A definition goes to work: for one period of an accreditation, or for one proceeding or case."""

    accreditation: Code
    instrument: Code
    definition: Code
    definition_data: dict[str, object]
    instrument_version: Code
    period: Code | None = None
    due_day: DateText | None = None
    subject: SealedRef | None = None


class CloseObligation(ObligationCommand):
    """The procedure has come to its end."""

    outcome: Code


class SetGate(ObligationCommand):
    """A gate opens or closes from now on. Closing it cancels the open tasks that stand behind it."""

    gate: Code
    open: bool


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


class TaskCommand(ObligationCommand):
    """A command on one task. `seen` is the revision that the form showed; a newer one refuses the command."""

    task: Code
    seen: int | None = None


class AcceptTask(TaskCommand):
    """The holder takes the task."""


class DeclineTask(TaskCommand):
    """The holder cannot take it."""

    reason: Code


class ReassignTask(TaskCommand):
    """The task goes to somebody else of the mission."""

    posting: Code


class CompleteTask(TaskCommand):
    """The task was done. `happened_at` (now if not given) decides timeliness; a late entry asks for confirmation."""

    happened_at: AwareDatetime | None = None
    checklist: tuple[Code, ...] = ()
    evidence: tuple[EvidenceData, ...] = ()
    result: dict[Code, Code] = {}
    reason: Code | None = None
    note: SealedRef | None = None


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
    alternative: Code | None = None
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


class CorrectTask(TaskCommand):
    """Say what an ended task should say, with an approver who is somebody else."""

    field: Literal["happened_at", "outcome", "reason"]
    value: Code
    reason: Code
    approver: Code
    note: SealedRef | None = None


# ── sittings and the rota ────────────────────────────────────────────────────────────────────────────────────────


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


COMMANDS: dict[str, type[Command]] = {
    c.__name__: c
    for c in (
        AdoptMission, ReviseCalendar, RecordPosts, EndPosting, RecordAbsence, EndAbsence,
        DeclareSuspension, RenewSuspension, LiftSuspension,
        OpenObligation, CloseObligation, SetGate, AnswerGate, OpenTask, CancelTask, Wake, Refresh,
        AcceptTask, DeclineTask, ReassignTask, CompleteTask, NotAct, ConfirmTimeliness,
        ProposeWaiver, AnswerWaiver, PauseClock, RenewWait, ResumeClock, ExtendDeadline, CorrectTask,
        RecordSittings, RecordSittingHeld, OfferRota, AnswerRota, EndProceeding,
    )
}  # fmt: skip
"""Name → command, for what crosses a boundary as data."""
