"""What a code is called on screen: steps and definitions by the instrument's words, postings by their officer's code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chancery.i18n import language, word

if TYPE_CHECKING:
    from chancery.installation import Installation


def step_title(instrument: str, definition: str, step: str) -> str:
    """A step's title in the language that is spoken, as the shipped instrument has it; else its code."""
    from chancery.instruments import definition as shipped

    known = shipped(instrument, definition)
    found = next((s for s in known["step"] if s["code"] == step), None) if known else None
    return found["title"][language()] if found else word(step)


def line_titles(instrument: str, definition: str, step: str) -> dict[str, str]:
    """The titles of a step's checklist by their codes, as the shipped instrument has them."""
    from chancery.instruments import definition as shipped

    known = shipped(instrument, definition)
    steps = known["step"] if known else []
    return {x["code"]: x["title"][language()] for s in steps if s["code"] == step for x in s["checklist"]}


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


def called(code: str, names: Mapping[str, str]) -> str:
    """A holder or a recipient in a sentence: the officer's code, or what a role or an outside party is called."""
    officer = names.get(code, code)
    return word(code) if officer == code else officer


def who(posting: str, names: Mapping[str, str]) -> str:
    """A holder on screen: officer and posting, or the posting alone."""
    officer = names.get(posting, posting)
    return posting if officer == posting else f"{officer} ({posting})"
