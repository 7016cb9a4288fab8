"""`up`: everything embedded, from nothing to a worker; a second one says that it runs; Ctrl-C leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-m", "chancery.cli.main")


@pytest.fixture
def home(short_dir: Path) -> Path:
    """A data folder that the account of PostgreSQL can enter."""
    return short_dir / "up"


def said(arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.mark.timeout(180)
@pytest.mark.devserver
def test_up_runs_until_it_is_told_to_stop(home: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TEMPORAL_ADDRESS")}
    environment |= {"CHANCERY_DATA_DIR": str(home), "CHANCERY_LOG_LEVEL": "error", "CHANCERY_WEB_PORT": "0"}
    first = subprocess.Popen(
        [*PROGRAM, "up", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert first.stdout is not None
        answer = "".join(iter(first.stdout.readline, "}\n")) + "}"
        up = json.loads(answer)
        assert up["schema"] == "chancery.up/1"
        with urllib.request.urlopen(f"{up['pages']}/sign-in", timeout=10) as page:
            assert page.status == 200
        second = said(("up",), environment)
        assert second.returncode == 5 and f"as process {first.pid}" in second.stderr
        assert said(("mission", "show", "--json"), environment).returncode == 0
        checks: dict[str, str] = {}
        for _ in range(40):  # the worker registers attributes a moment after the servers answer
            found = said(("doctor", "--json"), environment)
            checks = {c["check"]: c["status"] for c in json.loads(found.stdout)["checks"]}
            if found.returncode == 0:
                break
            time.sleep(0.5)
        assert set(checks.values()) == {"ok"}, checks
    finally:
        first.send_signal(signal.SIGINT)
        _, words = first.communicate(timeout=60)
    assert first.returncode == 0, words
    assert "Stopped." in words
    assert said(("task", "list"), environment).returncode == 6
