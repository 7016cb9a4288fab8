"""No false alarm: a log that nobody touches, verified in every way while it grows, its signer killed again and again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random  # noqa: TID251 - seeded

import pytest

from chancery.log.checkpoints import Kept
from chancery.verifying import Wanted, verified
from tests.conftest import NOW, READER_PASSWORD
from tests.log.tools import tell
from tests.tamper.ground import Ground, Trial

RUNS = 10 * int(os.environ.get("CHANCERY_TRIALS", "100"))
SEED = 20261123
ROUND = 100


class Killed:
    """The signer's process: started, killed wherever it is, started again."""

    def __init__(self, ground: Ground, trial: Trial, folder: Path) -> None:
        url = ground.postgres.url(trial.name, "chancery_reader", READER_PASSWORD)
        self._given = "\n".join([url, str(folder), ground.log_key.text(), ground.witness_key.text()])
        self.kills = -1
        self.since = ground.signed
        self._process: subprocess.Popen[str] | None = None

    def again(self) -> None:
        """SIGKILL, and another one."""
        self.end()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tamper.signing"], stdin=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self._given)
        self._process.stdin.close()

    def end(self) -> None:
        """SIGKILL. It must have been alive: a signer that gave up by itself is a false alarm too."""
        self.kills += 1
        if self._process is not None:
            assert self._process.poll() is None, "the signer stopped by itself"
            self._process.kill()
            self._process.wait()


@pytest.mark.parametrize(
    "runs", [20, pytest.param(RUNS, marks=[pytest.mark.trials, pytest.mark.timeout(3600)])]
)
async def test_a_log_that_nobody_touched_raises_no_alarm(ground: Ground, tmp_path: Path, runs: int) -> None:
    """A hundred at a time on one log: it grows, and so does the time that a verification takes."""
    chance, counts = Random(SEED), Counter[str]()
    for turn in range(-(-runs // ROUND)):
        folder = tmp_path / f"{turn}" / "checkpoints"
        shutil.copytree(ground.folder, folder)
        with ground.copy() as trial:
            signer = Killed(ground, trial, folder)
            signer.again()
            growing = asyncio.create_task(_grow(trial, chance))
            try:
                counts += await _look(ground, trial, folder, signer, chance, min(runs, ROUND))
            finally:
                growing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await growing
                signer.end()
        counts["kills"] += signer.kills
        counts["sizes"] += len({one.checkpoint.size for one in Kept(folder).all()})
    tell(f"{runs} clean runs, no finding; {dict(counts)}; seed {SEED}")
    assert counts["moved"] > runs // 10, "the log grew while it was read"
    assert counts["signed"] >= runs // 10, "and was signed further"
    assert counts["kills"] >= runs // 10


async def _signs(folder: Path, since: int) -> None:
    """Wait until the signer that runs has signed something: to kill one that only just starts proves little."""
    async with asyncio.timeout(60):
        while (newest := Kept(folder).latest()) is None or newest.checkpoint.size <= since:
            await asyncio.sleep(0.02)


async def _grow(trial: Trial, chance: Random) -> None:
    for number in range(10_000):
        await trial.grow(f"clean-{number}", 40, chance)


async def _look(
    ground: Ground, trial: Trial, folder: Path, signer: Killed, chance: Random, runs: int
) -> Counter[str]:
    """So many verifications, each in a way of its own: full, from a state, with notes kept from before, with the views."""
    counts: Counter[str] = Counter()
    notes = [("witness", note) for note in ground.given]
    signed = 0
    async with trial.log() as log:
        origin = await log.at(1)
        for run in range(runs):
            wanted = Wanted(
                folder=folder if chance.random() < 0.8 else None,
                notes=chance.sample(notes, min(len(notes), chance.randint(0, 4))),
                state=folder.parent / f"audit-{chance.randint(0, 2)}" if chance.random() < 0.7 else None,
                full=chance.random() < 0.3,
                keys=[str(ground.log_key.verifier)],
                witnesses=[str(ground.witness_key.verifier)],
                views=chance.random() < 0.2,
            )
            before = await log.head()
            # The log's hours fly: how long an event may wait for its signature is another test's.
            found = await verified(log, wanted, NOW)
            counts["moved"] += await log.head() > before
            assert found.found == [], f"run {run} of {wanted}"
            assert found.head >= before >= origin.position
            newest = Kept(folder).latest()
            if newest is not None and newest.checkpoint.size > signed:
                signed = newest.checkpoint.size
                counts["signed"] += 1
                notes.append((f"at-{signed}", newest.note_text))
            if run % 10 == 9:
                await _signs(folder, signer.since)
                signer.again()
                signer.since = signed
            await asyncio.sleep(chance.choice((0, 0, 0.01, 0.1)))
    return counts
