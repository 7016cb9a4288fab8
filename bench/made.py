"""What the bench is made of: one mission, its posts, its obligations. Nobody in it exists."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from chancery import hostcalendar
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.instruments import checksums, definition, shipped
from chancery.vault import Vault
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR, Actor
from domain.instrument import snapshot

MISSION = "B"
NOW = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
HOLDER = Actor("officer", "p-fp", MISSION)
KEY = f"mission:{MISSION}"
WORDS = "About a line of words, as somebody types them beside a task that is done."
EVIDENCE: tuple[Any, ...] = ({"kind": "minutes", "digest": "ab" * 32, "bytes": 1200, "marking": "limite"},)
_STAFF = (
    ("B-HOM", "head_of_mission", "p-hom"),
    ("B-POL-1", "focal_point", "p-fp"),
    ("B-POL-2", "focal_point_alternate", "p-alt"),
    ("B-POL-3", "political_officer", "p-pol"),
)


def clock() -> ManualClock:
    """It stands still: the desk's own work is measured, not the calendar's."""
    return ManualClock(NOW)


async def adopt(desk: Desk, events: int = 0) -> None:
    """The mission with its calendar and staff, and so many further events in its stream."""
    await desk.submit(
        c.AdoptMission(
            command_id=uuid4(),
            mission=MISSION,
            on="2026-01-01",
            accreditations=(c.Accreditation(code="B-EG", country="EG"),),
            calendar=hostcalendar.seed("EG", "Africa/Cairo", range(2025, 2029)).to_data(),
            calendar_source="host",
            instruments={code: i["version"] for code, i in shipped().items()},
            checksums=dict(checksums()),
        ),
        OPERATOR,
    )
    lines = tuple(
        c.PostLine(
            post=post,
            role=role,
            share_percent=20,
            local_agent=False,
            posting=posting,
            from_day="2024-01-01",
            until=None,
        )
        for post, role, posting in _STAFF
    )
    await desk.submit(c.RecordPosts(command_id=uuid4(), mission=MISSION, lines=lines), OPERATOR)
    first = NOW.date() + timedelta(days=30)
    for number in range(events):
        day = (first + timedelta(days=2 * number)).isoformat()
        await desk.submit(
            c.RecordAbsence(command_id=uuid4(), mission=MISSION, posting="p-pol", from_day=day, until=day),
            OPERATOR,
        )


@cache
def _opening() -> c.OpenObligation:
    chosen = definition("eu-hrd", "COORD-LOCAL")
    assert chosen is not None
    return c.OpenObligation(
        command_id=uuid4(),
        mission=MISSION,
        obligation="o",
        accreditation="B-EG",
        instrument="eu-hrd",
        instrument_version=shipped()["eu-hrd"]["version"],
        definition="COORD-LOCAL",
        definition_data=snapshot(chosen),
        period="2026-05",
        due_day="2026-06-30",
    )


def opening(name: str) -> c.OpenObligation:
    """A recurring duty at work."""
    return _opening().model_copy(update={"obligation": name, "command_id": uuid4()})


async def open_tasks(desk: Desk, prefix: str, count: int) -> list[str]:
    """So many obligations, each with one open task, opened through the desk."""
    names = [f"{prefix}-{number}" for number in range(count)]
    gate = asyncio.Semaphore(256)

    async def one(name: str) -> None:
        async with gate:
            await desk.submit(opening(name), ENGINE_TICK)
            await desk.submit(
                c.OpenTask(command_id=uuid4(), mission=MISSION, obligation=name, step="hold"), ENGINE_TICK
            )

    await asyncio.gather(*(one(name) for name in names))
    return names


async def accept(desk: Desk, names: Sequence[str]) -> None:
    """The holder takes each task; the desk has their streams in memory afterwards."""
    gate = asyncio.Semaphore(256)

    async def one(name: str) -> None:
        async with gate:
            await desk.submit(
                c.AcceptTask(command_id=uuid4(), mission=MISSION, obligation=name, task="hold.1"), HOLDER
            )

    await asyncio.gather(*(one(name) for name in names))


async def complete(desk: Desk, vault: Vault, name: str) -> None:
    """Complete a task with evidence and a note: sealed by the caller, stored with the event."""
    sealed = vault.seal(KEY, "note", WORDS)
    command = c.CompleteTask.model_validate(
        {
            "command_id": uuid4(),
            "mission": MISSION,
            "obligation": name,
            "task": "hold.1",
            "checklist": ("risk_list",),
            "evidence": EVIDENCE,
            "note": sealed.event(),
        }
    )
    await desk.submit(command, HOLDER, [vault.statement([sealed])])
