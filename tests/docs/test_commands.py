"""Every command that a page names is there, with the options that the page gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chancery.cli.main import build

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_NAMED = re.compile(r"(?:^|`)(?:\.venv/bin/)?chancery ([a-z][^`#\n]*)", re.MULTILINE)
_OPTION = re.compile(r"(?<=\s)--?[a-z][a-z-]*")


@cache
def verbs() -> dict[tuple[str, ...], frozenset[str]]:
    """Every command and noun of the program, with its options."""

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
        yield path, frozenset(o for p in command.params for o in (*p.opts, *p.secondary_opts)) | {"--help"}
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, (*path, name))

    return dict(walk(build(), ()))


def wrong(text: str) -> list[str]:
    """What a text names that is not there: a command, or an option of it."""
    found = []
    for named in _NAMED.findall(text):
        words = named.split()
        path = next(
            (tuple(words[:n]) for n in range(min(3, len(words)), 0, -1) if tuple(words[:n]) in verbs()), None
        )
        if path is None:
            found.append(f"chancery {named.strip()}")
            continue
        found += [
            f"chancery {' '.join(path)} {option}"
            for option in _OPTION.findall(named)
            if option not in verbs()[path]
        ]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    assert wrong(page.read_text(encoding="utf-8")) == []


def test_what_is_not_there_is_found() -> None:
    """The control."""
    text = "`chancery task show X --as-of 3`, `chancery taks show`, `chancery sla --mision Q`\n\nchancery vault lock --all\n"
    assert wrong(text) == ["chancery taks show", "chancery sla --mision", "chancery vault lock --all"]
    assert sum(len(_NAMED.findall(page.read_text(encoding="utf-8"))) for page in PAGES) > 100
