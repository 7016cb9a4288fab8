"""What proves an entry of the log under a signed checkpoint: for the pages, and for whatever checks them in a browser."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from chancery.export.anchoring import anchor, known
from chancery.export.files import ExportRefused
from chancery.export.receipts import Verdict, held
from chancery.log import alarms, merkle
from chancery.log.checkpoints import Signed
from chancery.log.notes import NoteRefused, Verifier
from chancery.log.policy import PolicyRefused
from chancery.log.store import EventLog, Recorded
from chancery.reports.proof import tree_of
from chancery.reports.signed import FOLDER
from chancery.settings import Settings

UNBELIEVED: Final = (NoteRefused, PolicyRefused)
"""What the signer's folder may hold that is not to be believed."""


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry under the newest checkpoint. `verdict.finding` says what is wrong; `signed` is None while none covers it."""

    recorded: Recorded
    verdict: Verdict
    signed: Signed | None
    vkeys: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the signed tree includes the entry."""
        return self.verdict.signed is not None and self.verdict.finding is None

    def data(self, *, with_body: bool) -> dict[str, Any]:
        """All that a reader needs to make the leaf, the root and the signature's check again; hashes in hexadecimal."""
        one = self.recorded
        return {
            "position": one.position,
            "recorded_us": one.recorded_us,
            "leaf": one.leaf.hex(),
            "body": base64.b64encode(one.body).decode() if with_body else None,
            "size": self.verdict.signed,
            "proof": list(self.verdict.proof),
            "checkpoint": self.signed.note_text if self.signed is not None else None,
            "keys": list(self.vkeys),
        }


async def prove(settings: Settings, log: EventLog, recorded: Recorded) -> EntryProof:
    """The proof of an entry under the newest checkpoint, if one covers it.

    Raises UNBELIEVED for a folder or a policy that is not to be believed, LogDamaged, OSError, psycopg.OperationalError.
    """
    leaf = recorded.leaf.hex()
    try:
        found = await anchor(settings, log, reach=recorded.position)
    except ExportRefused:
        return EntryProof(recorded, Verdict(recorded.position, leaf), None)
    verdict = await held(log, tree_of(log), recorded.position, leaf, found)
    return EntryProof(recorded, verdict, found.signed, found.vkeys)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the log stands signed. `at`: when the signer signed last (UTC). `witnessed`: witness → when it cosigned this one."""

    head: int
    signed: Signed | None
    at: datetime | None
    keys: tuple[str, ...]
    witnessed: dict[str, datetime]
    witnesses: tuple[alarms.WitnessState, ...]
    alarm: alarms.Alarm | None
    matches: bool
    """Whether the log that is here has that root at that size."""

    @property
    def behind(self) -> int:
        """How many entries the newest checkpoint does not cover yet."""
        return max(0, self.head - (self.signed.checkpoint.size if self.signed else 0))


async def standing(settings: Settings, log: EventLog) -> Standing:
    """The newest checkpoint, held against the log. Raises as `prove`, and ValueError for a folder that cannot be read."""
    folder = settings.checkpoints / FOLDER
    head, (origin, _) = await log.head(), await log.origin()
    alarm, states = alarms.standing(folder), tuple(alarms.witnesses(folder))
    _, cosigners = known(settings, origin)
    try:
        found = await anchor(settings, log)
    except ExportRefused:
        return Standing(head, None, None, (), {}, states, alarm, matches=True)
    size = found.signed.checkpoint.size
    matches = size <= head and await tree_of(log).root(size) == found.signed.checkpoint.root
    witnessed = {name: _utc(at) for name, at in found.signed.witnessed(cosigners).items()}
    last = alarms.signed(folder)
    at = _utc(last.at) if last is not None and last.size == size else None
    return Standing(head, found.signed, at, found.vkeys, witnessed, states, alarm, matches)


@dataclass(frozen=True, slots=True)
class Older:
    """An older checkpoint that somebody kept, held against the newest: `proof` shows that the log has only been added to."""

    size: int
    newest: int
    consistent: bool
    proof: tuple[str, ...]


async def older(settings: Settings, log: EventLog, note_text: str) -> Older:
    """Whether the log that is signed now still begins with what an older checkpoint says.

    Raises NoteRefused where the text is no checkpoint of this log signed by a known key, ExportRefused `export-unsigned` where
    nothing is signed here, or what was brought is the newer of the two.
    """
    kept = (await anchor(settings, log, note=note_text.strip() + "\n")).signed.checkpoint
    newest = (await anchor(settings, log, reach=kept.size)).signed.checkpoint
    tree, head = tree_of(log), await log.head()
    if newest.size > head or kept.size > head:
        return Older(kept.size, newest.size, consistent=False, proof=())
    proof = await tree.consistency(kept.size, newest.size)
    good = merkle.check_consistency(kept.size, newest.size, kept.root, newest.root, proof)
    return Older(kept.size, newest.size, consistent=good, proof=tuple(p.hex() for p in proof))


def names_of(vkeys: tuple[str, ...]) -> list[str]:
    """What keys are called."""
    return [Verifier.parse(vkey).name for vkey in vkeys]


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
