"""Streams as the desk holds them in memory: folded, with the commands that each has seen."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chancery.log.store import Recorded
from domain import dossier
from domain import mission as missions
from domain import obligation as obligations
from domain.envelope import Event, read_event
from domain.mission import Mission
from domain.obligation import Obligation


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command gets back: where its last event lies and that event's leaf; position 0 if nothing changed.

    `streams` gives the version of every stream that it wrote. `fresh` is false if this very command was carried out
    before and the first receipt is given again.
    """

    position: int
    leaf: str
    events: tuple[str, ...]
    stream: str
    version: int
    fresh: bool = True


@dataclass(slots=True)
class Seen:
    """A command that a stream has seen: who sent it, what it said (its hash), and where its last event lies."""

    actor: str
    hash: str
    position: int
    leaf: bytes
    types: list[str]
    version: int


@dataclass(slots=True)
class Known:
    """One stream, folded up to `version`. Positions inside the state are those of events read back, 0 before that."""

    name: str
    state: Any
    """A Mission, an Obligation, or what `domain.dossier` makes of a dossier's stream."""
    version: int = 0
    commands: dict[str, Seen] = field(default_factory=dict)

    def apply(self, event: Event, leaf: bytes = b"") -> None:
        """Take in one event."""
        if isinstance(self.state, Mission):
            missions.evolve(self.state, event)
        elif isinstance(self.state, Obligation):
            obligations.evolve(self.state, event)
            if event.type == "ObligationOpened":
                self.state.definition = _one_copy(self.state.definition)
        else:
            kind = dossier.kind_of(self.name)
            assert kind is not None
            kind.evolve(self.state, event)
        self.version = event.version
        seen = self.commands.get(event.command)
        if seen is None:
            self.commands[event.command] = Seen(
                event.by, event.command_hash, event.position, leaf, [event.type], event.version
            )
        else:
            seen.position, seen.leaf, seen.version = event.position, leaf, event.version
            seen.types.append(event.type)

    def catch_up(self, recorded: Iterable[Recorded]) -> None:
        """Take in events read from the log; those that it knows already are passed over.

        Two batches may read the same mission at the same time, and each brings what both asked for.
        """
        for one in recorded:
            if one.version > self.version:
                self.apply(as_event(one), one.leaf)


_definitions: dict[tuple[str, int], Mapping[str, Any]] = {}


def _one_copy(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same definition, once in memory: thousands of obligations carry a snapshot of a few of them.

    Parsed, one takes 4 to 15 kB, most of what an obligation takes, and the garbage collector walks every copy.
    """
    code = (str(definition["code"]), len(definition["step"]))
    known = _definitions.get(code)
    if known == definition:
        return known
    _definitions[code] = definition
    return definition


def as_event(one: Recorded) -> Event:
    """A recorded event as the domain reads it."""
    return read_event(one.event, one.position, one.recorded_us)


def mission_stream(code: str) -> str:
    """The name of a mission's stream."""
    return f"mission/{code}"


def obligation_stream(id_: str) -> str:
    """The name of an obligation's stream."""
    return f"obligation/{id_}"


def dossier_stream(room: str, code: str) -> str:
    """The name of a dossier's stream: `review`, `workplan`, `export` or `purpose`, and its code."""
    return f"{room}/{code}"


def empty(name: str) -> Known:
    """A stream of which nothing is known yet."""
    kind = dossier.kind_of(name)
    if kind is not None:
        return Known(name, kind.empty())
    state: Any = Mission() if name.startswith("mission/") else Obligation()
    return Known(name, state)


class Shelf:
    """Folded streams, the least recently used given up first. What lies here is always checked against the log."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._known: OrderedDict[str, Known] = OrderedDict()

    def get(self, name: str) -> Known:
        """The stream as last known, or empty."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = empty(name)
        self._known.move_to_end(name)
        return known

    def forget(self, names: Iterable[str]) -> None:
        """Drop streams whose memory may be wrong: they are read anew."""
        for name in names:
            self._known.pop(name, None)

    def trim(self) -> None:
        """Give up what was not used for longest. Called between batches, never within one."""
        while len(self._known) > self._size:
            self._known.popitem(last=False)
