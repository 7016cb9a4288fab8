"""How answers look: framed on a terminal, plain in a pipe, no colour where none is wanted; and the page of reference."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import chancery
from chancery.cli import output, reference
from chancery.cli.state import begin
from chancery.telling import clocks
from domain.calendar import Calendar

DOCS = Path(chancery.__file__).parent.parent / "docs" / "command-line.md"


class Terminal(io.StringIO):
    """A screen."""

    @override
    def isatty(self) -> bool:
        return True


def table() -> output.Table:
    return output.Table(("Task", "Why"), [("o-1/hold.1", "late\n[brackets]")], marks={0: "bold red"})


def shown(monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, *arguments: str) -> str:
    begin(arguments)
    monkeypatch.setattr(sys, "stdout", screen)
    output.show("thing", {"n": 1}, lambda: ["A line.", table()])
    return screen.getvalue()


def test_a_pipe_gets_one_row_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, io.StringIO()).splitlines()
    assert lines == ["A line.", "Task      \tWhy", "o-1/hold.1\tlate [brackets]"]


def test_a_terminal_gets_colour_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with_colour = shown(monkeypatch, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    without = shown(monkeypatch, Terminal())
    assert "\x1b[1;31m" in with_colour and "31m" not in without
    assert "[brackets]" in with_colour and "[brackets]" in without


def test_a_narrow_terminal_wraps_and_cuts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "16")
    text = shown(monkeypatch, Terminal())
    assert all(c in text for c in "o-1/hold.1") and "…" not in text


def test_json_is_one_object_that_names_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(shown(monkeypatch, io.StringIO(), "--json")) == {"schema": "chancery.thing/1", "n": 1}


def test_the_page_of_reference_is_what_the_program_says() -> None:
    assert DOCS.read_text() == reference.page(), "python -m chancery.cli.reference > docs/command-line.md"


CALENDAR = Calendar(zone="Africa/Cairo", weekend=frozenset({4, 5}), holidays={}, years=frozenset({2026}))
DUE = datetime(2026, 5, 12, 20, 59, 59, tzinfo=UTC)  # a Tuesday, 23:59:59 in Cairo


def row(**more: Any) -> dict[str, Any]:
    opened = datetime(2026, 5, 3, 7, tzinfo=UTC)
    return {
        "term": "7wd",
        "due": DUE,
        "opened": opened,
        "waiting": None,
        "status": "open",
        "accepted": False,
    } | more


LEFT = [
    (datetime(2026, 5, 7, 7, tzinfo=UTC), 3, "open", "3 working days"),
    (datetime(2026, 5, 8, 7, tzinfo=UTC), 3, "open", "3 working days"),  # a Friday: none is used up
    (datetime(2026, 5, 10, 7, tzinfo=UTC), 2, "at_risk", "2 working days"),
    (datetime(2026, 5, 12, 20, 59, 59, tzinfo=UTC), 0, "at_risk", "due today"),
    (datetime(2026, 5, 12, 21, 0, 0, tzinfo=UTC), -1, "overdue", "1 working day over"),
    (datetime(2026, 5, 16, 7, tzinfo=UTC), -2, "overdue", "2 working days over"),
]


@pytest.mark.parametrize(("now", "days", "pile", "text"), LEFT)
def test_time_left_is_counted_in_working_days(now: datetime, days: int, pile: str, text: str) -> None:
    left = clocks.left(row(), CALENDAR, now)
    assert left == {"working_days": days}
    assert (clocks.pressure(row(), CALENDAR, now), clocks.left_words(left)) == (pile, text)


def test_hours_are_hours() -> None:
    hours = row(term="24h", opened=datetime(2026, 5, 11, 20, 59, 59, tzinfo=UTC))
    now = datetime(2026, 5, 12, 14, 59, 59, tzinfo=UTC)
    left = clocks.left(hours, CALENDAR, now)
    assert (left, clocks.left_words(left)) == ({"minutes": 360}, "6 h 00 min")
    assert clocks.pressure(hours, CALENDAR, now) == "at_risk"
    assert clocks.pressure(hours, CALENDAR, datetime(2026, 5, 12, 14, 58, 58, tzinfo=UTC)) == "open"
    assert clocks.pressure(hours | {"waiting": "court"}, CALENDAR, now) == "waiting"
