"""Four tasks at work in mission Q, each with another kind of term: what a change of the mission's days moves, or only marks."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, Actor
from tests.made import cid, opening
from tests.web.conftest import Web

HEAD = Actor("officer", "p-hom", "Q")
OPEN = (
    ("o-1", "COORD-LOCAL", "actions", "2026-05"),
    ("o-2", "COORD-LOCAL", "hold", "2026-06"),
    ("t-1", "TRIAL-OBS", "triage", None),
    ("u-1", "URGENT", "decide", None),
)
"""Twenty working days over the estimated days of May; a stated date; one working day; a term in hours."""


async def open_all(web: Web) -> Web:
    """Four open tasks, each with another kind of term."""
    desk = web.house.here.desk
    for name, code, step, period in OPEN:
        await desk.submit(opening(name, code, period), ENGINE_TICK)
        task = c.OpenTask(command_id=cid(f"{name} {step}"), mission="Q", obligation=name, step=step)
        await desk.submit(task, ENGINE_WORKFLOW)
    return web


async def refreshed(web: Web) -> None:
    """What the engine does once a mission's days have changed."""
    head = await web.house.here.log.head()
    for name, *_ in OPEN:
        asked = c.Refresh(command_id=cid(f"{name} {head}"), mission="Q", obligation=name)
        await web.house.here.desk.submit(asked, ENGINE_TICK)


async def dues(web: Web) -> dict[tuple[str, str], str]:
    """When each open task is due."""
    states = [await web.house.here.desk.obligation(name) for name, *_ in OPEN]
    return {(s.id, t.id): t.due for s in states for t in s.open_tasks()}


def hidden(page: str, action: str) -> dict[str, Any]:
    """The hidden fields of the form that goes to `action`, each with all its values."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def revision(name: str, **asked: object) -> c.ReviseCalendar:
    return c.ReviseCalendar.model_validate(
        {"command_id": cid(name), "mission": "Q", "source": "decree"} | asked
    )


def stop(starts: datetime, days: int) -> c.DeclareSuspension:
    return c.DeclareSuspension(
        command_id=cid("stop"),
        mission="Q",
        starts=starts,
        ends=starts + timedelta(days=days),
        reason="unrest",
    )
