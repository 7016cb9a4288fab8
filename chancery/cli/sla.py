"""`sla`: a mission's clocks. Sorted by obligation and time left; never counted by person."""

from typing import Annotated, Final

import typer

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import Table, installed, local, noun, show, verb
from chancery.i18n import tr
from chancery.telling import clocks, names

app: Final = noun("", "")
PILES: Final = {"overdue": "Overdue", "at_risk": "At risk", "waiting": "Waiting", "open": "In time"}


@verb(
    app,
    "sla",
    examples=("chancery sla --mission Q", "chancery sla --mission Q --as-of 2026-06-30T18:00Z --json"),
)
async def sla(
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")], as_of: AsOf = None
) -> None:
    """Show the clocks of a mission: what is overdue, at risk, waiting, in time."""
    from domain.refusals import Refused

    async with installed() as here:
        seen = await known(here, as_of)
        state = await seen.mission(mission)
        if not state.version:
            raise Refused("no-such-mission", mission=mission)
        now, calendar = seen.at, state.clock
        rows = await seen.tasks(mission=mission)
        told = [
            row
            | {
                "id": f"{row['obligation']}/{row['task']}",
                "title": names.step_title(row["instrument"], row["definition"], row["step"]),
                "left": clocks.left(row, calendar, now),
                "pressure": clocks.pressure(row, calendar, now),
            }
            for row in rows
        ]
        order = list(PILES)
        told.sort(key=lambda c: (order.index(c["pressure"]), c["definition"], c["due"], c["id"]))
        counts = {pile: sum(1 for c in told if c["pressure"] == pile) for pile in order}
        data = stamp(seen) | {"mission": mission, "zone": calendar.zone, "counts": counts}

        def page() -> list[str | Table]:
            table = Table(
                ("Clock", "Obligation", "Task", "What", "Due (local)", "Left"), empty="No clock runs."
            )
            for number, c in enumerate(told):
                left = (
                    tr("waiting: {party}", party=c["waiting"])
                    if c["waiting"]
                    else clocks.left_words(c["left"])
                )
                table.rows.append(
                    (
                        tr(PILES[c["pressure"]]),
                        c["definition"],
                        c["id"],
                        c["title"],
                        local(c["due"], calendar.zone),
                        left,
                    )
                )
                table.marks[number] = {"overdue": "bold red", "at_risk": "yellow", "waiting": "dim"}.get(
                    c["pressure"], ""
                )
            heads = ", ".join(f"{tr(PILES[pile])}: {n}" for pile, n in counts.items())
            stamp = tr("As of position {position}.", position=data["position"])
            return [f"{tr('Mission {code}', code=mission)} · {heads} · {stamp}", table]

        show("sla", data | {"clocks": told}, page)
