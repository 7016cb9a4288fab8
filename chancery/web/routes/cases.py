"""`/cases`: those that the visitor may open, and a case as its reader sees it. Whoever opens one is recorded first."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import inbox
from chancery.cases import mechanisms, reading, record
from chancery.cases.codes import partner_code
from chancery.cases.consent import CONSULT, gates_of
from chancery.cases.entries import Risk
from chancery.cases.listing import listed, openable
from chancery.cases.record import History, Known
from chancery.cases.refusals import CaseRefused
from chancery.i18n import language
from chancery.telling import names
from chancery.telling.case import told
from chancery.web.case_access import Place, Shut, may_write, place_of, shut_page
from chancery.web.entry_forms import WRITTEN
from chancery.web.faults import NotHere, said
from chancery.web.forms import sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.mission import Mission

router: Final = APIRouter()
PAGE: Final = 50
UNREAD: Final = ("ProposeVitalInterest", "ProposeShredding")
"""What may be asked for a case without opening it."""
RARE: Final = (*UNREAD, "RecordDisclosure", "AttachCase")


@router.get("/cases")
async def show_list(request: Request, at: At, who: Officer) -> Response:
    """The cases that are theirs to open. Nothing about anybody is opened: that comes with the case itself."""
    now = at.here.clock.now()
    actor = await reading.identified(at.here, who.actor)
    found = await openable(at.here, actor, inbox.place(who.home, who.actor.code, now))
    every = await listed(at.here, found.cases)
    show = request.query_params.get("show", "open")
    chosen = [one for one in every if one.is_open] if show == "open" else every
    first = max(0, _number(request.query_params.get("from", "0")))
    return render(
        request,
        "cases.html",
        cases=chosen[first : first + PAGE],
        following=first + PAGE if len(chosen) > first + PAGE else None,
        show="open" if show == "open" else "all",
        counts={"open": sum(one.is_open for one in every), "all": len(every)},
        locked=found.locked,
        may_vault=who.is_lead or who.oversees,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0


@router.get("/cases/{case}")
async def show_case(request: Request, at: At, who: Officer, case: str) -> Response:
    """One case: at once for who holds or leads it; others are asked for their reason first."""
    await receipt_of(request, at)
    try:
        place = await place_of(at, who, case)
        if place.ground == "none":
            raise NotHere("no-such-page")
        if place.ground == "reason":
            return _ask_reason(request, at, who, place)
        return await _page(request, at, who, place, None)
    except Shut as shut:
        return shut_page(request, shut)


@router.post("/cases/{case}")
async def open_case(request: Request, at: At, who: Officer, case: str) -> Response:
    """Open a case with a reason, which is recorded with the reading, before anything is opened."""
    form = await sent(request)
    try:
        place = await place_of(at, who, case)
        if place.ground == "none":
            raise NotHere("no-such-page")
        if place.ground == "reason" and form.text("reason") not in reading.REASONS:
            problem = CaseRefused("reason-to-read", codes=", ".join(reading.REASONS))
            return _ask_reason(request, at, who, place, problem)
        return await _page(request, at, who, place, form.text("reason"))
    except Shut as shut:
        return shut_page(request, shut)


def _ask_reason(
    request: Request, at: At, who: Visitor, place: Place, problem: Exception | None = None
) -> Response:
    now = at.here.clock.now()
    return render(
        request,
        "case-ground.html",
        status=200 if problem is None else 422,
        place=place,
        reasons=reading.REASONS,
        may_act=any(may(name, who.actor, place.mission, now) for name in UNREAD),
        problem=None if problem is None else said(problem),
    )


async def _page(request: Request, at: At, who: Visitor, place: Place, reason: str | None) -> Response:
    """The case, opened; the reading is recorded by `record.history` before it opens anything."""
    request.state.position = at.tail.head
    history = await record.history(at.here, who.actor, place.case, reason)
    mission, zone, now = place.mission, place.zone, at.here.clock.now()
    readers = await _readers(at, who, place.case)
    people = await names.officers(
        at.here, {line.by for line in history.lines} | {row.reader for row in readers or ()}
    )
    entries = [one for line in history.lines if (one := told(line, zone, people)) is not None]
    consult = place.known.own(CONSULT)
    return render(
        request,
        "case.html",
        place=place,
        case=place.case,
        history=history,
        zone_=zone,
        entries=entries,
        of=lambda entry: [one for one in entries if one.entry == entry],
        gates=gates_of(consult),
        asked_at_all=consult is not None,
        risks=_risks(history),
        options=_options(history, mission),
        shared=_shared(at, place.known),
        readers=readers,
        people=people,
        writes=WRITTEN if may_write(at, who, mission) else (),
        may_consent=may("SetGates", who.actor, mission, now),
        may_more=any(may(name, who.actor, mission, now) for name in RARE),
    )


def _risks(history: History) -> list[Risk]:
    """The last judgement for each: the defender, and people near them by role."""
    last: dict[str, Risk] = {}
    for line in history.of("risk"):
        if line.refusal is None:
            one = Risk.model_validate(line.content)
            last[one.role or one.whom] = one
    return sorted(last.values(), key=lambda one: one.whom != "defender")


def _options(history: History, mission: Mission) -> list[dict[str, Any]]:
    """What could protect the case, formal before informal, each with what became of it."""
    countries = {mission.accreditations.get(one.accreditation) for one in history.serving}
    country = countries.pop() if len(countries) == 1 else None
    noted = [(x.content["mechanism"], x.content["status"]) for x in history.of("option") if x.content]
    return [
        {
            "code": one.code,
            "title": one.title.fr if language() == "fr" else one.title.en,
            "arena": one.arena,
            "level": one.level,
            "consent": one.consent,
            "status": status,
        }
        for one, status in mechanisms.checklist(noted, country)
    ]


def _shared(at: At, known: Known) -> list[dict[str, Any]]:
    """What was shared, with whom and behind what; and the code by which each of them knows the case."""
    consult = known.own(CONSULT)
    if consult is None:
        return []
    return [
        {
            "to": one.to,
            "arrangement": one.arrangement,
            "gate": one.gate,
            "stands": consult.gates.get(one.gate, False),
            "code": partner_code(at.here.vault, known.case, one.to),
        }
        for one in consult.disclosures
    ]


async def _readers(at: At, who: Visitor, case: str) -> list[reading.Reading] | None:
    """Who has read it, for those who may know that; None for the others."""
    try:
        return await reading.readings(at.here, who.actor, case)
    except CaseRefused:
        return None
