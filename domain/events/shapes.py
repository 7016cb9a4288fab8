"""What several events carry: a resolved deadline, a planned notice, an accreditation."""

from typing import Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.kinds import Code, DateText, InstantText, Label

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
class LineData(TypedDict):
    """One line of a deadline's explanation: a day, whether it counted, and why (not)."""

    date: DateText
    counted: bool
    reason: Label


@with_config(_STRICT)
class DeadlineData(TypedDict):
    """A resolved term: the instant, the local date and zone, and the steps that led there (DEADLINES.md)."""

    due_at: InstantText
    local_date: DateText
    zone: Label
    term: Label
    provisional: bool
    short_notice: bool
    flags: list[Code]
    explanation: list[LineData]


@with_config(_STRICT)
class NoticeData(TypedDict):
    """A planned notice: what kind, which one, when, and to which roles."""

    kind: Literal["reminder", "overdue", "escalation"]
    n: int
    at: InstantText
    to: list[Code]


@with_config(_STRICT)
class AccreditationData(TypedDict):
    """A mission's accreditation to a country. Obligations bear its code, so they are bound to a country."""

    code: Code
    country: Code
    resident: bool


@with_config(_STRICT)
class AlternativeData(TypedDict):
    """What is done instead of what is waived, and by which day."""

    what: Code
    by: DateText


@with_config(_STRICT)
class ActData(TypedDict):
    """What was done once and satisfies several obligations: the task of another one."""

    obligation: Code
    task: Code
