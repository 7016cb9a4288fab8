"""What needs somebody else than the holder: confirm, waive, pause and renew, extend, correct; and to resume."""

from typing import Annotated, Any, Literal

import typer

from chancery.cli.acting import running_postings
from chancery.cli.evidence import note_of
from chancery.cli.shared import Fault, command_id, installed, noun, show_receipt, submit, verb
from chancery.cli.task.noun import Note, Seen, Where, Which, app, target
from chancery.cli.times import day, moment

waive = noun("waive", "A task need not be done this time, if a second person agrees.")
app.add_typer(waive)
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]
_NEEDED: Any = ...


async def _send(name: str, where: str, which: str | None, note: str | None = None, **fields: Any) -> None:
    """Submit a command on a task. A field given as (text, option) is a time to be read in the mission's zone."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here, where, which)
        words = note_of(note, here, at.state.mission)
        if words.ref is not None:
            fields["note"] = words.ref
        read = {k: moment(v[0], at.zone, v[1]) if isinstance(v, tuple) else v for k, v in fields.items()}
        data = {
            "command_id": command_id(),
            "mission": at.state.mission,
            "obligation": at.obligation,
            "task": at.task,
        }
        show_receipt(await submit(here, c.COMMANDS[name].model_validate(data | read), sealed=words.sealed))


@verb(app, "confirm", changes=True, examples=("chancery task confirm OBLIGATION/TASK --as Q-102",))
async def confirm(
    where: Where,
    task: Which = None,
    *,
    yes: Annotated[bool, typer.Option("--yes/--no", help="Whether it happened when the entry says.")] = True,
    seen: Seen = None,
) -> None:
    """Confirm, as a second person, that a late entry happened when it says."""
    await _send("ConfirmTimeliness", where, task, confirmed=yes, seen=seen)


@verb(
    waive,
    "propose",
    changes=True,
    examples=("chancery task waive propose OBLIGATION/TASK --reason security --as Q-103",),
)
async def propose(
    where: Where,
    task: Which = None,
    *,
    reason: Reason = _NEEDED,
    alternative: Annotated[
        str | None, typer.Option("--alternative", metavar="CODE", help="What is done instead.")
    ] = None,
    review_on: Annotated[
        str | None, typer.Option("--review-on", metavar="DAY", help="When to look again.")
    ] = None,
    note: Note = None,
    seen: Seen = None,
) -> None:
    """Ask that a task need not be done this time."""
    when = None if review_on is None else day(review_on, "--review-on")
    await _send(
        "ProposeWaiver", where, task, note, reason=reason, alternative=alternative, review_on=when, seen=seen
    )


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


@verb(
    app,
    "correct",
    changes=True,
    examples=(
        "chancery task correct OBLIGATION/TASK --field reason --value capacity --reason typo --approver Q-101 --as Q-103",
    ),
)
async def correct(
    where: Where,
    task: Which = None,
    *,
    field: Annotated[
        Literal["happened_at", "outcome", "reason"],
        typer.Option("--field", help="What the entry says wrongly."),
    ] = _NEEDED,
    value: Annotated[str, typer.Option("--value", metavar="CODE|TIME", help="What it should say.")] = _NEEDED,
    reason: Reason = _NEEDED,
    approver: Annotated[
        str, typer.Option("--approver", metavar="OFFICER", help="Who agrees; somebody else.")
    ] = _NEEDED,
    note: Note = None,
) -> None:
    """Say what an ended task should say. The first entry stays visible beside it."""
    async with installed() as here:
        at = await target(here, where, task)
        if field == "happened_at":
            value = moment(value, at.zone, "--value").isoformat().replace("+00:00", "Z")
        posts = [row["posting"] for row in await running_postings(here, approver)]
        own = [p for p in posts if p in at.mission.postings] or posts
        if len(own) > 1:
            raise Fault(
                "which-posting",
                "{who} serves in several posts: {names}. Name one.",
                who=approver,
                names=", ".join(own),
            )
    await _send("CorrectTask", where, task, note, field=field, value=value, reason=reason, approver=own[0])
