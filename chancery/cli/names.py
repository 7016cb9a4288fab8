"""What a code is called on screen: steps and definitions by the instrument's words, postings by their officer's code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chancery.i18n import language

if TYPE_CHECKING:
    from chancery.installation import Installation


def step_title(instrument: str, definition: str, step: str) -> str:
    """A step's title in the language that is spoken, as the shipped instrument has it; else its code."""
    from chancery.instruments import definition as shipped

    known = shipped(instrument, definition)
    return in_snapshot(known, step) if known else step


def in_snapshot(definition: Mapping[str, Any], step: str) -> str:
    """A step's title out of a definition."""
    for one in definition["step"]:
        if one["code"] == step and "title" in one:
            return str(one["title"][language()])
    return step


def definition_title(instrument: str, definition: str) -> str:
    """A definition's title, as the shipped instrument has it; else its code."""
    from chancery.instruments import definition as shipped

    known = shipped(instrument, definition)
    return known["title"][language()] if known else definition


async def officers(here: Installation, postings: Iterable[str]) -> dict[str, str]:
    """Posting → the officer's code; a posting whose entry is erased or locked stays itself."""
    wanted = sorted({p for p in postings if p.startswith("p-")})
    found = await here.directory.officers_of(here.pool, wanted) if wanted else {}
    return found | {p: p for p in postings if p not in found}


def who(posting: str, names: Mapping[str, str]) -> str:
    """A holder on screen: officer and posting, or the posting alone."""
    officer = names.get(posting, posting)
    return posting if officer == posting else f"{officer} ({posting})"
