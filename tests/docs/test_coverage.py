"""Nothing asked is forgotten: every row of `docs/coverage.toml` names what carries it, and every name is there."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from fastapi.routing import APIRoute

from chancery.cases.entries import MODELS
from chancery.cases.mechanisms import find
from chancery.cli.main import build
from chancery.coverage_page import DATA, KINDS, PAGE, CoverageRefused, Row, load, render
from chancery.instruments import shipped
from chancery.reports.figures import NAMES
from chancery.views.tables import ALL
from chancery.web.routes import ROUTERS
from domain.commands import COMMANDS
from domain.events import TYPES
from domain.refusals import SENTENCES
from workflows import CATALOGUE

ROWS = load(DATA.read_text(encoding="utf-8"))
REQUIREMENTS = 32
"""Rows of the table of what practitioners ask for: R1 to R32."""
MECHANISMS = 36
"""Rows of the table of mechanisms, instruments and systems that they name."""


def definitions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every definition that is shipped, by how a row names it: the EU's by its code, the others' with the instrument."""
    for code, instrument in shipped().items():
        for definition in instrument["definition"]:
            yield (definition["code"] if code == "eu-hrd" else f"{code}:{definition['code']}"), definition


@cache
def steps() -> dict[str, Mapping[str, Any]]:
    return {f"{name}/{step['code']}": step for name, d in definitions() for step in d["step"]}


@cache
def verbs() -> set[str]:
    """Every command of the program, as it is typed."""

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[str]:
        for name, child in getattr(command, "commands", {}).items():
            if hasattr(child, "commands"):
                yield from walk(child, (*path, name))
            else:
                yield " ".join((*path, name))

    return set(walk(build(), ()))


def imported(path: str) -> bool:
    """Whether a dotted path leads to something: the longest module of it, then attributes."""
    parts = path.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:n]))
        except ImportError:
            continue
        for name in parts[n:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return n < len(parts)
    return False


def procedure(name: str) -> bool:
    """Whether the catalogue knows the procedure and its module holds the class."""
    return name in CATALOGUE and hasattr(importlib.import_module(CATALOGUE[name]), name)


THERE: Mapping[str, Callable[[str], bool]] = {
    "command": COMMANDS.__contains__,
    "event": TYPES.__contains__,
    "refusal": SENTENCES.__contains__,
    "gate": lambda name: (
        any(name in step["gates"] for step in steps().values())
        or any(d.get("gate") == name for _, d in definitions())
    ),
    "instrument": lambda name: name in shipped(),
    "definition": lambda name: name in dict(definitions()),
    "step": lambda name: name in steps(),
    "line": lambda name: any(
        line["code"] == name.rpartition("/")[2]
        for line in steps().get(name.rpartition("/")[0], {}).get("checklist", ())
    ),
    "workflow": procedure,
    "cli": lambda name: name in verbs(),
    "view": lambda name: any(table.name == name for table in ALL),
    "figure": NAMES.__contains__,
    "entry": MODELS.__contains__,
    "mechanism": lambda name: find(name) is not None,
    "rehearsal": lambda name: (DATA.parents[1] / "rehearsals" / f"{name}.toml").is_file(),
    "code": imported,
    "page": lambda name: name in pages(),
}


@cache
def pages() -> set[str]:
    """The addresses of pages that can be opened."""
    return {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }


def lost(rows: list[Row]) -> list[str]:
    """Every name that leads nowhere, with its row."""
    return [
        f"{row['code']}: {name}"
        for row in rows
        for name in row["by"]
        if not THERE[name.partition(" ")[0]](name.partition(" ")[2])
    ]


def test_every_row_of_both_tables_is_answered() -> None:
    codes = [row["code"] for row in ROWS]
    assert codes[:REQUIREMENTS] == [f"R{n}" for n in range(1, REQUIREMENTS + 1)]
    assert len(codes) == REQUIREMENTS + MECHANISMS


def test_every_name_leads_into_the_code() -> None:
    assert lost(ROWS) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_not_there_is_found(kind: str) -> None:
    """The control: for each kind, a name that is there is found there, and the same with a letter more is not."""
    named = next(n for row in ROWS for n in row["by"] if n.startswith(f"{kind} "))
    row = Row(code="R1", source="S:1", title="a row", by=[named, f"{named}x"])
    assert lost([row]) == [f"R1: {named}x"]


@pytest.mark.parametrize(
    "path", ["domain", "nowhere.at.all", "domain.routing.nobody", "domain.routing.assignee.x"]
)
def test_a_path_that_leads_nowhere_is_none(path: str) -> None:
    assert not imported(path)


def test_the_page_is_made_from_the_data() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(ROWS), "run python -m chancery.coverage_page"


def test_the_page_says_what_is_not_built() -> None:
    page = render([
        Row(code="R1", source="S:1", title="owed", by=[], later=[{"issue": 5, "what": "a report"}]),
        Row(code="R2", source="S:2-3", title="never", by=["cli sla"], not_built="it would harm"),
    ])  # fmt: skip
    assert "| R1 | owed (S:1) |  | not built yet (issue 5): a report |" in page
    assert "| R2 | never (S:2-3) | `chancery sla` | not built, because: it would harm |" in page
    assert "2 rows: 0 carried whole, 1 with a part that is not built yet" in page


GOOD = '[[row]]\ncode = "R1"\nsource = "S:1"\ntitle = "something"\nby = ["cli sla"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + GOOD, "R1 stands twice"),
        (GOOD.replace('["cli sla"]', "[]"), "R1: say what carries it"),
        (GOOD.replace("cli sla", "screen sla"), "row.0.by.0"),
        (GOOD.replace("S:1", "line 1"), "row.0.source"),
        (GOOD + "later = [{ issue = 3, what = 'x y z' }]", "row.0.later.0.issue"),
        (GOOD + "owner = 'x'", "row.0.owner"),
        ("[[row", "not TOML"),
    ],
)
def test_data_of_another_form_is_refused(text: str, says: str) -> None:
    assert load(GOOD)
    with pytest.raises(CoverageRefused, match=says):
        load(text)
