"""Every refusal has a sentence in both languages, and every sentence is said somewhere."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.refusals import SENTENCES, Refused

ROOT = Path(__file__).parents[2]
FOLDERS = ("domain", "chancery", "activities")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def said(source: str) -> Iterator[tuple[str, set[str] | None]]:
    """(code, its placeholders) of each refusal that a source makes; None where they are not written out."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name == "Refused" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            keywords = [keyword.arg for keyword in node.keywords]
            yield first.value, None if None in keywords else {k for k in keywords if k is not None}


def everywhere(*folders: str) -> list[tuple[str, set[str] | None]]:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [one for path in files for one in said(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_the_same(code: str) -> None:
    english, french = SENTENCES[code]
    assert placeholders(english) == placeholders(french)
    assert english.strip()
    assert french.strip()
    assert "\n" not in english + french


@pytest.mark.parametrize(("code", "given"), everywhere(*FOLDERS))
def test_every_refusal_has_a_sentence_that_its_facts_fill(code: str, given: set[str] | None) -> None:
    assert code in SENTENCES
    if given is not None:
        assert placeholders(SENTENCES[code][0]) <= given


def unsaid() -> set[str]:
    """Sentences whose code stands nowhere as a text: not in a call, not in a table of codes."""
    files = [
        p
        for folder in FOLDERS
        for p in (ROOT / folder).rglob("*.py")
        if p.name not in ("refusals.py", "exits.py", "answers.py", "codes.py")
    ]
    texts = {
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return set(SENTENCES) - texts


def test_every_sentence_is_said_somewhere() -> None:
    assert unsaid() == set()


def test_a_sentence_that_nobody_says_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SENTENCES, "never-" + "said", ("No.", "Non."))
    assert unsaid() == {"never-" + "said"}


def test_the_scan_sees_codes_and_their_facts() -> None:
    source = 'raise Refused("stale", task=1, seen=2)\nrefusals.Refused("x", **facts)\nprint("y")'
    assert list(said(source)) == [("stale", {"task", "seen"}), ("x", None)]
    assert len(everywhere("domain")) > 60


def test_a_code_without_a_sentence_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        Refused("no-such-code")


def test_a_refusal_speaks_english_unless_asked_for_french() -> None:
    refusal = Refused("not-waiting", task="hold.1")
    assert str(refusal) == refusal.sentence() == refusal.sentence("en")
    assert refusal.sentence("fr") == "La tâche hold.1 n'est pas en attente."
