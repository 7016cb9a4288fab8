"""Paper to lay out: small, with everything a report can hold, and with text that is out to do harm."""

from __future__ import annotations

from typing import Any

from chancery.reports.paper.made_by import About
from chancery.reports.paper.model import (
    Chart,
    Entry,
    Fact,
    Language,
    Paper,
    Section,
    Table,
    mapped_paper,
    plain,
)

HOSTILE = (
    '#panic() $x$ *b* _i_ `c` = h - l + e / t @ref <label> [b] {c} \\ ~ \' " // no /* more */ #import "x": * https://x.example',
    "=cmd|' /C calc'!A0",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "%PDF-1.7 /Type/Filespec/F(report.json)/UF(report.json)/EF<</F 1 0 R endstream endobj",
    "a\u202eb\u0000c\u200bd\nE\u0301",
    "北 ليل \U0001f600",
)
ABOUT = About("chancery 0.1.0 0123456789abcdef typst 0.15.2 xlsxwriter 3.3.1")
LOG = {
    "origin": "chancery/test", "rehearsal": True, "position": 42, "size": 42, "root": "ab" * 32,
    "leaf": "cd" * 32, "recorded": "2026-05-31T08:00:00Z",
}  # fmt: skip
WEEKS = tuple((f"2026-W{week:02d}", week % 7, 20) for week in range(1, 31))
LOAD = Chart(
    "columns", "Between 0 and 6 open tasks.", Table("Load over time", ("Week", "Open", "Share"), WEEKS)
)
DAYS = Chart("dots", "Four tasks.", Table("Time to act", ("Days", "Tasks"), ((0, 2), (3, 1), (9, 1))))
AREAS = Table("Coverage", ("Region", "Visited", "Called"), (("North", 2, 1), (HOSTILE[0], "-", 0)))


def data(items: int = 3) -> dict[str, Any]:
    """As a report's data are, as far as laying out is concerned."""
    listed = [
        {"definition": "D", "n": n, "reason": HOSTILE[1], "own": {"working_days": n}, "none": None, "yes": True,
         "intervals": [{"account": "own", "from": "2026-05-01T08:00:00Z"}], "positions": [3, 7, 8, 9, 10 + n]}
        for n in range(items)
    ]  # fmt: skip
    return {
        "schema": "chancery.staff-report/2",
        "request": {"kind": "staff", "officer": "Q-103"},
        "log": LOG,
        "figures": {"on_time": {"count": items, "items": listed}, "late": {"count": 0, "items": []}},
        "cannot_see": [],
        "words": list(HOSTILE),
    }


def paper(items: int = 3, language: Language = "en", text: str = "Hold the meeting") -> Paper:
    """A report of that many items, each with this text."""
    entries = tuple(
        Entry(f"{text}, {n}", ("on time; confirmed", text), (3, 7, 8, 9, 10 + n)) for n in range(items)
    )
    made = Paper(
        data=data(items),
        language=language,
        title=f"Staff report: Q-103 {text}",
        lines=("Period: 2026-05-01 to 2026-05-31", text),
        facts=(Fact("Officer", "Q-103"), Fact(text, text, exact=True)),
        sections=(
            Section("posts", "Posts held", (Entry("Q-POL-1", (), (4,)), Entry(text))),
            Section("absences", "Days away"),
            Section("load", "Load", paragraphs=(text,), charts=(LOAD,)),
            Section("on_time", "Done on time", entries, items),
            Section("late", "Done after the date", (), 0),
            Section("own", "Own time", charts=(DAYS,)),
            Section("coverage", "Coverage", tables=(AREAS,)),
        ),
        foot=(Fact("Log", "chancery/test"), Fact("Root", "ab" * 32, exact=True)),
        check=("Make it again.",),
    )
    return mapped_paper(made, plain)
