"""Paper as text for a terminal or a mail: at most 100 columns wide, every number with its list."""

import textwrap
from collections.abc import Iterator
from typing import Final

from chancery.reports.paper.model import Entry, Fact, Language, Paper, Section, Table
from chancery.reports.paper.words import positions_said, word

WIDTH: Final = 100
_CELL: Final = 40
"""So wide a column of a table is at most; longer words go on below."""


def text(paper: Paper) -> str:
    """The report for reading; pictures stand as the tables of their numbers."""
    return "\n".join(line.rstrip() for line in _lines(paper)) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (paper.title, "=" * min(len(paper.title), WIDTH))
    for line in paper.lines:
        yield from wrap(line, "")
    for section in paper.sections:
        yield from _section(section, paper.language)
    yield from ("", word("rests_on", paper.language))
    yield from _facts(paper.foot, paper.language)
    yield from ("", word("how", paper.language))
    for line in paper.check:
        yield from wrap(line, "  - ")


def _facts(facts: tuple[Fact, ...], language: Language) -> Iterator[str]:
    for fact in facts:
        yield from wrap(f"{word('label', language, label=fact.label)} {fact.value}", "  ")


def _section(section: Section, language: Language) -> Iterator[str]:
    yield ""
    yield from wrap(
        section.title
        if section.count is None
        else word("count", language, title=section.title, count=section.count),
        "",
    )
    for paragraph in section.paragraphs:
        yield from wrap(paragraph, "  ")
    for table in (*section.tables, *(chart.table for chart in section.charts)):
        yield from _table(table)
    for entry in section.entries:
        yield from _entry(entry, language)
    if section.count is None and not (
        section.entries or section.paragraphs or section.tables or section.charts
    ):
        yield f"  {word('none', language)}"


def _entry(entry: Entry, language: Language) -> Iterator[str]:
    rests = positions_said(entry.positions, language).replace(" ", "\u00a0", 1)
    yield from wrap(f"{entry.subject} [{rests}]" if rests else entry.subject, "  - ")
    for said in entry.said:
        yield from wrap(said, "      ")


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield from wrap(table.caption, "  ")
    rows = [[str(cell) for cell in row] for row in (table.heads, *table.rows)]
    widths = [min(_CELL, max(len(row[n]) for row in rows)) for n in range(len(table.heads))]
    if sum(widths) + 2 * len(widths) + 2 > WIDTH:
        yield from _narrow(table)
        return
    for row in rows:
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for n in range(max(map(len, cells))):
            line = [(c[n] if n < len(c) else "").ljust(w) for c, w in zip(cells, widths, strict=True)]
            yield "    " + "  ".join(line)


def _narrow(table: Table) -> Iterator[str]:
    """A table that is wider than a line: each row as a list of its cells under their headings."""
    for row in table.rows:
        yield from wrap(str(row[0]), "    - ")
        for head, cell in zip(table.heads[1:], row[1:], strict=True):
            yield from wrap(f"{head}: {cell}", "        ")


def wrap(said: str, lead: str) -> list[str]:
    """Lines of at most 100 signs; the first begins with `lead`, the others as far in."""
    said = said.replace(" :", "\u00a0:").replace(" %", "\u00a0%")  # signs that may not begin a line
    return textwrap.wrap(
        said, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )
