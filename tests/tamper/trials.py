"""One trial: an attack, and what whoever verifies with less or more in hand makes of it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, and the seed is printed
from typing import Final

from chancery.log.against import Receipts
from chancery.log.auditing import LeafFile
from chancery.log.evidence import Evidence, gather
from chancery.log.findings import Findings
from chancery.log.store import EventLog
from chancery.log.verify import verify
from chancery.verifying import views_differ
from tests.tamper import attacks
from tests.tamper.ground import ORIGIN, Ground, tidied

TABLE: Final = "nothing but the database"
SIGNED: Final = "the signer's folder"
WITNESSED: Final = "a witness's last checkpoint"
NOTES: Final = "every checkpoint that the witness signed"
LEAVES: Final = "a witness's last checkpoint and leaf hashes kept elsewhere"
RECEIPT: Final = "a receipt of the first event concerned"
WAYS: Final = (TABLE, SIGNED, WITNESSED, NOTES, LEAVES, RECEIPT)


@dataclass(frozen=True, slots=True)
class Result:
    """What one trial came to. `first`: the first bad position, 0 if the attack has none; `found`: by each way."""

    attack: str
    seed: str
    first: int
    found: dict[str, Findings]

    def detected(self, way: str) -> bool:
        """Whether anything was found."""
        return not self.found[way].ok

    def named(self, way: str) -> bool:
        """Whether the first bad position was named exactly, and rightly."""
        first = self.found[way].first
        return first is not None and first.exact and first.position == self.first

    def bracketed(self, way: str) -> bool:
        """Whether the position or range that was named holds the first bad position."""
        first = self.found[way].first
        return first is not None and first.position <= self.first <= (first.upto or first.position)

    def width(self, way: str) -> int:
        """How many positions the answer leaves open; 1 if it is exact."""
        first = self.found[way].first
        assert first is not None
        return (first.upto or first.position) - first.position + 1


def one(ground: Ground, attack: str, seed: str) -> Result:
    """Play an attack at random, and verify in every way."""
    return asyncio.run(_one(ground, attack, Random(f"{attack} {seed}"), seed))


async def _one(ground: Ground, attack: str, chance: Random, seed: str) -> Result:
    play = _WHOLE.get(attack, _in_place)
    return await play(ground, attack, chance, seed)


async def _in_place(ground: Ground, attack: str, chance: Random, seed: str) -> Result:
    """The attacker has the database and nothing else."""
    with ground.copy() as trial:
        with trial.admin() as admin:
            first = attacks.ON_ONE_DATABASE[attack](admin, chance, ground.signed)
        async with trial.log() as log:
            if attack not in AS_IT_IS:
                await tidied(log)
            found = await look(ground, log, ground.folder, first)
    return Result(attack, seed, first, found)


async def _rolled_back(ground: Ground, attack: str, chance: Random, seed: str) -> Result:
    """An older dump is put back, and the signer's folder of that day; now and then work goes on from there."""
    dump = chance.choice(ground.dumps)
    folder = _folder(ground, dump.folder)
    with ground.copy(dump.database) as trial:
        if chance.random() < 0.5:
            await trial.grow(f"anew-{seed}", chance.randint(0, 12), chance)
            await ground.signed_once(trial.name, folder, witnessed=False)
        async with trial.log() as log:
            found = await look(ground, log, folder, dump.size + 1)
    return Result(attack, seed, dump.size + 1, found)


async def _resigned(ground: Ground, attack: str, chance: Random, seed: str) -> Result:
    """The log's own key is stolen: the log is altered, its tree made anew, and everything signed again."""
    folder = _folder(ground, None)
    with ground.copy() as trial:
        with trial.admin() as admin:
            way = chance.choice(("edit", "delete, renumbered", "insert, renumbered", "swap", "back-date"))
            first = attacks.ON_ONE_DATABASE[way](admin, chance, ground.signed)
        await ground.signed_once(trial.name, folder, witnessed=False)
        async with trial.log() as log:
            await tidied(log)
            found = await look(ground, log, folder, first)
    return Result(attack, seed, first, found)


async def _forked(ground: Ground, attack: str, chance: Random, seed: str) -> Result:
    """From some day on there are two logs, both signed with the log's key; this auditor is shown the one that no witness saw."""
    dump = chance.choice(ground.dumps)
    folder = _folder(ground, dump.folder)
    with ground.copy(dump.database) as trial:
        for turn in range(chance.randint(1, 2)):
            await trial.grow(f"fork-{seed}-{turn}", chance.randint(5, 25), chance)
            await ground.signed_once(trial.name, folder, witnessed=False)
        async with trial.log() as log:
            found = await look(ground, log, folder, dump.size + 1)
    return Result(attack, seed, dump.size + 1, found)


_WHOLE: Final[dict[str, Callable[[Ground, str, Random, str], object]]] = {
    "roll back to an older dump": _rolled_back,
    "re-sign with the stolen key": _resigned,
    "fork shown to two auditors": _forked,
}
AS_IT_IS: Final = ("column or view edited", "one bit flipped")
"""Nobody makes the views anew after these."""
TAIL: Final = "edit in the unsigned tail"
ATTACKS: Final = (*(name for name in attacks.ON_ONE_DATABASE if name != TAIL), *_WHOLE)


async def look(ground: Ground, log: EventLog, folder: Path, first: int) -> dict[str, Findings]:
    """What is found with each of the WAYS. `folder`: what the signer's folder is after the attack."""
    notes = [("witness", note) for note in ground.given]
    both = ground.policy(witness=True)
    # Where no witness was ever asked, its signatures in the folder count for nothing.
    signed = gather(ORIGIN, ground.policy(witness=False), kept=folder)
    witnessed, kept = gather(ORIGIN, both, given=notes[-1:]), gather(ORIGIN, both, given=notes)
    leaves = gather(ORIGIN, both, given=notes[-1:])
    leaves.leaves.append(LeafFile(ground.leaf_file, ground.signed))
    receipt = Evidence(ORIGIN)
    if 0 < first <= len(ground.leaves):
        receipt.leaves.append(Receipts({first: ground.leaves[first - 1]}, "receipt"))
    found: dict[str, Findings] = {}
    wrong = await views_differ(log)
    for way, known in zip(WAYS, (None, signed, witnessed, kept, leaves, receipt), strict=True):
        found[way] = await verify(log, evidence=known)
        found[way].found += wrong
    return found


def _folder(ground: Ground, source: Path | None) -> Path:
    """A folder that the attacker may change, in the place of the signer's own."""
    folder = ground.home / "attacked"
    shutil.rmtree(folder, ignore_errors=True)
    if source is None:
        folder.mkdir()
    else:
        shutil.copytree(source, folder)
    return folder


def told(results: Sequence[Result]) -> str:
    """The counts of one attack, in a line."""
    counts = ", ".join(f"{way}: {sum(r.detected(way) for r in results)}" for way in WAYS)
    return f"{results[0].attack}: {len(results)} trials, seeds 0 to {len(results) - 1}; found with {counts}"
