"""`/rota/sheet`: a sheet of paper for whoever observes: codes, times, boxes to tick, whom to call by post. Nothing sealed.

It is carried into a building where bags are searched: no name, no court, no mission, no title of what is carried out.
"""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from chancery import sitting_list
from chancery.sitting_list import Expected
from chancery.telling import names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.routes.obligation import own_posting
from chancery.web.sane import sane
from chancery.web.visitor import At, Officer
from domain.mission import Mission

router: Final = APIRouter(dependencies=[Depends(sane)])
_CALL: Final = (
    "duty_officer",
    "focal_point",
    "focal_point_alternate",
    "deputy_head_of_mission",
    "head_of_mission",
)
MOST: Final = 2
"""So many sittings of a day stand on one sheet; a further one takes a sheet of its own."""


@router.get("/rota/sheet")
async def sheet(request: Request, at: At, who: Officer, day: str = "") -> Response:
    """The sheet of a day: one's own sittings; a lead's shows all of the mission's. Today's, if no day is given."""
    mission, now = await at.here.desk.mission(who.home.code), at.here.clock.now()
    try:
        asked = date.fromisoformat(day) if day else mission.day(now)
    except ValueError:
        raise NotHere("no-such-page") from None
    found, _ = await sitting_list.expected(at.here.desk, mission.code)
    own = own_posting(who, mission, now)
    rows = [
        _told(one)
        for one in found
        if one.sitting.day == asked.isoformat() and (who.is_lead or own & _goes(one))
    ]
    return render(
        request,
        "sheet.html",
        day=asked,
        sheets=[rows[n : n + MOST] for n in range(0, len(rows), MOST)],
        call=_call(mission, at),
        zone_=mission.clock.zone,
    )


def _goes(one: Expected) -> set[str]:
    a = one.sitting
    claimed = {posting for posting, answer in a.answers.items() if answer != "declined"}
    return {p for p in (a.observer, a.backup, a.support) if p} | claimed


def _told(one: Expected) -> dict[str, Any]:
    """What stands on paper of a sitting: codes, the time, and the lines that its report asks for."""
    state = one.state
    lines: dict[str, str] = {}
    for step in state.definition["step"]:
        if step["bound"] == "after":
            lines |= names.line_titles(state.instrument, state.code, step["code"])
    return {
        "obligation": state.id,
        "sitting": one.sitting.id,
        "starts": one.sitting.starts,
        "whole_day": one.sitting.whole_day,
        "lines": list(lines.values()),
    }


def _call(mission: Mission, at: At) -> list[tuple[str, str]]:
    """Whom to call: (post, role) of those who lead this work and are there today."""
    now = at.here.clock.now()
    return [
        (mission.postings[posting].post, role)
        for role in _CALL
        for posting in mission.holders(role, now)
        if mission.is_present(posting, now)
    ]
