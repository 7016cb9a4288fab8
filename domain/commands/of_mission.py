"""What can be asked of a mission: adoption, calendar, posts, officers, absences, suspensions."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.commands.base import MissionCommand
from domain.kinds import Clause, Code, DateText, Hex, Label, SealedRef, Source


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
    appraisal: Code | None = None


class RecordPosts(MissionCommand):
    """A mission's staff table: posts and postings, all of it or nothing. What is known already changes nothing."""

    lines: tuple[PostLine, ...]


class DescribeJob(MissionCommand):
    """What a post's job description says of this work, from now on."""

    post: Code
    clause: Clause
    share_percent: Annotated[int, Field(ge=0, le=100)]
    answers_for: Annotated[tuple[Code, ...], Field(max_length=60)]


class EndPosting(MissionCommand):
    """A posting's last day becomes known."""

    posting: Code
    until: DateText


class RecordAbsence(MissionCommand):
    """An officer is away, with or without a substitute. No kind is asked.

    `scope`: the definitions for which the substitute acts; all of them if none is named.
    """

    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None = None
    scope: tuple[Code, ...] = ()


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


class DeclareOutage(MissionCommand):
    """Say from when to when nothing could be entered here (the network, the power): what was entered after it is confirmed together."""

    starts: AwareDatetime
    ends: AwareDatetime


class SetLocalTerm(MissionCommand):
    """A step's term is changed in this mission, until a day: by its local strategy, or by headquarters' instruction.

    `replaces`, `bound`: where the instrument's own term comes from and what it is bound to, as the office read them there.
    """

    definition: Code
    step: Code
    replaces: Source
    bound: Literal["none", "appointment", "after"]
    term: Code
    source: Literal["local_strategy", "hq_instruction"]
    authority: Code
    reason: Code
    until: DateText


class SwitchDuty(MissionCommand):
    """A duty is switched off or on in this mission, until a day. Core duties stay on.

    `group`: the duty's, as the office read it in the instrument.
    """

    definition: Code
    group: Literal["core", "standard", "optional"]
    on: bool
    authority: Code
    reason: Code
    until: DateText


class DateLine(BaseModel):
    """A date of headquarters' calendar, and what it asks of missions.

    `day`: the session's first day, or the day on which something must be there; `until`: a session's last. The definition is
    opened `days_before` in every mission accredited to one of `countries` (none named: all), to be done by `day`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Code
    day: DateText
    until: DateText | None = None
    definition: Code
    days_before: Annotated[int, Field(ge=0, le=366)]
    countries: tuple[Code, ...] = ()


class SetDates(MissionCommand):
    """Dates enter headquarters' calendar, all of them or none. What is there already changes nothing."""

    dates: Annotated[tuple[DateLine, ...], Field(min_length=1, max_length=500)]


class RemoveDate(MissionCommand):
    """A date does not take place, or not then: nothing more is opened for it. What is open stays, with its own reasons to end."""

    date: Code


class AdoptInstrument(MissionCommand):
    """A mission takes up an instrument, or another version of one: what is opened from now on is opened under it."""

    instrument: Code
    version: Code
    checksum: Hex


class LockVault(MissionCommand):
    """The mission's vault was closed; tasks go on by code."""

    reason: Code


class UnlockVault(MissionCommand):
    """The mission's vault was opened again."""

    reason: Code


class SetFeeds(MissionCommand):
    """Calendar feeds are forbidden in the mission, or allowed again."""

    allowed: bool
    reason: Code


class ProposeShredding(MissionCommand):
    """Ask that a case's content be destroyed. Which case is sealed under the case's own key."""

    basis: Code
    case: SealedRef


class AnswerShredding(MissionCommand):
    """Approve or refuse it, as a second person."""

    request: Code
    approved: bool


class RecordShredded(MissionCommand):
    """The key was destroyed: what it sealed is unreadable from here on."""

    request: Code
