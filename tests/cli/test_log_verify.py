"""`chancery log verify` with what an auditor has in hand: keys, checkpoints, a file of their own; in words and in JSON."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.checkpoints import Kept
from chancery.log.notes import COSIGNATURE, SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS
from tests.cli.conftest import TASK, Cli
from tests.conftest import Database


@pytest.fixture
def folder(environment: Path) -> Path:
    """Where the installation's signer keeps its checkpoints."""
    return environment / "data" / "checkpoints" / "log"


@pytest.fixture
async def keys(staffed: Desk, database: Database, clock: ManualClock, folder: Path) -> list[SigningKey]:
    """The log signed once and cosigned; the log's key and the witness's."""
    origin, _ = await staffed.log.origin()
    made = [SigningKey.of(origin, b"l" * 32), SigningKey.of("witness.example", b"w" * 32, COSIGNATURE)]
    async with (
        AsyncConnectionPool(database.reader_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1) as pool,
        Signer(LogSource(pool), folder, made[:1], clock) as signer,
    ):
        signed = await signer.step()
        assert signed is not None
        signer.add(signed.checkpoint.size, [made[1].sign(signed.checkpoint.text(), 1)])
    return made


def tampered(database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(
            "UPDATE log.event SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"at\":\"2026', '\"at\":\"2025'), 'UTF8')"
            " WHERE position = 3"
        )


async def test_how_far_which_proof_reaches_is_said(keys: list[SigningKey], cli: Cli) -> None:
    bare = (await cli("log", "verify", "--json")).json
    assert bare["ok"] and bare["signed"] == bare["head"] and bare["witnessed"] == 0
    assert {n["code"] for n in bare["notices"]} == {"signed", "no-witness", "key-beside"}
    both = ("--key", str(keys[0].verifier), "--witness", str(keys[1].verifier))
    known = await cli("log", "verify", *both)
    assert known.code == 0 and "A witness saw the log as it is up to position" in known.out
    await cli("task", "accept", TASK, "--as", "Q-103")
    said = await cli("log", "verify", *both, "--language", "fr")
    assert (
        said.code == 0 and "Les 1 derniers événements sont postérieurs à tout point de contrôle" in said.out
    )


async def test_a_checkpoint_kept_elsewhere_shows_what_the_installation_hides(
    keys: list[SigningKey], cli: Cli, folder: Path, tmp_path: Path, database: Database
) -> None:
    newest = Kept(folder).latest()
    assert newest is not None
    (tmp_path / "kept.txt").write_text(newest.note_text)
    kept = ("--checkpoint", str(tmp_path / "kept.txt"))
    assert (await cli("log", "verify", *kept)).code == 0
    tampered(database)
    shutil.rmtree(folder)
    assert (await cli("log", "verify")).code == 0, "the control: nothing here knows better"
    found = await cli("log", "verify", *kept, "--key", str(keys[0].verifier), "--json")
    size = newest.checkpoint.size
    assert found.code == 1 and found.json["first"] == {"position": 1, "upto": size, "exact": False}
    [one] = found.json["findings"]
    assert one["code"] == "log.root" and "kept.txt" in one["message"]
    page = await cli("log", "verify", *kept, "--key", str(keys[0].verifier), "--language", "fr")
    assert f"La première position fautive se trouve entre 1 et {size}." in page.out
    (tmp_path / "kept.txt").write_text("nothing of the kind")
    wrong = await cli("log", "verify", *kept, "--json")
    assert wrong.code == 1 and wrong.json["findings"][0]["code"] == "checkpoint.unreadable"


async def test_a_file_of_ones_own(
    keys: list[SigningKey], cli: Cli, tmp_path: Path, database: Database
) -> None:
    mine = ("--state", str(tmp_path / "mine.json"))
    first = (await cli("log", "verify", *mine, "--json")).json
    assert first["after"] == 0 and first["events"] == first["head"]
    await cli("task", "accept", TASK, "--as", "Q-103")
    second = (await cli("log", "verify", *mine, "--json")).json
    assert (second["after"], second["events"]) == (first["head"], second["head"] - first["head"])
    tampered(database)
    assert (await cli("log", "verify", *mine)).code == 0, "the control: nothing old is read again"
    said = await cli("log", "verify", *mine, "--full")
    assert said.code == 1 and "The first bad position is 3." in said.out
    (tmp_path / "mine.json").write_text("{}")
    refused = await cli("log", "verify", *mine, "--language", "fr")
    assert refused.code == 1 and "[state.unreadable]" in refused.err and "n'est pas ce qu'" in refused.err


async def test_what_is_given_wrongly_is_one_sentence(
    keys: list[SigningKey], cli: Cli, tmp_path: Path
) -> None:
    for arguments, code in (
        (("--full",), "usage"),
        (("--key", "nonsense"), "note.key"),
        (("--key", str(keys[1].verifier)), "note.key"),
        (("--checkpoint", str(tmp_path / "none")), "no-such-file"),
        (("--policy", str(tmp_path / "none")), "no-such-file"),
    ):
        said = await cli("log", "verify", *arguments)
        assert said.code in (2, 3) and f"[{code}]" in said.err and said.out == "", arguments


async def test_what_reports_read_is_compared(keys: list[SigningKey], cli: Cli, database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE view.task SET passed = NOT passed")
    found = await cli("log", "verify", "--json")
    assert found.code == 1 and [f["code"] for f in found.json["findings"]] == ["view.differs"]
    assert "o-1 hold.1" in found.json["findings"][0]["message"] and found.json["first"] is None
    alone = await cli("log", "verify", "--log-only", "--json")
    assert alone.code == 0 and "views-not-compared" in {n["code"] for n in alone.json["notices"]}
