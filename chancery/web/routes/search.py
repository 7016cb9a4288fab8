"""`/search`: to what a code stands for; tasks by date and kind; and words, only within one's own cases.

What is typed freely is sent by POST: a name somebody searches for must stand in no address and in no line of a log.
"""

import re
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chancery import inbox, searching
from chancery.cases import reading
from chancery.cases.listing import Found, openable
from chancery.i18n import tr
from chancery.instruments import shipped
from chancery.searching import CLOCKS, MOST, Clock, Entry, Heard, Wanted
from chancery.telling import clocks, names
from chancery.web.case_access import Shut, place_of, shut_page
from chancery.web.faults import FormFault, NotHere, said
from chancery.web.forms import onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor

router: Final = APIRouter()
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,95}")
_SHORTEST: Final = 3


@router.get("/search")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The forms, and what was found by date and kind, which stand in the address."""
    query = request.query_params
    asked = any(query.get(name) for name in ("definition", "from", "until"))
    try:
        tasks = await _by_date(at, who, request) if asked else None
    except FormFault as problem:
        return await _page(request, at, who, problem=problem)
    return await _page(request, at, who, tasks=tasks)


@router.post("/search")
async def search(request: Request, at: At, who: Officer) -> Response:
    """To what a code stands for; or words, looked for in one's own cases, each of which is recorded as read."""
    form = await sent(request)
    try:
        if form.text("what") == "words":
            return await _words(request, at, who, form.text("words")[: searching.LONGEST])
        typed = form.need("code")
        to = await _where(at, who, typed)
        if to is not None:
            return onward(to)
        part = typed if _CODE.fullmatch(typed) and len(typed) >= _SHORTEST else None
        found = await searching.by_part(at.here.log, part, _missions(who)) if part else []
        if not found:
            raise FormFault(
                code=tr("Nothing that you may see has that code. Names are searched below, by words.")
            )
        return await _page(request, at, who, obligations=found)
    except Shut as shut:
        return shut_page(request, shut)
    except FormFault as problem:
        return await _page(request, at, who, problem=problem, typed=form.typed)


async def _words(request: Request, at: At, who: Visitor, text: str) -> Response:
    if not text.strip():
        raise FormFault(words=tr("This is needed."))
    found = await _own_cases(at, who)
    people = await names.officers(at.here, who.home.postings)
    heard = await searching.in_words(at.here, who.actor, found.cases, text, who.home.clock.zone, people)
    return await _page(request, at, who, heard=heard, typed={"words": [text]})


async def _own_cases(at: At, who: Visitor) -> Found:
    actor = await reading.identified(at.here, who.actor)
    return await openable(at.here, actor, inbox.place(who.home, who.actor.code, at.here.clock.now()))


def _missions(who: Visitor) -> tuple[str, ...] | None:
    """The missions whose work is theirs to see; None for all."""
    return None if who.oversees else (who.home.code,)


async def _where(at: At, who: Visitor, code: str) -> str | None:
    """The address of what a code stands for; None if there is nothing that the visitor may see."""
    if not _CODE.fullmatch(code):
        return None
    if code.isdecimal():
        entry = await searching.by_position(at.here.log, int(code)) if len(code) < 18 else None
        return await _entry(at, who, entry)
    try:
        return await _entry(at, who, await searching.by_command(at.here.log, UUID(code)))
    except ValueError:
        pass
    return (
        await _of_obligation(at, who, code)
        or await _of_case(at, who, code)
        or await _of_sitting(at, who, code)
    )


async def _of_obligation(at: At, who: Visitor, code: str) -> str | None:
    obligation, _, task = code.partition("/")
    state = await at.here.desk.obligation(obligation)
    if not state.version or not who.may_see(state.mission):
        return None
    if task:
        return f"/tasks/{obligation}/{task}" if task in state.tasks else None
    return f"/obligations/{obligation}"


async def _of_case(at: At, who: Visitor, code: str) -> str | None:
    try:
        place = await place_of(at, who, code)
    except NotHere:
        return None
    return f"/cases/{code}" if place.ground != "none" else None


async def _of_sitting(at: At, who: Visitor, code: str) -> str | None:
    entry = await searching.by_sitting(at.here.log, code)
    if entry is None or not await _visible(at, who, entry):
        return None
    return f"/obligations/{entry.stream.partition('/')[2]}"


async def _entry(at: At, who: Visitor, entry: Entry | None) -> str | None:
    return None if entry is None or not await _visible(at, who, entry) else f"/log/{entry.position}"


async def _visible(at: At, who: Visitor, entry: Entry) -> bool:
    kind, _, code = entry.stream.partition("/")
    if kind == "mission":
        return who.may_see(code)
    return kind == "obligation" and who.may_see((await at.here.desk.obligation(code)).mission)


async def _by_date(at: At, who: Visitor, request: Request) -> list[dict[str, Any]]:
    query, mission = request.query_params, who.home
    days: dict[str, date | None] = {}
    for name in ("from", "until"):
        try:
            days[name] = date.fromisoformat(query[name]) if query.get(name) else None
        except ValueError:
            raise FormFault(**{name: tr("Write a day such as 2026-05-05.")}) from None
    first, last = days["from"], days["until"]
    if first is not None and last is not None and last < first:
        raise FormFault(until=tr("The last day lies before the first."))
    clock: Clock = next((one for one in CLOCKS if one == query.get("clock")), "due")
    wanted = Wanted(
        missions=_missions(who),
        definition=query.get("definition") or None,
        clock=clock,
        since=None if first is None else mission.clock.start_of(first),
        before=None if last is None or last == date.max else mission.clock.start_of(last + timedelta(days=1)),
    )
    now = at.here.clock.now()
    return [
        row
        | {
            "title": names.step_title(row["instrument"], row["definition"], row["step"]),
            "about": names.definition_title(row["instrument"], row["definition"]),
            "state": clocks.status_words(row, now),
            "shown": row[clock],
        }
        for row in await searching.by_date(at.here.log, wanted)
    ]


async def _page(
    request: Request, at: At, who: Visitor, *, tasks: list[dict[str, Any]] | None = None,
    obligations: list[dict[str, Any]] | None = None, heard: Heard | None = None, problem: FormFault | None = None,
    typed: dict[str, list[str]] | None = None,
) -> Response:  # fmt: skip
    request.state.position = at.tail.head
    own = await _own_cases(at, who)
    kinds = sorted(
        {
            (d["code"], names.definition_title(i["code"], d["code"]))
            for i in shipped().values()
            for d in i["definition"]
        }
    )
    return render(
        request,
        "search.html",
        status=200 if problem is None else 422,
        choice=dict(request.query_params),
        clocks=CLOCKS,
        kinds=kinds,
        tasks=None if tasks is None else tasks[:MOST],
        more=tasks is not None and len(tasks) > MOST,
        most=MOST,
        obligations=obligations,
        heard=heard,
        own=own,
        typed=typed or {},
        problem=None if problem is None else said(problem),
        wrong=problem.fields if problem is not None else {},
    )
