"""A task that passed outside the mission: headquarters' time or the EU Delegation's, and never anybody's in the mission."""

from __future__ import annotations

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW
from tests.made import HEAD, opening
from tests.reports.conftest import Story, accounts_of


async def approval(story: Story, term: str = "5wd") -> None:
    """A step of the Head of Mission's that passes outside when neither they nor their deputy can answer."""
    base = opening("o-1", period=None)
    step = {**base.definition_data["step"][0], "term": term, "owner": "head_of_mission", "outside": True}  # type: ignore[index]
    data = {**base.definition_data, "step": [step]}
    await story.desk.submit(base.model_copy(update={"definition_data": data}), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-1", step="hold")


async def test_what_passed_to_headquarters_is_on_headquarters_account(story: Story) -> None:
    await approval(story.on(3))
    await story.absent("p-hom", 5, 6)
    await story.absent("p-dep", 5, 6)
    await story.on(5).do(c.Refresh, ENGINE_WORKFLOW, obligation="o-1")
    task = (await story.desk.obligation("o-1")).tasks["hold.1"]
    assert (task.posting, task.holdings[-1].why) == ("hq_desk", "outside")
    await story.on(10).do(c.ReassignTask, HEAD, obligation="o-1", task="hold.1", posting="p-hom")
    await story.on(12).complete(HEAD)
    mine = await story.figures("p-hom")
    [handed], [done] = mine["handed_on"], [*mine["late"], *mine["on_time"]]
    assert accounts_of(handed) == ["own", "vacancy"], (
        "away from the first hour of the 5th, passed on that morning"
    )
    assert accounts_of(done) == ["own", "vacancy", "headquarters", "own"]
    [own] = mine["own_time"]
    assert own["in_all"] == {"working_days": 3}, "the 4th, and the 11th and 12th"
    for posting in ("p-dep", "p-fp", "p-alt", "p-pol"):
        assert all(not items for items in (await story.figures(posting)).values())


async def test_the_page_names_headquarters_and_nobody_in_it(story: Story) -> None:
    await approval(story.on(3))
    await story.absent("p-hom", 5, 6)
    await story.absent("p-dep", 5, 6)
    await story.on(5).do(c.Refresh, ENGINE_WORKFLOW, obligation="o-1")
    await story.on(10).do(c.ReassignTask, HEAD, obligation="o-1", task="hold.1", posting="p-hom")
    text = (await story.report("p-hom")).text()
    assert "headquarters" in text
    assert "hq_desk" not in text
