"""A day is set by hand, moved or called off: a high-level visit's, a dialogue's, a sitting's that stands in no court list."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from chancery.cli.shared import command_id, installed, show_receipt, submit
from chancery.cli.times import day, moment

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
    from domain import commands as c
    from domain.deciding.procedure import start_of_day
    from domain.refusals import Refused

    async with installed() as here:
        found = await here.desk.obligation(which)
        if not found.version:
            raise Refused("no-such-obligation", obligation=which)
        if moves is not None and moves not in found.appointments:
            raise Refused("no-such-appointment", obligation=which, appointment=moves)
        mission = await here.desk.mission(found.mission)
        whole_day = len(on) == len("2026-09-09")
        starts = (
            start_of_day(mission, day(on, "--on")) if whole_day else moment(on, mission.clock.zone, "--on")
        )
        sitting = c.Sitting(
            appointment=moves or f"ap-{command_id().hex[:12]}",
            starts=starts,
            day=mission.day(starts).isoformat(),
            whole_day=whole_day,
        )
        command = c.RecordSittings(
            command_id=command_id(), mission=mission.code, obligation=which, sittings=(sitting,)
        )
        show_receipt(await submit(here, command), sitting=sitting.appointment)


async def call_off(which: _Which, sitting: _Sitting) -> None:
    """Say that a visit, a round or a sitting does not take place: what was asked for it falls away."""
    from domain import commands as c
    from domain.refusals import Refused

    async with installed() as here:
        found = await here.desk.obligation(which)
        if not found.version:
            raise Refused("no-such-obligation", obligation=which)
        known = found.appointments.get(sitting)
        if known is None:
            raise Refused("no-such-appointment", obligation=which, appointment=sitting)
        off = c.Sitting.model_validate(
            {
                "appointment": sitting,
                "starts": known.starts,
                "day": known.day,
                "whole_day": known.whole_day,
                "match": known.match,
                "cancelled": True,
            }
        )
        command = c.RecordSittings(
            command_id=command_id(), mission=found.mission, obligation=which, sittings=(off,)
        )
        show_receipt(await submit(here, command))
