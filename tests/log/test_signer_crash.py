"""No kill and no power cut, at any call that touches the disk, makes the signer sign a second history (see crash.py)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.log.tools import tell

ROOT = Path(__file__).resolve().parents[2]
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))


def crash(folder: Path, every: int, seed: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.log.crash", str(folder), str(every), str(seed), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_end_at_any_call(tmp_path: Path) -> None:
    done = crash(tmp_path, 12, 3)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["calls"] > 50
    assert sum(told["outcomes"].values()) >= 2 * (told["calls"] // 12)
    assert set(told["outcomes"]) == {"went on", "stopped"}


def test_the_trial_finds_a_signer_that_signs_first(tmp_path: Path) -> None:
    done = crash(tmp_path, 3, 0, "control")
    assert done.returncode != 0
    assert "a signature was out before the state was down" in done.stderr


@pytest.mark.trials
def test_an_end_at_every_call_many_times(tmp_path: Path) -> None:
    ends = 0
    for seed in range(max(1, TRIALS // 10)):
        done = crash(tmp_path, 1, seed)
        assert done.returncode == 0, (seed, done.stderr)
        ends += sum(json.loads(done.stdout)["outcomes"].values())
    tell(f"{ends} ends of the process or of the power: one history")
