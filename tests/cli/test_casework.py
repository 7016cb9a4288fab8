"""The nouns about cases through the real program: nothing sealed is echoed, but to who may read it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from chancery.cases.mechanisms import registry
from chancery.cases.refusals import SENTENCES
from chancery.cli import exits
from chancery.desk import Desk
from chancery.keystore import FileKeyStore
from tests.cli.conftest import Cli

CANARY = "CANARY-7f3a"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A file with words that must stay sealed."""
    file = tmp_path / "alert.txt"
    file.write_text(f"{CANARY} was taken from home\n")
    return file


@pytest.fixture
async def case(staffed: Desk, cli: Cli, words: Path) -> str:
    """A case that was received."""
    said = await cli(
        "case", "receive", str(words), "--mission", "Q", "--channel", "phone", "--when", "2026-05-05T08:00", "--as", "Q-103",
        "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert CANARY not in said.out + said.err
    return str(said.json["case"])


def test_every_refusal_has_an_exit_code_and_two_sentences() -> None:
    assert sorted(set(SENTENCES) - set(exits.EXIT)) == []
    for english, french in SENTENCES.values():
        assert english != french and english.endswith((".", "}")) and french.endswith((".", "}"))


async def test_a_case_is_shown_to_its_readers_and_its_readers_to_who_oversees(cli: Cli, case: str) -> None:
    said = await cli("case", "show", case, "--as", "Q-103")
    assert said.code == 0 and CANARY in said.out and "Q-103 (p-fp)" in said.out and "2026-05-05" in said.out
    for who in ("Q-105", "Q-106", "operator"):
        refused = await cli("case", "show", case, "--as", who)
        assert refused.code == exits.DENIED and "[case-not-yours]" in refused.err
        assert CANARY not in refused.out + refused.err
    rows = (await cli("case", "readers", case, "--as", "Q-101", "--json")).json["readings"]
    assert [(row["officer"], row["basis"]) for row in rows] == [("Q-103", "lead")]
    assert (
        "dirige le travail" in (await cli("case", "readers", case, "--as", "Q-101", "--language", "fr")).out
    )


async def test_an_entry_is_noted_from_a_pipe_and_a_bad_one_repeats_nothing(
    cli: Cli, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipe(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    risk = {
        "threat": "high",
        "vulnerability": "high",
        "capacity": "low",
        "judgement": "immediate",
        "words": CANARY,
    }
    pipe(json.dumps(risk))
    said = await cli("case", "note", case, "risk", "-", "--as", "Q-103")
    assert said.code == 0 and "Recorded at position" in said.err and CANARY not in said.out + said.err
    shown = (await cli("case", "show", case, "--as", "Q-103", "--json")).json
    assert shown["standing"] == "immediate" and shown["lines"][-1]["content"]["words"] == CANARY
    for bad in (json.dumps(risk | {"threat": CANARY}), json.dumps({CANARY: 1}), f"[{CANARY}", "[]"):
        pipe(bad)
        refused = await cli("case", "note", case, "risk", "-", "--as", "Q-103")
        assert refused.code == exits.USAGE and CANARY not in refused.out + refused.err


async def test_consent_is_recorded_shown_and_taken_back(cli: Cli, case: str, words: Path) -> None:
    said = await cli(
        "consent", "record", case, "--kind", "attend=2026-06-30", "--kind", "share_eu", "--by", "defender",
        "--channel", "in_person", "--explained", "reprisals", "--words", str(words), "--as", "Q-103",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert CANARY not in said.out + said.err
    kinds = {
        one["kind"]: one
        for one in (await cli("consent", "show", case, "--as", "Q-103", "--json")).json["kinds"]
    }
    assert kinds["attend"]["agreed"] is True and kinds["attend"]["until"] == "2026-06-30T20:59:59Z"
    assert kinds["share_eu"] | {"basis": None} == {
        "kind": "share_eu",
        "agreed": True,
        "until": None,
        "basis": None,
    }
    share = (
        "consent",
        "share",
        case,
        str(words),
        "--kind",
        "share_eu",
        "--to",
        "partner_mission",
        "--arrangement",
        "coordination",
        "--as",
        "Q-103",
    )
    shared = await cli(*share, "--json")
    assert shared.json["code"].startswith("x-") and CANARY not in shared.out + shared.err
    seen = await cli("consent", "shared", "--mission", "Q", "--to", "partner_mission", "--as", "Q-103")
    assert seen.code == 0 and CANARY in seen.out and shared.json["code"] in seen.out
    back = await cli(
        "consent",
        "withdraw",
        case,
        "--kind",
        "share_eu",
        "--by",
        "lawyer",
        "--channel",
        "phone",
        "--as",
        "Q-103",
    )
    assert back.code == 0, back.err
    page = (await cli("consent", "show", case, "--as", "Q-103")).out
    assert "2026-06-30 24:00" in page and "consent to attend" in page
    assert "not asked" in page
    gone = await cli("consent", "shared", "--mission", "Q", "--to", "partner_mission", "--as", "Q-103")
    assert gone.code == 0 and CANARY not in gone.out and "Nothing is shared now." in gone.err
    refused = await cli(*share)
    assert refused.code == exits.DENIED and "[gate-shut]" in refused.err
    for kind, code in (("CANARY", "no-such-kind"), ("attend=never", "usage")):
        wrong = await cli(
            "consent",
            "record",
            case,
            "--kind",
            kind,
            "--by",
            "defender",
            "--channel",
            "phone",
            "--as",
            "Q-103",
        )
        assert wrong.code == exits.USAGE and f"[{code}]" in wrong.err


async def test_acting_without_consent_takes_two(cli: Cli, case: str, words: Path) -> None:
    asked = await cli(
        "consent", "without", case, "--kind", "visit", "--basis", "unreachable", "--words", str(words), "--as", "Q-103", "--json",
    )  # fmt: skip
    assert asked.code == 0 and CANARY not in asked.out + asked.err, asked.err
    answer = ("consent", "answer", asked.json["consultation"], "--kind", "visit", "--approve", "--as")
    assert (await cli(*answer, "Q-103")).code == exits.DENIED
    assert (await cli(*answer, "Q-101")).code == 0
    assert (await cli(*answer, "Q-101")).code == exits.CONFLICT
    kinds = (await cli("consent", "show", case, "--as", "Q-103", "--json")).json["kinds"]
    assert [one["basis"] for one in kinds if one["agreed"]] == ["vital_interest"]
    assert (
        await cli("consent", "answer", "o-none", "--kind", "visit", "--refuse", "--as", "Q-101")
    ).code == exits.NOT_FOUND


async def test_a_vault_is_closed_and_opened(cli: Cli, case: str) -> None:
    refused = await cli("vault", "lock", "--mission", "Q", "--reason", "raid", "--as", "Q-103")
    assert refused.code == exits.DENIED and "[not-allowed]" in refused.err
    said = await cli("vault", "lock", "--mission", "Q", "--reason", "raid", "--as", "Q-101")
    assert said.code == 0 and "is closed" in said.err
    shut = await cli("case", "show", case, "--as", "Q-101")
    assert shut.code == exits.DENIED and "[vault.locked]" in shut.err
    assert (await cli("vault", "show", "--mission", "Q", "--json")).json["locked"] is True
    listed = await cli("task", "list", "--mission", "Q", "--json")
    assert listed.code == 0 and listed.json["tasks"]  # work goes on, by code
    assert (await cli("vault", "unlock", "--mission", "Q", "--reason", "over", "--as", "Q-101")).code == 0
    assert (await cli("case", "show", case, "--as", "Q-101")).code == 0


async def test_a_case_is_destroyed_by_two(cli: Cli, case: str, environment: Path) -> None:
    asked = await cli("vault", "shred", "propose", case, "--basis", "on_request", "--as", "Q-103", "--json")
    request = asked.json["request"]
    assert case not in (await cli("vault", "show", "--mission", "Q")).out
    kept = await cli("vault", "shred", "approve", request, "--mission", "Q", "--as", "Q-103")
    assert kept.code == exits.DENIED
    done = await cli("vault", "shred", "approve", request, "--mission", "Q", "--as", "Q-101", "--json")
    assert done.code == 0 and done.json["ended"] == 1, done.err
    gone = await cli("case", "show", case, "--as", "Q-103")
    assert gone.code == exits.CONFLICT and "[vault.shredded]" in gone.err
    page = await cli("vault", "show", "--mission", "Q", "--language", "fr")
    assert request in page.out and "détruite" in page.out and "à la demande de la personne" in page.out
    assert (await cli("log", "verify")).code == 0
    assert "nothing to end" in (await cli("vault", "shred", "resume", "--mission", "Q")).err
    assert FileKeyStore(environment / "data" / "keys").keys("Q", "case") == ()


async def test_refusing_keeps_everything(cli: Cli, case: str) -> None:
    request = (
        await cli("vault", "shred", "propose", case, "--basis", "on_request", "--as", "Q-103", "--json")
    ).json["request"]
    assert (await cli("vault", "shred", "refuse", request, "--mission", "Q", "--as", "Q-101")).code == 0
    assert (await cli("case", "show", case, "--as", "Q-103")).code == 0
    none = await cli("vault", "shred", "approve", "d-ffffffffffff", "--mission", "Q", "--as", "Q-101")
    assert none.code == exits.NOT_FOUND


async def test_two_codes_are_merged_and_separated(cli: Cli, case: str, words: Path) -> None:
    received = await cli(
        "case", "receive", str(words), "--mission", "Q", "--channel", "email", "--as", "Q-103", "--json"
    )
    other = received.json["case"]
    assert (await cli("case", "merge", case, other, "--as", "Q-103")).code == 0
    state = (await cli("obligation", "show", received.json["obligation"], "--json")).json
    assert state["outcome"] == "superseded"
    again = await cli("case", "separate", case, other, "--as", "Q-103", "--json")
    assert again.code == 0 and again.json["obligation"] != received.json["obligation"]
    twice = await cli("case", "separate", case, other, "--as", "Q-103", "--language", "fr")
    assert twice.code == exits.CONFLICT and "n'est pas fusionné" in twice.err


async def test_a_killing_opens_under_a_code_of_its_own(cli: Cli, case: str, words: Path) -> None:
    said = await cli("case", "killing", str(words), "--mission", "Q", "--as", "Q-103", "--json")
    assert said.code == 0 and said.json["case"] != case, said.err
    assert "KILLING" in json.dumps((await cli("obligation", "show", said.json["obligation"], "--json")).json)


async def test_what_is_typed_wrongly_is_said_in_one_line(
    cli: Cli, staffed: Desk, words: Path, tmp_path: Path
) -> None:
    latin, long = tmp_path / "latin", tmp_path / "long"
    latin.write_bytes(b"\xff\xfe")
    long.write_bytes(b"x" * ((1 << 20) + 1))
    base = ("--mission", "Q", "--channel", "phone", "--as", "Q-103")
    for file, code in ((latin, "usage"), (long, "usage"), (tmp_path / "none", "no-such-file")):
        said = await cli("case", "receive", str(file), *base)
        assert said.code != 0 and f"[{code}]" in said.err
    absent = await cli("case", "show", "c-7kq2mz4xha", "--as", "Q-103")
    assert absent.code == exits.NOT_FOUND and "[no-such-case]" in absent.err
    name = await cli("case", "show", "Somebody", "--as", "Q-103")
    assert name.code == exits.USAGE and "never a name" in name.err
    assert (
        await cli("case", "receive", str(words), "--mission", "Z", "--channel", "phone", "--as", "Q-103")
    ).code == exits.NOT_FOUND


async def test_both_arenas_are_gone_through_with_what_was_used(cli: Cli, case: str, tmp_path: Path) -> None:
    for mechanism, status in (
        ("accompaniment", "offered"),
        ("accompaniment", "used"),
        ("national-mechanism-mx", "offered"),
    ):
        entry = tmp_path / "option.json"
        entry.write_text(json.dumps({"mechanism": mechanism, "status": status}))
        assert (await cli("case", "note", case, "option", str(entry), "--as", "Q-103")).code == 0
    answer = (await cli("case", "options", case, "--as", "Q-103", "--json")).json
    said = {one["code"]: one["status"] for one in answer["options"]}
    assert answer["country"] == "EG" and said["accompaniment"] == "used" and said["self-care"] is None
    assert said["national-mechanism-mx"] == "offered" and "national-mechanism-co" not in said
    assert [one["arena"] for one in answer["options"]] == sorted(one["arena"] for one in answer["options"])
    assert "utilisé" in (await cli("case", "options", case, "--as", "Q-103", "--language", "fr")).out


async def test_a_case_attaches_to_the_proceeding_of_another(cli: Cli, case: str, words: Path) -> None:
    received = (await cli("case", "killing", str(words), "--mission", "Q", "--as", "Q-103", "--json")).json
    assert (await cli("case", "attach", case, received["obligation"], "--as", "Q-103")).code == 0
    serving = (await cli("case", "show", case, "--as", "Q-103", "--json")).json["obligations"]
    assert received["obligation"] in {one["id"] for one in serving}
    assert (await cli("case", "detach", case, received["obligation"], "--as", "Q-103")).code == 0
    twice = await cli("case", "detach", case, received["obligation"], "--as", "Q-103")
    assert twice.code == exits.CONFLICT and "[not-attached]" in twice.err


async def test_the_same_command_id_receives_one_case(cli: Cli, staffed: Desk, words: Path) -> None:
    ask = (
        "case",
        "receive",
        str(words),
        "--mission",
        "Q",
        "--channel",
        "phone",
        "--when",
        "2026-05-05T08:00",
        "--as",
        "Q-103",
    )
    again = ("--command-id", "0a0b0c0d-0000-4000-8000-000000000001", "--json")
    assert (await cli(*ask, *again)).json == (await cli(*ask, *again)).json


async def test_the_registry_is_listed_by_country_and_arena(cli: Cli) -> None:
    everything = (await cli("mechanism", "list", "--json")).json["mechanisms"]
    assert len(everything) == len(registry())
    here = (await cli("mechanism", "list", "--country", "eg", "--json")).json["mechanisms"]
    assert {"accompaniment", "un-urgent-appeal"} <= {one["code"] for one in here}
    assert "national-mechanism-mx" not in {one["code"] for one in here}
    page = (await cli("mechanism", "list", "--country", "MX", "--language", "fr")).out
    assert "mécanisme mexicain" in page and "urgent_issued 3h" in page and "non confirmés" in page
    informal = (await cli("mechanism", "list", "--arena", "informal", "--json")).json["mechanisms"]
    assert {one["arena"] for one in informal} == {"informal"}
