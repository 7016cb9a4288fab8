"""A case from the alert to its end, through the real workflows: to the minute, and from nothing at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chancery import queries
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse.ledger import Ledger
from chancery.rehearse.play import Player, ends_of, run_file, starts_of
from chancery.rehearse.script import load
from chancery.rehearse.stage import staged
from chancery.settings import Settings

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "cases"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


def tasks(ledger: Ledger, definition: str) -> dict[str, Mapping[str, Any]]:
    [found] = [o for o in ledger.data()["obligations"] if o["definition"] == definition]
    return {task["task"]: task for task in found["tasks"]}


def test_an_urgent_alert_at_midnight_of_a_weekend(settings: Settings) -> None:
    found = tasks(asyncio.run(run_file(HERE / "whole/URGENT.toml", settings)), "URGENT")
    assert {code: task["due"] for code, task in found.items()} == {
        "acknowledge.1": "2026-11-14 01:10:00+02:00",
        "triage.1": "2026-11-14 04:10:00+02:00",
        "decide.1": "2026-11-15 00:10:00+02:00",
        "feedback-to-family.1": "2026-11-16 00:10:00+02:00",
        "report-to-headquarters.1": "2026-11-16 00:10:00+02:00",
        "full-report.1": "2026-11-19 23:59:59+02:00",
        "reprisal-check.1": "2026-11-22 23:59:59+02:00",  # the 21st is a Saturday: Friday and Saturday are off
        "reprisal-check-month.1": "2026-12-14 23:59:59+02:00",
    }
    alert = "2026-11-14 00:10:00+02:00"
    first = [task["opened"] for code, task in found.items() if not code.startswith("reprisal")]
    assert first == [alert] * 6  # beside each other: nobody's delay hides another's


def test_what_was_shared_is_called_back_within_four_hours_and_chased(settings: Settings) -> None:
    found = tasks(asyncio.run(run_file(HERE / "whole/CONSULT.toml", settings)), "CONSULT")
    assert found["recall.1"]["due"] == "2026-06-10 13:20:00+03:00"  # withdrawn at 09:20
    assert found["chase.1.1"]["due"] == "2026-06-11 23:59:59+03:00"
    assert found["chase.1.2"]["due"] == "2026-06-14 23:59:59+03:00"  # Friday and Saturday are off
    # It is time to speak again before what was agreed ends, and not once it was agreed anew.
    assert found["renew.2026-06-02T09:00:00Z"]["due"] < "2026-06-02 12:00:00+03:00"
    assert found["renew.2026-12-01T10:00:00Z"]["outcome"] == "cancelled"
    assert found["renew.2026-12-01T10:00:00Z"]["reason"] == "case_closed"
    assert found["review-vital-interest.consent:statement"]["due"] == "2026-03-07 11:00:00+02:00"


def nobody_listens(_: str) -> None:
    """How far it has come is nobody's concern here."""


class Forgetful(Player):
    """Before each line of the script every workflow is lost, and starts again from nothing but its log."""

    lost = 0

    async def _move(self, number: int, move: Any) -> None:
        for row in await queries.open_obligations(self._stage.desk.log):
            await self._stage.client.get_workflow_handle(row["id"]).terminate()
            await self._stage.conductor.start(row["id"])
            self.lost += 1
        await self._stage.settle()
        await super()._move(number, move)


async def forgetfully(path: Path, settings: Settings) -> tuple[Ledger, int]:
    script = load(path)

    async with staged(settings, starts_of(script), script.seed, nobody_listens) as stage:
        player = Forgetful(script, path.parent, stage, nobody_listens, ends_of(script))
        return await player.play(), player.lost


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("whole/CONSULT", marks=pytest.mark.trials),
        "ends/CONSULT-run-out-then-withdrawn",
        "ends/CASE-INTAKE-urgent",
    ],
)
def test_from_nothing_at_any_moment_it_comes_out_the_same(name: str, settings: Settings) -> None:
    path = HERE / f"{name}.toml"
    ledger, lost = asyncio.run(forgetfully(path, settings))
    assert lost >= len(load(path).move) - 1, "control: something was lost before nearly every line"
    assert ledger.as_scripted
    assert ledger.text() == asyncio.run(run_file(path, settings)).text()


class Locking(Player):
    """The vault is locked in the instant in which the alert is taken down, before anything follows, and opened again."""

    opened_meanwhile: tuple[list[str], list[str]] = ([], [])

    async def _move(self, number: int, move: Any) -> None:
        await super()._move(number, move)
        self._stage.keys.lock("Q")
        await self._stage.settle()
        log = self._stage.desk.log
        open_ = [row["definition"] for row in await queries.obligations(log)]
        self.opened_meanwhile = open_, [row["task"] for row in await queries.tasks(log)]
        self._stage.keys.unlock("Q")


def test_a_locked_vault_holds_up_no_call_for_help(settings: Settings, tmp_path: Path) -> None:
    text = (HERE / "whole/URGENT.toml").read_text(encoding="utf-8")
    head, alert, *_ = text.split("\n[[move]]\n")
    posts = HERE.parents[1] / "chancery" / "data" / "posts.csv"
    head = head.replace("../../../chancery/data/posts.csv", str(posts)).replace("2026-12-20", "2026-11-14")
    path = tmp_path / "alert.toml"
    path.write_text(
        head.replace('["URGENT"]', '["URGENT", "CONSULT"]') + "\n[[move]]\n" + alert, encoding="utf-8"
    )
    script = load(path)

    async def play() -> tuple[Locking, Ledger]:
        async with staged(settings, starts_of(script), script.seed, nobody_listens) as stage:
            player = Locking(script, path.parent, stage, nobody_listens, ends_of(script))
            return player, await player.play()

    player, ledger = asyncio.run(play())
    meanwhile, begun = player.opened_meanwhile
    assert sorted(begun) == [
        "acknowledge.1", "decide.1", "feedback-to-family.1", "full-report.1", "report-to-headquarters.1", "triage.1",
    ]  # fmt: skip
    assert meanwhile == ["URGENT"], "control: nothing could be sealed"
    assert tasks(ledger, "CONSULT").keys() == {"talk.1"}  # and what waited for the vault came after it
