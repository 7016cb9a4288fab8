"""Sealed fields and events commit together; the canary is in neither; shredding leaves the log as it was."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.keystore import FileKeyStore, Shredded
from chancery.log import pipeline
from chancery.log.pipeline import BatchRefused
from chancery.vault import NotFound, ReferenceTaken, Vault, refusal
from tests.conftest import Database
from tests.log.made import made

Connection = psycopg.AsyncConnection[Any]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    keystore = FileKeyStore(tmp_path / "keys")
    keystore.create_mission("R")
    keystore.create_case("R", "c1")
    return Vault(keystore, "chancery.test")


@pytest.fixture
async def app(database: Database) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as connection:
        yield connection


async def log(connection: Connection) -> list[tuple[Any, ...]]:
    cursor = await connection.execute("SELECT position, body, leaf FROM log.event ORDER BY position")
    return await cursor.fetchall()


async def test_words_commit_with_their_event_and_shredding_leaves_the_log_as_it_was(
    vault: Vault, app: Connection
) -> None:
    sealed = vault.seal("case:c1", "reason", "words of a case")
    event = made("obligation/1", 1, reason=sealed.event())
    await pipeline.commit(app, before=[vault.statement([sealed])], reads={"obligation/1": 0}, events=[event])
    before = await log(app)
    assert len(before) == 1
    assert b"words" not in before[0][1]
    assert await vault.open(app, sealed.reference, sealed.commitment) == "words of a case"
    vault.keystore.destroy("case:c1")
    assert await log(app) == before
    with pytest.raises(Shredded):
        await vault.open(app, sealed.reference, sealed.commitment)


async def test_a_refused_field_takes_its_event_along_and_a_refused_event_its_field(
    vault: Vault, app: Connection
) -> None:
    first = vault.seal("case:c1", "reason", "first")
    await pipeline.commit(
        app,
        before=[vault.statement([first])],
        reads={},
        events=[made("obligation/1", 1, reason=first.event())],
    )
    other = vault.seal("case:c1", "reason", "other", first.reference)
    with pytest.raises(BatchRefused) as refused:
        await pipeline.commit(
            app, before=[vault.statement([other])], reads={}, events=[made("obligation/1", 2)]
        )
    assert isinstance(refusal(refused.value), ReferenceTaken)
    late = vault.seal("case:c1", "reason", "late")
    with pytest.raises(pipeline.StreamsMoved):
        await pipeline.commit(
            app, before=[vault.statement([late])], reads={}, events=[made("obligation/1", 1)]
        )
    with pytest.raises(NotFound):
        await vault.open(app, late.reference, late.commitment)
    assert len(await log(app)) == 1


async def test_a_canary_is_in_no_file_of_the_server_and_in_none_of_the_keys(
    vault: Vault, app: Connection, database: Database, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """TRIALS.md, row 24: tables, indexes and WAL alike. The control is a word that was put in clear."""
    hidden, clear = f"canary-{uuid4().hex}", f"control-{uuid4().hex}"
    sealed = vault.seal("case:c1", hidden, {"court": hidden})
    event = made("obligation/1", 1, reason=sealed.event(), control=clear)
    await pipeline.commit(app, before=[vault.statement([sealed])], reads={}, events=[event])
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    found = {word: _files_with(word, [postgres.data_dir, tmp_path]) for word in (hidden, clear)}
    assert found[hidden] == []
    assert any("pg_wal" in path.parts for path in found[clear])
    assert any("base" in path.parts for path in found[clear])


def _files_with(word: str, folders: list[Path]) -> list[Path]:
    needles = (word.encode(), word.encode().hex().encode())
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]
