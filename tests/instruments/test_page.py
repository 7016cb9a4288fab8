"""`docs/obligations.md` says what the instrument files say, and nobody edits it by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chancery import instruments
from chancery.instruments import shipped
from chancery.obligations_page import PAGE, page
from domain.instrument import DefinitionData

ROOT = Path(__file__).parents[2]


def section(text: str, code: str) -> str:
    """What the page says of one definition."""
    return text.split(f"### {code}\n", 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]


def missing(text: str, one: DefinitionData) -> list[str]:
    """What the page does not say of a definition, of all that it must."""
    said = section(text, one["code"])
    wanted = [one["title"]["en"], one["stated"]["en"], f"`{one['workflow']}`", one["group"]]
    wanted += [f"`{code}`" for code in (*one.get("follows", ()), *one.get("maps", ()))]
    if not one["paragraph_confirmed"] and one["paragraph"] != "none":
        wanted.append("not confirmed")
    for step in one["step"]:
        wanted += [f"`{step['code']}`", f"`{step['term']}`", step["title"]["en"]]
        wanted += [f"gate `{gate}`" for gate in step["gates"]]
        wanted += [line["title"]["en"] for line in step["checklist"]]
    return [text for text in wanted if text not in said]


def test_the_page_is_what_the_files_say() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_definition_of_every_instrument_stands_there_whole() -> None:
    text = page()
    gaps = {
        one["code"]: gap for i in shipped().values() for one in i["definition"] if (gap := missing(text, one))
    }
    assert gaps == {}


def test_the_control_what_is_left_out_is_seen() -> None:
    trial = next(d for d in shipped()["eu-hrd"]["definition"] if d["code"] == "TRIAL-OBS")
    text = page().replace("gate `consent:attend`", "").replace("*(not confirmed)*", "")
    assert {"gate `consent:attend`", "not confirmed"} <= set(missing(text, trial))


def test_it_is_written_by_one_command(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "chancery.obligations_page"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == str(PAGE)
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page()


def test_what_another_text_satisfies_is_said_on_both_sides() -> None:
    text = page()
    assert "satisfies `osce:OSCE-TRIAL`, `swiss:CH-TRIAL` too" in section(text, "TRIAL-OBS")
    assert "satisfied by `eu-hrd:TRIAL-OBS`" in section(text, "OSCE-TRIAL")
    assert instruments.also_satisfies({"eu-hrd": "2008.2"}, "eu-hrd", "TRIAL-OBS") == ()
