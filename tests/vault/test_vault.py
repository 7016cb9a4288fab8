"""The vault on a real PostgreSQL, as the application's real role."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from chancery import sealing
from chancery.keystore import BadKeyId, FileKeyStore, Shredded, VaultLocked
from chancery.sealing import NotGenuine
from chancery.vault import (
    CommitmentMismatch,
    NotFound,
    Opened,
    Plaintext,
    ReferenceTaken,
    Sealed,
    Vault,
    refusal,
)
from tests.conftest import Database

Connection = psycopg.AsyncConnection[Any]
CANARY = "canary-1f0b words of a case"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    keystore = FileKeyStore(tmp_path / "keys")
    keystore.create_mission("Q")
    for case in ("c1", "c2"):
        keystore.create_case("Q", case)
    return Vault(keystore, "chancery.test")


@pytest.fixture
async def app(database: Database) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as connection:
        yield connection


async def store(connection: Connection, vault: Vault, *sealeds: Sealed) -> int:
    statement = vault.statement(sealeds)
    cursor = await connection.execute(statement.sql.encode(), statement.parameters)
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def admin(database: Database, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(database.admin_url, autocommit=True) as connection:
        cursor = await connection.execute(query.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("plaintext", [CANARY, "", b"\x00\xff", {"court": CANARY, "n": [1, None, True]}])
async def test_what_is_sealed_opens_again_as_what_it_was(
    vault: Vault, app: Connection, plaintext: Plaintext
) -> None:
    sealed = vault.seal("case:c1", "place", plaintext)
    assert await store(app, vault, sealed) == 1
    opened = await vault.open(app, sealed.reference, sealed.commitment)
    assert (opened, type(opened)) == (plaintext, type(plaintext))


@given(
    st.text(max_size=600)
    | st.binary(max_size=600)
    | st.dictionaries(st.text(max_size=9), st.text(max_size=60))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_words_come_back(vault: Vault, plaintext: Plaintext) -> None:
    one = vault.seal("case:c1", "kind", plaintext)
    row = (one.reference, one.mission, one.marker, one.nonce, one.ciphertext, bytes.fromhex(one.commitment))
    assert vault._open(one.reference, one.commitment, row) == Opened("kind", plaintext)


async def test_a_pool_serves_as_well_as_a_connection(vault: Vault, database: Database) -> None:
    async with AsyncConnectionPool(database.app_url, min_size=1, max_size=2, open=False) as pool:
        sealed = vault.seal("mission:Q", "note", CANARY)
        async with pool.connection() as connection:
            await store(connection, vault, sealed)
        assert await vault.open(pool, sealed.reference, sealed.commitment) == CANARY


async def test_the_event_holds_a_reference_and_a_commitment_and_no_more(vault: Vault) -> None:
    sealed = vault.seal("case:c1", "place", CANARY)
    assert json.loads(json.dumps(sealed.event())) == {
        "ref": str(sealed.reference),
        "commit": sealed.commitment,
    }


async def test_neither_words_kind_nor_case_stand_in_the_table(
    vault: Vault, app: Connection, database: Database
) -> None:
    await store(
        app, vault, vault.seal("case:c1", "kind-canary", CANARY), vault.seal("case:c1", "x", {"a": CANARY})
    )
    dump = " ".join(row[0] for row in await admin(database, "SELECT s::text FROM vault.sealed s"))
    found = [
        needle
        for needle in (CANARY, "kind-canary", 'c1"', "case:c1")
        for form in _forms(needle)
        if form in dump
    ]
    assert found == []
    control = await admin(database, "SELECT (ROW(%s::bytea, 1))::text", [CANARY.encode()])
    assert any(form in control[0][0] for form in _forms(CANARY))  # the search does find what is in clear


def _forms(needle: str) -> tuple[str, str]:
    return needle, needle.encode().hex()


async def test_rows_of_one_case_share_nothing_that_links_them(
    vault: Vault, app: Connection, database: Database
) -> None:
    await store(app, vault, *(vault.seal("case:c1", "link", CANARY) for _ in range(5)))
    for column in ("marker", "nonce", "ciphertext", "commitment"):
        counted = await admin(database, f"SELECT count(DISTINCT {column}), count(*) FROM vault.sealed")
        assert counted == [(5, 5)], column


async def test_a_command_sent_again_keeps_the_first_row(vault: Vault, app: Connection) -> None:
    reference = uuid5(UUID(int=1), "command")
    first, again = (vault.seal("case:c1", "place", CANARY, reference) for _ in range(2))
    assert first.event() == again.event()
    assert first.ciphertext != again.ciphertext
    assert [await store(app, vault, one) for one in (first, again)] == [1, 0]
    assert await store(app, vault, again, first, vault.seal("case:c1", "place", "more")) == 1
    assert await vault.open(app, reference, again.commitment) == CANARY


@pytest.mark.parametrize(
    ("key_id", "kind", "words"),
    [("case:c1", "place", "other"), ("case:c1", "x", CANARY), ("case:c2", "place", CANARY)],
)
async def test_a_reference_never_takes_other_words(
    vault: Vault, app: Connection, key_id: str, kind: str, words: str
) -> None:
    first = vault.seal("case:c1", "place", CANARY)
    await store(app, vault, first)
    other = vault.seal(key_id, kind, words, first.reference)
    with pytest.raises(psycopg.Error) as refused:
        await store(app, vault, vault.seal("case:c1", "place", "innocent"), other)
    named = refusal(refused.value)
    assert isinstance(named, ReferenceTaken)
    assert str(first.reference) in str(named)
    assert await vault.open(app, first.reference, first.commitment) == CANARY


async def test_other_errors_are_not_taken_for_the_vaults(app: Connection) -> None:
    with pytest.raises(psycopg.Error) as failed:
        await app.execute("SELECT 1 / 0")
    assert refusal(failed.value) is None


async def test_the_row_commits_with_the_transaction_or_not_at_all(vault: Vault, app: Connection) -> None:
    sealed = vault.seal("case:c1", "place", CANARY)
    async with app.transaction(force_rollback=True):
        await store(app, vault, sealed)
    with pytest.raises(NotFound) as missing:
        await vault.open(app, sealed.reference, sealed.commitment)
    assert missing.value.code == "vault.not_found"


@pytest.mark.parametrize("column", ["marker", "nonce", "ciphertext", "commitment"])
async def test_a_row_altered_in_the_database_is_refused(
    vault: Vault, app: Connection, database: Database, column: str
) -> None:
    sealed = vault.seal("case:c1", "place", CANARY)
    await store(app, vault, sealed)
    assert await vault.open(app, sealed.reference, sealed.commitment) == CANARY
    await admin(
        database, f"UPDATE vault.sealed SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1)"
    )
    with pytest.raises((NotGenuine, CommitmentMismatch, Shredded)):
        await vault.open(app, sealed.reference, sealed.commitment)


async def test_a_row_moved_to_another_reference_is_refused(
    vault: Vault, app: Connection, database: Database
) -> None:
    one, other = vault.seal("case:c1", "place", CANARY), vault.seal("case:c1", "place", "other")
    await store(app, vault, one, other)
    await admin(
        database,
        "UPDATE vault.sealed a SET nonce = b.nonce, ciphertext = b.ciphertext FROM vault.sealed b "
        "WHERE a.reference = %s AND b.reference = %s",
        [one.reference, other.reference],
    )
    with pytest.raises(NotGenuine):
        await vault.open(app, one.reference, one.commitment)


async def test_another_commitment_than_the_events_is_refused(vault: Vault, app: Connection) -> None:
    sealed = vault.seal("case:c1", "place", CANARY)
    await store(app, vault, sealed)
    other = sealing.commit(vault.keystore.get("case:c1"), sealed.reference, b"other words")
    for wrong in (other, sealed.commitment[:-1], ""):
        with pytest.raises(CommitmentMismatch) as refused:
            await vault.open(app, sealed.reference, wrong)
        assert CANARY not in str(refused.value)


async def test_another_installation_cannot_open_it(vault: Vault, app: Connection) -> None:
    sealed = vault.seal("case:c1", "place", CANARY)
    await store(app, vault, sealed)
    with pytest.raises(NotGenuine):
        await Vault(vault.keystore, "chancery.rehearsal").open(app, sealed.reference, sealed.commitment)


async def test_a_shredded_case_is_unreadable_and_its_neighbours_are_not(
    vault: Vault, app: Connection
) -> None:
    lost, kept = vault.seal("case:c1", "place", CANARY), vault.seal("case:c2", "place", "kept")
    await store(app, vault, lost, kept)
    assert await vault.open(app, lost.reference, lost.commitment) == CANARY
    vault.keystore.destroy("case:c1")
    for reader in (vault, Vault(FileKeyStore(_folder(vault)), vault.origin)):
        outcomes = await reader.open_many(app, [(one.reference, one.commitment) for one in (lost, kept)])
        assert isinstance(outcomes[lost.reference], Shredded)
        assert outcomes[kept.reference] == Opened("place", "kept")
    with pytest.raises(Shredded):
        vault.seal("case:c1", "place", CANARY)


async def test_a_locked_vault_neither_opens_nor_seals_until_it_is_unlocked(
    vault: Vault, app: Connection
) -> None:
    vault.keystore.create_mission("R")
    here, there = vault.seal("case:c1", "place", CANARY), vault.seal("mission:R", "note", "there")
    await store(app, vault, here, there)
    FileKeyStore(_folder(vault)).lock("Q")
    with pytest.raises(VaultLocked):
        await vault.open(app, here.reference, here.commitment)
    with pytest.raises(VaultLocked):
        vault.seal("mission:Q", "note", CANARY)
    with pytest.raises(VaultLocked):
        vault.blind("case:c1", "uid", "a")
    assert await vault.open(app, there.reference, there.commitment) == "there"
    FileKeyStore(_folder(vault)).unlock("Q")
    assert await vault.open(app, here.reference, here.commitment) == CANARY


@pytest.mark.parametrize("key_id", ["officer:p-1", "purpose:temporal", "c1"])
async def test_fields_are_sealed_under_missions_cases_and_postings_only(vault: Vault, key_id: str) -> None:
    with pytest.raises(BadKeyId):
        vault.seal(key_id, "place", CANARY)


async def test_writers_of_the_same_references_wait_for_each_other_and_do_not_deadlock(
    vault: Vault, database: Database
) -> None:
    """Both are held up in the middle: had each begun at its own end, each would now hold what the other wants."""
    low, middle, high = (UUID(int=number) for number in (1, 2, 3))

    def sealed(*references: UUID) -> list[Sealed]:
        return [vault.seal("case:c1", "x", str(reference), reference) for reference in references]

    async def write(*references: UUID) -> int:
        async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as connection:
            return await store(connection, vault, *sealed(*references))

    async with await psycopg.AsyncConnection.connect(database.app_url) as holder:
        await store(holder, vault, *sealed(middle))
        writers = [asyncio.create_task(write(*order)) for order in ((low, middle, high), (high, middle, low))]
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        while await admin(database, query, [database.name]) != [(2,)]:
            await asyncio.sleep(0.01)
        await holder.commit()
    assert sorted(await asyncio.gather(*writers)) == [0, 2]


def _folder(vault: Vault) -> Path:
    assert isinstance(vault.keystore, FileKeyStore)
    return vault.keystore._folder
