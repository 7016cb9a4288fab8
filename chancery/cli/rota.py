"""`rota`: who observes a sitting. The first to claim it observes, the second stands in."""

from typing import Annotated, Final

import typer

from chancery.cli.shared import command_id, installed, noun, show_receipt, submit, verb

app: Final = noun("rota", "Who observes which sitting.")
Which = Annotated[str, typer.Argument(metavar="OBLIGATION", help="The proceeding.")]
Sitting = Annotated[
    str, typer.Argument(metavar="SITTING", help="The sitting, as `obligation sittings` lists it.")
]


async def _answer(which: str, sitting: str, reason: str | None, *, claim: bool) -> None:
    from domain import commands as c
    from domain.refusals import Refused

    async with installed() as here:
        state = await here.desk.obligation(which)
        if not state.version:
            raise Refused("no-such-obligation", obligation=which)
        command = c.AnswerRota(
            command_id=command_id(),
            mission=state.mission,
            obligation=which,
            appointment=sitting,
            claim=claim,
            reason=reason,
        )
        show_receipt(await submit(here, command))


@verb(app, "claim", changes=True, examples=("chancery rota claim OBLIGATION SITTING --as Q-103",))
async def claim(which: Which, sitting: Sitting) -> None:
    """Say that you will go."""
    await _answer(which, sitting, None, claim=True)


@verb(
    app,
    "decline",
    changes=True,
    examples=("chancery rota decline OBLIGATION SITTING --reason capacity --as Q-103",),
)
async def decline(
    which: Which,
    sitting: Sitting,
    reason: Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Why, by a code.")] = None,
) -> None:
    """Say that you cannot go."""
    await _answer(which, sitting, reason, claim=False)
