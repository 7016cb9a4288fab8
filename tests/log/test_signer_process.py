"""Signer and witness as programs: within a second or two of an append; killed again and again; a second signer; a wrong role."""

import asyncio
import contextlib
import os
import random  # noqa: TID251 - seeded, and only for pauses
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from chancery import trust
from chancery.clock import SystemClock
from chancery.embedded.beside import Beside
from chancery.log import alarms, merkle
from chancery.log.checkpoints import Kept, Signed
from chancery.log.policy import Policy
from chancery.settings import Settings
from chancery.witnessing import witness_in
from tests.conftest import Database
from tests.log.test_tree import grow, leaves_of
from tests.log.tools import tell

Connection = psycopg.Connection[TupleRow]
PROGRAM = (sys.executable, "-m", "chancery.cli.main")
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))
ORIGIN = "SELECT origin FROM log.origin"


@pytest.fixture
def chosen(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("DATABASE_READER_URL", database.reader_url)
    monkeypatch.setenv("CHANCERY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHANCERY_LOG_FORMAT", "json")
    return Settings()


@pytest.fixture
def origin(app: Connection) -> str:
    row = app.execute(ORIGIN).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def beside(chosen: Settings, origin: str) -> Iterator[Beside]:
    with Beside(chosen, origin) as made:
        yield made


def witnessed(chosen: Settings, size: int, seconds: float = 60) -> Signed:
    """Wait for a checkpoint of so many events that a quorum cosigned."""
    kept, end = Kept(chosen.checkpoints / "log"), time.monotonic() + seconds
    while time.monotonic() < end:
        policy, latest = trust.policy_of(chosen), kept.latest()
        if policy and latest and latest.checkpoint.size >= size and policy.witnessed(latest):
            return latest
        time.sleep(0.02)
    raise AssertionError(f"not cosigned in {seconds} s: {kept.latest()}")


def test_an_append_is_signed_and_cosigned_soon(chosen: Settings, beside: Beside, app: Connection) -> None:
    grow(app, 5)
    witnessed(chosen, 5)
    took = []
    for upto in (6, 9, 300):
        leaves = grow(app, upto)
        started = time.monotonic()
        found = witnessed(chosen, upto)
        took.append(time.monotonic() - started)
        assert found.checkpoint.root == merkle.root(leaves)
    tell(f"signed and cosigned after {', '.join(f'{t:.2f}' for t in took)} s")
    assert min(took) < 2  # on a machine that does much else; alone it is half a second
    status = subprocess.run([*PROGRAM, "witness", "--status"], capture_output=True, text=True, check=False)
    assert status.returncode == 0, status.stderr
    assert f"{found.checkpoint.size}" in status.stdout
    again = subprocess.run([*PROGRAM, "signer"], capture_output=True, text=True, check=False)
    assert again.returncode == 5 and "signer.busy" in again.stderr


def killed_over_and_over(chosen: Settings, beside: Beside, app: Connection, times: int) -> None:
    chance, size = random.Random(times), 0
    published: dict[int, bytes] = {}
    for number in range(times):
        for _ in range(chance.randint(1, 4)):
            size += chance.choice((1, 2, 40))
            grow(app, size)
            time.sleep(chance.random() / 3)
        latest = Kept(chosen.checkpoints / "log").latest()
        if latest is not None:
            published[latest.checkpoint.size] = latest.checkpoint.root
        who = ("signer", "witness")[number % 2]
        with contextlib.suppress(ProcessLookupError, KeyError):
            os.kill(beside.pids[who], signal.SIGKILL)
    grow(app, size + 1)
    final = witnessed(chosen, size + 1, 90)
    leaves = leaves_of(app)
    kept = {s.checkpoint.size: s.checkpoint.root for s in Kept(chosen.checkpoints / "log").all()}
    for known in (kept, published, {final.checkpoint.size: final.checkpoint.root}):
        assert all(root == merkle.root(leaves[:at]) for at, root in known.items())
    assert kept.keys() >= published.keys()
    witness = witness_in(chosen.witness, SystemClock())
    assert all(not w.evidence for w in witness.watched())
    assert alarms.standing(chosen.checkpoints / "log") is None


def test_killed_at_any_moment_they_go_on_with_one_history(
    chosen: Settings, beside: Beside, app: Connection
) -> None:
    witnessed(chosen, 0)
    killed_over_and_over(chosen, beside, app, 4)


@pytest.mark.trials
@pytest.mark.timeout(3600)
def test_killed_many_times(chosen: Settings, beside: Beside, app: Connection) -> None:
    witnessed(chosen, 0)
    killed_over_and_over(chosen, beside, app, TRIALS)


def test_it_ends_for_good_when_the_record_was_altered(
    chosen: Settings, origin: str, app: Connection, admin: Connection
) -> None:
    trust.log_keys(chosen, origin)
    grow(app, 20)
    run = subprocess.Popen([*PROGRAM, "signer"], stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60
        while (signed := alarms.signed(chosen.checkpoints / "log")) is None or signed.size < 20:
            assert time.monotonic() < end and run.poll() is None
            time.sleep(0.05)
        admin.execute("UPDATE log.event SET recorded_us = recorded_us - 1 WHERE position = 3")
        _, words = run.communicate(timeout=60)  # it looks back by itself
    finally:
        run.kill()
    assert run.returncode == 1
    assert "Position 3 holds something else than what was signed. [signer.rewritten]" in words
    assert "alarm: the signer stops" in words
    french = subprocess.run(
        [*PROGRAM, "signer", "--language", "fr"], capture_output=True, text=True, check=False
    )
    assert french.returncode == 1 and "La position 3 contient autre chose" in french.stderr


def test_a_role_that_may_write_is_refused(chosen: Settings, origin: str, database: Database) -> None:
    trust.log_keys(chosen, origin)
    environment = {**os.environ, "DATABASE_READER_URL": database.app_url}
    done = subprocess.run([*PROGRAM, "signer"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2 and "chancery_app" in done.stderr and "[signer.role]" in done.stderr
    del environment["DATABASE_READER_URL"]
    done = subprocess.run([*PROGRAM, "signer"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2 and "[no-reader]" in done.stderr


async def test_a_policy_of_ones_own_is_not_touched(chosen: Settings, origin: str) -> None:
    keys = trust.log_keys(chosen, origin)
    own = f"log {keys[0]}\nquorum none\n"
    chosen.policy_file.write_text(own)
    assert not trust.brings_witness(chosen)
    with Beside(chosen, origin) as made:
        await asyncio.sleep(0)
        assert list(made.pids) == ["signer"]
    assert chosen.policy_file.read_text() == own
    assert trust.policy_of(chosen) == Policy(tuple(keys[:1]))
