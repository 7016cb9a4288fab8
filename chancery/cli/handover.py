"""`handover`: what moves when an officer leaves, the moves, and both signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from chancery.cli.acting import postings_of
from chancery.cli.shared import (
    Fault,
    Table,
    actor_for,
    command_id,
    installed,
    local,
    noun,
    say,
    show,
    show_receipt,
    state,
    submit,
    tr,
    verb,
)

if TYPE_CHECKING:
    from chancery.handover import Move, Moved, Officers
    from chancery.installation import Installation

app: Final = noun("handover", "Hand over in bulk: what moves, to whom, and the signatures.")
Leaver = Annotated[
    str, typer.Argument(metavar="OFFICER", help="Who leaves: an officer's code or a posting's.")
]
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="OFFICER", help="Who takes over; without it: alternate, deputy, Head of Mission."
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="OBLIGATION", help="What stays with who leaves; may be repeated."),
]


async def _posting(here: Installation, who: str, mission: str) -> str:
    """The posting of somebody in a mission, that runs now or begins or ended last. Raises Fault."""
    found = [row for row in await postings_of(here, who) if row["mission"] == mission]
    if not found:
        raise Fault(
            "no-such-officer", "{who} has no posting in mission {mission} today.", who=who, mission=mission
        )
    day = (await here.desk.mission(mission)).day(here.clock.now()).isoformat()
    running = [row for row in found if row["first"] <= day <= row["last"]]
    return str(max(running or found, key=lambda row: row["last"])["posting"])


async def _officers(here: Installation, mission: str, leaver: str, to: str | None) -> Officers:
    from chancery.handover import Officers

    successor = None if to is None else await _posting(here, to, mission)
    return Officers(mission, await _posting(here, leaver, mission), successor)


async def _names(here: Installation, moves: list[Move]) -> dict[str, str]:
    from chancery.telling import names

    return await names.officers(here, [move.to for move in moves if move.to is not None])


def _data(move: Move, names: dict[str, str]) -> dict[str, Any]:
    return {
        "obligation": move.obligation,
        "task": move.task,
        "definition": move.definition,
        "due": move.due,
        "to": move.to,
        "officer": names.get(move.to or ""),
        "why": move.why,
        "refusal": move.refusal,
        "sentence": _sentence(move),
    }


def _sentence(move: Move) -> str | None:
    if move.sentence is None:
        return None
    return move.sentence[1 if state().language == "fr" else 0]


def _page(moves: list[Move], names: dict[str, str], zone: str) -> Table:
    from chancery.i18n import word
    from chancery.telling.names import who

    table = Table(
        ("Task", "Due (local)", "Goes to", "Why", "Said against it"), empty="Nothing is held that could move."
    )
    for move in moves:
        to = who(move.to, names) if move.to is not None else tr("stays")
        why = word(move.why) if move.why else ""
        table.rows.append(
            (f"{move.obligation}/{move.task}", local(move.due, zone), to, why, _sentence(move) or "")
        )
    return table


@verb(
    app,
    "plan",
    acts=True,
    examples=(
        "chancery handover plan Q-103 --mission Q --to Q-109 --as Q-101",
        "chancery handover plan Q-103 --mission Q --as Q-101 --json",
    ),
)
async def plan(leaver: Leaver, mission: Mission, to: To = None, keep: Keep = None) -> None:
    """Show what would move, to whom, and what would be refused and why. Nothing is written."""
    from chancery import handover

    async with installed() as here:
        actor = await actor_for(here, mission)
        who = await _officers(here, mission, leaver, to)
        moves = await handover.plan(here.desk, who, actor, keep or ())
        names = await _names(here, moves)
        zone = (await here.desk.mission(mission)).clock.zone
        data = {"mission": mission, "leaver": who.leaver, "moves": [_data(m, names) for m in moves]}
        show("handover-plan", data, lambda: [_page(moves, names, zone)])


@verb(
    app,
    "run",
    changes=True,
    examples=("chancery handover run Q-103 --mission Q --to Q-109 --as Q-101",),
)
async def run(leaver: Leaver, mission: Mission, to: To = None, keep: Keep = None) -> None:
    """Move every open task that can move, each with a receipt; say what did not, and why."""
    from chancery import handover

    async with installed() as here:
        actor = await actor_for(here, mission)
        moves = await handover.plan(here.desk, await _officers(here, mission, leaver, to), actor, keep or ())
        made = await handover.run(here, mission, moves, command_id(), actor)
        names = await _names(here, moves)
        stays = [move for move in moves if move.to is None]
        done = [one for one in made if one.receipt is not None]
        data = {
            "mission": mission,
            "moved": [_made(one, names) for one in made],
            "stays": [_data(move, names) for move in stays],
            "command_id": str(command_id()),
        }
        show("handover", data, lambda: [_receipts(made, stays, names)])
        say("{n} of {all} tasks moved.", n=len(done), all=len(moves))


def _made(one: Moved, names: dict[str, str]) -> dict[str, Any]:
    data = _data(one.move, names)
    if one.receipt is not None:
        return data | {"position": one.receipt.position, "leaf": one.receipt.leaf}
    assert one.refusal is not None
    return data | {"refusal": one.refusal.code, "sentence": one.refusal.sentence(state().language)}


def _receipts(made: list[Moved], stays: list[Move], names: dict[str, str]) -> Table:
    from chancery.telling.names import who

    table = Table(("Task", "Goes to", "Receipt"), empty="Nothing is held that could move.")
    for one in made:
        to = who(one.move.to or "", names)
        said = one.receipt.leaf[:16] if one.receipt else ""
        if one.refusal is not None:
            to, said = tr("stays"), one.refusal.sentence(state().language)
        table.rows.append((f"{one.move.obligation}/{one.move.task}", to, said))
    for move in stays:
        table.rows.append((f"{move.obligation}/{move.task}", tr("stays"), _sentence(move) or ""))
    return table


@verb(
    app,
    "sign",
    changes=True,
    examples=(
        "chancery handover sign Q-103 --mission Q --side out --as Q-103",
        "chancery handover sign Q-103 --mission Q --side in --query o-h24ipz2t2k34nk4n --as Q-109",
    ),
)
async def sign(
    leaver: Leaver,
    mission: Mission,
    side: Annotated[
        Literal["out", "in"], typer.Option("--side", help="out: who leaves. in: who takes over.")
    ],
    query: Annotated[
        list[str] | None,
        typer.Option("--query", metavar="OBLIGATION", help="What is not clear yet; may be repeated."),
    ] = None,
) -> None:
    """Sign for all open obligations of whoever leaves: one signature for each side."""
    from chancery import handover

    async with installed() as here:
        who = await _officers(here, mission, leaver, None)
        command = await handover.signature(here.desk, who, side, query or (), command_id())
        receipt = await submit(here, command)
        show_receipt(receipt, obligation=command.obligation, items=list(command.items))
