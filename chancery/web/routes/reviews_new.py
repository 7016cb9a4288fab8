"""`/reviews/new`: whose record is reviewed, by whom, who answers, for which days. The report is drawn up when it is sent."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import queries, reviews, workplans
from chancery.i18n import tr, word
from chancery.reports.regimes import NoReport
from chancery.telling import names
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import onward, sent
from chancery.web.mission_page import Again, asked_for, day_needed, mission_of, people_of
from chancery.web.pages import render
from chancery.web.routes.review_verbs import chosen
from chancery.web.routes.reviews import reviewer_choices
from chancery.web.visitor import At, Officer, Visitor
from domain.commands import PURPOSE
from domain.mission import Mission

router: Final = APIRouter()


@router.get("/reviews/new")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The form; heads of a mission, and headquarters' human-rights section, open reviews."""
    return await _page(request, at, await _mission(at, who, asked_for(request)), Again())


@router.post("/reviews/new")
async def open_one(request: Request, at: At, who: Officer) -> Response:
    """Draw the report up as known now, and open the review on it."""
    form = await sent(request)
    mission = await _mission(at, who, form.maybe("mission"))
    try:
        first, last = (date.fromisoformat(day_needed(form, name)) for name in ("first", "last"))
        if last < first:
            raise FormFault(last=tr("The last day lies before the first."))
        officer = form.need("officer")
        if officer not in mission.postings:
            raise FormFault(officer=tr("Choose one of the list."))
        known = dict(await reviewer_choices(at, mission))
        manager, second = (chosen(form, name, known)[0] for name in ("manager", "second"))
        plans = tuple(
            sorted({one["plan"].code for one in await _plans(at, mission)} & set(form.many("workplan")))
        )
        asked = reviews.Opening(
            mission.code, officer, manager, second, first, last, form.maybe("regime"), plans,
        )  # fmt: skip
        receipt = await reviews.open_review(
            at.here, who.actor, asked, form.command_id, at.here.settings.checkpoints
        )
    except NoReport as problem:
        return await _page(request, at, mission, Again(form, FormFault(**_about(problem)), "new"))
    except ANSWERS as problem:
        return await _page(request, at, mission, Again(form, problem, "new"))
    return onward("/reviews", receipt)


def _about(problem: NoReport) -> dict[str, str]:
    """Beside which field a report that cannot be drawn up is said, and how."""
    match problem.code:
        case "report.no-appraisal":
            return {"officer": tr("That posting is under no appraisal, so no record is drawn up of it.")}
        case "report.regimes":
            return {"regime": tr("They are appraised under several regimes; write under which one.")}
        case "report.no-such-regime":
            return {"regime": tr("They are not appraised under that regime in this period.")}
        case _:
            return {"officer": tr("The log has nothing of that posting to draw a report from.")}


async def _mission(at: At, who: Visitor, asked: str | None) -> Mission:
    if not (who.is_head or who.role == "hq_human_rights"):
        raise NotHere("no-such-page")
    return await mission_of(at, who, asked)


async def _page(request: Request, at: At, mission: Mission, again: Again) -> Response:
    now = at.here.clock.now()
    who: Visitor = request.state.visitor
    today = mission.day(now)
    postings = [p for p in mission.postings.values() if p.first <= today]
    people = await people_of(at, who, mission)
    purpose = await at.here.desk.dossier("purpose", PURPOSE)
    request.state.position = at.tail.head
    return render(
        request,
        "review-new.html",
        status=again.status,
        mission=mission,
        missions=[row["code"] for row in await queries.missions(at.here.log)] if who.oversees else [],
        officers=people.choices(p.code for p in postings if p.last >= date(today.year - 1, 1, 1)),
        reviewers=await reviewer_choices(at, mission),
        plans=await _plans(at, mission),
        purpose=purpose,
        missing=", ".join(word(role) for role in purpose.missing),
        year_ago=date(today.year - 1, 1, 1),
        last_day=date(today.year - 1, 12, 31),
        **again.context(),
    )


async def _plans(at: At, mission: Mission) -> list[dict[str, Any]]:
    """The mission's plans, by code, whose and for which days."""
    found = await workplans.plans_for(at.here.log, mission=mission.code)
    plans = [await at.here.desk.dossier("workplan", row["code"]) for row in found]
    officers = await names.officers(at.here, {plan.posting for plan in plans})
    return [{"plan": plan, "officer": officers.get(plan.posting, plan.posting)} for plan in plans]
