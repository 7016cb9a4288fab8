"""`review`: a person's record for a period, which they see first, may contest, and which is then signed by three sides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import actor_for
from chancery.cli.parties import WordsFile, posting_named, reader_of, review_for, rows_for, words_from
from chancery.cli.shared import (
    Fault,
    Table,
    command_id,
    installed,
    noun,
    say,
    show,
    show_receipt,
    submit,
    verb,
    word,
)
from chancery.cli.times import day

if TYPE_CHECKING:
    from chancery.installation import Installation
    from domain.review import Review

app: Final = noun("review", "Reviews: a person's record, seen by them first, contested, answered and signed.")
_NEEDED: Any = ...
Code = Annotated[str, typer.Argument(metavar="REVIEW", help="The review's code, as `review list` shows it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]


@verb(
    app,
    "open",
    changes=True,
    examples=(
        "chancery review open Q-103 --manager Q-102 --second H-302 --from 2026-01-01 --to 2026-06-30 --as Q-101",
    ),
)
async def open_(
    officer: Annotated[str, typer.Argument(help="Whose record: an officer's code, or a posting's.")],
    *,
    manager: Annotated[
        str, typer.Option("--manager", metavar="OFFICER", help="Who writes beside them.")
    ] = _NEEDED,
    second: Annotated[
        str, typer.Option("--second", metavar="OFFICER", help="Who answers what is contested.")
    ] = _NEEDED,
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")] = _NEEDED,
    to: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")] = _NEEDED,
    regime: Annotated[
        str | None,
        typer.Option("--regime", metavar="CODE", help="Of those under several appraisals, under which one."),
    ] = None,
    workplan: Annotated[
        list[str] | None,
        typer.Option(
            "--workplan", metavar="PLAN", help="Lay it beside this plan; may be given several times."
        ),
    ] = None,
) -> None:
    """Open a review on the record as known now. The person concerned sees it first.

    Refused until data protection officer and staff committee have stated what staff reports are for.
    """
    from chancery.reviews import Opening, open_review

    first, last = (date.fromisoformat(day(text, name)) for text, name in ((from_, "--from"), (to, "--to")))
    async with installed() as here:
        subject, mission = await posting_named(here, officer)
        asked = Opening(
            mission=mission,
            officer=subject,
            manager=(await posting_named(here, manager))[0],
            second=(await posting_named(here, second))[0],
            first=first,
            last=last,
            regime=regime,
            workplans=tuple(workplan or ()),
        )
        actor = await actor_for(here, mission)
        receipt = await open_review(here, actor, asked, command_id(), here.settings.checkpoints)
    code = receipt.stream.partition("/")[2]
    show_receipt(receipt, review=code)
    say("Review {review} waits for the person concerned: `chancery review read {review}`.", review=code)


@verb(app, "read", changes=True, examples=("chancery review read rv-1a2b3c4d5e6f --as Q-103",))
async def read(review: Code) -> None:
    """Open the report. That is written into the log before anything is shown; the person concerned comes first.

    As a file: `chancery report review`.
    """
    from chancery.cli.reading import opened
    from chancery.cli.report import give
    from chancery.cli.shared import state
    from chancery.reviews import report_of

    async with installed() as here:
        known, receipt = await opened(here, review, "json" if state().json else "text")
        report = await report_of(here.log, known)
    give(report.data(), "json" if state().json else "text", None, None)
    if receipt.position and receipt.fresh:
        say("Recorded at position {position}, receipt {leaf}.", position=receipt.position, leaf=receipt.leaf)


@verb(
    app,
    "comment",
    changes=True,
    examples=("chancery review comment rv-1a2b3c4d5e6f --words-file said.txt --as Q-103",),
)
async def comment(review: Code, *, words_file: WordsFile = None) -> None:
    """Add words of yours, sealed: as the person concerned, the manager or the second person."""
    from chancery import reviews

    text = words_from(words_file, needed=True)
    async with installed() as here:
        _, actor = await review_for(here, review)
        show_receipt(await reviews.say(here, actor, review, command_id(), "CommentReview", text))


@verb(
    app,
    "contest",
    changes=True,
    examples=(
        "chancery review contest rv-1a2b3c4d5e6f --figure late --item 1 --ground waited_on_others --as Q-103",
        "chancery review contest rv-1a2b3c4d5e6f --figure rota --positions 120,144 --ground not_mine --words-file why.txt --as Q-103",
    ),
)
async def contest(
    review: Code,
    *,
    figure: Annotated[
        str, typer.Option("--figure", metavar="FIGURE", help="Which part of the report, by its code.")
    ] = _NEEDED,
    item: Annotated[
        int | None, typer.Option("--item", metavar="NUMBER", min=1, help="Which entry of its list.")
    ] = None,
    positions: Annotated[
        str | None,
        typer.Option("--positions", metavar="LIST", help="Or the positions, separated by commas."),
    ] = None,
    ground: Annotated[str, typer.Option("--ground", metavar="CODE", help="On which ground.")] = _NEEDED,
    words_file: WordsFile = None,
) -> None:
    """Say that something in your record is wrong or unfair. Nobody signs over it before it is answered."""
    from chancery import reviews

    text = words_from(words_file)
    async with installed() as here:
        known, actor = await review_for(here, review)
        places = _places(positions) if item is None else await _of_item(here, known, figure, item)
        more = {"figure": figure, "positions": places, "ground": ground}
        receipt = await reviews.say(here, actor, review, command_id(), "ContestItem", text, **more)
    show_receipt(receipt, contest=f"k-{command_id().hex[:12]}")


@verb(
    app,
    "answer",
    changes=True,
    examples=(
        "chancery review answer rv-1a2b3c4d5e6f k-1a2b3c4d5e6f --answer noted --words-file answer.txt --as H-302",
    ),
)
async def answer(
    review: Code,
    contested: Annotated[
        str, typer.Argument(metavar="CONTEST", help="What was contested, by the code in `review show`.")
    ],
    *,
    answer: Annotated[
        str, typer.Option("--answer", metavar="ANSWER", help="stands, corrected or noted.")
    ] = _NEEDED,
    words_file: WordsFile = None,
) -> None:
    """Answer what was contested, as the second person. `corrected` means that the record was, by a correction of its own."""
    from chancery import reviews

    if answer not in ("stands", "corrected", "noted"):
        raise Fault("usage", "--answer: {given} is none; stands, corrected and noted are.", given=answer)
    text = words_from(words_file)
    async with installed() as here:
        _, actor = await review_for(here, review)
        more = {"contest": contested, "answer": answer}
        show_receipt(await reviews.say(here, actor, review, command_id(), "AnswerContest", text, **more))


@verb(app, "again", changes=True, examples=("chancery review again rv-1a2b3c4d5e6f --cause 4210 --as Q-101",))
async def again(
    review: Code,
    *,
    cause: Annotated[
        list[int] | None,
        typer.Option(
            "--cause", metavar="POSITION", min=1, help="What was corrected; may be given several times."
        ),
    ] = None,
) -> None:
    """Make the report again, as known now: in its place before it is signed, as an addendum afterwards."""
    from chancery import reviews

    async with installed() as here:
        _, actor = await review_for(here, review)
        checkpoints = here.settings.checkpoints
        show_receipt(await reviews.make_again(here, actor, review, command_id(), cause or (), checkpoints))


@verb(
    app,
    "sign",
    changes=True,
    examples=(
        "chancery review sign rv-1a2b3c4d5e6f --stance agrees --as Q-103",
        "chancery review sign rv-1a2b3c4d5e6f --as H-302",
    ),
)
async def sign(
    review: Code,
    *,
    stance: Annotated[
        str, typer.Option("--stance", metavar="STANCE", help="agrees, disagrees or seen; others agree.")
    ] = "agrees",
) -> None:
    """Sign the report that you last opened, by its digest. If it was made again since, open it again first."""
    from domain import commands as c
    from domain.refusals import Refused

    if stance not in ("agrees", "disagrees", "seen"):
        raise Fault("usage", "--stance: {given} is none; agrees, disagrees and seen are.", given=stance)
    async with installed() as here:
        known, actor = await review_for(here, review)
        opened = [one.digest for one in known.readings if one.by == actor.code]
        if not opened:
            raise Refused("review-unread", review=review)
        command = c.SignReview.model_validate(
            {
                "command_id": command_id(),
                "mission": known.mission,
                "review": review,
                "digest": opened[-1],
                "stance": stance,
            }
        )
        show_receipt(await submit(here, command, actor=actor))


@verb(
    app,
    "replace",
    changes=True,
    examples=("chancery review replace rv-1a2b3c4d5e6f second H-305 --reason left --as Q-101",),
)
async def replace(
    review: Code,
    part: Annotated[str, typer.Argument(metavar="PART", help="manager or second.")],
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Who it is from now on.")],
    *,
    reason: Reason = _NEEDED,
) -> None:
    """Name another manager or second person: the former left, is away, or is concerned themselves."""
    from chancery.reviews import review_of
    from domain import commands as c

    if part not in ("manager", "second"):
        raise Fault("usage", "PART: {given} is none; manager and second are.", given=part)
    async with installed() as here:
        known = await review_of(here, review)
        actor = (await reader_of(here, known.mission)).actor
        posting, mission = await posting_named(here, officer)
        command = c.ReplaceReviewer.model_validate(
            {
                "command_id": command_id(),
                "mission": known.mission,
                "review": review,
                "part": part,
                "posting": posting,
                "posting_mission": mission,
                "reason": reason,
            }
        )
        show_receipt(await submit(here, command, actor=actor))


@verb(
    app,
    "cancel",
    changes=True,
    examples=("chancery review cancel rv-1a2b3c4d5e6f --reason wrong_period --as Q-102",),
)
async def cancel(review: Code, *, reason: Reason = _NEEDED) -> None:
    """Call a review off before it is signed. What was said in it stays in the log."""
    from chancery.reviews import review_of
    from domain import commands as c

    async with installed() as here:
        known = await review_of(here, review)
        actor = (await reader_of(here, known.mission)).actor
        command = c.CancelReview(command_id=command_id(), mission=known.mission, review=review, reason=reason)
        show_receipt(await submit(here, command, actor=actor))


@verb(app, "list", acts=True, examples=("chancery review list --as Q-103",))
async def list_() -> None:
    """List your reviews; for a head of mission, the mission's too, by code, period and status alone."""
    async with installed() as here:
        found = await rows_for(here, "review")

    def page() -> list[Table]:
        table = Table(("Review", "Mission", "From", "To", "Status"), empty="No review.")
        table.rows += [
            (one["code"], one["mission"], one["first"], one["last"], word(one["status"])) for one in found
        ]
        return [table]

    show("reviews", {"reviews": found}, page)


@verb(app, "show", acts=True, examples=("chancery review show rv-1a2b3c4d5e6f --as Q-103",))
async def show_(review: Code) -> None:
    """Show where a review stands, to its parties: who read, contested, answered and signed, by positions of the log.

    The report itself and the words: `chancery review read`, `chancery report review`.
    """
    from chancery.cli.reading import stand, standing

    async with installed() as here:
        known, _ = await review_for(here, review)
        zone = (await here.desk.mission(known.mission)).clock.zone
        parties = [*known.postings, *(posting for posting, _ in known.reviewers.values())]
        held = await here.directory.officers_of(here.pool, parties)
    show("review", stand(known), lambda: standing(known, zone, held))


def _places(text: str | None) -> list[int]:
    cells = [cell.strip() for cell in (text or "").split(",") if cell.strip()]
    if not cells or not all(cell.isascii() and cell.isdigit() and int(cell) for cell in cells):
        raise Fault("usage", "Say what is contested: --item NUMBER, or --positions such as 120,144.")
    return [int(cell) for cell in cells]


async def _of_item(here: Installation, known: Review, figure: str, item: int) -> list[int]:
    """The positions of an entry of the report's list. Raises Fault `usage`."""
    from chancery.reviews import report_of

    figures = (await report_of(here.log, known)).data()["figures"]
    if figure not in figures:
        raise Fault(
            "usage", "--item goes with one of: {figures}; else give --positions.", figures=", ".join(figures)
        )
    items = figures[figure]["items"]
    if item > len(items):
        raise Fault("usage", "--item: {figure} has {n} entries.", figure=figure, n=len(items))
    return list(items[item - 1]["positions"])
