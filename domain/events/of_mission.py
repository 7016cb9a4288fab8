"""What can have happened to a mission: adoption, calendar, posts, postings, absences, suspensions, its own terms, its vault."""

from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.events.shapes import AccreditationData
from domain.kinds import Clause, Code, DateText, Hex, InstantText, SealedRef

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class MissionAdopted(TypedDict):
    """A mission begins with Chancery. Nothing is owed for the time before `on`."""

    mission: Code
    kind: Literal["mission", "headquarters"]
    on: DateText
    accreditations: list[AccreditationData]
    calendar: dict[str, Any]
    calendar_source: Code
    instruments: dict[Code, Code]
    checksums: dict[Code, Hex]
    last_done: dict[Code, DateText]
    partners: list[Code]
    switched_off: NotRequired[list[Code]]


@with_config(_STRICT)
class CalendarRevised(TypedDict):
    """The calendar from now on, whole, with who said so and what changed."""

    calendar: dict[str, Any]
    source: Code
    added: list[DateText]
    removed: list[DateText]


@with_config(_STRICT)
class PostCreated(TypedDict):
    """A position in the mission, with its share of time for human-rights work. `support`: a local agent's."""

    post: Code
    role: Code
    share_percent: int
    support: bool


@with_config(_STRICT)
class JobDescribed(TypedDict):
    """What a post's job description says of this work: its clause, its share of time, the obligations it answers for."""

    post: Code
    clause: Clause
    share_percent: int
    answers_for: list[Code]


@with_config(_STRICT)
class PostingBegan(TypedDict):
    """An officer takes a post, under a random code. `until` is the last day, where known; `appraisal` the regime."""

    posting: Code
    post: Code
    from_day: DateText
    until: DateText | None
    languages: list[Code]
    appraisal: Code | None


@with_config(_STRICT)
class PostingEnded(TypedDict):
    """The last day of a posting becomes known or changes."""

    posting: Code
    until: DateText


@with_config(_STRICT)
class AbsenceRecorded(TypedDict):
    """Days on which a posting is absent. No kind is stored. `substitute` acts on behalf, where one is named.

    `scope`: the definitions for which the substitute acts; all of them where none stands here.
    """

    absence: Code
    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None
    scope: list[Code]


@with_config(_STRICT)
class AbsenceEnded(TypedDict):
    """An absence ends sooner: `until` is its last day (the day before it began: it did not take place)."""

    absence: Code
    until: DateText


@with_config(_STRICT)
class SuspensionDeclared(TypedDict):
    """A declared stop of a mission's work. It lapses at `ends` unless renewed."""

    suspension: Code
    starts: InstantText
    ends: InstantText
    scope: Literal["mission"]
    reason: Code


@with_config(_STRICT)
class SuspensionRenewed(TypedDict):
    """A suspension goes on until `ends`."""

    suspension: Code
    ends: InstantText


@with_config(_STRICT)
class SuspensionLifted(TypedDict):
    """A suspension is over at `ends`."""

    suspension: Code
    ends: InstantText


@with_config(_STRICT)
class OutageDeclared(TypedDict):
    """From when to when nothing could be entered: late entries of that time may be confirmed together."""

    outage: Code
    starts: InstantText
    ends: InstantText


@with_config(_STRICT)
class LocalTermSet(TypedDict):
    """A step's term in this mission, through the day `until`."""

    definition: Code
    step: Code
    term: Code
    source: Literal["local_strategy", "hq_instruction"]
    authority: Code
    reason: Code
    until: DateText


@with_config(_STRICT)
class DutySwitched(TypedDict):
    """A duty is on or off in this mission, through the day `until`."""

    definition: Code
    on: bool
    authority: Code
    reason: Code
    until: DateText


@with_config(_STRICT)
class InstrumentAdopted(TypedDict):
    """The version of an instrument under which obligations are opened from now on."""

    instrument: Code
    version: Code
    checksum: Hex


@with_config(_STRICT)
class VaultLocked(TypedDict):
    """The mission's vault is closed."""

    reason: Code


@with_config(_STRICT)
class VaultUnlocked(TypedDict):
    """The mission's vault is open again."""

    reason: Code


@with_config(_STRICT)
class DateSet(TypedDict):
    """A date stands in headquarters' calendar from now on, under its kind, day and definition."""

    date: Code
    kind: Code
    day: DateText
    until: DateText | None
    definition: Code
    days_before: int
    countries: list[Code]


@with_config(_STRICT)
class DateRemoved(TypedDict):
    """A date no longer stands in headquarters' calendar."""

    date: Code


@with_config(_STRICT)
class FeedsSet(TypedDict):
    """Whether the mission's officers may have calendar feeds from now on."""

    allowed: bool
    reason: Code


@with_config(_STRICT)
class ShreddingProposed(TypedDict):
    """Somebody asks that a case's content be destroyed. Which case is sealed under its own key."""

    request: Code
    basis: Code
    case: SealedRef


@with_config(_STRICT)
class ShreddingAnswered(TypedDict):
    """A second person approves or refuses it."""

    request: Code
    approved: bool


@with_config(_STRICT)
class DataShredded(TypedDict):
    """The key was destroyed: nobody can read what it sealed, nor find the case."""

    request: Code
