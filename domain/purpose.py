"""Whether staff reports may be made at all: data protection officer and staff committee have to say so, each for themselves.

Performance data about staff has a purpose, a limit and a retention, or it is not made (Regulation (EU) 2018/1725,
articles 4 and 5). The stream is `purpose/staff_reports`; there is one in an installation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor, Event
from domain.events import New
from domain.refusals import Refused

WHO: Final = ("data_protection_officer", "staff_committee")
"""Both have to have stated it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one of the two said: how many months a report is kept, their opinion, and where in the log."""

    retention_months: int
    opinion: str
    position: int
    at: str


@dataclass(slots=True)
class Purpose:
    """What was stated, by role."""

    version: int = 0
    mission: str = ""
    statements: dict[str, Statement] = field(default_factory=dict)

    def parties(self) -> Mapping[str, frozenset[str]]:
        """Nobody in particular: the rows name roles."""
        return {}

    @property
    def stated(self) -> bool:
        """Whether both stand behind it."""
        return all(role in self.statements for role in WHO)

    @property
    def status(self) -> str:
        """`stated`, `partly` or `withdrawn`."""
        return "stated" if self.stated else "partly" if self.statements else "withdrawn"

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles that have not stated it."""
        return tuple(role for role in WHO if role not in self.statements)

    def require(self) -> None:
        """Raise Refused `purpose-not-stated`, naming whose word is missing, unless both stand behind it."""
        if not self.stated:
            raise Refused("purpose-not-stated", roles=", ".join(self.missing))

    @property
    def retention_months(self) -> int:
        """How long a report is kept: the shorter of the two."""
        return min(s.retention_months for s in self.statements.values())


def evolve(state: Purpose, event: Event) -> Purpose:
    """Apply one event, in place."""
    role = str(event.actor.get("role"))
    if event.type == "PurposeStated":
        d = event.data
        state.mission = state.mission or d["mission"]
        state.statements[role] = Statement(d["retention_months"], d["opinion"], event.position, event.at)
    elif event.type == "PurposeWithdrawn":
        state.statements.pop(role, None)
    else:
        raise KeyError(event.type)
    state.version = event.version
    return state


def decide(command: Any, state: Purpose, _c: Any, _n: datetime, actor: Actor) -> list[New]:
    """State it or withdraw it, for one's own role."""
    role = str(actor.role)
    said = state.statements.get(role)
    if isinstance(command, c.WithdrawPurpose):
        return (
            [New("PurposeWithdrawn", {"purpose": command.dossier, "words": _words(command)})] if said else []
        )
    if role not in WHO:  # the policy lets nobody else come here; the record would not count them
        raise Refused("purpose-role", roles=", ".join(WHO))
    vocabulary.check("opinion", command.opinion, vocabulary.OPINIONS)
    if said is not None and (said.retention_months, said.opinion) == (
        command.retention_months,
        command.opinion,
    ):
        return []
    return [
        New(
            "PurposeStated",
            {
                "purpose": command.dossier,
                "mission": command.mission,
                "retention_months": command.retention_months,
                "opinion": command.opinion,
                "words": _words(command),
            },
        )
    ]


def _words(command: Any) -> dict[str, str] | None:
    return dict(command.words) if command.words is not None else None
