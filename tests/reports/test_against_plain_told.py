"""A told history in which every figure of the report has something to count, against the second computation; and controls."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chancery.reports.involved import involved
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR
from tests.made import ALTERNATE, DEPUTY, FOCAL, HEAD, POLITICAL, opening
from tests.reports.conftest import Story
from tests.reports.plain_more import PlainMore
from tests.reports.test_against_plain import agree
from tests.reports.test_page import TRIAL, trial

PEOPLE = ("p-fp", "p-alt", "p-hom", "p-dep", "p-pol", "p-la")
PERIODS = ((1, 31), (1, 10), (8, 14), (18, 31))


async def month(story: Story) -> None:
    """May 2026 in mission Q: a trial, and some of everything else, in the order of the days."""
    await story.absent("p-fp", 27, 28, substitute="p-pol")
    await story.absent("p-fp", 18, 19, substitute="p-pol")
    await story.absent("p-alt", 6, 7)
    await trial(story, ALTERNATE)  # until the 17th
    await swapped(story)
    await story.on(17, 20).task("o-1")
    await story.task("o-2", term="5wd", source="guideline")
    await story.task("o-3", term="1wd")
    await story.task("o-8", term="1wd")
    await story.task("o-9")
    await story.act(c.AcceptTask, FOCAL, "o-1")
    await story.on(18).act(c.PauseClock, ALTERNATE, "o-2", cause="awaiting_partner", party="ngo")
    await story.act(c.ReassignTask, HEAD, "o-2", posting="p-dep")
    await story.on(19).act(c.RenewWait, FOCAL, "o-2")
    await story.on(20, 19).complete(name="o-1")
    await story.complete(name="o-8")
    await story.on(21).wake("o-3")
    await story.complete(name="o-9", happened_at=datetime(2026, 5, 19, 9, tzinfo=UTC))
    await story.act(c.ReassignTask, DEPUTY, "o-3", posting="p-hom")
    await story.act(c.AcceptTask, HEAD, "o-3")
    await story.act(c.ResumeClock, DEPUTY, "o-2")
    await story.act(c.ReassignTask, HEAD, "o-2", posting="p-alt")
    await story.act(c.ProposeWaiver, ALTERNATE, "o-2", reason="capacity")
    await story.on(22).act(c.AnswerWaiver, HEAD, "o-2", approved=True)
    await story.act(c.NotAct, HEAD, "o-3", outcome="not_appropriate", reason="no_meeting_called")
    await corrected(story)
    await story.on(24).desk.submit(opening("o-c", "CONTACT", None), FOCAL)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-c", step="reply")
    result = {"place": "telephone", "met_before": "no", "promised": "nothing"}
    told = {
        "happened_at": datetime(2026, 5, 24, 8, tzinfo=UTC),
        "checklist": ["safe_channel"],
        "result": result,
    }
    await story.on(26).do(c.CompleteTask, FOCAL, obligation="o-c", task="reply.1", **told)
    await story.desk.submit(opening("o-t", "TRAIN", "p-fp.2026"), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-t", step="train", posting="p-fp")
    certificate = {"kind": "certificate", "digest": "ef" * 32, "bytes": 9, "marking": "limite"}
    lines = ["guidelines", "do_no_harm", "data_protection"]
    await story.do(
        c.CompleteTask, FOCAL, obligation="o-t", task="train.1", checklist=lines, evidence=[certificate]
    )
    await story.task("o-4", term="10wd")
    await story.task("o-5")
    await story.on(28).complete(POLITICAL, "o-5")  # as the substitute
    act = c.Act(obligation="o-5", task="hold.1")
    await story.act(c.CompleteTask, POLITICAL, "o-4", act=act)
    await story.task("o-6", term="10wd")
    await story.do(c.CancelTask, ENGINE_WORKFLOW, obligation="o-6", task="hold.1", cause="no_longer_needed")
    await story.on(30).task("o-7", term="20wd")


async def swapped(story: Story) -> None:
    """Another trial: the political officer claims its sitting, and the focal point sends the alternate."""
    name = "o-other"
    await story.desk.submit(opening(name, "TRIAL-OBS", None), ENGINE_TICK)
    starts = datetime(2026, 5, 25, 7, tzinfo=UTC)
    sitting = {"appointment": "ap-9", "starts": starts, "day": "2026-05-25", "whole_day": False}
    await story.do(c.RecordSittings, FOCAL, obligation=name, sittings=[sitting])
    await story.do(c.SetGate, FOCAL, obligation=name, gate="consent:attend", open=True)
    await story.do(c.OfferRota, ENGINE_WORKFLOW, obligation=name, appointment="ap-9")
    await story.do(c.AnswerRota, POLITICAL, obligation=name, appointment="ap-9", claim=True)
    at = {"obligation": name, "appointment": "ap-9", "occurrence": "ap-9"}
    await story.do(c.OpenTask, ENGINE_WORKFLOW, step="decide-and-staff", **at)
    decided = {"task": "decide-and-staff.ap-9", "checklist": ["briefed"]}
    result = {"decision": "observe", "observer": "p-alt"}
    await story.do(c.CompleteTask, FOCAL, obligation=name, result=result, **decided)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, step="attend-and-report", posting="p-alt", **at)
    passed_on = {"task": "attend-and-report.ap-9", "posting": "p-dep"}
    await story.do(c.ReassignTask, HEAD, obligation=name, **passed_on)


async def corrected(story: Story) -> None:
    """One correction made and one refused, of o-1; when it happened is corrected too."""
    fix = {"field": "reason", "reason": "typing_error"}
    await story.on(23).act(c.ProposeCorrection, FOCAL, value="security", **fix)
    await story.answer(HEAD)
    await story.act(c.ProposeCorrection, FOCAL, value="will", **fix)
    await story.answer(ALTERNATE, approved=False)
    earlier = {"field": "happened_at", "value": "2026-05-19T10:00:00Z", "reason": "wrong_time"}
    await story.act(c.ProposeCorrection, FOCAL, **earlier)
    await story.answer(HEAD)


async def both(story: Story, posting: str, first: int, last: int) -> tuple[dict[str, Any], PlainMore]:
    days = date(2026, 5, first), date(2026, 5, last)
    report = (await staff_report(story.desk.log, posting, [posting], *days)).data()
    rows = [(e.position, e.recorded_us, e.body) for e in await story.desk.log.read(0, 100_000)]
    return report, PlainMore(rows, posting, *days)


async def test_every_figure_of_a_month_equals_a_second_computation(story: Story) -> None:
    await month(story)
    seen: Counter[str] = Counter()
    for posting in PEOPLE:
        for first, last in PERIODS:
            report, plain = await both(story, posting, first, last)
            agree(report, plain)
            seen.update({name: figure["count"] for name, figure in report["figures"].items()})
    # Without this the comparison of a figure could be of nothing with nothing.
    assert not [name for name, n in seen.items() if not n]


async def test_a_figure_that_was_doctored_is_found(story: Story) -> None:
    await month(story)
    found = 0
    for posting in PEOPLE:
        report, plain = await both(story, posting, 1, 31)
        agree(report, plain)
        for name, figure in report["figures"].items():
            if not figure["items"]:
                continue
            found += 1
            for doctor in (_left_out, _twice, _pointed_elsewhere):
                changed = copy.deepcopy(report)
                doctor(changed["figures"][name])
                if doctor is _pointed_elsewhere and name not in plain.lists():
                    continue  # of the first eleven, how many there are is what is compared
                with pytest.raises(AssertionError):
                    agree(changed, plain)
        changed = copy.deepcopy(report)
        for week in changed["load"]:
            week["positions"] = week["positions"][1:] or [1]
        with pytest.raises(AssertionError):
            agree(changed, plain)
        if report["sources"]:
            changed = copy.deepcopy(report)
            changed["sources"][0]["ends"]["late"] += 1
            with pytest.raises(AssertionError):
                agree(changed, plain)
    assert found > 30


def _left_out(figure: dict[str, Any]) -> None:
    figure["items"].pop()
    figure["count"] -= 1


def _twice(figure: dict[str, Any]) -> None:
    figure["items"].append(figure["items"][-1])
    figure["count"] += 1


def _pointed_elsewhere(figure: dict[str, Any]) -> None:
    figure["items"][-1]["about"] -= 1


async def test_what_becomes_known_later_changes_nothing_that_was_known_then(story: Story) -> None:
    """A colleague stopped a clock without a part in the matter, and gets a part later: then is still then."""
    await story.on(3).task()
    await story.task("o-2")
    await story.act(c.ReassignTask, HEAD, "o-2", posting="p-alt")
    position = await story.on(4, 20).act(c.PauseClock, ALTERNATE, cause="awaiting_partner", party="ngo")
    then = await story.report("p-alt")
    assert then.data()["figures"]["out_of_hours"]["count"] == 0
    await story.on(5).act(c.ReassignTask, HEAD, posting="p-alt")
    assert (await story.figures("p-alt"))["out_of_hours"], "control: with a part in it, the entry counts"
    assert (await story.report("p-alt", as_of=position)).json() == then.json()


async def test_an_operator_is_nobody_in_a_record(story: Story) -> None:
    base = opening("o-op")
    await story.on(3, 22).desk.submit(base, OPERATOR)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-op", step="hold")
    figures = await story.figures()
    assert figures["out_of_hours"] == [] and figures["opened_by"] == []


async def test_what_was_over_before_the_period_is_not_read_and_nothing_is_missing(story: Story) -> None:
    await story.on(3).task("o-1")
    await story.task("o-2")
    await story.task("o-3")
    await story.on(4).complete(name="o-1")
    await story.complete(name="o-2")
    for name in ("o-1", "o-2"):
        await story.do(c.CloseObligation, ENGINE_WORKFLOW, obligation=name, outcome="done")
    fix = {"field": "happened_at", "value": "2026-05-03T10:00:00Z", "reason": "wrong_time"}
    await story.on(12).act(c.ProposeCorrection, FOCAL, "o-2", **fix)
    head = await story.desk.log.head()
    since = datetime(2026, 5, 10, tzinfo=UTC)
    read = [e[0].data["obligation"] async for e in involved(story.desk.log, ["p-fp"], {"Q"}, since, head)]
    assert read == ["o-2", "o-3"], "what was said of it since counts as going on"
    early = datetime(2026, 5, 1, tzinfo=UTC)
    every = [e[0].data["obligation"] async for e in involved(story.desk.log, ["p-fp"], {"Q"}, early, head)]
    assert every == ["o-1", "o-2", "o-3"], "control"
    for first, last in ((1, 31), (10, 31), (12, 12)):
        agree(*await both(story, "p-fp", first, last))


async def test_a_sitting_counts_by_its_day_even_if_all_was_over_before(story: Story) -> None:
    """Refused at the door is known days before the sitting, and the proceeding closed: the sitting is still in its period."""
    await trial(story)
    await story.on(17).do(c.CloseObligation, ENGINE_WORKFLOW, obligation=TRIAL, outcome="done")
    head = await story.desk.log.head()
    since = datetime(2026, 5, 20, tzinfo=UTC)
    read = [e[0].data["obligation"] async for e in involved(story.desk.log, ["p-pol"], {"Q"}, since, head)]
    assert read == [TRIAL]
    agree(*await both(story, "p-pol", 20, 31))
