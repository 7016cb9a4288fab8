"""The bench asks every question and answers in one form; its figures mean nothing here."""

import asyncio
import io
import json
import time

import pytest
from psycopg_pool import AsyncConnectionPool
from rich.console import Console

from bench import measure, report
from bench.__main__ import QUESTIONS, TINY, run
from bench.committer import Committer, event
from bench.measure import Goal, Row
from chancery.log.store import POOL_SETTINGS, EventLog
from tests.conftest import Database

FAST = sorted(set(QUESTIONS) - {"history", "reports"})
"""The other two have tests of their own: rehearsals/, and test_reports.py here."""


@pytest.mark.timeout(240)
def test_every_question_is_answered_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.growth.LARGE", 12_000)
    monkeypatch.setattr("bench.growth.SMALL", 2_000)
    monkeypatch.setattr("bench.growth.HELD", 0.3)
    monkeypatch.setattr("bench.web.MANY", 3_000)
    monkeypatch.setattr("bench.whole.COPIES", 2)
    monkeypatch.setattr("bench.tasks.MISSION_EVENTS", 20)
    found = run(TINY, FAST, lambda _: None)
    rows = json.loads(json.dumps(found))["rows"]
    what = " ".join(row["what"] for row in rows)
    for asked in (
        "append, 1 callers",
        "append, 64",
        "task, 16",
        "task, 64",
        "log of",
        "snapshot",
        "verify",
        "rebuild",
    ):
        assert asked in what
    assert all(row["ours"] > 0 and all(v > 0 for v in row["others"].values()) for row in rows)
    assert all(row["goals"] for row in rows if row["what"] not in ("append, 1 callers", "append, 16 callers"))
    report.show(found)


def test_a_missed_goal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(report, "Console", lambda **_: Console(file=shown, width=140))
    row = Row("x", "y/s", 5.0, {"z": 10.0}, [Goal("times z", 0.5, 2), Goal("times z", 0.5, 1, at_most=True)])
    found = {"machine": {}, "rounds": 1, "seconds": 1, "rows": [row.data()]}
    report.show(found)
    assert "missed" in shown.getvalue() and "met" in shown.getvalue()
    assert not report.all_met(found)
    found["rows"][0]["goals"][0]["met"] = True  # type: ignore[index]
    assert report.all_met(found)


async def test_contenders_take_turns_and_each_begins_once() -> None:
    order: list[str] = []

    def contender(name: str, figure: float) -> measure.Contender:
        async def one() -> float:
            order.append(name)
            return figure

        return one

    figures = await measure.in_turn(3, a=contender("a", 1), b=contender("b", 2), c=contender("c", 3))
    assert order == list("abcbcacab")
    assert measure.medians(figures) == {"a": 1, "b": 2, "c": 3}


async def test_a_rate_counts_every_call_of_so_many_callers_at_once() -> None:
    running, most, done = 0, 0, 0

    async def call() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.002)
        running -= 1
        done += 1

    begun = time.perf_counter()
    found = await measure.rate(4, [call] * 40)
    assert (done, most) == (40, 4)
    assert found <= 40 / (time.perf_counter() - begun) * 1.5


async def test_the_committer_is_answered_only_from_the_log_and_in_strict_order(database: Database) -> None:
    async with AsyncConnectionPool(
        database.app_url, kwargs=dict(POOL_SETTINGS), min_size=2, max_size=3, open=False
    ) as pool:
        log = EventLog(pool)
        async with Committer(pool) as committer:

            async def caller(number: int) -> None:
                for version in range(1, 6):
                    placed = await committer.append(event(f"bench/{number}", version))
                    assert await log.head() >= placed.position

            await asyncio.gather(*(caller(number) for number in range(20)))
        events = await log.read(0)
        assert [e.position for e in events] == list(range(1, 101))
        assert {e.stream: e.version for e in events} == {f"bench/{n}": 5 for n in range(20)}


def test_the_event_has_the_size_that_is_said() -> None:
    assert 550 <= len(event("bench/1", 1).body) <= 750
