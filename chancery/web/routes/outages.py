"""`/calendar/outages`: a time in which nothing could be entered, said afterwards; what was entered late after it, confirmed together."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import late_entries
from chancery.i18n import language, tr
from chancery.late_entries import Late
from chancery.office import send
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import command, hand_in, onward, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, People, asked_for, mission_of, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.calendar import default_moment
from chancery.web.routes.people import back
from chancery.web.visitor import At, Someone, Visitor
from domain.mission import Mission
from domain.refusals import Refused

router: Final = APIRouter()


@router.get("/calendar/outages")
async def show(request: Request, at: At, who: Someone) -> Response:
    """Outages, the latest first, each with what waits to be confirmed."""
    await receipt_of(request, at)
    return await _page(request, at, who, await mission_of(at, who, asked_for(request)), Again())


@router.post("/calendar/outages")
async def declare(request: Request, at: At, who: Someone) -> Response:
    """Say from when to when nothing could be entered."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    zone = mission.clock.zone
    try:
        span = {name: form.moment(name, zone) for name in ("starts", "ends")}
        missing = {name: tr("This is needed.") for name, value in span.items() if value is None}
        if missing:
            raise FormFault(**missing)
        asked = command("DeclareOutage", command_id=form.command_id, mission=mission.code, **span)
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, mission, Again(form, problem, "declare"))
    return onward(back(who, mission, "/calendar/outages"), receipt)


@router.post("/calendar/outages/{outage}/confirm")
async def confirm(request: Request, at: At, who: Someone, outage: str) -> Response:
    """Confirm what was ticked, each by a command of its own; what is refused (one's own entry) is said."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    if outage not in mission.outages:
        raise NotHere("no-such-page")
    ticked = set(form.many("entry"))
    try:
        if not ticked:
            raise FormFault(entry=tr("Nothing is ticked, so nothing is confirmed."))
        # Those confirmed by this very form count as well: sent twice, it says the same and does nothing.
        late = await late_entries.waiting(at.here.desk, mission, outage, answered=True)
        chosen = [one for one in late if one.name in ticked]
        asked = late_entries.confirmations(mission.code, chosen, form.command_id, confirmed=True)
        answers: list[dict[str, Any]] = []
        for one, each in zip(chosen, asked, strict=True):
            said, position = None, 0
            try:
                position = (await send(at.here, each, who.actor)).position
            except Refused as refusal:
                said = refusal.sentence(language())
            answers.append(
                _row(one, await people_of(at, who, mission)) | {"said": said, "position": position}
            )
    except ANSWERS as problem:
        return await _page(request, at, who, mission, Again(form, problem, outage))
    request.state.position = at.tail.head
    return render(
        request,
        "outage-confirmed.html",
        mission=mission,
        answers=answers,
        done=sum(a["said"] is None for a in answers),
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
    )


def _row(one: Late, people: People) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": names.step_title(one.instrument, one.definition, one.step),
        "about": names.definition_title(one.instrument, one.definition),
        "who": people.of(one.posting),
        "happened": one.happened,
        "entered": one.entered,
    }


async def _page(request: Request, at: At, who: Visitor, mission: Mission, again: Again) -> Response:
    now = at.here.clock.now()
    people = await people_of(at, who, mission)
    late = await late_entries.waiting(at.here.desk, mission)
    request.state.position = at.tail.head
    found = [
        {
            "code": o.code,
            "starts": o.starts,
            "ends": o.ends,
            "late": [_row(one, people) for one in late if o.covers(one.happened)],
        }
        for o in sorted(mission.outages.values(), key=lambda o: (o.starts, o.code), reverse=True)
    ]
    return render(
        request,
        "outages.html",
        status=again.status,
        mission=mission,
        outages=found,
        now_=default_moment(mission, now),
        may_declare=may("DeclareOutage", who.actor, mission, now),
        may_confirm=who.is_lead and back(who, mission) == "/people",
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
        **again.context(),
    )
