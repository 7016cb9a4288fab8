"""What proves a step, and words beside it, as they are named on the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chancery.cli.acting import command_id
from chancery.cli.faults import Fault
from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.evidence import Proof, Proofs, Words
    from chancery.installation import Installation
    from domain.obligation import Obligation

_HASH: Final = re.compile(r"sha256:([0-9a-f]{64}):(\d{1,12})", re.ASCII)


async def evidence_of(
    given: Sequence[str], marking: str, here: Installation, state: Obligation
) -> tuple[Proofs, list[str]]:
    """The evidence that was named, and what to tell about the copies. Raises Fault `usage`, `no-such-file`, VaultError."""
    from chancery.evidence import MARKINGS, key_for, sealed_proofs

    if marking not in MARKINGS:
        raise Fault("usage", "--marking: {given} is none of public, limite and sensitive.", given=marking)
    named = [_proof(text) for text in given]
    key = await key_for(here, state)
    proofs = sealed_proofs(here, key, state.mission, command_id(), named, marking)
    told = [tr("A sealed copy of {kind} lies in the vault.", kind=kind) for kind in proofs.kept]
    told += [
        tr("{kind} is larger than 40 kB: the log has its hash, keep the file yourself.", kind=kind)
        for kind in proofs.too_large
    ]
    return proofs, told


def _proof(text: str) -> Proof:
    from chancery.evidence import Proof

    kind, equals, what = text.partition("=")
    if not equals or not kind or not what:
        raise Fault("usage", "--evidence: {given} is not KIND=FILE or KIND=sha256:HASH:BYTES.", given=text)
    stated = _HASH.fullmatch(what)
    if stated:
        return Proof(kind, None, stated[1], int(stated[2]))
    try:
        return Proof.of(kind, Path(what).read_bytes())
    except OSError:
        raise Fault("no-such-file", "--evidence: {file} cannot be read.", file=what) from None


async def note_of(text: str | None, here: Installation, state: Obligation) -> Words:
    """Seal a note on an obligation; `-` reads it from standard input. Raises Fault `usage`, VaultError."""
    from chancery.evidence import Words, key_for, sealed_note

    if text is None:
        return Words()
    words = sys.stdin.read().strip() if text == "-" else text
    if not words:
        raise Fault("usage", "--note: there are no words.")
    return sealed_note(here, await key_for(here, state), command_id(), words)
