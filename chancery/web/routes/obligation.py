"""`/obligations/…`: what is asked by which paragraph, its tasks and sittings, its course in sentences, what may be done."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chancery.asof import Now, Reading
from chancery.i18n import language
from chancery.instruments import definition as shipped
from chancery.sitting_list import takes_days
from chancery.telling import clocks, course, names
from chancery.telling.obligation import data_of
from chancery.web import timeline
from chancery.web.faults import ANSWERS, NotHere
from chancery.web.forms import hand_in, new_id, onward, sent
from chancery.web.knowing import reading_of, then_of
from chancery.web.may import may
from chancery.web.mission_page import Again, People
from chancery.web.pages import receipt_of, render
from chancery.web.routes.sitting_verbs import OUTCOMES, VERBS, Asked
from chancery.web.sane import sane
from chancery.web.visitor import At, Officer, Visitor
from domain import commands as c
from domain.deciding.gates import gates_of
from domain.deciding.sittings import offer_rota
from domain.envelope import ENGINE_WORKFLOW
from domain.events import New
from domain.kinds import instant
from domain.mission import Mission
from domain.obligation import Appointment, Obligation
from domain.vocabulary import PROCEEDING_CAUSES, ROTA_REASONS

router: Final = APIRouter(dependencies=[Depends(sane)])
_SHOWN: Final = 40
"""So many of the latest entries are shown at once; the rest behind them."""


@router.get("/obligations/{id_}")
async def show(request: Request, at: At, who: Officer, id_: str) -> Response:
    """One obligation, now or as known then."""
    await receipt_of(request, at)
    return await _page(request, at, who, id_, await reading_of(request, at), Again())


@router.post("/obligations/{id_}/{verb}")
async def do(request: Request, at: At, who: Officer, id_: str, verb: str) -> Response:
    """Do something with it; then go back to where the form stood, or show why it was refused, with what was typed."""
    form = await sent(request)
    seen = await reading_of(request, at)
    state, mission = await _found(seen, who, id_)
    if verb not in VERBS or not isinstance(seen, Now):
        raise NotHere("no-such-page")
    try:
        command = await VERBS[verb][1](at, Asked(form, state, mission))
        receipt = await hand_in(at, command, who.actor)
    except ANSWERS as problem:
        which = f"{verb}:{form.text('sitting') or form.text('gate')}"
        return await _page(request, at, who, id_, seen, Again(form, problem, which))
    return onward(form.text("back") or f"/obligations/{id_}", receipt)


async def _found(seen: Reading, who: Visitor, id_: str) -> tuple[Obligation, Mission]:
    state = await seen.obligation(id_)
    if not state.version:
        raise NotHere("no-such-page")
    who.check_sees(state.mission)
    return state, await seen.mission(state.mission)


async def _page(request: Request, at: At, who: Visitor, id_: str, seen: Reading, again: Again) -> Response:
    state, mission = await _found(seen, who, id_)
    events, now = await seen.events(id_), seen.at
    officers = await names.officers(at.here, course.people(events) | set(mission.postings))
    people = People(mission, inside=who.home.code == mission.code, officers=officers)
    held = {posting: people.of(posting) for posting in {*officers, *mission.postings}}
    data = data_of(state, mission, held)
    request.state.position = seen.position
    then = then_of(seen)
    titles = {task["id"].rpartition("/")[2]: task["title"] for task in data["tasks"]}
    known = shipped(state.instrument, state.code)
    at_work = then is None and state.is_open
    verbs = {
        n for n, (command, _) in VERBS.items() if at_work and may(command, who.actor, mission, now, state)
    }
    return render(
        request,
        "obligation.html",
        status=again.status,
        state=state,
        data=data,
        mission=mission,
        stated=known["stated"][language()] if known else "",
        group=known["group"] if known else "",
        then=then,
        now=now,
        tasks=_tasks(state, mission, data, held, now),
        picture=timeline.of(state, mission, titles, now if state.closed is None else None),
        suspensions=timeline.suspensions(state, mission, now),
        sittings=sittings_of(state, mission, held, now),
        has_sittings=bool(state.appointments) or takes_days(state.definition),
        gates=[(gate, state.gates.get(gate)) for gate in gates_of(state)],
        lines=course.lines(events, mission.clock.zone, held, titles),
        shown=_SHOWN,
        verbs=verbs,
        own=own_posting(who, mission, now),
        outcomes=OUTCOMES,
        causes=PROCEEDING_CAUSES,
        decline_reasons=ROTA_REASONS,
        fresh=new_id,
        **again.context(),
    )


def own_posting(who: Visitor, mission: Mission, now: datetime) -> set[str]:
    """As whom this visitor can answer an offer: for themselves, or for an absent one on whose behalf they act."""
    if who.posting is None or who.home.code != mission.code:
        return set()
    own = str(who.posting["posting"])
    away = {p for p in mission.postings if p != own and mission.substitute_for(p, now) == own}
    return {own} | away


def sittings_of(
    state: Obligation, mission: Mission, held: dict[str, str], now: datetime
) -> list[dict[str, Any]]:
    """The sittings in time order, with who was asked and what each answered; never where, nor about whom."""
    return [
        _sitting(a, held, now) | {"askable": bool(_offer(a, state, mission, now))} for a in state.sittings()
    ]


def _offer(a: Appointment, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """What offering it now would record: nothing where everybody who may go was asked."""
    ask = c.OfferRota(command_id=UUID(int=0), mission=mission.code, obligation=state.id, appointment=a.id)
    return offer_rota(ask, state, mission, now, ENGINE_WORKFLOW)


def _sitting(a: Appointment, held: dict[str, str], now: datetime) -> dict[str, Any]:
    def name(posting: str | None) -> str:
        return held.get(posting, posting) if posting else ""

    return {
        "id": a.id,
        "starts": a.starts,
        "day": a.day,
        "whole_day": a.whole_day,
        "status": a.status,
        "outcome": a.outcome,
        "begun": instant(a.starts) <= now,
        "observer": name(a.observer),
        "backup": name(a.backup),
        "support": name(a.support),
        "claimed": next((name(p) for p, said in a.answers.items() if said == "observer"), ""),
        "people": {p for p in (a.observer, a.backup, a.support) if p},
        "offered": set(a.offered),
        "answered": set(a.answers),
        "answers": [(name(p), said) for p, said in a.answers.items()],
        "silent": [name(p) for p in a.offered if p not in a.answers],
    }


def _tasks(
    state: Obligation, mission: Mission, data: dict[str, Any], held: dict[str, str], now: datetime
) -> list[dict[str, Any]]:
    found = []
    for number, (task, told) in enumerate(zip(state.tasks.values(), data["tasks"], strict=True), start=1):
        row = {
            "term": task.deadline["term"], "due": instant(task.due), "opened": instant(task.opened), "status": task.status,
            "outcome": task.outcome, "timing": task.timing, "accepted": task.accepted, "not_met": task.not_met,
            "waiting": task.wait.party if task.wait else None,
        }  # fmt: skip
        more: dict[str, Any] = {"left": None, "pressure": "ended"}
        if task.is_open:
            more = {
                "left": clocks.left(row, mission.clock, now),
                "pressure": clocks.pressure(row, mission.clock, now),
            }
        found.append(
            told
            | {
                "number": number,
                "opened": task.opened,
                "original_due": task.original_due,
                "ended": task.ended,
                "state": clocks.status_words(row, now),
                "waits": [(w.starts, w.ends, w.party) for w in task.waits],
                "appointment": task.appointment,
            }
            | more
        )
    return found
