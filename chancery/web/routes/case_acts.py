"""`/cases/…/acts`: what is done with a case now and then. Each form reads its own fields; what it does is in `chancery.cases`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast, get_args

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.cases import merging, proceedings, sharing, shred, vital
from chancery.cases.codes import check_case
from chancery.cases.sharing import SHARING
from chancery.desk import Unknown
from chancery.i18n import tr
from chancery.streams import Receipt
from chancery.telling.case import spoken
from chancery.web.case_access import Place, Shut, place_of, shut_page
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.casework import FIRST, KINDS
from domain.instant import BadInput
from domain.vocabulary import ARRANGEMENTS, SHARED_WITH, SHREDDING_BASES

router: Final = APIRouter()
BASES: Final[tuple[str, ...]] = get_args(vital.Basis)
PROCEEDINGS: Final = frozenset({"TRIAL-OBS", "DETENTION-VISIT"})
"""Definitions of which one obligation may serve several cases."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of this page that was sent."""

    at: At
    who: Visitor
    place: Place
    form: Sent


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done: the command by which the policy is asked, whether it takes a reader, and what does it.

    It gives the address to go on to and the receipt, if there is one.
    """

    command: str
    reads: bool
    do: Callable[[Asked], Awaitable[tuple[str, Receipt | None]]]


async def _share(asked: Asked) -> tuple[str, Receipt | None]:
    form, case = asked.form, asked.place.case
    to = form.need("to")
    receipt, _ = await sharing.disclose(
        asked.at.here, asked.who.actor, case, form.need("kind"), to=to, arrangement=form.need("arrangement"),
        content=form.need("words"), request=form.command_id,
    )  # fmt: skip
    return f"/cases/{case}", receipt


async def _vital(asked: Asked) -> tuple[str, Receipt | None]:
    form, case, basis = asked.form, asked.place.case, asked.form.need("basis")
    if basis not in BASES:
        raise FormFault(basis=tr("Choose one of the list."))
    receipt, consultation = await vital.ask(
        asked.at.here, asked.who.actor, case, form.need("kind"), cast("vital.Basis", basis), words=form.text("words"),
        request=form.command_id,
    )  # fmt: skip
    return f"/cases/vital/{consultation}", receipt


async def _merge(asked: Asked) -> tuple[str, Receipt | None]:
    other = await _other(asked)
    words = asked.form.text("words")
    await merging.merge(
        asked.at.here, asked.who.actor, asked.place.case, other, words=words, request=asked.form.command_id
    )
    return f"/cases/{asked.place.case}", None


async def _separate(asked: Asked) -> tuple[str, Receipt | None]:
    other = await _other(asked)
    words = asked.form.text("words")
    await merging.separate(
        asked.at.here, asked.who.actor, asked.place.case, other, words=words, request=asked.form.command_id
    )
    return f"/cases/{other}", None


async def _other(asked: Asked) -> str:
    """The other code, which must be one that the visitor may open too. Raises FormFault."""
    typed = asked.form.need("other")
    try:
        other = await place_of(asked.at, asked.who, check_case(typed))
    except (NotHere, BadInput):
        raise FormFault(other=tr("This mission has no case of that code.")) from None
    if other.ground != "open":
        raise FormFault(other=tr("This mission has no case of that code."))
    return typed


async def _attach(asked: Asked) -> tuple[str, Receipt | None]:
    case = asked.place.case
    return f"/cases/{case}", await proceedings.attach(
        asked.at.here, asked.who.actor, case, asked.form.need("obligation"), asked.form.command_id
    )


async def _detach(asked: Asked) -> tuple[str, Receipt | None]:
    case = asked.place.case
    return f"/cases/{case}", await proceedings.detach(
        asked.at.here, asked.who.actor, case, asked.form.need("obligation"), asked.form.command_id
    )


async def _shred(asked: Asked) -> tuple[str, Receipt | None]:
    form = asked.form
    await shred.propose(asked.at.here, asked.who.actor, asked.place.case, form.need("basis"), form.command_id)
    return f"/cases/vault?mission={asked.place.mission.code}", None


ACTS: Final[Mapping[str, Act]] = {
    "share": Act("RecordDisclosure", True, _share),
    "vital": Act("ProposeVitalInterest", False, _vital),
    "merge": Act("DetachCase", True, _merge),
    "separate": Act("DetachCase", True, _separate),
    "attach": Act("AttachCase", True, _attach),
    "detach": Act("DetachCase", True, _detach),
    "shred": Act("ProposeShredding", False, _shred),
}
"""Each act of `/cases/…/acts/ACT`. To merge is no command of its own: it takes who leads, as taking a case out does."""


@router.get("/cases/{case}/acts")
@router.get("/cases/{case}/acts/{act}")
async def show(request: Request, at: At, who: Officer, case: str, act: str = "") -> Response:
    """What may be done with this case by this visitor. Nothing of its content is opened."""
    await receipt_of(request, at)
    try:
        place = await place_of(at, who, case)
        return await _page(request, at, who, place, act=act)
    except Shut as shut:
        return shut_page(request, shut)


@router.post("/cases/{case}/acts/{act}")
async def do(request: Request, at: At, who: Officer, case: str, act: str) -> Response:
    """Do it; then show where it led, or why it was refused with what was typed."""
    form = await sent(request)
    try:
        place = await place_of(at, who, case)
        if act not in _offered(at, who, place):
            raise NotHere("no-such-page")
        try:
            to, receipt = await ACTS[act].do(Asked(at, who, place, form))
        except ANSWERS as problem:
            return await _page(request, at, who, place, act=act, form=form, problem=problem)
    except Shut as shut:
        return shut_page(request, shut)
    return onward(to, receipt)


def _offered(at: At, who: Visitor, place: Place) -> set[str]:
    now = at.here.clock.now()
    found = {name for name, one in ACTS.items() if may(one.command, who.actor, place.mission, now)}
    readable = place.ground == "open"
    return {name for name in found if readable or not ACTS[name].reads}


async def _page(
    request: Request, at: At, who: Visitor, place: Place, *, act: str = "", form: Sent | None = None,
    problem: Exception | None = None,
) -> Response:  # fmt: skip
    offered = _offered(at, who, place)
    if not offered:
        raise NotHere("no-such-page")
    serving = {one.id for one in place.known.obligations}
    every = await queries.obligations(at.here.log, mission=place.mission.code, status="open")
    return render(
        request,
        "case-acts.html",
        status=200 if problem is None else 422,
        case=place.case,
        acts=offered,
        act=act,
        kinds=spoken("consent", KINDS),
        sharing=spoken("consent", SHARING),
        partners=[*place.mission.partners, *SHARED_WITH],
        arrangements=ARRANGEMENTS,
        bases=spoken("said", BASES),
        shredding_bases=SHREDDING_BASES,
        proceedings=[one for one in every if one["definition"] in PROCEEDINGS and one["id"] not in serving],
        attached=[one for one, number in place.known.serving if number != FIRST],
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        typed=form.typed if form is not None else {},
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
    )
