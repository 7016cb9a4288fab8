"""`/cases/…/consent`: what the defender agreed to, kind by kind, and took back. A withdrawal holds at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, get_args

from fastapi import APIRouter, Request, Response

from chancery.cases import consent
from chancery.cases.consent import CONSULT, Wish, gates_of
from chancery.cases.entries import By, Channel, Consent
from chancery.cases.fallen import fallen
from chancery.cases.refusals import CaseRefused
from chancery.desk import Unknown
from chancery.i18n import tr
from chancery.telling.case import spoken
from chancery.web.case_access import Place, Shut, opened, shut_page
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.casework import KINDS
from domain.mission import Mission

router: Final = APIRouter()
BY: Final[tuple[str, ...]] = get_args(By)
CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
EXPLAINED: Final[tuple[str, ...]] = get_args(get_args(Consent.model_fields["explained"].annotation)[0])
COMMAND: Final = "SetGates"
FORMS: Final = ("given", "withdrawn")


@router.get("/cases/{case}/consent")
async def show(request: Request, at: At, who: Officer, case: str) -> Response:
    """Every kind as it stands, and the two forms. What somebody agreed to is about them: seeing it is recorded as a reading."""
    await receipt_of(request, at)
    try:
        place = await _place(at, who, case)
        now = at.here.clock.now()
        typed = {one: await at.drafts.get(who.account.id, f"case:{case}/{one}", now) for one in FORMS}
        return await _page(request, at, who, place, typed=typed, drafted=[one for one in FORMS if typed[one]])
    except Shut as shut:
        return shut_page(request, shut)


@router.post("/cases/{case}/consent/given")
async def given(request: Request, at: At, who: Officer, case: str) -> Response:
    """Record what is agreed to, each kind until a day or until it is taken back."""
    form = await sent(request)
    try:
        place = await _place(at, who, case)
        try:
            kinds = _kinds(form, place.mission, place.mission.day(at.here.clock.now()).isoformat())
            receipts = await consent.agree(at.here, who.actor, case, kinds, _wish(form), form.command_id)
        except ANSWERS as problem:
            return await _page(
                request,
                at,
                who,
                place,
                form=form,
                problem=problem,
                which="given",
                typed={"given": form.typed},
            )
    except Shut as shut:
        return shut_page(request, shut)
    await at.drafts.drop(who.account.id, f"case:{case}/given")
    return onward(f"/cases/{case}/consent", receipts[-1])


@router.post("/cases/{case}/consent/withdrawn")
async def withdrawn(request: Request, at: At, who: Officer, case: str) -> Response:
    """Record what is refused or taken back: what is pending behind it falls with the same entry of the log."""
    form = await sent(request)
    try:
        place = await _place(at, who, case)
        try:
            kinds = form.many("kind")
            receipt = await consent.withdraw(at.here, who.actor, case, kinds, _wish(form), form.command_id)
        except ANSWERS as problem:
            return await _page(
                request,
                at,
                who,
                place,
                form=form,
                problem=problem,
                which="withdrawn",
                typed={"withdrawn": form.typed},
            )
    except Shut as shut:
        return shut_page(request, shut)
    await at.drafts.drop(who.account.id, f"case:{case}/withdrawn")
    return onward(f"/cases/{case}/consent", receipt)


@router.get("/cases/{case}/consent/{which}")
async def back(who: Officer, case: str, which: str) -> Response:
    """Somebody came back to where a form was sent to (the language switch does): to the page with the forms."""
    return onward(f"/cases/{case}/consent")


async def _place(at: At, who: Visitor, case: str) -> Place:
    place = await opened(at, who, case)
    if not may(COMMAND, who.actor, place.mission, at.here.clock.now()):
        raise NotHere("no-such-page")
    return place


def _kinds(form: Sent, mission: Mission, today: str) -> Mapping[str, datetime | None]:
    """Each kind that was ticked and its end: of a day the last instant, by the mission's own clock. Raises FormFault."""
    kinds: dict[str, datetime | None] = {}
    wrong: dict[str, str] = {}
    for kind in form.many("kind"):
        try:
            until = form.day(f"until:{kind}")
        except FormFault as fault:
            wrong |= fault.fields
            continue
        kinds[kind] = mission.clock.end_of(date.fromisoformat(until)) if until else None
        if until and until < today:
            wrong[f"until:{kind}"] = tr("That day has passed.")
    if wrong:
        raise FormFault(**wrong)
    if not kinds:
        raise FormFault(kind=tr("Tick at least one kind of action."))
    return kinds


def _wish(form: Sent) -> Wish:
    by, channel, explained = form.need("by"), form.need("channel"), tuple(form.many("explained"))
    if not form.many("kind"):
        raise FormFault(kind=tr("Tick at least one kind of action."))
    if by not in BY or channel not in CHANNELS or set(explained) - set(EXPLAINED):
        raise FormFault(by=tr("Choose one of the list."))
    return Wish(by, channel, form.text("words"), explained)  # type: ignore[arg-type]


async def _page(
    request: Request, at: At, who: Visitor, place: Place, *, form: Sent | None = None,
    problem: Exception | None = None, which: str = "", typed: Mapping[str, dict[str, list[str]]], drafted: Sequence[str] = (),
) -> Response:  # fmt: skip
    request.state.position = at.tail.head
    try:
        gates = await consent.standing(at.here, who.actor, place.case)
    except CaseRefused as refused:
        if refused.code != "not-consulted":
            raise
        gates = gates_of(None)
    receipt = getattr(request.state, "receipt", None)
    return render(
        request,
        "consent.html",
        status=200 if problem is None else 422,
        case=place.case,
        zone_=place.zone,
        gates=gates,
        asked_at_all=place.known.own(CONSULT) is not None,
        fallen=await fallen(at.here, place.known, receipt["position"]) if receipt else None,
        kinds=KINDS,
        by=BY,
        channels=spoken("said", CHANNELS),
        explained=EXPLAINED,
        which=which,
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        typed={one: typed.get(one, {}) for one in FORMS},
        drafted=drafted,
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
    )
