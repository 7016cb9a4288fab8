"""What needs somebody else than the holder: waive, pause and renew, extend; and to resume."""

from typing import Annotated, Any

import typer

from chancery.cli.shared import Fault, noun, verb
from chancery.cli.task.noun import Note, Seen, Where, Which, app, located, send
from chancery.cli.times import day, moment

waive = noun("waive", "A task need not be done this time, if a second person agrees.")
app.add_typer(waive)
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]
_NEEDED: Any = ...


async def _send(name: str, where: str, which: str | None, note: str | None = None, **fields: Any) -> None:
    """Submit a command on a task. A field given as (text, option) is a time to be read in the mission's zone."""
    async with located(where, which) as (here, at):
        read = {k: moment(v[0], at.zone, v[1]) if isinstance(v, tuple) else v for k, v in fields.items()}
        await send(here, at, name, note, read)


@verb(
    waive,
    "propose",
    changes=True,
    examples=(
        "chancery task waive propose OBLIGATION/TASK --reason security --as Q-103",
        "chancery task waive propose OBLIGATION/TASK --reason security --alternative bilateral_talks=2027-03-31 --as Q-103",
    ),
)
async def propose(
    where: Where,
    task: Which = None,
    *,
    reason: Reason = _NEEDED,
    alternative: Annotated[
        list[str] | None,
        typer.Option(
            "--alternative", metavar="WHAT=DAY", help="What is done instead, and by when; may be repeated."
        ),
    ] = None,
    review_on: Annotated[
        str | None, typer.Option("--review-on", metavar="DAY", help="When to look again.")
    ] = None,
    note: Note = None,
    seen: Seen = None,
) -> None:
    """Ask that a task need not be done this time. What is done instead becomes a task of its own."""
    instead = [_alternative(text) for text in alternative or ()]
    when = None if review_on is None else day(review_on, "--review-on")
    await _send(
        "ProposeWaiver", where, task, note, reason=reason, alternatives=instead, review_on=when, seen=seen
    )


def _alternative(text: str) -> dict[str, str]:
    what, equals, by = text.partition("=")
    if not equals or not what:
        raise Fault(
            "usage", "--alternative: {given} is not WHAT=DAY such as bilateral_talks=2027-03-31.", given=text
        )
    return {"what": what, "by": day(by, "--alternative")}


@verb(waive, "approve", changes=True, examples=("chancery task waive approve OBLIGATION/TASK --as Q-101",))
async def approve(where: Where, task: Which = None, seen: Seen = None) -> None:
    """Agree, as a second person: the task ends as waived."""
    await _send("AnswerWaiver", where, task, approved=True, seen=seen)


@verb(waive, "refuse", changes=True, examples=("chancery task waive refuse OBLIGATION/TASK --as Q-101",))
async def refuse(where: Where, task: Which = None, seen: Seen = None) -> None:
    """Refuse the waiver: the task stays to be done."""
    await _send("AnswerWaiver", where, task, approved=False, seen=seen)


@verb(
    app,
    "pause",
    changes=True,
    examples=("chancery task pause OBLIGATION/TASK --cause adjourned --party court --as Q-102",),
)
async def pause(
    where: Where,
    task: Which = None,
    *,
    cause: Annotated[str, typer.Option("--cause", metavar="CODE", help="Why it waits.")] = _NEEDED,
    party: Annotated[str, typer.Option("--party", metavar="CODE", help="For whom it waits.")] = _NEEDED,
    note: Note = None,
    seen: Seen = None,
) -> None:
    """Record that a task waits for somebody outside the mission. Its holder cannot."""
    await _send("PauseClock", where, task, note, cause=cause, party=party, seen=seen)


@verb(app, "renew", changes=True, examples=("chancery task renew OBLIGATION/TASK --as Q-101",))
async def renew(where: Where, task: Which = None, seen: Seen = None) -> None:
    """Let a wait go on, as a second person, before it lapses."""
    await _send("RenewWait", where, task, seen=seen)


@verb(app, "resume", changes=True, examples=("chancery task resume OBLIGATION/TASK --as Q-103",))
async def resume(where: Where, task: Which = None, seen: Seen = None) -> None:
    """Say that the wait is over; the deadline moves by the days that it took."""
    await _send("ResumeClock", where, task, seen=seen)


@verb(
    app,
    "extend",
    changes=True,
    examples=("chancery task extend OBLIGATION/TASK --until 2026-05-20T18:00 --reason capacity --as Q-101",),
)
async def extend(
    where: Where,
    task: Which = None,
    *,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="The new due time; the mission's time.")
    ] = _NEEDED,
    reason: Reason = _NEEDED,
    seen: Seen = None,
) -> None:
    """Give a task until a later time. What the Guidelines state cannot be extended."""
    await _send("ExtendDeadline", where, task, until=(until, "--until"), reason=reason, seen=seen)
