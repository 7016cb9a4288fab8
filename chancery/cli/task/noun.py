"""The noun, and how a task is named: `OBLIGATION/TASK`, or both after each other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.evidence import note_of
from chancery.cli.shared import Fault, command_id, installed, noun, show_receipt, submit

if TYPE_CHECKING:
    from chancery.asof import Reading
    from chancery.desk import Desk
    from chancery.installation import Installation
    from domain.mission import Mission
    from domain.obligation import Obligation

app: Final = noun("task", "What has to be done, by whom and by when.")

Where = Annotated[str, typer.Argument(metavar="OBLIGATION/TASK", help="The task, as `task list` shows it.")]
Which = Annotated[
    str | None, typer.Argument(metavar="TASK", help="The task, if it is not part of the first.")
]
Seen = Annotated[
    int | None,
    typer.Option("--seen", metavar="REVISION", help="Refuse if the task has changed since this revision."),
]
Note = Annotated[
    str | None,
    typer.Option(
        "--note", metavar="TEXT|-", help="Words for the sealed vault, never for the log; - reads them."
    ),
]


@dataclass(frozen=True, slots=True)
class Target:
    """A task that somebody named, with what it lies in."""

    obligation: str
    task: str
    state: Obligation
    mission: Mission

    @property
    def zone(self) -> str:
        """The mission's time zone."""
        return self.mission.clock.zone


def split(where: str, which: str | None) -> tuple[str, str]:
    """Obligation and task. Raises Fault `usage`."""
    if which is not None:
        return where, which
    obligation, slash, task = where.rpartition("/")
    if not slash or not obligation or not task:
        raise Fault(
            "usage",
            "{given} names no task; write OBLIGATION/TASK, as `chancery task list` shows it.",
            given=where,
        )
    return obligation, task


async def target(read: Desk | Reading, where: str, which: str | None) -> Target:
    """The task that is meant, with its obligation and mission, now or as known then. Raises Refused `no-such-obligation`, `no-such-task`."""
    from domain.refusals import Refused

    obligation, task = split(where, which)
    state = await read.obligation(obligation)
    if not state.version:
        raise Refused("no-such-obligation", obligation=obligation)
    if task not in state.tasks:
        raise Refused("no-such-task", obligation=obligation, task=task)
    return Target(obligation, task, state, await read.mission(state.mission))


@asynccontextmanager
async def located(where: str, which: str | None) -> AsyncIterator[tuple[Installation, Target]]:
    """The installation, and the task that is meant in it."""
    async with installed() as here:
        yield here, await target(here.desk, where, which)


async def send(
    here: Installation, at: Target, name: str, note: str | None, fields: Mapping[str, Any]
) -> None:
    """Submit a command on the task, with a note for the vault if there is one, and say where it lies."""
    from domain import commands as c

    words = await note_of(note, here, at.state)
    data: dict[str, Any] = {
        "command_id": command_id(),
        "mission": at.state.mission,
        "obligation": at.obligation,
        "task": at.task,
        **fields,
    }
    if words.ref is not None:
        data["note"] = words.ref
    show_receipt(await submit(here, c.COMMANDS[name].model_validate(data), sealed=words.sealed))
