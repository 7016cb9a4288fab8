"""Paper as CSV: one long table, one row an item of any figure, so that a spreadsheet filters by figure and adds up nothing twice.

First in words (figure, what the item is about, what the log says, positions), then the item's data under their own names.
Head facts, the count of every figure (those without items too) and the request follow below, each in a row that begins
with `#`. UTF-8 with a byte order mark; a semicolon between cells in French, where the comma parts whole from tenth.
"""

import csv as writer
import io
from collections.abc import Iterator
from typing import Final

from chancery.reports.paper.cells import columns_of, listed, rows_of
from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import Cell, Paper
from chancery.reports.paper.words import word
from chancery.spreadsheets import safe

MARK: Final = "#"
BOM: Final = b"\xef\xbb\xbf"


def csv(paper: Paper, about: About) -> bytes:
    """The report as CSV."""
    out = io.StringIO()
    made = writer.writer(out, delimiter=separator(paper.language), lineterminator="\r\n")
    for row in _rows(paper, about):
        made.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return BOM + out.getvalue().encode()


def separator(language: str) -> str:
    """What stands between two cells."""
    return ";" if language == "fr" else ","


def _rows(paper: Paper, about: About) -> Iterator[list[Cell | None]]:
    language = paper.language
    figures = [section for section in paper.sections if section.count is not None]
    lists = [listed(paper.data, section) for section in figures]
    columns = columns_of(lists)
    names = ("figure_code", "figure", "number", "subject", "said", "positions_head")
    yield [*(word(name, language) for name in names), *columns]
    for section, one in zip(figures, lists, strict=True):
        for number, (entry, row) in enumerate(rows_of(section, one), 1):
            yield [
                section.name, section.title, number, entry.subject, " · ".join(entry.said),
                " ".join(map(str, entry.positions)), *(row.get(column) for column in columns),
            ]  # fmt: skip
    yield [MARK, paper.title]
    for line in (*paper.lines, *paper.check):
        yield [MARK, line]
    for fact in (*paper.facts, *paper.foot):
        yield [MARK, fact.label, fact.value]
    for section in paper.sections:
        if section.count is not None:
            yield [MARK, "count", section.name, section.title, section.count]
            continue
        for entry in section.entries:
            yield [
                MARK,
                section.title,
                entry.subject,
                " · ".join(entry.said),
                " ".join(map(str, entry.positions)),
            ]
    for section in paper.sections:
        for table in (*section.tables, *(chart.table for chart in section.charts)):
            yield [MARK, "table", table.caption, *table.heads]
            for cells in table.rows:
                yield [MARK, "table", table.caption, *cells]
    yield [MARK, "form", about.form("csv", language, paper.data)]
