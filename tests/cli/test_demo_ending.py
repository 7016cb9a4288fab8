"""How the demonstration ends: it says what is verified only if it is, in both languages."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from chancery import demo, demo_ending
from chancery.settings import Settings


def blanks(text: str) -> set[str]:
    return {name for _, name, *_ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(demo._WORDS | demo_ending.WORDS))
def test_both_languages_say_the_same(key: str) -> None:
    english, french = (demo._WORDS | demo_ending.WORDS)[key]
    assert blanks(english) == blanks(french) and english != french


async def test_an_unsigned_log_is_not_called_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_ending, "PATIENCE", 0.0)
    with pytest.raises(demo_ending.EndingFailed) as failed:
        await demo_ending.verified_checkpoint(Settings(data_dir=tmp_path), 3)
    assert failed.value.code == "demo.unsigned"
    words = demo_ending.WORDS[failed.value.words][0].format(**failed.value.params)
    assert words == "Nobody signed the log within 0 seconds."


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ("print('OK     report: 3 positions')", "3 positions"),
        ("print('OK     report: 3 positions'); raise SystemExit(1)", None),
        ("print('OK     files: 7')", None),
    ],
)
async def test_only_a_verifier_that_found_nothing_wrong_is_quoted(
    tmp_path: Path, says: str, found: str | None
) -> None:
    script = tmp_path / "verify.py"
    script.write_text(says)
    if found is not None:
        assert await demo_ending._finding([str(script)]) == found
        return
    with pytest.raises(demo_ending.EndingFailed) as failed:
        await demo_ending._finding([str(script)])
    assert failed.value.code == "demo.verify"


async def test_a_command_that_fails_ends_it(tmp_path: Path) -> None:
    with pytest.raises(demo_ending.EndingFailed) as failed:
        await demo_ending._typed(Settings(data_dir=tmp_path), "en", ("log", "nonsense"))
    assert failed.value.code == "demo.command"
