"""Paper as PDF, set by typst: built to PDF/A-3a and PDF/UA-1, with the report's data and the signed checkpoint embedded.

No text of the report is ever part of the typesetter's source: it goes in as JSON and comes out as text, so none of it can be
taken for markup. Fonts are those within the typst package and no others; the date is the log's. So the bytes depend on the
data, the language and the program alone. Nothing here has been checked by a validator of the standards: the tests read
back what the standards ask for, as far as they do (docs/reports.md).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache
from importlib import resources
from typing import Any, Final

from chancery.reports.paper.charts import svg
from chancery.reports.paper.made_by import About
from chancery.reports.paper.making import CHECKPOINT
from chancery.reports.paper.model import Chart, NoSuchForm, Paper, Section, data_bytes, mapped_paper
from chancery.reports.paper.words import positions_said, word

DATA: Final = "report.json"
ABOUT: Final = "form.json"
STANDARDS: Final = ("a-3a", "ua-1")
_SAFE: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset(
    "\u00a0éèêëàâäçùûüîïôöœÉÈÊÀÇŒ«»…·°§→\u2013\u2014\u2018\u2019\u201c\u201d"
)
"""What needs no asking: a test sets every one of them."""


def pdf(paper: Paper, about: About, checkpoint: bytes | None = None) -> bytes:
    """The report as PDF. `checkpoint`: the signed note for this size and root, as it stands.

    Raises NoSuchForm: `report.no-typst` where the extra `reports` is not installed, `report.typeset` if typst refuses.
    """
    missing = _without_glyph(_letters(paper))
    if missing:
        numbers = {ord(sign): f"[U+{ord(sign):04X}]" for sign in missing}
        paper = mapped_paper(paper, lambda text: text.translate(numbers))
        paper = replace(paper, check=(*paper.check, word("unshown", paper.language)))
    said, files = _said(paper)
    said |= {"signed": checkpoint is not None, "date": list(paper.recorded.timetuple()[:6])}
    files |= {
        "main": _asset("paper.typ"),
        "fonts.typ": _asset("fonts.typ"),
        "paper.json": json.dumps(said).encode(),
        DATA: data_bytes(paper.data),
        ABOUT: (about.form("pdf", paper.language, paper.data) + "\n").encode(),
    }
    if checkpoint is not None:
        files[CHECKPOINT] = checkpoint
    try:
        return _run(files, {})
    except _typst().TypstError as problem:
        raise NoSuchForm("report.typeset", f"The PDF cannot be set: {problem.message}") from problem


def _said(paper: Paper) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The paper as the template reads it, and the pictures that it asks for."""
    files: dict[str, bytes] = {}
    language = paper.language

    def picture(chart: Chart) -> dict[str, Any]:
        name = f"chart-{len(files)}"
        files[f"{name}.svg"] = svg(chart, name).encode()
        return {"file": f"{name}.svg", "told": chart.told, "table": asdict(chart.table)}

    def part(section: Section) -> dict[str, Any]:
        heading = section.title
        if section.count is not None:
            heading = word("count", language, title=heading, count=section.count)
        entries = [
            {"subject": e.subject, "said": list(e.said), "positions": positions_said(e.positions, language)}
            for e in section.entries
        ]
        nothing = section.count is None and not (
            entries or section.paragraphs or section.tables or section.charts
        )
        return {
            "heading": heading,
            "paragraphs": [*section.paragraphs, *([word("none", language)] if nothing else [])],
            "entries": entries,
            "numbered": section.count is not None,
            "tables": [asdict(table) for table in section.tables],
            "charts": [picture(chart) for chart in section.charts],
        }

    log = paper.data["log"]
    said = {
        "language": language,
        "title": paper.title,
        "lines": list(paper.lines),
        "facts": [asdict(f) for f in paper.facts],
        "parts": [part(s) for s in paper.sections],
        "rests": word("rests_on", language),
        "foot": [asdict(f) for f in paper.foot],
        "how": word("how", language),
        "check": list(paper.check),
        "label": word("label", language, label="\0").split("\0")[1],
        "page": word("page", language, n="\0", all="\1"),
        "running": [
            log["origin"],
            f"{word('as_known', language)} {log['position']}",
            log.get("root", log["leaf"])[:16],
        ],
    }
    return said, files


def _letters(paper: Paper) -> frozenset[str]:
    """Every sign that the document shows."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.update(text)
        return text

    mapped_paper(paper, note)
    return frozenset(found)


def _without_glyph(letters: Iterable[str]) -> frozenset[str]:
    """Of these signs, those that no font of the package has."""
    unknown = sorted(set(letters) - _SAFE)
    if not unknown or _can_set("".join(unknown)):
        return frozenset()
    return frozenset(sign for sign in unknown if not _can_set(sign))


@cache
def _can_set(signs: str) -> bool:
    """Whether typst sets them all: under PDF/A a sign without a glyph is an error, so asking typst is exact."""
    try:
        _run({"main": _asset("glyphs.typ"), "fonts.typ": _asset("fonts.typ")}, {"signs": signs})
    except _typst().TypstError:
        return False
    return True


@cache
def _asset(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def _run(files: dict[str, bytes], inputs: dict[str, str]) -> bytes:
    made = _typst().compile(
        files,
        format="pdf",
        pdf_standards=list(STANDARDS),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        # Only for what a document does not date itself; never the clock of the machine.
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise NoSuchForm(
            "report.no-typst", "A PDF needs the extra `reports`: pip install 'chancery[reports]'."
        ) from None
    return typst
