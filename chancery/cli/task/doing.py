"""What the holder does: accept, complete, decline, decide not to act; and what the focal point gives to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli.acting import running_postings
from chancery.cli.evidence import evidence_of, note_of
from chancery.cli.shared import Fault, command_id, installed, say, show_receipt, submit, verb
from chancery.cli.task.noun import Note, Seen, Where, Which, app, split, target
from chancery.cli.times import moment

if TYPE_CHECKING:
    from domain.commands import Act

Happened = Annotated[
    str | None,
    typer.Option("--happened-at", metavar="TIME", help="When it happened, if not now; the mission's time."),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]
_NEEDED: Any = ...


@verb(
    app, "accept", changes=True, examples=("chancery task accept Q-EG:COORD-LOCAL:2026-05/hold.1 --as Q-103",)
)
async def accept(where: Where, task: Which = None, seen: Seen = None) -> None:
    """Take a task that is yours to do."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here.desk, where, task)
        command = c.AcceptTask(
            command_id=command_id(),
            mission=at.state.mission,
            obligation=at.obligation,
            task=at.task,
            seen=seen,
        )
        show_receipt(await submit(here, command))


@verb(
    app,
    "complete",
    changes=True,
    examples=(
        "chancery task complete Q-EG:COORD-LOCAL:2026-05/hold.1 --line risk_list --evidence minutes=minutes.pdf --as Q-103",
        "chancery task complete OBLIGATION TASK --line logged,consulted --result opens=consent:attend --happened-at 2026-05-06T16:30",
        "chancery task complete Q-EG:MEET-ANNUAL:2026/hold.1 --act Q-EG:COORD-LOCAL:2026-05/hold.1 --as Q-103",
    ),
)
async def complete(
    where: Where,
    task: Which = None,
    *,
    line: Annotated[
        list[str] | None, typer.Option("--line", metavar="CODE", help="A line of the checklist that is done.")
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            "--evidence", metavar="KIND=FILE", help="What proves it: a file, or KIND=sha256:HASH:BYTES."
        ),
    ] = None,
    marking: Annotated[
        str, typer.Option("--marking", help="Of the evidence: public, limite or sensitive.")
    ] = "limite",
    result: Annotated[
        list[str] | None, typer.Option("--result", metavar="FIELD=CODE", help="A result of the step.")
    ] = None,
    act: Annotated[
        str | None,
        typer.Option(
            "--act",
            metavar="OBLIGATION/TASK",
            help="Done with another task, whose evidence and checklist serve here too.",
        ),
    ] = None,
    happened_at: Happened = None,
    reason: Reason = None,
    note: Note = None,
    seen: Seen = None,
) -> None:
    """Say that a task was done, with what proves it."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here.desk, where, task)
        proofs, told = await evidence_of(evidence or (), marking, here, at.state)
        words = await note_of(note, here, at.state)
        command = c.CompleteTask(
            command_id=command_id(),
            mission=at.state.mission,
            obligation=at.obligation,
            task=at.task,
            seen=seen,
            happened_at=None if happened_at is None else moment(happened_at, at.zone, "--happened-at"),
            checklist=tuple(code for given in line or () for code in given.split(",") if code),
            evidence=proofs.data,
            result=_pairs(result or []),
            reason=reason,
            note=words.ref,
            act=None if act is None else _act(act),
        )
        show_receipt(await submit(here, command, sealed=[*proofs.sealed, *words.sealed]))
        for sentence in told:
            say(sentence)


def _act(named: str) -> Act:
    """The other task. Raises Fault `usage`."""
    from domain.commands import Act

    obligation, task = split(named, None)
    return Act(obligation=obligation, task=task)


@verb(
    app,
    "decline",
    changes=True,
    examples=("chancery task decline OBLIGATION/TASK --reason capacity --as Q-103",),
)
async def decline(
    where: Where,
    task: Which = None,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")] = _NEEDED,
    seen: Seen = None,
) -> None:
    """Say that you cannot take a task; it goes to whoever comes next."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here.desk, where, task)
        command = c.DeclineTask(
            command_id=command_id(),
            mission=at.state.mission,
            obligation=at.obligation,
            task=at.task,
            seen=seen,
            reason=reason,
        )
        show_receipt(await submit(here, command))


@verb(
    app, "reassign", changes=True, examples=("chancery task reassign OBLIGATION/TASK --to Q-104 --as Q-103",)
)
async def reassign(
    where: Where,
    task: Which = None,
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="OFFICER", help="Who shall hold it from now on.")
    ] = _NEEDED,
    seen: Seen = None,
) -> None:
    """Give a task to somebody else of the mission."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here.desk, where, task)
        running = [row for row in await running_postings(here, to) if row["mission"] == at.state.mission]
        if len(running) != 1:
            raise Fault(
                "no-such-officer" if not running else "which-posting",
                "{who} has {n} postings in mission {mission} today; name one.",
                who=to,
                n=len(running),
                mission=at.state.mission,
            )
        command = c.ReassignTask(
            command_id=command_id(),
            mission=at.state.mission,
            obligation=at.obligation,
            task=at.task,
            seen=seen,
            posting=running[0]["posting"],
        )
        show_receipt(await submit(here, command))


@verb(
    app,
    "not-act",
    changes=True,
    examples=(
        "chancery task not-act OBLIGATION/TASK --outcome not_appropriate --reason risk_of_harm --as Q-103",
    ),
)
async def not_act(
    where: Where,
    task: Which = None,
    *,
    outcome: Annotated[str, typer.Option("--outcome", metavar="CODE", help="How it ends.")] = _NEEDED,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")] = _NEEDED,
    happened_at: Happened = None,
    note: Note = None,
    seen: Seen = None,
) -> None:
    """Decide not to act, with a reason. In time, that is compliance."""
    from domain import commands as c

    async with installed() as here:
        at = await target(here.desk, where, task)
        words = await note_of(note, here, at.state)
        command = c.NotAct(
            command_id=command_id(),
            mission=at.state.mission,
            obligation=at.obligation,
            task=at.task,
            seen=seen,
            outcome=outcome,
            reason=reason,
            happened_at=None if happened_at is None else moment(happened_at, at.zone, "--happened-at"),
            note=words.ref,
        )
        show_receipt(await submit(here, command, sealed=words.sealed))


def _pairs(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise Fault("usage", "--result: {given} is not FIELD=CODE.", given=text)
        found[name] = value
    return found
