"""English and French. The English sentence is the key, so that code reads as what it says; `chancery/locale` holds the rest.

A sentence with placeholders is one key: parts are never joined to a sentence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
_language: ContextVar[Language] = ContextVar("language", default="en")


def use(language: Language) -> None:
    """Speak this language from now on, in this context."""
    _language.set(language)


def language() -> Language:
    """The language that is spoken."""
    return _language.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language within, and then the one before again: for what is written in a language of its own."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def tr(text: str, **params: object) -> str:
    """A sentence in the language that is spoken, filled in. A sentence without a French text stays English.

    That none is without one is a test (`tests/cli/test_languages.py`).
    """
    if _language.get() == "fr":
        from chancery.locale import FRENCH

        text = FRENCH.get(text, text)
    return text.format(**params) if params else text


def word(code: str | None) -> str:
    """What a stable code (a status, an outcome, a role, a reason) is called. A code without a name is shown as it is.

    A year may follow the code, as in `strategy-2026`: it follows the name too.
    """
    if not code:
        return ""
    from chancery.locale.codes import CODES
    from domain.vocabulary import undated

    plain = code if code in CODES else undated(code)
    both = CODES.get(plain)
    return code if both is None else both[_language.get() == "fr"] + code[len(plain) :].replace("-", " ")
