"""What a mission is made of: posts, postings, absences; what it sets for itself; what it was asked to destroy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.envelope import Role


@dataclass(slots=True)
class Post:
    """A position: its role, and its share of working time for human-rights work in percent.

    `support`: a local agent's. Host-country nationals have no immunity, so the log calls them mission support.
    """

    code: str
    role: Role
    share_percent: int
    support: bool
    clause: str | None = None
    answers_for: tuple[str, ...] = ()
    """The clause of its job description that speaks of this work, and the definitions named there."""


@dataclass(slots=True)
class Posting:
    """A person in a post, under a random code, from the first to the last local day (both included).

    `appraisal`: the regime under which this posting is appraised; `none` means there is no staff report, None that nobody said.
    """

    code: str
    post: str
    first: date
    last: date
    position: int = 0
    appraisal: str | None = None

    def covers(self, day: date) -> bool:
        """Whether the posting runs on that local day."""
        return self.first <= day <= self.last


@dataclass(slots=True)
class Absence:
    """Local days, both included, on which a posting is away; who acts on its behalf, if named, and for which definitions."""

    code: str
    posting: str
    first: date
    last: date
    substitute: str | None
    scope: tuple[str, ...] = ()

    def substitute_in(self, definition: str | None) -> str | None:
        """The substitute, where the absence's scope covers that definition; one without a scope stands in for all."""
        return self.substitute if not self.scope or definition in self.scope else None


@dataclass(frozen=True, slots=True)
class Outage:
    """Instants (UTC) between which nothing could be entered."""

    code: str
    starts: datetime
    ends: datetime

    def covers(self, at: datetime) -> bool:
        """Whether an instant lies inside, both ends included."""
        return self.starts <= at <= self.ends


@dataclass(frozen=True, slots=True)
class LocalTerm:
    """A step's term as this mission has it until a local day (included)."""

    term: str
    source: Literal["local_strategy", "hq_instruction"]
    authority: str
    until: date


@dataclass(frozen=True, slots=True)
class Switch:
    """A duty switched on or off until a local day (included); what the adoption said counts again afterwards."""

    on: bool
    authority: str
    until: date


@dataclass(slots=True)
class Shredding:
    """That a case's content be destroyed: proposed, approved or refused by a second person, then done."""

    request: str
    basis: str
    case: Mapping[str, str]
    proposer: str
    status: Literal["proposed", "approved", "refused", "shredded"] = "proposed"


@dataclass(frozen=True, slots=True)
class KnownDate:
    """A date of headquarters' calendar: what it is, when, and which definition it opens how many days before in which countries."""

    code: str
    kind: str
    day: date
    until: date | None
    definition: str
    days_before: int
    countries: tuple[str, ...]
