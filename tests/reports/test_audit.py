"""Headquarters' audit: what stands in a cell, what is hidden, what leaves, and that page and report are one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chancery.log.merkle import check_bundle
from chancery.oversight import figures as f
from chancery.oversight import hiding
from chancery.oversight.facts import Fact
from chancery.oversight.first import held_by_log
from chancery.oversight.halfyear import HalfYear
from chancery.oversight.reading import Known, gather
from chancery.oversight.table import beside, lines_of
from chancery.reports.audit import audit_report, behind, remake
from chancery.reports.paper.carried import NotAReport
from chancery.reports.paper.forms import formed
from chancery.reports.paper.making import paper_of
from chancery.reports.regimes import NoReport
from chancery.reports.reproduce import reproduce
from chancery.reports.structural import structural_report
from chancery.reports.words_audit import WORDS
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import HEAD, adoption, cid, opening, posts
from tests.reports.conftest import MINUTES, Story

HALF = "2026-1"
THREE = ("p-fp", "p-alt", "p-pol")


class Missions:
    """Missions beside Q, with the same posts; tasks of three working days, done in time or eight days later."""

    def __init__(self, story: Story) -> None:
        self.story, self.n = story, 0
        self.ends: list[tuple[int, str, str, str, bool]] = []

    async def found(self, code: str) -> None:
        desk = self.story.desk
        await desk.submit(adoption(code), OPERATOR)
        lines = tuple(
            line.model_copy(
                update={"posting": f"{line.posting}-{code.lower()}", "post": f"{code}{line.post[1:]}"}
            )
            for line in posts()
        )
        await desk.submit(c.RecordPosts(command_id=cid(f"posts {code}"), mission=code, lines=lines), OPERATOR)

    async def past(
        self, code: str = "Q", on_time: int = 0, late: int = 0, left: int = 0, definition: str = "COORD-LOCAL",
        people: tuple[str, ...] = THREE,
    ) -> None:  # fmt: skip
        end = "" if code == "Q" else f"-{code.lower()}"
        for k in range(on_time + late + left):
            name, left_ = await self.opened(code, definition), k >= on_time + late
            in_days = 8 if on_time <= k < on_time + late else 1
            day = self.story.clock.now().day + in_days
            self.ends.append((day, code, name, f"{people[k % len(people)]}{end}", left_))

    async def opened(self, code: str, definition: str) -> str:
        self.n += 1
        name = f"o-{code.lower()}-{self.n}"
        base = opening(name, definition, None)
        assert base.definition_data is not None
        more = {"code": "hold", "term": "3wd", "source": "product_default", "bound": "none", "gates": []}
        data = {**base.definition_data, "step": [{**base.definition_data["step"][0], **more}]}
        given = {"definition_data": data, "mission": code, "accreditation": f"{code}-EG"}
        await self.story.desk.submit(base.model_copy(update=given), ENGINE_TICK)
        await self.story.do(c.OpenTask, ENGINE_WORKFLOW, mission=code, obligation=name, step="hold")
        return name

    async def end(self, code: str, name: str, who: str, *, left: bool, late: bool) -> None:
        state = await self.story.desk.obligation(name)
        base = {"mission": code, "obligation": name, "task": "hold.1"}
        holder = state.tasks["hold.1"].posting
        if who != holder:
            await self.story.do(c.ReassignTask, Actor("officer", holder, code), posting=who, **base)
        step = state.step("hold") or {}
        if left:
            said = {"outcome": step["outcomes"][0], "reason": step["reasons"][0]}
            await self.story.do(c.NotAct, Actor("officer", who, code), **said, **base)
            return
        lines = [line["code"] for line in step["checklist"]]
        more = {"reason": "capacity"} if late else {}
        await self.story.do(
            c.CompleteTask,
            Actor("officer", who, code),
            checklist=lines,
            evidence=list(MINUTES),
            **more,
            **base,
        )

    async def later(self, day: int = 31) -> Story:
        """What was to end by that day of May has, and something is entered on it.

        The ten working days of whoever sees a figure first have passed by the end of the month.
        """
        self.ends.sort(key=lambda end: end[0])
        while self.ends and self.ends[0][0] <= day:
            ends, code, name, who, left = self.ends.pop(0)
            self.story.on(max(ends, self.story.clock.now().day))
            await self.end(code, name, who, left=left, late=ends > 4)
        self.story.on(day)
        await self.story.absent("p-la", day, day)
        return self.story


@pytest.fixture
async def missions(story: Story) -> Missions:
    story.on(3)
    return Missions(story)


async def cells(story: Story, **more: Any) -> dict[tuple[str | None, str], dict[str, Any]]:
    data = (await audit_report(story.desk.log, HALF, **({"by": "definition"} | more))).data()  # type: ignore[arg-type]
    return {(i["mission"], i["area"]): i for i in data["figures"]["cells"]["items"]}


async def test_a_cell_says_what_was_considered_acted_on_declined_and_missed(missions: Missions) -> None:
    await missions.past(on_time=6, late=5, left=5)
    cell = (await cells(await missions.later()))["Q", "COORD-LOCAL"]
    assert (cell["said"], cell["due"], cell["considered"], cell["acted"], cell["declined"], cell["missed"]) == (
        "shown", 16, 16, 11, 5, 5,
    )  # fmt: skip
    assert cell["missed_by_source"] == {
        "guideline": 0, "local_strategy": 0, "hq_instruction": 0, "product_default": 5,
    }  # fmt: skip
    assert cell["in_time"] == {"part": 11, "whole": 16}
    assert cell["evidence"] == {"asked": 11, "lacking": 0}
    assert cell["spent"] == {"holder": 30}
    assert [t["due"] for t in cell["trend"]] == [0, 0, 0, 16]


async def test_small_cells_say_nothing_and_name_no_event(missions: Missions) -> None:
    await missions.past(on_time=4)
    await missions.past(on_time=9, late=2, definition="MEET-ANNUAL")
    found = await cells(await missions.later())
    few = found["Q", "COORD-LOCAL"]
    assert (few["said"], few["positions"]) == ("few", []) and "due" not in few
    hidden = found["Q", "MEET-ANNUAL"]
    assert (hidden["due"], hidden["places"]["late"], hidden["places"]["on_time"]) == (11, "few", "withheld")
    assert (hidden["missed"], hidden["considered"], hidden["in_time"], hidden["spent"]) == (None,) * 4
    [paragraph] = (await cells(missions.story, by="paragraph")).values()
    assert paragraph["said"] == "withheld", "fifteen less eleven is four"
    assert paragraph["positions"] == []


async def test_a_paragraph_names_no_event_of_a_definition_that_says_nothing(missions: Missions) -> None:
    await missions.past(on_time=7)
    await missions.past(on_time=3, definition="MEET-ANNUAL")
    await missions.past(left=2, definition="LIS-REVIEW")
    story = await missions.later()
    [whole] = (await cells(story, by="paragraph")).values()
    assert (whole["said"], whole["due"]) == ("shown", 12)
    parts = await cells(story)
    assert whole["positions"] == parts["Q", "COORD-LOCAL"]["positions"]
    assert len(whole["positions"]) < len(await story.desk.log.read(0)) / 2


async def test_few_people_have_ten_working_days_before_it_is_shown(missions: Missions) -> None:
    await missions.past(on_time=6, people=("p-fp",))
    held = (await cells(await missions.later(10)))["Q", "COORD-LOCAL"]
    assert (held["said"], held["positions"], held["held_until"]) == ("held", [], "2026-05-18T20:59:59Z")
    assert (await cells(await missions.later(31)))["Q", "COORD-LOCAL"]["said"] == "shown"


async def test_missions_stand_by_code_headquarters_last_and_peers_are_a_range(missions: Missions) -> None:
    for code, late in (("T", 10), ("R", 0), ("S", 5)):
        await missions.found(code)
        await missions.past(code, on_time=10, late=late)
    await missions.past(on_time=10)
    story = missions.story
    await clearance(story)
    data = (await audit_report((await missions.later()).desk.log, HALF)).data()
    assert [i["mission"] for i in data["figures"]["cells"]["items"]] == ["Q", "R", "S", "T", None]
    assert data["figures"]["cells"]["items"][-1]["said"] == "few"
    found = await cells(story)
    assert found["Q", "COORD-LOCAL"]["peers"] == {"lowest": 50, "highest": 100, "missions": 3}
    one = (await audit_report(story.desk.log, HALF, missions=["S"])).data()
    assert [i["mission"] for i in one["figures"]["cells"]["items"]] == ["S"], (
        "what lay with headquarters needs all"
    )
    assert one["figures"]["cells"]["items"][0]["peers"] is None and list(one["zones"]) == ["S"]


async def clearance(story: Story) -> None:
    base = opening("o-dem", "DEMARCHE", None)
    assert base.definition_data is not None
    steps = [{**s, "term": "2wd", "gates": [], "bound": "none"} for s in base.definition_data["step"] if s["code"] == "clear"]  # fmt: skip
    given = {"definition_data": {**base.definition_data, "step": steps}}
    await story.desk.submit(base.model_copy(update=given), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation="o-dem", step="clear")


async def test_nobody_and_no_obligation_is_named_and_every_position_is_proved(missions: Missions) -> None:
    await missions.past(on_time=6, late=5)
    story = await missions.later()
    made = await audit_report(story.desk.log, HALF)
    data, text = made.data(), made.json()
    assert not re.search(r"\bp-(fp|alt|pol)|o-q-\d|hold\.1", text)
    assert check_bundle(data["proof"]) and data["proof"]["root"] == data["log"]["root"]
    cited = {p for figure in data["figures"].values() for i in figure["items"] for p in i["positions"]}
    assert cited and {str(p) for p in cited} == set(data["proof"]["leaves"])
    request = data["request"]
    rows = await behind(story.desk.log, request, data["log"]["position"], "Q", "eu-hrd", "10")
    assert len(rows) == 11 and {r["place"] for r in rows} == {"on_time", "late"}
    assert {p for r in rows for p in r["positions"]} <= cited
    assert await behind(story.desk.log, request, data["log"]["position"], "Q", "eu-hrd", "99") == []


async def test_there_is_no_list_behind_a_small_number(missions: Missions) -> None:
    await missions.past(on_time=4)
    story = await missions.later()
    data = (await audit_report(story.desk.log, HALF)).data()
    assert await behind(story.desk.log, data["request"], data["log"]["position"], "Q", "eu-hrd", "10") == []


async def test_it_comes_out_the_same_again_whatever_came_later(missions: Missions) -> None:
    await missions.past(on_time=6, late=5)
    story = await missions.later(11)
    made = await audit_report(story.desk.log, HALF)
    position = made.data()["log"]["position"]
    await missions.past(on_time=2)
    await story.do(
        c.SetLocalTerm, HEAD, definition="COORD-LOCAL", step="hold", term="4wd", replaces="product_default", bound="none",
        source="local_strategy", authority="strategy-2026", reason="distances", until="2026-12-31",
    )  # fmt: skip
    assert (await audit_report(story.desk.log, HALF, position)).json() == made.json()
    assert await remake(story.desk.log, made.data()["request"], position) == made.data()
    later = (await audit_report(story.desk.log, HALF)).data()
    [note] = later["figures"]["changes"]["items"]
    assert (note["type"], note["data"]["term"]) == ("LocalTermSet", "4wd")
    assert made.data()["figures"]["changes"]["items"] == []


async def test_the_page_and_the_report_come_from_the_same_functions(missions: Missions) -> None:
    """The page's own way, from memory and views, gives the same lines as the report's one pass over the log."""
    await missions.past(on_time=6, late=5, left=3)
    story = await missions.later()
    half, head = HalfYear.parse(HALF), await story.desk.log.head()
    now = datetime.fromtimestamp((await story.desk.log.at(head)).recorded_us / 1e6, UTC)
    read = await gather(story.desk, Known(), half.first, half.last, now)
    narrow, wide = (f.cells(read.facts, by, now) for by in ("definition", "paragraph"))  # type: ignore[arg-type]
    known = {code: b.mission for code, b in read.backgrounds.items()}
    lines = beside(
        lines_of(narrow, wide, "paragraph", held_by_log([*narrow.values(), *wide.values()], known, now)), {}
    )
    [line] = lines["Q"]
    [cell] = (await cells(story, by="paragraph")).values()
    assert line.figure is not None
    assert (cell["due"], cell["places"]) == (line.figure.said.whole, dict(line.figure.said.places))
    assert (cell["missed"], cell["spent"]) == (line.figure.missed, line.figure.spent)


def test_what_stands_beside_a_paragraph_gives_no_definition_away() -> None:
    """Sources, evidence and days of one definition alone that says nothing of them are not the rest of a sum."""
    at = datetime(2026, 7, 1, tzinfo=UTC)
    base = Fact(
        mission="Q", obligation="o", task="t", instrument="eu-hrd", version="1", definition="A", paragraph="10",
        confirmed=False, step="hold", source="product_default", due=at, due_day=at.date(), status="ended", outcome="done",
        timing="after_due", ended=at, waits=False, not_met=False, with_headquarters=False, people=frozenset("abc"), days=2,
        evidence=None, spent={"holder": 1}, positions=(1,), last=1, last_at=at,
    )  # fmt: skip
    first = [base] * 6 + [replace(base, source="guideline")] * 6
    second = [replace(base, definition="B", evidence=True)] * 8 + [
        replace(base, definition="B", source="guideline")
    ] * 2
    first = [replace(fact, evidence=False) for fact in first[:3]] + first[3:]
    facts = [*first, *second]
    parts = [f.figure(cell) for cell in f.cells(facts, "definition", at).values()]
    (cell,) = f.cells(facts, "paragraph", at).values()
    whole = f.paragraph(cell, parts, ())
    assert whole is not None and whole.said.whole == 22
    assert parts[1].sources == {
        **dict.fromkeys(f.SOURCES, 0),
        "guideline": "few",
        "product_default": "withheld",
    }
    assert whole.sources is not None and not isinstance(whole.sources["guideline"], int), (
        "eight less six is two"
    )
    assert (parts[0].asked, whole.asked, whole.lacking) == ("few", "few", None)
    open_ = f.figure(cell)
    assert (open_.sources or {})["guideline"] == 8 and open_.asked == 11, (
        "the control: alone it would be said"
    )


def test_two_small_ones_that_can_only_be_four_each_are_not_added() -> None:
    facts = {"late": 4, "on_time": 20}
    at = datetime(2026, 7, 1, tzinfo=UTC)
    parts, made = [], []
    for code in "AB":
        for timing, n in (("after_due", facts["late"]), ("on_time", facts["on_time"])):
            made += [_fact(code, timing, at)] * n
    parts = [f.figure(cell) for cell in f.cells(made, "definition", at).values()]
    (cell,) = f.cells(made, "paragraph", at).values()
    whole = f.paragraph(cell, parts, ())
    assert parts[0].said.places["late"] == "few" and cell.counts["late"] == 8
    assert whole is not None and not isinstance(whole.said.places.get("late"), int)
    assert hiding.row(cell.counts).places["late"] == 8, "the control"


def _fact(code: str, timing: str, at: datetime) -> Fact:
    return Fact(
        mission="Q", obligation="o", task="t", instrument="eu-hrd", version="1", definition=code, paragraph="10",
        confirmed=False, step="hold", source="product_default", due=at, due_day=at.date(), status="ended", outcome="done",
        timing=timing, ended=at, waits=False, not_met=False, with_headquarters=False, people=frozenset("abc"), days=2,
        evidence=None, spent={}, positions=(1,), last=1, last_at=at,
    )  # fmt: skip


async def test_what_cannot_be_made_says_what_is_right(story: Story) -> None:
    log = story.desk.log
    for code, given in {
        "report.half": ("2026-3", {}),
        "report.by": (HALF, {"by": "person"}),
        "report.no-such-mission": (HALF, {"missions": ["Z"]}),
        "report.position": (HALF, {"as_of": 0}),
        "report.instant": (HALF, {"as_of": datetime(2026, 5, 1)}),
    }.items():
        with pytest.raises(NoReport) as refused:
            await audit_report(log, given[0], **given[1])  # type: ignore[arg-type]
        assert refused.value.code == code


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_it_reads_in_both_languages(missions: Missions, language: str) -> None:
    await missions.past(on_time=6, late=5, left=5)
    await missions.past(on_time=9, late=2, definition="MEET-ANNUAL")
    await missions.story.suspend(25, 30)
    story = await missions.later()
    for by in ("paragraph", "definition"):
        data = (await audit_report(story.desk.log, HALF, by=by)).data()  # type: ignore[arg-type]
        paper = paper_of(data, language)  # type: ignore[arg-type]
        texts = [paper.title, *paper.lines]
        for section in paper.sections:
            texts += [section.title, *section.paragraphs, *(e.subject for e in section.entries)]
            texts += [said for e in section.entries for said in e.said]
            texts += [str(cell) for t in section.tables for row in (t.heads, *t.rows) for cell in row]
        assert not [t for t in texts if "{" in t or not t.strip() or t in WORDS]
        assert not re.search(r"\brank|\brang\b.*[0-9]", " ".join(texts).replace("jamais par un rang", ""))


def test_every_word_stands_in_two_languages_with_the_same_gaps() -> None:
    for code, both in WORDS.items():
        english, french = (sorted(re.findall(r"\{(\w+)\}", text)) for text in both)
        assert english == french, code


async def test_many_positions_are_told_in_words_and_named_in_the_data(missions: Missions) -> None:
    await missions.past(on_time=30)
    await missions.past(on_time=5, definition="MEET-ANNUAL")
    data = (await audit_report((await missions.later()).desk.log, HALF, by="definition")).data()
    few, many = sorted(data["figures"]["cells"]["items"], key=lambda i: len(i["positions"]))
    rows = next(s for s in paper_of(data, "en").sections if s.name == "cells.Q").entries
    told = next(e for e in rows if "COORD-LOCAL" in e.subject)
    first, last = many["positions"][0], many["positions"][-1]
    assert told.positions == ()
    assert told.said[-1] == (
        f"rests on {len(many['positions'])} entries of the log, positions {first} to {last}; the data name each"
    )
    assert next(e for e in rows if "MEET-ANNUAL" in e.subject).positions == tuple(few["positions"])


@pytest.mark.parametrize("form", ["json", "html", "csv", "pdf"])
async def test_a_file_of_either_report_is_made_again_to_the_byte(missions: Missions, form: str) -> None:
    await missions.past(on_time=6, late=5)
    log = (await missions.later()).desk.log
    audit = (await audit_report(log, HALF)).data()
    structure = (await structural_report(log, "Q", date(2026, 5, 1), date(2026, 5, 31))).data()
    await missions.story.on(31, 9).absent("p-la", 30, 30)
    for data in (audit, structure):
        content = formed(form, data, "fr")  # type: ignore[arg-type]
        assert (await reproduce(log, content)).same
        if form == "pdf":
            continue  # what is within it is packed; test_reproduce.py doctors those
        false = content.replace(b"11", b"12")
        assert false != content
        try:
            assert not (await reproduce(log, false)).same
        except NotAReport:
            assert form == "csv", "a file whose own head is broken is none"
