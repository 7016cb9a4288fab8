"""Second thoughts about an ended task: somebody asks that it say something else, somebody else answers; every entry stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chancery.cli.shared import Fault, noun, verb
from chancery.cli.task.noun import Note, Target, Where, Which, app, located, send
from chancery.cli.times import moment

if TYPE_CHECKING:
    from chancery.installation import Installation

correction = noun("correction", "What an ended task should say instead, if a second person agrees.")
app.add_typer(correction)
_NEEDED: Any = ...


@verb(
    app,
    "correct",
    changes=True,
    examples=(
        "chancery task correct OBLIGATION/TASK --field reason --value capacity --reason typing_error --as Q-103",
        "chancery task correct OBLIGATION/TASK --field happened_at --value 2026-05-06T09:00 --reason typing_error --of 4210",
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
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")] = _NEEDED,
    of: Annotated[
        int | None,
        typer.Option(
            "--of", metavar="POSITION", help="The entry meant, as `task show` lists it; else the last one."
        ),
    ] = None,
    note: Note = None,
) -> None:
    """Ask that an ended task say something else. A second person answers; the first entry stays visible beside it."""
    async with located(where, task) as (here, at):
        said = value
        if field == "happened_at":
            said = moment(value, at.zone, "--value").isoformat().replace("+00:00", "Z")
        entry = None if of is None else await _entry(here, at, of)
        fields = {"field": field, "value": said, "reason": reason, "of": entry}
        await send(here, at, "ProposeCorrection", note, fields)


@verb(
    correction,
    "answer",
    changes=True,
    examples=(
        "chancery task correction answer OBLIGATION/TASK --as Q-101",
        "chancery task correction answer OBLIGATION/TASK --of 4211 --no --as Q-101",
    ),
)
async def answer(
    where: Where,
    task: Which = None,
    *,
    of: Annotated[
        int | None,
        typer.Option(
            "--of", metavar="POSITION", help="Which request, as `task show` lists it, if there are several."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes/--no", help="Whether it should say that.")] = True,
) -> None:
    """Approve or refuse a correction, as somebody who neither asked for it nor held or ended the task."""
    from domain.refusals import Refused

    async with located(where, task) as (here, at):
        if of is not None:
            proposal = await _entry(here, at, of)
        else:
            asked = list(at.state.tasks[at.task].asked)
            if not asked:
                raise Refused("no-correction-proposed", task=at.task)
            if len(asked) > 1:
                raise Fault(
                    "usage",
                    "Task {task} has {n} corrections to be answered; say which with --of, as `task show` lists them.",
                    task=at.task,
                    n=len(asked),
                )
            proposal = asked[0]
        await send(here, at, "AnswerCorrection", None, {"proposal": proposal, "approved": yes})


async def _entry(here: Installation, at: Target, position: int) -> str:
    """The id of the event of this task at a position. Raises Refused `no-such-entry`."""
    from chancery.streams import as_event, obligation_stream
    from domain.refusals import Refused

    for one in await here.log.read_stream(obligation_stream(at.obligation)):
        if one.position == position:
            event = as_event(one)
            if event.data.get("task") == at.task:
                return event.id
    raise Refused("no-such-entry", task=at.task, entry=position)
