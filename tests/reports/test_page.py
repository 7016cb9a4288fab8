"""How the report reads, what it never says, and that it can be made again."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chancery.instruments import shipped
from chancery.reports import words
from chancery.reports.figures import NAMES
from chancery.reports.regimes import NoReport
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, Actor
from tests.made import ALTERNATE, FOCAL, HEAD, POLITICAL, opening
from tests.reports.conftest import Story

BANNED = re.compile(
    r"\b(breach|rank|score|percentile|rating|violation|better|worse|red|green|amber|manquement|classement)",
    re.IGNORECASE,
)
TRIAL = "o-secret-proceeding"
SITTINGS = ("ap-secret-one", "ap-secret-two")


async def trial(story: Story, reporter: Actor = POLITICAL) -> None:
    """A trial of two sittings: the first observed with the local agent's support, the second refused at the door.

    The political officer attends both; `reporter` writes the reports, which come to them after the sitting.
    """
    await story.desk.submit(opening(TRIAL, "TRIAL-OBS", None), ENGINE_TICK)
    sittings = [
        {
            "appointment": code,
            "starts": datetime(2026, 5, day, 7, tzinfo=UTC),
            "day": f"2026-05-{day:02d}",
            "whole_day": False,
        }
        for code, day in zip(SITTINGS, (10, 14), strict=True)
    ]
    await story.on(3).do(c.RecordSittings, FOCAL, obligation=TRIAL, sittings=sittings)
    await story.do(c.SetGate, FOCAL, obligation=TRIAL, gate="consent:attend", open=True)
    for code, admitted, (decide, attend) in zip(
        SITTINGS, ("yes", "refused"), ((5, 11), (12, 17)), strict=True
    ):
        at = {"obligation": TRIAL, "appointment": code, "occurrence": code}
        await story.on(decide).do(c.OfferRota, ENGINE_WORKFLOW, obligation=TRIAL, appointment=code)
        await story.do(c.AnswerRota, POLITICAL, obligation=TRIAL, appointment=code, claim=True)
        await story.do(
            c.AnswerRota, ALTERNATE, obligation=TRIAL, appointment=code, claim=False, reason="capacity"
        )
        await story.do(c.OpenTask, ENGINE_WORKFLOW, step="decide-and-staff", **at)
        decided = {"task": f"decide-and-staff.{code}", "checklist": ["briefed"]}
        result = {"decision": "observe", "observer": "p-pol", "support": "p-la"}
        await story.do(c.CompleteTask, FOCAL, obligation=TRIAL, result=result, **decided)
        await story.do(c.OpenTask, ENGINE_WORKFLOW, step="attend-and-report", posting="p-pol", **at)
        report = {"kind": "sitting_report", "digest": "cd" * 32, "bytes": 9, "marking": "limite"}
        attended = {"task": f"attend-and-report.{code}", "checklist": ["attended"], "evidence": [report]}
        story.on(attend)
        if reporter is not POLITICAL:
            to = {"task": f"attend-and-report.{code}", "posting": reporter.code}
            await story.do(c.ReassignTask, FOCAL, obligation=TRIAL, **to)
        await story.do(c.CompleteTask, reporter, obligation=TRIAL, result={"admitted": admitted}, **attended)


async def test_sittings_and_the_rota(story: Story) -> None:
    await trial(story)
    observer = await story.figures("p-pol")
    assert [(i["as"], i["admitted"], i["sitting"]) for i in observer["sittings"]] == [
        ("observer", "yes", 1),
        ("observer", "refused", 2),
    ]
    assert [i["sitting"] for i in observer["refused_entry"]] == [2], "refused at the door is performed"
    assert [i["answer"] for i in observer["rota"]] == ["offered", "observer"] * 2
    assert [i["answer"] for i in (await story.figures("p-alt"))["rota"]] == ["offered", "declined"] * 2
    support = await story.figures("p-la")
    assert [i["as"] for i in support["sittings"]] == ["support", "support"]
    assert support["rota"] == [], "a local agent is never asked to observe"


async def test_a_sitting_is_theirs_who_was_there_and_the_report_theirs_who_wrote_it(story: Story) -> None:
    await trial(story, ALTERNATE)
    there, wrote = await story.figures("p-pol"), await story.figures("p-alt")
    assert [i["sitting"] for i in there["sittings"]] == [1, 2]
    assert [i["sitting"] for i in wrote["sittings"]] == []
    assert len(wrote["on_time"]) == 2
    assert len(there["handed_on"]) == 2


async def test_no_time_before_a_sitting_is_anybodys(story: Story) -> None:
    await trial(story)
    first = next(i for i in (await story.figures("p-pol"))["on_time"] if i["sitting"] == 1)
    assert first["intervals"][0]["from"] == "2026-05-10T07:00:00Z", "the task was open since the 5th"
    assert first["own"] == {"working_days": 1}


async def test_no_code_of_a_case_or_a_colleague_leaves_the_log(story: Story) -> None:
    await trial(story)
    await story.on(17).task()
    await story.on(18).act(c.ReassignTask, HEAD, posting="p-alt")
    for posting in ("p-fp", "p-alt", "p-pol", "p-la"):
        report = await story.report(posting)
        everything = report.json() + report.text("en") + report.text("fr")
        assert "Case 1" in report.text("en") and "Dossier 1" in report.text("fr")
        for code in (TRIAL, *SITTINGS):
            assert code not in everything
        # Control: the person's own code is there, so that a colleague's would be seen.
        assert set(re.findall(r"\bp-(?:fp|alt|hom|dep|pol|la)\b", everything)) == {posting}


async def test_every_number_has_its_list_and_every_item_its_positions(story: Story) -> None:
    await trial(story)
    data = (await story.report("p-pol")).data()
    types = {e.position: e.event["type"] for e in await story.desk.log.read(0, 1000)}
    assert tuple(data["figures"]) == NAMES
    for name, figure in data["figures"].items():
        assert figure["count"] == len(figure["items"]), name
        for item in figure["items"]:
            assert item["positions"] == sorted(set(item["positions"])) and item["positions"], name
    first, *_ = data["figures"]["sittings"]["items"]
    assert [types[p] for p in first["positions"]] == ["AppointmentSet", "TaskCompleted"]
    assert [types[p] for p in data["figures"]["on_time"]["items"][0]["positions"]] == [
        "ObligationOpened",
        "TaskOpened",
        "TaskCompleted",
    ]
    log = data["log"]
    [last] = await story.desk.log.read(log["position"] - 1, 1)
    assert log["leaf"] == last.leaf.hex()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_page_is_narrow_and_says_no_forbidden_word(story: Story, language: str) -> None:
    await trial(story)
    await story.on(18).task()
    await story.on(28).complete()
    await story.absent("p-fp", 20, 21)
    for posting in ("p-fp", "p-pol"):
        text = (await story.report(posting)).text(language)
        assert max(map(len, text.splitlines())) <= 100
        assert not BANNED.search(text)
        text = " ".join(text.split())
        for share in ("share for this work 20 %", "part de ce travail 20 %"):
            text = text.replace(share, "")
        assert "%" not in text, "no percentages"
        assert "None" not in text.replace("None.", "") and "{" not in text
    assert BANNED.search("his score"), "control"


def test_every_word_stands_in_both_languages() -> None:
    same = {"position", "positions", "account.suspension", "hm"}
    for code, (english, french) in words.WORDS.items():
        assert english and french
        assert code in same or english != french, code
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", french)), code
    assert {f"unseen.{code}" for code in words.UNSEEN} | set(NAMES) <= words.WORDS.keys()


async def test_the_header_says_what_it_rests_on(story: Story) -> None:
    await story.on(3).task()
    report = await story.report()
    data = report.data()
    assert data["schema"] == "chancery.staff-report/2"
    [post] = data["posts"]
    assert (post["post"], post["role"], post["share_percent"], post["from"], post["until"]) == (
        "Q-POL-1", "focal_point", 20, "2024-01-01", None,
    )  # fmt: skip
    [text] = data["definitions"]
    assert (text["definition"], text["version"], text["paragraph_confirmed"]) == (
        "COORD-LOCAL",
        shipped()["eu-hrd"]["version"],
        False,
    )
    assert "not checked against the official text" in " ".join(report.text().split())
    assert data["cannot_see"] and "What the system cannot see" in report.text()
    assert json.loads(report.json()) == data


async def test_it_is_made_again_byte_for_byte_whatever_comes_after(story: Story) -> None:
    await trial(story)
    first = await story.report("p-pol")
    position = first.data()["log"]["position"]
    await story.on(20).task("o-9")
    await story.absent("p-pol", 4, 6)
    await story.do(c.ReviseCalendar, HEAD, add={"2026-05-12": "Closing day"}, source="mission")
    again = await story.report("p-pol", as_of=position)
    assert (again.json(), again.text("fr")) == (first.json(), first.text("fr"))
    assert (await story.report("p-pol")).json() != first.json(), "control: the head says another thing"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"as_of": 10_000}, "report.position"),
        ({"as_of": 0}, "report.position"),
        ({"as_of": datetime(2020, 1, 1, tzinfo=UTC)}, "report.position"),
        ({"as_of": datetime(2026, 5, 1)}, "report.instant"),
        ({"first": 3, "last": 2}, "report.period"),
        ({"posting": "p-nobody"}, "report.nobody"),
        ({"as_of": 1}, "report.nobody"),
    ],
)
async def test_what_cannot_be_made_is_refused_in_one_sentence(
    story: Story, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(NoReport) as refused:
        await story.report(**more)
    assert refused.value.code == code
    assert "\n" not in refused.value.message


async def test_two_posts_that_follow_each_other_are_one_record(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.ReassignTask, HEAD, posting="p-alt")
    await story.on(5).complete(ALTERNATE)
    report = await staff_report(
        story.desk.log, "Q-103", ["p-fp", "p-alt"], date(2026, 5, 1), date(2026, 5, 31)
    )
    figures = report.data()["figures"]
    assert (figures["assigned"]["count"], figures["handed_on"]["count"], figures["on_time"]["count"]) == (
        1,
        0,
        1,
    )
    assert len(report.data()["posts"]) == 2
