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
WAIVED = SHIPPED / "waived-with-justification.toml"
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
    asked, answered = tasks(ledger, "recommendation"), tasks(ledger, "COHOM-IDENT")
    assert asked["ask-back.1"]["due"] == "2026-05-04 23:59:59+03:00"
    assert answered["acknowledge.1"]["due"] == "2026-05-05 23:59:59+02:00"
    assert answered["acknowledge.1"]["opened"] == "2026-04-30 14:50:00+02:00"
    assert answered["acknowledge.1"]["timing"] == "on_time"
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
    for task in (*asked.values(), *answered.values()):
        closed_before = (task["ended"] or "") < "2026-05-25"
        assert not closed_before or (task["moved"], task["provisional"]) == ([], False)
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
    urgent = tasks(ledger, "urgent")["acknowledge.1"]
    assert (urgent["due"], urgent["moved"], urgent["timing"]) == ("2026-09-06 14:30:00+03:00", [], "on_time")
    assert urgent["holders"][-1] == "hq_duty"  # passed on, not paused, and taken there
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


def of_mission(ledger: Ledger, mission: str, period: str) -> Told:
    """The yearly meeting of a mission, with its tasks by code."""
    [found] = [o for o in ledger.data()["obligations"] if (o["mission"], o["period"]) == (mission, period)]
    return dict(found) | {"tasks": {task["task"]: task for task in found["tasks"]}}


def test_waived_with_justification(played: Played) -> None:
    ledger = played(WAIVED)
    meeting = of_mission(ledger, "Q", "2026")
    hold = meeting["tasks"]["hold.1"]
    assert (hold["due"], hold["source"]) == ("2026-12-31 23:59:59+02:00", "guideline")
    assert (hold["outcome"], hold["reason"], hold["ended"]) == (
        "waived",
        "assembly_dangerous",
        "2026-12-03 12:00:00+02:00",
    )
    # Waived in time: neither done nor missed, and nobody was reminded or told of a delay.
    assert (hold["timing"], hold["not_met"], hold["passed"]) == (None, False, [])
    assert (hold["reminders"], hold["overdue"], hold["escalations"]) == ([], [], [])
    # What is done instead: tasks with dates, from the approval on, held by whoever held the meeting.
    instead = [meeting["tasks"][f"alternative.{n}"] for n in range(1, 8)]
    assert [(t["opened"], t["due"], t["ended"]) for t in instead] == [
        ("2026-12-03 12:00:00+02:00", "2026-12-20 23:59:59+02:00", "2026-12-17 15:00:00+02:00"),
        ("2026-12-03 12:00:00+02:00", "2027-01-20 23:59:59+02:00", "2027-01-19 15:00:00+02:00"),
        ("2026-12-03 12:00:00+02:00", "2027-02-21 23:59:59+02:00", "2027-02-18 15:00:00+02:00"),
        ("2026-12-03 12:00:00+02:00", "2027-03-21 23:59:59+02:00", "2027-03-18 15:00:00+02:00"),
        ("2026-12-03 12:00:00+02:00", "2027-04-20 23:59:59+02:00", "2027-04-19 15:00:00+02:00"),
        ("2026-12-03 12:00:00+02:00", "2027-05-20 23:59:59+03:00", "2027-05-18 15:00:00+03:00"),
        ("2026-12-03 12:00:00+02:00", "2027-06-01 23:59:59+03:00", "2027-06-01 11:00:00+03:00"),  # the review
    ]
    assert [t["reminders"] for t in instead[:2]] == [
        ["2026-12-13 09:00:00+02:00", "2026-12-16 09:00:00+02:00"],
        ["2026-12-28 09:00:00+02:00", "2027-01-10 09:00:00+02:00"],
    ]
    assert {(t["source"], t["timing"], tuple(t["holders"])) for t in instead} == {
        ("local_strategy", "on_time", ("Q-103",))
    }
    assert [t["outcome"] for t in instead] == ["done"] * 4 + ["blocked", "done", "done"]
    assert hold["informed"] == ["2026-12-03 12:00:00+02:00"]  # headquarters hears of it
    # It stays open until they have ended, and is waived: counted apart from done and from missed.
    assert (meeting["outcome"], meeting["closed"]) == ("waived", "2027-06-01 11:00:00+03:00")
    # Who asked for it cannot approve it.
    refused = [(r["at"], r["by"], r["code"]) for r in ledger.data()["refusals"]]
    assert refused == [
        ("2026-12-02 10:00:00+02:00", "Q-103", "not-allowed"),
        ("2027-12-02 12:00:00+02:00", "Q-101", "higher-approver"),
    ]
    assert ledger.as_scripted


def test_a_waiver_never_outlives_its_period_and_the_second_in_a_row_is_headquarters(played: Played) -> None:
    """The duty of 2027 opens as usual, while what is done instead of that of 2026 still runs; only headquarters waives it."""
    following = of_mission(played(WAIVED), "Q", "2027")
    hold = following["tasks"]["hold.1"]
    assert (following["opened"], hold["due"]) == ("2027-01-01 09:00:00+02:00", "2027-12-31 23:59:59+02:00")
    assert following["tasks"]["plan.1"]["due"] == "2027-03-31 23:59:59+02:00"
    assert hold["reminders"] == ["2027-07-08 09:00:00+03:00", "2027-10-04 09:00:00+03:00"]
    # The Head of Mission was refused on 2 December; headquarters' human rights division agreed on the 5th.
    assert (hold["outcome"], hold["ended"], hold["not_met"]) == ("waived", "2027-12-05 12:00:00+02:00", False)
    assert (following["outcome"], following["closed"]) == ("waived", "2027-12-05 12:00:00+02:00")


def test_without_an_answer_by_the_end_of_the_year_it_is_not_met_and_stays_so(played: Played) -> None:
    meeting = of_mission(played(WAIVED), "T", "2026")
    hold = meeting["tasks"]["hold.1"]
    assert (hold["due"], hold["source"]) == ("2026-12-31 23:59:59+01:00", "guideline")
    assert hold["reminders"] == ["2026-12-14 09:00:00+01:00", "2026-12-23 09:00:00+01:00"]
    assert (hold["passed"], hold["overdue"]) == (["2026-12-31 23:59:59+01:00"], ["2027-01-01 00:00:00+01:00"])
    assert hold["escalations"] == ["2027-01-05 09:00:00+01:00", "2027-01-08 09:00:00+01:00"]
    # A late justification is taken, and does not erase it.
    assert (hold["outcome"], hold["ended"], hold["not_met"]) == ("waived", "2027-01-11 10:00:00+01:00", True)
    assert meeting["outcome"] == "waived"
    text = played(WAIVED).text
    assert "guideline · not met" in text("en") and "guideline · non remplie" in text("fr")
    # The control: the next year's, held in October, was met, and the ledger says nothing of the kind of any other task.
    following = of_mission(played(WAIVED), "T", "2027")
    assert (following["tasks"]["hold.1"]["timing"], following["outcome"]) == ("on_time", "done")
    tasks_ = [t for o in played(WAIVED).data()["obligations"] for t in o["tasks"]]
    assert [t["task"] for t in tasks_ if t["not_met"]] == ["hold.1"]


@pytest.mark.parametrize(
    "path", [HEARING, CLOSED, pytest.param(WEEKEND, marks=pytest.mark.trials)], ids=lambda path: path.stem
)
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
