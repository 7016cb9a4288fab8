"""Waivers with what is done instead, corrections and corrections of them, late entries of one outage: on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chancery.clock import ManualClock
from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW
from tests.cli.conftest import TASK, Cli
from tests.made import FOCAL, cid, opening

END = ("--outcome", "not_appropriate", "--reason", "no_meeting_called", "--as", "Q-103")


async def shown(cli: Cli) -> dict[str, Any]:
    return (await cli("task", "show", TASK, "--json")).json


async def test_a_correction_is_asked_for_answered_and_corrected_again(staffed: Desk, cli: Cli) -> None:
    assert (await cli("task", "not-act", TASK, *END)).code == 0
    asked = ("task", "correct", TASK, "--field", "reason", "--reason", "typing_error", "--as", "Q-103")
    said = await cli(*asked, "--value", "capacity", "--json")
    assert said.code == 0, said.err
    proposal = said.json["position"]
    now = await shown(cli)
    assert now["reason"] == "no_meeting_called"
    [request] = now["corrections_asked"]
    assert (request["position"], request["value"], request["requester"]) == (proposal, "capacity", "Q-103")
    assert "A correction waits for an answer" in (await cli("task", "show", TASK)).out
    own = await cli("task", "correction", "answer", TASK, "--as", "Q-103")
    assert (own.code, "[second-person]" in own.err) == (4, True)
    said = await cli("task", "correction", "answer", TASK, "--as", "Q-101", "--json")
    assert said.code == 0, said.err
    first = said.json["position"]
    assert (await shown(cli))["reason"] == "capacity"
    # A correction of that correction; two stand open, so the answer says which.
    assert (await cli(*asked, "--value", "security", "--of", str(first))).code == 0
    second = await cli(*asked, "--value", "will", "--json")
    assert second.code == 0, second.err
    unclear = await cli("task", "correction", "answer", TASK, "--as", "Q-101")
    assert (unclear.code, "2 corrections to be answered" in unclear.err) == (2, True)
    which = str(second.json["position"])
    assert (await cli("task", "correction", "answer", TASK, "--of", which, "--no", "--as", "Q-101")).code == 0
    assert (await cli("task", "correction", "answer", TASK, "--as", "Q-101")).code == 0
    final = await shown(cli)
    assert (final["reason"], final["corrections_asked"]) == ("security", [])
    told = [h["sentence"] for h in final["history"] if "orrect" in h["type"]]
    assert told[1].startswith("Q-101 agreed that the reason says no time of staff, as Q-103 asked: ")
    assert "Q-101 refused the correction." in told
    assert len(told) == 6  # three asked, two approved, one refused: every entry stays


async def test_a_waiver_with_what_is_done_instead(staffed: Desk, cli: Cli) -> None:
    said = await cli(
        "task", "waive", "propose", TASK, "--reason", "security", "--alternative", "bilateral_talks=2026-09-30",
        "--alternative", "written_exchange=2026-07-15", "--review-on", "2026-10-01", "--as", "Q-103",
    )  # fmt: skip
    assert said.code == 0, said.err
    asked = (await shown(cli))["waiver"]
    assert [one["by"] for one in asked["alternatives"]] == ["2026-09-30", "2026-07-15"]
    page = (await cli("task", "show", TASK)).out
    assert "A waiver waits for an answer" in page and "bilateral talks by 2026-09-30" in page
    assert (await cli("task", "waive", "approve", TASK, "--as", "Q-103")).code == 4
    assert (await cli("task", "waive", "approve", TASK, "--as", "Q-101")).code == 0
    now = await shown(cli)
    assert (now["outcome"], now["not_met"], now["waiver"]) == ("waived", False, None)
    found = (await cli("task", "list", "--obligation", "o-1", "--json")).json["tasks"]
    assert [(t["task"], t["due"]) for t in found] == [
        ("alternative.2", "2026-07-15T20:59:59Z"),
        ("alternative.1", "2026-09-30T20:59:59Z"),
        ("alternative.3", "2026-10-01T20:59:59Z"),
    ]
    titles = [(await cli("task", "show", f"o-1/alternative.{n}", "--json")).json["title"] for n in (1, 3)]
    assert titles == [
        "what is done instead: bilateral talks",
        "what is done instead: a look back at what was done instead",
    ]


async def test_the_second_waiver_in_a_row_needs_headquarters_however_the_duty_was_opened(
    staffed: Desk, cli: Cli
) -> None:
    ask = ("--reason", "security", "--alternative", "written_exchange=2026-09-30", "--as", "Q-103")
    assert (await cli("task", "waive", "propose", TASK, *ask)).code == 0
    assert (await cli("task", "waive", "approve", TASK, "--as", "Q-101")).code == 0
    # It stays open until what is done instead has ended, and counts as waived from now on.
    opened = await cli(
        "obligation", "open", "--mission", "Q", "--definition", "COORD-LOCAL", "--period", "2026-07", "--due", "2026-08-31",
        "--as", "Q-103", "--json",
    )  # fmt: skip
    assert opened.code == 0, opened.err
    name = opened.json["obligation"]
    assert (await cli("obligation", "show", name, "--json")).json["waived_before"] == 1
    hold = c.OpenTask(command_id=cid("hold again"), mission="Q", obligation=name, step="hold")
    await staffed.submit(hold, ENGINE_WORKFLOW)
    again = f"{name}/hold.1"
    assert (await cli("task", "waive", "propose", again, "--reason", "security", "--as", "Q-103")).code == 0
    said = await cli("task", "waive", "approve", again, "--as", "Q-101")
    assert (said.code, "[higher-approver]" in said.err) == (4, True)
    assert (
        "dès la deuxième"
        in (await cli("task", "waive", "approve", again, "--as", "Q-101", "--language", "fr")).err
    )


async def test_not_met_is_shown_wherever_the_task_is(staffed: Desk, cli: Cli, clock: ManualClock) -> None:
    base = opening("m-1", "MEET-ANNUAL", "2026").model_copy(update={"due_day": "2026-12-31"})
    await staffed.submit(base, ENGINE_WORKFLOW)
    hold = c.OpenTask(command_id=cid("hold m"), mission="Q", obligation="m-1", step="hold")
    await staffed.submit(hold, ENGINE_WORKFLOW)
    reads = (("task", "show", "m-1/hold.1"), ("task", "list", "--obligation", "m-1"), ("obligation", "list", "--mission", "Q"),
             ("obligation", "show", "m-1"))  # fmt: skip
    for read in reads:
        assert "not met" not in (await cli(*read)).out.lower()
    clock.set(datetime(2026, 12, 31, 22, tzinfo=UTC))
    wake = c.Wake(command_id=cid("wake"), mission="Q", obligation="m-1", planned=clock.now())
    await staffed.submit(wake, ENGINE_WORKFLOW)
    for read in reads:
        assert "not met" in (await cli(*read)).out.lower(), read
        assert "non remplie" in (await cli(*read, "--language", "fr")).out.lower(), read
    end = c.NotAct(
        command_id=cid("late"), mission="Q", obligation="m-1", task="hold.1", outcome="blocked", reason="assembly_dangerous"
    )  # fmt: skip
    await staffed.submit(end, FOCAL)
    # A late justification does not erase it.
    assert (await cli("task", "show", "m-1/hold.1", "--json")).json["not_met"] is True


async def test_late_entries_of_one_outage_are_confirmed_together(
    staffed: Desk, cli: Cli, clock: ManualClock
) -> None:
    due = datetime(2026, 6, 30, 21, tzinfo=UTC)
    for n in range(2, 5):
        await staffed.submit(
            c.OpenTask(command_id=cid(f"o{n}"), mission="Q", obligation="o-1", step="hold", occurrence=str(n)), ENGINE_WORKFLOW
        )  # fmt: skip
    clock.set(due + timedelta(days=1))

    async def entered(task: str, hours_before: int, who: str = "Q-103") -> None:
        proof = {"kind": "minutes", "digest": "ab" * 32, "bytes": 1, "marking": "limite"}
        done = c.CompleteTask(
            command_id=cid(f"done {task}"), mission="Q", obligation="o-1", task=task, checklist=("risk_list",),
            evidence=(proof,), happened_at=due - timedelta(hours=hours_before),
        )  # fmt: skip
        await staffed.submit(done, FOCAL)

    await entered("hold.1", 2)
    await entered("hold.2", 3)
    await entered("hold.3", 30)  # before the outage
    declared = await cli(
        "outage", "declare", "--mission", "Q", "--from", "2026-06-30T18:00", "--until", "2026-07-01T09:00", "--as", "Q-101",
        "--json",
    )  # fmt: skip
    assert declared.code == 0, declared.err
    outage = declared.json["outage"]
    assert outage in (await cli("outage", "list", "--mission", "Q")).out
    own = await cli("task", "confirm", "--all-of", outage, "--as", "Q-103", "--json")
    assert own.code == 1 and {a["code"] for a in own.json["answers"]} == {"second-person"}
    done = await cli("task", "confirm", "--all-of", outage, "--as", "Q-102", "--json")
    assert done.code == 0, done.err
    assert [a["task"] for a in done.json["answers"]] == ["o-1/hold.1", "o-1/hold.2"]
    confirmed = {
        t: (await cli("task", "show", f"o-1/{t}", "--json")).json["confirmed"]
        for t in ("hold.1", "hold.2", "hold.3")
    }
    assert confirmed == {"hold.1": True, "hold.2": True, "hold.3": None}
    again = await cli("task", "confirm", "--all-of", outage, "--as", "Q-102")
    assert again.code == 0 and "No late entry of that time waits for an answer." in again.err
