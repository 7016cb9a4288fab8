"""The workbook: every list behind its number, nothing that a spreadsheet would work out, the same bytes each time."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from chancery.reports.paper.as_xlsx import xlsx
from chancery.reports.paper.forms import formed
from chancery.reports.paper.model import Entry, NoSuchForm, Section
from tests.reports.conftest import Story
from tests.reports.papers import ABOUT, HOSTILE, paper
from tests.reports.test_page import trial


def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes) -> list[Any]:
    return [
        cell for sheet in book(content) for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]


def test_a_sheet_for_each_section_and_the_list_behind_each_number() -> None:
    made = book(xlsx(paper(), ABOUT))
    assert made.sheetnames == [
        "Figures", "Posts held", "Days away", "Load", "Done on time", "Done after the date", "Own time", "Coverage", "About",
    ]  # fmt: skip
    first = [[c for c in row if c is not None] for row in made["Figures"].iter_rows(values_only=True)]
    assert ["Done on time", 3] in first and ["Done after the date", 0] in first
    rows = list(made["Done on time"].iter_rows(values_only=True))
    heads = next(n for n, row in enumerate(rows) if row[0] == "No.")
    assert rows[heads][:4] == ("No.", "About", "What the log says", "Positions")
    listed = rows[heads + 1 :]
    assert len(listed) == 3 and listed[1][0] == 2 and listed[1][3] == "3 7 8 9 11"
    columns = dict(zip(rows[heads], listed[2], strict=True))
    assert columns["own.working_days"] == 2 and columns["yes"] == "true" and columns["none"] is None
    assert columns["intervals"] == "account=own from=2026-05-01T08:00:00Z"
    week = next(row for row in made["Load"].iter_rows(values_only=True) if row[0] == "2026-W03")
    assert week[1:3] == (3, 20), "numbers stay numbers"


@pytest.mark.parametrize(
    "text", [*HOSTILE, "=1+1", "+1", "-1+1", "@SUM(1)", "https://x.example", "mailto:a@b.c", "{=1}"]
)
def test_nothing_is_a_formula_or_a_link(text: str) -> None:
    content = xlsx(paper(1, text=text), ABOUT)
    assert {cell.data_type for cell in cells(content)} <= {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            inside = parts.read(name)
            assert not any(mark in inside for mark in (b"<f>", b"<f ", b"<hyperlink", b"/hyperlink")), name


def test_the_same_bytes_each_time_and_dated_by_the_log() -> None:
    assert xlsx(paper(), ABOUT) == xlsx(paper(), ABOUT)
    assert xlsx(paper(2), ABOUT) != xlsx(paper(), ABOUT), "control"
    assert book(xlsx(paper(), ABOUT)).properties.created.isoformat() == "2026-05-31T08:00:00"


def test_sheets_have_names_that_are_allowed_and_differ() -> None:
    title = "A title: that [is] far/too\\long? for a sheet*"
    sections = tuple(Section(f"s{n}", title, (Entry("x"),)) for n in range(12))
    odd = (*sections, Section("h", "History"), Section("a", "about"), Section("q", "'"))
    names = book(xlsx(replace(paper(), sections=odd), ABOUT)).sheetnames
    assert len({n.lower() for n in names}) == len(names) == 17 and max(map(len, names)) <= 31


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(NoSuchForm) as refused:
        xlsx(paper(1, text="x" * 40_000), ABOUT)
    assert refused.value.code == "report.too-long"


def test_without_the_extra_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(NoSuchForm, match=r"chancery\[reports\]"):
        xlsx(paper(), ABOUT)


async def test_a_real_report_has_every_item_with_its_positions(story: Story) -> None:
    await trial(story)
    data = (await story.report("p-pol")).data()
    made = book(formed("xlsx", data, "en"))
    wanted = {tuple(i["positions"]) for f in data["figures"].values() for i in f["items"]}
    seen = {
        tuple(map(int, str(row[3]).split()))
        for sheet in made
        for row in sheet.iter_rows(values_only=True)
        if len(row) > 3 and isinstance(row[0], int) and row[3]
    }
    assert wanted <= seen and wanted
