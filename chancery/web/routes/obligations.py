"""`/obligations`: what is at work in a mission, the soonest due first; and putting a definition to work by hand."""

import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from chancery import listing, opening
from chancery.i18n import language, tr, word
from chancery.instruments import shipped
from chancery.listing import GROUPS, STATUSES, Status, Wanted
from chancery.web.faults import ANSWERS, FormFault
from chancery.web.forms import Sent, hand_in, onward, sent
from chancery.web.knowing import reading_of, then_of
from chancery.web.may import may
from chancery.web.mission_page import Again, asked_for, mission_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.obligation import router as single
from chancery.web.sane import sane
from chancery.web.visitor import At, Officer, Visitor
from domain.mission import Mission

router: Final = APIRouter(dependencies=[Depends(sane)])
_PERIOD: Final = re.compile(r"20[0-9]{2}(-(0[1-9]|1[0-2]))?")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,120}")


@router.get("/obligations")
async def show(request: Request, at: At, who: Officer) -> Response:
    """A page of obligations. The address holds the whole choice."""
    asked = request.query_params
    mission = await mission_of(at, who, asked_for(request))
    seen = await reading_of(request, at)
    wanted = _wanted(request, mission.code)
    found, following = await listing.page(seen, wanted)
    await receipt_of(request, at)
    request.state.position = seen.position
    choice = {k: v for k, v in asked.items() if k not in ("after", "done") and v}
    now = at.here.clock.now()
    return render(
        request,
        "obligations.html",
        mission=mission,
        rows=found,
        wanted=wanted,
        choice=choice,
        then=then_of(seen),
        filtered=bool(set(choice) - {"mission"}),
        following=None
        if following is None
        else urlencode(choice | {"after": f"{following[0].isoformat()}|{following[1]}"}),
        statuses=[(one, _said(one)) for one in STATUSES],
        groups=[(one, word(one)) for one in GROUPS],
        instruments=_instruments(mission),
        definitions=[
            (one["code"], f"{one['code']} · {one['title'][language()]}")
            for _, one in listing.definitions(tuple(mission.instruments))
        ],
        missions=[row["code"] for row in await seen.missions()] if who.oversees or who.is_operator else [],
        now=seen.at,
        may_open=then_of(seen) is None and _may_open(who, mission, now),
        saved=await at.views.of(who.account.id, "obligations", mission.code),
    )


@router.get("/obligations/open")
async def form_to_open(request: Request, at: At, who: Officer) -> Response:
    """What can be put to work by hand."""
    return await _opening(request, at, who, Again())


@router.post("/obligations/open")
async def open_one(request: Request, at: At, who: Officer) -> Response:
    """Put a definition to work; then show it."""
    form = await sent(request)
    try:
        command = await opening.opening(at.here.desk, _wish(form, who.home), form.command_id)
        receipt = await hand_in(at, command, who.actor)
    except ANSWERS as problem:
        return await _opening(request, at, who, Again(form, problem))
    return onward(f"/obligations/{command.obligation}", receipt)


async def _opening(request: Request, at: At, who: Visitor, again: Again) -> Response:
    mission = await at.here.desk.mission(who.home.code)
    offered = [
        (f"{instrument}:{one['code']}", f"{one['title'][language()]} · {one['code']}")
        for instrument, one in opening.on_offer(mission)
    ]
    return render(
        request,
        "obligation-open.html",
        status=again.status,
        mission=mission,
        offered=sorted(offered, key=lambda pair: pair[1]),
        places=sorted(mission.accreditations.items()),
        may_open=_may_open(who, mission, at.here.clock.now()),
        **again.context(),
    )


def _wish(form: Sent, mission: Mission) -> opening.Wish:
    """What a form asks to open. Raises FormFault: what is chosen comes from lists, since a code typed freely can be a name."""
    instrument, colon, definition = form.need("what").partition(":")
    if not colon or (instrument, definition) not in {
        (text, one["code"]) for text, one in opening.on_offer(mission)
    }:
        raise FormFault(what=tr("Choose one of the list."))
    period, place = form.maybe("period"), form.maybe("accreditation")
    if period is not None and not _PERIOD.fullmatch(period):
        raise FormFault(period=tr("Write a year such as 2026, or a month such as 2026-05."))
    if place is not None and place not in mission.accreditations:
        raise FormFault(accreditation=tr("Choose one of the list."))
    due = form.day("due")
    return opening.Wish(
        mission=mission.code,
        definition=definition,
        instrument=instrument,
        accreditation=place,
        period=period,
        due=due,
        occurrence=opening.IMMEDIATE if form.flag("immediate") else "1",
    )


def _may_open(who: Visitor, mission: Mission, now: datetime) -> bool:
    return who.home.code == mission.code and may("OpenObligation", who.actor, mission, now)


def _wanted(request: Request, mission: str) -> Wanted:
    asked = request.query_params
    status: Status = next((one for one in STATUSES if one == asked.get("status")), "open")
    group = asked.get("group")
    return Wanted(
        mission=mission,
        status=status,
        definition=_code(asked.get("definition")),
        instrument=_code(asked.get("instrument")),
        group=group if group in GROUPS else None,
        period=_code(asked.get("period")),
        accreditation=_code(asked.get("accreditation")),
        after=_after(asked.get("after", "")),
    )


def _code(given: str | None) -> str | None:
    return given if given and _ID.fullmatch(given) else None


def _after(given: str) -> tuple[datetime, str] | None:
    due, bar, id_ = given.partition("|")
    try:
        at = datetime.fromisoformat(due)
    except ValueError:
        return None
    return (at, id_) if bar and at.tzinfo is not None and _ID.fullmatch(id_) else None


def _said(status: Status) -> str:
    return {"open": tr("at work"), "closed": tr("ended"), "all": tr("all")}[status]


def _instruments(mission: Mission) -> list[tuple[str, str]]:
    texts: dict[str, Any] = dict(shipped())
    return [
        (code, texts[code]["title"][language()] if code in texts else code)
        for code in sorted(mission.instruments)
    ]


router.include_router(single)
