"""The duties of a case as data: a result that must be said is asked for, and none says what happened to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chancery.instruments import definition, texts
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW
from domain.instrument import DefinitionData, InstrumentRefused, snapshot
from domain.instrument_reading import parse
from tests.domain.cases import on
from tests.domain.spec import World, complete, fact, mission_q, open_task
from tests.made import FOCAL, HEAD

CODES = ("CASE-INTAKE", "CONSULT", "URGENT", "GENDER", "FEEDBACK", "EFFECT")
TELLING = frozenset(
    {
        "agreed",
        "consent_given",
        "consent_refused",
        "consent_withdrawn",
        "refused_by_defender",
        "wish_respected",
        "ill_treatment",
        "detained",
        "released",
        "dead",
        "fled",
        "better",
        "same",
        "worse",
        "reprisals",
    }
)
"""Codes that would tell what was agreed or what became of somebody: that is sealed (DESIGN.md, rule 3)."""


def duty(code: str) -> DefinitionData:
    found = definition("eu-hrd", code)
    assert found is not None
    return found


def said(one: Mapping[str, Any]) -> Iterator[str]:
    """Every code with which a step of the duty can end in the log."""
    for step in one["step"]:
        yield from step["reasons"]
        yield from step["outcomes"]
        yield from step["results"]
        for values in step["results"].values():
            yield from values


@pytest.mark.parametrize("code", CODES)
def test_no_end_of_a_case_s_step_tells_what_became_of_anybody(code: str) -> None:
    assert TELLING.isdisjoint(said(duty(code)))


def test_an_end_that_tells_is_seen() -> None:
    told = {
        "step": [{"reasons": ["risk_of_harm"], "outcomes": ["blocked"], "results": {"effect": ["better"]}}]
    }
    assert not TELLING.isdisjoint(said(told))


@pytest.mark.parametrize("code", CODES)
def test_no_term_of_a_case_is_called_the_guidelines_own(code: str) -> None:
    one = duty(code)
    assert {step["source"] for step in one["step"]} == {"product_default"}
    assert one["paragraph_confirmed"] is False


@pytest.mark.parametrize("code", CODES)
def test_a_clock_in_hours_passes_on_where_the_mission_cannot_answer(code: str) -> None:
    in_hours = [step for step in duty(code)["step"] if step["term"].endswith("h")]
    assert [step["code"] for step in in_hours if not step.get("outside")] == []
    assert in_hours or code in ("CASE-INTAKE", "GENDER", "EFFECT")


# ── results that may not stay blank ──────────────────────────────────────────────────────────────────────────────

GENDER_LINES = ("threats", "who_meets", "hours_travel")


def opened(code: str) -> World:
    """A duty of a case at work in mission Q; what is sealed of it plays no part here."""
    command = on(
        c.OpenObligation,
        accreditation="Q-EG",
        instrument="eu-hrd",
        instrument_version="2008.1",
        definition=code,
        definition_data=snapshot(duty(code)),
    )
    return mission_q().having(command).by(ENGINE_WORKFLOW)


def test_the_gender_check_is_never_blank() -> None:
    world = opened("GENDER").having(open_task("check")).by(FOCAL)
    world.when(complete("check.1", checklist=GENDER_LINES)).refused("result-missing")
    world.when(complete("check.1", checklist=GENDER_LINES, result={"finding": "unknown"})).refused(
        "result-unknown"
    )
    world.when(complete("check.1", checklist=GENDER_LINES, result={"finding": "nothing_specific"})).then(
        fact("TaskCompleted"), fact("GateSet", gate="gender", open=True)
    )


def test_what_is_not_asked_may_stay_blank() -> None:
    world = opened("CASE-INTAKE").having(open_task("acknowledge")).by(FOCAL)
    world.when(complete("acknowledge.1", checklist=("recorded", "duplicates"))).then(fact("TaskCompleted"))


def test_a_step_cannot_ask_for_a_result_that_it_has_not() -> None:
    asks, whole = 'asks = ["finding"]', texts()["eu_hrd.toml"]
    assert asks in whole
    with pytest.raises(InstrumentRefused, match="asks mood, which is no field of its results"):
        parse(whole.replace(asks, 'asks = ["mood"]'), "mine.toml")


# ── the vital interest, again ────────────────────────────────────────────────────────────────────────────────────

VISIT = "consent:visit"


def approved() -> World:
    """Somebody acted without consent, approved for three days, and the three days are over."""
    world = opened("CONSULT").at("2026-05-05 09:10").by(FOCAL)
    world.having(on(c.ProposeVitalInterest, gate=VISIT, basis="life_at_risk"))
    world.by(ENGINE_WORKFLOW).having(open_task("approve-vital-interest", VISIT))
    world.by(HEAD).having(on(c.AnswerVitalInterest, gate=VISIT, approved=True))
    assert world.obligation.gates[VISIT]
    return world.at("2026-05-08 09:10").woken().by(FOCAL)


def again(name: str) -> c.ProposeVitalInterest:
    command: c.ProposeVitalInterest = on(c.ProposeVitalInterest, name, gate=VISIT, basis="life_at_risk")
    return command


def test_what_has_run_out_is_asked_for_again_and_answered_for_again() -> None:
    world = approved()
    assert world.obligation.gates[VISIT] is False
    world.when(again("again")).then(fact("VitalInterestProposed", gate=VISIT))
    second = world.obligation.vital[VISIT].occurrence
    assert second == f"{VISIT}.2"
    world.by(ENGINE_WORKFLOW).having(open_task("approve-vital-interest", second)).by(HEAD)
    world.when(on(c.AnswerVitalInterest, "second", gate=VISIT, approved=True)).then(
        fact("VitalInterestAnswered"),
        fact("TaskCompleted", task=f"approve-vital-interest.{second}"),
        fact("GateSet", gate=VISIT, open=True, basis="vital_interest"),
    )


def test_what_stands_open_is_not_asked_for_again() -> None:
    world = approved().having(again("again")).by(HEAD)
    world.having(on(c.AnswerVitalInterest, "second", gate=VISIT, approved=True)).by(FOCAL)
    world.when(again("third")).refused("wish-stands")


def test_who_says_no_after_it_ran_out_is_not_passed_over() -> None:
    world = approved().having(on(c.SetGates, closed=(VISIT,)))
    assert world.said != [], "it stood shut already, but by time alone"
    world.when(again("again")).refused("wish-stands")
    world.when(on(c.SetGates, "twice", closed=(VISIT,))).nothing()
