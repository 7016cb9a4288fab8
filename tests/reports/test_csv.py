"""The table for spreadsheets: a row for each item, safe cells, and below it what it was made from."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from chancery.reports.paper.as_csv import BOM
from chancery.reports.paper.as_csv import csv as made
from chancery.reports.paper.forms import formed
from chancery.reports.paper.model import Language
from chancery.spreadsheets import safe
from tests.reports.conftest import Story
from tests.reports.papers import ABOUT, HOSTILE, paper
from tests.reports.test_page import trial

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows(content: bytes, between: str = ",") -> list[list[str]]:
    assert content.startswith(BOM) and content.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(content.removeprefix(BOM).decode(), newline=""), delimiter=between))


def items(content: bytes, between: str = ",") -> list[dict[str, str]]:
    first, *others = rows(content, between)
    return [dict(zip(first, row, strict=True)) for row in others if row[0] != "#"]


def test_a_row_for_each_item_in_words_and_as_data() -> None:
    found = items(made(paper(), ABOUT))
    assert [r["No."] for r in found] == ["1", "2", "3"]
    assert {r["Figure (code)"] for r in found} == {"on_time"} and found[0]["Figure"] == "Done on time"
    assert (
        found[2]["Positions"] == "3 7 8 9 12"
        and found[2]["own.working_days"] == "2"
        and found[2]["none"] == ""
    )


def test_below_the_table_stands_what_it_was_made_from() -> None:
    tail = [row[1:] for row in rows(made(paper(), ABOUT)) if row[0] == "#"]
    assert ["count", "on_time", "Done on time", "3"] in tail and [
        "count",
        "late",
        "Done after the date",
        "0",
    ] in tail
    assert ["Root", "ab" * 32] in tail and ["table", "Load over time", "2026-W03", "3", "20"] in tail
    assert tail[-1][0] == "form" and '"position":42' in tail[-1][1]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "text", [*HOSTILE, *(f"{sign}1+1" for sign in BEGINNINGS), "  =1", "\u00a0=1", '"=1"', "a;=1,b"]
)
def test_no_cell_begins_a_formula(text: str, language: Language) -> None:
    between = ";" if language == "fr" else ","
    for row in rows(made(paper(1, language, text), ABOUT), between):
        for cell in row:
            assert cell == "-" or not cell.lstrip(" \u00a0").startswith(BEGINNINGS), cell
    assert safe("=1") == "'=1" and safe("-") == "-" and safe("plain") == "plain"


def test_the_guard_sees_a_formula() -> None:
    """Control: without the apostrophe the test above would fail."""
    assert any("=cmd" in cell for row in rows(made(paper(), ABOUT)) for cell in row)
    assert not any(cell.startswith("=") for row in rows(made(paper(), ABOUT)) for cell in row)


def test_it_opens_in_french_programs_as_in_english_ones() -> None:
    content = made(paper(language="fr"), ABOUT)
    assert content.splitlines()[0].count(b";") > 5 and content == made(paper(language="fr"), ABOUT)


async def test_a_real_report_loses_no_item(story: Story) -> None:
    await trial(story)
    data: dict[str, Any] = (await story.report("p-pol")).data()
    found = items(formed("csv", data, "en"))
    wanted = [
        (name, " ".join(map(str, i["positions"]))) for name, f in data["figures"].items() for i in f["items"]
    ]
    assert [(r["Figure (code)"], r["Positions"]) for r in found] == wanted and wanted
