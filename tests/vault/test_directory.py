"""The directory of officers: found by a keyed hash, sealed, erased for good."""

import hashlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chancery.directory import Directory, Entry
from chancery.keystore import FileKeyStore, Shredded
from chancery.sealing import NotGenuine
from chancery.vault import PostingTaken, refusal
from tests.conftest import Database

Connection = psycopg.AsyncConnection[Any]
ONE, TWO, OTHER = (
    Entry("p-aaaaaaaaaa", "Q", "Q-103"),
    Entry("p-bbbbbbbbbb", "R", "Q-103"),
    Entry("p-cccccccccc", "Q", "Q-104"),
)


@pytest.fixture
def keystore(tmp_path: Path) -> FileKeyStore:
    keystore = FileKeyStore(tmp_path / "keys")
    keystore.create_mission("Q")
    keystore.create_mission("R")
    return keystore


@pytest.fixture
def directory(keystore: FileKeyStore) -> Directory:
    return Directory(keystore, "chancery.test")


@pytest.fixture
async def app(database: Database, directory: Directory) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as connection:
        await put(connection, directory, [ONE, TWO, OTHER])
        yield connection


async def put(connection: Connection, directory: Directory, entries: list[Entry]) -> None:
    statement = directory.statement(entries)
    await connection.execute(statement.sql.encode(), statement.parameters)


async def test_an_officer_is_found_in_every_mission(directory: Directory, app: Connection) -> None:
    assert await directory.postings_of(app, "Q-103") == [ONE.posting, TWO.posting]
    assert await directory.postings_of(app, "Q-104") == [OTHER.posting]
    assert await directory.postings_of(app, "Q-105") == []
    assert await directory.officers_of(app, [TWO.posting, ONE.posting, "p-unknown", ONE.posting]) == {
        TWO.posting: "Q-103",
        ONE.posting: "Q-103",
        "p-unknown": "p-unknown",
    }


async def test_an_erased_entry_shows_its_code_and_its_neighbours_stay(
    directory: Directory, app: Connection, database: Database, keystore: FileKeyStore
) -> None:
    await directory.erase(app, ONE.posting)
    await directory.erase(app, ONE.posting)
    assert await directory.postings_of(app, "Q-103") == [TWO.posting]
    assert await directory.officers_of(app, [ONE.posting, TWO.posting]) == {
        ONE.posting: ONE.posting,
        TWO.posting: "Q-103",
    }
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute("SELECT * FROM vault.directory WHERE posting = %s", [ONE.posting]).fetchone()
    assert row is not None
    assert row[2:5] == (None, None, None)
    with pytest.raises(Shredded):
        directory.statement([ONE])
    # A row that a backup brings back stays closed: its key is gone.
    elsewhere = Directory(keystore, "chancery.test")
    assert await elsewhere.officers_of(app, [ONE.posting]) == {ONE.posting: ONE.posting}


async def test_a_row_restored_from_a_backup_after_erasing_stays_closed(
    directory: Directory, app: Connection, database: Database
) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE backup AS SELECT * FROM vault.directory")
        await directory.erase(app, ONE.posting)
        admin.execute("DELETE FROM vault.directory")
        admin.execute("INSERT INTO vault.directory SELECT * FROM backup")
    assert await directory.officers_of(app, [ONE.posting, OTHER.posting]) == {
        ONE.posting: ONE.posting,
        OTHER.posting: "Q-104",
    }


async def test_a_locked_mission_hides_its_officers_and_still_finds_their_tasks(
    directory: Directory, app: Connection, keystore: FileKeyStore
) -> None:
    keystore.lock("Q")
    assert await directory.officers_of(app, [ONE.posting, TWO.posting]) == {
        ONE.posting: ONE.posting,
        TWO.posting: "Q-103",
    }
    assert await directory.postings_of(app, "Q-103") == [ONE.posting, TWO.posting]


async def test_the_same_entry_again_changes_nothing_and_another_officer_is_refused(
    directory: Directory, app: Connection
) -> None:
    await put(app, directory, [ONE, TWO])
    with pytest.raises(psycopg.Error) as refused:
        await put(app, directory, [Entry(ONE.posting, "Q", "Q-104")])
    assert isinstance(refusal(refused.value), PostingTaken)
    assert await directory.officers_of(app, [ONE.posting]) == {ONE.posting: "Q-103"}


async def test_the_table_shows_no_officer(directory: Directory, app: Connection, database: Database) -> None:
    with psycopg.connect(database.admin_url) as admin:
        dump = " ".join(row[0] for row in admin.execute("SELECT d::text FROM vault.directory d").fetchall())
    assert ONE.posting in dump  # the control: what is in clear is found
    for officer in ("Q-103", "Q-104"):
        assert officer not in dump
        assert officer.encode().hex() not in dump


async def test_an_entry_moved_to_another_posting_is_refused(
    directory: Directory, app: Connection, database: Database
) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(
            "UPDATE vault.directory a SET nonce = b.nonce, ciphertext = b.ciphertext FROM vault.directory b "
            "WHERE a.posting = %s AND b.posting = %s",
            [ONE.posting, OTHER.posting],
        )
    with pytest.raises(NotGenuine):
        await directory.officers_of(app, [ONE.posting])


def _seeded() -> Callable[[int], bytes]:
    numbers = itertools.count()
    return lambda length: hashlib.shake_128(b"seed %d" % next(numbers)).digest(length)


def test_codes_of_postings_are_random_unless_their_source_is_seeded(keystore: FileKeyStore) -> None:
    free = Directory(keystore, "chancery.test")
    assert len({free.new_posting() for _ in range(200)}) == 200
    one, again = (Directory(keystore, "chancery.test", _seeded()) for _ in range(2))
    codes = [one.new_posting() for _ in range(5)]
    assert codes == [again.new_posting() for _ in range(5)]
    assert len(set(codes)) == 5
    for code in codes:
        assert code.startswith("p-")
        assert len(code) == 12
        assert set(code[2:]) <= set("abcdefghijklmnopqrstuvwxyz234567")
        keystore.create_posting("Q", code)
