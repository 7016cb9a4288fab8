"""One model of what a report says: nothing left out, nothing that hides, pictures that are their tables."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chancery.reports.paper import words
from chancery.reports.paper.as_text import text
from chancery.reports.paper.cells import listed, rows_of
from chancery.reports.paper.charts import svg
from chancery.reports.paper.forms import formed
from chancery.reports.paper.made_by import PROGRAM, About
from chancery.reports.paper.making import paper_of, spaced
from chancery.reports.paper.model import Chart, NoSuchForm, Section, Table, mapped_paper, plain
from chancery.reports.paper.structural import coverage
from tests.reports.conftest import Story
from tests.reports.papers import DAYS, HOSTILE, LOAD, data, paper
from tests.reports.test_page import trial

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_figure_and_every_item_of_a_real_report_is_on_paper(story: Story, language: str) -> None:
    await trial(story)
    await story.on(18).task()
    await story.on(28).complete()
    for posting in ("p-fp", "p-pol"):
        report = (await story.report(posting)).data()
        made = paper_of(report, "fr" if language == "fr" else "en")
        figures = {s.name: s for s in made.sections if s.count is not None}
        assert {n: f["count"] for n, f in report["figures"].items()} == {
            n: s.count for n, s in figures.items()
        }
        for name, section in figures.items():
            items = report["figures"][name]["items"]
            assert [list(e.positions) for e in section.entries] == [i["positions"] for i in items], name
        assert made.sections[-1].name == "cannot_see" and made.sections[-1].entries
        said = text(made)
        assert max(map(len, said.splitlines())) <= 100
        for section in made.sections:
            assert " ".join(section.title.split()) in " ".join(said.split())
        assert report["log"]["leaf"] in said


def test_no_text_hides_anything() -> None:
    seen: list[str] = []
    mapped_paper(paper(text=" ".join(HOSTILE)), lambda one: seen.append(one) or one)  # type: ignore[func-returns-value]
    everything = "".join(seen)
    assert everything.isprintable() and "[U+202E]" in everything and "[U+0000]" in everything
    assert plain("e\u0301") == "é" and plain("a\nb\tc") == "a b c"
    assert plain("a\u00a0b") == "a\u00a0b" or "[U+00A0]" not in plain("a\u00a0b\u202e")
    assert not "".join(HOSTILE).isprintable(), "control"


def test_french_spaces_do_not_break() -> None:
    assert spaced("Total : 3 ; 20 %", "fr") == "Total\u00a0: 3\u00a0; 20\u00a0%"
    assert spaced("a : b", "en") == "a : b"


@pytest.mark.parametrize("chart", [LOAD, DAYS])
def test_a_picture_says_what_it_shows_and_needs_no_colour(chart: Chart) -> None:
    drawn = svg(chart, "c1")
    root = ET.fromstring(drawn)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "c1-title c1-told"
    assert [e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")] == [
        chart.table.caption,
        chart.told,
    ]
    assert "style" not in drawn and "<script" not in drawn and "href" not in drawn
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= {"currentColor", "none", "url(#c1-hatch)"}
    assert svg(chart, "c1") == drawn != svg(chart, "c2")


def test_columns_are_as_high_as_their_numbers_and_dots_as_many() -> None:
    bars = [e for e in ET.fromstring(svg(LOAD, "c")).iter(f"{SVG}rect") if e.get("fill") == "currentColor"]
    tall = [float(e.attrib["height"]) for e in bars if e.get("stroke")]
    numbers = [row[1] for row in LOAD.table.rows if row[1]]
    assert len(tall) == len(numbers)
    assert all(abs(t - 120 * int(n) / 6) < 0.1 for t, n in zip(tall, numbers, strict=True))
    assert len(list(ET.fromstring(svg(DAYS, "c")).iter(f"{SVG}circle"))) == 4
    many = replace(DAYS, table=Table("x", ("d", "n"), ((1, 40),)))
    assert ">40<" in svg(many, "c"), "beyond twelve dots a number says how many"
    hostile = replace(LOAD, told=HOSTILE[2], table=replace(LOAD.table, caption=HOSTILE[2]))
    assert "<script" not in svg(hostile, "c") and ET.fromstring(svg(hostile, "c")) is not None


def test_a_picture_never_guesses() -> None:
    for cell in ("few", -1):
        with pytest.raises(ValueError, match="no whole number"):
            svg(Chart("columns", "t", Table("c", ("a", "b"), (("x", cell),))), "c")
    assert svg(Chart("columns", "t", Table("c", ("a", "b"), ())), "c")
    assert svg(Chart("dots", "t", Table("c", ("a", "b"), ((0, 0),))), "c")


def test_tables_wider_than_a_line_become_lists() -> None:
    heads = tuple(f"Heading {n} of several" for n in range(8))
    wide = Table("Wide", heads, (tuple(f"cell {n}" for n in range(8)),))
    made = paper()
    made = replace(made, sections=(replace(made.sections[0], tables=(wide,)),))
    said = text(made)
    assert max(map(len, said.splitlines())) <= 100 and "Heading 7 of several: cell 7" in said


def test_what_cannot_be_formed_is_refused_in_one_sentence() -> None:
    for form, more, code in (
        ("odt", {}, "report.form"),
        ("csv", {"checkpoint": b"x"}, "report.no-checkpoint-there"),
        ("html", {}, "report.schema"),
    ):
        given = data() if code != "report.schema" else {**data(), "schema": "chancery.sla/1"}
        with pytest.raises(NoSuchForm) as refused:
            formed(form, given, "en", **more)  # type: ignore[arg-type]
        assert refused.value.code == code and "\n" not in refused.value.message


def test_a_program_names_itself_and_no_other_text_passes_for_one() -> None:
    mine = About.mine()
    assert PROGRAM.fullmatch(mine.program) and About.named(mine.program) == mine
    for false in ("chancery", f"{mine.program} and more", "chancery 0.1.0 <b>", None, 3):
        assert About.named(false) is None


def test_every_word_of_the_forms_stands_in_both_languages() -> None:
    same = {"utc", "position", "positions", "positions_head", "label", "count"}
    for code, (english, french) in words.WORDS.items():
        assert english and french and (code in same or english != french), code
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", french)), code


def test_no_word_of_the_forms_is_left_over() -> None:
    code = "".join(p.read_text() for p in Path(words.__file__).parent.glob("*.py") if p.name != "words.py")
    assert [name for name in words.WORDS if f'"{name}"' not in code] == []


def test_coverage_is_laid_out_area_by_area() -> None:
    def item(area: str, mission: str, reached: bool) -> dict[str, Any]:
        return {
            "mission": mission,
            "area": area,
            "reached": reached,
            "at": "2026-05-01T08:00:00Z",
            "positions": [3],
        }

    items = [item("south", "Q", False), item("rural_women", "R", True)]
    [table] = coverage({"figures": {"coverage": {"items": items}}}, "Coverage", "en")
    assert table.heads == ("Area", "Q", "R")
    assert {row[1:] for row in table.rows} == {
        ("-", "reached (2026-05-01)"),
        ("not reached (2026-05-01)", "-"),
    }
    assert coverage({"figures": {"coverage": {"items": []}}}, "Coverage", "fr") == ()


def test_a_figure_told_by_tables_alone_keeps_its_data_in_spreadsheets() -> None:
    section = Section("on_time", "Done on time", (), 2)
    rows = rows_of(section, listed(data(2), section))
    assert [(entry.positions, row["own.working_days"]) for entry, row in rows] == [
        ((3, 7, 8, 9, 10), 0),
        ((3, 7, 8, 9, 11), 1),
    ]


def test_positions_are_drawn_together_and_none_is_lost() -> None:
    assert words.runs((3, 7, 8, 9, 12, 13)) == "3, 7-9, 12, 13"
    assert words.positions_said((), "en") == "" and words.positions_said((4,), "en") == "position 4"
