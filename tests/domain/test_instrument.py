"""Instruments: what is shipped is sound and stays as published; what is not sound names the place and the mend."""

import ast
import json
from pathlib import Path

import pytest

from chancery.instruments import checksums, definition, library, shipped, texts
from domain.casework import KINDS
from domain.deciding.tasks import LATE_REASONS
from domain.instrument import (
    CONSENT_KINDS,
    ROLES,
    DefinitionData,
    InstrumentRefused,
    find_step,
    snapshot,
)
from domain.instrument_reading import checksum, parse
from workflows import CATALOGUE

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))
SHIPPED = texts()["eu_hrd.toml"]
ALL = [(i["code"], d["code"]) for i in shipped().values() for d in i["definition"]]
CORE = {
    "URGENT", "CASE-INTAKE", "CONSULT", "TRIAL-OBS", "DETENTION-VISIT", "FEEDBACK", "FP-APPOINT", "FP-HANDOVER",
    "MEET-ANNUAL", "HOM-REPORT", "LIS-ADOPT", "LIS-REVIEW", "LIS-PUBLISH",
}  # fmt: skip
OTHERS = {
    "TRAIN", "COORD-LOCAL", "BURDEN", "CONTACT", "FIELD-VISIT", "MAP", "RECOGNISE", "GENDER", "HOM-ENV", "HOM-LWG",
    "HOM-RECO", "EFFECT", "DEMARCHE", "STATEMENT", "KILLING", "REMIND", "VISIT-HL", "DIALOGUE", "MULTI", "UPR",
    "REGIONAL", "SP-ACCESS", "SP-LINK", "SP-FUND", "VISA", "SHELTER", "GRANT", "CAPBUILD", "NHRI", "NETWORK", "HR-EDU",
    "COHOM-IDENT", "COHOM-REVIEW",
}  # fmt: skip


def one(instrument: str, code: str) -> DefinitionData:
    found = definition(instrument, code)
    assert found is not None
    return found


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_eu_guidelines_have_their_46_definitions() -> None:
    assert {d["code"] for d in shipped()["eu-hrd"]["definition"]} == CORE | OTHERS
    assert len(CORE | OTHERS) == 46
    assert {d["code"] for d in shipped()["eu-hrd"]["definition"] if d["group"] == "core"} == CORE


def changed(held: dict[str, dict[str, str]], now: dict[str, tuple[str, str]]) -> list[str]:
    """Instruments whose published version says something else now, or that nobody has published."""
    return [code for code, (version, sum_) in now.items() if held.get(code, {}).get(version) != sum_]


@pytest.mark.parametrize("code", sorted(shipped()))
def test_a_published_version_never_changes(code: str) -> None:
    """An amendment is a new version with a line of its own in published.json; a line there is never edited."""
    for version, one_ in library()[code].items():
        said = f'published.json: "{version}": "{one_.checksum}", if this version is new and not changed'
        assert changed(PUBLISHED, {code: (version, one_.checksum)}) == [], said


def test_a_changed_file_is_seen() -> None:
    version = shipped()["eu-hrd"]["version"]
    other = checksum(SHIPPED.replace('term = "1wd"', 'term = "2wd"'))
    assert other != checksums()["eu-hrd"]
    assert changed(PUBLISHED, {"eu-hrd": (version, other)}) == ["eu-hrd"]
    assert changed(PUBLISHED, {"eu-hrd": ("2999.1", checksums()["eu-hrd"])}) == ["eu-hrd"]


def test_line_ends_do_not_count() -> None:
    assert checksum(SHIPPED.replace("\n", "\r\n")) == checksum(SHIPPED)


@pytest.mark.parametrize(("instrument", "code"), ALL)
def test_each_definition_is_carried_out_by_a_workflow_that_exists(instrument: str, code: str) -> None:
    found = one(instrument, code)
    assert found["workflow"] in classes(ROOT / "workflows")
    assert found["workflow"] in CATALOGUE


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


@pytest.mark.parametrize(("instrument", "code"), ALL)
def test_every_step_can_end_undone_and_says_who_and_where_from(instrument: str, code: str) -> None:
    found = one(instrument, code)
    assert not found["paragraph_confirmed"]  # nobody has read the official text yet
    for step in found["step"]:
        assert step["owner"] in ROLES
        assert step["outcomes"], step["code"]
        assert not set(step["reasons"]) & {"done"}
        assert set(LATE_REASONS).isdisjoint(step["outcomes"])


def test_only_the_two_dates_that_the_guidelines_state_are_called_theirs() -> None:
    theirs = {(d, s["code"]) for i, d in ALL for s in one(i, d)["step"] if s["source"] == "guideline"}
    assert theirs == {("MEET-ANNUAL", "hold"), ("COHOM-REVIEW", "report")}


def test_the_kinds_of_consent_are_those_that_the_rules_know() -> None:
    assert set(KINDS) == CONSENT_KINDS


def test_what_each_can_open_is_named_by_a_step_or_by_its_procedure() -> None:
    for instrument, code in ALL:
        found = one(instrument, code)
        named = {f for step in found["step"] for f in step.get("follows", {}).values()}
        assert named <= set(found.get("follows", [])), code


def test_a_step_is_found_and_a_snapshot_has_no_words_and_keeps_what_rules_need() -> None:
    trial = one("eu-hrd", "TRIAL-OBS")
    assert find_step(trial, "triage") is trial["step"][0]
    assert find_step(trial, "dance") is None
    assert definition("osce", "TRIAL-OBS") is None
    assert definition("eu-hrd", "TRIAL-OBS", "1999.1") is None
    kept = json.dumps(snapshot(trial))
    assert "Look at the proceeding" not in kept
    assert '"title"' not in kept
    for instrument, code in ALL:
        found = one(instrument, code)
        made = snapshot(found)
        assert set(found) - set(made) == {"title", "stated"}
        for step, copy in zip(found["step"], made["step"], strict=True):
            assert set(step) - set(copy) == {"title"}


# ── what is not sound ────────────────────────────────────────────────────────────────────────────────────────────

STEP = '[[definition.step]]\ncode = "triage"'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "eu-hrd"', 'code = "eu-hrd', "not TOML"),
        ('version = "2008.2"', "version = 2008.2", "version"),
        ('version = "2008.2"', 'version = "2008.2"\nauthor = "x"', "author"),
        ('version = "2008.2"', 'version = "new"', "version new: write year and number, such as 2008.1"),
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


# ── what the rules of this format refuse ─────────────────────────────────────────────────────────────────────────

SMALL = """
code = "small"
version = "2026.1"
title = { en = "A text", fr = "Un texte" }

[[definition]]
code = "ONE"
title = { en = "Do one thing", fr = "Faire une chose" }
paragraph = "1"
paragraph_confirmed = false
stated = { en = "One thing is done.", fr = "Une chose est faite." }
group = "standard"
workflow = "RecurringDuty"
procedure = 1
owner = "focal_point"
scope = "case"
cadence = { kind = "event" }
follows = ["ONE"]

[[definition.step]]
code = "look"
title = { en = "Look at it", fr = "L'examiner" }
owner = "focal_point"
term = "3wd"
source = "product_default"
escalates = false
bound = "none"
checklist = []
evidence = []
results = { found = ["yes", "no"] }
reasons = ["no_time"]
outcomes = ["not_appropriate"]
gates = []

[[definition.step]]
code = "act"
title = { en = "Act on it", fr = "Agir" }
owner = "head_of_mission"
term = "5wd"
source = "product_default"
escalates = false
bound = "none"
checklist = []
evidence = []
results = { next = ["one", "none"] }
reasons = ["no_time"]
outcomes = ["not_appropriate"]
gates = ["consent:visit"]
when = { step = "look", field = "found", is = ["yes"] }
follows = { "next.one" = "ONE" }
"""


def test_the_small_one_is_sound() -> None:
    assert parse(SMALL)["definition"][0]["step"][1]["when"] == {
        "step": "look",
        "field": "found",
        "is": ["yes"],
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('scope = "case"', 'scope = "headquarters"', "ONE: headquarters' own duty needs an owner of headquarters"),
        ('scope = "case"', 'scope = "mission"', "step act: gate consent:visit is a case's; this is of scope mission"),
        ('scope = "case"', 'scope = "case"\nonce = 1', "once"),
        ('scope = "case"', 'scope = "mission"\nonce = true', "once is said of a case"),
        ('{ kind = "event" }', '{ kind = "event", start_month = 4 }', "start_month is said of a grid"),
        ('{ kind = "event" }', '{ kind = "grid", months = 12, start_month = 13 }', "start_month"),
        ('{ kind = "event" }', '{ kind = "grid", months = 12 }', "a case's duty comes of an event"),
        ('follows = ["ONE"]', 'follows = ["ONE", "TWO"]', "ONE: follows TWO, which this instrument does not define"),
        ('follows = ["ONE"]', "follows = []", "step act: ONE is missing from the definition's own follows"),
        ('follows = ["ONE"]', 'follows = ["ONE"]\nmaps = ["TRIAL"]', "maps TRIAL: write instrument:DEFINITION"),
        ('follows = ["ONE"]', 'follows = ["ONE"]\ngate = "toll"', "gate toll is none of these: consent, gender"),
        ('"next.one" = "ONE"', '"next.two" = "ONE"', "step act: follows next.two: this step has no such result"),
        ('step = "look", field', 'step = "act", field', "when names act, which is no step before it"),
        ('is = ["yes"]', 'is = ["maybe"]', "when: look has no result found = maybe"),
        ('is = ["yes"]', "is = []", "when: look has no result found = nothing"),
        ("gates = []", "gates = []\nbeside = true", "step look: the first step stands beside none"),
        ('gates = ["consent:visit"]', 'gates = ["consent:dance"]', "gate consent:dance is none of a case's"),
        ('gates = ["consent:visit"]', 'gates = ["consent:visit"]\nbeside = true', "step act: beside another, it cannot wait"),
        ('term = "3wd"', 'term = "before:3wd"', 'counts from an appointment; say bound = "appointment"'),
        ('results = { found = ["yes", "no"] }', 'results = {}\nasks = ["found"]', "asks found, which is no field of its results"),
        ('outcomes = ["not_appropriate"]', "outcomes = []", "step look: give the outcomes"),
        ('reasons = ["no_time"]', 'reasons = ["no time"]', "definition.0.step.0.reasons.0 (ONE, look)"),
    ],
)  # fmt: skip
def test_what_a_procedure_could_stumble_over_is_refused(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(InstrumentRefused) as refusal:
        parse(SMALL.replace(old, new, 1), "small.toml")
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_definition_without_a_step_asks_for_nothing_and_is_refused() -> None:
    with pytest.raises(InstrumentRefused, match="at least 1 item"):
        parse(SMALL[: SMALL.index("[[definition.step]]")].replace('follows = ["ONE"]', "step = []"))
