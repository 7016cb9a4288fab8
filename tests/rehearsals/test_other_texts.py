"""The plain procedure, on what the Swiss and the OSCE texts ask: in order, only where asked for, behind the defender's wish."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import run_file
from chancery.settings import Settings
from tests.rehearsals.test_cases import forgetfully

FILE = Path(__file__).parent / "other-texts.toml"


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "texts"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


@pytest.fixture(scope="module")
def ledger(settings: Settings) -> Ledger:
    return asyncio.run(run_file(FILE, settings))


def obligation(ledger: Ledger, name: str) -> tuple[str, dict[str, Mapping[str, Any]]]:
    """How it ended, and its tasks."""
    [found] = [o for o in ledger.data()["obligations"] if name in (o["name"], o["definition"])]
    return found["outcome"], {task["task"]: task for task in found["tasks"]}


def test_a_step_is_asked_for_only_after_the_result_that_it_names(ledger: Ledger) -> None:
    outcome, found = obligation(ledger, "bern")
    assert (outcome, list(found)) == ("done", ["nearer.1", "ask-bern.1"])
    outcome, found = obligation(ledger, "nearby")
    assert (outcome, list(found)) == ("done", ["nearer.1"])
    assert ledger.as_scripted


def test_each_is_counted_from_the_end_of_the_one_before(ledger: Ledger) -> None:
    found = obligation(ledger, "bern")[1]
    assert found["nearer.1"]["due"] == "2026-09-02 11:00:00+03:00"  # from the wish: it could not begin before
    assert found["ask-bern.1"]["due"] == "2026-09-04 15:00:00+03:00"


def test_without_the_defenders_wish_nothing_is_asked_for(ledger: Ledger) -> None:
    assert obligation(ledger, "unwished") == ("gate", {})
    outcome, found = obligation(ledger, "company")
    assert outcome == "gate"  # wished, asked for, and wished no more
    assert (found["raise.1"]["outcome"], found["raise.1"]["reason"]) == ("cancelled", "gate")


def test_what_begins_beside_another_has_its_clock_from_the_same_instant(ledger: Ledger) -> None:
    outcome, found = obligation(ledger, "OSCE-HOME")
    assert outcome == "done"
    assert found["consult.1"]["opened"] == found["report.1"]["opened"]
    assert found["consult.1"]["due"] == "2026-09-30 23:59:59+02:00"
    assert found["report.1"]["due"] == "2026-12-31 23:59:59+01:00"


def test_from_nothing_at_any_moment_it_comes_out_the_same(ledger: Ledger, settings: Settings) -> None:
    again, lost = asyncio.run(forgetfully(FILE, settings))
    assert lost > 10
    assert again.text() == ledger.text()
