"""What one run of the program was asked for: how to print, in which language, who acts, under which command id."""

import os
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from chancery.i18n import LANGUAGES, Language


@dataclass(slots=True)
class State:
    """The options that every command has, and those that every change has."""

    json: bool = False
    quiet: bool = False
    no_input: bool = False
    language: Language = "en"
    who: str | None = None
    mission: str | None = None
    command_id: UUID | None = None


_state: ContextVar[State] = ContextVar("state")


def state() -> State:
    """The options of this run."""
    found = _state.get(None)
    if found is None:
        found = State()
        _state.set(found)
    return found


def begin(arguments: Sequence[str]) -> State:
    """A fresh state, with what the printing of a wrong use needs to know before anything is parsed."""
    fresh = State(json="--json" in arguments, quiet=bool({"--quiet", "-q"} & set(arguments)))
    fresh.language = _spoken(arguments)
    _state.set(fresh)
    return fresh


def _spoken(arguments: Sequence[str]) -> Language:
    wanted = os.environ.get("CHANCERY_LANGUAGE", "en")
    for number, argument in enumerate(arguments):
        if argument == "--language" and number + 1 < len(arguments):
            wanted = arguments[number + 1]
        elif argument.startswith("--language="):
            wanted = argument.partition("=")[2]
    return next((known for known in LANGUAGES if known == wanted), "en")
