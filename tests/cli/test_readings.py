"""`chancery readings`: who read what, and whether the access log is what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from chancery.cli import exits
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.merkle import leaf_of
from chancery.readings import book
from chancery.readings.entry import Note
from tests.cli.conftest import Cli
from tests.conftest import Database
from tests.vault.reading_here import CASE, Here, Signer, look


@pytest.fixture
async def read(staffed: Desk, clock: ManualClock) -> Here:
    """Three readings of mission Q; the time is that of the database."""
    clock.set(datetime.now(UTC))
    here = Here(staffed)
    await book.put(here, [CASE, look(1), Note("report", "p-hom", "manager", "Q", ("p-alt",), form="pdf")])
    return here


async def test_the_heads_are_shown_who_read_what_and_that_they_asked_is_written_down(
    read: Here, cli: Cli
) -> None:
    said = await cli("readings", "list", "Q", "--as", "Q-101")
    assert said.code == 0, said.err
    for part in (
        "Q-103 (p-fp)",
        "opened a case of Q",
        "read the staff report of Q-104 (as PDF)",
        "manages the person",
    ):
        assert part in " ".join(said.out.split()), part
    rows = (await cli("readings", "list", "--as", "Q-101", "--json")).json["readings"]
    assert [row["kind"] for row in rows] == ["readings", "readings", "report", "person", "case"]
    assert (rows[0]["reader"], rows[0]["form"]) == ("p-hom", "text")
    for row in rows:
        made = leaf_of(row["position"], row["recorded_us"], bytes.fromhex(row["salt"]) + row["body"].encode())
        assert made.hex() == row["leaf"]
    french = await cli("readings", "list", "Q", "--as", "Q-101", "--language", "fr")
    assert "a ouvert un cas de Q" in " ".join(french.out.split())


async def test_each_option_leaves_what_fits_it(read: Here, cli: Cli) -> None:
    async def found(*asked: str) -> list[str]:
        rows = (await cli("readings", "list", "Q", *asked, "--as", "Q-101", "--json")).json["readings"]
        return [row["kind"] for row in rows if row["kind"] != "readings"]

    assert await found("--person", "Q-104") == ["report"]
    assert await found("--basis", "holder") == ["case"]
    assert await found("--first", "2020-01-01", "--last", "2020-12-31") == []
    assert len(await found("--limit", "3")) < 3
    for wrong in (("--basis", "curiosity"), ("--first", "soon")):
        said = await cli("readings", "list", "Q", *wrong, "--as", "Q-101")
        assert said.code == exits.USAGE and said.err.count("\n") == 1


@pytest.mark.parametrize("who", ["Q-103", "Q-105", "operator"])
async def test_nobody_else_is_shown_anything_and_nothing_is_written(read: Here, cli: Cli, who: str) -> None:
    before = await book.head(read.pool)
    said = await cli("readings", "list", "Q", "--as", who)
    assert said.code == exits.DENIED and "[readings-not-yours]" in said.err and not said.out
    assert await book.head(read.pool) == before


async def test_verify_says_what_it_proves_and_names_what_was_altered(
    read: Here, cli: Cli, database: Database, tmp_path: Path
) -> None:
    bare = await cli("readings", "verify")
    assert bare.code == 0 and "No checkpoint was compared" in bare.out
    signer = await Signer.of(read)
    await signer.sign()
    (tmp_path / "kept.txt").write_text(signer.notes[0][1])
    with_it = (
        "readings",
        "verify",
        "--checkpoint",
        str(tmp_path / "kept.txt"),
        "--key",
        str(signer.key.verifier),
    )
    good = await cli(*with_it, "--json")
    assert good.code == 0 and (good.json["ok"], good.json["signed"], good.json["size"]) == (True, 3, 3)
    assert "Signed checkpoints agree up to position 3." in (await cli(*with_it)).out
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("ALTER TABLE vault.reading DROP CONSTRAINT reading_leaf")
        admin.execute("UPDATE vault.reading SET body = %s WHERE position = 2", [look(7).body()])
    careless = await cli("readings", "verify")
    assert careless.code == exits.FINDING and "readings.leaf" in careless.out
    with psycopg.connect(database.admin_url) as admin:
        admin.execute(
            "UPDATE vault.reading SET leaf = sha256('\\x00'::bytea || int8send(position) || int8send(recorded_us) || salt || body)"
        )
    assert (await cli("readings", "verify")).code == 0  # a careful forger: the table alone does not tell
    told = await cli(*with_it, "--json")
    assert told.code == exits.FINDING and [f["code"] for f in told.json["findings"]] == ["log.root"]
    assert (told.json["findings"][0]["position"], told.json["findings"][0]["upto"]) == (1, 3)
