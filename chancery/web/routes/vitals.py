"""`/cases/vital/…`: a second person answers for acting without consent. They need not know which case it is."""

from typing import Final

from fastapi import APIRouter, Request, Response

from chancery.cases import vital
from chancery.cases.consent import CONSULT
from chancery.desk import Unknown
from chancery.i18n import tr
from chancery.telling import names
from chancery.web.case_access import Shut, shut_page
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain.deciding.gates import VITAL_HOURS
from domain.obligation import Obligation

router: Final = APIRouter()


@router.get("/cases/vital/{consultation}")
async def show(request: Request, at: At, who: Officer, consultation: str) -> Response:
    """What was asked, on which ground and by whom, and what was answered. No case stands here."""
    await receipt_of(request, at)
    return await _page(request, at, who, await _consultation(at, who, consultation))


@router.post("/cases/vital/{consultation}")
async def answer(request: Request, at: At, who: Officer, consultation: str) -> Response:
    """Approve or refuse, as a second person. Approved, the gate opens for a limited time and is reviewed."""
    form = await sent(request)
    consult = await _consultation(at, who, consultation)
    if at.here.keys.locked(consult.mission):
        return shut_page(request, Shut(consult.mission))
    try:
        given = form.need("answer")
        if given not in ("yes", "no"):
            raise FormFault(answer=tr("Choose one of the list."))
        receipt = await vital.answer(
            at.here,
            who.actor,
            consult.id,
            form.need("kind"),
            approved=given == "yes",
            request=form.command_id,
        )
    except ANSWERS as problem:
        return await _page(request, at, who, consult, form=form, problem=problem)
    return onward(f"/cases/vital/{consultation}", receipt)


async def _consultation(at: At, who: Visitor, id_: str) -> Obligation:
    """The consultation, for whoever may ask or answer there. Raises NotHere."""
    consult = await at.here.desk.obligation(id_)
    if not consult.version or consult.code != CONSULT:
        raise NotHere("no-such-page")
    who.check_sees(consult.mission)
    mission, now = await at.here.desk.mission(consult.mission), at.here.clock.now()
    if not any(
        may(name, who.actor, mission, now) for name in ("AnswerVitalInterest", "ProposeVitalInterest")
    ):
        raise NotHere("no-such-page")
    return consult


async def _page(
    request: Request, at: At, who: Visitor, consult: Obligation, *, form: Sent | None = None,
    problem: Exception | None = None,
) -> Response:  # fmt: skip
    mission = await at.here.desk.mission(consult.mission)
    consult = await at.here.desk.obligation(consult.id)
    asked = list(consult.vital.values())
    people = await names.officers(at.here, {one.proposer for one in asked})
    return render(
        request,
        "case-vital.html",
        status=200 if problem is None else 422,
        consult=consult,
        asked=[
            {
                "kind": one.gate.removeprefix("consent:"),
                "basis": one.basis,
                "by": people.get(one.proposer, one.proposer),
                "approved": one.approved,
                "own": one.proposer == who.actor.code,
            }
            for one in asked
        ],
        hours=VITAL_HOURS,
        may_answer=may("AnswerVitalInterest", who.actor, mission, at.here.clock.now()),
        command_id=form.command_id if form is not None and isinstance(problem, Unknown) else new_id(),
        problem=None if problem is None else said(problem),
    )
