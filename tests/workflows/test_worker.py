"""The worker's program: one clear line and the documented exit code where it cannot work, and it waits where it should."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "worker.py"
AWAY = "postgresql://chancery_app:none@127.0.0.1:1/chancery"


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return kept | {"CHANCERY_DATA_DIR": str(folder), **settings}


@pytest.mark.parametrize(
    ("arguments", "settings", "code"),
    [
        (["--check"], {"DATABASE_URL": AWAY}, 6),
        (["--check"], {}, 6),
        (["--chekc"], {}, 2),
        (["--check"], {"CHANCERY_LOGFORMAT": "json"}, 2),
    ],
)
def test_what_keeps_it_from_working_is_one_line(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], code: int
) -> None:
    ran = subprocess.run(
        [sys.executable, PROGRAM, *arguments], env=environment(tmp_path, **settings), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == code
    [line] = [line for line in ran.stderr.splitlines() if not line.startswith("{")]
    assert "Traceback" not in ran.stderr
    assert len(line) > 20


async def test_it_waits_for_a_database_that_is_away_and_stops_when_told(tmp_path: Path) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, env=environment(tmp_path, DATABASE_URL=AWAY, CHANCERY_LOG_FORMAT="json"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert worker.stdout is not None
        async with asyncio.timeout(60):
            while b"worker waits" not in await worker.stdout.readline():
                pass
            worker.send_signal(signal.SIGTERM)
            assert await worker.wait() == 0
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
