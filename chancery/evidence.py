"""What proves a step, and words beside it: hashed here, sealed into the vault, only references into the log.

What serves a case is sealed under the case's own key, so that it goes when the case goes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5

from chancery.cases import links
from chancery.log.pipeline import Statement
from chancery.office import Office
from domain.obligation import Obligation

MARKINGS: Final = ("public", "limite", "sensitive")
"""What evidence may be marked. Anything higher is kept elsewhere: only its registry number may be told here."""
SMALL: Final = 40_000
"""Bytes up to which a copy is sealed into the vault beside the command."""
BUCKET: Final = 256
"""Sizes are told in such steps: an exact one finds a published file as surely as its hash."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence: a file's content, or only its hash and size where the file stays where it is."""

    kind: str
    content: bytes | None = None
    digest: str = ""
    size: int = 0

    @classmethod
    def of(cls, kind: str, content: bytes) -> "Proof":
        """A proof from a file's content."""
        return cls(kind, content, hashlib.sha256(content).hexdigest(), len(content))


@dataclass(slots=True)
class Proofs:
    """Evidence for a command: what the event says, what the vault gets, and of which kinds a copy was sealed or not."""

    data: tuple[Any, ...] = ()
    sealed: list[Statement] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Words:
    """A note: the reference for the event, the ciphertext for the vault."""

    ref: Any = None
    sealed: list[Statement] = field(default_factory=list)


async def key_for(office: Office, state: Obligation) -> str:
    """The key under which words and proofs of an obligation are sealed: its case's, else its mission's.

    Raises Shredded, VaultLocked, NotFound.
    """
    case, _ = await links.case_of(office.vault, office.desk.log.pool, state)
    return f"case:{case}" if case is not None else office.keys.create_mission(state.mission)


def sealed_proofs(
    office: Office, key: str, mission: str, request: UUID, proofs: Sequence[Proof], marking: str
) -> Proofs:
    """Hash what was given; seal a copy of what is small, under `key`. Raises VaultError.

    The log's digest is keyed under the mission's key, so that the same file is the same evidence in each of its obligations.
    A repeated request seals under the same reference, so that it stays one.
    """
    made, rows, copies = Proofs(), [], []
    own = office.keys.create_mission(mission)
    for proof in proofs:
        keyed = office.vault.blind(own, "evidence", proof.digest)
        size = -(-proof.size // BUCKET) * BUCKET
        rows.append({"kind": proof.kind, "digest": keyed, "bytes": size, "marking": marking})
        if proof.content is None:
            continue
        if len(proof.content) <= SMALL:
            place = uuid5(request, proof.digest)
            copies.append(office.vault.seal(key, f"evidence:{proof.kind}", proof.content, place))
            made.kept.append(proof.kind)
        else:
            made.too_large.append(proof.kind)
    made.data = tuple(rows)
    made.sealed = [office.vault.statement(copies)] if copies else []
    return made


def sealed_note(office: Office, key: str, request: UUID, words: str | None) -> Words:
    """Seal a note under `key`; none for no words. Raises VaultError."""
    if not words:
        return Words()
    sealed = office.vault.seal(key, "note", words, uuid5(request, "note"))
    return Words(sealed.event(), [office.vault.statement([sealed])])
