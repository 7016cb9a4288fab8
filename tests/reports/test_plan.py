"""The work plan beside the record: what both agreed, and what the log holds of it, in counts and lists and no other word."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR
from tests.made import FOCAL, HEAD, POLITICAL, opening
from tests.reports.conftest import Story
from tests.reports.test_page import BANNED, trial

WP = "wp-0123456789ab"
OBJECTIVES = (
    c.Objective(kind="in_time", definitions=("COORD-LOCAL",)),
    c.Objective(kind="number", definitions=("COORD-LOCAL",), count=6),
    c.Objective(kind="regions", definitions=("FIELD-VISIT",), regions=("aswan", "sinai")),
    c.Objective(kind="rota", definitions=("TRIAL-OBS",)),
    c.Objective(kind="training", definitions=("TRAIN",)),
)


async def draft(story: Story, posting: str = "p-fp", **more: Any) -> int:
    data = {"first": "2026-01-01", "last": "2026-12-31", "objectives": OBJECTIVES, **more}
    by = FOCAL if posting == "p-fp" else POLITICAL
    return await story.do(c.DraftWorkPlan, by, workplan=WP, posting=posting, manager="p-hom", **data)


async def agreed(story: Story, posting: str = "p-fp", edition: int = 1) -> list[int]:
    by = FOCAL if posting == "p-fp" else POLITICAL
    return [await story.do(c.AgreeWorkPlan, who, workplan=WP, edition=edition) for who in (by, HEAD)]


async def plan_of(story: Story, posting: str = "p-fp", **more: Any) -> dict[str, Any]:
    [plan] = (await story.report(posting, **more)).data()["plan"]
    return dict(plan)


def beside(plan: dict[str, Any], kind: str) -> dict[str, int]:
    [objective] = [o for o in plan["objectives"] if o["kind"] == kind]
    return {r["figure"]: r["count"] for r in objective["record"] if r["count"]}


async def visit(story: Story, region: str, reached: str = "yes") -> int:
    """A field visit of the year to one region, done."""
    at = {"obligation": "o-field", "occurrence": region}
    await story.do(c.OpenTask, ENGINE_WORKFLOW, step="visit", **at)
    report = {"kind": "trip_report", "digest": "ab" * 32, "bytes": 9, "marking": "limite"}
    done = {"checklist": ["cleared", "women"], "evidence": [report], "result": {"reached": reached}}
    return await story.do(c.CompleteTask, FOCAL, obligation="o-field", task=f"visit.{region}", **done)


async def test_each_objective_has_its_figures_beside_it(story: Story) -> None:
    put_down = await draft(story.on(2))
    by_both = await agreed(story)
    await story.on(3).task("o-1")
    await story.task("o-2")
    await story.desk.submit(opening("o-field", "FIELD-VISIT", "2026"), ENGINE_TICK)
    went = await visit(story, "aswan")
    done = await story.on(4).complete(name="o-1")
    await story.on(12).complete(name="o-2")
    plan = await plan_of(story)
    assert (plan["edition"], plan["ended"], plan["first"], plan["last"]) == (
        1,
        None,
        "2026-05-01",
        "2026-05-31",
    )
    [edition] = plan["editions"]
    assert (edition["agreed_by"], edition["positions"]) == (["manager", "officer"], [put_down, *by_both])
    assert beside(plan, "in_time") == {"on_time": 1, "late": 1}
    assert beside(plan, "number") == {"on_time": 1, "late": 1}
    assert beside(plan, "regions") == {"contacts": 1}
    assert beside(plan, "rota") == beside(plan, "training") == {}
    regions = plan["objectives"][2]
    assert (regions["with_entry"], regions["without_entry"]) == (["aswan"], ["sinai"])
    assert regions["record"][0]["items"] == [{"about": went, "positions": [went]}]
    [one] = next(r for r in plan["objectives"][0]["record"] if r["figure"] == "on_time")["items"]
    assert done in one["positions"]


async def test_the_rota_of_a_trial_stands_beside_its_objective(story: Story) -> None:
    await draft(story.on(2), "p-pol")
    await agreed(story, "p-pol")
    await trial(story)
    plan = await plan_of(story, "p-pol")
    assert beside(plan, "rota") == {"rota": 4, "sittings": 2, "refused_entry": 1}


async def test_what_only_one_agreed_to_holds_nobody(story: Story) -> None:
    await draft(story.on(2))
    await story.do(c.AgreeWorkPlan, FOCAL, workplan=WP, edition=1)
    await story.on(3).task("o-1")
    plan = await plan_of(story)
    assert (plan["edition"], plan["objectives"]) == (None, [])
    assert plan["editions"][0]["agreed_by"] == ["officer"]
    assert "No edition was agreed by both by then" in " ".join((await story.report()).text().split())


async def test_an_amendment_holds_from_when_both_agreed_and_an_earlier_period_keeps_the_former(
    story: Story,
) -> None:
    await draft(story.on(2))
    await agreed(story)
    fewer = (c.Objective(kind="number", definitions=("COORD-LOCAL",), count=3),)
    await story.on(10).do(c.AmendWorkPlan, HEAD, workplan=WP, objectives=fewer, reason="workload")
    waiting = await plan_of(story)
    assert (waiting["edition"], len(waiting["editions"])) == (1, 2), (
        "the former holds while the new one waits"
    )
    story.on(12)
    await agreed(story, edition=2)
    plan = await plan_of(story)
    assert (plan["edition"], [o["count"] for o in plan["objectives"]]) == (2, [3])
    assert [e["reason"] for e in plan["editions"]] == [None, "workload"]
    assert (await plan_of(story, last=8))["edition"] == 1
    await story.on(20).do(c.EndWorkPlan, HEAD, workplan=WP, reason="post_changed")
    assert (await plan_of(story))["ended"] == "post_changed"


async def test_a_plan_of_somebody_else_or_of_another_time_is_not_there(story: Story) -> None:
    await draft(story.on(2), last="2026-04-30")
    await story.on(3).task()
    for posting in ("p-fp", "p-hom"):
        assert (await story.report(posting)).data()["plan"] == [], posting


async def test_it_is_as_known_then(story: Story) -> None:
    await draft(story.on(2))
    await story.on(3).task()
    then = await story.report()
    await agreed(story)
    again = await story.report(as_of=then.data()["log"]["position"])
    assert again.json() == then.json()
    assert (await plan_of(story))["edition"] == 1, "control"


async def test_the_job_description_stands_with_the_post_from_its_day(story: Story) -> None:
    await story.on(10).do(
        c.DescribeJob, HEAD, post="Q-POL-1", clause="3.2", share_percent=30, answers_for=["COORD-LOCAL"]
    )
    await story.on(20).task()
    [post] = (await story.report()).data()["posts"]
    assert post["share_percent"] == 30
    assert [(j["from"], j["share_percent"], j["clause"]) for j in post["job"]] == [
        ("2026-05-01", 20, None),
        ("2026-05-10", 30, "3.2"),
    ]
    assert [post["share_percent"] for post in (await story.report(last=9)).data()["posts"]] == [20]
    load = (await story.report()).data()["load"]
    assert [w["share_percent"] for w in load] == [20, 30, 30, 30], "of a week the most on any of its days"
    assert "answers for COORD-LOCAL" in (await story.report()).text()


async def test_no_word_of_it_judges_in_either_language(story: Story) -> None:
    await draft(story.on(2))
    await agreed(story)
    await story.on(3).task()
    await story.on(12).complete()
    for language in ("en", "fr"):
        text = (await story.report()).text(language)
        assert not BANNED.search(text)
        assert "p-hom" not in text and max(map(len, text.splitlines())) <= 100
    report = await story.report()
    assert "p-hom" not in report.json(), "the manager is a part, not a name"
    assert datetime.fromisoformat(report.data()["log"]["recorded"]).tzinfo is UTC
    assert OPERATOR.code not in report.json()
