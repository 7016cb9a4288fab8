"""`/cases/…/write/…`: something is written down of a case, by a form made from the entry's own model. Writing opens nothing."""

from typing import Final, get_args

from fastapi import APIRouter, Request, Response

from chancery.cases import record
from chancery.desk import Unknown
from chancery.web.case_access import Shut, may_write, mission_of, place_of, shut_page
from chancery.web.entry_forms import WRITTEN, fields_of, read_entry
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.commands import Entry
from domain.mission import Mission

router: Final = APIRouter()
_ENTRIES: Final = frozenset(get_args(Entry)) & frozenset(WRITTEN)


@router.get("/cases/{case}/write/{entry}")
async def show(request: Request, at: At, who: Officer, case: str, entry: str) -> Response:
    """The form of one entry, for whoever may write: they need not be allowed to read."""
    await receipt_of(request, at)
    try:
        mission = await _mission(at, who, case, entry)
    except Shut as shut:
        return shut_page(request, shut)
    typed = await at.drafts.get(who.account.id, f"case:{case}/{entry}", at.here.clock.now())
    return _page(request, mission, case, entry, typed=typed, drafted=bool(typed))


@router.post("/cases/{case}/write/{entry}")
async def write(request: Request, at: At, who: Officer, case: str, entry: str) -> Response:
    """Seal it and note that something of the kind was written down."""
    form = await sent(request)
    try:
        mission = await _mission(at, who, case, entry)
        try:
            words = read_entry(form, entry, mission.clock.zone)  # type: ignore[arg-type]
            receipt = await record.note(at.here, who.actor, case, entry, words, form.command_id)  # type: ignore[arg-type]
        except ANSWERS as problem:
            return _page(request, mission, case, entry, form=form, problem=problem, typed=form.typed)
        place = await place_of(at, who, case)
    except Shut as shut:
        return shut_page(request, shut)
    await at.drafts.drop(who.account.id, f"case:{case}/{entry}")
    back = f"/cases/{case}" if place.ground == "open" else f"/cases/{case}/write/{entry}"
    return onward(back, receipt)


async def _mission(at: At, who: Visitor, case: str, entry: str) -> Mission:
    mission = await mission_of(at, who, case)
    if entry not in _ENTRIES or not may_write(at, who, mission):
        raise NotHere("no-such-page")
    if at.here.keys.locked(mission.code):
        raise Shut(mission.code)
    return mission


def _page(
    request: Request, mission: Mission, case: str, entry: str, *, form: Sent | None = None,
    problem: Exception | None = None, typed: dict[str, list[str]], drafted: bool = False,
) -> Response:  # fmt: skip
    countries = set(mission.accreditations.values())
    country = countries.pop() if len(countries) == 1 else None
    return render(
        request,
        "case-write.html",
        status=200 if problem is None else 422,
        case=case,
        entry=entry,
        others=[one for one in WRITTEN if one != entry],
        fields=fields_of(entry, country),  # type: ignore[arg-type]
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        typed=typed,
        drafted=drafted,
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
    )
