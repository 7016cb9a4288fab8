"""The other nouns on a real mission: obligations, sittings, clocks, suspensions, absences, reports, the log, views."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psycopg
import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.readings import book
from chancery.readings.book import Wanted
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from tests.cli.conftest import TASK, Cli
from tests.made import cid, opening

if TYPE_CHECKING:
    from tests.conftest import Database


async def test_the_clocks_of_a_mission_fall_in_four_piles(
    staffed: Desk, cli: Cli, clock: ManualClock
) -> None:
    first = (await cli("sla", "--mission", "Q", "--json")).json
    assert first["schema"] == "chancery.sla/1" and first["counts"] == {
        "overdue": 0,
        "at_risk": 0,
        "waiting": 0,
        "open": 1,
    }
    due = datetime.fromisoformat(first["clocks"][0]["due"])
    for at, pile in (
        (due - timedelta(hours=30), "at_risk"),
        (due, "at_risk"),
        (due + timedelta(seconds=1), "overdue"),
    ):
        clock.set(at)
        assert (await cli("sla", "--mission", "Q", "--json")).json["counts"][pile] == 1, at
    page = (await cli("sla", "--mission", "Q")).out
    assert "Overdue: 1" in page and TASK in page


async def test_a_waiting_clock_lies_apart(staffed: Desk, cli: Cli) -> None:
    assert (
        await cli("task", "pause", TASK, "--cause", "awaiting_partner", "--party", "partner", "--as", "Q-104")
    ).code == 0
    answer = (await cli("sla", "--mission", "Q", "--json")).json
    assert answer["counts"]["waiting"] == 1 and "officer" not in answer["clocks"][0]


async def test_an_obligation_is_opened_listed_and_shown(staffed: Desk, cli: Cli) -> None:
    opened = await cli(
        "obligation", "open", "--mission", "Q", "--definition", "COORD-LOCAL", "--period", "2026-06", "--due", "2026-06-30",
        "--as", "Q-103", "--json",
    )  # fmt: skip
    assert opened.code == 0, opened.err
    name = opened.json["obligation"]
    assert name == "Q-EG:COORD-LOCAL:2026-06"
    listed = (await cli("obligation", "list", "--mission", "Q", "--json")).json
    assert {row["id"] for row in listed["obligations"]} == {"o-1", name}
    shown = (await cli("obligation", "show", "o-1", "--json")).json
    assert shown["schema"] == "chancery.obligation/1" and shown["tasks"][0]["officer"] == "Q-103"
    assert "Q-103 (p-fp)" in (await cli("obligation", "show", "o-1")).out


@pytest.fixture
async def trial(staffed: Desk) -> str:
    """A trial with one sitting tomorrow at 09:30 UTC, on offer to those who may observe."""
    await staffed.submit(opening("t-1", "TRIAL-OBS", None), OPERATOR)
    sitting = c.Sitting(
        appointment="ap-1", starts=datetime(2026, 5, 6, 9, 30, tzinfo=UTC), day="2026-05-06", whole_day=False
    )
    await staffed.submit(
        c.RecordSittings(command_id=cid("list"), mission="Q", obligation="t-1", sittings=(sitting,)), OPERATOR
    )
    await staffed.submit(
        c.OfferRota(command_id=cid("offer"), mission="Q", obligation="t-1", appointment="ap-1"),
        ENGINE_WORKFLOW,
    )
    return "t-1"


async def test_a_sitting_is_claimed_held_adjourned_and_the_trial_ends(
    trial: str, cli: Cli, clock: ManualClock
) -> None:
    assert (await cli("rota", "claim", trial, "ap-1", "--as", "Q-105")).code == 0
    again = await cli("rota", "claim", trial, "ap-1", "--as", "Q-105")
    assert again.code == 5 and "[already-answered]" in again.err
    assert (await cli("rota", "decline", trial, "ap-1", "--reason", "capacity", "--as", "Q-106")).code == 4
    early = await cli("obligation", "held", trial, "ap-1", "--outcome", "verdict", "--as", "Q-103")
    assert early.code == 5 and "[before-sitting]" in early.err
    clock.set(datetime(2026, 5, 6, 15, 0, tzinfo=UTC))
    held = await cli(
        "obligation",
        "held",
        trial,
        "ap-1",
        "--outcome",
        "adjourned",
        "--next",
        "2026-06-10",
        "--as",
        "Q-103",
        "--json",
    )
    assert held.code == 0, held.err
    sittings = (await cli("obligation", "sittings", trial, "--json")).json["sittings"]
    assert [(s["status"], s["whole_day"]) for s in sittings] == [("held", False), ("set", True)]
    assert sittings[1]["appointment"] == held.json["next"]
    assert (await cli("obligation", "end", trial, "--cause", "withdrawn", "--as", "Q-103")).code == 0


async def test_a_gate_opens_and_closes(trial: str, cli: Cli) -> None:
    for verb_ in ("open", "close"):
        said = await cli("obligation", "gate", verb_, trial, "consent:attend", "--as", "Q-103")
        assert said.code == 0, said.err
    assert (await cli("obligation", "show", trial, "--json")).json["gates"] == {"consent:attend": False}
    assert (await cli("obligation", "gate", "open", trial, "consent:attend", "--as", "Q-105")).code == 4


async def test_a_suspension_is_declared_renewed_and_lifted(
    staffed: Desk, cli: Cli, clock: ManualClock
) -> None:
    declare = ("suspension", "declare", "--mission", "Q", "--from", "2026-05-05T10:00", "--until", "2026-05-12T18:00",
               "--reason", "security")  # fmt: skip
    assert (await cli(*declare, "--as", "Q-103")).code == 4
    said = await cli(*declare, "--as", "Q-101", "--json")
    assert said.code == 0, said.err
    [code] = said.json["suspensions"]
    clock.advance(timedelta(days=2))
    renewed = await cli(
        "suspension", "renew", code, "--mission", "Q", "--until", "2026-05-14T18:00", "--as", "Q-101"
    )
    assert renewed.code == 0, renewed.err
    lifted = await cli(
        "suspension", "lift", code, "--mission", "Q", "--at", "2026-05-06T09:00", "--as", "Q-102"
    )
    assert lifted.code == 0, lifted.err
    long = await cli("suspension", "declare", "--mission", "Q", "--from", "2026-07-01T10:00", "--until", "2026-09-01T10:00",
                     "--reason", "security", "--as", "Q-101")  # fmt: skip
    assert long.code == 2 and "[suspension-too-long]" in long.err


async def test_an_absence_is_recorded_and_ended_sooner(staffed: Desk, cli: Cli) -> None:
    said = await cli("absence", "record", "Q-103", "--mission", "Q", "--from", "2026-05-06", "--until", "2026-05-20",
                     "--substitute", "Q-104", "--as", "Q-101", "--json")  # fmt: skip
    assert said.code == 0, said.err
    ended = await cli(
        "absence", "end", said.json["absence"], "--mission", "Q", "--until", "2026-05-10", "--as", "Q-101"
    )
    assert ended.code == 0, ended.err
    wrong = await cli(
        "absence",
        "record",
        "Q-103",
        "--mission",
        "Q",
        "--from",
        "May",
        "--until",
        "2026-05-20",
        "--as",
        "Q-101",
    )
    assert wrong.code == 2 and "--from: May is not a day" in wrong.err
    assert (await cli("absence", "record", "Q-999", "--mission", "Q", "--from", "2026-05-06", "--until", "2026-05-20",
                      "--as", "Q-101")).code == 3  # fmt: skip


async def test_a_report_is_the_same_bytes_each_time(stated: Desk, cli: Cli) -> None:
    ask = ("report", "staff", "Q-103", "--from", "2026-05-01", "--to", "2026-05-31", "--json")
    head = str(await stated.log.head())
    first = await cli(*ask, "--as-of", head)
    assert first.code == 0, first.err
    assert first.json["schema"] == "chancery.staff-report/2"
    await cli("task", "accept", TASK, "--as", "Q-103")
    assert (await cli(*ask, "--as-of", head)).out == first.out
    assert (await cli(*ask)).out != first.out
    read = [
        one.note for one in await book.find(SimpleNamespace(desk=stated), Wanted(kinds=("report",)), limit=9)
    ]
    assert [(n.by, n.basis, n.about, n.form) for n in read] == [
        ("operator", "operator", ("p-fp",), "json")
    ] * 3
    assert (await cli("report", "staff", "Q-999", "--from", "2026-05-01", "--to", "2026-05-31")).code == 3
    beyond = await cli(*ask, "--as-of", "99999")
    assert beyond.code == 2 and beyond.out == ""


async def test_the_log_is_printed_and_verified(staffed: Desk, cli: Cli) -> None:
    tail = (await cli("log", "tail", "--after", "0", "--json")).json
    assert tail["schema"] == "chancery.log-tail/1" and len(tail["events"]) == tail["position"]
    good = await cli("log", "verify", "--json")
    assert good.code == 0 and good.json["ok"] and good.json["events"] == tail["position"]
    short = await cli("log", "verify", "--expect", "9999", "--json")
    assert short.code == 1 and short.json["findings"][0]["code"] == "log.short"


async def test_an_altered_log_is_found(staffed: Desk, cli: Cli, database: Database) -> None:
    async with await psycopg.AsyncConnection.connect(database.admin_url, autocommit=True) as admin:
        await admin.execute("UPDATE log.event SET recorded_us = recorded_us + 1 WHERE position = 2")
        # The generated leaf follows: what betrays it is that positions were moved or bytes changed.
        await admin.execute("DELETE FROM log.event WHERE position = 3")
    said = await cli("log", "verify", "--json")
    assert said.code == 1 and "log.gap" in {f["code"] for f in said.json["findings"]}


def interruptible() -> None:
    """Ctrl-C reaches the child even where the tests run in a shell's background, which ignores it for all below."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def test_following_the_log_prints_what_comes(staffed: Desk, cli: Cli) -> None:
    head = await staffed.log.head()
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chancery.cli.main", "log", "tail", "--follow", "--json", "--after", str(head),
        stdout=PIPE, stderr=PIPE, preexec_fn=interruptible,
    )  # fmt: skip
    try:
        assert program.stdout is not None and program.stderr is not None
        assert b"Following" in await asyncio.wait_for(program.stderr.readline(), 20)
        assert (await cli("task", "accept", TASK, "--as", "Q-103")).code == 0
        line = json.loads(await asyncio.wait_for(program.stdout.readline(), 20))
        assert (line["schema"], line["position"]) == ("chancery.log-event/1", head + 1)
    finally:
        program.send_signal(signal.SIGINT)
        await asyncio.wait_for(program.communicate(), 20)
    assert program.returncode == 130


async def test_views_are_checked_and_made_anew(staffed: Desk, cli: Cli, database: Database) -> None:
    assert (await cli("rebuild", "views", "--check")).code == 0
    async with await psycopg.AsyncConnection.connect(database.admin_url, autocommit=True) as admin:
        await admin.execute("UPDATE view.task SET accepted = true")
    wrong = await cli("rebuild", "views", "--check", "--json")
    assert wrong.code == 1 and wrong.json["differences"]
    mended = await cli("rebuild", "views", "--json")
    assert mended.code == 0 and mended.json["mended"]["task"] == 1
    assert (await cli("rebuild", "views", "--check")).code == 0
