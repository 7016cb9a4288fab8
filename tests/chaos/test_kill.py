"""kill -9 of worker, Temporal and PostgreSQL while two hundred obligations run; the ledger of acknowledgements lies outside.

`make test` kills each three times; `make trials` each CHANCERY_TRIALS (50) times, wave after wave, each with its own seed.
"""

from __future__ import annotations

import asyncio
import os
import random  # noqa: TID251 - seeded, and only for when to kill what
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from chancery import queries
from chancery.clock import SystemClock
from chancery.desk import Desk
from chancery.installation import desk_at
from tests.chaos.books import Books, differences
from tests.chaos.ground import VICTIMS, Ground, standing
from tests.chaos.story import Acked, Officers
from tests.log.tools import tell

pytestmark = pytest.mark.chaos

OBLIGATIONS = 200
SEED = 20260518
EACH_IN_A_WAVE = 3
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))
TWO_AT_ONCE = 0.3
"""How often two die together, so that one comes back to find the other gone."""
CALM, STORM = (20.0, 0.04), (60.0, 0.12)
"""Seconds until a report is due, long enough that its task is open and done before, whatever was killed and however much else
the machine does; and from story to story."""


@dataclass
class Run:
    """One playing of the script, and how it came out."""

    tag: str
    acked: Acked
    seconds: float
    kills: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def ground(short_dir: Path) -> Iterator[Ground]:
    with standing(short_dir / "chaos") as ground:
        yield ground


async def play(ground: Ground, tag: str, *, kills: int = 0, seed: int = 0) -> Run:
    """The script with a database of its own, from adoption until every obligation is closed; meanwhile, kills."""
    ground.start_worker()
    begun = time.monotonic()
    async with desk_at(ground.url, SystemClock(), connections=6) as (_, desk):
        officers = Officers(desk, tag, *(STORM if kills else CALM))
        await officers.adopt()
        run = Run(tag, officers.acked, 0.0)
        storm = asyncio.create_task(_kill(ground, run, kills, random.Random(seed)))
        try:
            await officers.play(OBLIGATIONS)
            await storm
            await _closed(desk)
        finally:
            storm.cancel()
    run.seconds = time.monotonic() - begun
    ground.kill_worker()
    return run


async def _kill(ground: Ground, run: Run, kills: int, chance: random.Random) -> None:
    victims = [victim for victim in VICTIMS for _ in range(kills)]
    chance.shuffle(victims)
    await asyncio.sleep(3)
    while victims:
        await asyncio.sleep(chance.uniform(1.0, 5.0))
        struck = [victims.pop()]
        if victims and victims[-1] not in struck and chance.random() < TWO_AT_ONCE:
            struck.append(victims.pop())
        for victim in struck:
            ground.kill(victim)  # not in a thread: nothing may be acknowledged between the blow and the death
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        for victim in struck:
            await asyncio.to_thread(ground.restore, victim)
        run.kills.update(struck)


async def _closed(desk: Desk) -> None:
    async with asyncio.timeout(120):
        while True:
            try:
                if not await queries.open_obligations(desk.log):
                    return
            except (psycopg.Error, PoolTimeout):
                pass
            await asyncio.sleep(0.3)


def told(run: Run, books: Books, seed: int) -> None:
    late = books.lateness()
    tell(
        f"{run.tag}: seed {seed}, killed {dict(run.kills)}, {len(run.acked.receipts)} acknowledged commands, "
        f"{run.acked.retried} sent again, {len(books.events)} events, {books.passed()} deadlines passed, "
        f"recorded {late[len(late) // 2]:.1f} s (median) and {late[-1]:.1f} s (most) after their instant, "
        f"{books.by_watchdog()} by the watchdog, {run.seconds:.0f} s"
    )


def judged(books: Books, run: Run, ledger: dict[str, Any]) -> None:
    assert books.gaps() == 0
    assert books.wrong_acks(run.acked) == []
    assert books.twice() == []
    assert books.passed() == OBLIGATIONS // 2
    assert differences(books.ledger(run.tag), ledger) == []


@pytest.fixture(scope="module")
def undisturbed(ground: Ground) -> dict[str, Any]:
    """The ledger of the same script when nothing is killed."""
    ground.use("calm")
    run = asyncio.run(play(ground, "calm"))
    books = Books.read(ground.postgres, "calm")
    told(run, books, 0)
    ledger = books.ledger("calm")
    judged(books, run, ledger)
    assert len(ledger) == OBLIGATIONS
    assert {entry["outcome"] for entry in ledger.values()} == {"done"}
    return ledger


async def test_the_books_show_what_was_lost_done_twice_or_done_otherwise(
    ground: Ground, undisturbed: dict[str, Any]
) -> None:
    """The control: the same log, spoiled by one event, fails each check of a trial."""
    whole = Books.read(ground.postgres, "calm")
    made = Counter(e.command for e in whole.events)
    at, one = next(
        (n, e) for n, e in enumerate(whole.events) if e.type == "TaskCompleted" and made[e.command] == 1
    )
    acked = Acked({one.command: (one.position, ("TaskCompleted",))})
    assert Books(whole.positions[:at], whole.events[:at]).wrong_acks(acked)
    assert whole.wrong_acks(acked) == []
    assert Books(whole.positions[:at] + whole.positions[at + 1 :], ()).gaps() == 1
    for kind in ("DeadlinePassed", "NoticeRecorded"):
        again = next(e for e in whole.events if e.type == kind)
        assert len(Books((), [*whole.events, again]).twice()) == 1
    fewer = [e for e in whole.events if e is not one]
    assert len(differences(Books((), fewer).ledger("calm"), undisturbed)) == 1


@pytest.mark.timeout(600)
async def test_each_killed_three_times_nothing_is_lost_and_nothing_happens_twice(
    ground: Ground, undisturbed: dict[str, Any]
) -> None:
    await _wave(ground, undisturbed, SEED)


@pytest.mark.trials
async def test_each_killed_fifty_times(ground: Ground, undisturbed: dict[str, Any]) -> None:
    for wave in range(-(-TRIALS // EACH_IN_A_WAVE)):
        await _wave(ground, undisturbed, SEED + 1 + wave)


async def _wave(ground: Ground, ledger: dict[str, Any], seed: int) -> None:
    name = f"storm{seed}"
    ground.use(name)
    run = await play(ground, name, kills=EACH_IN_A_WAVE, seed=seed)
    books = Books.read(ground.postgres, name)
    told(run, books, seed)
    judged(books, run, ledger)
    assert run.kills == Counter(dict.fromkeys(VICTIMS, EACH_IN_A_WAVE))
