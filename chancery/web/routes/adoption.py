"""`/adoption`: a mission begins with Chancery in a week: what is done, what is not yet, and where it is done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from chancery import adopting, local_rules, queries
from chancery.credentials import INVITED_FOR, Credentials
from chancery.i18n import tr
from chancery.telling import names
from chancery.tick import Foreseen
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import hand_in, onward, sent
from chancery.web.house import House
from chancery.web.may import may
from chancery.web.mission_page import Again, day_needed
from chancery.web.pages import receipt_of, render
from chancery.web.routes import adoption_new
from chancery.web.sane import sane
from chancery.web.visitor import At, Someone, Visitor
from domain import vocabulary
from domain.mission import Mission

router: Final = APIRouter(dependencies=[Depends(sane)])
router.include_router(adoption_new.router)


@router.get("/adoption")
async def show(request: Request, at: At, who: Someone) -> Response:
    """Every mission, for whoever runs the installation; their own, for who leads in one."""
    if not who.is_operator:
        _check(who, who.home.code)
        return onward(f"/adoption/missions/{who.home.code}")
    request.state.position = at.tail.head
    return render(request, "adoption.html", missions=await queries.missions(at.here.log))


@router.get("/adoption/missions/{code}")
async def one(request: Request, at: At, who: Someone, code: str) -> Response:
    """How far one mission is."""
    await receipt_of(request, at)
    return await _page(request, at, who, await _mission(at, who, code), Again())


@router.post("/adoption/missions/{code}/duty")
async def switch(request: Request, at: At, who: Someone, code: str) -> Response:
    """Switch a standard or optional duty on or off until a day."""
    form = await sent(request)
    mission = await _mission(at, who, code)
    try:
        definition = form.need("definition")
        asked = await local_rules.switching(
            at.here.desk,
            mission.code,
            definition,
            on=form.need("turn") == "on",
            authority=form.need("authority"),
            reason=form.need("reason"),
            until=day_needed(form, "until"),
            command_id=form.command_id,
        )
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, mission, Again(form, problem, "duty"))
    return onward(f"/adoption/missions/{mission.code}", receipt)


@router.post("/adoption/missions/{code}/invite")
async def invite(request: Request, at: At, who: Someone, code: str) -> Response:
    """An address where an officer in post chooses a password and a second factor; shown once, to whoever runs the installation."""
    form = await sent(request)
    mission = await _mission(at, who, code)
    if not who.is_operator or at.here.settings.oidc_issuer is not None:
        raise NotHere("no-such-page")
    standing = await adopting.standing(at.here, at.accounts, mission)
    officer = form.text("officer")
    if officer not in standing.shut_out:
        wrong = FormFault(officer=tr("Choose one of the list."))
        return await _page(request, at, who, mission, Again(form, wrong, "invite"))
    invitation, until = await Credentials(at.accounts).invite(officer, at.here.clock.now())
    return render(
        request, "adoption-invited.html", mission=mission, officer=officer, until=until,
        address=f"{at.origin}/enrol/{invitation}", hours=int(INVITED_FOR.total_seconds() // 3600),
    )  # fmt: skip


def _alike(coming: Sequence[Foreseen]) -> list[tuple[Foreseen, int]]:
    """What opens of one definition on one day, for several people or countries, stands once, with how often."""
    counted = Counter(replace(one, period="") for one in coming)
    return list(counted.items())


def _check(who: Visitor, code: str) -> None:
    """Whoever runs the installation, and who leads in the mission. Raises NotHere."""
    own = who.mission is not None and who.mission.code == code and who.is_lead
    if not (own or who.is_operator):
        raise NotHere("no-such-page")


async def _mission(at: House, who: Visitor, code: str) -> Mission:
    _check(who, code)
    found = await at.here.desk.mission(code)
    if not found.version:
        raise NotHere("no-such-page")
    return found


async def _page(request: Request, at: House, who: Visitor, mission: Mission, again: Again) -> Response:
    now = at.here.clock.now()
    standing = await adopting.standing(at.here, at.accounts, mission)
    request.state.position = at.tail.head
    may_switch = not who.is_operator and may("SwitchDuty", who.actor, mission, now)
    return render(
        request,
        "adoption-mission.html",
        status=again.status,
        mission=mission,
        s=standing,
        states=standing.states,
        coming=_alike(standing.coming),
        ahead=adopting.AHEAD,
        more="" if who.mission is not None else f"?mission={mission.code}",
        titled=names.definition_title,
        switchable=[
            (d.code, f"{d.code} · {names.definition_title(d.instrument, d.code)}")
            for d in standing.duties
            if d.group != "core"
        ],
        may_switch=may_switch,
        officers=[(officer, officer) for officer in standing.shut_out],
        may_invite=who.is_operator and at.here.settings.oidc_issuer is None,
        provider=at.here.settings.oidc_issuer is not None,
        authorities=vocabulary.AUTHORITIES,
        reasons=vocabulary.LOCAL_REASONS,
        **again.context(),
    )
