"""`key`, `witness --status`, `log checkpoint`, `log proof`, and what `doctor` says of them; signing done here, without programs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery import trust
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log import merkle, notes
from chancery.log.asking import LocalWitness, sign_once
from chancery.log.checkpoints import Signed
from chancery.log.keys import read_keys
from chancery.log.notes import COSIGNATURE, Verifier
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS
from chancery.log.tree import LogTree
from chancery.log.witness import Witness
from chancery.settings import load
from chancery.witnessing import KEY, witness_in
from tests.cli.conftest import Cli
from tests.conftest import Database


class Signing:
    """What signer and witness programs do, once and here."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock, self.settings = database, clock, load()

    async def witness(self, origin: str) -> Witness:
        trust.witness_folder(self.settings, origin)
        trust.write_policy(self.settings, origin, "http://127.0.0.1:9")
        return witness_in(self.settings.witness, self.clock)

    async def sign(self, origin: str, witness: Witness | None = None) -> Signed:
        trust.log_keys(self.settings, origin)
        keys = read_keys(self.settings.signer_keys / "log.skey")
        asked = [LocalWitness("here", witness.verifier, witness)] if witness else []
        pool = AsyncConnectionPool(
            self.database.reader_url, min_size=1, open=False, kwargs=dict(POOL_SETTINGS)
        )
        async with pool:
            return await sign_once(
                LogSource(pool), self.settings.checkpoints / "log", keys, self.clock, asked
            )


@pytest.fixture
def signing(cli: Cli, database: Database, clock: ManualClock) -> Signing:
    return Signing(database, clock)


async def checks(cli: Cli) -> dict[str, dict[str, str]]:
    return {check["check"]: check for check in (await cli("doctor", "--json")).json["checks"]}


async def test_from_no_checkpoint_to_one_that_a_witness_saw(
    staffed: Desk, cli: Cli, signing: Signing
) -> None:
    origin, _ = await staffed.log.origin()
    none = await cli("log", "checkpoint")
    assert none.code == 3 and "[no-checkpoint]" in none.err
    assert (await checks(cli))["Checkpoints"]["detail"] == "no checkpoint yet"

    alone = await signing.sign(origin)
    head = await staffed.log.head()
    said = await cli("log", "checkpoint")
    assert said.code == 0 and said.out == alone.note_text  # `> note.txt` is a note
    assert "the signer itself names" in said.err and "Too few witnesses" in said.err
    found = await checks(cli)
    assert found["Checkpoints"]["status"] == "ok" and f"{head} of {head}" in found["Checkpoints"]["detail"]
    assert "none is named" in found["Witnesses"]["detail"]

    witness = await signing.witness(origin)
    said = await cli("log", "checkpoint", "--json")
    assert said.code == 1 and not said.json["ok"] and said.json["pinned"]  # nobody has cosigned it
    assert (await checks(cli))["Witnesses"]["status"] == "fail"
    await signing.sign(origin, witness)
    said = await cli("log", "checkpoint", "--json")
    assert said.code == 0 and said.json["ok"] and said.json["enough"]
    assert list(said.json["witnesses"]) == [f"{origin}/witness"]
    assert said.json["size"] == head
    assert said.json["root"] == (await LogTree(staffed.log).root(head)).hex()
    found = await checks(cli)
    assert (found["Witnesses"]["status"], found["Witnesses"]["detail"]) == ("ok", "here")
    status = await cli("witness", "--status")
    assert status.code == 0 and str(head) in status.out


async def test_a_silent_signer_and_an_alarm_are_seen(
    staffed: Desk, cli: Cli, signing: Signing, clock: ManualClock, database: Database
) -> None:
    origin, _ = await staffed.log.origin()
    witness = await signing.witness(origin)
    await signing.sign(origin, witness)
    clock.advance(timedelta(seconds=1000))
    found = await checks(cli)
    assert found["Checkpoints"]["detail"] == "last signed 1000 s ago"
    assert found["Witnesses"]["status"] == "fail"
    status = await cli("witness", "--status", "--json")
    assert status.code == 1 and status.json["logs"][0]["silent"]
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(
            "UPDATE log.event SET recorded_us = recorded_us - 1 WHERE position = (SELECT max(position) FROM log.event)"
        )
    head = await staffed.log.head()
    with pytest.raises(Exception, match=f"Position {head}"):
        await signing.sign(origin, witness)
    alarm = (await checks(cli))["Checkpoints"]
    assert alarm["status"] == "fail" and alarm["detail"].startswith(f"Position {head} holds something else")


async def test_a_proof_can_be_checked_without_us(staffed: Desk, cli: Cli, signing: Signing) -> None:
    origin, _ = await staffed.log.origin()
    signed = await signing.sign(origin)
    size = signed.checkpoint.size
    told = await cli("log", "proof", "3")
    assert told.code == 0
    head, *lines = told.out.split("\n")
    assert (head, lines[0]) == ("c2sp.org/tlog-proof@v1", "index 2")
    assert told.out.endswith("\n\n" + signed.note_text)
    data = (await cli("log", "proof", "3", "--json")).json
    proof = [bytes.fromhex(each) for each in data["proof"]]
    leaf = bytes.fromhex(data["leaf"])
    assert (await staffed.log.read(2, 1))[0].leaf == leaf
    assert merkle.check_inclusion(leaf, 2, size, proof, signed.checkpoint.root)

    then = await cli("log", "proof", "3", "--size", "5")
    assert then.code == 0 and "Nobody has signed the log at just this size" in then.err
    for arguments, code, exit_code in (
        (("3", "--size", "2"), "not-in-tree", 3),
        (("3", "--size", "100000"), "no-such-size", 3),
        (("100000",), "no-checkpoint", 3),
        (("0",), "usage", 2),
    ):
        refused = await cli("log", "proof", *arguments)
        assert refused.code == exit_code and f"[{code}]" in refused.err
    french = await cli("log", "proof", "3", "--size", "2", "--language", "fr")
    assert "n'est pas dans un arbre" in french.err


async def test_an_altered_log_is_said_beside_its_proof(
    staffed: Desk, cli: Cli, signing: Signing, database: Database
) -> None:
    origin, _ = await staffed.log.origin()
    await signing.sign(origin)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE log.event SET recorded_us = recorded_us - 1 WHERE position = 2")
    told = await cli("log", "proof", "3")
    assert told.code == 1 and "another root" in told.err


async def test_keys_are_made_once_and_shown_in_half(staffed: Desk, cli: Cli, environment: Path) -> None:
    origin, _ = await staffed.log.origin()
    none = await cli("key", "show", "signer")
    assert none.code == 2 and "[key.missing]" in none.err
    made = await cli("key", "make", "signer", "--json")
    assert made.code == 0
    assert [Verifier.parse(vkey).name for vkey in made.json["keys"]] == [origin, f"{origin}/readings"]
    assert (await cli("key", "show", "signer", "--json")).json["keys"] == made.json["keys"]
    again = await cli("key", "make", "signer")
    assert again.code == 5 and "[key.there]" in again.err
    named = await cli("key", "make", "witness", "--name", "audit.example.org/w")
    shown = named.out.strip()
    assert Verifier.parse(shown).kind == COSIGNATURE
    [secret] = read_keys(environment / "data" / "witness" / KEY, COSIGNATURE)
    assert str(secret.verifier) == shown
    assert secret.text().split("+", 4)[4] not in named.out + named.err
    bad = await cli("key", "make", "witness", "--name", "two words")
    assert bad.code == 2 and "[note.name]" in bad.err


def test_a_note_on_standard_output_is_whole(staffed: Desk) -> None:
    """The control of the first test: a note that lost its last newline is none."""
    with pytest.raises(notes.NoteRefused):
        notes.parse("a\n\n\u2014 b YWJjZGU=")
