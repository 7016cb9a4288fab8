"""Headquarters' calendar through real ticks: a session opens what it asks for, once, where it concerns a mission."""

from __future__ import annotations

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.tick import due_now, open_due
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from tests.domain.test_dates import line
from tests.made import adoption, at, cid

DESK = Actor("officer", "p-desk", "HQ")
OPENED = "Q-EG:UPR:upr_session.2026-11-02"


async def test_a_session_of_the_review_opens_its_duty_once(mission: Desk, clock: ManualClock) -> None:
    made = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    await mission.submit(made, OPERATOR)
    person = c.PostLine(
        post="HQ-DESK", role="hq_desk", share_percent=100, local_agent=False, posting="p-desk",
        from_day="2024-01-01", until=None,
    )  # fmt: skip
    await mission.submit(c.RecordPosts(command_id=cid("hq"), mission="HQ", lines=(person,)), OPERATOR)
    set_ = c.SetDates(
        command_id=cid("dates"),
        mission="HQ",
        dates=(line(countries=("EG",)), line(kind="hrc_session", day="2026-09-14", countries=("TN",))),
    )
    await mission.submit(set_, DESK)
    await open_due(mission, "Q")
    clock.set(at("2026-07-04T08:00"))
    assert OPENED not in await due_now(mission, "Q")
    clock.set(at("2026-07-05T08:00"))
    assert OPENED in await open_due(mission, "Q")
    assert OPENED not in await open_due(mission, "Q")
    state = await mission.obligation(OPENED)
    assert state.is_open and state.period == "upr_session.2026-11-02"
    assert state.due_by is not None and state.due_by.startswith("2026-11-02")
    clock.set(at("2026-09-14T08:00"))
    assert not [one for one in await due_now(mission, "Q") if "hrc_session" in one]
