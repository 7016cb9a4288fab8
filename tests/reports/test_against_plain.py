"""The report's figures equal a second computation over the raw events, after any history (tests/reports/plain.py)."""

from __future__ import annotations

import asyncio
import itertools
import uuid
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
from tests.conftest import NOW, Database
from tests.rebuild.histories import PEOPLE, Player, Step, steps
from tests.reports.plain import Plain

FIGURES = (
    "assigned", "carried_in", "accepted", "on_time", "reported_in_time", "late",
    "not_acted", "waived", "cancelled", "handed_on", "carried_out",
)  # fmt: skip
ENDS = ("on_time", "reported_in_time", "late", "not_acted", "waived", "cancelled", "handed_on", "carried_out")
_runs = itertools.count()
seen: Counter[str] = Counter()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=steps, first=st.integers(0, 9), length=st.integers(0, 30))
def test_every_figure_equals_a_second_computation(
    database: Database, script: list[Step], first: int, length: int
) -> None:
    period = (NOW.date() + timedelta(days=first), NOW.date() + timedelta(days=first + length))
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        # A log of its own for each script: what is compared must not depend on the scripts before.
        admin.execute(
            "TRUNCATE log.event, log.stream, view.obligation, view.task, view.involvement, view.mission, view.posting"
        )
        admin.execute("UPDATE log.origin SET rehearsal = true")

    async def story() -> None:
        clock = ManualClock(NOW)
        async with (
            AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3) as pool,
            Desk(pool, clock, keeps_time=True) as desk,
        ):
            player = Player(desk, clock, f"r{next(_runs)}-{uuid.uuid4().hex[:6]}")
            await player.found()
            await player.play(script)
            for posting in PEOPLE:
                await compare(desk.log, posting, *period)

    asyncio.run(story())


async def compare(log: EventLog, posting: str, first: date, last: date) -> None:
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
    for name in FIGURES:
        seen[name] += len(figures[name])


def test_the_histories_reached_every_figure() -> None:
    """Without this the comparison could be of nothing with nothing."""
    if not seen:
        return
    assert {n for n in FIGURES if not seen[n]} <= {"cancelled", "waived", "carried_in"}, seen
