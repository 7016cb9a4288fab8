"""`coverage`: which regions and groups are reached, which are not, and who leads for which area."""

from __future__ import annotations

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
    submit,
    tr,
    verb,
)

app: Final = noun("coverage", "Who is reached, who is not, and which mission leads where.")
Which = Annotated[
    str, typer.Argument(metavar="OBLIGATION", help="The map, the visits or the burden-sharing.")
]


@verb(
    app,
    "show",
    examples=("chancery coverage show", "chancery coverage show --mission Q --json"),
)
async def show_(
    mission: Annotated[
        str | None, typer.Option("--mission", help="The mission's code; all without it.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """What is not reached comes first; then what is, and who leads for each area. No names, and no case."""
    from chancery.sharing import shared
    from domain.refusals import Refused

    async with installed() as here:
        seen = await known(here, as_of)
        codes = [row["code"] for row in await seen.missions() if mission in (None, row["code"])]
        if mission is not None and not codes:
            raise Refused("no-such-mission", mission=mission)
        found = [(await shared(seen, code)).to_data() for code in codes]
        zones = {code: (await seen.mission(code)).clock.zone for code in codes}
        show("coverage", stamp(seen) | {"missions": found}, lambda: _page(found, zones))


def _page(found: list[dict[str, Any]], zones: dict[str, str]) -> list[str | Table]:
    reached: list[tuple[str, ...]] = []
    led: list[tuple[str, ...]] = []
    for of in found:
        zone = zones[of["mission"]]
        for area in sorted(of["areas"], key=lambda a: (a["reached"], a["area"])):
            how = tr("reached") if area["reached"] else tr("not reached")
            reached.append((of["mission"], area["area"], how, local(area["since"], zone)[:10]))
        led += [(of["mission"], a["area"], a["lead"], a["backup"] or "") for a in of["allocations"]]
    return [
        Table(
            ("Mission", "Area", "Reach", "Since"), reached, title="Reach", empty="Nobody has said who is reached."
        ),
        Table(
            ("Mission", "Area", "Leads", "Backup"), led, title="Who leads", empty="No area is allocated."
        ),
    ]  # fmt: skip


@verb(
    app,
    "record",
    changes=True,
    examples=(
        "chancery coverage record Q-EG:MAP:2026-07 --reached greater-cairo --not-reached upper-egypt --as Q-103",
    ),
)
async def record(
    which: Which,
    reached: Annotated[
        list[str] | None, typer.Option("--reached", metavar="AREA", help="Reached; may be repeated.")
    ] = None,
    not_reached: Annotated[
        list[str] | None, typer.Option("--not-reached", metavar="AREA", help="Not reached; may be repeated.")
    ] = None,
) -> None:
    """Say which regions and groups are reached, and which are not."""
    from domain import commands as c

    async with installed() as here:
        state = await here.desk.obligation(which)
        command = c.RecordCoverage(
            command_id=command_id(),
            mission=_mission(which, state.mission),
            obligation=which,
            reached=tuple(reached or ()),
            not_reached=tuple(not_reached or ()),
        )
        show_receipt(await submit(here, command))


@verb(
    app,
    "allocate",
    changes=True,
    examples=(
        "chancery coverage allocate Q-EG:BURDEN:2026 upper-egypt --lead EUD-CAIRO --backup Q --as Q-103",
    ),
)
async def allocate(
    which: Which,
    area: Annotated[str, typer.Argument(metavar="AREA", help="A region, a court or a prison, by its code.")],
    lead: Annotated[str, typer.Option("--lead", metavar="CODE", help="The mission or partner that leads.")],
    backup: Annotated[
        str | None, typer.Option("--backup", metavar="CODE", help="Who stands in for it.")
    ] = None,
) -> None:
    """Say which mission leads for an area, and which stands in."""
    from domain import commands as c

    async with installed() as here:
        state = await here.desk.obligation(which)
        command = c.RecordAllocation(
            command_id=command_id(),
            mission=_mission(which, state.mission),
            obligation=which,
            area=area,
            lead=lead,
            backup=backup,
        )
        show_receipt(await submit(here, command))


def _mission(obligation: str, mission: str) -> str:
    """The obligation's mission. Raises Refused `no-such-obligation`."""
    from domain.refusals import Refused

    if not mission:
        raise Refused("no-such-obligation", obligation=obligation)
    return mission
