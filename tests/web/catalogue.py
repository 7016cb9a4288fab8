"""Every English sentence that the pages can say, found in their templates and in the code behind them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import nodes

import chancery
from chancery.telling import course, dossiers
from chancery.web import faults
from chancery.web.api import problems

ROOT = Path(chancery.__file__).parent
BEYOND = ("cli", "locale")
"""What tests/cli/catalogue.py looks through, and the French itself."""


def in_templates() -> set[str]:
    """Sentences that a template asks for with `t`."""
    environment = jinja2.Environment(autoescape=True)
    found: set[str] = set()
    for file in sorted((ROOT / "web" / "templates").rglob("*.*")):
        tree = environment.parse(file.read_text())
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                found |= {const.value for const in call.args if isinstance(const, nodes.Const)}
                for one in call.args:
                    found |= {const.value for const in one.find_all(nodes.Const)}
    return {text for text in found if isinstance(text, str)}


def in_modules() -> set[str]:
    """Sentences in the code: what `tr` is given, in every room but the command line's own."""
    found = set(faults._SENTENCES.values()) | set(course.SENTENCES.values()) | set(course.ENGINE.values())
    found |= set(problems.TITLES.values()) | set(problems.ERRORS.values()) | {problems._UNUSABLE}
    found |= {sentence for _, sentence in problems.OWN.values()} | set(dossiers.TEXTS.values())
    for file in sorted(ROOT.rglob("*.py")):
        if file.relative_to(ROOT).parts[0] in BEYOND:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and node.args:
                found |= set(_said(node.args[0]))
    return {text for text in found if isinstance(text, str) and any(c.isalpha() for c in text)}


def _said(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)


def in_pages() -> set[str]:
    """All of them. A module may name its sentences in a table of constants called SENTENCES or TEXTS; `tr` then gets a name."""
    return in_templates() | in_modules()
