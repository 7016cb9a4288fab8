"""What can have happened to a mission: adoption, calendar, posts, postings, absences, suspensions."""

from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.events.shapes import AccreditationData
from domain.kinds import Code, DateText, Hex, InstantText

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
    """A position in the mission, with its share of time for human-rights work."""

    post: Code
    role: Code
    share_percent: int
    local_agent: bool


@with_config(_STRICT)
class PostingBegan(TypedDict):
    """An officer takes a post, under a random code. `until` is the last day, where known."""

    posting: Code
    post: Code
    from_day: DateText
    until: DateText | None
    languages: list[Code]


@with_config(_STRICT)
class PostingEnded(TypedDict):
    """The last day of a posting becomes known or changes."""

    posting: Code
    until: DateText


@with_config(_STRICT)
class AbsenceRecorded(TypedDict):
    """Days on which a posting is absent. No kind is stored. `substitute` acts on behalf, where one is named."""

    absence: Code
    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None


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
