"""What is kept beside missions and obligations, each on a stream of its own: `workplan/…`, `review/…`, `export/…`, `purpose/…`.

One registry says which kind a stream is of, so that whoever folds or decides does not have to know them all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from domain import commands as c
from domain import purpose, release, review, reviewing, workplan
from domain.envelope import Actor, Event
from domain.events import New
from domain.mission import Mission
from domain.refusals import Refused


class Dossier(Protocol):
    """What every dossier's state has. `version` 0: it was never begun."""

    version: int
    mission: str

    def parties(self) -> Mapping[str, frozenset[str]]:
        """Relation → the postings that stand in it, as the rows of the policy name them."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision reads beside the dossier: its mission, others by code, other dossiers by the name of their stream."""

    mission: Mission
    elsewhere: Mapping[str, Mission]
    beside: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of dossier: how it begins, moves and is decided on."""

    empty: Callable[[], Any]
    evolve: Callable[[Any, Event], Any]
    decide: Callable[[Any, Any, Any, datetime, Actor], list[New]]


KINDS: Final[Mapping[str, Kind]] = {
    "purpose": Kind(purpose.Purpose, purpose.evolve, purpose.decide),
    "workplan": Kind(workplan.WorkPlan, workplan.evolve, workplan.decide),
    "review": Kind(review.Review, review.evolve, reviewing.decide),
    "export": Kind(release.Export, release.evolve, release.decide),
}
"""By the first word of a stream's name."""


def kind_of(stream: str) -> Kind | None:
    """The kind of dossier on a stream, or None: a mission's or an obligation's."""
    return KINDS.get(stream.partition("/")[0])


def decide(command: c.DossierCommand, state: Any, context: Context, now: datetime, actor: Actor) -> list[New]:
    """What the command makes happen on the dossier's stream. `now` is UTC.

    Raises Refused. A dossier of another mission is not this one's to touch.
    """
    if not context.mission.version:
        raise Refused("no-such-mission", mission=command.mission)
    if state.version and state.mission and state.mission != command.mission and command.room != "purpose":
        raise Refused("no-such-dossier", dossier=f"{command.room}/{command.dossier}")
    return KINDS[command.room].decide(command, state, context, now, actor)


def fold(stream: str, events: Iterable[Event]) -> Any:
    """The dossier that these events make. KeyError for a stream that holds none."""
    kind = KINDS[stream.partition("/")[0]]
    state = kind.empty()
    for event in events:
        kind.evolve(state, event)
    return state
