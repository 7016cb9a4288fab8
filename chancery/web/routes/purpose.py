"""`/purpose`: what staff reports are for, who stated it, how long they are kept; and what job descriptions say of this work.

The data protection officer and the staff committee state it, each for themselves; everybody may read it.
"""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import purposes, workplans
from chancery.i18n import tr
from chancery.telling import course, names
from chancery.telling import dossiers as dossier_sentences
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import command, hand_in, onward, sent
from chancery.web.may import may
from chancery.web.mission_page import Again, asked_for, mission_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.people import back
from chancery.web.routes.review_verbs import words_of
from chancery.web.visitor import At, Officer, Someone, Visitor
from domain import vocabulary
from domain.mission import Mission
from domain.purpose import WHO

router: Final = APIRouter()


@router.get("/purpose")
async def show(request: Request, at: At, who: Someone) -> Response:
    """The statement, as it stands."""
    await receipt_of(request, at)
    return await _page(request, at, who, Again())


@router.post("/purpose")
async def state(request: Request, at: At, who: Officer) -> Response:
    """State it, for one's own role."""
    form = await sent(request)
    try:
        months = form.number("retention_months")
        if months is None or not 1 <= months <= 120:
            raise FormFault(retention_months=tr("Write a whole number of months, 1 to 120."))
        opinion, words = form.need("opinion"), words_of(form, "words")
        if opinion not in vocabulary.OPINIONS:
            raise FormFault(opinion=tr("Choose one of the list."))
        receipt = await purposes.state(at.here, who.actor, form.command_id, months, opinion, words)
    except ANSWERS as problem:
        return await _page(request, at, who, Again(form, problem, "state"))
    return onward("/purpose", receipt)


@router.post("/purpose/withdraw")
async def withdraw(request: Request, at: At, who: Officer) -> Response:
    """Take one's own statement back."""
    form = await sent(request)
    try:
        receipt = await purposes.withdraw(at.here, who.actor, form.command_id, words_of(form, "words"))
    except ANSWERS as problem:
        return await _page(request, at, who, Again(form, problem, "withdraw"))
    return onward("/purpose", receipt)


async def _page(request: Request, at: At, who: Visitor, again: Again) -> Response:
    found = await purposes.stated(at.here)
    held = await names.officers(at.here, course.people(found.events))
    request.state.position = at.tail.head
    return render(
        request,
        "purpose.html",
        status=again.status,
        purpose=found.purpose,
        words=found.words,
        roles=WHO,
        history=[
            {"at": e.at, "position": e.position, "sentence": dossier_sentences.sentence(e, who.zone, held)}
            for e in reversed(found.events)
        ],
        mine=who.role if who.role in WHO and who.posting is not None else None,
        opinions=vocabulary.OPINIONS,
        **again.context(),
    )


# ── what a post's job description says ───────────────────────────────────────────────────────────────────────────


@router.get("/people/posts/{post}")
async def job(request: Request, at: At, who: Someone, post: str) -> Response:
    """A post's job description, as far as it speaks of this work."""
    await receipt_of(request, at)
    return await _job(request, at, who, await mission_of(at, who, asked_for(request)), post, Again())


@router.post("/people/posts/{post}")
async def describe(request: Request, at: At, who: Someone, post: str) -> Response:
    """Set down what the job description says from now on."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        share = form.number("share_percent")
        if share is None or share > 100:
            raise FormFault(share_percent=tr("Write a whole number of percent, 0 to 100."))
        asked = command(
            "DescribeJob", command_id=form.command_id, mission=mission.code, post=post, clause=form.need("clause"),
            share_percent=share, answers_for=tuple(form.many("answers_for")),
        )  # fmt: skip
        known = (await workplans.offered(at.here, mission)).definitions
        if any(one not in known for one in form.many("answers_for")):
            raise FormFault(answers_for=tr("Choose one of the list."))
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _job(request, at, who, mission, post, Again(form, problem, "job"))
    return onward(back(who, mission, f"/people/posts/{post}"), receipt)


async def _job(request: Request, at: At, who: Visitor, mission: Mission, post: str, again: Again) -> Response:
    found = mission.posts.get(post)
    inside = who.is_operator or (who.mission is not None and who.mission.code == mission.code)
    if found is None or (found.support and not inside):
        raise NotHere("no-such-page")
    now = at.here.clock.now()
    offered: dict[str, Any] = {"definitions": (await workplans.offered(at.here, mission)).definitions}
    return render(
        request,
        "job-description.html",
        status=again.status,
        mission=mission,
        post=found,
        may_describe=(who.posting is not None or who.is_operator)
        and may("DescribeJob", who.actor, mission, now),
        back=back(who, mission),
        **offered,
        **again.context(),
    )
