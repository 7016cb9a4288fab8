"""`rehearse` and `demo` hand over to the engine, and its answers and refusals come out as everybody's do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chancery.cli.reference import page
from tests.cli.conftest import run


class Played:
    """A ledger."""

    def data(self) -> dict[str, Any]:
        return {"title": "played"}

    as_scripted = True

    def text(self, language: str) -> str:
        return f"ledger in {language}"


@pytest.fixture
def file(environment: Path) -> Path:
    found = environment / "any.toml"
    found.write_text("")
    return found


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    files: list[Path] = []

    async def run_file(path: Path, settings: Any, tell: Any) -> Played:
        files.append(path)
        tell("a word on the way")
        return Played()

    monkeypatch.setattr("chancery.rehearse.play.run_file", run_file)
    return files


def test_a_rehearsal_prints_its_ledger(file: Path, played: list[Path]) -> None:
    said = run("rehearse", str(file), "--language", "fr")
    assert (said.code, said.out, said.err) == (0, "ledger in fr\n", "a word on the way\n")
    assert played == [file]
    assert run("rehearse", str(file), "--json").json == {"schema": "chancery.ledger/1", "title": "played"}


def test_what_the_script_did_not_expect_is_a_finding(
    file: Path, played: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Played, "as_scripted", False)
    said = run("rehearse", str(file))
    assert (said.code, said.out) == (1, "ledger in en\n"), "the ledger is printed all the same"


def test_a_file_that_is_none(environment: Path) -> None:
    said = run("rehearse", str(environment / "none.toml"))
    assert said.code == 3 and "[no-such-file]" in said.err


def test_a_file_that_says_nothing_is_refused_in_one_line(file: Path) -> None:
    said = run("rehearse", str(file))
    assert said.code == 2 and said.err.count("\n") == 1 and "any.toml" in said.err


def test_the_demo_gives_its_exit_code_and_language(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bool, str]] = []

    async def demo(settings: Any, once: bool, language: str) -> int:
        asked.append((once, language))
        return 6

    monkeypatch.setattr("chancery.demo.run", demo)
    assert run("demo", "--once", "--language", "fr").code == 6
    assert asked == [(True, "fr")]
    assert "### chancery demo" in page()
