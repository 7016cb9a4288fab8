"""What a report made again says otherwise: for the addendum of a review."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chancery.reports.difference import difference
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import DEPUTY, FOCAL, HEAD, opening, posts
from tests.reports.conftest import Story
from tests.reports.test_page import trial


async def test_a_correction_is_one_change_with_the_entries_that_made_it(story: Story) -> None:
    await story.on(3).task()
    await story.task("o-2")
    await story.on(7).complete()
    before = (await story.report()).data()
    fix = {"field": "happened_at", "value": "2026-05-06T10:00:00Z", "reason": "typing_error"}
    asked = await story.on(12).act(c.ProposeCorrection, FOCAL, **fix)
    agreed = await story.answer(HEAD)
    # As known on the same day of the period, so that what is open has not grown older.
    after = (await story.report(last=31)).data()
    told = difference(before, after)
    moved = next(one for one in told["changes"] if one["figure"] == {"before": "late", "after": "on_time"})
    assert moved["since"] == [agreed] and {"happened", "timeliness", "share"} <= set(moved["fields"])
    [correction] = [one for one in told["changes"] if one["figure"]["after"] == "corrections"]
    assert correction["before"] is None and correction["since"] == [asked, agreed]
    assert told["counts"]["late"] == {"before": 1, "after": 0}
    assert told["counts"]["on_time"] == {"before": 0, "after": 1}
    assert told["before"]["size"] == before["log"]["size"] < told["after"]["size"] == agreed
    assert told["heads"] == []


async def test_the_same_report_differs_in_nothing(story: Story) -> None:
    await trial(story)
    one = (await story.report("p-pol")).data()
    told = difference(one, one)
    assert (told["changes"], told["counts"], told["heads"]) == ([], {}, [])


async def test_numbers_that_only_moved_up_are_no_change(story: Story) -> None:
    """A case in which a part becomes known later takes its place in the order of opening: the others' numbers move."""
    await story.desk.submit(opening("o-first", "TRIAL-OBS", None), ENGINE_TICK)
    await trial(story.on(2))
    before = (await story.report("p-pol", last=20)).data()
    assert {i["case"] for i in before["figures"]["sittings"]["items"]} == {1}
    at = {
        "appointment": "ap-0",
        "starts": datetime(2026, 5, 30, 7, tzinfo=UTC),
        "day": "2026-05-30",
        "whole_day": False,
    }
    await story.on(18).do(c.RecordSittings, FOCAL, obligation="o-first", sittings=[at])
    await story.do(c.OfferRota, FOCAL, obligation="o-first", appointment="ap-0")
    after = (await story.report("p-pol", last=20)).data()
    assert {i["case"] for i in after["figures"]["sittings"]["items"]} == {2}, "control: the number did move"
    told = difference(before, after)
    assert [one["figure"] for one in told["changes"]] == [{"before": None, "after": "rota"}]


async def test_what_went_away_and_what_changed_at_the_top_are_named(story: Story) -> None:
    await story.on(3).task()
    await story.on(5).complete(happened_at=datetime(2026, 5, 5, 7, tzinfo=UTC))
    before = (await story.report()).data()
    await story.on(6).absent("p-fp", 4, 4)
    told = difference(before, (await story.report()).data())
    assert told["heads"] == ["absences"]
    [own] = [one for one in told["changes"] if one["figure"]["before"] == "own_time"]
    assert {"in_all", "in_period", "intervals"} <= set(own["fields"]) and own["since"]


async def test_a_posting_that_became_known_later_is_no_other_request(story: Story) -> None:
    await story.on(3).task()
    days = date(2026, 5, 1), date(2026, 5, 31)
    held = ["p-fp", "p-new"]
    before = (await staff_report(story.desk.log, "Q-103", held, *days)).data()
    line = posts()[2].model_copy(
        update={"post": "Q-POL-9", "role": "political_officer", "posting": "p-new", "from_day": "2026-05-04"}
    )
    await story.on(4).do(c.RecordPosts, OPERATOR, lines=[line.model_dump()])
    after = (await staff_report(story.desk.log, "Q-103", held, *days)).data()
    assert (before["request"]["postings"], after["request"]["postings"]) == (["p-fp"], ["p-fp", "p-new"])
    told = difference(before, after)
    assert told["heads"] == ["posts"] and told["request"] == after["request"]
    with pytest.raises(ValueError, match="same request"):
        difference(after, before)


async def test_it_refuses_what_cannot_be_compared(story: Story) -> None:
    await story.on(3).task()
    before = (await story.report()).data()
    await story.on(4).act(c.ReassignTask, DEPUTY, posting="p-alt")
    after = (await story.report()).data()
    with pytest.raises(ValueError, match="older"):
        difference(after, before)
    with pytest.raises(ValueError, match="same request"):
        difference(before, (await story.report("p-alt")).data())
