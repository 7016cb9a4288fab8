"""`/capture`: an alert or a contact, taken down in under a minute; who it is about stays in the vault, a code comes back."""

from datetime import datetime
from typing import Any, Final, get_args
from uuid import UUID, uuid5

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.cases import intake
from chancery.cases.codes import key_of
from chancery.cases.entries import Channel
from chancery.cases.opening import INSTRUMENT
from chancery.cases.record import HOMES, Known
from chancery.desk import Unknown
from chancery.i18n import tr
from chancery.instruments import definition
from chancery.keystore import VaultLocked
from chancery.sealing import VaultError
from chancery.streams import as_event, obligation_stream
from chancery.telling.case import spoken
from chancery.telling.terms import term_words
from chancery.web import case_access
from chancery.web.case_access import Place, Shut, shut_page
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor
from domain import deadline
from domain.instant import BadInput
from domain.mission import Mission
from domain.term import Term

router: Final = APIRouter()
CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
KINDS: Final = ("alert", "contact")
_FIRST: Final = (intake.INTAKE, intake.URGENT, intake.KILLING)
"""The definitions that open with what is taken down here."""


@router.get("/capture")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The form, and nothing else: it must come over a poor line."""
    typed = await at.drafts.get(who.account.id, "capture", at.here.clock.now())
    return _page(request, at, who, "capture.html", typed=typed, drafted=bool(typed))


@router.post("/capture")
async def take(request: Request, at: At, who: Officer) -> Response:
    """Take it down: a code and a key are made, the intake opens, the words are sealed."""
    form = await sent(request)
    try:
        case = await _take(at, who, form)
    except ANSWERS as problem:
        return _page(request, at, who, "capture.html", form=form, problem=problem, typed=form.typed)
    await at.drafts.drop(who.account.id, "capture")
    return await _onward(at, who, case, form.command_id)


async def _take(at: At, who: Visitor, form: Sent) -> str:
    mission = who.home
    kind, words = form.need("kind"), form.need("words")
    urgent = {"yes": True, "no": False}.get(form.need("urgent"))
    channel = form.maybe("channel") or "other"
    if kind not in KINDS or urgent is None or channel not in CHANNELS:
        wrong = {"kind": kind in KINDS, "urgent": urgent is not None, "channel": channel in CHANNELS}
        raise FormFault(**{name: tr("Choose one of the list.") for name, good in wrong.items() if not good})
    when = _when(at, form, mission)
    case = _case_of(at, form, mission)
    taken: dict[str, Any] = {"kind": kind, "words": words, "channel": channel, "when": when}
    made, _ = await intake.receive(
        at.here, who.actor, mission.code, urgent=urgent, record=taken, request=form.command_id, case=case
    )
    return made


async def _onward(at: At, who: Visitor, case: str, request: UUID) -> Response:
    """To the page with the code; whoever only wrote to a case that others opened gets their receipt and no more."""
    place = await case_access.place_of(at, who, case)
    if place.ground == "open" or await _took_it_down(at, who, place.known):
        return onward(f"/capture/{case}")
    for one in place.known.obligations:
        seen = await at.here.log.event_of_command(obligation_stream(one.id), uuid5(request, "alert"))
        if seen is not None:
            return onward(f"/cases/{case}/write/note", done=seen.position)
    return onward("/capture")


def _when(at: At, form: Sent, mission: Mission) -> datetime:
    """When it reached us: as typed, else now. What lies ahead cannot have."""
    now = at.here.clock.now()
    when = form.moment("when", mission.clock.zone)
    if when is not None and when > now:
        raise FormFault(when=tr("That lies ahead. Write when it reached us."))
    return when or now


def _case_of(at: At, form: Sent, mission: Mission) -> str | None:
    """A code that the case has already, if one was typed: only one of this mission's."""
    typed = form.maybe("case")
    if typed is None:
        return None
    try:
        if at.here.keys.mission_of(key_of(typed)) == mission.code:
            return typed
    except VaultLocked:
        raise
    except (VaultError, BadInput):
        pass
    raise FormFault(case=tr("This mission has no case of that code. Leave it empty to make a new one."))


@router.get("/capture/killing")
async def show_killing(request: Request, at: At, who: Officer) -> Response:
    """Somebody was killed: a short form of its own, since nothing may link it to the case that was."""
    typed = await at.drafts.get(who.account.id, "capture:killing", at.here.clock.now())
    return _page(request, at, who, "capture-killing.html", typed=typed, drafted=bool(typed))


@router.post("/capture/killing")
async def take_killing(request: Request, at: At, who: Officer) -> Response:
    """Open what follows a killing, under a new code."""
    form = await sent(request)
    try:
        taken = {"words": form.need("words"), "when": _when(at, form, who.home)}
        case, _ = await intake.unlinked(
            at.here, who.actor, who.home.code, record=taken, request=form.command_id
        )
    except ANSWERS as problem:
        return _page(request, at, who, "capture-killing.html", form=form, problem=problem, typed=form.typed)
    await at.drafts.drop(who.account.id, "capture:killing")
    return onward(f"/capture/{case}")


def _page(
    request: Request, at: At, who: Visitor, template: str, *, form: Sent | None = None,
    problem: Exception | None = None, typed: dict[str, list[str]], drafted: bool = False,
) -> Response:  # fmt: skip
    if who.oversees:
        raise NotHere("no-such-page")
    mission = who.home
    return render(
        request,
        template,
        status=200 if problem is None else 422,
        may_take=case_access.may_take_down(at, who, mission),
        locked=at.here.keys.locked(mission.code),
        channels=spoken("said", CHANNELS),
        terms={code: _first_term(at, mission, code) for code in _FIRST},
        # Where it is not known whether it was carried out, the same id is sent again: it is carried out once.
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        typed=typed,
        drafted=drafted,
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
    )


def _first_term(at: At, mission: Mission, code: str) -> str:
    """The time that the first step of a definition has here, in words."""
    found = definition(INSTRUMENT, code, mission.instruments.get(INSTRUMENT, ""))
    if found is None:
        return ""
    step = found["step"][0]
    local = mission.local_terms_for(code, mission.day(at.here.clock.now()))
    term, _ = local.get(step["code"], (step["term"], ""))
    return term_words(term)


@router.get("/capture/{case}")
async def received(request: Request, at: At, who: Officer, case: str) -> Response:
    """The code, what opened, and by when the details are due. Nothing of what was written is opened here."""
    try:
        place = await case_access.place_of(at, who, case)
    except Shut as shut:
        return shut_page(request, shut)
    if place.ground != "open" and not await _took_it_down(at, who, place.known):
        raise NotHere("no-such-page")
    request.state.position = at.tail.head
    serving = place.known.obligations
    tasks = [row for one in serving for row in await queries.tasks(at.here.log, obligation=one.id)]
    return render(
        request,
        "capture-received.html",
        case=case,
        place=place,
        serving=sorted(serving, key=lambda one: (one.opened, one.id)),
        tasks=tasks,
        expected=[] if tasks else _expected(place),
        readable=place.ground == "open",
    )


async def _took_it_down(at: At, who: Visitor, found: Known) -> bool:
    """Whether this case's intake, still open, was opened by the visitor: whoever took it down sees the code again."""
    for code in HOMES:
        home = found.own(code)
        if home is not None and home.is_open:
            (first, *_) = await at.here.log.read_stream(obligation_stream(home.id))
            return as_event(first).by == who.actor.code
    return False


def _expected(place: Place) -> list[tuple[str, str, datetime]]:
    """Definition, step and due instant of each first task that is about to open: reckoned as it will be."""
    found = []
    for one in place.known.obligations:
        if one.is_open and one.code in _FIRST and not one.tasks:
            step = one.definition["step"][0]
            starts = datetime.fromisoformat(one.opened)
            due = deadline.compute(
                Term.parse(step["term"]),
                starts,
                place.mission.clock,
                suspensions=place.mission.all_suspensions(),
            )
            found.append((one.code, str(step["code"]), due.due_at))
    return found
