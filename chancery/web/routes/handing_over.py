"""`/people/hand-over`: who leaves and who comes; what would move, to whom, what is refused and why; then the moves, and the signatures.

Three steps, each a page: choose, look, move. The second asks the rules and writes nothing. The third sends one command for
each task, under ids derived from the form's: sent twice, it moves nothing twice. What changed meanwhile is refused and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import handover, queries
from chancery.handover import Move, Moved, Officers
from chancery.i18n import language, tr
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault
from chancery.web.forms import Sent, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, People, mission_of, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.signatures import open_handovers
from chancery.web.visitor import At, Officer, Visitor
from domain.mission import Mission
from domain.vacancies import departures

router: Final = APIRouter()
MOST: Final = 200
"""So many tasks are handed over at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who leaves, who comes, and which tasks only (`OBLIGATION/TASK`), as the address has it."""

    leaver: str | None
    to: str | None
    tasks: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        """Whether there is something to look at."""
        return self.leaver is not None or bool(self.tasks)


@dataclass(slots=True)
class Plan:
    """What would move; of the tasks that were asked for, those that nobody in post holds here or that have ended."""

    moves: list[Move] = field(default_factory=list)
    holders: dict[tuple[str, str], str] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)
    cut: bool = False


@router.get("/people/hand-over")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The choice; or, once it is made, what would come of it."""
    await receipt_of(request, at)
    asked = request.query_params
    choice = Choice(
        asked.get("leaver") or None,
        asked.get("to") or None,
        tuple(t for t in asked.getlist("task") if "/" in t)[:MOST],
    )
    return await _page(request, at, who, choice, Again())


@router.post("/people/hand-over")
async def run(request: Request, at: At, who: Officer) -> Response:
    """Move what was ticked, as it was planned, and say of each what became of it."""
    form = await sent(request)
    mission = await mission_of(at, who, None)
    choice = Choice(form.maybe("leaver"), form.maybe("to"), tuple(form.many("task"))[:MOST])
    try:
        ticked = set(form.many("move"))
        moves = [m for m in await _planned(at, mission, form) if f"{m.obligation}/{m.task}" in ticked]
        if not moves:
            raise FormFault(move=tr("Nothing is ticked, so nothing moves."))
        made = await handover.run(at.here, mission.code, moves, form.command_id, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, choice, Again(form, problem, "run"))
    return await _result(request, at, who, mission, choice, made)


async def _planned(at: At, mission: Mission, form: Sent) -> list[Move]:
    """The moves that the form was shown with: `OBLIGATION/TASK|revision|to`. Raises FormFault on anything else."""
    broken = FormFault(move=tr("This form is not whole; open the page again."))
    found: list[Move] = []
    for line in form.many("planned")[:MOST]:
        name, revision, to = (*line.split("|"), "", "")[:3]
        obligation, _, task = name.rpartition("/")
        if not revision.isdecimal() or len(revision) > 9 or to not in mission.postings:
            raise broken
        state = await at.here.desk.obligation(obligation)
        if state.mission != mission.code or task not in state.tasks:
            raise broken
        due = state.tasks[task].due
        found.append(Move(obligation, task, state.code, due, int(revision), to, None))
    return found


async def _page(request: Request, at: At, who: Visitor, choice: Choice, again: Again) -> Response:
    mission = await mission_of(at, who, None)
    now = at.here.clock.now()
    people = await people_of(at, who, mission)
    leads = may("ReassignTask", who.actor, mission, now)
    request.state.position = at.tail.head
    plan = None
    if choice.made and leads:
        try:
            plan = await _plan(at, who, mission, choice)
        except ANSWERS as problem:
            again = again if again.problem is not None else Again(None, problem)
    holding = {row["posting"] for row in await queries.tasks(at.here.log, mission=mission.code)}
    running = {p for p in mission.postings if mission.runs(p, now)}
    today = mission.day(now)
    leaving = [posting for posting, _ in departures(mission, today)]
    first = choice.leaver or next((p for p in leaving if p in running | holding), "")
    return render(
        request,
        "handover.html",
        status=again.status,
        mission=mission,
        people=people,
        leads=leads,
        choice=choice,
        leaver=first,
        leavers=people.choices((running | holding) & set(mission.postings)),
        comers=people.choices(p.code for p in mission.postings.values() if p.last >= today),
        plan=None if plan is None else await _rows(at, people, plan),
        several=plan is not None and len(set(plan.holders.values())) > 1,
        beyond=[] if plan is None else plan.beyond,
        cut=MOST if plan is not None and plan.cut else 0,
        handovers=await open_handovers(at, who, mission, people),
        **again.context(),
    )


async def _plan(at: At, who: Visitor, mission: Mission, choice: Choice) -> Plan:
    """What would come of a choice. Raises Refused `no-such-posting`."""
    found = Plan()
    wanted: dict[str, set[tuple[str, str]]] = {}
    if choice.tasks:
        for name in dict.fromkeys(choice.tasks):
            obligation, _, task = name.rpartition("/")
            state = await at.here.desk.obligation(obligation)
            held = state.tasks.get(task) if state.version and state.mission == mission.code else None
            if held is None or not held.is_open or held.posting not in mission.postings:
                found.beyond.append(name)
            else:
                wanted.setdefault(held.posting, set()).add((obligation, task))
    elif choice.leaver is not None:
        wanted[choice.leaver] = set()
    for leaver, only in sorted(wanted.items()):
        officers = Officers(mission.code, leaver, choice.to if choice.to != leaver else None)
        for move in await handover.plan(at.here.desk, officers, who.actor):
            if not only or (move.obligation, move.task) in only:
                found.moves.append(move)
                found.holders[move.obligation, move.task] = leaver
    found.moves.sort(key=lambda m: (m.due, m.obligation, m.task))
    found.cut = len(found.moves) > MOST
    del found.moves[MOST:]
    return found


async def _rows(at: At, people: People, plan: Plan) -> list[dict[str, Any]]:
    return [
        await _row(at, people, move)
        | {"holder": people.of(plan.holders[move.obligation, move.task]), "sentence": _sentence(move)}
        for move in plan.moves
    ]


async def _row(at: At, people: People, move: Move) -> dict[str, Any]:
    state = await at.here.desk.obligation(move.obligation)
    step = state.tasks[move.task].step
    return {
        "name": f"{move.obligation}/{move.task}",
        "obligation": move.obligation,
        "title": names.step_title(state.instrument, state.code, step),
        "about": names.definition_title(state.instrument, state.code),
        "due": datetime.fromisoformat(move.due),
        "to": None if move.to is None else people.with_post(move.to),
        "why": move.why,
        "planned": f"{move.obligation}/{move.task}|{move.revision}|{move.to}",
    }


def _sentence(move: Move) -> str | None:
    return None if move.sentence is None else move.sentence[language() == "fr"]


async def _result(
    request: Request, at: At, who: Visitor, mission: Mission, choice: Choice, made: Sequence[Moved]
) -> Response:
    """What became of each. The log has the moves; this page is shown again if it is asked for again, and moves nothing."""
    people = await people_of(at, who, mission)
    request.state.position = at.tail.head
    rows = [
        await _row(at, people, one.move)
        | {
            "receipt": one.receipt,
            "sentence": None if one.refusal is None else one.refusal.sentence(language()),
        }
        for one in made
    ]
    return render(
        request,
        "handover-done.html",
        mission=mission,
        rows=rows,
        moved=sum(one.receipt is not None for one in made),
        choice=choice,
    )
