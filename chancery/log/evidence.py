"""What is known of a log elsewhere, gathered before it is read: checkpoints with their signatures, and leaf hashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chancery.log.against import GIVEN, KEPT, WITNESSED, Leaves, Statement
from chancery.log.checkpoints import Kept, Signed
from chancery.log.findings import Finding
from chancery.log.notes import COSIGNATURE, SIGNATURE, NoteRefused, Verifier
from chancery.log.policy import NamedWitness, Policy
from chancery.log.tiles import Tiles, TilesDamaged

_ANY: Final = "any-of-them"


@dataclass(slots=True)
class Evidence:
    """Statements about the log, and leaf hashes; `found`: what is wrong with them whatever the log is.

    `pinned`, `witnesses`: whether signatures of the log's key, and of witnesses, were asked for.
    """

    origin: str = ""
    statements: list[Statement] = field(default_factory=list)
    leaves: list[Leaves] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    pinned: bool = False
    witnesses: bool = False

    def add(self, one: Signed, source: str, standing: int, policy: Policy) -> None:
        """Take a checkpoint for what its signatures make it; one that is false, or another log's, is a finding."""
        said = one.checkpoint
        params: dict[str, str | int] = {"source": source, "size": said.size}
        if said.origin != self.origin:
            self.found.append(Finding(0, "log.origin", params | {"origin": said.origin, "ours": self.origin}))
            return
        try:
            signed = bool(one.signed_by(policy.logs_of(self.origin)))
            seen = self.witnesses and policy.witnessed(one)
        except NoteRefused:
            self.found.append(Finding(0, "checkpoint.signature", params))
            return
        if self.pinned and not signed:
            self.found.append(Finding(0, "checkpoint.signature", params))
            return
        standing = WITNESSED if seen else standing
        self.statements.append(Statement(said.size, said.root, source, standing, signed))


def gather(
    origin: str,
    policy: Policy,
    *,
    kept: Path | None = None,
    given: Iterable[tuple[str, str]] = (),
    after: int = 0,
) -> Evidence:
    """Everything that the signer's folder and the given notes (a name to call each by, and its text) say of a log.

    `after`: of the folder only what is of this size or larger; given notes are all taken. What cannot be read is a finding.
    """
    made = Evidence(origin, pinned=bool(policy.logs), witnesses=policy.quorum is not None)
    for name, text in given:
        source = f"file:{name}"
        try:
            made.add(Signed.parse(text), source, GIVEN, policy)
        except NoteRefused as problem:
            params: dict[str, str | int] = {"source": source, "problem": problem.message}
            made.found.append(Finding(0, "checkpoint.unreadable", params))
    if kept is not None:
        _folder(made, kept, policy, after)
    return made


def _folder(made: Evidence, folder: Path, policy: Policy, after: int) -> None:
    reading = Kept(folder)
    last: Signed | None = None
    try:
        for one in reading.all(after):
            # One size may stand there several times, later with more cosignatures: the last says most.
            if last is not None and last.checkpoint != one.checkpoint:
                made.add(last, "kept", KEPT, policy)
            last = one
        if last is not None:
            made.add(last, "kept", KEPT, policy)
        newest = reading.latest()
        if newest is not None and newest != last and newest.checkpoint.size >= after:
            made.add(newest, "kept", KEPT, policy)
    except (NoteRefused, ValueError, KeyError, TypeError) as problem:
        params: dict[str, str | int] = {"source": "kept", "problem": str(problem)[:120]}
        made.found.append(Finding(0, "checkpoint.unreadable", params))
    largest = max((s.size for s in made.statements if s.source == "kept"), default=0)
    made.leaves.append(TileLeaves(folder, largest))


@dataclass(slots=True)
class TileLeaves:
    """The leaf hashes in the signer's tiles, up to a size that it has signed."""

    folder: Path
    size: int
    source: str = "tiles"
    _page: tuple[int, list[bytes]] = field(default=(0, []), init=False)

    def leaf(self, position: int) -> bytes | None:
        """The leaf hash at a position; None where no tile holds it."""
        after, page = self._page
        if not after < position <= after + len(page):
            after = (position - 1) // 256 * 256
            try:
                page = list(Tiles(self.folder).leaves(after, min(after + 256, self.size)))
            except (OSError, TilesDamaged):
                page = []
            self._page = after, page
        inside = position - after - 1
        return page[inside] if inside < len(page) else None


def policy_of(keys: Iterable[str], witnesses: Iterable[str]) -> Policy:
    """A policy out of vkeys: each of these witnesses is enough. Raises NoteRefused `note.key`."""
    named = tuple(NamedWitness(key.name, key, None) for key in _verifiers(witnesses, COSIGNATURE))
    groups = {_ANY: (1, tuple(w.name for w in named))} if named else {}
    return Policy(tuple(_verifiers(keys, SIGNATURE)), named, groups, _ANY if named else None)


def _verifiers(texts: Iterable[str], kind: int) -> list[Verifier]:
    made = [Verifier.parse(text.strip()) for text in texts if text.strip()]
    for key in made:
        if key.kind != kind:
            what = "witness" if kind == COSIGNATURE else "log"
            raise NoteRefused("note.key", f"the key of {key.name} is not the key of a {what}")
    return made
