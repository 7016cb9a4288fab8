"""A log of a few hundred real events, signed and witnessed as it grew, with dumps from on the way: made once, copied for each trial."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, and the seed is printed

import psycopg
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.checkpoints import Kept
from chancery.log.evidence import policy_of
from chancery.log.merkle import leaf_of
from chancery.log.notes import COSIGNATURE, SigningKey
from chancery.log.policy import Policy
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS, EventLog, LogDamaged
from chancery.views import rebuild
from tests.conftest import APP_PASSWORD, NOW, READER_PASSWORD
from tests.rebuild.histories import Player, Step
from tests.tamper import hands

ORIGIN = "tampered.example"
ROUNDS = 8
"""So often the log grows, is signed and dumped."""
_numbers = itertools.count(1)
_KINDS = (*range(18), *range(1, 9), *range(1, 9), 10, 11)


@dataclass(frozen=True, slots=True)
class Dump:
    """An older state: the database as it was, and the signer's folder as it was then."""

    database: str
    folder: Path
    size: int


@dataclass(slots=True)
class Ground:
    """What every trial starts from. `given`: the notes that the witness cosigned, oldest first; an auditor keeps them."""

    postgres: EmbeddedPostgres
    home: Path
    clock: ManualClock
    log_key: SigningKey
    witness_key: SigningKey
    dumps: list[Dump] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    database: str = ""
    signed: int = 0
    head: int = 0
    leaves: list[bytes] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The signer's own folder, as it honestly is."""
        return self.home / "checkpoints" / "log"

    def policy(self, *, witness: bool) -> Policy:
        """The keys that an auditor knows from elsewhere: with the witness's, or as where none was ever asked."""
        return policy_of([str(self.log_key.verifier)], [str(self.witness_key.verifier)] if witness else [])

    @property
    def leaf_file(self) -> Path:
        """The leaf hashes that an auditor kept from an earlier verification."""
        return self.home / "auditor.leaves"

    @contextmanager
    def copy(self, template: str | None = None) -> Iterator[Trial]:
        """A database of its own, gone afterwards."""
        name = f"tamper_{os.getpid()}_{next(_numbers)}"
        self._as_admin(f"CREATE DATABASE {name} TEMPLATE {template or self.database}")
        try:
            yield Trial(self, name)
        finally:
            self._as_admin(f"DROP DATABASE {name} WITH (FORCE)")

    def keep_copy(self, source: str) -> str:
        """A dump: a database that nobody writes to any more."""
        name = f"tamper_{os.getpid()}_dump_{next(_numbers)}"
        self._as_admin(f"CREATE DATABASE {name} TEMPLATE {source}")
        return name

    def _as_admin(self, statement: str) -> None:
        with psycopg.connect(self.postgres.admin_url(), autocommit=True) as admin:
            admin.execute(statement)

    async def signed_once(self, name: str, folder: Path, *, witnessed: bool) -> None:
        """One step of the signer: it reads the bytes and signs what is new; and the witness cosigns."""
        url = self.postgres.url(name, "chancery_reader", READER_PASSWORD)
        async with (
            AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1) as pool,
            Signer(LogSource(pool), folder, [self.log_key], self.clock) as signer,
        ):
            made = await signer.step()
            if witnessed and made is not None:
                at = int(self.clock.now().timestamp())
                signer.add(made.checkpoint.size, [self.witness_key.sign(made.checkpoint.text(), at)])


@dataclass(frozen=True, slots=True)
class Trial:
    """One database to be tampered with."""

    ground: Ground
    name: str

    @contextmanager
    def admin(self) -> Iterator[hands.Admin]:
        """The superuser, with nothing in the way."""
        with psycopg.connect(self.ground.postgres.admin_url(self.name), autocommit=True) as admin:
            hands.unguarded(admin)
            yield admin

    @asynccontextmanager
    async def log(self) -> AsyncIterator[EventLog]:
        """As whoever verifies reads it: in the program's own role."""
        url = self.ground.postgres.url(self.name, "chancery_app", APP_PASSWORD)
        async with AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1) as pool:
            yield EventLog(pool)

    async def grow(self, run: str, steps: int, chance: Random) -> None:
        """Other work than there was: commands through the desk."""
        url = self.ground.postgres.url(self.name, "chancery_app", APP_PASSWORD)
        async with _desk(url, self.ground.clock) as desk:
            player = Player(desk, self.ground.clock, run)
            await player.found()
            await player.play(script(chance, steps))


async def tidied(log: EventLog) -> None:
    """Every view made anew, so that they agree with the log as it is now, as far as that can be folded."""
    refused = (rebuild.Unfoldable, LogDamaged, LookupError, ValueError, TypeError, psycopg.DataError)
    with contextlib.suppress(*refused):
        await rebuild.rebuild(log)


def script(chance: Random, steps: int) -> list[Step]:
    """So many steps at random."""
    return [
        (chance.choice(_KINDS), chance.randint(0, 3), chance.choice((1, 5, 20, 30)), chance.randint(0, 59))
        for _ in range(steps)
    ]


@asynccontextmanager
async def _desk(url: str, clock: ManualClock) -> AsyncIterator[Desk]:
    async with (
        AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2) as pool,
        Desk(pool, clock, keeps_time=True) as desk,
    ):
        yield desk


def prepared(postgres: EmbeddedPostgres, template: str, home: Path, seed: int = 1) -> Ground:
    """Play, sign, have it witnessed and dump, again and again; the last few events stay unsigned."""
    return asyncio.run(_prepared(postgres, template, home, Random(seed)))


async def _prepared(postgres: EmbeddedPostgres, template: str, home: Path, chance: Random) -> Ground:
    log_key = SigningKey.of(ORIGIN, chance.randbytes(32))
    witness_key = SigningKey.of("witness.example", chance.randbytes(32), COSIGNATURE)
    ground = Ground(postgres, home, ManualClock(NOW), log_key, witness_key)
    ground.database = ground.keep_copy(template)
    with psycopg.connect(postgres.admin_url(ground.database), autocommit=True) as admin:
        admin.execute("DELETE FROM log.origin")
        admin.execute("INSERT INTO log.origin VALUES (1, %s, true)", [ORIGIN])
    url = postgres.url(ground.database, "chancery_app", APP_PASSWORD)
    for number in range(ROUNDS + 1):
        async with _desk(url, ground.clock) as desk:
            player = Player(desk, ground.clock, f"r{number}")
            await player.found()
            if number < ROUNDS:
                await player.play(script(chance, 50))
            head = await desk.log.head()
        if number == ROUNDS:
            break
        await ground.signed_once(ground.database, ground.folder, witnessed=True)
        kept = Kept(ground.folder).latest()
        assert kept is not None
        assert kept.checkpoint.size == head
        ground.given.append(kept.note_text)
        if number < ROUNDS - 1:
            folder = home / f"folder-{number}"
            shutil.copytree(ground.folder, folder)
            ground.dumps.append(Dump(ground.keep_copy(ground.database), folder, head))
        ground.signed = head
    ground.head = head
    with psycopg.connect(postgres.admin_url(ground.database)) as admin:
        ground.leaves = [leaf_of(e.position, e.recorded_us, e.body) for e in hands.entries(admin)]
    ground.leaf_file.write_bytes(b"".join(ground.leaves[: ground.signed]))
    return ground
