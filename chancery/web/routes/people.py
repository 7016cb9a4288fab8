"""`/people`: the mission's posts, who is in them, who is away and who stands in, what stands vacant, who leaves soon."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery.absences import duties
from chancery.telling import names
from chancery.web.faults import ANSWERS
from chancery.web.forms import command, hand_in, onward, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, People, asked_for, day_needed, mission_of, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Someone, Visitor
from domain.mission import Mission, Posting
from domain.vacancies import vacancies

router: Final = APIRouter()
SOON: Final = timedelta(days=60)
"""A posting that ends within this time stands under those who leave soon."""
_NO_END: Final = date.max.year


@router.get("/people")
async def show(request: Request, at: At, who: Someone) -> Response:
    """The directory of a mission."""
    await receipt_of(request, at)
    return await page(request, at, who, await mission_of(at, who, asked_for(request)), Again())


@router.post("/people/postings/{posting}/end")
async def end_posting(request: Request, at: At, who: Someone, posting: str) -> Response:
    """Say which day is a posting's last."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        asked = command(
            "EndPosting", command_id=form.command_id, mission=mission.code, posting=posting,
            until=day_needed(form, "until"),
        )  # fmt: skip
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await page(request, at, who, mission, Again(form, problem, f"posting:{posting}"))
    return onward(back(who, mission), receipt)


def back(who: Visitor, mission: Mission, to: str = "/people") -> str:
    """The page of that mission: the address names it where it is not the visitor's own."""
    own = who.mission is not None and who.mission.code == mission.code
    return to if own else f"{to}?mission={mission.code}"


async def page(request: Request, at: At, who: Visitor, mission: Mission, again: Again) -> Response:
    """The directory; after a refusal with what was typed."""
    now = at.here.clock.now()
    today = mission.day(now)
    people = await people_of(at, who, mission)
    present = [p for p in mission.postings if mission.runs(p, now)]
    to_come = [p for p in mission.postings.values() if p.last >= today]
    request.state.position = at.tail.head
    return render(
        request,
        "people.html",
        status=again.status,
        mission=mission,
        people=people,
        today=today,
        posts=_posts(mission, people, now),
        gone=_gone(mission, people, today),
        vacancies=vacancies(mission, today) if mission.adopted_on else [],
        leaving=_leaving(to_come, mission, people, today),
        away=_away(mission, people, today),
        may_record=_may("RecordAbsence", who, mission, now),
        may_shorten=_may("EndAbsence", who, mission, now),
        may_end=_may("EndPosting", who, mission, now),
        may_hand_over=_may("ReassignTask", who, mission, now),
        choices=people.choices(p.code for p in to_come),
        substitutes=people.choices(present),
        duties=[(code, names.definition_title(i, code)) for i, code in duties(mission)],
        own=back(who, mission) == "/people",
        **again.context(),
    )


def _may(name: str, who: Visitor, mission: Mission, now: datetime) -> bool:
    return (who.posting is not None or who.is_operator) and may(name, who.actor, mission, now)


def _posts(mission: Mission, people: People, now: datetime) -> list[dict[str, Any]]:
    """Every post with whoever is in it or comes to it; outsiders learn of a local agent's post that there is one, no more."""
    today = mission.day(now)
    made = []
    for post in sorted(mission.posts.values(), key=lambda p: p.code):
        held = sorted((p for p in mission.postings.values() if p.post == post.code), key=lambda p: p.first)
        holders = [_holder(p, mission, people, now) for p in held if p.last >= today]
        hidden = post.support and not people.inside
        made.append(
            {
                "code": None if hidden else post.code,
                "role": post.role,
                "share": None if hidden else post.share_percent,
                "holders": [] if hidden else holders,
                "hidden": hidden,
            }
        )
    return made


def _holder(posting: Posting, mission: Mission, people: People, now: datetime) -> dict[str, Any]:
    absence = mission.absence_of(posting.code, now)
    substitute = mission.substitute_for(posting.code, now) if absence else None
    return {
        "posting": posting.code,
        "who": people.of(posting.code),
        "first": posting.first,
        "last": None if posting.last.year == _NO_END else posting.last,
        "state": "in_post" if mission.runs(posting.code, now) else "comes",
        "away_until": absence.last if absence else None,
        "substitute": people.of(substitute) if substitute else None,
    }


def _gone(mission: Mission, people: People, today: date) -> list[dict[str, Any]]:
    """Who has left, the latest first. Of local agents outsiders are told nothing."""
    left = [
        p
        for p in mission.postings.values()
        if p.last < today and (people.inside or not mission.is_local_agent(p.code))
    ]
    return [
        {"who": people.of(p.code), "post": p.post, "first": p.first, "last": p.last}
        for p in sorted(left, key=lambda p: (p.last, p.post), reverse=True)
    ]


def _leaving(to_come: Sequence[Posting], mission: Mission, people: People, today: date) -> list[Posting]:
    """Whose posting ends soon, the next first. Of local agents outsiders are told nothing."""
    told = [p for p in to_come if people.inside or not mission.is_local_agent(p.code)]
    return sorted((p for p in told if p.last <= today + SOON), key=lambda p: (p.last, p.post))


def _away(mission: Mission, people: People, today: date) -> Sequence[dict[str, Any]]:
    """Absences that run or are to come; those recorded and then taken back are none."""
    found = [a for a in mission.absences.values() if today <= a.last and a.first <= a.last]
    return [
        {
            "code": a.code,
            "who": people.of(a.posting),
            "first": a.first,
            "last": a.last,
            "runs": a.first <= today,
            "substitute": people.of(a.substitute) if a.substitute else None,
            "scope": a.scope,
        }
        for a in sorted(found, key=lambda a: (a.first, a.code))
        if people.inside or not mission.is_local_agent(a.posting)
    ]
