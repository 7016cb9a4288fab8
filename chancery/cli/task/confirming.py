"""`task confirm`: a second person says whether late entries happened when they claim; one, or all of one outage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli import exits
from chancery.cli.shared import Fault, Table, command_id, installed, local, show, submit, verb
from chancery.cli.task.noun import Seen, Which, app, located, send
from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.installation import Installation
    from domain.mission import Mission


@verb(
    app,
    "confirm",
    changes=True,
    examples=(
        "chancery task confirm OBLIGATION/TASK --as Q-102",
        "chancery task confirm --all-of u-0123456789ab --as Q-102",
    ),
)
async def confirm(
    where: Annotated[
        str | None, typer.Argument(metavar="OBLIGATION/TASK", help="The task, as `task list` shows it.")
    ] = None,
    task: Which = None,
    *,
    all_of: Annotated[
        str | None,
        typer.Option(
            "--all-of",
            metavar="OUTAGE",
            help="Every late entry of what happened during an outage, as `outage list` shows it.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes/--no", help="Whether it happened when the entry says.")] = True,
    seen: Seen = None,
) -> None:
    """Confirm, as a second person, that a late entry happened when it says."""
    if (where is None) == (all_of is None):
        raise Fault("usage", "Name one task as OBLIGATION/TASK, or an outage with --all-of.")
    if all_of is not None:
        async with installed() as here:
            await _together(here, all_of, confirmed=yes)
        return
    async with located(where or "", task) as (here, at):
        await send(here, at, "ConfirmTimeliness", None, {"confirmed": yes, "seen": seen})


async def _together(here: Installation, outage: str, *, confirmed: bool) -> None:
    """Answer for each late entry of an outage. What is refused (one's own) is said, and the run ends with 1."""
    from chancery import late_entries
    from chancery.i18n import language
    from domain.refusals import Refused

    mission = await _with(here, outage)
    late = await late_entries.waiting(here.desk, mission, outage)
    asked = late_entries.confirmations(mission.code, late, command_id(), confirmed=confirmed)
    answers: list[dict[str, Any]] = []
    for one, command in zip(late, asked, strict=True):
        answer = {"task": one.name, "happened": one.happened, "entered": one.entered}
        try:
            receipt = await submit(here, command)
        except Refused as refusal:
            answers.append(answer | {"code": refusal.code, "refused": refusal.sentence(language())})
        else:
            answers.append(answer | {"position": receipt.position, "leaf": receipt.leaf})
    show(
        "confirmed-together",
        {"outage": outage, "mission": mission.code, "confirmed": confirmed, "answers": answers},
        lambda: [_table(answers, mission.clock.zone)],
    )
    if any("code" in answer for answer in answers):
        raise typer.Exit(exits.FINDING)


async def _with(here: Installation, outage: str) -> Mission:
    """The mission that declared an outage. Raises Fault `no-such-outage`."""
    from chancery import queries

    for row in await queries.missions(here.log):
        mission = await here.desk.mission(row["code"])
        if outage in mission.outages:
            return mission
    raise Fault(
        "no-such-outage",
        "No mission has declared an outage {outage}; `chancery outage list` shows those declared.",
        outage=outage,
    )


def _table(answers: list[dict[str, Any]], zone: str) -> Table:
    table = Table(
        ("Task", "Happened", "Entered", "Answer"), empty="No late entry of that time waits for an answer."
    )
    for a in answers:
        said = a["refused"] if "code" in a else tr("recorded at position {position}", position=a["position"])
        table.rows.append((a["task"], local(a["happened"], zone), local(a["entered"], zone), said))
    return table
