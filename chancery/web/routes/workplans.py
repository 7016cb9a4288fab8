"""`/workplans`: what an officer and their manager agreed for a period; the edition in force, one that waits, and the record beside it.

A plan is there for its two parties. Heads of the mission see that there is one, and may end it. What the record says beside it is
shown here to the officer alone: their manager reads it in a review, after them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import queries, workplans
from chancery.i18n import language, tr
from chancery.reports import words as report_words
from chancery.reports.regimes import NoReport
from chancery.reports.render import sections
from chancery.reports.staff import staff_report
from chancery.streams import as_event, dossier_stream
from chancery.telling import course, names
from chancery.telling import dossiers as dossier_sentences
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import Sent, command, hand_in, onward, sent
from chancery.web.mission_page import Again, day_needed, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.reviewing import acting_in, postings_of
from chancery.web.visitor import At, Officer, Someone, Visitor
from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.mission import Mission
from domain.refusals import Refused
from domain.workplan import WorkPlan

router: Final = APIRouter()
ROWS: Final = 4
"""Objectives of an empty form; one that is amended has two more than it had."""
MOST: Final = 20
_Form = Mapping[str, Any]


@router.get("/workplans")
async def listed(request: Request, at: At, who: Someone) -> Response:
    """One's own plans, as officer and as manager; for heads which there are in the mission, and no more."""
    await receipt_of(request, at)
    if who.is_operator:
        raise NotHere("no-such-page")
    mine = await postings_of(at, who)
    own = [
        await at.here.desk.dossier("workplan", r["code"])
        for r in await workplans.plans_for(at.here.log, sorted(mine))
    ]
    others = await workplans.plans_for(at.here.log, mission=who.home.code) if who.is_head else []
    known = {plan.code for plan in own}
    return render(
        request,
        "workplans.html",
        own=[(plan, "officer" if plan.posting in mine else "manager", _waits(plan, mine)) for plan in own],
        people=await names.officers(at.here, {p for plan in own for p in (plan.posting, plan.manager)}),
        others=[row for row in others if row["code"] not in known],
        heads=who.is_head,
        may_draft=who.posting is not None,
    )


def _waits(plan: WorkPlan, mine: frozenset[str]) -> bool:
    return any(plan.waits_for(posting) for posting in mine)


@router.get("/workplans/new")
async def new(request: Request, at: At, who: Officer) -> Response:
    """The form: as the officer whose plan it is, or as their manager."""
    return await _new_page(request, at, who, Again())


@router.post("/workplans/new")
async def put_down(request: Request, at: At, who: Officer) -> Response:
    """Put a plan down. It holds once both have agreed to it."""
    form = await sent(request)
    mission = who.home
    try:
        posting, manager = form.need("posting"), form.need("manager")
        for name, code in (("posting", posting), ("manager", manager)):
            if code not in mission.postings:
                raise FormFault(**{name: tr("Choose one of the list.")})
        first, last = (date.fromisoformat(day_needed(form, name)) for name in ("first", "last"))
        objectives = await _objectives(at, form, mission)
        asked = workplans.Draft(mission.code, posting, manager, first, last, objectives)
        receipt = await workplans.draft(at.here, who.actor, asked, form.command_id)
    except ANSWERS as problem:
        return await _new_page(request, at, who, Again(form, problem, "new"))
    return onward(f"/workplans/wp-{form.command_id.hex[:12]}", receipt)


async def _new_page(request: Request, at: At, who: Visitor, again: Again) -> Response:
    mission = who.home
    people = await people_of(at, who, mission)
    today = mission.day(at.here.clock.now())
    running = [p for p in mission.postings.values() if p.covers(today)]
    return render(
        request,
        "workplan-new.html",
        status=again.status,
        choices=people.choices(p.code for p in running),
        own=who.posting["posting"] if who.posting is not None else "",
        first_day=date(today.year, 1, 1),
        last_day=date(today.year, 12, 31),
        rows=_rows(again.form, ()),
        **await _offered(at, mission),
        **again.context(),
    )


@router.get("/workplans/{code}")
async def show(request: Request, at: At, who: Someone, code: str) -> Response:
    """One plan, as the visitor's side sees it."""
    await receipt_of(request, at)
    return await _page(request, at, who, code, Again())


@router.post("/workplans/{code}/{verb}")
async def act(request: Request, at: At, who: Someone, code: str, verb: str) -> Response:
    """Agree to an edition, put another one down, or end the plan."""
    form = await sent(request)
    plan, _, actor = await _stand(at, who, code)
    if actor is None or verb not in ("agree", "amend", "end"):
        raise NotHere("no-such-page")
    said: dict[str, Any] = {"command_id": form.command_id, "mission": plan.mission, "workplan": code}
    try:
        if verb == "agree":
            asked = command("AgreeWorkPlan", edition=form.number("edition"), **said)
        elif verb == "amend":
            mission = await at.here.desk.mission(plan.mission)
            objectives = await _objectives(at, form, mission)
            asked = command("AmendWorkPlan", objectives=objectives, reason=form.need("reason"), **said)
        else:
            asked = command("EndWorkPlan", reason=form.need("reason"), **said)
        receipt = await hand_in(at, asked, actor)
    except ANSWERS as problem:
        return await _page(request, at, who, code, Again(form, problem, verb))
    return onward(f"/workplans/{code}", receipt)


async def _stand(at: At, who: Visitor, code: str) -> tuple[WorkPlan, str, Actor | None]:
    """The plan; as what the visitor takes part (`officer`, `manager`, `head`); and as whom they act. Raises NotHere."""
    try:
        plan = await workplans.plan_of(at.here, code)
    except Refused:
        raise NotHere("no-such-page") from None
    mine = await postings_of(at, who)
    for part, posting in (("officer", plan.posting), ("manager", plan.manager)):
        if posting in mine:
            return plan, part, await acting_in(at, posting)
    if who.is_head and who.home.code == plan.mission:
        return plan, "head", who.actor
    raise NotHere("no-such-page")


async def _page(request: Request, at: At, who: Visitor, code: str, again: Again) -> Response:
    plan, part, actor = await _stand(at, who, code)
    mission = await at.here.desk.mission(plan.mission)
    party = part != "head"
    offered = await _offered(at, mission)
    titles = offered["offered"].definitions
    waits = plan.editions[-1] if not plan.editions[-1].holds else None
    people = await names.officers(at.here, {plan.posting, plan.manager})
    heads = actor is not None and actor.mission == plan.mission and actor.role in _HEADS
    request.state.position = at.tail.head
    return render(
        request,
        "workplan.html",
        status=again.status,
        plan=plan,
        part=part,
        actor=actor,
        people=people,
        zone_of=mission.clock.zone,
        force=plan.in_force if party else None,
        waits=waits if party else None,
        in_words=lambda edition: [workplans.objective_words(one, titles) for one in edition.objectives],
        history=await _history(at, plan, mission, people) if party else [],
        beside=await _beside(at, plan, titles) if part == "officer" else None,
        rows=_rows(again.form if again.which == "amend" else None, plan.editions[-1].objectives),
        may_end=actor is not None and plan.ended is None and (part == "manager" or heads),
        ends=vocabulary.PLAN_ENDS,
        amendments=vocabulary.PLAN_AMENDMENTS,
        **offered,
        **again.context(),
    )


_HEADS: Final = ("deputy_head_of_mission", "head_of_mission")


async def _history(
    at: At, plan: WorkPlan, mission: Mission, people: Mapping[str, str]
) -> list[dict[str, Any]]:
    recorded = await at.here.log.read_stream(dossier_stream("workplan", plan.code))
    events = [as_event(one) for one in recorded]
    held = dict(people) | await names.officers(at.here, course.people(events))
    return [
        {
            "at": e.at,
            "position": e.position,
            "sentence": dossier_sentences.sentence(e, mission.clock.zone, held),
        }
        for e in reversed(events)
    ]


# ── objectives ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _offered(at: At, mission: Mission) -> dict[str, Any]:
    """What an objective can be, in words."""
    known = await workplans.offered(at.here, mission)
    return {"offered": known, "kinds": [(kind, workplans.kind_words(kind)) for kind in workplans.KINDS]}


def _rows(form: Sent | None, known: Sequence[_Form]) -> list[_Form]:
    """The objectives of a form: as typed, else as known, with empty ones after them."""
    if form is not None:
        number = sum(key.startswith("kind-") for key, _ in form.pairs)
        return [
            {
                "kind": form.text(f"kind-{n}"),
                "definitions": form.many(f"definitions-{n}"),
                "regions": form.many(f"regions-{n}"),
                "count": form.text(f"count-{n}"),
            }
            for n in range(1, min(number, MOST) + 1)
        ]
    empty: _Form = {"kind": "", "definitions": (), "regions": (), "count": None}
    return [*known, *[empty] * max(0, min(MOST, max(ROWS, len(known) + 2)) - len(known))]


async def _objectives(at: At, form: Sent, mission: Mission) -> tuple[c.Objective, ...]:
    """The objectives that were filled in. Raises FormFault, Refused, BadInput."""
    made = []
    for n in range(1, MOST + 1):
        kind = form.text(f"kind-{n}")
        if not kind:
            continue
        if kind not in workplans.KINDS:
            raise FormFault(**{f"kind-{n}": tr("Choose one of the list.")})
        count = form.number(f"count-{n}")
        if count is not None and not 1 <= count <= 1000:
            raise FormFault(**{f"count-{n}": tr("Write a whole number.")})
        data = {
            "kind": kind,
            "definitions": tuple(form.many(f"definitions-{n}")),
            "regions": tuple(form.many(f"regions-{n}")) if kind == "regions" else (),
            "count": count if kind == "number" else None,
        }
        try:
            made.append(c.Objective.model_validate(data))
        except ValueError:
            raise FormFault(**{f"kind-{n}": tr("This cannot be used here.")}) from None
    if not made:
        raise FormFault(**{"kind-1": tr("A plan has at least one objective.")})
    workplans.check(made, await workplans.offered(at.here, mission), mission)
    return tuple(made)


# ── the record beside it ─────────────────────────────────────────────────────────────────────────────────────────


async def _beside(at: At, plan: WorkPlan, titles: Mapping[str, str]) -> dict[str, Any] | None:
    """Each objective of the edition in force with the figures that speak of it, each with the items behind its number."""
    rows = await queries.postings_by_code(at.here.log, [plan.posting])
    first, last = date.fromisoformat(plan.first), date.fromisoformat(plan.last)
    regime = None
    for row in rows:
        held = (await at.here.desk.mission(row["mission"])).postings.get(plan.posting)
        regime = held.appraisal if held is not None else None
    try:
        data = (
            await staff_report(at.here.log, plan.posting, [plan.posting], first, last, regime=regime)
        ).data()
    except NoReport:
        return None
    found = next((one for one in data["plan"] if one["workplan"] == plan.code), None)
    if found is None or not found["objectives"]:
        return None
    said = {
        (part.name, tuple(entry.positions)): entry
        for part in sections(data, language())
        for entry in part.entries
    }
    objectives = []
    for one in found["objectives"]:
        figures = [
            {
                "title": report_words.word(r["figure"], language()),
                "count": r["count"],
                "items": [
                    (said.get((r["figure"], tuple(item["positions"]))), item["positions"])
                    for item in r["items"]
                ],
            }
            for r in one["record"]
        ]
        objectives.append(
            {
                "asked": workplans.objective_words(one, titles),
                "figures": figures,
                "with_entry": one.get("with_entry"),
                "without_entry": one.get("without_entry"),
            }
        )
    return {
        "position": data["log"]["position"],
        "first": found["first"],
        "last": found["last"],
        "objectives": objectives,
    }
