"""`/rota`: coming sittings, who was asked and who goes; and who leads where. What a case is about never shows."""

import re
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from chancery import sharing, sitting_list
from chancery.asof import reading
from chancery.i18n import tr
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault
from chancery.web.forms import Sent, command, hand_in, new_id, onward, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, People, asked_for, mission_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.obligation import own_posting, sittings_of
from chancery.web.routes.sitting_verbs import OUTCOMES, VERBS
from chancery.web.sane import sane
from chancery.web.visitor import At, Officer, Visitor
from domain.deciding.sittings import may_be_told
from domain.mission import Mission
from domain.vocabulary import ROTA_REASONS

router: Final = APIRouter(dependencies=[Depends(sane)])
_AREA: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")


@router.get("/rota")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The rota of a mission."""
    return await _page(request, at, who, Again())


@router.post("/rota/allocate")
async def allocate(request: Request, at: At, who: Officer) -> Response:
    """Say who leads for an area, and who stands in."""
    form = await sent(request)
    mission = await at.here.desk.mission(who.home.code)
    try:
        places = {mission.code, *mission.partners}
        lead, backup = form.need("lead"), form.maybe("backup")
        if lead not in places:
            raise FormFault(lead=tr("Choose one of the list."))
        if backup is not None and backup not in places:
            raise FormFault(backup=tr("Choose one of the list."))
        asked = command(
            "RecordAllocation",
            command_id=form.command_id,
            mission=mission.code,
            obligation=form.need("obligation"),
            area=_area(form.need("area"), "area"),
            lead=lead,
            backup=backup,
        )
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, Again(form, problem, "allocate"))
    return onward("/rota", receipt)


@router.post("/rota/coverage")
async def cover(request: Request, at: At, who: Officer) -> Response:
    """Say which regions and groups are reached, and which are not."""
    form = await sent(request)
    try:
        asked = command(
            "RecordCoverage",
            command_id=form.command_id,
            mission=who.home.code,
            obligation=form.need("obligation"),
            reached=_areas(form, "reached"),
            not_reached=_areas(form, "not_reached"),
        )
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, Again(form, problem, "coverage"))
    return onward("/rota", receipt)


def _areas(form: Sent, name: str) -> tuple[str, ...]:
    return tuple(_area(code, name) for code in re.split(r"[,\s]+", form.text(name)) if code)


def _area(code: str, field: str) -> str:
    if not _AREA.fullmatch(code):
        raise FormFault(**{field: tr("Write codes such as upper-egypt: small letters, digits and hyphens.")})
    return code


async def _page(request: Request, at: At, who: Visitor, again: Again) -> Response:
    mission = await mission_of(at, who, asked_for(request))
    now = at.here.clock.now()
    await receipt_of(request, at)
    request.state.position = at.tail.head
    found, cut = await sitting_list.expected(at.here.desk, mission.code)
    officers = await names.officers(at.here, set(mission.postings))
    people = People(mission, inside=who.home.code == mission.code, officers=officers)
    held = {posting: people.of(posting) for posting in mission.postings}
    own = own_posting(who, mission, now)
    rows: list[dict[str, Any]] = []
    told: dict[str, dict[str, dict[str, Any]]] = {}
    for one in found:
        state = one.state
        if state.id not in told:
            told[state.id] = {s["id"]: s for s in sittings_of(state, mission, held, now)}
        rows.append(
            {
                "obligation": state.id,
                "title": names.definition_title(state.instrument, state.code),
                "sitting": told[state.id][one.sitting.id],
                "verbs": _verbs(who, mission, now, state),
                "partners": bool(mission.partners) and may_be_told(state),
                "partner": one.sitting.observer in mission.partners,
            }
        )
    shared = await sharing.shared(await reading(at.here.desk), mission.code)
    at_home = who.home.code == mission.code
    return render(
        request,
        "rota.html",
        status=again.status,
        mission=mission,
        rows=rows,
        cut=cut,
        most=sitting_list.MOST,
        own=own,
        shared=shared,
        places=[(code, code) for code in (mission.code, *mission.partners)],
        pairs=lambda codes: [(code, code) for code in codes],
        may_allocate=at_home and may("RecordAllocation", who.actor, mission, now),
        may_cover=at_home and may("RecordCoverage", who.actor, mission, now),
        outcomes=OUTCOMES,
        decline_reasons=ROTA_REASONS,
        days=sorted({one.sitting.day for one in found}),
        fresh=new_id,
        **again.context(),
    )


def _verbs(who: Visitor, mission: Mission, now: Any, state: Any) -> set[str]:
    return {
        n for n in ("held", "offer", "claim", "decline") if may(VERBS[n][0], who.actor, mission, now, state)
    }
