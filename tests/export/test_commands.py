"""The command line: exports with bodies for whoever may read them, full ones with four eyes, receipts that can be checked."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg

from chancery.desk import Desk
from chancery.log.notes import SigningKey
from tests.cli.conftest import TASK, Cli
from tests.conftest import Database
from tests.export.conftest import Sign
from tests.export.made import lines, verify


def bodies(target: Path) -> set[int]:
    return {int(str(line["position"])) for line in lines(target) if "body" in line}


async def taken(cli: Cli) -> list[str]:
    """What the access log says was taken out, apart from the looks at itself."""
    said = await cli("readings", "list", "Q", "--as", "Q-101", "--json")
    told = [json.loads(one["body"]) for one in said.json["readings"]]
    return [f"{one['kind']} {one['basis']}" for one in told if one["kind"] == "export"]


async def test_bodies_go_to_whoever_may_read_them(
    cli: Cli, sign: Sign, key: SigningKey, tmp_path: Path
) -> None:
    assert "No checkpoint covers" in (await cli("log", "export", "--out", str(tmp_path / "early"))).err
    size = await sign()
    for name, who, given in (("nobody", "operator", set()), ("colleague", "Q-105", set(range(1, size + 1)))):
        said = await cli("log", "export", "--out", str(tmp_path / name), "--as", who)
        assert said.code == 0, said.err
        assert bodies(tmp_path / name) == given
        assert verify(tmp_path / name, "--key", key.verifier)[0] == 0
    said = await cli("log", "export", "--out", str(tmp_path / "plain"), "--json")
    assert said.json["bodies"] == 0 and said.json["events"] == size
    assert await taken(cli) == ["export self"]  # the operator's holds nothing to read


async def test_parts_and_what_is_typed_wrongly(cli: Cli, sign: Sign, key: SigningKey, tmp_path: Path) -> None:
    await sign()
    out = tmp_path / "part.zip"
    said = await cli("log", "export", "--positions", "2,4-5", "--older", "3", "--out", str(out))
    assert said.code == 0 and verify(out, "--key", key.verifier)[0] == 0
    for arguments, code, name in (
        (["--positions", "x"], 2, "usage"),
        (["--positions", "2", "--after", "1"], 2, "usage"),
        (["--after", "5000"], 2, "export-nothing"),
        (["--older", "5000"], 3, "export-unsigned"),
    ):
        said = await cli("log", "export", "--out", str(tmp_path / "wrong"), *arguments)
        assert said.code == code and f"[{name}]" in said.err, said.err
    said = await cli("log", "export", "--out", str(out), "--language", "fr")
    assert said.code == 5 and "jamais écrasé" in said.err


async def test_a_full_export_takes_four_eyes(
    cli: Cli,
    sign: Sign,
    key: SigningKey,
    staffed: Desk,
    tmp_path: Path,
) -> None:
    out = tmp_path / "full.zip"
    asked = ("--purpose", "evaluation", "--recipient", "external_auditor")
    said = await cli("export", "propose", "--mission", "Q", *asked, "--as", "Q-101", "--json")
    assert said.code == 0, said.err
    code = said.json["export"]
    assert (
        "[export-not-approved]" in (await cli("export", "make", code, "--out", str(out), "--as", "Q-101")).err
    )
    assert "[export-own]" in (await cli("export", "answer", code, "--approve", "--as", "Q-101")).err
    assert (await cli("export", "answer", code, "--as", "Q-102")).code == 2
    assert (await cli("export", "answer", code, "--approve", "--as", "Q-102")).code == 0
    assert "[export-unsigned]" in (await cli("export", "make", code, "--out", str(out), "--as", "Q-101")).err
    size = await sign()
    made = await cli("export", "make", code, "--out", str(out), "--as", "Q-101", "--json")
    assert made.code == 0, made.err
    event = (await staffed.log.at(await staffed.log.head())).event
    assert (event["type"], event["data"]["size"]) == ("ExportMade", size)
    said_by_verifier = verify(out, "--key", key.verifier)
    assert said_by_verifier[0] == 0 and "evaluation, external_auditor" in said_by_verifier[1]
    assert event["data"]["digest"] in said_by_verifier[1]  # what was handed out is what the log says
    again = await cli("export", "make", code, "--out", str(tmp_path / "again"), "--as", "Q-101")
    assert again.code == 5 and "[export-made]" in again.err
    [row] = (await cli("export", "list", "--json")).json["exports"]
    assert row["status"] == "made" and row["digest"] == event["data"]["digest"] and len(row["positions"]) == 2
    assert await taken(cli) == ["export granted"]
    assert (await cli("export", "answer", "ex-000000000000", "--refuse", "--as", "Q-102")).code == 3


async def test_a_purpose_that_nobody_approved_is_seen(
    cli: Cli,
    sign: Sign,
    key: SigningKey,
    tmp_path: Path,
) -> None:
    from tests.export.test_mutations import sums

    asked = ("--purpose", "audit", "--recipient", "court")
    code = (await cli("export", "propose", "--mission", "Q", *asked, "--as", "Q-101", "--json")).json[
        "export"
    ]
    await cli("export", "answer", code, "--approve", "--as", "Q-102")
    await sign()
    out = tmp_path / "full"
    assert (await cli("export", "make", code, "--out", str(out), "--as", "Q-101")).code == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (out / "manifest.json").write_text(json.dumps(manifest | {"recipient": "parliament"}), encoding="utf-8")
    sums(out)
    done, said = verify(out, "--key", key.verifier)
    assert done == 1 and "not approved" in said


async def test_a_receipt_is_true_until_somebody_rewrites(
    cli: Cli,
    sign: Sign,
    key: SigningKey,
    staffed: Desk,
    database: Database,
    tmp_path: Path,
) -> None:
    said = await cli("task", "accept", TASK, "--as", "Q-103")
    position, leaf = said.err.split("position ")[1].rstrip(".\n").split(", receipt ")
    assert len(leaf) == 64
    unsigned = await cli("receipt", "check", position, leaf)
    assert unsigned.code == 0 and "nobody has signed that" in unsigned.out
    size = await sign()
    held = await cli("receipt", "check", position, leaf[:16] + "…")
    assert (
        held.code == 0
        and f"size {size}, signed by {key.verifier.name}" in held.out
        and "16 of 64" in held.out
    )
    assert (await cli("receipt", "check", position, leaf, "--json")).json["checkpoint"] == size
    other = await cli("receipt", "check", "1", leaf)
    assert other.code == 1 and "another leaf" in other.out
    assert (await cli("receipt", "check", "999", leaf)).code == 1
    assert "[receipt-form]" in (await cli("receipt", "check", position, "12")).err
    note = tmp_path / "kept.txt"
    note.write_text((await cli("log", "checkpoint")).out, encoding="utf-8")
    assert (await cli("receipt", "check", position, leaf, "--checkpoint", str(note))).code == 0

    out = tmp_path / "export"
    assert (await cli("log", "export", "--out", str(out))).code == 0
    offline = ("receipt", "check", position, leaf, "--export", str(out))
    assert "proves nothing about who signed" in (await cli(*offline)).out
    known = await cli(*offline, "--key", str(key.verifier))
    assert known.code == 0 and f"signed by {key.verifier.name}" in known.out
    stranger = SigningKey.of(key.verifier.name, b"x" * 32)
    assert (await cli(*offline, "--key", str(stranger.verifier))).code == 1
    assert (await cli("receipt", "check", "1", leaf, "--export", str(out))).code == 1

    # Whoever owns the table cuts the end off: the receipt says that there was one.
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM log.event WHERE position >= %s", [int(position)])
    gone = await cli("receipt", "check", position, leaf)
    assert gone.code == 1 and "is gone" in gone.out
