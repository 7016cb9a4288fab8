"""The report's figures equal a second computation over the raw events, after any history (tests/reports/plain.py)."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log import merkle
from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.reports.staff import staff_report
from chancery.views import tables
from tests.conftest import NOW, Database
from tests.rebuild.histories import PEOPLE, Player, Step, steps
from tests.reports.plain_more import PlainMore

TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))
FIGURES = (
    "assigned", "carried_in", "accepted", "on_time", "reported_in_time", "late",
    "not_acted", "waived", "cancelled", "handed_on", "carried_out",
)  # fmt: skip
ENDS = ("on_time", "reported_in_time", "late", "not_acted", "waived", "cancelled", "handed_on", "carried_out")


COMMON = ("assigned", "carried_in", "carried_out", "own_time", "out_of_hours")
"""What every run of these histories has; a told one (test_against_plain_told.py) has every figure there is."""


def test_every_figure_equals_a_second_computation(database: Database) -> None:
    seen = play(database, 20)
    # Without this the comparison could be of nothing with nothing.
    assert all(seen[name] for name in COMMON), seen


@pytest.mark.trials
@pytest.mark.timeout(3600)
def test_every_figure_equals_a_second_computation_in_many_histories(database: Database) -> None:
    seen = play(database, 10 * TRIALS)
    assert all(seen[name] for name in COMMON), seen


def play(database: Database, examples: int) -> Counter[str]:
    """Compare the reports of everybody in so many random histories; how often each figure had something in it."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(script=steps, first=st.integers(0, 6), length=st.integers(0, 30))
    def holds(script: list[Step], first: int, length: int) -> None:
        begin = NOW.date() + timedelta(days=first)
        empty(database)
        asyncio.run(story(database, script, (begin, begin + timedelta(days=length)), seen))

    holds()
    return seen


def empty(database: Database) -> None:
    """A log of its own for each script: what is compared must not depend on the scripts before."""
    views = ", ".join(f"view.{t.name}" for t in tables.ALL)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(f"TRUNCATE log.event, log.stream, {views}")
        admin.execute("UPDATE log.origin SET rehearsal = true")


async def story(
    database: Database, script: list[Step], period: tuple[date, date], seen: Counter[str]
) -> None:
    clock = ManualClock(NOW)
    async with (
        AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3) as pool,
        Desk(pool, clock, keeps_time=True) as desk,
    ):
        player = Player(desk, clock, "r")
        await player.found()
        await player.play(script)
        for posting in PEOPLE:
            seen.update(await compare(desk.log, posting, *period))


async def compare(log: EventLog, posting: str, first: date, last: date) -> dict[str, int]:
    report = (await staff_report(log, posting, [posting], first, last)).data()
    rows = [(e.position, e.recorded_us, e.body) for e in await log.read(0, 100_000)]
    plain = PlainMore(rows, posting, first, last)
    agree(report, plain)
    assert merkle.check_bundle(report["proof"])
    return {name: figure["count"] for name, figure in report["figures"].items()}


def agree(report: dict[str, Any], plain: PlainMore) -> None:
    """Every figure of the report is what the second computation says."""
    figures = {name: figure["items"] for name, figure in report["figures"].items()}
    assert all(report["figures"][name]["count"] == len(items) for name, items in figures.items())
    counted = plain.counts()
    assert {n: len(figures[n]) for n in FIGURES} == {n: counted[n] for n in FIGURES}
    own = sum(i["in_period"]["working_days"] for i in figures["own_time"])
    assert own == plain.own_days()
    came = len(figures["assigned"]) + len(figures["carried_in"])
    assert came == sum(len(figures[n]) for n in ENDS), "what came is what ended, went or is left"
    lists = plain.lists()
    assert set(lists) | set(FIGURES) == set(figures), "every figure is computed twice"
    for name, positions in lists.items():
        assert sorted(i["about"] for i in figures[name]) == positions, name
    assert {w["week"]: w["positions"] for w in report["load"]} == plain.load()
    assert all(w["open"] == len(w["items"]) == len(w["positions"]) for w in report["load"])
    assert {w["share_percent"] for w in report["load"]} <= {plain.share()}
    told = {line["source"]: {n: c for n, c in line["ends"].items() if c} for line in report["sources"]}
    assert told == plain.sources()
    for name, field in (("absences", "posting"), ("acting", "substitute")):
        assert sorted((a["from"], a["until"], a["working_days"]) for a in report[name]) == plain.head(
            field
        ), name
    head = report["log"]["position"]
    for name, items in figures.items():
        for item in items:
            assert item["positions"] and all(1 <= p <= head for p in item["positions"]), name
            assert name in ("assigned", "carried_in") or item["about"] <= head
