"""People over time, through the real workflows: sudden absence, a substitute's scope, a partner in the rota, a departure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from chancery.invariants import check
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import load
from chancery.rehearse.stage import staged
from chancery.settings import Settings
from chancery.streams import as_event
from domain.envelope import Event

FILE = Path(__file__).with_name("people.toml")
Told = Mapping[str, Any]


@pytest.fixture(scope="module")
def told(short_dir: Path) -> Iterator[tuple[Told, list[Event]]]:
    """The ledger, and the log that it was made from; played once."""
    server = EmbeddedPostgres(short_dir / "people" / "postgres", guarded=True)
    server.start()

    async def play() -> tuple[Told, list[Event]]:
        script = load(FILE)
        settings = Settings(data_dir=short_dir / "people")
        async with staged(settings, starts_of(script), script.seed, lambda _: None) as stage:
            ledger = await Player(script, FILE.parent, stage, lambda _: None, ends_of(script)).play()
            events = [as_event(one) for one in await stage.desk.log.read(0, limit=100_000)]
            assert check(events, stage.clock.now()) == []
            return ledger.data(), events

    yield asyncio.run(play())
    server.stop()


def task(told: tuple[Told, list[Event]], definition: str, code: str) -> Told:
    [found] = [o for o in told[0]["obligations"] if o["definition"] == definition]
    return next(t for t in found["tasks"] if t["task"] == code)


def of(told: tuple[Told, list[Event]], type_: str) -> list[Mapping[str, Any]]:
    return [e.data for e in told[1] if e.type == type_]


def test_nothing_went_off_the_script(told: tuple[Told, list[Event]]) -> None:
    assert told[0]["refusals"] == []


def test_an_alert_reaches_the_deputy_within_minutes(told: tuple[Told, list[Event]]) -> None:
    acknowledged = task(told, "URGENT", "acknowledge.1")
    moved = [e for e in told[1] if e.type == "TaskAssigned" and e.data["task"] == "acknowledge.1"]
    assert [(e.at, e.data["why"]) for e in moved] == [("2026-11-13T22:15:00Z", "deputy")]
    assert (acknowledged["outcome"], acknowledged["timing"]) == ("done", "on_time")


def test_nobody_was_asked_why(told: tuple[Told, list[Event]]) -> None:
    for absence in of(told, "AbsenceRecorded"):
        assert set(absence) == {"absence", "posting", "from_day", "until", "substitute", "scope"}


def test_a_substitute_does_on_behalf_what_the_scope_covers(told: tuple[Told, list[Event]]) -> None:
    [triage] = [
        e
        for e in told[1]
        if e.type == "TaskOpened"
        and e.data["task"] == "triage.1"
        and e.data["step"] == "triage"
        and e.data["deadline"]["term"] == "1wd"
    ]
    assert triage.data["why"] == "substitute"
    assert task(told, "TRIAL-OBS", "triage.1")["outcome"] == "done"
    urgent = [e.data for e in told[1] if e.type == "TaskAssigned" and e.data["why"] == "substitute"]
    assert urgent == [], "nothing of the alert went to who stands in for trials only"


def test_a_partner_observes_and_the_others_stand_in(told: tuple[Told, list[Event]]) -> None:
    assert [(a["answer"]) for a in of(told, "RotaAnswered")] == ["observer", "backup", "backup"]
    staffing = [
        t for o in told[0]["obligations"] for t in o["tasks"] if t["task"].startswith("decide-and-staff")
    ]
    assert [(t["outcome"], t["reason"]) for t in staffing] == [("transferred", "another_mission_observes")]
    assert not [
        t for o in told[0]["obligations"] for t in o["tasks"] if t["task"].startswith("attend-and-report")
    ]


def test_what_a_leaver_held_goes_on_as_the_next_day_begins(told: tuple[Told, list[Event]]) -> None:
    after = [e for e in told[1] if e.type == "TaskAssigned" and e.at == "2026-11-30T22:00:00Z"]
    assert after, "the focal point held something"
    assert {e.data["why"] for e in after} == {"alternate"}
