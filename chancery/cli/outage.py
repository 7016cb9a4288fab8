"""`outage`: a time in which nothing could be entered. What was entered after it can be confirmed together."""

from typing import Annotated, Any, Final

import typer

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import (
    Table,
    command_id,
    installed,
    local,
    noun,
    show,
    show_receipt,
    state,
    submit,
    verb,
)
from chancery.cli.times import moment

app: Final = noun("outage", "A time in which nothing could be entered: the network, the power.")
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
_NEEDED: Any = ...


@verb(
    app,
    "declare",
    changes=True,
    examples=(
        "chancery outage declare --mission Q --from 2026-11-14T00:00 --until 2026-11-14T09:30 --as Q-101",
    ),
)
async def declare(
    *,
    mission: Mission,
    from_: Annotated[str, typer.Option("--from", metavar="TIME", help="From when; the mission's time.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until when; the mission's time.")],
) -> None:
    """Say, once it is over, from when to when nothing could be entered. It makes nothing timely by itself."""
    from domain import commands as c
    from domain.refusals import Refused

    async with installed() as here:
        at = await here.desk.mission(mission)
        if not at.version:
            raise Refused("no-such-mission", mission=mission)
        command = c.DeclareOutage(
            command_id=command_id(),
            mission=mission,
            starts=moment(from_, at.clock.zone, "--from"),
            ends=moment(until, at.clock.zone, "--until"),
        )
        receipt = await submit(here, command)
        code = f"u-{command.command_id.hex[:12]}"
        show_receipt(receipt, outage=code)
        if not state().json:
            typer.echo(code)


@verb(app, "list", examples=("chancery outage list --mission Q",))
async def list_(*, mission: Mission, as_of: AsOf = None) -> None:
    """List a mission's outages."""
    from domain.refusals import Refused

    async with installed() as here:
        seen = await known(here, as_of)
        at = await seen.mission(mission)
        if not at.version:
            raise Refused("no-such-mission", mission=mission)
        found = sorted(at.outages.values(), key=lambda o: (o.starts, o.code))
        data = [{"outage": o.code, "starts": o.starts, "ends": o.ends} for o in found]
        zone = at.clock.zone
        table = Table(
            ("Outage", "From", "Until"),
            [(o.code, local(o.starts, zone), local(o.ends, zone)) for o in found],
            empty="No outage was declared.",
        )
        show(
            "outage-list", stamp(seen) | {"mission": mission, "zone": zone, "outages": data}, lambda: [table]
        )
