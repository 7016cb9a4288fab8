"""`suspension`: a Head of Mission stops a mission's work for a while, renews that, ends it."""

from typing import Annotated, Any, Final

import typer

from chancery.cli.shared import command_id, installed, noun, show_receipt, submit, verb
from chancery.cli.times import moment

app: Final = noun("suspension", "A declared stop of a mission's work: security, closure.")
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
Until = Annotated[
    str, typer.Option("--until", metavar="TIME", help="Until when, at most 14 days; the mission's time.")
]
Suspension = Annotated[str, typer.Argument(help="The suspension's code.")]


async def _send(name: str, mission: str, times: dict[str, tuple[str, str]], **fields: Any) -> None:
    """Submit a command on a mission; `times` are read in the mission's zone."""
    from domain import commands as c
    from domain.refusals import Refused

    async with installed() as here:
        state = await here.desk.mission(mission)
        if not state.version:
            raise Refused("no-such-mission", mission=mission)
        read = {k: moment(text, state.clock.zone, option) for k, (text, option) in times.items()}
        command = c.COMMANDS[name].model_validate(
            {"command_id": command_id(), "mission": mission} | read | fields
        )
        receipt = await submit(here, command)
        after = await here.desk.mission(mission)
        new = sorted(set(after.suspensions) - set(state.suspensions))
        show_receipt(receipt, suspensions=new)


@verb(
    app,
    "declare",
    changes=True,
    examples=(
        "chancery suspension declare --mission Q --from 2026-09-06T14:00 --until 2026-09-19T18:00 --reason security --as Q-101",
    ),
)
async def declare(
    mission: Mission,
    until: Until,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")],
    from_: Annotated[str, typer.Option("--from", metavar="TIME", help="From when; the mission's time.")],
) -> None:
    """Stop a mission's work from one time to another."""
    times = {"starts": (from_, "--from"), "ends": (until, "--until")}
    await _send("DeclareSuspension", mission, times, reason=reason)


@verb(
    app,
    "renew",
    changes=True,
    examples=("chancery suspension renew s-0123456789ab --mission Q --until 2026-10-01T18:00 --as Q-101",),
)
async def renew(suspension: Suspension, mission: Mission, until: Until) -> None:
    """Let a suspension go on."""
    await _send("RenewSuspension", mission, {"ends": (until, "--until")}, suspension=suspension)


@verb(
    app,
    "lift",
    changes=True,
    examples=("chancery suspension lift s-0123456789ab --mission Q --at 2026-09-12T09:00 --as Q-101",),
)
async def lift(
    suspension: Suspension,
    mission: Mission,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When work went on; the mission's time.")],
) -> None:
    """End a suspension."""
    await _send("LiftSuspension", mission, {"at": (at, "--at")}, suspension=suspension)
