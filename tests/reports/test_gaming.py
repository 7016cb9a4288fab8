"""Gaming that is to be expected, each played through the real desk: the report shows it as a fact with positions, accusing nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW
from domain.refusals import Refused
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, opening
from tests.reports.conftest import Story

ACCUSES = re.compile(
    r"\b(abuse|abus|fraud\w*|suspicious|suspect\w*|cheat\w*|trich\w*|gam(ed|ing)|excessive|excessi\w+|unjustified|injustifi\w+)\b",
    re.IGNORECASE,
)


def only(items: list[dict[str, Any]]) -> dict[str, Any]:
    [item] = items
    return item


async def said(story: Story, posting: str = "p-fp") -> str:
    """The report in both languages, on one line each, without a word that accuses."""
    report = await story.report(posting)
    texts = [" ".join(report.text(language).split()) for language in ("en", "fr")]
    assert not any(ACCUSES.search(text) for text in texts)
    assert ACCUSES.search("an excessive pause") and ACCUSES.search("abus"), "control"
    return " ".join(texts)


async def test_closing_as_not_appropriate_again_and_again_stands_there_with_its_reasons(story: Story) -> None:
    for n in (1, 2, 3):
        await story.on(2 + n).task(f"o-{n}")
        await story.act(c.NotAct, FOCAL, f"o-{n}", outcome="not_appropriate", reason="no_meeting_called")
    items = (await story.figures())["not_acted"]
    assert [(i["outcome"], i["reason"], i["entered_by"]) for i in items] == [
        ("not_appropriate", "no_meeting_called", "self")
    ] * 3
    assert all(i["confirmed_by"] is None for i in items), "nobody else looked at any of them"
    assert (await story.figures())["on_time"] == [], "deciding not to act is never counted as done"
    text = await said(story)
    assert text.count("not appropriate; reason") == 3
    assert "nobody's second look is in the log" in text


async def test_splitting_one_duty_into_several_shows_who_opened_them_and_how_many_alike(story: Story) -> None:
    story.on(4)
    for name in ("o-1", "o-2", "o-3"):
        await story.desk.submit(opening(name), FOCAL)  # the same definition, the same period
        await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation=name, step="hold")
        await story.complete(name=name)
    figures = await story.figures()
    assert len(figures["on_time"]) == 3
    assert [(i["what"], i["alike"], i["tasks"], i["held"]) for i in figures["opened_by"]] == [
        ("ObligationOpened", 3, 1, 1)
    ] * 3
    types = {e.position: e.event["type"] for e in await story.desk.log.read(0, 1000)}
    for item in figures["opened_by"]:
        assert [types[p] for p in item["positions"]] == ["ObligationOpened", "TaskOpened"]
    assert "opened alike in this period (same definition and period, or same proceeding): 3" in await said(
        story
    )


async def test_what_the_engine_opens_is_nobodys_opening(story: Story) -> None:
    await story.on(4).task()
    assert (await story.figures())["opened_by"] == []


async def test_a_sitting_list_cut_into_many_counts_each(story: Story) -> None:
    await story.desk.submit(opening("o-trial", "TRIAL-OBS", None), FOCAL)
    sittings = [
        {
            "appointment": f"ap-{n}",
            "starts": datetime(2026, 5, 20, 7 + n, tzinfo=UTC),
            "day": "2026-05-20",
            "whole_day": False,
        }
        for n in range(4)
    ]
    await story.on(3).do(c.RecordSittings, FOCAL, obligation="o-trial", sittings=sittings)
    await story.do(c.SetGate, FOCAL, obligation="o-trial", gate="consent:attend", open=True)
    at = {"obligation": "o-trial", "appointment": "ap-0", "occurrence": "ap-0"}
    await story.do(c.OpenTask, ENGINE_WORKFLOW, step="decide-and-staff", **at)
    opened = (await story.figures())["opened_by"]
    assert [(i["what"], i["alike"]) for i in opened] == [
        ("ObligationOpened", 1),
        *[("AppointmentSet", 4)] * 4,
    ]
    assert [i.get("sitting") for i in opened] == [None, 1, 2, 3, 4]


async def test_back_dating_shows_when_it_was_entered_beside_when_it_is_said_to_have_happened(
    story: Story,
) -> None:
    await story.on(3).task()  # due on the 6th
    end = await story.on(12).complete(happened_at=datetime(2026, 5, 6, 8, tzinfo=UTC))
    figures = await story.figures()
    late = only(figures["late_entries"])
    assert (late["happened"], late["recorded"]) == ("2026-05-06T08:00:00Z", "2026-05-12T08:00:00Z")
    assert (late["working_days"], late["entered_by"], late["confirmed"]) == (4, "self", None)
    assert late["positions"] == [end]
    assert figures["on_time"] == [], "in time only once a second person has confirmed it"
    assert only(figures["reported_in_time"])["recorded"] == "2026-05-12T08:00:00Z"
    second = await story.on(13).act(c.ConfirmTimeliness, DEPUTY, confirmed=False)
    late = only((await story.figures())["late_entries"])
    assert (late["confirmed"], late["confirmed_by"]) == (False, "deputy_head_of_mission")
    assert late["positions"] == [end, second]
    assert "4 working days later" in await said(story)


async def test_an_entry_of_the_same_day_is_no_late_entry(story: Story) -> None:
    await story.on(3).task()
    await story.on(5, 14).complete(happened_at=datetime(2026, 5, 5, 8, tzinfo=UTC))
    assert (await story.figures())["late_entries"] == []


async def test_an_obligation_back_dated_at_its_opening_shows_too(story: Story) -> None:
    base = opening("o-9").model_copy(update={"happened_at": datetime(2026, 5, 4, 8, tzinfo=UTC)})
    await story.on(11).desk.submit(base, FOCAL)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-9", step="hold")
    late = only((await story.figures())["late_entries"])
    assert (late["what"], late["happened"][:10], late["recorded"][:10]) == (
        "ObligationOpened",
        "2026-05-04",
        "2026-05-11",
    )


async def test_nobody_holds_their_own_clock(story: Story) -> None:
    await story.on(3).task()
    with pytest.raises(Refused) as refused:
        await story.on(4).act(c.PauseClock, FOCAL, cause="awaiting_partner", party="ngo")
    assert refused.value.code == "own-clock"


async def test_a_friendly_pause_names_who_declared_it_and_how_long_it_lasted(story: Story) -> None:
    """Two colleagues stop each other's clocks: both records show it, and by which role."""
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, ALTERNATE, cause="awaiting_partner", party="ngo")
    await story.on(10).act(c.RenewWait, DEPUTY)
    await story.on(24).act(c.ResumeClock, FOCAL)
    await story.on(25).complete()
    wait = only((await story.figures())["waiting"])
    assert (wait["declared_by"], wait["renewed_by"]) == ("focal_point_alternate", ["deputy_head_of_mission"])
    assert (wait["from"][:10], wait["until"][:10], wait["working_days"]) == ("2026-05-04", "2026-05-24", 15)
    assert len(wait["positions"]) == 3
    for posting in ("p-alt", "p-dep"):
        # Neither held the task, so the obligation is in neither record until they have a part in it.
        assert (await story.figures(posting))["pauses"] == []
    await story.task("o-2")
    await story.act(c.ReassignTask, HEAD, "o-2", posting="p-alt")
    await story.on(26).act(c.PauseClock, FOCAL, "o-2", cause="awaiting_partner", party="ngo")
    pause = only((await story.figures())["pauses"])
    assert (pause["declared_by"], pause["holder"]) == ("self", "focal_point_alternate")
    text = await said(story)
    assert "declared by alternate focal point" in text and "renewed by Deputy Head of Mission" in text
    assert "p-alt" not in text and "p-dep" not in text


async def test_contacts_say_whether_they_were_met_before_and_that_who_is_sealed(story: Story) -> None:
    """Ten calls to one friendly organisation: the log cannot tell which, so the report says what it can and what it cannot."""
    for n in range(3):
        name = f"o-c{n}"
        await story.on(4 + n).desk.submit(opening(name, "CONTACT", None), FOCAL)
        await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation=name, step="reply")
        await story.do(
            c.CompleteTask,
            FOCAL,
            obligation=name,
            task="reply.1",
            checklist=["safe_channel"],
            result={"place": "telephone", "met_before": "yes", "promised": "nothing"},
        )
    figures = await story.figures()
    assert [(i["form"], i["met_before"]) for i in figures["contacts"]] == [("telephone", "yes")] * 3
    assert [i["alike"] for i in figures["opened_by"]] == [3, 3, 3]
    text = await said(story)
    assert text.count("met before") >= 3 and "one organisation met ten times" in text
