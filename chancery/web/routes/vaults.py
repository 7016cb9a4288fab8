"""`/cases/vault`: a mission's vault closed at need and opened again, and what two people decide to destroy. No case is named."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import queries
from chancery.cases import lock, shred
from chancery.desk import Unknown
from chancery.i18n import tr
from chancery.streams import Receipt
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.mission import Mission
from domain.vocabulary import LOCK_REASONS, UNLOCK_REASONS

router: Final = APIRouter()


@router.get("/cases/vault")
async def show(request: Request, at: At, who: Officer) -> Response:
    """Whether the vault is closed, and what was asked to be destroyed: for who leads, and for headquarters."""
    await receipt_of(request, at)
    mission = await _mission(at, who, request.query_params.get("mission", ""))
    return await _page(request, at, who, mission)


@router.post("/cases/vault/{verb}")
async def do(request: Request, at: At, who: Officer, verb: str) -> Response:
    """Close it, open it, or answer for a destruction."""
    form = await sent(request)
    mission = await _mission(at, who, form.text("mission"))
    if verb not in ("lock", "unlock", "answer"):
        raise NotHere("no-such-page")
    try:
        to, receipt = await _carry_out(at, who, mission, verb, form)
    except ANSWERS as problem:
        return await _page(request, at, who, mission, form=form, problem=problem, verb=verb)
    return onward(to, receipt)


@router.get("/cases/vault/{verb}")
async def back(who: Officer, verb: str) -> Response:
    """Somebody came back to where a form was sent to: to the page with the forms."""
    return onward("/cases/vault")


async def _carry_out(
    at: At, who: Visitor, mission: Mission, verb: str, form: Sent
) -> tuple[str, Receipt | None]:
    here, actor, code = at.here, who.actor, mission.code
    to = f"/cases/vault?mission={code}"
    if verb == "lock":
        return to, await lock.lock(here, actor, code, form.need("reason"), form.command_id)
    if verb == "unlock":
        return to, await lock.unlock(here, actor, code, form.need("reason"), form.command_id)
    request, answer = form.need("request"), form.need("answer")
    if answer not in ("yes", "no"):
        raise FormFault(answer=tr("Choose one of the list."))
    if answer == "yes" and not form.flag("sure"):
        raise FormFault(sure=tr("Tick this first: nothing brings it back."))
    await shred.answer(here, actor, code, request, approved=answer == "yes", request=form.command_id)
    return to, None


async def _mission(at: At, who: Visitor, code: str) -> Mission:
    """The mission whose vault is meant: one's own, or for headquarters any. Raises NotHere."""
    if not (who.is_lead or who.oversees):
        raise NotHere("no-such-page")
    mission = await at.here.desk.mission(code or who.home.code)
    if not mission.version:
        raise NotHere("no-such-page")
    who.check_sees(mission.code)
    return mission


async def _page(
    request: Request, at: At, who: Visitor, mission: Mission, *, form: Sent | None = None,
    problem: Exception | None = None, verb: str = "",
) -> Response:  # fmt: skip
    request.state.position = at.tail.head
    now = at.here.clock.now()
    mission = await at.here.desk.mission(mission.code)
    latched, recorded = await lock.closed(at.here, mission.code)
    asked = list(mission.shreddings.values())
    people = await names.officers(at.here, {one.proposer for one in asked})
    missions = await queries.missions(at.here.log) if who.oversees else []
    rows: list[dict[str, Any]] = [
        {
            "request": one.request,
            "basis": one.basis,
            "by": people.get(one.proposer, one.proposer),
            "status": one.status,
            "own": one.proposer == who.actor.code,
        }
        for one in reversed(asked)
    ]
    return render(
        request,
        "case-vault.html",
        status=200 if problem is None else 422,
        mission=mission,
        missions=[row["code"] for row in missions],
        latched=latched,
        recorded=recorded,
        asked=rows,
        may_lock=may("LockVault", who.actor, mission, now),
        may_unlock=may("UnlockVault", who.actor, mission, now),
        may_answer=may("AnswerShredding", who.actor, mission, now),
        lock_reasons=LOCK_REASONS,
        unlock_reasons=UNLOCK_REASONS,
        verb=verb,
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        typed=form.typed if form is not None else {},
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
    )
