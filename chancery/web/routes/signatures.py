"""`/people/hand-over/sign`: both sides of a hand-over sign for the same list, and whoever takes over says what they query."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import handover, queries
from chancery.handover import DEFINITION, Officers, Side
from chancery.i18n import tr
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault, said
from chancery.web.forms import hand_in, onward, sent
from chancery.web.may import may
from chancery.web.mission_page import People, mission_of
from chancery.web.pages import problem_page
from chancery.web.visitor import At, Officer, Visitor
from domain.mission import Mission
from domain.vacancies import posting_of

router: Final = APIRouter()
_SIDES: Final[dict[str, Side]] = {"out": "out", "in": "in"}


@router.post("/people/hand-over/sign")
async def sign(request: Request, at: At, who: Officer) -> Response:
    """Sign one side."""
    form = await sent(request)
    mission = await mission_of(at, who, None)
    try:
        side = _SIDES.get(form.text("side"))
        if side is None:
            raise FormFault(side=tr("Choose one of the list."))
        officers = Officers(mission.code, form.need("leaver"))
        asked = await handover.signature(at.here.desk, officers, side, form.many("query"), form.command_id)
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return problem_page(request, 422, *said(problem))
    return onward("/people/hand-over", receipt)


async def open_handovers(at: At, who: Visitor, mission: Mission, people: People) -> list[dict[str, Any]]:
    """Every hand-over that is open in the mission: who leaves, who signed, for what, and which side is this visitor's to sign."""
    rows = await queries.obligations(at.here.log, mission=mission.code, status="open", definition=DEFINITION)
    may_sign = may("SignHandover", who.actor, mission, at.here.clock.now())
    me = who.posting["posting"] if who.posting is not None else ""
    found: list[dict[str, Any]] = []
    for row in rows:
        state = await at.here.desk.obligation(row["id"])
        leaver = posting_of(str(row["period"]))
        out = state.signed.get("out")
        theirs = me == leaver or (who.is_lead and not mission.runs(leaver, at.here.clock.now()))
        items = state.handed.get("out", ())
        found.append(
            {
                "obligation": state.id,
                "leaver": leaver,
                "who": people.of(leaver),
                "last": str(row["period"]).partition(".")[2],
                "handed_by": None if out is None else people.of(out),
                "taken_by": None if "in" not in state.signed else people.of(state.signed["in"]),
                "listed": [
                    {
                        "code": code,
                        "title": await _title(at, code),
                        "queried": code in state.queried.get("in", ()),
                    }
                    for code in items
                ],
                "sign_out": may_sign and out is None and theirs,
                "sign_in": may_sign and out is not None and "in" not in state.signed and out != me,
            }
        )
    return found


async def _title(at: At, obligation: str) -> str:
    state = await at.here.desk.obligation(obligation)
    return names.definition_title(state.instrument, state.code)
