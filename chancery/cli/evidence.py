"""What proves a step, and words beside it: hashed here, sealed into the vault, only references into the log."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from chancery.cli.acting import command_id
from chancery.cli.faults import Fault
from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.installation import Installation

SMALL: Final = 40_000
"""Bytes up to which a copy is sealed into the vault; of a larger file the log keeps the hash alone, and we say so."""
BUCKET: Final = 256
"""Sizes are told in such steps: an exact one finds a published file as surely as its hash."""
_HASH: Final = re.compile(r"sha256:([0-9a-f]{64}):(\d{1,12})", re.ASCII)
_MARKINGS: Final = ("public", "limite", "sensitive")


@dataclass(slots=True)
class Proofs:
    """Evidence for a command: what the event says, what the vault gets, what to tell the user."""

    data: tuple[Any, ...] = ()
    sealed: list[Any] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Words:
    """A note: the reference for the event, the ciphertext for the vault."""

    ref: Any = None
    sealed: list[Any] = field(default_factory=list)


def evidence_of(given: Sequence[str], marking: str, here: Installation, mission: str) -> Proofs:
    """Hash what was named; seal a copy of what is small. Raises Fault `usage`, `no-such-file`, VaultError.

    A repeated request seals under the same reference, so that it stays one.
    """
    if marking not in _MARKINGS:
        raise Fault("usage", "--marking: {given} is none of public, limite and sensitive.", given=marking)
    proofs, rows, copies = Proofs(), [], []
    for text in given:
        kind, equals, what = text.partition("=")
        if not equals or not kind or not what:
            raise Fault(
                "usage", "--evidence: {given} is not KIND=FILE or KIND=sha256:HASH:BYTES.", given=text
            )
        stated = _HASH.fullmatch(what)
        if stated:
            rows.append(_row(kind, stated[1], int(stated[2]), marking, here, mission))
            continue
        content = _read(what)
        digest = hashlib.sha256(content).hexdigest()
        rows.append(_row(kind, digest, len(content), marking, here, mission))
        if len(content) <= SMALL:
            copies.append(
                here.vault.seal(_key(here, mission), f"evidence:{kind}", content, reference(digest))
            )
            proofs.told.append(tr("A sealed copy of {kind} lies in the vault.", kind=kind))
        else:
            proofs.told.append(
                tr("{kind} is larger than 40 kB: the log has its hash, keep the file yourself.", kind=kind)
            )
    proofs.data = tuple(rows)
    proofs.sealed = [here.vault.statement(copies)] if copies else []
    return proofs


def _row(kind: str, digest: str, size: int, marking: str, here: Installation, mission: str) -> dict[str, Any]:
    """What the event says: the file's SHA-256 under the mission's key, and its size in whole buckets."""
    keyed = here.vault.blind(_key(here, mission), "evidence", digest)
    return {"kind": kind, "digest": keyed, "bytes": -(-size // BUCKET) * BUCKET, "marking": marking}


def note_of(text: str | None, here: Installation, mission: str) -> Words:
    """Seal a note under the mission's key; `-` reads it from standard input. Raises VaultError."""
    if text is None:
        return Words()
    words = sys.stdin.read().strip() if text == "-" else text
    if not words:
        raise Fault("usage", "--note: there are no words.")
    sealed = here.vault.seal(_key(here, mission), "note", words, reference("note"))
    return Words(sealed.event(), [here.vault.statement([sealed])])


def reference(what: str) -> UUID:
    """Where something of this request lies in the vault: found again from the event's command id and the hash."""
    return uuid5(command_id(), what)


def _key(here: Installation, mission: str) -> str:
    return here.keys.create_mission(mission)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError:
        raise Fault("no-such-file", "--evidence: {file} cannot be read.", file=name) from None
