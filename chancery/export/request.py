"""What an export is asked for with. The same request over the same log gives the same bytes: nothing here says when or where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from chancery.export.ranges import Ranges
from chancery.log.checkpoints import Signed
from chancery.log.store import Recorded

REDACTED: Final = {
    "leaves": "An export without a reader: leaves only.",
    "reader": "Bodies only where the reader may read them.",
    "mission": "Bodies only of the mission for which the export was approved.",
    "nothing": "Nothing is redacted.",
}
"""Why bodies are left out, by code; the sentence stands in manifest.json beside it."""


class Chooser(Protocol):
    """Says which bodies go in."""

    async def of(self, recorded: Sequence[Recorded], /) -> set[int]:
        """The positions among these whose bytes are given."""
        ...


class LeavesOnly:
    """Gives no bytes at all."""

    async def of(self, _: Sequence[Recorded], /) -> set[int]:
        """None of them."""
        return set()


class Everything:
    """Gives the bytes of everything: a full export."""

    async def of(self, recorded: Sequence[Recorded]) -> set[int]:
        """All of them."""
        return {one.position for one in recorded}


@dataclass(frozen=True, slots=True)
class Request:
    """An export. `wanted`: the positions given; `cuts`: older sizes whose roots it is to prove too.

    `redaction`: a code of REDACTED. `purpose`, `recipient`: codes. `approval`: of a full export, where it was asked for and
    agreed to, `{"proposed": position, "answered": position}`; else empty. `more`: what else manifest.json says.
    """

    wanted: Ranges
    bodies: Chooser
    redaction: str
    purpose: str = "verification"
    recipient: str = "own_use"
    cuts: tuple[int, ...] = ()
    approval: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an export is proved against: a checkpoint, and the public keys that its reader should compare (vkeys)."""

    signed: Signed
    vkeys: tuple[str, ...]
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What was made. `digest`: SHA-256 of its file SHA256SUMS, which stands for all of it. `events`, `bodies`: how many."""

    size: int
    root: str
    digest: str
    events: int
    bodies: int
