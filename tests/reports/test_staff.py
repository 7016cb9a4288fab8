"""Whose time it was, told by small histories (DEADLINES.md, "Whose time it was"; REQUIREMENTS.md, "A fair staff report")."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain import commands as c
from tests.made import ALTERNATE, FOCAL, HEAD
from tests.reports.conftest import Story, accounts_of


async def test_whoever_handed_on_in_time_is_not_blamed_for_what_came_after(story: Story) -> None:
    await story.on(3).task()  # Sunday; due Wednesday the 6th
    await story.on(6).act(c.ReassignTask, HEAD, posting="p-alt")
    await story.on(10).complete(ALTERNATE)
    mine = await story.figures("p-fp")
    assert mine["late"] == [] and mine["on_time"] == []
    [handed] = mine["handed_on"]
    assert (handed["timeliness"], handed["share"]) == ("on time", None)
    assert handed["own"] == {"working_days": 3}
    assert accounts_of(handed) == ["own"], "nothing of what came after stands in the predecessor's record"
    [late] = (await story.figures("p-alt"))["late"]
    assert (late["share"], late["missed"]) == ("late, shared", "after the default date")
    assert late["own"] == {"working_days": 2}
    assert accounts_of(late) == ["another_officer", "own"]


async def test_late_in_own_hands_only_after_the_whole_term(story: Story) -> None:
    await story.on(3).task()
    await story.on(11).complete()
    [late] = (await story.figures())["late"]
    assert (late["share"], late["missed"]) == ("late in my hands", "after the default date")
    assert late["own"] == {"working_days": 6}
    assert late["reason"] == "capacity"


async def test_what_was_handed_on_overdue_says_so(story: Story) -> None:
    await story.on(3).task()
    await story.on(11).act(c.ReassignTask, HEAD, posting="p-alt")
    [handed] = (await story.figures())["handed_on"]
    assert handed["share"] == "late in my hands"
    [open_] = (await story.figures("p-alt"))["carried_out"]
    assert open_["share"] == "late, shared"


async def test_leave_with_a_substitute_moves_the_time_to_the_substitute(story: Story) -> None:
    await story.absent("p-fp", 4, 5, substitute="p-pol")
    await story.on(3).task(term="5wd")
    await story.on(7).complete()
    [own] = (await story.figures("p-fp"))["own_time"]
    assert own["in_all"] == {"working_days": 2}
    assert accounts_of(own) == ["own", "another_officer", "own"]
    absence = next(e.position for e in await story.desk.log.read(0) if e.event["type"] == "AbsenceRecorded")
    assert absence in own["positions"]
    [stood] = (await story.figures("p-pol"))["stood_in"]
    assert stood["in_period"] == {"working_days": 2} and absence in stood["positions"]
    assert accounts_of(stood) == ["another_officer", "own", "another_officer"]


async def test_what_a_substitute_does_stands_in_the_substitutes_record_too(story: Story) -> None:
    from tests.made import POLITICAL

    await story.absent("p-fp", 4, 5, substitute="p-pol")
    await story.on(3).task()
    await story.on(5).complete(POLITICAL)
    [done] = (await story.figures("p-pol"))["acted_for"]
    assert done["what"] == "TaskCompleted"
    assert len((await story.figures("p-fp"))["on_time"]) == 1


async def test_leave_without_a_substitute_is_the_structures(story: Story) -> None:
    await story.on(3).task(term="5wd")
    await story.absent("p-fp", 4, 5)
    await story.on(7).complete()
    figures = await story.figures("p-fp")
    assert accounts_of(figures["own_time"][0]) == ["own", "vacancy", "own"]
    assert figures["own_time"][0]["in_all"] == {"working_days": 2}
    report = (await story.report("p-fp")).data()
    [away] = report["absences"]
    assert (away["from"], away["until"], away["working_days"], away["substitute"]) == (
        "2026-05-04",
        "2026-05-05",
        2,
        False,
    )
    assert set(away) == {"mission", "from", "until", "working_days", "substitute", "positions"}, (
        "an absence has no kind"
    )


async def test_a_suspension_is_nobodys(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).suspend(4, 30)
    await story.on(7).complete()
    [own] = (await story.figures())["own_time"]
    assert accounts_of(own) == ["own", "suspension", "own"]
    assert own["in_all"] == {"working_days": 2}, "a working day that it touches is the suspension's"


async def test_waiting_on_a_court_is_taken_out(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, HEAD, cause="adjourned", party="court")
    await story.on(6).act(c.ResumeClock, HEAD)
    await story.on(10).complete()
    figures = await story.figures()
    [done] = figures["on_time"]
    assert done["due"] > done["original_due"]
    assert accounts_of(done) == ["own", "outside", "own"]
    assert done["intervals"][1]["party"] == "court"
    assert done["own"] == {"working_days": 2}
    [wait] = figures["waiting"]
    assert (wait["cause"], wait["party"], wait["clock"]) == ("adjourned", "court", "stopped")
    assert len(wait["positions"]) == 2


async def test_an_open_task_whose_clock_stands_still_is_not_judged(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, HEAD, cause="adjourned", party="court")
    [open_] = (await story.figures(last=20))["carried_out"]
    assert open_["timeliness"] is None


async def test_a_fallback_not_accepted_is_the_vacancys(story: Story) -> None:
    await story.absent("p-fp", 1, 31)
    await story.on(3).task()
    await story.on(11).complete(ALTERNATE)
    [late] = (await story.figures("p-alt"))["late"]
    assert (late["share"], late["own"]) == ("late, shared", {"working_days": 0})
    assert accounts_of(late) == ["vacancy"]


async def test_a_fallback_is_theirs_once_accepted(story: Story) -> None:
    await story.absent("p-fp", 1, 31)
    await story.on(3).task()
    await story.on(4).act(c.AcceptTask, ALTERNATE)
    await story.on(5).complete(ALTERNATE)
    figures = await story.figures("p-alt")
    assert figures["on_time"][0]["own"] == {"working_days": 1}
    assert len(figures["accepted"]) == 1


@pytest.mark.parametrize(
    ("answer", "figure", "confirmed"),
    [(None, "reported_in_time", None), (True, "on_time", True), (False, "reported_in_time", False)],
)
async def test_a_late_entry_counts_once_a_second_person_confirms(
    story: Story, answer: bool | None, figure: str, confirmed: bool | None
) -> None:
    await story.on(3).task()
    await story.on(7).complete(happened_at=datetime(2026, 5, 5, 8, tzinfo=UTC))
    if answer is not None:
        await story.on(10).act(c.ConfirmTimeliness, ALTERNATE, confirmed=answer)
    figures = await story.figures()
    [item] = figures[figure]
    assert item["confirmed"] is confirmed
    assert [n for n in ("on_time", "reported_in_time", "late") if figures[n]] == [figure]
    assert item["happened"] == "2026-05-05T08:00:00Z" and item["at"] == "2026-05-07T08:00:00Z"


async def test_a_confirmation_after_five_working_days_comes_too_late(story: Story) -> None:
    await story.on(3).task()
    await story.on(7).complete(happened_at=datetime(2026, 5, 5, 8, tzinfo=UTC))
    await story.on(17).act(c.ConfirmTimeliness, ALTERNATE, confirmed=True)
    assert len((await story.figures())["reported_in_time"]) == 1


async def test_a_correction_shows_both_sides_and_only_from_when_it_was_made(story: Story) -> None:
    await story.on(3).task()
    await story.on(7).complete()
    before = await story.desk.log.head()
    first = await story.report()
    asked = {"field": "happened_at", "value": "2026-05-06T10:00:00Z", "reason": "typing_error"}
    await story.on(12).act(c.ProposeCorrection, FOCAL, **asked)
    [request] = (await story.figures())["corrections_not_made"]
    assert (request["asked"], request["correction"]) == ("2026-05-06T10:00:00Z", "unanswered_correction")
    await story.answer(HEAD)
    second = await story.report()
    assert (
        len(first.data()["figures"]["late"]["items"]) == 1
        and not first.data()["figures"]["corrections"]["items"]
    )
    figures = await story.figures()
    assert figures["late"] == [] and len(figures["on_time"]) == 1
    [correction] = figures["corrections"]
    assert (correction["before"], correction["after"]) == ("2026-05-07T08:00:00Z", "2026-05-06T10:00:00Z")
    again = await story.report(as_of=before)
    assert again.json() == first.json() != second.json()
    assert again.text("en") == first.text("en") and again.text("fr") == first.text("fr")
    by_instant = await story.report(as_of=datetime(2026, 5, 11, tzinfo=UTC))
    assert by_instant.json() == first.json()


async def test_a_correction_of_a_correction_says_who_asked_and_who_agreed(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.NotAct, outcome="not_appropriate", reason="no_meeting_called")
    end = await story.desk.log.head()
    fix = {"field": "reason", "reason": "typing_error"}
    first = await story.on(5).act(c.ProposeCorrection, FOCAL, value="capacity", **fix)
    agreed = await story.answer(HEAD)
    second = await story.on(6).act(c.ProposeCorrection, ALTERNATE, value="security", **fix)
    again = await story.answer(HEAD)
    third = await story.on(7).act(c.ProposeCorrection, FOCAL, value="will", **fix)
    refused = await story.answer(ALTERNATE, approved=False)
    figures = await story.figures()
    assert [(x["before"], x["after"]) for x in figures["corrections"]] == [
        ("no_meeting_called", "capacity"),
        ("capacity", "security"),
    ]
    assert [(x["requester"], x["approver"]) for x in figures["corrections"]] == [
        ("self", "head_of_mission"),
        ("focal_point_alternate", "head_of_mission"),
    ]
    assert [(x["of"], x["of_position"]) for x in figures["corrections"]] == [
        ("end", end),
        ("correction", agreed),
    ]
    assert [x["positions"] for x in figures["corrections"]] == [
        [end, first, agreed],
        [agreed, second, again],
    ]
    [not_made] = figures["corrections_not_made"]
    assert (not_made["asked"], not_made["correction"], not_made["positions"]) == (
        "will",
        "refused",
        [third, refused],
    )
    [ended] = figures["not_acted"]
    assert ended["reason"] == "security"
    for language, says in (
        ("en", (f"corrects the correction at position {agreed}", "refused by alternate focal point")),
        ("fr", (f"corrige la correction en position {agreed}", "refusé par point focal suppléant")),
    ):
        text = " ".join((await story.report()).text(language).split())
        assert all(said in text for said in says)
    assert "p-hom" not in (await story.report()).json() and "p-alt" not in (await story.report()).json()


async def test_what_the_guidelines_state_is_not_met_and_a_late_waiver_does_not_erase_it(story: Story) -> None:
    await story.on(3).task(source="guideline")
    await story.task("o-2")
    await story.on(6, 21).wake()
    await story.wake("o-2")
    story.on(10)
    for name in ("o-1", "o-2"):
        await story.act(c.ProposeWaiver, name=name, reason="capacity")
        await story.act(c.AnswerWaiver, HEAD, name, approved=True)
    stated, ours = (await story.figures())["waived"]
    assert (stated["source"], stated["not_met"]) == ("guideline", True)
    # A default of ours that passed is late; it is never called not met.
    assert (ours["source"], ours["not_met"]) == ("product_default", False)
    passed = next(e.position for e in await story.desk.log.read(0) if e.event["type"] == "DeadlinePassed")
    assert passed in stated["positions"]
    for language, says in (("en", "not met:"), ("fr", "non remplie")):
        assert (await story.report()).text(language).count(says) == 1


async def test_a_waiver_is_a_good_end(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.ProposeWaiver, reason="capacity")
    await story.on(5).act(c.AnswerWaiver, HEAD, approved=True)
    [waived] = (await story.figures())["waived"]
    assert (waived["timeliness"], waived["reason"]) == (None, "capacity")


async def test_deciding_not_to_act_in_time_is_on_time(story: Story) -> None:
    await story.on(3).task(source="guideline")
    await story.on(4).act(c.NotAct, outcome="not_appropriate", reason="no_meeting_called")
    [item] = (await story.figures())["not_acted"]
    assert (item["timeliness"], item["outcome"], item["reason"]) == (
        "on time",
        "not_appropriate",
        "no_meeting_called",
    )
    assert item["source"] == "guideline"


async def test_hours_are_exact_and_belong_to_whoever_acknowledged(story: Story) -> None:
    await story.on(3, 8).task(term="24h")
    await story.on(3, 10, 30).act(c.AcceptTask)
    await story.on(4, 7, 45).complete()
    [done] = (await story.figures())["on_time"]
    assert done["own"] == {"seconds": (21 * 60 + 15) * 60, "hours_minutes": "21:15"}
    assert accounts_of(done) == ["vacancy", "own"]


async def test_a_term_stated_by_the_guidelines_alone_is_called_theirs(story: Story) -> None:
    await story.on(3).task("o-1")
    await story.task("o-2", source="guideline")
    await story.on(11).complete(name="o-1")
    await story.complete(name="o-2")
    late = (await story.figures())["late"]
    assert [i["missed"] for i in late] == ["after the default date", "after the guideline's date"]


async def test_what_is_open_is_carried_from_period_to_period(story: Story) -> None:
    await story.on(3).task(term="15wd")
    await story.on(20).complete()
    before, after = await story.figures(last=10), await story.figures(first=11)
    assert [len(before[n]) for n in ("assigned", "carried_in", "carried_out", "on_time")] == [1, 0, 1, 0]
    assert [len(after[n]) for n in ("assigned", "carried_in", "carried_out", "on_time")] == [0, 1, 0, 1]
    assert before["own_time"][0]["in_period"] == {"working_days": 5}
    assert after["own_time"][0]["in_period"] == {"working_days": 8}
    assert after["own_time"][0]["in_all"] == {"working_days": 13}


async def test_an_escalation_and_its_answer(story: Story) -> None:
    await story.on(3).task(term="2h")
    await story.on(3, 10, 40).wake()
    await story.on(3, 12).act(c.ReassignTask, HEAD, posting="p-hom")
    [called] = (await story.figures("p-hom"))["escalations"]
    assert (called["at"], called["answered"], called["by"]) == (
        "2026-05-03T10:30:00Z",
        "2026-05-03T12:00:00Z",
        "TaskAssigned",
    )
    assert len(called["positions"]) == 2
    assert (await story.figures("p-fp"))["escalations"] == []
