"""Reports, recommendations and headquarters' own clock: to the minute, from nothing at any moment, one act for several duties."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import run_file
from chancery.rehearse.script import load
from chancery.settings import Settings
from tests.rehearsals.test_cases import forgetfully

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "reports"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


def tasks(ledger: Ledger, definition: str) -> dict[str, Mapping[str, Any]]:
    [found] = [o for o in ledger.data()["obligations"] if o["definition"] == definition]
    return {task["task"]: task for task in found["tasks"]}


def test_a_recommendation_runs_on_two_calendars(settings: Settings) -> None:
    """SCENARIOS.md: sent on Thu 30 Apr 15:50 in Cairo; two working days end on Mon 4 May there, on Tue 5 May in Brussels."""
    ledger = asyncio.run(run_file(HERE / "whole/HOM-RECO.toml", settings))
    mission, headquarters = tasks(ledger, "HOM-RECO"), tasks(ledger, "COHOM-IDENT")
    assert mission["ask-back.1"]["due"] == "2026-05-04 23:59:59+03:00"
    assert headquarters["acknowledge.1"]["due"] == "2026-05-05 23:59:59+02:00"
    assert headquarters["acknowledge.1"]["opened"] == "2026-04-30 14:50:00+02:00"
    assert headquarters["decide.1"]["due"] == "2026-05-08 23:59:59+02:00"
    # Headquarters acknowledged in time: nobody had to ask. It is headquarters' time until it has decided.
    assert (mission["ask-back.1"]["outcome"], mission["ask-back.1"]["reason"]) == (
        "cancelled",
        "acknowledged",
    )
    assert (mission["note-answer.1"]["outcome"], mission["note-answer.1"]["reason"]) == (
        "cancelled",
        "decided",
    )
    assert mission["follow-up.1"]["opened"] == "2026-05-07 11:00:00+03:00"  # when the mission was told


def test_an_immediate_risk_has_hours_at_both_ends(settings: Settings) -> None:
    ledger = asyncio.run(run_file(HERE / "ends/HOM-RECO-immediate.toml", settings))
    assert tasks(ledger, "HOM-RECO")["send-immediate.1"]["due"] == "2026-05-01 10:00:00+03:00"
    assert tasks(ledger, "COHOM-IDENT")["decide-urgent.1"]["due"] == "2026-05-01 08:00:00+02:00"


def test_what_headquarters_left_lying_is_asked_back_and_stands_on_its_account(settings: Settings) -> None:
    ledger = asyncio.run(run_file(HERE / "ends/HOM-RECO-asked-back.toml", settings))
    headquarters = tasks(ledger, "COHOM-IDENT")
    assert headquarters["decide.1"]["timing"] == "after_due"
    assert headquarters["acknowledge.1"]["overdue"] == ["2026-05-06 00:00:00+02:00"]
    assert tasks(ledger, "HOM-RECO")["ask-back.1"]["timing"] == "on_time"


def test_the_annual_return_ends_seven_duties_by_one_act(settings: Settings) -> None:
    ledger = asyncio.run(run_file(HERE / "annual-return.toml", settings))
    ends = {o["definition"]: o["outcome"] for o in ledger.data()["obligations"]}
    assert ends == dict.fromkeys(
        ["HOM-REPORT", "REMIND", "SP-ACCESS", "REGIONAL", "CAPBUILD", "NHRI", "NETWORK", "HR-EDU"], "done"
    )
    assert ledger.as_scripted
    # Each is done when the act was, not when it was entered.
    others = [o for o in ledger.data()["obligations"] if o["definition"] != "HOM-REPORT"]
    assert {task["ended"] for o in others for task in o["tasks"]} == {"2026-11-24 11:00:00+02:00"}
    assert {task["timing"] for o in others for task in o["tasks"]} == {"on_time"}


@pytest.mark.parametrize(
    "name",
    [
        "ends/HOM-RECO-asked-back",
        "ends/VISIT-HL-postponed",
        # As every whole run in `make trials`; here with the control.
        *(pytest.param(f"whole/{code}", marks=pytest.mark.trials) for code in ("COHOM-IDENT", "COHOM-REVIEW", "HOM-ENV")),
    ],
)  # fmt: skip
def test_from_nothing_at_any_moment_it_comes_out_the_same(name: str, settings: Settings) -> None:
    path = HERE / f"{name}.toml"
    ledger, lost = asyncio.run(forgetfully(path, settings))
    assert lost >= len(load(path).move) - 1, "control: something was lost before nearly every line"
    assert ledger.as_scripted
    assert ledger.text() == asyncio.run(run_file(path, settings)).text()
