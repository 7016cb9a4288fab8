"""Audit and structural report equal a second computation over the raw bytes, after any history and at any position."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.oversight.halfyear import HalfYear
from chancery.reports import audit
from chancery.reports.known import known_at
from chancery.reports.structural import structural_report
from domain import commands as c
from domain.envelope import OPERATOR
from tests.conftest import NOW, Database
from tests.made import cid
from tests.rebuild.histories import Player, Step, steps
from tests.reports.plain_structure import World, middle
from tests.reports.test_against_plain import empty

HALF = HalfYear.of(NOW.date())


TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))


@pytest.mark.parametrize(
    "histories", [10, pytest.param(2 * TRIALS, marks=(pytest.mark.trials, pytest.mark.timeout(3_600)))]
)
def test_both_equal_a_second_computation(database: Database, histories: int) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=histories, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(
        script=st.lists(steps, min_size=2, max_size=2).map(lambda two: [*two[0], *two[1]]),
        first=st.integers(0, 6), length=st.integers(3, 30), part=st.integers(1, 100), leaves=st.integers(2, 20),
    )  # fmt: skip
    def holds(script: list[Step], first: int, length: int, part: int, leaves: int) -> None:
        begin = NOW.date() + timedelta(days=first)
        empty(database)
        asyncio.run(story(database, script, (begin, begin + timedelta(days=length)), part, leaves, seen))

    holds()
    # Without these the comparison could be of nothing with nothing.
    wanted = {
        "shown",
        "few",
        "on_time",
        "late",
        "unconfirmed",
        "open",
        "overdue",
        "holder",
        "vacancy",
        "outside",
    }
    assert wanted <= {name for name, n in seen.items() if n}, seen


async def story(
    database: Database,
    script: list[Step],
    period: tuple[date, date],
    part: int,
    leaves: int,
    seen: Counter[str],
) -> None:
    clock = ManualClock(NOW)
    async with (
        AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3) as pool,
        Desk(pool, clock, keeps_time=True) as desk,
    ):
        player = Player(desk, clock, "s")
        await player.found()
        gone = (NOW.date() + timedelta(days=leaves)).isoformat()
        await player.send(
            c.EndPosting(command_id=cid("gone"), mission="Q", posting="p-alt", until=gone), OPERATOR
        )
        await player.play(script)
        head = await desk.log.head()
        for position in {head, max(20, head * part // 100)}:
            world = await world_at(desk.log, min(position, head))
            await audits(desk.log, min(position, head), world, seen)
            await structures(desk.log, min(position, head), world, period, seen)


async def world_at(log: EventLog, position: int) -> World:
    events = await log.read(0, 100_000, position)
    return World([e.body for e in events], datetime.fromtimestamp(events[-1].recorded_us / 1e6, UTC))


async def audits(log: EventLog, position: int, world: World, seen: Counter[str]) -> None:
    known = await known_at(log, position)
    for by in ("paragraph", "definition"):
        plain = world.cells(HALF.first, HALF.last, by)
        # Every number before anything is hidden ...
        lines = (await audit._lines(known, [HALF], by, None))[HALF]  # type: ignore[arg-type]
        counted = {(row, area.code): line.cell for (row, area), line in lines.items()}
        assert set(counted) == set(plain)
        for key, cell in counted.items():
            mine = plain[key]
            assert {p: n for p, n in cell.counts.items() if n} == dict(+mine["places"]), (key, position)
            assert dict(cell.sources) == dict(+mine["sources"])
            assert (sorted(cell.days.elements()), cell.asked, cell.lacking) == (
                sorted(mine["days"]), mine["asked"], mine["lacking"],
            )  # fmt: skip
            seen.update(+mine["places"])
        # ... and what the file says of it.
        data = (await audit.audit_report(log, HALF.code, position, by=by)).data()  # type: ignore[arg-type]
        for item in data["figures"]["cells"]["items"]:
            seen[item["said"]] += 1
            agrees(item, plain[item["mission"] or "~", item["area"]])


def agrees(item: dict[str, Any], mine: dict[str, Any]) -> None:
    """Each number in the file is the one counted in plain Python; a word in its place is the word for that number."""
    places, whole = mine["places"], sum(mine["places"].values())
    assert (item["said"] == "few") == (whole < 5), item
    if item["said"] != "shown":
        assert "due" not in item and item["positions"] == []
        return
    assert item["due"] == whole
    for place, said in item["places"].items():
        number = places[place]
        assert said == number if isinstance(said, int) else said == "withheld" or 0 < number < 5
        assert not (isinstance(said, int) and 0 < said < 5)
    ended = sum(places[p] for p in ("on_time", "unconfirmed", "late", "reasoned", "late_reasoned"))
    missed = sum(places[p] for p in ("late", "late_reasoned", "overdue"))
    assert item["considered"] in (None, ended) and item["missed"] in (None, missed)
    if item["acted"] is not None:
        assert item["acted"] + item["declined"] == ended
    if item["in_time"] is not None:
        assert item["in_time"] == {"part": places["on_time"] + places["reasoned"], "whole": ended}
    if item["days"] is not None:
        assert item["days"] == {"median": middle(mine["days"]), "of": len(mine["days"])}
    for source, said in (item["missed_by_source"] or {}).items():
        assert not isinstance(said, int) or said == mine["sources"][source]
    assert item["evidence"]["asked"] in (mine["asked"], "few")


def test_a_doctored_figure_is_found() -> None:
    """The control of `agrees`."""
    places = {
        "on_time": 6,
        "unconfirmed": 0,
        "late": 5,
        "reasoned": 0,
        "late_reasoned": 0,
        "open": 0,
        "overdue": 0,
    }
    mine = {
        "places": Counter(places),
        "sources": Counter(product_default=5),
        "days": [1] * 11,
        "asked": 0,
        "lacking": 0,
    }
    sound: dict[str, Any] = {
        "said": "shown", "due": 11, "places": places, "considered": 11, "acted": 11, "declined": 0, "missed": 5,
        "in_time": {"part": 6, "whole": 11}, "days": {"median": "1", "of": 11}, "missed_by_source": {"product_default": 5},
        "evidence": {"asked": 0, "lacking": None},
    }  # fmt: skip
    agrees(sound, mine)
    for wrong in (
        {"due": 12}, {"places": places | {"late": 6}}, {"places": places | {"late": "few"}}, {"missed": 6}, {"acted": 10},
        {"in_time": {"part": 7, "whole": 11}}, {"days": {"median": "2", "of": 11}}, {"said": "few"},
        {"missed_by_source": {"product_default": 6}},
    ):  # fmt: skip
        with pytest.raises(AssertionError):
            agrees(sound | wrong, mine)


async def structures(
    log: EventLog, position: int, world: World, period: tuple[date, date], seen: Counter[str]
) -> None:
    data = (await structural_report(log, "Q", *period, position)).data()
    figures = {name: figure["items"] for name, figure in data["figures"].items()}
    same(figures, world, period)
    seen.update(row["account"] for row in figures["days"])
    if all(figures[name] for name in DOCTORED):
        seen["doctored"] += 1
        for name, field in DOCTORED.items():
            first, *rest = figures[name]
            value = first[field]
            wrong = value + 1 if isinstance(value, int) else {**value, "late": value["late"] + 1}
            with pytest.raises(AssertionError):
                same(figures | {name: [first | {field: wrong}, *rest]}, world, period)


DOCTORED = {"due": "places", "days": "working_days", "vacancies": "days", "load": "open"}
"""The control: one figure off by one is found, in each kind."""


def same(figures: dict[str, list[dict[str, Any]]], world: World, period: tuple[date, date]) -> None:
    first, last = period
    mission = world.missions["Q"]
    due: Counter[tuple[str, str]] = Counter()
    days: Counter[tuple[str, str, str]] = Counter()
    tasks: Counter[tuple[str, str, str]] = Counter()
    for task in world.tasks:
        place = task.place(world.now)
        if place != "cancelled" and first <= mission.day(task.due()) <= last:
            due[task.lay(), place] += 1
        ends = mission.midnight(last + timedelta(days=1))
        if datetime.fromisoformat(task.opened["at"]) < ends:
            found = task.days(first, last, world.now)
            days.update(found)
            tasks.update(found.keys())
    assert {(r["lay"], p): n for r in figures["due"] for p, n in r["places"].items() if n} == dict(due)
    rows = {(r["account"], r["party"] or "", r["how"] or ""): r for r in figures["days"]}
    assert {key: r["working_days"] for key, r in rows.items()} == dict(days), period
    assert {key: r["tasks"] for key, r in rows.items()} == dict(tasks)
    until = min(last, mission.day(world.now))
    assert [(a["from"], a["until"]) for a in figures["absences"]] == mission.without_substitute(first, until)
    empty_ = {v["post"]: 0 for v in figures["vacancies"]}
    for item in figures["vacancies"]:
        empty_[item["post"]] += item["days"]
    counted = {post: mission.empty_days(post, first, until) for post in mission.posts}
    assert empty_ == {post: n for post, n in counted.items() if n}
    for week in figures["load"]:
        day = date.fromisoformat(week["day"])
        at = min(mission.midnight(day + timedelta(days=1)), world.now + timedelta(microseconds=1))
        assert week["open"] == sum(t.open_at(at) for t in world.tasks), week
        assert week["present_percent"] == mission.present_percent(day)
