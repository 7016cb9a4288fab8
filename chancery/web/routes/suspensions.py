"""`/calendar/suspensions`: a Head of Mission stops the mission's work for a while, renews that, ends it; each with what it moves."""

from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery.i18n import tr, word
from chancery.streams import as_event, mission_stream
from chancery.telling.moments import local
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import Sent, command, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, asked_for, mission_of, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.calendar import default_moment
from chancery.web.routes.people import back
from chancery.web.routes.preview import Asked, make, preview
from chancery.web.visitor import At, Someone, Visitor
from domain import commands as c
from domain.envelope import Event
from domain.mission import Mission
from domain.mission_deciding.suspending import SUSPENSION_DAYS
from domain.vocabulary import SUSPENSION_REASONS

router: Final = APIRouter()
_USUAL: Final = timedelta(days=7)
_VERBS: Final = {"declare": "DeclareSuspension", "renew": "RenewSuspension", "lift": "LiftSuspension"}


@router.get("/calendar/suspensions")
async def show(request: Request, at: At, who: Someone) -> Response:
    """Suspensions, the latest first, and the forms for them."""
    await receipt_of(request, at)
    return await _page(request, at, who, await mission_of(at, who, asked_for(request)), Again())


@router.post("/calendar/suspensions/{verb}/preview")
async def look(request: Request, at: At, who: Someone, verb: str) -> Response:
    """What it would move, before it is declared, renewed or lifted."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        return await preview(request, at, who, _asked(verb, form, mission))
    except ANSWERS as problem:
        return await _page(request, at, who, mission, Again(form, problem, _which(verb, form)))


@router.post("/calendar/suspensions/{verb}")
async def do(request: Request, at: At, who: Someone, verb: str) -> Response:
    """Declare, renew or lift it, as it was looked at."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        return await make(request, at, who, _asked(verb, form, mission), form)
    except ANSWERS as problem:
        return await _page(request, at, who, mission, Again(form, problem, _which(verb, form)))


def _which(verb: str, form: Sent) -> str:
    return verb if verb == "declare" else f"{verb}:{form.text('suspension')}"


def _asked(verb: str, form: Sent, mission: Mission) -> Asked:
    """The command of one of the three forms. Raises FormFault, NotHere."""
    if verb not in _VERBS:
        raise NotHere("no-such-page")
    zone = mission.clock.zone

    def moment(name: str) -> datetime:
        found = form.moment(name, zone)
        if found is None:
            raise FormFault(**{name: tr("This is needed.")})
        return found

    fields: dict[str, Any] = {}
    if verb == "declare":
        fields = {"starts": moment("starts"), "ends": moment("ends"), "reason": form.need("reason")}
        said = [
            tr(
                "Work stops from {starts} to {ends}: {reason}.",
                starts=local(fields["starts"], zone), ends=local(fields["ends"], zone), reason=word(fields["reason"]),
            )
        ]  # fmt: skip
        button = tr("Declare the suspension")
    elif verb == "renew":
        fields = {"suspension": form.need("suspension"), "ends": moment("ends")}
        said = [tr("The suspension goes on until {ends}.", ends=local(fields["ends"], zone))]
        button = tr("Renew the suspension")
    else:
        fields = {"suspension": form.need("suspension"), "at": moment("at")}
        said = [tr("The suspension is over since {at}.", at=local(fields["at"], zone))]
        button = tr("Lift the suspension")
    made = command(_VERBS[verb], command_id=form.command_id, mission=mission.code, **fields)
    assert isinstance(made, c.DeclareSuspension | c.RenewSuspension | c.LiftSuspension)
    again = [("mission", mission.code)]
    again += [(k, v.isoformat() if isinstance(v, datetime) else v) for k, v in fields.items()]
    return Asked(made, said, again, f"/calendar/suspensions/{verb}", button)


async def _page(request: Request, at: At, who: Visitor, mission: Mission, again: Again) -> Response:
    now = at.here.clock.now()
    people = await people_of(at, who, mission)
    events = [as_event(e) for e in await at.here.log.read_stream(mission_stream(mission.code))]
    request.state.position = at.tail.head
    found = [
        {
            "code": s.id,
            "starts": s.starts,
            "ends": s.ends,
            "runs": s.starts <= now < s.ends,
            "over": s.ends <= now,
            **_declared(s.id, events),
        }
        for s in reversed(mission.all_suspensions())
    ]
    for one in found:
        one["by"] = people.of(one["by"])
    return render(
        request,
        "suspensions.html",
        status=again.status,
        mission=mission,
        suspensions=found,
        most=SUSPENSION_DAYS,
        reasons=SUSPENSION_REASONS,
        now_=default_moment(mission, now),
        later=default_moment(mission, now + _USUAL),
        longest=default_moment(mission, now + timedelta(days=SUSPENSION_DAYS)),
        verbs={v for v, name in _VERBS.items() if may(name, who.actor, mission, now)},
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
        **again.context(),
    )


def _declared(code: str, events: list[Event]) -> dict[str, Any]:
    """Who declared it and why, and the latest change of it: position, kind and reason stand in the mission's own events."""
    own = [e for e in events if e.data.get("suspension") == code]
    first, last = own[0], own[-1]
    return {
        "reason": first.data["reason"],
        "by": first.by,
        "position": last.position,
        "lifted": last.type == "SuspensionLifted",
    }
