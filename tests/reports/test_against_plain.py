"""The report's figures equal a second computation over the raw events, after any history (tests/reports/plain.py)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.reports.staff import staff_report
from chancery.views import tables
from tests.conftest import NOW, Database
from tests.rebuild.histories import PEOPLE, Player, Step, steps
from tests.reports.plain import Plain

FIGURES = (
    "assigned", "carried_in", "accepted", "on_time", "reported_in_time", "late",
    "not_acted", "waived", "cancelled", "handed_on", "carried_out",
)  # fmt: skip
ENDS = ("on_time", "reported_in_time", "late", "not_acted", "waived", "cancelled", "handed_on", "carried_out")


def test_every_figure_equals_a_second_computation(database: Database) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=25, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(script=steps, first=st.integers(0, 6), length=st.integers(0, 30))
    def holds(script: list[Step], first: int, length: int) -> None:
        begin = NOW.date() + timedelta(days=first)
        empty(database)
        asyncio.run(story(database, script, (begin, begin + timedelta(days=length)), seen))

    holds()
    # Without this the comparison could be of nothing with nothing.
    assert {n for n in FIGURES if not seen[n]} <= {"cancelled"}, seen


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
    figures = {name: report["figures"][name]["items"] for name in FIGURES}
    plain = Plain([e.body for e in await log.read(0, 100_000)], posting, first, last)
    # A corrected reason changes no count; a corrected instant is not among the commands of these histories.
    counted = plain.counts()
    assert {n: len(i) for n, i in figures.items()} == {n: counted[n] for n in FIGURES}, posting
    own = sum(i["in_period"]["working_days"] for i in report["figures"]["own_time"]["items"])
    assert own == plain.own_days(), posting
    came = len(figures["assigned"]) + len(figures["carried_in"])
    assert came == sum(len(figures[n]) for n in ENDS), "what came is what ended, went or is left"
    head = await log.head()
    for name in report["figures"]:
        for item in report["figures"][name]["items"]:
            assert item["positions"] and all(1 <= p <= head for p in item["positions"]), name
    return {name: len(figures[name]) for name in FIGURES}
