"""The daily tick: what is owed in a mission is opened once, whatever brings it up; and nothing that is not the mission's own."""

from __future__ import annotations

from datetime import timedelta

from chancery import queries
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.instruments import carried_by, definition, shipped
from chancery.tick import due_now, open_due
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import HEAD, adoption, cid, posts

VERSIONS = {code: one["version"] for code, one in shipped().items()}


async def test_everything_that_is_owed_opens_once(mission: Desk) -> None:
    expected = await due_now(mission, "Q")
    assert await open_due(mission, "Q") == expected != []
    assert (await due_now(mission, "Q"), await open_due(mission, "Q")) == ([], [])
    rows = await queries.obligations(mission.log, mission="Q")
    opened = {(row["instrument"], row["definition"]) for row in rows}
    assert {("eu-hrd", "LIS-ADOPT"), ("eu-hrd", "MEET-ANNUAL"), ("eu-hrd", "MAP")} <= opened
    for instrument, code in opened:
        chosen = definition(instrument, code)
        assert chosen is not None
        assert chosen["scope"] == "mission", f"{code} is headquarters' own"
        assert carried_by(VERSIONS, instrument, code) is None, f"{code} is satisfied by another's task"
    # The control: there are such definitions, and they come round in this time too.
    recurring = {
        (i["code"], d["code"])
        for i in shipped().values()
        for d in i["definition"]
        if d["cadence"]["kind"] != "event"
    }
    assert {d for d in recurring - opened if carried_by(VERSIONS, *d)}
    assert {d for d in recurring - opened if not carried_by(VERSIONS, *d)}


async def test_a_duty_switched_off_is_not_opened_and_switched_on_it_is(desk: Desk) -> None:
    without = adoption().model_copy(update={"switched_off": ("MAP", "BURDEN", "LIS-ADOPT")})
    await desk.submit(without, OPERATOR)
    await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
    await open_due(desk, "Q")
    assert not {"Q-EG:MAP:2026-01", "Q-EG:BURDEN:2026", "Q-EG:LIS-ADOPT:first"} & set(
        await due_now(desk, "Q")
    )
    on = c.SwitchDuty(
        command_id=cid("on"), mission="Q", definition="MAP", on=True, authority="head_of_mission",
        reason="capacity", until="2026-12-31", group="standard",
    )  # fmt: skip
    await desk.submit(on, HEAD)
    assert await due_now(desk, "Q") == ["Q-EG:MAP:2026-01"]


async def test_a_missed_tick_heals_itself(mission: Desk, clock: ManualClock) -> None:
    """Nobody ticked for eight days around a departure: the vacancy and the hand-over are found all the same, once."""
    await open_due(mission, "Q")
    await mission.submit(
        c.EndPosting(command_id=cid("gone"), mission="Q", posting="p-fp", until="2026-05-06"), HEAD
    )
    clock.advance(timedelta(days=8))
    wanted = ["Q-EG:FP-APPOINT:focal_point.2026-05-07", "Q-EG:FP-HANDOVER:p-fp.2026-05-06"]
    assert await open_due(mission, "Q") == wanted
    assert await open_due(mission, "Q") == []
    handover = await mission.obligation(wanted[1])
    assert handover.due_by == "2026-05-20T20:59:59Z", "five working days from the day it was found"


async def test_a_mission_that_is_not_adopted_owes_nothing(desk: Desk) -> None:
    assert (await due_now(desk, "Q"), await open_due(desk, "Q")) == ([], [])
