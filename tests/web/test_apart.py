"""What is done apart ends with whoever asked for it, and whatever it had started ends with it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from chancery import apart
from chancery.embedded.supervise import alive
from chancery.settings import Settings

PROGRAM = """#!/bin/sh
sleep 60 &
echo $! > {noted}
sleep 60
"""


@pytest.mark.timeout(30)
async def test_what_it_had_started_neither_lives_on_nor_holds_up_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal starts a Temporal, which has its output open too: the pages could not be stopped while one ran."""
    noted, program = tmp_path / "child", tmp_path / "program"
    program.write_text(PROGRAM.format(noted=noted))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    asked = asyncio.create_task(apart.run(Settings(data_dir=tmp_path), "rehearse", lambda *_: None))
    while not (noted.exists() and noted.read_text().strip()):
        await asyncio.sleep(0.02)
    child = int(noted.read_text())
    assert alive(child)  # the control: it had started something
    asked.cancel()
    await asyncio.wait({asked}, timeout=10)
    assert asked.cancelled()
    for _ in range(100):
        if not alive(child):
            break
        await asyncio.sleep(0.05)
    assert not alive(child)
