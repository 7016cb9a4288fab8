"""`absence`: somebody is away, with or without a substitute. No kind is asked, none is kept."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from chancery.cli.acting import running_postings
from chancery.cli.shared import Fault, command_id, installed, noun, show_receipt, submit, verb
from chancery.cli.times import day

app: Final = noun("absence", "Days on which an officer is away, and who acts for them.")
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]


async def _posting(here: Any, who: str, mission: str) -> str:
    """The one posting of somebody in a mission. Raises Fault."""
    found = [row["posting"] for row in await running_postings(here, who) if row["mission"] == mission]
    if len(found) != 1:
        raise Fault(
            "which-posting" if found else "no-such-officer",
            "{who} has {n} postings in mission {mission} today; name one.",
            who=who,
            n=len(found),
            mission=mission,
        )
    return str(found[0])


@verb(
    app,
    "record",
    changes=True,
    examples=(
        "chancery absence record Q-103 --mission Q --from 2026-07-01 --until 2026-07-21 --substitute Q-104 --as Q-101",
        "chancery absence record Q-103 --mission Q --from 2026-07-01 --until 2026-07-21 --substitute Q-105 --for TRIAL-OBS --as Q-101",
    ),
)
async def record(
    officer: Annotated[str, typer.Argument(help="Who is away: an officer's code or a posting's.")],
    mission: Mission,
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day.")],
    substitute: Annotated[
        str | None, typer.Option("--substitute", metavar="OFFICER", help="Who acts for them.")
    ] = None,
    for_: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="DEFINITION",
            help="For which duty the substitute acts; may be repeated; all without it.",
        ),
    ] = None,
) -> None:
    """Record that an officer is away, from today if it is sudden. No reason is asked."""
    from chancery.absences import check_scope
    from domain import commands as c

    async with installed() as here:
        check_scope(await here.desk.mission(mission), for_ or ())
        command = c.RecordAbsence(
            command_id=command_id(),
            mission=mission,
            posting=await _posting(here, officer, mission),
            from_day=day(from_, "--from"),
            until=day(until, "--until"),
            substitute=None if substitute is None else await _posting(here, substitute, mission),
            scope=tuple(for_ or ()),
        )
        receipt = await submit(here, command)
        show_receipt(receipt, absence=f"a-{command.command_id.hex[:12]}")


@verb(
    app,
    "end",
    changes=True,
    examples=("chancery absence end a-0123456789ab --mission Q --until 2026-07-10 --as Q-101",),
)
async def end(
    absence: Annotated[str, typer.Argument(help="The absence's code, as `mission show` lists it.")],
    mission: Mission,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Its last day now.")],
) -> None:
    """Say that an absence ends sooner."""
    from domain import commands as c

    async with installed() as here:
        command = c.EndAbsence(
            command_id=command_id(), mission=mission, absence=absence, until=day(until, "--until")
        )
        show_receipt(await submit(here, command))
