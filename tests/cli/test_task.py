"""A task through the program: seen, explained, accepted, completed, given on; every refusal one line and no change."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.evidence import place_of
from chancery.keystore import FileKeyStore
from chancery.parts import joined
from chancery.vault import Vault
from tests.cli.conftest import TASK, Cli

PROOF = f"minutes=sha256:{'ab' * 32}:1200"
DONE = ("task", "complete", TASK, "--line", "risk_list", "--evidence", PROOF, "--as", "Q-103")


async def test_an_officer_sees_what_they_hold(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "list", "--mine", "--as", "Q-103", "--json")
    assert (said.code, said.err) == (0, "")
    [task] = said.json["tasks"]
    assert said.json["schema"] == "chancery.task-list/1"
    assert (task["id"], task["officer"], task["posting"]) == (TASK, "Q-103", "p-fp")
    assert (await cli("task", "list", "--mine", "--as", "Q-104", "--json")).json["tasks"] == []


async def test_without_a_terminal_columns_are_parted_by_tabs(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "list", "--all")
    head, row = said.out.splitlines()
    assert head.split("\t")[0].strip() == "Task"
    assert row.split("\t")[0].strip() == TASK and "Q-103 (p-fp)" in row


async def test_the_clock_is_explained_day_by_day(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "show", TASK, "--json")
    task = said.json
    assert task["original_due"] == task["due"] and task["source"] == "product_default"
    assert task["explanation"] and all(
        {"date", "counted", "reason"} == set(line) for line in task["explanation"]
    )
    assert [h["type"] for h in task["history"]] == ["TaskOpened"]
    assert task["history"][0]["sentence"].startswith("The task came to Q-103")
    page = (await cli("task", "show", "o-1", "hold.1")).out
    assert "Held by Q-103 (p-fp)" in page and "The task came to Q-103" in page


async def test_a_task_is_completed_with_a_receipt(staffed: Desk, cli: Cli) -> None:
    said = await cli(*DONE)
    assert said.code == 0 and said.out == ""
    head = await staffed.log.head()
    [event] = await staffed.log.read(head - 1)
    assert f"Recorded at position {head}, receipt {event.leaf.hex()}." in said.err
    assert event.event["actor"] == {"kind": "officer", "code": "p-fp", "mission": "Q", "role": "focal_point"}


async def test_the_receipt_as_json(staffed: Desk, cli: Cli) -> None:
    receipt = (await cli(*DONE, "--json")).json
    assert receipt["schema"] == "chancery.receipt/1" and receipt["events"] == ["TaskCompleted"]
    assert len(receipt["leaf"]) == 64 and UUID(receipt["command_id"])


async def test_the_same_command_id_is_carried_out_once(staffed: Desk, cli: Cli) -> None:
    again = ("--command-id", "5b0f6f0e-7a0b-4e0e-9d60-1f3f0a3c9d11")
    first, second = await cli(*DONE, *again), await cli(*DONE, *again)
    assert (first.code, second.code) == (0, 0)
    assert "carried out before" in second.err
    other = await cli("task", "accept", TASK, "--as", "Q-103", *again)
    assert other.code == 5 and "[command-reused]" in other.err


async def test_evidence_is_hashed_and_a_small_file_sealed(staffed: Desk, cli: Cli, environment: Path) -> None:
    words = b"who was there, and what was said"
    file = environment / "minutes.txt"
    file.write_bytes(words)
    command = "5b0f6f0e-7a0b-4e0e-9d60-1f3f0a3c9d12"
    said = await cli(
        "task", "complete", TASK, "--line", "risk_list", "--evidence", f"minutes={file}", "--as", "Q-103",
        "--note", "they asked that nothing be published", "--command-id", command,
    )  # fmt: skip
    assert said.code == 0 and "sealed copy" in said.err
    [event] = await staffed.log.read(await staffed.log.head() - 1)
    digest = hashlib.sha256(words).hexdigest()
    origin, _ = await staffed.log.origin()
    vault = Vault(FileKeyStore(environment / "data" / "keys"), origin)
    keyed = vault.blind("mission:Q", "evidence", digest)
    assert event.event["data"]["evidence"] == [
        {"kind": "minutes", "digest": keyed, "bytes": 256, "marking": "limite"}
    ]
    assert b"published" not in event.body
    assert digest.encode() not in event.body, "whoever has the file must not find the case by it"
    note = event.event["data"]["note"]
    opened = await vault.open(staffed.log.pool, UUID(note["ref"]), note["commit"])
    assert opened == "they asked that nothing be published"
    place = place_of(vault, "mission:Q", "Q", command, 1)
    [manifest] = (await vault.find(staffed.log.pool, [place.manifest], ["mission:Q"])).values()
    assert isinstance(manifest, dict) and manifest["sha256"] == digest and manifest["name"] == "minutes.txt"
    key = vault.keystore.get("mission:Q")
    assert await joined(staffed.log.pool, key, place, manifest["parts"]) == words


async def test_a_large_file_is_only_hashed_and_that_is_said(
    staffed: Desk, cli: Cli, environment: Path
) -> None:
    file = environment / "minutes.pdf"
    file.write_bytes(bytes(20 * 1024 * 1024 + 1))
    said = await cli(
        "task", "complete", TASK, "--line", "risk_list", "--evidence", f"minutes={file}", "--as", "Q-103"
    )
    assert said.code == 0 and "larger than 20 MB" in said.err


async def test_a_mail_is_sealed_without_its_way_and_that_is_said(
    staffed: Desk, cli: Cli, environment: Path
) -> None:
    file = environment / "minutes.eml"
    file.write_bytes(b"From: post-a@a.example\r\nReceived: from canary\r\nX-Mailer: 7\r\n\r\nwords\r\n")
    said = await cli(
        "task", "complete", TASK, "--line", "risk_list", "--evidence", f"minutes={file}", "--as", "Q-103"
    )
    assert said.code == 0 and "(2 headers)" in said.err
    broken = environment / "broken.eml"
    broken.write_bytes(b"nothing of the kind")
    bad = await cli(
        "task", "complete", TASK, "--line", "risk_list", "--evidence", f"minutes={broken}", "--as", "Q-103"
    )
    assert bad.code == 2 and "[mail-unreadable]" in bad.err


BAD = [
    ("an unknown officer", ("task", "accept", TASK, "--as", "Q-999"), 3, "no-such-officer"),
    ("nobody named", ("task", "accept", TASK), 2, "who-acts"),
    ("somebody else's task", ("task", "accept", TASK, "--as", "Q-105"), 4, "not-your-task"),
    ("the operator", ("task", "accept", TASK, "--as", "operator"), 4, "not-allowed"),
    ("a stale revision", ("task", "accept", TASK, "--seen", "7", "--as", "Q-103"), 5, "stale"),
    ("no such task", ("task", "accept", "o-1/hold.9", "--as", "Q-103"), 3, "no-such-task"),
    ("no such obligation", ("task", "accept", "o-9/hold.1", "--as", "Q-103"), 3, "no-such-obligation"),
    ("half a name", ("task", "accept", "hold.1", "--as", "Q-103"), 2, "usage"),
    ("an open checklist", ("task", "complete", TASK, "--evidence", PROOF, "--as", "Q-103"), 2, "checklist-open"),
    ("no evidence", ("task", "complete", TASK, "--line", "risk_list", "--as", "Q-103"), 2, "evidence-missing"),
    ("no such file", (*DONE, "--evidence", "minutes=/nowhere/at/all"), 3, "no-such-file"),
    ("evidence without a kind", (*DONE, "--evidence", "minutes"), 2, "usage"),
    ("a time that is none", (*DONE, "--happened-at", "yesterday"), 2, "usage"),
    ("the future", (*DONE, "--happened-at", "2027-01-01T10:00"), 2, "in-the-future"),
    ("a reason that is none", ("task", "decline", TASK, "--reason", "dislike", "--as", "Q-103"), 2, "reason-unknown"),
    ("a sentence for a code", ("task", "decline", TASK, "--reason", "I do not like it", "--as", "Q-103"), 2, "bad-command"),
    ("a command id that is none", ("task", "accept", TASK, "--as", "Q-103", "--command-id", "x"), 2, "usage"),
    ("one's own clock", ("task", "pause", TASK, "--cause", "adjourned", "--party", "court", "--as", "Q-103"), 4, "own-clock"),
    ("no wait", ("task", "resume", TASK, "--as", "Q-103"), 5, "not-waiting"),
    ("no waiver", ("task", "waive", "approve", TASK, "--as", "Q-101"), 5, "no-waiver-proposed"),
    ("nothing late", ("task", "confirm", TASK, "--as", "Q-102"), 5, "nothing-late"),
    ("an earlier end", ("task", "extend", TASK, "--until", "2026-05-05T09:00", "--reason", "capacity", "--as", "Q-101"), 2, "extension-earlier"),
    ("an open task corrected", ("task", "correct", TASK, "--field", "reason", "--value", "x", "--reason", "y", "--as", "Q-103"), 5, "nothing-to-correct"),
    ("no correction", ("task", "correction", "answer", TASK, "--as", "Q-101"), 5, "no-correction-proposed"),
    ("an entry that is none", ("task", "correction", "answer", TASK, "--of", "1", "--as", "Q-101"), 3, "no-such-entry"),
    ("an alternative without a day", ("task", "waive", "propose", TASK, "--reason", "security", "--alternative", "talks", "--as", "Q-103"), 2, "usage"),
    ("an alternative long past", ("task", "waive", "propose", TASK, "--reason", "security", "--alternative", "talks=2020-01-01", "--as", "Q-103"), 2, "alternative-date"),
    ("neither a task nor an outage", ("task", "confirm", "--as", "Q-102"), 2, "usage"),
    ("an outage that is none", ("task", "confirm", "--all-of", "u-1", "--as", "Q-102"), 3, "no-such-outage"),
    ("the same holder", ("task", "reassign", TASK, "--to", "Q-103", "--as", "Q-101"), 5, "same-holder"),
    ("a stranger as holder", ("task", "reassign", TASK, "--to", "Z-1", "--as", "Q-101"), 3, "no-such-officer"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "name"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_what_is_refused_is_one_line_and_changes_nothing(
    staffed: Desk, cli: Cli, arguments: tuple[str, ...], code: int, name: str
) -> None:
    head = await staffed.log.head()
    said = await cli(*arguments)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("error: ") and said.err.endswith(f" [{name}]\n") and said.err.count("\n") == 1
    assert await staffed.log.head() == head


async def test_a_refusal_as_json(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "accept", TASK, "--as", "Q-105", "--json")
    error = json.loads(said.err)
    assert (said.out, error["schema"], error["code"], error["exit"]) == (
        "",
        "chancery.error/1",
        "not-your-task",
        4,
    )


async def test_a_second_completion_is_a_conflict(staffed: Desk, cli: Cli) -> None:
    assert (await cli(*DONE)).code == 0
    head = await staffed.log.head()
    said = await cli(*DONE)
    assert said.code == 5 and "[task-ended]" in said.err
    assert await staffed.log.head() == head


async def test_what_can_be_done_with_a_task(staffed: Desk, cli: Cli, clock: ManualClock) -> None:
    steps = [
        ("task", "accept", TASK, "--seen", "1", "--as", "p-fp"),
        ("task", "pause", TASK, "--cause", "awaiting_partner", "--party", "partner", "--as", "Q-104"),
        ("task", "renew", TASK, "--as", "Q-101"),
        ("task", "resume", TASK, "--as", "Q-103"),
        ("task", "extend", TASK, "--until", "2026-07-10T18:00", "--reason", "capacity", "--as", "Q-101"),
        ("task", "reassign", TASK, "--to", "Q-105", "--as", "Q-104"),
        ("task", "decline", TASK, "--reason", "capacity", "--as", "Q-105"),
        (
            "task",
            "waive",
            "propose",
            TASK,
            "--reason",
            "security",
            "--review-on",
            "2026-07-01",
            "--as",
            "Q-104",
        ),
        ("task", "waive", "refuse", TASK, "--as", "Q-101"),
    ]
    for step in steps:
        clock.advance(
            timedelta(days=3)
        )  # a wait renewed before the next working day lapses no later than before
        said = await cli(*step)
        assert said.code == 0, (step, said.err)
        assert "Recorded at position" in said.err, step
    kinds = [h["type"] for h in (await cli("task", "show", TASK, "--json")).json["history"]]
    for type_ in (
        "TaskAccepted",
        "ClockPaused",
        "WaitRenewed",
        "ClockResumed",
        "TaskDeclined",
        "WaiverAnswered",
    ):
        assert type_ in kinds


async def test_quiet_says_nothing_when_all_is_well(staffed: Desk, cli: Cli) -> None:
    said = await cli("task", "accept", TASK, "--as", "Q-103", "-q")
    assert (said.code, said.out, said.err) == (0, "", "")
