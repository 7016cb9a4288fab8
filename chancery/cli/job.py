"""`job`: what a post's job description says of this work."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from chancery.cli.shared import command_id, installed, noun, show_receipt, submit, verb

app: Final = noun("job", "Job descriptions: the share of a post for this work, and what it answers for.")
_NEEDED: Any = ...


@verb(
    app,
    "describe",
    changes=True,
    examples=(
        "chancery job describe Q-POL-1 --mission Q --clause 4.2 --share 30 --answers-for TRIAL-OBS,CONTACT --as Q-101",
    ),
)
async def describe(
    post: Annotated[str, typer.Argument(metavar="POST", help="The post's code, as `mission show` lists it.")],
    *,
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")] = _NEEDED,
    clause: Annotated[
        str, typer.Option("--clause", metavar="CLAUSE", help="Where it stands in the job description.")
    ] = _NEEDED,
    share: Annotated[
        int, typer.Option("--share", metavar="PERCENT", min=0, max=100, help="Of the working time, per cent.")
    ] = _NEEDED,
    answers_for: Annotated[
        str, typer.Option("--answers-for", metavar="DUTIES", help="Duties, separated by commas.")
    ] = "",
) -> None:
    """Set down what a post's job description says, from now on. Earlier reports keep what was said before."""
    from chancery import workplans
    from chancery.cli.objectives import check_definitions
    from domain import commands as c
    from domain.refusals import Refused

    duties = tuple(code.strip() for code in answers_for.split(",") if code.strip())
    async with installed() as here:
        home = await here.desk.mission(mission)
        if not home.version:
            raise Refused("no-such-mission", mission=mission)
        check_definitions(duties, await workplans.offered(here, home), mission)
        command = c.DescribeJob(
            command_id=command_id(),
            mission=mission,
            post=post,
            clause=clause,
            share_percent=share,
            answers_for=duties,
        )
        show_receipt(await submit(here, command))
