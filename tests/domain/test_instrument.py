"""Instruments: what is shipped is sound and stays as published; what is not sound names the place and the mend."""

import ast
import json
from pathlib import Path

import pytest

from chancery.instruments import checksums, definition, shipped, texts
from domain.deciding.tasks import LATE_REASONS
from domain.instrument import ROLES, InstrumentRefused, checksum, find_step, parse, snapshot

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))
SHIPPED = texts()["eu_hrd.toml"]


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────────────────────


def changed(held: dict[str, dict[str, str]], now: dict[str, tuple[str, str]]) -> list[str]:
    """Instruments whose published version says something else now, or that nobody has published."""
    return [code for code, (version, sum_) in now.items() if held.get(code, {}).get(version) != sum_]


def test_a_published_version_never_changes() -> None:
    """An amendment is a new version with a line of its own in published.json; a line there is never edited."""
    now = {code: (instrument["version"], checksums()[code]) for code, instrument in shipped().items()}
    assert changed(PUBLISHED, now) == []


def test_a_changed_file_is_seen() -> None:
    other = checksum(SHIPPED.replace('term = "1wd"', 'term = "2wd"'))
    assert other != checksums()["eu-hrd"]
    assert changed(PUBLISHED, {"eu-hrd": ("2008.1", other)}) == ["eu-hrd"]
    assert changed(PUBLISHED, {"eu-hrd": ("2008.2", checksums()["eu-hrd"])}) == ["eu-hrd"]


def test_line_ends_do_not_count() -> None:
    assert checksum(SHIPPED.replace("\n", "\r\n")) == checksum(SHIPPED)


@pytest.mark.parametrize("code", [d["code"] for d in shipped()["eu-hrd"]["definition"]])
def test_each_definition_is_carried_out_by_a_workflow_that_exists(code: str) -> None:
    found = definition("eu-hrd", code)
    assert found is not None
    assert found["workflow"] in classes(ROOT / "workflows")


def classes(folder: Path) -> set[str]:
    """The workflow classes of a folder, by reading: importing them would pull Temporal into a test of data."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    return {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("defn" in ast.unparse(d) for d in node.decorator_list)
    }


def test_a_workflow_that_does_not_exist_is_seen() -> None:
    assert "TrialObservation" in classes(ROOT / "workflows")
    assert "ObligationWorkflow" not in classes(ROOT / "workflows")


def test_every_step_can_end_undone_in_time_and_says_who_and_where_from() -> None:
    for one in shipped()["eu-hrd"]["definition"]:
        for step in one["step"]:
            assert step["owner"] in ROLES
            assert step["outcomes"], step["code"]
            assert not set(step["reasons"]) & {"done"}
            assert set(LATE_REASONS).isdisjoint(step["outcomes"])
            assert (
                step["source"] != "guideline" or one["code"] == "MEET-ANNUAL"
            )  # the one date that they state


def test_every_gate_that_a_step_asks_is_opened_by_another() -> None:
    for one in shipped()["eu-hrd"]["definition"]:
        asked = {gate for step in one["step"] for gate in step["gates"]}
        opened = {gate for step in one["step"] for gate in step["results"].get("opens", [])}
        assert asked == opened


def test_a_step_is_found_and_a_snapshot_has_no_words() -> None:
    trial = definition("eu-hrd", "TRIAL-OBS")
    assert trial is not None
    assert find_step(trial, "triage") is trial["step"][0]
    assert find_step(trial, "dance") is None
    assert definition("osce", "TRIAL-OBS") is None
    kept = json.dumps(snapshot(trial))
    assert "Look at the proceeding" not in kept
    assert '"title"' not in kept


# ── what is not sound ────────────────────────────────────────────────────────────────────────────────────────────

STEP = '[[definition.step]]\ncode = "triage"'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "eu-hrd"', 'code = "eu-hrd', "not TOML"),
        ('version = "2008.1"', "version = 2008.1", "version"),
        ('version = "2008.1"', 'version = "2008.1"\nauthor = "x"', "author"),
        ('term = "1wd"', 'term = "1 week"', "write one such as 3wd"),
        ('term = "1wd"', 'term = "0wd"', "the number must be from 1"),
        ('source = "product_default"', 'source = "law"', "definition.0.step.0.source"),
        ('bound = "appointment"', 'bound = "tomorrow"', "definition.0.step.1.bound"),
        ('owner = "focal_point"\nscope', 'owner = "boss"\nscope', "TRIAL-OBS: owner boss is no role"),
        (f"{STEP}", '[[definition.step]]\ncode = "decide-and-staff"', "step decide-and-staff stands twice"),
        ('code = "MEET-ANNUAL"', 'code = "TRIAL-OBS"', "a definition's code stands twice"),
        ('kind = "grid", months = 12', 'kind = "grid"', "cadence grid needs months"),
        ('reasons = ["risk_of_harm", "unreachable"]', "reasons = []", "give the reasons"),
        ('code = "triage"', 'code = "look at it"', "definition.0.step.0.code"),
        ('fr = "Observer le procès d\'un défenseur"', 'de = "Prozess"', "definition.0.title"),
        (
            'owner = "focal_point"\nterm = "1wd"',
            'owner = "boss"\nterm = "1wd"',
            "step triage: owner boss is no role",
        ),
    ],
)
def test_a_file_that_cannot_be_used_names_the_place_and_the_mend(old: str, new: str, says: str) -> None:
    assert old in SHIPPED
    with pytest.raises(InstrumentRefused) as refusal:
        parse(SHIPPED.replace(old, new, 1), "mine.toml")
    assert str(refusal.value).startswith("mine.toml: ")
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
