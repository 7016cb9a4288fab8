"""Paper as a workbook: an overview with every number, a sheet with the list behind each, and what it rests on.

Nothing in it is a formula or a link. The date is the log's, so that the bytes depend on data, language and program alone.
"""

import io
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from chancery.reports.paper.cells import Listed, listed, rows_of
from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import Cell, NoSuchForm, Paper, Section, Table
from chancery.reports.paper.words import word

ABOUT: Final = "About"
_LONGEST: Final = 31
_MOST: Final = 32_767
"""So many signs a cell of this format holds."""
_MOST_ROWS: Final = 1_048_000
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx(paper: Paper, about: About) -> bytes:
    """The report as a workbook. Raises NoSuchForm: `report.no-xlsxwriter`, `report.too-long` beyond a sheet's rows."""
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise NoSuchForm(
            "report.no-xlsxwriter", "A workbook needs the extra `reports`: pip install 'chancery[reports]'."
        ) from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties(
        {"title": paper.title, "created": paper.recorded.astimezone(UTC).replace(tzinfo=None)}
    )
    made = _Book(book, paper)
    made.overview()
    for section in paper.sections:
        made.section(section)
    made.about(about)
    book.close()
    return out.getvalue()


class _Book:
    def __init__(self, book: Any, paper: Paper) -> None:
        self.book, self.paper = book, paper
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.taken: set[str] = set()

    def w(self, code: str) -> str:
        return word(code, self.paper.language)

    def sheet(self, name: str) -> Any:
        """A sheet with a name that is allowed, and not yet given."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:_LONGEST].strip() or "-"
        found, n = plain, 2
        while found.lower() in self.taken or found.lower() == "history":
            found, n = f"{plain[: _LONGEST - len(str(n)) - 1]} {n}", n + 1
        self.taken.add(found.lower())
        return self.book.add_worksheet(found)

    def overview(self) -> None:
        """Title, head, and each figure with its number; the sheet that opens."""
        sheet = self.sheet(self.w("overview"))
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 60, self.wrap)
        sheet.write_string(0, 0, self.paper.title, self.title)
        at = 1
        for line in self.paper.lines:
            sheet.write_string(at, 0, line)
            at += 1
        for fact in self.paper.facts:
            sheet.write_string(at, 0, fact.label)
            sheet.write_string(at, 1, fact.value)
            at += 1
        at = self.row(sheet, at + 1, (self.w("figure"), self.w("how_many")), self.bold)
        for section in self.paper.sections:
            if section.count is not None:
                at = self.row(sheet, at, (section.title, section.count))

    def section(self, section: Section) -> None:
        """One section: its sentences, its tables, then its list."""
        sheet = self.sheet(section.title)
        if len(section.entries) + sum(len(t.rows) for t in section.tables) > _MOST_ROWS:
            raise NoSuchForm(
                "report.too-long", f"{section.title}: a sheet cannot hold so many lines; take CSV."
            )
        sheet.write_string(0, 0, section.title, self.title)
        at = 1
        for paragraph in section.paragraphs:
            at = self.row(sheet, at, (paragraph,))
        if section.count is not None:
            at = self.row(sheet, at, (self.w("how_many"), section.count))
        for table in (*section.tables, *(chart.table for chart in section.charts)):
            at = self.table(sheet, at + 1, table)
        self.entries(sheet, at + 1, section, listed(self.paper.data, section))

    def table(self, sheet: Any, at: int, table: Table) -> int:
        """Caption, headings, rows; where it ends."""
        if table.caption:
            at = self.row(sheet, at, (table.caption,))
        at = self.row(sheet, at, table.heads, self.bold)
        for row in table.rows:
            at = self.row(sheet, at, row)
        return at

    def entries(self, sheet: Any, at: int, section: Section, items: Listed) -> None:
        """The list: in words, then as data."""
        rows = rows_of(section, items)
        if not rows:
            return
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 2, 55)
        heads = (self.w("number"), self.w("subject"), self.w("said"), self.w("positions_head"))
        self.row(sheet, at, (*heads, *items.columns), self.bold)
        if section.count is not None and not (section.tables or section.charts or section.paragraphs):
            sheet.freeze_panes(at + 1, 2)
            sheet.autofilter(at, 0, at + len(rows), len(heads) + len(items.columns) - 1)
        for n, (entry, data) in enumerate(rows):
            words: tuple[Cell, ...] = (
                n + 1, entry.subject, "\n".join(entry.said), " ".join(map(str, entry.positions)),
            )  # fmt: skip
            self.row(sheet, at + 1 + n, (*words, *(data.get(c) for c in items.columns)), self.wrap)

    def about(self, about: About) -> None:
        """What it rests on, how to check it, and the request as data."""
        sheet = self.sheet(ABOUT)
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, 1, 90, self.wrap)
        at = 0
        for fact in self.paper.foot:
            at = self.row(sheet, at, (fact.label, fact.value))
        for line in (*self.paper.check, self.w("columns_note")):
            at = self.row(sheet, at, (self.w("text"), line))
        self.row(sheet, at, ("form", about.form("xlsx", self.paper.language, self.paper.data)))

    def row(self, sheet: Any, at: int, cells: Sequence[Cell | None], style: Any = None) -> int:
        """One row; text stays text whatever it begins with. Returns the number of the next."""
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(at, column, cell, style)
            elif cell is not None:
                if len(cell) > _MOST:
                    raise NoSuchForm(
                        "report.too-long", "A cell of a workbook cannot hold so much; take CSV or JSON."
                    )
                sheet.write_string(at, column, cell, style)
        return at + 1
