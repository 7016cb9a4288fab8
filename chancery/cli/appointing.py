"""A day is set by hand, moved or called off: a high-level visit's, a dialogue's, a sitting's that stands in no court list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.shared import command_id, installed, show_receipt, submit
from chancery.cli.times import day, moment

if TYPE_CHECKING:
    from chancery.sittings import When

_NEEDED: Final[Any] = ...
_Which = Annotated[
    str, typer.Argument(metavar="OBLIGATION", help="The obligation, as `obligation list` shows it.")
]
_Sitting = Annotated[
    str, typer.Argument(metavar="SITTING", help="The sitting, as `obligation show` lists it.")
]


async def appoint(
    which: _Which,
    on: Annotated[str, typer.Option("--on", metavar="TIME|DAY", help="When; the mission's time.")] = _NEEDED,
    moves: Annotated[
        str | None,
        typer.Option("--moves", metavar="SITTING", help="The one that is moved there; else a new one."),
    ] = None,
) -> None:
    """Set the day of a visit, a round or a sitting, or move it. What hangs on it moves with it."""
    from chancery import sittings

    async with installed() as here:
        _, mission = await sittings.known(here.desk, which)
        command = await sittings.appointed(
            here.desk, which, when(on, mission.clock.zone, "--on"), command_id(), moves
        )
        show_receipt(await submit(here, command), sitting=command.sittings[0].appointment)


def when(text: str, zone: str, option: str) -> When:
    """A time or a whole day, as typed; local to `zone`. Raises Fault `usage`."""
    from chancery.sittings import When

    if len(text) == len("2026-09-09"):
        return When(day=day(text, option))
    return When(at=moment(text, zone, option))


async def call_off(which: _Which, sitting: _Sitting) -> None:
    """Say that a visit, a round or a sitting does not take place: what was asked for it falls away."""
    from chancery import sittings

    async with installed() as here:
        show_receipt(await submit(here, await sittings.called_off(here.desk, which, sitting, command_id())))
