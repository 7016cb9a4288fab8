"""A fork shown to two auditors: each alone sees a whole, signed log; by one note from the other both see that there are two."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random  # noqa: TID251 - seeded

import pytest

from chancery.log.checkpoints import Kept
from chancery.log.evidence import gather
from chancery.log.findings import Findings
from chancery.log.verify import verify
from tests.tamper.ground import ORIGIN, Ground, Trial


async def shown(ground: Ground, trial: Trial, folder: Path, *others: str) -> Findings:
    """What an auditor finds who knows the log's key and no witness, with what they are shown and notes of another auditor's."""
    known = gather(
        ORIGIN, ground.policy(witness=False), kept=folder, given=[("other", note) for note in others]
    )
    async with trial.log() as log:
        return await verify(log, evidence=known)


@pytest.mark.parametrize("seed", range(3))
async def test_one_note_from_the_other_is_enough(ground: Ground, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    dump = chance.choice(ground.dumps[1:])
    folder = tmp_path / "fork"
    shutil.copytree(dump.folder, folder)
    with ground.copy() as ours, ground.copy(dump.database) as theirs:
        await theirs.grow(f"two-{seed}", chance.randint(5, 60), chance)
        await ground.signed_once(theirs.name, folder, witnessed=False)
        newest = Kept(folder).latest()
        assert newest is not None
        assert (await shown(ground, ours, ground.folder)).ok, "the control: each alone"
        assert (await shown(ground, theirs, folder)).ok, "sees nothing"
        for found in (
            await shown(ground, ours, ground.folder, newest.note_text),
            await shown(ground, theirs, folder, ground.given[-1]),
        ):
            first = found.first
            assert first is not None
            assert first.position <= dump.size + 1 <= (first.upto or first.position)
        both = await shown(ground, ours, ground.folder, newest.note_text)
        forked = [f.code for f in both.found if f.code == "checkpoint.fork"]
        assert bool(forked) == (newest.checkpoint.size <= ground.signed), (
            "proof that the key signed two histories"
        )
