"""`chancery vault`: close a mission's vault in seconds, open it again, and destroy a case's content under four eyes."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from chancery.cli.casework import Case, acting_on
from chancery.cli.output import Table
from chancery.cli.shared import actor_for, command_id, installed, noun, say, show, show_receipt, verb
from chancery.i18n import tr, word

app: Final = noun("vault", "What is sealed: closed at need, and destroyed by two.")
shred: Final = noun("shred", "Destroy a case's content: one asks, another approves.")
app.add_typer(shred)
_NEEDED: Any = ...
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]
Request = Annotated[
    str, typer.Argument(metavar="REQUEST", help="The request's code, as `vault show` lists it.")
]


@verb(app, "lock", changes=True, examples=("chancery vault lock --mission Q --reason raid --as Q-101",))
async def lock(mission: Mission = _NEEDED, reason: Reason = _NEEDED) -> None:
    """Close a mission's vault at once, for everybody. Tasks go on by their codes."""
    from chancery.cases import lock as locking

    async with installed() as here:
        actor = await actor_for(here, mission)
        receipt = await locking.lock(here, actor, mission, reason, command_id())
    show_receipt(receipt, locked=True)
    say("The vault of mission {mission} is closed; tasks go on by their codes.", mission=mission)


@verb(app, "unlock", changes=True, examples=("chancery vault unlock --mission Q --reason over --as Q-101",))
async def unlock(mission: Mission = _NEEDED, reason: Reason = _NEEDED) -> None:
    """Open a mission's vault again. What headquarters closed, only headquarters opens."""
    from chancery.cases import lock as locking

    async with installed() as here:
        actor = await actor_for(here, mission)
        receipt = await locking.unlock(here, actor, mission, reason, command_id())
    show_receipt(receipt, locked=False)
    say("The vault of mission {mission} is open.", mission=mission)


@verb(app, "show", examples=("chancery vault show --mission Q",))
async def show_(mission: Mission = _NEEDED) -> None:
    """Show whether a mission's vault is closed, and what was asked to be destroyed. No case is named."""
    from chancery.cases import lock as locking

    async with installed() as here:
        latched, recorded = await locking.closed(here, mission)
        state = await here.desk.mission(mission)
    asked = [
        {"request": one.request, "basis": one.basis, "proposer": one.proposer, "status": one.status}
        for one in state.shreddings.values()
    ]
    data = {"mission": mission, "locked": latched, "recorded_locked": recorded, "shreddings": asked}

    def page() -> list[str | Table]:
        text = (
            tr("The vault of mission {mission} is closed.", mission=mission)
            if latched
            else tr("The vault of mission {mission} is open.", mission=mission)
        )
        table = Table(
            ("Request", "Legal basis", "Asked by", "State"),
            title="To be destroyed",
            empty="Nothing was asked.",
        )
        for one in asked:
            table.rows.append(
                (one["request"], word(one["basis"]), one["proposer"], word(f"shredding:{one['status']}"))
            )
        return [text, table]

    show("vault", data, page)


@verb(
    shred,
    "propose",
    changes=True,
    examples=("chancery vault shred propose c-7kq2mz4xha --basis retention_ended --as Q-103",),
)
async def propose(
    case: Case,
    basis: Annotated[
        str, typer.Option("--basis", metavar="CODE", help="The legal basis: retention_ended, on_request.")
    ] = _NEEDED,
) -> None:
    """Ask that everything sealed of a case be destroyed. Nothing is, until a second person approves."""
    from chancery.cases import shred as shredding

    async with installed() as here:
        request = await shredding.propose(here, await acting_on(here, case), case, basis, command_id())
    show("shredding", {"request": request, "status": "proposed"}, lambda: [request])
    say("Asked; a second person answers with `chancery vault shred approve {request}`.", request=request)


@verb(
    shred,
    "approve",
    changes=True,
    examples=("chancery vault shred approve d-0123456789ab --mission Q --as Q-101",),
)
async def approve(request: Request, mission: Mission = _NEEDED) -> None:
    """Approve it, as a second person: the key is destroyed at once, for good."""
    from chancery.cases import shred as shredding

    async with installed() as here:
        actor = await actor_for(here, mission)
        done = await shredding.answer(here, actor, mission, request, approved=True, request=command_id())
    ended = done.ended if done is not None else 0
    show("shredding", {"request": request, "status": "shredded", "ended": ended}, list)
    say("Destroyed: {ended} obligations ended, nothing sealed of the case can be read again.", ended=ended)


@verb(
    shred,
    "refuse",
    changes=True,
    examples=("chancery vault shred refuse d-0123456789ab --mission Q --as Q-101",),
)
async def refuse(request: Request, mission: Mission = _NEEDED) -> None:
    """Refuse it: everything stays."""
    from chancery.cases import shred as shredding

    async with installed() as here:
        actor = await actor_for(here, mission)
        await shredding.answer(here, actor, mission, request, approved=False, request=command_id())
    show("shredding", {"request": request, "status": "refused"}, list)
    say("Refused; nothing was destroyed.")


@verb(shred, "resume", examples=("chancery vault shred resume --mission Q",))
async def resume(mission: Mission = _NEEDED) -> None:
    """End what was approved and cut off, and destroy again what a restored key store brought back."""
    from chancery.cases import shred as shredding

    async with installed() as here:
        done = await shredding.resume(here, mission)
    rows = [{"request": one.request, "ended": one.ended, "destroyed": one.destroyed} for one in done]
    show("shredding-resumed", {"mission": mission, "done": rows}, lambda: [one.request for one in done])
    if not done:
        say("There was nothing to end.")
