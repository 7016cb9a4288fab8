"""What an auditor keeps between two verifications, in files of their own: how far they were, and every leaf hash up to there.

`FILE` is JSON: size, root, and the frontier by which the tree goes on growing (RFC 6962; at most 63 hashes). `FILE.leaves` holds
32 bytes for each event: by them a later full reading names the very event that was changed. Neither says anything about what
the events are.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from chancery.log import durable
from chancery.log.against import SEEN, Statement
from chancery.log.merkle import HASH_BYTES, Frontier
from domain.refusals import Told

SCHEMA: Final = "chancery.audit-state/1"
_AT_ONCE: Final = 256 * HASH_BYTES


class StateRefused(Told):
    """The auditor's file cannot be gone on from."""

    sentences: Final = {  # type: ignore[misc]
        "state.unreadable": (
            "{file} is not what a verification left, or was altered: put it back from a copy, or begin anew with another file.",
            "{file} n'est pas ce qu'une vérification a laissé, ou a été modifié : remettez-le depuis une copie, ou recommencez avec un autre fichier.",
        ),
        "state.other-log": (
            "The file is about the log {origin}; this one is {ours}.",
            "Le fichier concerne le journal {origin} ; celui-ci est {ours}.",
        ),
    }


@dataclass(frozen=True, slots=True)
class State:
    """How far a verification was: `leaf` and `recorded_us` (microseconds since 1970, UTC) are those of the last event.

    `signed` and `witnessed`: the largest size that a checkpoint with that signature agreed with.
    """

    origin: str
    size: int
    frontier: list[bytes]
    leaf: bytes
    recorded_us: int
    signed: int = 0
    witnessed: int = 0

    def tree(self) -> Frontier:
        """The tree as it was, ready to grow."""
        return Frontier.of(self.size, self.frontier)

    def statement(self) -> Statement:
        """What the auditor saw, to compare a full reading with."""
        return Statement(self.size, self.tree().root(), "state", SEEN, signed=False)


def load(path: Path) -> State | None:
    """What the file says; None if there is none yet. Raises StateRefused, OSError."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        raise StateRefused("state.unreadable", file=path.name) from None
    try:
        return _parsed(said)
    except (KeyError, TypeError, ValueError):
        raise StateRefused("state.unreadable", file=path.name) from None


def _parsed(said: dict[str, Any]) -> State:
    if said["schema"] != SCHEMA:
        raise ValueError("another schema")
    numbers = [said[name] for name in ("size", "recorded_us", "signed", "witnessed")]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("a number that is none")
    made = State(
        str(said["origin"]),
        said["size"],
        [bytes.fromhex(text) for text in said["frontier"]],
        bytes.fromhex(said["leaf"]),
        said["recorded_us"],
        said["signed"],
        said["witnessed"],
    )
    if made.tree().root().hex() != said["root"] or (made.size > 0) != bool(made.leaf):
        raise ValueError("the frontier does not give the root")
    return made


def save(path: Path, state: State) -> None:
    """Replace the file, whole and flushed. Raises OSError."""
    said = {
        "schema": SCHEMA,
        "origin": state.origin,
        "size": state.size,
        "root": state.tree().root().hex(),
        "frontier": [value.hex() for value in state.frontier],
        "leaf": state.leaf.hex(),
        "recorded_us": state.recorded_us,
        "signed": state.signed,
        "witnessed": state.witnessed,
    }
    durable.replace(path, json.dumps(said, indent=1).encode() + b"\n", durable.PRIVATE)


@dataclass(slots=True)
class LeafFile:
    """Leaf hashes in a row, 32 bytes each: read in rising order, and appended to. What lies beyond `size` does not count yet."""

    path: Path
    size: int
    source: str = "state"
    _file: BinaryIO | None = field(default=None, init=False)
    _page: tuple[int, bytes] = field(default=(-1, b""), init=False)

    def check(self) -> None:
        """Raises StateRefused if the file holds fewer leaves than it should, OSError."""
        there = self.path.stat().st_size if self.path.exists() else 0
        if there < self.size * HASH_BYTES:
            raise StateRefused("state.unreadable", file=self.path.name)

    def leaf(self, position: int) -> bytes | None:
        """The leaf hash at a position, or None beyond the last."""
        if not 1 <= position <= self.size:
            return None
        number, inside = divmod((position - 1) * HASH_BYTES, _AT_ONCE)
        if number != self._page[0]:
            with self.path.open("rb") as file:
                file.seek(number * _AT_ONCE)
                self._page = number, file.read(_AT_ONCE)
        return self._page[1][inside : inside + HASH_BYTES]

    def append(self, position: int, leaf: bytes) -> None:
        """Write the leaf of the next position; one that is known already is passed over."""
        if position <= self.size:
            return
        if self._file is None:
            self.path.touch()
            self._file = self.path.open("r+b")
            self._file.seek(self.size * HASH_BYTES)
        self._file.write(leaf)

    def close(self) -> None:
        """Flush to the disk."""
        if self._file is not None:
            self._file.truncate()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
