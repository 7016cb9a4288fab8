"""The signer signs the access log too: as the role that may only read, over the bytes, and on when content has gone after its year."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.log.alarms import SignerStopped
from chancery.log.checkpoints import Kept
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer
from chancery.log.store import POOL_SETTINGS, LogDamaged, Pool
from chancery.readings import book, keeping
from chancery.readings.tree import ReadingLeaves, ReadingSource, ReadingTree, origin_of
from chancery.readings.verify import evidence_of, verify
from tests.conftest import Database
from tests.rebuild.conftest import Opened, rehearsing  # noqa: F401
from tests.vault.reading_here import Here, look, some

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


@dataclass(slots=True)
class Signed:
    """An installation with a signer of its access log, and the folder where that keeps what it signed."""

    here: Here
    source: ReadingSource
    pool: Pool
    folder: Path
    key: SigningKey
    clock: ManualClock

    def signer(self) -> Signer:
        return Signer(self.source, self.folder, [self.key], self.clock)


@pytest.fixture
async def signed(rehearsing: Opened, database: Database, tmp_path: Path) -> AsyncIterator[Signed]:  # noqa: F811
    clock = ManualClock(START)
    async with (
        rehearsing(clock) as desk,
        AsyncConnectionPool(database.reader_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2) as pool,
    ):
        here = Here(desk)
        key = SigningKey.of(await origin_of(desk.log), secrets.token_bytes(32))
        yield Signed(here, ReadingSource(pool), pool, tmp_path / "readings", key, clock)


async def test_the_reader_signs_it_under_an_origin_of_its_own(signed: Signed) -> None:
    await some(signed.here, 10)
    async with signed.signer() as signer:
        made = await signer.step()
        assert made is not None and made.checkpoint.size == 10
        assert made.checkpoint.origin == (await signed.here.desk.log.origin())[0] + "/readings"
        assert made.checkpoint.root == await ReadingTree(signed.here.pool).root(10)
        assert await signer.step() is None  # nothing new
        await book.put(signed.here, [look(11)])
        again = await signer.step()
        assert again is not None and again.checkpoint.size == 11
    latest = Kept(signed.folder).latest()
    assert latest is not None and latest.signed_by([signed.key.verifier])
    findings = await verify(signed.pool, evidence_of(signed.key.verifier.name, signed.folder))
    assert findings.ok and findings.signed == 11


async def test_it_goes_on_when_content_has_gone_after_its_year_and_looks_back_without_alarm(
    signed: Signed,
) -> None:
    await some(signed.here, 300)
    async with signed.signer() as signer:
        await signer.step()
        signed.clock.set(START + timedelta(days=366))
        assert await keeping.forget(signed.here) == 300
        await some(signed.here, 3)
        made = await signer.step()
        assert made is not None and made.checkpoint.size == 304
        for _ in range(3):
            await signer.look_back()
    async with signed.signer() as signer:  # a new process, which sees the bare leaves only
        await signer.step()
        await signer.look_back()
    findings = await verify(signed.pool, evidence_of(signed.key.verifier.name, signed.folder))
    assert findings.ok and findings.removed == 300 and findings.signed == 304


async def test_what_was_altered_after_it_was_signed_is_named_by_the_signers_tiles_and_stops_the_signer(
    signed: Signed, database: Database
) -> None:
    await some(signed.here, 12)
    async with signed.signer() as signer:
        await signer.step()
        with psycopg.connect(database.admin_url) as admin:
            admin.execute("ALTER TABLE vault.reading DROP CONSTRAINT reading_leaf")
            admin.execute("UPDATE vault.reading SET body = %s WHERE position = 5", [look(99).body()])
            admin.execute(
                "UPDATE vault.reading SET leaf = sha256('\\x00'::bytea || int8send(position) || int8send(recorded_us) "
                "|| salt || body) WHERE position = 5"
            )
        [found] = (await verify(signed.pool, evidence_of(signed.key.verifier.name, signed.folder))).found
        assert (found.position, found.upto, found.code) == (5, 5, "log.changed")
        with pytest.raises(SignerStopped) as stopped:
            await signer.look_back()
        assert stopped.value.position == 5


async def test_a_checkpoint_of_another_log_is_none_of_this_one(signed: Signed) -> None:
    await some(signed.here, 2)
    async with signed.signer() as signer:
        await signer.step()
    findings = await verify(signed.pool, evidence_of("another.example/readings", signed.folder))
    assert {one.code for one in findings.found} == {"log.origin"} and findings.signed == 0


async def test_a_missing_leaf_is_named_when_a_proof_is_asked_for(signed: Signed, database: Database) -> None:
    await some(signed.here, 6)
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("DELETE FROM vault.reading WHERE position = 4")
    with pytest.raises(LogDamaged) as damaged:
        await ReadingLeaves(signed.pool).ranges([(0, 6)])
    assert damaged.value.position == 4


async def test_the_reader_may_write_nothing_into_it(signed: Signed) -> None:
    async with signed.pool.connection() as connection:
        for call in (
            "vault.readings_append(ARRAY[%s::bytea], NULL)",
            "vault.readings_forget(octet_length(%s), 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(f"SELECT {call}".encode(), [look(1).body()])
