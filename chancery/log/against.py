"""The log held against what is known of it elsewhere: checkpoints, which show *that* it was changed, and leaf hashes, which show *where*.

A checkpoint is a size and a root. From two of them, one that agrees and a later one that does not, follows only that the first
event that was changed lies between. Leaf hashes kept outside the database (the signer's tiles, an auditor's own file, a
receipt) name it; they need no trust, for their root must be the checkpoint's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from chancery.log.findings import Finding
from chancery.log.merkle import Frontier

KEPT: Final = 1
"""Signed with the log's key, found in the installation: whoever stole the key could have made it."""
GIVEN: Final = 2
"""Signed with the log's key, and kept by whoever verifies."""
WITNESSED: Final = 3
"""It bears the signature of a witness, who sees one history only."""
SEEN: Final = 4
"""Reckoned from the bytes by whoever verifies, at an earlier time."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's word for what the log was at a size.

    `source`: how to call it in a sentence; `standing`: one of the four above; `signed`: whether the log's signature was checked.
    """

    size: int
    root: bytes
    source: str
    standing: int
    signed: bool = True


class Leaves(Protocol):
    """Leaf hashes known from elsewhere."""

    @property
    def source(self) -> str:
        """How to call them in a sentence."""

    @property
    def size(self) -> int:
        """Up to which position there are any."""

    def leaf(self, position: int) -> bytes | None:
        """The leaf hash at a position, read in rising order; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """Leaves that receipts name: a few, anywhere."""

    leaves: Mapping[int, bytes]
    source: str

    @property
    def size(self) -> int:
        """The last position of which there is a receipt."""
        return max(self.leaves, default=0)

    def leaf(self, position: int) -> bytes | None:
        """The leaf that a receipt names, if there is one."""
        return self.leaves.get(position)


@dataclass(slots=True)
class _Other:
    """Leaf hashes from elsewhere beside the log's: as long as they are the same there is one tree, then there are two."""

    leaves: Leaves
    first: int = 0
    whole: bool = True
    different: int = 0
    tree: Frontier | None = None
    marks: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    """At a size: the root that these leaves give, and how many differ up to there."""

    def take(self, position: int, leaf: bytes | None, tree: Frontier) -> None:
        """Look at a position, before the log's own leaf (None beyond its end) is in `tree`."""
        known = self.leaves.leaf(position) if position <= self.leaves.size else None
        if known is None:
            self.whole = self.whole and position > self.leaves.size
            return
        if known != leaf:
            self.different += 1
            if self.tree is None:
                self.first, self.tree = position, Frontier.of(tree.size, tree.hashes())
        # From the first difference on there are two trees.
        if self.tree is not None and self.whole:
            self.tree.append(known)

    def root(self, size: int, ours: Mapping[int, bytes]) -> bytes | None:
        """The root that these leaves give at a size; None if some are not known."""
        if not self.whole or size > self.leaves.size:
            return None
        if self.tree is None or size < self.first:
            return ours.get(size)
        return self.marks[size][0] if size in self.marks else None

    def mark(self, size: int) -> None:
        """Note the root at a size that somebody has stated."""
        if self.tree is not None and self.tree.size == size:
            self.marks[size] = self.tree.root(), self.different


class Comparison:
    """Takes the log's leaves in their order, and says in the end what does not agree. It goes on from the tree in `start`."""

    def __init__(
        self, statements: Iterable[Statement], others: Iterable[Leaves], start: Frontier | None = None
    ) -> None:
        self.tree = start or Frontier()
        self.at = self.tree.size
        known = sorted(statements, key=lambda s: (s.size, -s.standing))
        self.older = sum(s.size < self.at for s in known)
        self.statements: Sequence[Statement] = [s for s in known if s.size >= self.at]
        self.roots: dict[int, bytes] = {}
        self.others = [_Other(leaves) for leaves in others]
        self._sizes = sorted({s.size for s in self.statements})
        self._next = 0
        self._mark()

    def take(self, position: int, leaf: bytes) -> None:
        """The log's leaf at a position beyond the last; those between are missing, and the tree is another without them."""
        self._without(position - 1)
        self._one(position, leaf)

    def finish(self, head: int) -> list[Finding]:
        """What does not agree, when the last event has been taken."""
        self._without(max((o.leaves.size for o in self.others), default=0))
        good = self.agreeing
        bad = [s for s in self.statements if not self._fulfilled(s)]
        # Whoever holds the key may have signed what never was; a witness who agrees at a later size settles it.
        settled = {standing: _largest(good, standing + 1) for standing in (KEPT, GIVEN, WITNESSED, SEEN)}
        doubtful = [s for s in bad if s.size > settled[s.standing]]
        found: list[Finding] = []
        if doubtful:
            chief = min(doubtful, key=lambda s: (-s.standing, s.size))
            found.append(self._changed(chief, good, head))
        found += _forked(bad, good)
        found += self._leaves(_largest(good, KEPT), head, {f.position for f in found if f.exact})
        return found

    @property
    def agreeing(self) -> list[Statement]:
        """The statements that the log fulfils."""
        return [s for s in self.statements if self._fulfilled(s)]

    def _without(self, upto: int) -> None:
        """Go on through positions that the log does not have, while somebody else knows their leaves: any number may be claimed."""
        for position in range(self.at + 1, upto + 1):
            if not any(o.whole and position <= o.leaves.size for o in self.others):
                return
            self._one(position, None)

    def _one(self, position: int, leaf: bytes | None) -> None:
        for other in self.others:
            other.take(position, leaf, self.tree)
        if leaf is not None:
            self.tree.append(leaf)
        self.at = position
        self._mark()

    def _mark(self) -> None:
        """Note the roots where somebody has stated one."""
        while self._next < len(self._sizes) and self._sizes[self._next] <= self.at:
            size = self._sizes[self._next]
            if size == self.tree.size:
                self.roots[size] = self.tree.root()
            for other in self.others:
                other.mark(size)
            self._next += 1

    def _fulfilled(self, said: Statement) -> bool:
        return self.roots.get(said.size) == said.root

    def _changed(self, bad: Statement, good: Sequence[Statement], head: int) -> Finding:
        """The finding for a statement that the log does not fulfil: exact if some leaf hashes have that root."""
        params: dict[str, str | int] = {"source": bad.source, "size": bad.size}
        for other in self.others:
            if other.first and other.root(bad.size, self.roots) == bad.root:
                if other.first > head:
                    return Finding(other.first, "log.short", params | {"head": head})
                return Finding(other.first, "log.changed", params | {"differing": other.marks[bad.size][1]})
        low = 1 + _largest([s for s in good if s.size < bad.size], bad.standing)
        if bad.size > head:
            return Finding(low, "log.short", params | {"head": head}, upto=head + 1)
        return Finding(low, "log.root", params, upto=bad.size)

    def _leaves(self, agreed: int, head: int, named: set[int]) -> list[Finding]:
        """Leaf hashes from elsewhere that differ where no statement has spoken for them."""
        found = []
        for other in self.others:
            if not other.first and isinstance(other.leaves, Receipts):
                other.first = min((p for p in other.leaves.leaves if p > head), default=0)
            if not other.first or other.first in named:
                continue
            params: dict[str, str | int] = {"source": other.leaves.source}
            if other.first <= agreed:
                found.append(Finding(other.first, "leaves.changed", params | {"size": agreed}))
            elif other.first > head:
                short = params | {"size": other.leaves.size, "head": head}
                found.append(Finding(other.first, "log.short", short))
            else:
                found.append(Finding(other.first, "log.leaves", params))
        return found


def _largest(statements: Iterable[Statement], standing: int) -> int:
    return max((s.size for s in statements if s.standing >= standing), default=0)


def _forked(bad: Sequence[Statement], good: Sequence[Statement]) -> list[Finding]:
    """Two signed statements that no log can both fulfil: the later one agrees with this log, the earlier does not."""
    later = max((s for s in good if s.signed), key=lambda s: s.size, default=None)
    forks = [s for s in bad if s.signed and later is not None and s.size <= later.size]
    if later is None or not forks:
        return []
    first = forks[0]
    params: dict[str, str | int] = {
        "source": first.source, "size": first.size, "other": later.source, "later": later.size,
    }  # fmt: skip
    return [Finding(0, "checkpoint.fork", params)]
