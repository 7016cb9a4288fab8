"""What a mission's structure made of its work: vacancies, closures, waiting, load, reach; for its Head, and for outside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from chancery.log.merkle import check_bundle
from chancery.reports.paper.making import paper_of
from chancery.reports.regimes import NoReport
from chancery.reports.structural import UNSEEN, remake, structural_report
from chancery.reports.structural_hiding import outside
from chancery.reports.words_structural import WORDS
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR
from tests.made import FOCAL, HEAD, adoption, cid, opening
from tests.reports.conftest import MINUTES, Story

HALF = (date(2026, 1, 1), date(2026, 6, 30))


async def report(story: Story, audience: str = "mission", **more: Any) -> dict[str, Any]:
    days = (date(2026, 5, 1), date(2026, 5, 31)) if audience == "mission" else HALF
    given: dict[str, Any] = {"first": days[0], "last": days[1], "as_of": None} | more
    mission = given.pop("mission", "Q")
    made = await structural_report(story.desk.log, mission, audience=audience, **given)  # type: ignore[arg-type]
    return made.data()


async def figures(story: Story, audience: str = "mission", **more: Any) -> dict[str, list[dict[str, Any]]]:
    data = await report(story, audience, **more)
    for name, figure in data["figures"].items():
        assert figure["count"] == len(figure["items"]), name
    return {name: figure["items"] for name, figure in data["figures"].items()}


async def test_a_vacancy_has_its_days_and_what_lay_there(story: Story) -> None:
    await story.on(3).do(c.EndPosting, OPERATOR, posting="p-fp", until="2026-05-05")
    await story.on(3).do(c.EndPosting, OPERATOR, posting="p-alt", until="2026-05-05")
    await story.on(10).task()  # it falls to the deputy, who has not accepted it: the structure's time
    found = await figures(await told(story.on(17)))
    [first, second] = found["vacancies"]
    assert (first["post"], first["role"], first["from"], first["until"]) == (
        "Q-POL-1",
        "focal_point",
        "2026-05-06",
        "2026-05-17",
    )
    assert (first["days"], first["working_days"], second["post"]) == (12, 8, "Q-POL-2")
    [lay] = [row for row in found["days"] if row["account"] == "vacancy"]
    assert (lay["tasks"], lay["working_days"]) == (1, 5)
    [task] = found["tasks"]
    assert task["accounts"] == [{"account": "vacancy", "party": None, "how": None, "working_days": 5}]
    assert not [row for row in found["days"] if row["account"] == "holder"], "nobody is blamed for it"


async def told(story: Story) -> Story:
    """Something is entered, so that the log's time has moved on."""
    await story.do(c.RecordAbsence, OPERATOR, posting="p-la", from_day="2026-06-20", until="2026-06-20")
    return story


async def test_closures_outages_and_absences_without_a_substitute(story: Story) -> None:
    await story.on(3).suspend(4, 30)
    await story.on(6).do(
        c.DeclareOutage, HEAD,
        starts=datetime(2026, 5, 5, 6, tzinfo=UTC), ends=datetime(2026, 5, 5, 12, tzinfo=UTC),
    )  # fmt: skip
    await story.absent("p-pol", 10, 12)
    await story.absent("p-fp", 10, 12, substitute="p-alt")
    found = await figures(await told(story.on(20)))
    [closed] = found["closures"]
    assert (closed["reason"], closed["by"], closed["scope"]) == ("security", "head_of_mission", "mission")
    assert closed["working_days"] == 2 and len(closed["positions"]) == 1
    assert [o["from"] for o in found["outages"]] == ["2026-05-05T06:00:00Z"]
    [away] = found["absences"]
    assert (away["from"], away["until"], away["working_days"], away["substitute"]) == (
        "2026-05-10", "2026-05-12", 3, "none",
    )  # fmt: skip
    assert set(away) == {"mission", "from", "until", "working_days", "substitute", "positions"}


async def test_a_closure_that_lies_ahead_is_not_counted_yet(story: Story) -> None:
    await story.on(3).suspend(20, 48)
    assert (await figures(await told(story.on(10))))["closures"] == []
    assert len((await figures(await told(story.on(21))))["closures"]) == 1


async def test_waiting_stands_by_party_and_in_the_list(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, HEAD, cause="clearance", party="headquarters")
    await story.on(7).act(c.ResumeClock, HEAD)
    await story.on(11).complete()
    found = await figures(story)
    rows = {(r["account"], r["how"]): (r["tasks"], r["working_days"]) for r in found["days"]}
    assert rows == {("holder", None): (1, 2), ("headquarters", "waited"): (1, 4)}
    [wait] = found["waits"]
    assert (wait["party"], wait["cause"], wait["clock"], wait["working_days"]) == (
        "headquarters", "clearance", "stopped", 4,
    )  # fmt: skip
    [due] = found["due"]
    assert (due["lay"], due["due"], due["places"]["on_time"]) == ("mission", 1, 1)


async def test_headquarters_own_lateness_stands_in_the_same_table(story: Story) -> None:
    """A clearance that headquarters held is headquarters' row; its own duty too; the mission's row holds neither."""
    await story.desk.submit(
        adoption("HQ", "BE", "Europe/Brussels").model_copy(
            update={"kind": "headquarters", "accreditations": ()}
        ),
        OPERATOR,
    )
    await story.on(3).task()
    await clearance(story)
    own = opening("o-hq", "COHOM-REVIEW", None).model_copy(
        update={"mission": "HQ", "accreditation": "HQ", "command_id": cid("own")}
    )
    assert own.definition_data is not None
    step = {**own.definition_data["step"][0], "term": "2wd", "source": "product_default", "bound": "none"}
    data = {**own.definition_data, "step": [step]}
    await story.desk.submit(own.model_copy(update={"definition_data": data}), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, mission="HQ", obligation="o-hq", step=step["code"])
    await story.on(5).complete()
    found = await figures(await told(story.on(20)))
    rows = {(r["mission"], r["lay"]): (r["due"], r["missed"]) for r in found["due"]}
    assert rows == {("HQ", "headquarters"): (1, 1), ("Q", "mission"): (1, 0), ("Q", "headquarters"): (1, 1)}
    [row] = [r for r in found["due"] if (r["mission"], r["lay"]) == ("Q", "headquarters")]
    assert set(row["spent"]) == {"headquarters"}
    assert {(d["mission"], d["step"]) for d in found["headquarters"]} == {
        ("HQ", step["code"]),
        ("Q", "clear"),
    }
    held = [r for r in found["days"] if r["account"] == "headquarters"]
    assert [r["how"] for r in held] == ["held"] and not any(r["mission"] == "HQ" for r in found["days"])


async def clearance(story: Story) -> None:
    """A démarche's clearance, for which the step itself names headquarters' desk."""
    base = opening("o-dem", "DEMARCHE", None)
    assert base.definition_data is not None
    steps = [
        {**s, "term": "2wd", "gates": [], "bound": "none"}
        for s in base.definition_data["step"]
        if s["code"] == "clear"
    ]
    data = {**base.definition_data, "step": steps}
    await story.desk.submit(base.model_copy(update={"definition_data": data}), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-dem", step="clear")


async def test_load_stands_by_week_beside_the_share_of_the_posts(story: Story) -> None:
    await story.on(3).task("o-1")
    await story.on(3).task("o-2")
    await story.on(11).complete(name="o-1")
    await story.absent("p-pol", 10, 12)
    found = await figures(await told(story.on(20)))
    weeks = [
        (w["week"], w["day"], w["open"], w["share_percent"], w["present_percent"]) for w in found["load"]
    ]
    assert weeks == [
        # Fridays and Saturdays are off in Cairo; the first of May is one, and 2 and 3 of May end the same week.
        ("2026-W18", "2026-05-03", 2, 120, 120),
        ("2026-W19", "2026-05-10", 2, 120, 100),
        ("2026-W20", "2026-05-17", 1, 120, 120),
        ("2026-W21", "2026-05-20", 1, 120, 120),
    ]


async def test_reach_and_contacts_say_what_the_log_holds(story: Story) -> None:
    await story.desk.submit(opening("o-map", "MAP"), ENGINE_TICK)
    await story.on(4).do(
        c.RecordCoverage, FOCAL, obligation="o-map", reached=("north",), not_reached=("south", "rural_women")
    )
    await story.desk.submit(opening("o-burden", "BURDEN"), ENGINE_TICK)
    await story.on(4).do(
        c.RecordAllocation, FOCAL, obligation="o-burden", area="south", lead="NL", backup=None
    )
    for n, (place, before) in enumerate((("online", "yes"), ("their_office", "no"), ("online", "no"))):
        await contact(story, f"o-c-{n}", place, before)
    found = await figures(story)
    assert [(a["area"], a["reached"]) for a in found["coverage"]] == [
        ("rural_women", False), ("south", False), ("north", True),
    ]  # fmt: skip
    assert [(a["area"], a["lead"], a["backup"]) for a in found["areas"]] == [("south", "NL", None)]
    parts = {row["by"]: row["parts"] for row in found["contacts"]}
    assert parts == {
        "kind": {"CONTACT": 3},
        "place": {"online": 2, "their_office": 1},
        "met_before": {"no": 2, "yes": 1},
    }
    assert "who_was_met" in UNSEEN
    later = await figures(story, last=date(2026, 5, 3))
    assert later["coverage"] == [] and later["contacts"] == [], "what was said after the period is not in it"


async def contact(story: Story, name: str, place: str, before: str) -> None:
    base = opening(name, "CONTACT", None)
    assert base.definition_data is not None
    steps = [{**s, "gates": [], "evidence": []} for s in base.definition_data["step"] if s["code"] == "reply"]
    await story.desk.submit(
        base.model_copy(update={"definition_data": {**base.definition_data, "step": steps}}), ENGINE_TICK
    )
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation=name, step="reply")
    lines = tuple(x["code"] for x in steps[0]["checklist"])
    await story.do(
        c.CompleteTask, FOCAL, obligation=name, task="reply.1", checklist=lines, evidence=MINUTES,
        result={"place": place, "met_before": before, "promised": "nothing"},
    )  # fmt: skip


async def test_it_adds_up_nothing_for_a_person_and_names_no_posting(story: Story) -> None:
    await story.on(3).task()
    await story.on(3).do(
        c.RecordAbsence, OPERATOR, posting="p-pol", from_day="2026-05-04", until="2026-05-05"
    )
    await story.on(11).complete()
    for audience in ("mission", "outside"):
        text = str(await report(story, audience))
        assert not re.search(r"\bp-(fp|alt|hom|dep|pol|la)\b|Q-103", text), audience
    assert re.search(r"\bp-fp\b", str([e.event for e in await story.desk.log.read(0)])), (
        "the search finds one"
    )


async def test_every_position_is_proved_and_the_report_comes_out_the_same_again(story: Story) -> None:
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, HEAD, cause="adjourned", party="court")
    await story.on(6).act(c.ResumeClock, HEAD)
    before = await structural_report(story.desk.log, "Q", date(2026, 5, 1), date(2026, 5, 31))
    data = before.data()
    assert check_bundle(data["proof"]) and data["proof"]["root"] == data["log"]["root"]
    assert data["log"]["size"] == data["log"]["position"] == data["proof"]["size"]
    cited = {p for f in data["figures"].values() for i in f["items"] for p in i["positions"]}
    assert {str(p) for p in cited} == set(data["proof"]["leaves"])
    await story.on(11).complete()
    assert (await report(story)) != data
    again = await structural_report(
        story.desk.log, "Q", date(2026, 5, 1), date(2026, 5, 31), data["log"]["position"]
    )
    assert again.json() == before.json()
    assert await remake(story.desk.log, data["request"], data["log"]["position"]) == data


async def test_outside_no_small_number_and_no_list_behind(story: Story) -> None:
    for n in range(7):
        await story.on(3).task(f"o-{n}")
    for n in range(7):
        await story.on(4 if n < 4 else 11).complete(name=f"o-{n}")
    found = await figures(await told(story.on(20)), "outside")
    assert not {"tasks", "waits", "headquarters"} & set(found)
    [due] = found["due"]
    assert due["due"] == 7 and set(due["places"].values()) == {0, "few"}
    assert (due["missed"], due["spent"]) == ("withheld", None)
    assert all(w["open"] in (0, 7, "few") for w in found["load"])
    inside = await figures(story)
    assert inside["due"][0]["places"]["on_time"] == 4, "the control: the number that is hidden outside"
    assert any(w["open"] == 7 for w in found["load"])
    for name, items in found.items():
        for item in items:
            numbers = [item.get("open"), item.get("tasks"), item.get("due"), item.get("missed")]
            assert not any(isinstance(n, int) and 0 < n < 5 for n in numbers), (name, item)


def test_a_kind_of_contact_that_is_hidden_is_not_the_sum_of_another_row() -> None:
    base = {"mission": "Q", "positions": [1]}
    kinds = {"CONTACT": 3, "MEET-ANNUAL": 2, "FIELD-VISIT": 9}
    rows = [
        {**base, "by": "kind", "number": 14, "parts": kinds},
        {**base, "by": "place", "number": 5, "parts": {"online": 5}},
        {**base, "by": "region", "number": 9, "parts": {"north": 9}},
    ]
    said = {row["by"]: row for row in outside({"contacts": rows})["contacts"]}
    assert (said["place"]["number"], said["place"]["parts"], said["place"]["positions"]) == (
        "withheld",
        {},
        [],
    )
    plain = {row["by"]: row for row in outside({"contacts": [{**rows[0], "parts": {"CONTACT": 5}, "number": 5}, rows[1]]})["contacts"]}  # fmt: skip
    assert plain["place"]["number"] == 5, "the control: what nobody can find is shown"


async def test_all_missions_are_for_outside_only_and_refusals_say_what_is_right(story: Story) -> None:
    log, first, last = story.desk.log, date(2026, 5, 1), date(2026, 5, 31)
    for code, given in {
        "report.audience": {"mission": None},
        "report.no-such-mission": {"mission": "Z"},
        "report.period": {"mission": "Q", "last": first - timedelta(days=1)},
        "report.position": {"mission": "Q", "as_of": 10_000},
    }.items():
        asked: dict[str, Any] = {"mission": "Q", "last": last, "as_of": None} | given
        with pytest.raises(NoReport) as refused:
            await structural_report(log, asked["mission"], first, asked["last"], asked["as_of"])
        assert refused.value.code == code
    with pytest.raises(NoReport, match="2026-01-01 to 2026-06-30"):
        await structural_report(log, None, first, last, audience="outside")
    everything = await structural_report(log, None, *HALF, audience="outside")
    assert everything.data()["request"]["mission"] is None


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_it_reads_in_both_languages(story: Story, language: str) -> None:
    await story.on(3).do(c.EndPosting, OPERATOR, posting="p-pol", until="2026-05-05")
    await story.on(3).task()
    await story.on(4).act(c.PauseClock, HEAD, cause="adjourned", party="court")
    await story.absent("p-alt", 10, 12)
    await contact(story.on(6), "o-c", "online", "yes")
    await told(story.on(20))
    for audience in ("mission", "outside"):
        paper = paper_of(await report(story, audience), language)  # type: ignore[arg-type]
        texts = [paper.title, *paper.lines]
        for section in paper.sections:
            texts += [section.title, *section.paragraphs, *(e.subject for e in section.entries)]
            texts += [said for e in section.entries for said in e.said]
            texts += [h for t in section.tables for h in t.heads]
        assert not [t for t in texts if "{" in t or not t.strip() or t in WORDS]
        [chart] = [ch for s in paper.sections for ch in s.charts] if audience == "mission" else [None]
        assert chart is None or len(chart.table.rows) == 4


def test_every_word_stands_in_two_languages_with_the_same_gaps() -> None:
    for code, (english, french) in WORDS.items():
        gaps = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (english, french)]
        assert all(a == b for a, b in pairwise(gaps)), code
