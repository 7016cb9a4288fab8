"""`task list`: whose, by time left; overdue first, what waits last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chancery.cli.acting import running_postings
from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import Fault, Table, installed, local, show, state, verb
from chancery.cli.task.noun import app
from chancery.i18n import tr
from chancery.telling import clocks, names

if TYPE_CHECKING:
    from chancery.asof import Reading
    from chancery.installation import Installation
    from domain.mission import Mission

_HEADINGS = ("Task", "What", "Mission", "Due (local)", "Left", "State", "Held by")
_STYLES = {"overdue": "bold red", "at_risk": "yellow", "waiting": "dim"}


@verb(
    app,
    "list",
    acts=True,
    examples=(
        "chancery task list --mine --as Q-103",
        "chancery task list --mission Q --json",
        "chancery task list --obligation Q-EG:COORD-LOCAL:2026-05 --ended",
        "chancery task list --mission Q --as-of 2026-06-30T18:00Z",
    ),
)
async def list_(
    *,
    mine: Annotated[bool, typer.Option("--mine", help="What you hold (with --as).")] = False,
    team: Annotated[
        bool, typer.Option("--team", help="What nobody in your mission has accepted yet (with --as).")
    ] = False,
    mission: Annotated[str | None, typer.Option("--mission", help="Everything of one mission.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every mission.")] = False,
    obligation: Annotated[
        str | None, typer.Option("--obligation", help="Everything of one obligation.")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Ended tasks too.")] = False,
    as_of: AsOf = None,
) -> None:
    """List tasks by the time they have left.

    Without a choice: what you hold if --as or CHANCERY_AS says who you are, else every open task.
    """
    if (mine or team) and state().who is None:
        raise Fault(
            "who-acts", "Say who you are: --as OFFICER, or CHANCERY_AS (an officer's code such as Q-103)."
        )
    own = mine or not (team or mission or all_ or obligation or state().who is None)
    async with installed() as here:
        seen = await known(here, as_of)
        wanted = await _wanted(here, seen, own, team, mission)
        rows = await _rows(seen, wanted | {"obligation": obligation}, ended, unclaimed=team)
        missions = {code: await seen.mission(code) for code in {row["mission"] for row in rows}}
        held = await names.officers(here, [row["posting"] for row in rows])
        tasks = [_data(row, missions[row["mission"]], seen, held) for row in rows]
        show("task-list", stamp(seen) | {"tasks": tasks}, lambda: [page(tasks)])


async def _wanted(
    here: Installation, seen: Reading, mine: bool, team: bool, mission: str | None
) -> dict[str, Any]:
    """What to ask for."""
    from domain.instrument import HEADQUARTERS
    from domain.refusals import Refused

    if mission is not None and not (await seen.mission(mission)).version:
        raise Refused("no-such-mission", mission=mission)
    if mine:
        held = await running_postings(here, state().who or "", seen.at)
        # What passed to headquarters stands under its role, and is whoever's serves there.
        roles = [row["role"] for row in held if row["role"] in HEADQUARTERS]
        postings = list(dict.fromkeys([*(row["posting"] for row in held), *roles]))
        return {"mission": mission, "postings_": postings}
    if team and mission is None:
        missions = {row["mission"] for row in await running_postings(here, state().who or "", seen.at)}
        if len(missions) > 1:
            raise Fault(
                "which-posting",
                "{who} serves in several missions: {names}. Say which with --mission.",
                who=state().who,
                names=", ".join(sorted(missions)),
            )
        return {"mission": missions.pop()}
    return {"mission": mission}


async def _rows(
    seen: Reading, wanted: dict[str, Any], ended: bool, *, unclaimed: bool
) -> list[dict[str, Any]]:
    from domain.refusals import Refused

    obligation = wanted["obligation"]
    if obligation is not None and not (await seen.obligation(obligation)).version:
        raise Refused("no-such-obligation", obligation=obligation)
    rows = await seen.tasks(status=None if ended else "open", **wanted)
    return [row for row in rows if not (unclaimed and row["accepted"])]


def _data(row: dict[str, Any], mission: Mission, seen: Reading, held: dict[str, str]) -> dict[str, Any]:
    now = seen.at
    more: dict[str, Any] = {
        "id": f"{row['obligation']}/{row['task']}",
        "title": names.step_title(row["instrument"], row["definition"], row["step"]),
        "officer": held[row["posting"]],
        "state": clocks.status_words(row, now),
    }
    if row["status"] == "open":
        more |= {
            "left": clocks.left(row, mission.clock, now),
            "pressure": clocks.pressure(row, mission.clock, now),
        }
    return row | more


def page(tasks: list[dict[str, Any]]) -> Table:
    """The tasks as a table."""
    table = Table(_HEADINGS, empty="No task is open here.")
    for number, task in enumerate(tasks):
        due = local(task["due"], task["zone"]) + (
            f" {tr('(estimated holiday)')}" if task["provisional"] else ""
        )
        left = clocks.left_words(task["left"]) if "left" in task and not task["waiting"] else ""
        table.rows.append(
            (task["id"], task["title"], task["mission"], due, left, task["state"],
             names.who(task["posting"], {task["posting"]: task["officer"]}))
        )  # fmt: skip
        if task.get("pressure") in _STYLES:
            table.marks[number] = _STYLES[task["pressure"]]
    return table
