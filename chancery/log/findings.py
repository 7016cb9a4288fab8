"""What verifying says: findings, each with a stable code, a position and a sentence in the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.log.auditing import State

MOST: Final = 100
"""After so many findings it stops: a log so damaged is restored, not listed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, at a position (from 1; 0 where it is about no event).

    `upto`: if given, all that is known is that the first bad event lies between `position` and it, both included.
    """

    position: int
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    upto: int | None = None

    @property
    def exact(self) -> bool:
        """Whether the position is the very one, not the beginning of a range."""
        return self.position > 0 and self.upto in (None, self.position)

    @property
    def where(self) -> str:
        """The position, or the range, as people write it; a dash where it is about no event."""
        if not self.position:
            return "-"
        return str(self.position) if self.exact else f"{self.position}-{self.upto}"

    @property
    def message(self) -> str:
        """One sentence, in the language that is spoken."""
        return sentence(self)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know that is nothing wrong: how far the proof reaches, and what was not looked at."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """One sentence, in the language that is spoken."""
        return notice(self)


@dataclass(slots=True)
class Findings:
    """What verifying found: how far it read and how many events, the root there, everything wrong by position.

    `after`: the position from which it read, above 0 if an earlier verification had read what lies before.
    `signed`, `witnessed`: up to which position a checkpoint agrees that bears the log's, or a witness's, signature.
    `reached`: what to go on from another time, if nothing was wrong.
    """

    head: int = 0
    events: int = 0
    after: int = 0
    root: bytes = b""
    signed: int = 0
    witnessed: int = 0
    checkpoints: int = 0
    reached: State | None = None
    found: list[Finding] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    @property
    def first(self) -> Finding | None:
        """What names the first bad position; of several the one that knows it exactly."""
        placed = [f for f in self.found if f.position] or self.found
        return min(placed, key=lambda f: (f.position, not f.exact), default=None)


def sentence(finding: Finding) -> str:
    """What a finding says, in the language that is spoken."""
    say = _OF_THE_TABLE.get(finding.code) or _OF_CHECKPOINTS.get(finding.code)
    if say is None:
        return finding.code
    params = {name: _called(name, value) for name, value in finding.params.items()}
    return say().format(**params, position=finding.position, upto=finding.upto or finding.position)


def _called(name: str, value: str | int) -> str | int:
    """A parameter as people read it: where something is known from has a name."""
    if name not in ("source", "other") or not isinstance(value, str):
        return value
    kind, _, rest = value.partition(":")
    say = _SOURCES.get(kind)
    return say() if say is not None else rest or value


def notice(said: Notice) -> str:
    """What a notice says, in the language that is spoken."""
    say = _NOTICES.get(said.code)
    return said.code if say is None else say().format(**said.params)


# A sentence stands in a function so that it is looked up in the language of whoever asks, and found by who translates.
_OF_THE_TABLE: Final = {
    "log.gap": lambda: tr("positions {position} to {last} are missing"),
    "log.time": lambda: tr("the log's time runs backwards here"),
    "log.leaf": lambda: tr("the stored leaf is not that of the bytes"),
    "log.bytes": lambda: tr("the body is not JSON"),
    "log.envelope": lambda: tr("the body has not the keys of an event"),
    "log.unknown": lambda: tr("{type} in schema {schema} is unknown to this version of the program"),
    "log.shape": lambda: tr("the data have not the shape of their type: {problem}"),
    "log.canonical": lambda: tr("the bytes are not the canonical form of what they say"),
    "log.column": lambda: tr("a column says another thing than the bytes: {columns}"),
    "log.twice": lambda: tr("the position stands in the table twice"),
    "log.count": lambda: tr("the table has {rows} rows, but only {read} positions: some stand there twice"),
    "log.version": lambda: tr("version {version} of its stream stands where {expected} belongs"),
    "log.table": lambda: tr("the table {table} is not as the program made it: {what}"),
    "view.differs": lambda: tr("what reports read is not what the log says: {what}"),
    "view.unreadable": lambda: tr("the views cannot be made from the log: {what}"),
}
_OF_CHECKPOINTS: Final = {
    "log.short": lambda: tr(
        "the log ends at {head}, but {size} events were vouched for ({source}): what came after is missing"
    ),
    "log.changed": lambda: tr(
        "the event is not the one that was vouched for ({source}); {differing} positions differ up to {size}"
    ),
    "log.root": lambda: tr(
        "the events up to {size} are not those that were vouched for ({source}); the first that was changed lies between {position} and {upto}"
    ),
    "log.leaves": lambda: tr(
        "the leaf hash kept elsewhere ({source}) is another, and no checkpoint says which of the two is right"
    ),
    "log.origin": lambda: tr(
        "a checkpoint ({source}) is of another log, {origin}; this one calls itself {ours}"
    ),
    "state.moved": lambda: tr(
        "the event at {size}, where the last verification ended, is no longer the one it saw; read all again with --full, which names the first"
    ),
    "checkpoint.signature": lambda: tr(
        "the checkpoint of {size} events ({source}) bears no valid signature of a known key"
    ),
    "checkpoint.unreadable": lambda: tr("this is no checkpoint ({source}): {problem}"),
    "checkpoint.fork": lambda: tr(
        "the log's key signed two histories: the checkpoint of {size} events ({source}) is not part of the one of {later} ({other}) that this log agrees with"
    ),
    "checkpoint.unwitnessed": lambda: tr(
        "no witness has seen the log from here on; this was recorded at {since}"
    ),
    "checkpoint.unsigned": lambda: tr(
        "no checkpoint covers the log from here on; this was recorded at {since}"
    ),
    "signer.alarm": lambda: tr("the signer has stopped and signs nothing more: {problem}"),
    "leaves.changed": lambda: tr(
        "the leaf hash kept elsewhere ({source}) is not the log's; the log agrees with a checkpoint of {size} events, so the leaf hash was changed"
    ),
}
_SOURCES: Final = {
    "kept": lambda: tr("a checkpoint in the signer's folder"),
    "state": lambda: tr("the last verification"),
    "tiles": lambda: tr("the signer's tiles"),
    "receipt": lambda: tr("a receipt"),
}
_NOTICES: Final = {
    "table-only": lambda: tr(
        "No checkpoint was compared: this proves that the table is whole, not that nobody has rewritten all of it."
    ),
    "key-not-pinned": lambda: tr(
        "No key of the log was given: whose signature the checkpoints bear was not checked."
    ),
    "key-beside": lambda: tr(
        "The log's key was taken from the signer's own folder; give --key with the one that was published to know whose it is."
    ),
    "no-witness": lambda: tr(
        "No witness's signature was asked for: whoever holds the log's key could have rewritten the log and signed it again."
    ),
    "signed": lambda: tr("Signed checkpoints agree up to position {position}."),
    "witnessed": lambda: tr("A witness saw the log as it is up to position {position}."),
    "tail": lambda: tr(
        "The last {n} events are newer than every checkpoint: only a receipt would show that they were changed."
    ),
    "views-not-compared": lambda: tr("What reports read was not compared with the log."),
    "not-read-again": lambda: tr(
        "Events up to {size} were verified before and not read again; --full reads them again."
    ),
    "older-not-compared": lambda: tr(
        "{n} checkpoints are older than the last verification and were not compared; --full does."
    ),
}
