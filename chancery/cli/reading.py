"""Opening a review's report from the command line, and saying where a review stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from chancery.cli.output import Table
from chancery.cli.parties import review_for
from chancery.cli.shared import command_id
from chancery.i18n import language, tr, word
from chancery.telling.moments import local
from chancery.telling.names import called

if TYPE_CHECKING:
    from chancery.installation import Installation
    from chancery.readings.entry import Form
    from chancery.streams import Receipt
    from domain.review import Review

_BASIS: Final[dict[str, Literal["manager", "second"]]] = {"manager": "manager", "second": "second"}


async def opened(here: Installation, code: str, form: Form) -> tuple[Review, Receipt]:
    """Write down that one of its parties opens a review's report; only then may it be shown.

    In the log once a day and edition; for anybody but the person concerned in the access log too, each time.
    Raises Refused: `no-such-dossier` for who has no part in it, `subject-first`.
    """
    from chancery.office import send
    from chancery.readings import book
    from chancery.readings.entry import Note
    from domain import commands as c

    known, actor = await review_for(here, code)
    basis = _BASIS.get(str(known.part_of(actor.code)))
    command = c.ReadReview(command_id=command_id(), mission=known.mission, review=code)
    receipt = await send(here, command, actor)
    if basis is not None:
        note = Note("review", actor.code, basis, known.mission, tuple(known.postings), form=form)
        await book.put(here, [note])
    return known, receipt


def stand(review: Review) -> dict[str, Any]:
    """Where a review stands, as data; no words of anybody's."""
    return {
        "review": review.code,
        "mission": review.mission,
        "postings": list(review.postings),
        "reviewers": {part: posting for part, (posting, _) in review.reviewers.items()},
        "first": review.first,
        "last": review.last,
        "status": review.status,
        "workplans": list(review.workplans),
        "editions": [
            {
                "edition": one.number,
                "addendum": one.addendum,
                "size": one.size,
                "digest": one.digest,
                "position": one.position,
                "reply_until": one.reply_until,
                "signatures": {
                    part: {"stance": stance, "position": position, "at": at}
                    for part, (stance, position, at) in one.signatures.items()
                },
            }
            for one in review.editions
        ],
        "contests": [
            {
                "contest": one.code,
                "figure": one.figure,
                "positions": one.positions,
                "ground": one.ground,
                "position": one.position,
                "answer": one.answer,
                "answered_position": one.answered_position or None,
            }
            for one in review.contests.values()
        ],
        "readings": [
            {"part": one.part, "by": one.by, "at": one.at, "position": one.position}
            for one in review.readings
        ],
    }


def standing(review: Review, zone: str, held: Mapping[str, str]) -> list[str | Table]:
    """The same for people: a sentence, and what happened, each with its position. `held`: posting → officer."""
    manager, second = (called(review.reviewers[part][0], held) for part in ("manager", "second"))
    first = tr(
        "Review {review} of {posting}, {first} to {last}: {status}. Manager: {manager}; second person: {second}.",
        review=review.code,
        posting=", ".join(called(posting, held) for posting in review.postings),
        first=review.first,
        last=review.last,
        manager=manager,
        second=second,
        status=word(review.status),
    )
    rows: list[tuple[int, str, str, str]] = []
    for edition in review.editions:
        rows.append(
            (
                edition.position,
                local(edition.at, zone),
                tr("Report, edition {n}", n=edition.number),
                tr("to reply by {at}", at=local(edition.reply_until, zone)),
            )
        )
        rows += [
            (
                place,
                local(at, zone),
                tr("Signed"),
                tr("{part}: {stance}", part=word(part), stance=_said("stance", stance)),
            )
            for part, (stance, place, at) in edition.signatures.items()
        ]
    rows += [(one.position, local(one.at, zone), tr("Opened"), word(one.part)) for one in review.readings]
    rows += [(one.position, local(one.at, zone), tr("Comment"), word(one.part)) for one in review.comments]
    for one in review.contests.values():
        said = tr(
            "{contest}: {figure}, {ground}",
            contest=one.code,
            figure=word(one.figure),
            ground=_said("ground", one.ground),
        )
        rows.append((one.position, local(one.at, zone), tr("Contested"), said))
        if one.answer is not None:
            answer = tr("{contest}: {answer}", contest=one.code, answer=_said("answer", one.answer))
            rows.append((one.answered_position, local(one.answered_at, zone), tr("Answered"), answer))
    table = Table(("Position", "When (local)", "What", "Which"))
    table.rows = [(str(place), *rest) for place, *rest in sorted(rows)]
    return [first, table]


def _said(kind: str, code: str) -> str:
    """A stance, a ground or an answer, as the review's paper says it."""
    from chancery.reports.words_review import word as of_review

    return of_review(f"{kind}.{code}", language())
