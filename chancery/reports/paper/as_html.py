"""Paper as one HTML file that needs nothing else: no script, no outside address, light and dark, for screen and printer.

The report's data stand in it as a block that no browser runs. A policy within the file forbids whatever is not in it.
"""

import json
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from chancery.reports.paper.charts import svg
from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import Entry, Fact, Paper, Section, Table, data_bytes
from chancery.reports.paper.words import positions_said, word

DATA: Final = "report"
ABOUT: Final = "form"
CHECKPOINT: Final = "checkpoint"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html(paper: Paper, about: About, checkpoint: bytes | None = None) -> bytes:
    """The report as a stand-alone page (UTF-8)."""
    return "\n".join(_page(paper, about, checkpoint)).encode() + b"\n"


def _page(paper: Paper, about: About, checkpoint: bytes | None) -> Iterator[str]:
    language = paper.language
    yield "<!doctype html>"
    yield f'<html lang="{language}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(paper.title)}</title><style>{_style()}</style></head><body><main>"
    yield f"<h1>{escape(paper.title)}</h1>"
    yield from (f"<p>{escape(line)}</p>" for line in paper.lines)
    yield from _facts(paper.facts)
    for number, section in enumerate(paper.sections):
        yield from _section(section, number, paper)
    yield f'<section aria-labelledby="rests"><h2 id="rests">{escape(word("rests_on", language))}</h2>'
    yield from _facts(paper.foot)
    yield f'</section><section aria-labelledby="check"><h2 id="check">{escape(word("how", language))}</h2><ul>'
    yield from (f"<li>{escape(line)}</li>" for line in paper.check)
    yield "</ul></section></main>"
    yield block(DATA, data_bytes(paper.data).decode())
    yield block(ABOUT, about.form("html", language, paper.data) + "\n")
    if checkpoint is not None:
        yield block(CHECKPOINT, json.dumps(checkpoint.decode()) + "\n")
    yield "</body></html>"


def block(name: str, text: str) -> str:
    """JSON within a page, so that nothing in it can end the block: `<` stands as its escape, which JSON reads back."""
    return (
        f'<script type="application/json" id="data-{name}">\n{text.replace("<", chr(92) + "u003c")}</script>'
    )


def _facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    if facts:
        yield "<dl>"
        for fact in facts:
            value = f"<code>{escape(fact.value)}</code>" if fact.exact else escape(fact.value)
            yield f"<dt>{escape(fact.label)}</dt><dd>{value}</dd>"
        yield "</dl>"


def _section(section: Section, number: int, paper: Paper) -> Iterator[str]:
    language, id_ = paper.language, f"s{number}"
    heading = section.title
    if section.count is not None:
        heading = word("count", language, title=heading, count=section.count)
    yield f'<section aria-labelledby="{id_}"><h2 id="{id_}">{escape(heading)}</h2>'
    yield from (f"<p>{escape(p)}</p>" for p in section.paragraphs)
    for table in section.tables:
        yield from table_of(table)
    for n, chart in enumerate(section.charts):
        yield svg(chart, f"{id_}c{n}").rstrip()
        yield from table_of(chart.table)
    if section.entries:
        kind = "ul" if section.count is None else "ol"
        yield f"<{kind}>"
        yield from (_entry(e, paper) for e in section.entries)
        yield f"</{kind}>"
    elif section.count is None and not (section.paragraphs or section.tables or section.charts):
        yield f"<p>{escape(word('none', language))}</p>"
    yield "</section>"


def _entry(entry: Entry, paper: Paper) -> str:
    said = "".join(f'<span class="said">{escape(line)}</span>' for line in entry.said)
    rests = positions_said(entry.positions, paper.language)
    shown = f'<span class="positions">[{escape(rests)}]</span>' if rests else ""
    return f"<li>{escape(entry.subject)}{said}{shown}</li>"


def table_of(table: Table) -> Iterator[str]:
    """A table that scrolls within itself where the window is narrow, by keyboard too."""
    label = escape(table.caption or " · ".join(table.heads), quote=True)
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>'
    if table.caption:
        yield f"<caption>{escape(table.caption)}</caption>"
    numeric = [
        bool(table.rows) and all(isinstance(r[n], int) for r in table.rows) for n in range(len(table.heads))
    ]
    heads = (f'<th scope="col"{_n(numeric[n])}>{escape(head)}</th>' for n, head in enumerate(table.heads))
    yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
    for row in table.rows:
        first = f'<th scope="row"{_n(numeric[0])}>{escape(str(row[0]))}</th>'
        others = (f"<td{_n(numeric[n])}>{escape(str(cell))}</td>" for n, cell in enumerate(row[1:], 1))
        yield f"<tr>{first}{''.join(others)}</tr>"
    yield "</tbody></table></div>"


def _n(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("paper.css").read_text(encoding="utf-8")


__all__ = ["block", "html", "table_of"]
