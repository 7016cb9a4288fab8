"""What a report says, apart from how it looks: every form (text, HTML, PDF, XLSX, CSV) is laid out from this and nothing else.

A `Paper` is made from a report's data and a language, and is a pure function of them. All its texts are `plain`: composed
(NFC), without control or direction characters, so that no form can be made to show one thing and hold another.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from domain.kinds import instant

Language = Literal["en", "fr"]
Cell = str | int
Data = Mapping[str, Any]
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One item in words: what it is about, what else it says, and the positions of the log that it rests on."""

    subject: str
    said: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column headings. The first cell of a row names the row; whole numbers stay numbers in every form."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of its own table: drawn from the table's numbers, so that the two cannot disagree.

    `columns`: the first cell is the label, the second the height; a third is drawn in a panel of its own below.
    `dots`: the first cell is a whole number on the line, the second how many stand there.
    `told` says in words what the picture shows, for whoever does not see it.
    """

    kind: Literal["columns", "dots"]
    told: str
    table: Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it. `count` of a figure is the number of its entries; None of what is no figure.

    `name` is the stable code of the section, the same in every language: of a figure, its name in the report's data.
    """

    name: str
    title: str
    entries: tuple[Entry, ...] = ()
    count: int | None = None
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head or the foot: what it is, and its value; `exact` of what is copied sign by sign (a hash)."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report in one language. `data` is what it was made from, unchanged."""

    data: Data = field(repr=False)
    language: Language
    title: str
    lines: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    foot: tuple[Fact, ...]
    check: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`staff`, `structural` or `audit`."""
        return kind_of(self.data)

    @property
    def recorded(self) -> datetime:
        """When the log recorded the position as known at which the report is made (UTC): the date of every form."""
        return instant(self.data["log"]["recorded"])


class NoSuchForm(Exception):
    """The report cannot be given that form. `code` is stable; the message says what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def kind_of(data: Data) -> str:
    """Which report these data are. Raises NoSuchForm `report.schema` for data that are none."""
    schema = str(data.get("schema", ""))
    name, _, version = schema.partition("/")
    kind = name.removeprefix("chancery.").removesuffix("-report")
    if name != f"chancery.{kind}-report" or not version.isdigit():
        raise NoSuchForm("report.schema", "These are not the data of a report of Chancery.")
    return kind


def data_bytes(data: Data) -> bytes:
    """The data as text in their own order: what `--form json` writes, what a PDF embeds, and what is compared."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def plain(text: str) -> str:
    """The text composed (NFC), on one line; a control, a direction mark or an unassigned sign stands as `[U+202E]`."""
    found = unicodedata.normalize("NFC", text).replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if found.isprintable():
        return found
    return "".join(f"[U+{ord(c):04X}]" if unicodedata.category(c) in _HIDDEN else c for c in found)


def mapped(section: Section, change: Callable[[str], str]) -> Section:
    """The section with every text changed in the same way."""
    return Section(
        section.name,
        change(section.title),
        tuple(
            Entry(change(e.subject), tuple(map(change, e.said)), tuple(e.positions)) for e in section.entries
        ),
        section.count,
        tuple(map(change, section.paragraphs)),
        tuple(_table(table, change) for table in section.tables),
        tuple(Chart(c.kind, change(c.told), _table(c.table, change)) for c in section.charts),
    )


def mapped_facts(facts: Iterable[Fact], change: Callable[[str], str]) -> tuple[Fact, ...]:
    """The facts with every text changed in the same way."""
    return tuple(Fact(change(f.label), change(f.value), f.exact) for f in facts)


def mapped_paper(paper: Paper, change: Callable[[str], str]) -> Paper:
    """The paper with every text changed in the same way; its data stay."""
    return replace(
        paper,
        title=change(paper.title),
        lines=tuple(map(change, paper.lines)),
        facts=mapped_facts(paper.facts, change),
        sections=tuple(mapped(s, change) for s in paper.sections),
        foot=mapped_facts(paper.foot, change),
        check=tuple(map(change, paper.check)),
    )


def _table(table: Table, change: Callable[[str], str]) -> Table:
    rows = tuple(tuple(change(c) if isinstance(c, str) else c for c in row) for row in table.rows)
    return Table(change(table.caption), tuple(map(change, table.heads)), rows, table.name)
