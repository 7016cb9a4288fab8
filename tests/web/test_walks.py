"""Three days, walked in a real browser: an officer's, a focal point's, an auditor's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from domain import commands as c
from domain.envelope import ENGINE_TICK
from domain.kinds import instant
from tests.made import cid, opening
from tests.web.conftest import Web
from tests.web.oversight_made import headquarters
from tests.web.walking import ALL, FEW, TWO, Way, walking

TASK = "/tasks/o-1/hold.1"
FIRST_LATE = datetime.fromisoformat("2026-07-02T07:00:00+00:00")


def ways(first: Sequence[Way]) -> pytest.MarkDecorator:
    """The ways of `make test`; all sixteen in `make trials`."""
    rest = [pytest.param(way, id=str(way), marks=pytest.mark.trials) for way in ALL if way not in first]
    return pytest.mark.parametrize("way", [*(pytest.param(way, id=str(way)) for way in first), *rest])


@pytest.fixture
async def late(working: Web) -> Web:
    """The task is overdue since two days, and the engine has recorded it."""
    return await overdue(working)


@pytest.fixture
async def half_year(working: Web) -> Web:
    """And five more of the kind, so that there are enough for a figure; headquarters has its people."""
    await headquarters(working)
    desk = working.house.here.desk
    for number in range(2, 7):
        await desk.submit(opening(f"o-{number}"), ENGINE_TICK)
        await desk.submit(
            c.OpenTask(command_id=cid(f"hold {number}"), mission="Q", obligation=f"o-{number}", step="hold"),
            ENGINE_TICK,
        )
    return await overdue(working)


async def overdue(working: Web) -> Web:
    """The clock stands two days after the first task's due time, which the engine has recorded."""
    desk = working.house.here.desk
    state = await desk.obligation("o-1")
    due = instant(state.tasks["hold.1"].due)
    working.clock.set(max(FIRST_LATE, due + timedelta(days=2)))
    await desk.submit(
        c.Wake(command_id=cid("wake"), mission="Q", obligation="o-1", planned=due + timedelta(seconds=1)),
        ENGINE_TICK,
    )
    return working


@ways(FEW)
async def test_an_officers_day(late: Web, way: Way) -> None:
    """Given an overdue task, when its holder does it, with evidence and a reason, then their own record says so."""
    async with walking(late, "Q-p-fp", way, "officer") as me:
        await me.go("/")
        await me.has("tr.overdue")
        await me.press(f'a[href="{TASK}"]')
        await me.press(f'form[action="{TASK}/accept"] button')
        await me.has(".banner.done")
        form = f'form[action="{TASK}/complete"]'
        await me.tick(f'{form} input[value="risk_list"]')
        await me.give(f'{form} input[name="file:minutes"]', b"minutes of the meeting")
        await me.choose(f'{form} select[name="reason"]', "capacity")
        await me.press(f"{form} .actions button.main")
        await me.has(".banner.done")
        await me.press('nav a[href="/record"]')
        await me.has('a[href^="/log/"]')
    task = (await late.house.here.desk.obligation("o-1")).tasks["hold.1"]
    assert (task.outcome, task.timing, task.reason) == ("done", "after_due", "capacity")


@ways(TWO)
async def test_a_focal_points_day(late: Web, way: Way) -> None:
    """Given an overdue clock, when it is handed over and the mission closes, then the calendar says what moved."""
    async with walking(late, "Q-p-fp", way, "focal") as me:
        await me.go("/board")
        await me.press('a[href*="pile=overdue"]')
        await me.has(f'a[href="{TASK}"]')
        await me.press('nav a[href="/people"]')
        await me.press('main a[href^="/people/hand-over"]')
        await me.choose('select[name="leaver"]', "p-fp")
        await me.choose('select[name="to"]', "p-alt")
        await me.press('form[action="/people/hand-over"] button.main')
        await me.has('input[name="move"]')
        await me.press('form[method="post"][action="/people/hand-over"] button.main')
        await me.has(f'a[href="{TASK}"]')
    assert (await late.house.here.desk.obligation("o-1")).tasks["hold.1"].posting == "p-alt"
    async with walking(late, "Q-p-hom", way, "head") as head:
        await head.go("/calendar")
        await head.press('main a[href^="/calendar/suspensions"]')
        form = 'form[action="/calendar/suspensions/declare/preview"]'
        await head.write(f'{form} input[name="starts_day"]', "2026-07-02")
        await head.write(f'{form} input[name="starts_time"]', "10:30")
        await head.write(f'{form} input[name="ends_day"]', "2026-07-09")
        await head.write(f'{form} input[name="ends_time"]', "18:00")
        await head.choose(f'{form} select[name="reason"]', "security")
        await head.press(f"{form} button.main")
        await head.press('form[action="/calendar/suspensions/declare"] button.main')
        await head.has(".banner.done")
    async with walking(late, "Q-p-fp", way, "focal-after") as me:
        await me.go("/calendar")
        await me.press('main a[href^="/calendar/changes"]')
        await me.press('main a[href^="/calendar/changes/"]')
    assert (await late.house.here.desk.mission("Q")).suspensions


@ways(TWO)
async def test_an_auditors_day(half_year: Web, way: Way) -> None:
    """Given late tasks, when an auditor follows a figure, then it ends at an entry of the log and what proves it."""
    holder = await half_year.as_("Q-p-fp")
    assert (await holder.get("/record")).status_code == 200  # who is alone behind a figure sees it first
    async with walking(half_year, "HQ-h-audit", way, "auditor") as me:
        await me.go("/headquarters")
        await me.choose('select[name="half"]', "2026-1")
        await me.press('form[method="get"] button')
        await me.press('main a[href^="/headquarters/Q/"]')
        await me.press('main a[href="/obligations/o-1"]')
        await me.press('main a[href^="/log/"]')
        await me.has(".good")
        await me.press('nav a[href="/audit"]')
        await me.has('a[href^="/log/"]')
