"""The scenarios, to the minute, through the real workflows: what is printed is what a mission would have lived through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import run_file
from chancery.settings import Settings

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "rehearsals"
HEARING = SHIPPED / "hearing-adjourned-three-times.toml"
WEEKEND = SHIPPED / "fri-sat-weekend.toml"
CLOSED = SHIPPED / "mission-closed-for-security.toml"
LAPSES = HERE / "suspension-lapses.toml"

Played = Callable[[Path], Ledger]
Told = Mapping[str, Any]


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "rehearsals"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


@pytest.fixture(scope="module")
def played(settings: Settings) -> Played:
    """The ledger of a file, played once for all tests of this module."""
    ledgers: dict[Path, Ledger] = {}

    def play(path: Path) -> Ledger:
        if path not in ledgers:
            ledgers[path] = asyncio.run(run_file(path, settings))
        return ledgers[path]

    return play


def obligation(ledger: Ledger, name: str) -> Told:
    [found] = [o for o in ledger.data()["obligations"] if name in (o["name"], o["definition"])]
    return dict(found)


def tasks(ledger: Ledger, name: str) -> dict[str, Told]:
    return {task["task"]: task for task in obligation(ledger, name)["tasks"]}


def test_hearing_adjourned_three_times(played: Played) -> None:
    ledger = played(HEARING)
    found = tasks(ledger, "trial")
    assert {code: task["due"] for code, task in found.items()} == {
        "triage.1": "2026-05-06 23:59:59+03:00",
        "decide-and-staff.first": "2026-05-10 23:59:59+03:00",
        "attend-and-report.first": "2026-05-25 23:59:59+03:00",
        "decide-and-staff.second": "2026-05-21 23:59:59+03:00",
        "attend-and-report.second": "2026-06-10 23:59:59+03:00",
        "decide-and-staff.third": "2026-06-08 23:59:59+03:00",
        "attend-and-report.third": "2026-06-29 23:59:59+03:00",
        "decide-and-staff.fourth": "2026-06-25 23:59:59+03:00",
        "attend-and-report.fourth": "2026-07-12 23:59:59+03:00",
        "verdict-flash.1": "2026-07-07 23:59:59+03:00",
        "decide-follow-up.1": "2026-07-16 23:59:59+03:00",
    }
    trial = obligation(ledger, "trial")
    assert len(ledger.data()["obligations"]) == 1  # one case, one workflow
    assert [s["outcome"] for s in trial["sittings"]] == ["adjourned", "adjourned", "adjourned", "verdict"]
    assert all(s["offered"] > 0 for s in trial["sittings"])  # a rota offer for each
    assert [s["observer"] for s in trial["sittings"]] == ["Q-105"] * 4  # credited four attendances
    reports = [found[f"attend-and-report.{n}"] for n in ("first", "second", "third", "fourth")]
    assert [r["holders"] for r in reports] == [["Q-105"]] * 4
    # No adjournment made anything late, or moved a clock that was running.
    for task in found.values():
        assert (task["outcome"], task["timing"], task["passed"], task["moved"]) == ("done", "on_time", [], [])
        assert (task["overdue"], task["escalations"]) == ([], [])
    assert trial["outcome"] == "done"
    assert ledger.as_scripted


def test_fri_sat_weekend_two_calendars_and_a_movable_holiday(played: Played) -> None:
    ledger = played(WEEKEND)
    assert tasks(ledger, "trial-q")["verdict-flash.1"]["due"] == "2026-05-04 23:59:59+03:00"
    assert tasks(ledger, "trial-b")["verdict-flash.1"]["due"] == "2026-05-05 23:59:59+02:00"
    report = tasks(ledger, "trial-eid")["attend-and-report.eid"]
    assert (report["original_due"], report["due"]) == (
        "2026-06-02 23:59:59+03:00",
        "2026-06-03 23:59:59+03:00",
    )
    assert report["moved"] == [
        {"cause": "calendar", "from": "2026-06-02 23:59:59+03:00", "to": "2026-06-03 23:59:59+03:00"}
    ]
    assert (report["provisional"], report["timing"], report["passed"]) == (True, "on_time", [])
    # What was closed or late before the decree is not judged again.
    for name in ("trial-q", "trial-b"):
        for task in tasks(ledger, name).values():
            assert (task["moved"], task["provisional"]) == ([], False)
    assert ledger.as_scripted


def test_mission_closed_for_security(played: Played) -> None:
    ledger = played(CLOSED)
    report = tasks(ledger, "trial")["attend-and-report.first"]
    assert (report["original_due"], report["due"]) == (
        "2026-09-09 23:59:59+03:00",
        "2026-09-23 23:59:59+03:00",
    )
    assert {move["cause"] for move in report["moved"]} == {"suspension"}
    assert report["moved"][-1]["to"] == "2026-09-23 23:59:59+03:00"
    assert (report["timing"], report["passed"], report["overdue"], report["escalations"]) == (
        "on_time",
        [],
        [],
        [],
    )
    # Held for five working days of their own, the day of the report included: the closure is nobody's time.
    assert report["held"] == [{"who": "Q-105", "amount": 5, "unit": "working days"}]
    # Nobody was reminded while the mission was closed.
    assert [at for at in report["reminders"] if "2026-09-06" < at < "2026-09-19 18"] == []
    annual = tasks(ledger, "MEET-ANNUAL")["hold.1"]
    assert (annual["due"], annual["moved"]) == ("2026-12-31 23:59:59+02:00", [])
    assert "suspended" in annual["flags"]  # flagged, not paused
    refused = [(r["by"], r["what"], r["code"]) for r in ledger.data()["refusals"]]
    assert refused == [
        ("Q-105", "PauseClock", "not-allowed"),  # a holder does not stop their own clock
        ("Q-102", "DeclareSuspension", "not-allowed"),  # the authority is the Head of Mission's
    ]
    assert ledger.as_scripted


def test_a_suspension_that_is_not_renewed_lapses_and_clocks_go_on(played: Played) -> None:
    ledger = played(LAPSES)
    report = tasks(ledger, "trial")["attend-and-report.first"]
    assert report["moved"] == [
        {"cause": "suspension", "from": "2026-09-09 23:59:59+03:00", "to": "2026-09-17 23:59:59+03:00"}
    ]
    assert report["passed"] == ["2026-09-17 23:59:59+03:00"]
    assert report["overdue"] == ["2026-09-18 00:00:00+03:00"]
    assert report["outcome"] is None


@pytest.mark.parametrize("path", [HEARING, WEEKEND, CLOSED], ids=lambda path: path.stem)
def test_two_runs_of_one_file_print_the_same(path: Path, played: Played, settings: Settings) -> None:
    one, other = played(path), asyncio.run(run_file(path, settings))
    for language in ("en", "fr"):
        assert one.text(language).encode() == other.text(language).encode()
    assert json.dumps(one.data()).encode() == json.dumps(other.data()).encode()


def test_the_control_another_day_prints_otherwise(played: Played, settings: Settings, tmp_path: Path) -> None:
    text = LAPSES.read_text().replace("2026-09-06T14:00:00", "2026-09-07T14:00:00")
    text = text.replace('"../../chancery/data/posts.csv"', f'"{SHIPPED.parent}/chancery/data/posts.csv"')
    (tmp_path / "other.toml").write_text(text)
    other = asyncio.run(run_file(tmp_path / "other.toml", settings))
    assert other.text() != played(LAPSES).text()
