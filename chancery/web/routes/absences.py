"""`/people/absences`: somebody is away, from when to when, and who stands in. No kind is asked and none is kept."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from chancery.absences import check_scope
from chancery.i18n import tr
from chancery.web.faults import ANSWERS, FormFault
from chancery.web.forms import command, hand_in, onward, sent
from chancery.web.mission_page import Again, day_needed, mission_of
from chancery.web.routes.people import back, page
from chancery.web.visitor import At, Someone

router: Final = APIRouter()


@router.post("/people/absences")
async def record(request: Request, at: At, who: Someone) -> Response:
    """Record that somebody is away."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        scope = form.many("scope")
        check_scope(mission, scope)
        first, last = day_needed(form, "from_day"), day_needed(form, "until")
        if date.fromisoformat(last) < date.fromisoformat(first):
            raise FormFault(until=tr("The last day lies before the first."))
        asked = command(
            "RecordAbsence", command_id=form.command_id, mission=mission.code, posting=form.need("posting"),
            from_day=first, until=last, substitute=form.maybe("substitute"), scope=tuple(scope),
        )  # fmt: skip
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await page(request, at, who, mission, Again(form, problem, "absence"))
    return onward(back(who, mission), receipt)


@router.post("/people/absences/{absence}/end")
async def shorten(request: Request, at: At, who: Someone, absence: str) -> Response:
    """Say that an absence ends sooner than was recorded, or did not take place."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        asked = command(
            "EndAbsence", command_id=form.command_id, mission=mission.code, absence=absence,
            until=day_needed(form, "until"),
        )  # fmt: skip
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await page(request, at, who, mission, Again(form, problem, f"absence:{absence}"))
    return onward(back(who, mission), receipt)
