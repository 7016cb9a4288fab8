"""What a staff report may never hold, looked for in a month in which everything happened; and what it must: proof of each entry."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chancery.log import merkle
from chancery.reports.paper.forms import formed
from chancery.reports.proof import cited, tree_of
from chancery.reports.render import sections
from chancery.reports.staff import staff_report
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW
from tests.made import ALTERNATE, FOCAL, HEAD, opening
from tests.reports.conftest import Story
from tests.reports.test_against_plain_told import PEOPLE, month
from tests.reports.test_page import BANNED, SITTINGS, TRIAL

GRADES = re.compile(
    r"rank|percentile|score|grade|rating|colou?r|average|mean|median|target|best|worst|peer|quartile|z_?score",
    re.IGNORECASE,
)
FATES = re.compile(
    r"\b(killed|died|dead|released|convicted|acquitted|sentenced|tortur\w+|fled|tué|mort|libér\w+|condamn\w+|acquitt\w+)\b",
    re.IGNORECASE,
)
SHARES = re.compile(r"(share for this work|part de ce travail) \d+\u00a0?\s?%")


def keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from keys(value)
    elif isinstance(data, list):
        for one in data:
            yield from keys(one)


async def test_nothing_in_it_ranks_grades_compares_or_names(story: Story) -> None:
    await month(story)
    roles = {"p-fp", "p-alt", "p-hom", "p-dep", "p-pol", "p-la"}
    for posting in PEOPLE:
        report = await story.report(posting)
        data = report.data()
        told = {name for name in keys(data) if GRADES.search(name)}
        assert told == set()
        texts = [report.text(language) for language in ("en", "fr")]
        for text in texts:
            flat = " ".join(text.split())
            assert not BANNED.search(flat) and not FATES.search(flat)
            assert "%" not in SHARES.sub("", flat), "no percentages, whatever the number of items"
            assert max(map(len, text.splitlines())) <= 100
            assert "{" not in text and "None" not in text.replace("None.", "")
        everything = report.json() + "".join(texts)
        named = set(re.findall(r"\bp-(?:fp|alt|hom|dep|pol|la)\b", everything))
        assert named == {posting}, "colleagues appear by role, never by code"
        for code in (TRIAL, *SITTINGS, "o-other", "ap-9"):
            assert code not in everything
    assert named <= roles
    assert GRADES.search("percentile_of_peers") and FATES.search("was released"), "control"
    assert "%" in SHARES.sub("", "50 % on time"), "control"


async def test_every_part_in_words_says_as_many_as_the_data(story: Story) -> None:
    await month(story)
    data = (await story.report()).data()
    for language in ("en", "fr"):
        found = {one.name: one for one in sections(data, language)}
        assert set(data["figures"]) <= set(found)
        for name, figure in data["figures"].items():
            assert found[name].count == figure["count"] == len(found[name].entries)
            assert [e.positions for e in found[name].entries] == [
                tuple(i["positions"]) for i in figure["items"]
            ]
            assert all(entry.subject for entry in found[name].entries)
    english, french = (formed("text", data, language).decode() for language in ("en", "fr"))
    left = [
        w for w in ("Done on time", "Entered on", "declared by", "office hours", "Matter ") if w in french
    ]
    assert left == [] and "Done on time" in english


async def test_every_entry_that_it_names_is_proved_and_a_false_one_is_found(story: Story) -> None:
    await month(story)
    for posting in PEOPLE:
        data = (await story.report(posting)).data()
        log, proof = data["log"], data["proof"]
        assert (
            (proof["size"], proof["root"]) == (log["size"], log["root"]) == (log["position"], proof["root"])
        )
        assert merkle.check_bundle(proof)
        assert {str(p) for p in cited({k: v for k, v in data.items() if k != "proof"})} == set(
            proof["leaves"]
        )
        for recorded in await story.desk.log.read(0, log["size"]):
            leaf = proof["leaves"].get(str(recorded.position))
            assert leaf in (
                None,
                merkle.leaf_of(recorded.position, recorded.recorded_us, recorded.body).hex(),
            )
        leaves = [e.leaf for e in await story.desk.log.read(0, log["size"])]
        assert merkle.root(leaves).hex() == log["root"], "the root is the log's, by another way"
        false = copy.deepcopy(proof)
        false["leaves"][str(log["position"])] = "00" * 32
        assert not merkle.check_bundle(false)


async def test_one_tree_serves_every_report_of_a_process(story: Story) -> None:
    await story.on(3).task()
    await story.report()
    assert tree_of(story.desk.log) is tree_of(story.desk.log)


async def test_a_matter_whose_code_names_a_colleague_is_numbered(story: Story) -> None:
    """A hand-over or a course bears the code of the posting that it is about; of a colleague's only a number is said."""
    name = "TRAIN.Q-EG.p-alt.2026"
    await story.on(3).desk.submit(opening(name, "TRAIN", "p-alt.2026"), ENGINE_TICK)
    await story.do(c.OpenTask, ENGINE_WORKFLOW, obligation=name, step="train", posting="p-alt")
    await story.do(c.ReassignTask, HEAD, obligation=name, task="train.1", posting="p-fp")
    report = await story.report()
    [item] = report.data()["figures"]["assigned"]["items"]
    assert item["matter"] == 1 and "obligation" not in item and "period" not in item
    assert "p-alt" not in report.json() + report.text("en") + report.text("fr")
    assert "Matter 1" in report.text("en") and "Affaire 1" in report.text("fr")
    [own] = (await story.report("p-alt")).data()["figures"]["handed_on"]["items"]
    assert own["period"] == "p-alt.2026", "control: one's own is said"


@pytest.mark.parametrize(("hour", "why"), [(4, "hour"), (5, None), (14, None), (15, "hour")])
async def test_office_hours_are_eight_to_eighteen_local(story: Story, hour: int, why: str | None) -> None:
    await story.on(3).task()
    await story.on(4, hour).act(c.AcceptTask)  # Cairo is three hours ahead
    items = (await story.figures())["out_of_hours"]
    assert [i["why"] for i in items] == ([why] if why else [])


async def test_a_day_off_and_a_day_away_are_said_as_such(story: Story) -> None:
    await story.on(3).task()
    await story.on(8).act(c.AcceptTask)  # a Friday, which Cairo does not work
    await story.on(9, 9).absent("p-fp", 10, 10)
    await story.on(10).complete()
    items = (await story.figures())["out_of_hours"]
    assert [(i["what"], i["why"]) for i in items] == [("TaskAccepted", "day_off"), ("TaskCompleted", "away")]
    assert (await story.report()).data()["office_hours"]["source"] == "product_default"


async def test_entries_in_the_missions_own_record_count_too(story: Story) -> None:
    await story.on(3).task()
    day = {"2026-05-12": "Closing day"}
    position = await story.on(4, 19).do(c.ReviseCalendar, FOCAL, add=day, source="mission")
    [item] = (await story.figures())["out_of_hours"]
    assert (item["what"], item["positions"]) == ("CalendarRevised", [position])
    assert "definition" not in item and "Mission Q, as a whole" in (await story.report()).text()


async def test_the_request_that_stands_in_it_makes_it_again(story: Story) -> None:
    await month(story)
    made = await story.report("p-alt")
    data = made.data()
    request = data["request"]
    await story.on(31).task("o-99")
    again = await staff_report(
        story.desk.log,
        request["officer"],
        request["postings"],
        date.fromisoformat(request["first"]),
        date.fromisoformat(request["last"]),
        data["log"]["position"],
        regime=request["regime"],
    )
    assert again.json() == made.json()


async def test_a_named_substitute_is_told_the_days_and_never_for_whom(story: Story) -> None:
    await story.absent("p-fp", 4, 5, substitute="p-alt")
    await story.on(3).task("o-1")
    await story.act(c.ReassignTask, HEAD, posting="p-alt")
    await story.on(5).complete(ALTERNATE)
    [days] = (await story.report("p-alt")).data()["acting"]
    assert (days["from"], days["until"], days["working_days"], days["scope"]) == (
        "2026-05-04",
        "2026-05-05",
        2,
        [],
    )
    assert (await story.report()).data()["acting"] == []


async def test_it_speaks_two_languages_and_refuses_a_third(story: Story) -> None:
    await story.on(3).task()
    report = await story.report()
    assert report.text("en") != report.text("fr")
    with pytest.raises(ValueError, match="no language of the reports"):
        report.text("de")
    with pytest.raises(ValueError, match="no language of the reports"):
        sections(report.data(), "de")
