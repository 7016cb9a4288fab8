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
    """The evidence that was named, and what to tell about the copies. Raises Fault `usage`, `no-such-file`, BadInput,
    VaultError, Unavailable.
    """
    from chancery.evidence import MARKINGS, key_for, sealed_proofs

    if marking not in MARKINGS:
        raise Fault("usage", "--marking: {given} is none of public, limite and sensitive.", given=marking)
    named = [await _proof(text) for text in given]
    key = await key_for(here, state)
    proofs = await sealed_proofs(here, key, state.mission, command_id(), named, marking)
    told = [tr("A sealed copy of {kind} lies in the vault.", kind=kind) for kind in proofs.kept]
    told += [
        tr("{kind} is larger than 20 MB: the log has its hash, keep the file yourself.", kind=kind)
        for kind in proofs.too_large
    ]
    told += [
        tr(
            "{kind} is a mail: it was sealed without its way here ({n} headers); the log's hash is the original's.",
            kind=one.kind,
            n=sum(one.mail.dropped.values()),
        )
        for one in named
        if one.mail is not None
    ]
    return proofs, told


async def _proof(text: str) -> Proof:
    from chancery.evidence import Proof, read

    kind, equals, what = text.partition("=")
    if not equals or not kind or not what:
        raise Fault("usage", "--evidence: {given} is not KIND=FILE or KIND=sha256:HASH:BYTES.", given=text)
    stated = _HASH.fullmatch(what)
    if stated:
        return Proof(kind, None, stated[1], int(stated[2]))
    try:
        content = Path(what).read_bytes()  # noqa: ASYNC240 - one run, one file
    except OSError:
        raise Fault("no-such-file", "--evidence: {file} cannot be read.", file=what) from None
    return await read(kind, content, Path(what).name)


async def note_of(text: str | None, here: Installation, state: Obligation) -> Words:
    """Seal a note on an obligation; `-` reads it from standard input. Raises Fault `usage`, VaultError."""
    from chancery.evidence import Words, key_for, sealed_note

    if text is None:
        return Words()
    words = sys.stdin.read().strip() if text == "-" else text
    if not words:
        raise Fault("usage", "--note: there are no words.")
    return sealed_note(here, await key_for(here, state), command_id(), words)
