"""What is done in a review, one form each: open, comment, contest, answer, have it made again, sign, name another reviewer, call it off."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import reviews
from chancery.i18n import tr
from chancery.streams import Receipt
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import Sent, command, hand_in, onward, sent
from chancery.web.mission_page import Again
from chancery.web.reviewing import Stand, stand_of
from chancery.web.routes.reviews import contest_page, page, reviewer_choices
from chancery.web.visitor import At, Someone
from domain.envelope import Actor

router: Final = APIRouter()
_NUMBERS: Final = re.compile(r"[\s,]+")
_Verb = Callable[[At, Stand, Actor, Sent], Awaitable[Receipt]]


@router.post("/reviews/{code}/{verb}")
async def act(request: Request, at: At, who: Someone, code: str, verb: str) -> Response:
    """Do it, and back to the review."""
    form = await sent(request)
    stand = await stand_of(at, who, code)
    done = _VERBS.get(verb)
    if done is None or stand.actor is None:
        raise NotHere("no-such-page")
    try:
        receipt = await done(at, stand, stand.actor, form)
    except ANSWERS as problem:
        which = f"answer:{form.text('contest')}" if verb == "answer" else verb
        if verb == "contest":
            return contest_page(request, stand, Again(form, problem, which))
        return await page(request, at, await stand_of(at, who, code), Again(form, problem, which))
    return onward(f"/reviews/{code}", receipt)


async def _send(at: At, stand: Stand, actor: Actor, form: Sent, name: str, **data: Any) -> Receipt:
    review = stand.review
    asked = command(name, command_id=form.command_id, mission=review.mission, review=review.code, **data)
    return await hand_in(at, asked, actor)


async def _open(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    """To open it is an entry of the log, for each side; the person concerned does so first."""
    return await _send(at, stand, actor, form, "ReadReview")


async def _comment(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    return await reviews.say(
        at.here, actor, stand.review.code, form.command_id, "CommentReview", words_needed(form, "words")
    )


async def _contest(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    data = {
        "figure": form.need("figure"),
        "ground": form.need("ground"),
        "positions": positions(form, "positions"),
    }
    words = words_of(form, "words")
    # Read by its model first: a wrong field is said beside it, and nothing is sealed for nothing.
    review = stand.review
    command("ContestItem", command_id=form.command_id, mission=review.mission, review=review.code, **data)
    return await reviews.say(at.here, actor, review.code, form.command_id, "ContestItem", words, **data)


async def _answer(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    data = {"contest": form.need("contest"), "answer": form.need("answer")}
    words = words_of(form, "words")
    review = stand.review
    command("AnswerContest", command_id=form.command_id, mission=review.mission, review=review.code, **data)
    return await reviews.say(at.here, actor, review.code, form.command_id, "AnswerContest", words, **data)


async def _again(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    """The report as known now. The causes are the answers that said that something was corrected, and what was named."""
    named = positions(form, "causes")
    answered = [
        one.answered_position
        for one in stand.review.contests.values()
        if one.answer == "corrected" and one.answered_position > stand.review.now.position
    ]
    return await reviews.make_again(
        at.here,
        actor,
        stand.review.code,
        form.command_id,
        sorted({*named, *answered}),
        at.here.settings.checkpoints,
    )


async def _sign(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    """What was shown is what is signed: its digest comes with the form."""
    stance = form.need("stance") if stand.part == "officer" else "agrees"
    return await _send(at, stand, actor, form, "SignReview", digest=form.need("digest"), stance=stance)


async def _replace(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    posting, mission = chosen(form, "reviewer", dict(await reviewer_choices(at, stand.mission)))
    return await _send(
        at, stand, actor, form, "ReplaceReviewer",
        part=form.need("part"), posting=posting, posting_mission=mission, reason=form.need("reason"),
    )  # fmt: skip


async def _cancel(at: At, stand: Stand, actor: Actor, form: Sent) -> Receipt:
    return await _send(at, stand, actor, form, "CancelReview", reason=form.need("reason"))


_VERBS: Final[Mapping[str, _Verb]] = {
    "open": _open,
    "comment": _comment,
    "contest": _contest,
    "answer": _answer,
    "again": _again,
    "sign": _sign,
    "replace": _replace,
    "cancel": _cancel,
}


def chosen(form: Sent, name: str, known: Mapping[str, str]) -> tuple[str, str]:
    """A reviewer as the list of them has it: posting and mission. Raises FormFault."""
    value = form.need(name)
    if value not in known:
        raise FormFault(**{name: tr("Choose one of the list.")})
    posting, _, mission = value.partition("@")
    return posting, mission


def positions(form: Sent, name: str) -> tuple[int, ...]:
    """Positions of the log, with commas or blanks between them; none for an empty field. Raises FormFault."""
    found = [part for part in _NUMBERS.split(form.text(name).replace("#", "")) if part]
    if any(not (part.isascii() and part.isdecimal() and len(part) < 18) for part in found):
        raise FormFault(**{name: tr("Write the numbers of entries of the log, with commas between them.")})
    return tuple(int(part) for part in found)


def words_of(form: Sent, name: str) -> str:
    """What somebody wrote. Raises FormFault for more than is kept: nothing is cut off in silence."""
    text = form.text(name).replace("\r\n", "\n")
    if len(text) > reviews.MOST_WORDS:
        raise FormFault(**{name: tr("This has at most {most} characters.", most=reviews.MOST_WORDS)})
    return text


def words_needed(form: Sent, name: str) -> str:
    """The same, of a field that may not be empty. Raises FormFault."""
    form.need(name)
    return words_of(form, name)
