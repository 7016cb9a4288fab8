"""What proves a step, and words beside it: hashed here, sealed into the vault, only references into the log.

What serves a case is sealed under the case's own key, so that it goes when the case goes. Of each file the vault keeps a manifest
(name, hash, what was stripped) and its parts; where the manifest lies is a keyed hash of the command and of the file's number in
it, so that an event leads to its copies for whoever holds the key, and for nobody after it.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID, uuid5

import psycopg
from psycopg_pool import PoolTimeout

from chancery import mailfiles, parts
from chancery.cases import links
from chancery.desk import Unavailable
from chancery.i18n import tr
from chancery.log.pipeline import Statement
from chancery.mailfiles import Stripped
from chancery.office import Office
from chancery.parts import Part, Place
from chancery.vault import Vault, refusal
from domain.instant import BadInput
from domain.obligation import Obligation

MARKINGS: Final = ("public", "limite", "sensitive")
"""What evidence may be marked. Anything higher is kept elsewhere: only its registry number may be told here."""
HIGHER: Final = "higher"
"""The answer of a form that a file is marked higher, which is then refused."""
HIGHEST: Final = "sensitive"
"""The marking under which a registry number is kept: the highest that a system without accreditation may hold."""
MOST: Final = 20 * 1024 * 1024
"""Bytes up to which a copy of a file is sealed."""
BESIDE: Final = 256 * 1024
"""Bytes up to which a copy goes into the transaction of its command; a larger one is stored just before."""
BUCKET: Final = 256
"""Sizes are told in such steps: an exact one finds a published file as surely as its hash."""
LONGEST_NUMBER: Final = 200
_NAMESPACE: Final = UUID("6d0c9c36-54a5-5d27-8d0a-7a4f1c2be0d4")
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence: a file, or the hash and size of one that stays where it is, or a registry number.

    `content` is what is sealed: of a mail, what is left of it once stripped. `digest` (SHA-256, hex) and `size` are always the
    original's. `name` never leaves the sealed copy: file names name people.
    """

    kind: str
    content: bytes | None = None
    digest: str = ""
    size: int = 0
    name: str = ""
    mail: Stripped | None = None
    number: str = ""

    @classmethod
    def of(cls, kind: str, content: bytes, name: str = "") -> "Proof":
        """A proof from a file's content; a mail (by its name) is stripped first. May take a second: see `read`.

        Raises BadInput (`file-empty`), BadMail.
        """
        if not content:
            raise BadInput("file-empty", tr("This file is empty."))
        mail = mailfiles.stripped(name, content) if mailfiles.is_mail(name) and len(content) <= MOST else None
        kept = content if mail is None else mail.content
        return cls(kind, kept, hashlib.sha256(content).hexdigest(), len(content), _told(name), mail)

    @classmethod
    def elsewhere(cls, kind: str, number: str) -> "Proof":
        """What is marked higher than may be held here: its registry number, and nothing of it. Raises BadInput."""
        plain = " ".join(number.split())
        if not plain or len(plain) > LONGEST_NUMBER or not plain.isprintable():
            raise BadInput(
                "registry-number", tr("A registry number is one line of at most {n} signs.", n=LONGEST_NUMBER)
            )
        return cls(kind, None, hashlib.sha256(plain.encode()).hexdigest(), 0, number=plain)


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


def place_of(vault: Vault, key: str, mission: str, command: UUID | str, number: int) -> Place:
    """Where the copy of a command's n-th proof lies, counted from 1. Raises as the key store does."""
    hidden = vault.blind(key, "evidence-copy", f"{command}/{number}")
    return Place(vault.origin, key, mission, uuid5(_NAMESPACE, hidden))


async def read(kind: str, content: bytes, name: str = "") -> Proof:
    """`Proof.of` beside the loop: nobody waits while twenty megabytes are hashed, or a mail taken apart. Raises BadInput."""
    return await asyncio.to_thread(Proof.of, kind, content, name)


async def sealed_proofs(
    office: Office, key: str, mission: str, request: UUID, proofs: Sequence[Proof], marking: str
) -> Proofs:
    """Hash what was given and seal copies under `key`; what is large is in the vault when this returns.

    The log's digest is keyed under the mission's key, so that the same file is the same evidence in each of its obligations.
    A repeated request seals under the same references, so that it stays one. Without its command, what was stored ahead is
    swept after a day. Raises VaultError, Unavailable.
    """
    made, rows, manifests = Proofs(), [], []
    beside: list[Part] = []
    ahead: list[Part] = []
    own = office.keys.create_mission(mission)
    for number, proof in enumerate(proofs, start=1):
        keyed = office.vault.blind(own, "evidence", proof.digest)
        size = -(-proof.size // BUCKET) * BUCKET
        rows.append(
            {
                "kind": proof.kind,
                "digest": keyed,
                "bytes": size,
                "marking": HIGHEST if proof.number else marking,
            }
        )
        if proof.size > MOST:
            made.too_large.append(proof.kind)
            continue
        if proof.content is None and not proof.number:
            continue
        place = place_of(office.vault, key, mission, request, number)
        held = await asyncio.to_thread(parts.sealed, office.keys.get(key), place, proof.content or b"")
        (beside if len(proof.content or b"") <= BESIDE else ahead).extend(held)
        manifest = _manifest(proof, held)
        manifests.append(office.vault.seal(key, f"evidence:{proof.kind}", manifest, place.manifest))
        if not proof.number:
            made.kept.append(proof.kind)
    made.data = tuple(rows)
    made.sealed = [office.vault.statement(manifests)] if manifests else []
    made.sealed += [parts.statement(beside)] if beside else []
    if ahead:
        await _store(office, ahead)
    return made


async def _store(office: Office, ahead: Sequence[Part]) -> None:
    try:
        await parts.store_ahead(office.desk.log.pool, ahead)
    except (psycopg.OperationalError, PoolTimeout) as problem:
        raise Unavailable(type(problem).__name__) from None
    except psycopg.Error as problem:
        raise refusal(problem) or problem from None


def _manifest(proof: Proof, held: Sequence[Part]) -> dict[str, Any]:
    """What is sealed of a proof beside its parts. Its hash is the original's; a stripped mail has one more."""
    made: dict[str, Any] = {"v": 1, "kind": proof.kind, "sha256": proof.digest, "size": proof.size}
    if proof.number:
        return made | {"number": proof.number}
    made |= {"name": proof.name, "parts": [part.commitment for part in held]}
    if proof.mail is not None:
        made["mail"] = {"sha256": proof.mail.digest, "dropped": proof.mail.dropped}
    return made


def _told(name: str) -> str:
    """A file's own name, without its folders and without what no name is made of."""
    last = PurePath(name.replace("\\", "/")).name.encode("utf-8", "replace").decode()
    return "".join(ch for ch in last if ch.isprintable())[:_LONGEST_NAME]


def sealed_note(office: Office, key: str, request: UUID, words: str | None) -> Words:
    """Seal a note under `key`; none for no words. Raises VaultError."""
    if not words:
        return Words()
    sealed = office.vault.seal(key, "note", words, uuid5(request, "note"))
    return Words(sealed.event(), [office.vault.statement([sealed])])
