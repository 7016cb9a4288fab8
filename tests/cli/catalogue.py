"""Every English sentence that the command line can say, found in its code and in its help: what French must have too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chancery.cli
from chancery.cli import doctor, sla
from chancery.cli.helping import _HEADINGS, _TYPERS
from chancery.cli.main import build
from chancery.telling.history import FLAGGED, SENTENCES, WHY_LATE

FOLDER = Path(chancery.cli.__file__).parent
_FIRST = {"tr", "say", "bar"}
_SECOND = {"Fault", "Unmet"}


def in_code() -> set[str]:
    """Sentences in the code: arguments of `tr`, `say`, `bar`, `Fault`, `Unmet`, `Check`; headings and titles of tables."""
    found = (
        {FLAGGED, WHY_LATE} | set(SENTENCES.values()) | set(sla.PILES.values()) | set(doctor._SHOWN.values())
    )
    found |= {name for name, *_ in doctor._CHECKS} | set(_HEADINGS) | set(_TYPERS)
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                found |= set(_of_call(node))
    return {text for text in found if any(c.isalpha() for c in text) and text != "{told}"}


def _of_call(node: ast.Call) -> Iterator[str]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in _FIRST and node.args:
        yield from _texts(node.args[0])
    elif name in _SECOND and len(node.args) > 1:
        yield from _texts(node.args[1])
    elif name == "Check":
        yield from (t for n in (0, 3) if len(node.args) > n for t in _texts(node.args[n]))
    elif name == "Table":
        if node.args and isinstance(node.args[0], ast.Tuple):
            yield from (t for cell in node.args[0].elts for t in _texts(cell))
        yield from (t for k in node.keywords if k.arg in ("title", "empty") for t in _texts(k.value))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def in_help() -> set[str]:
    """Sentences in the help of every command and option."""
    found: set[str] = set()

    def walk(command: Any) -> None:
        if command.help:
            found.add(command.help)
        found.update(p.help for p in command.params if getattr(p, "help", None))
        for each in getattr(command, "commands", {}).values():
            walk(each)

    walk(build())
    return found
