"""The noun, and how a task is named: `OBLIGATION/TASK`, or both after each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chancery.cli.shared import Fault, noun

if TYPE_CHECKING:
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


async def target(here: Installation, where: str, which: str | None) -> Target:
    """The task that is meant, with its obligation and mission. Raises Refused `no-such-obligation`, `no-such-task`."""
    from domain.refusals import Refused

    obligation, task = split(where, which)
    state = await here.desk.obligation(obligation)
    if not state.version:
        raise Refused("no-such-obligation", obligation=obligation)
    if task not in state.tasks:
        raise Refused("no-such-task", obligation=obligation, task=task)
    return Target(obligation, task, state, await here.desk.mission(state.mission))
