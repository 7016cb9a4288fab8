"""`workplan`: what an officer and a manager agree that a posting does in a period. Seen by these two alone."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

import typer

from chancery.cli.objectives import Objectives, check, parse
from chancery.cli.parties import plan_for, posting_named, reader_of, rows_for
from chancery.cli.shared import (
    Table,
    command_id,
    installed,
    noun,
    say,
    show,
    show_receipt,
    submit,
    tr,
    verb,
    word,
)
from chancery.cli.times import day
from chancery.telling.names import called

app: Final = noun(
    "workplan", "Work plans: objectives that officer and manager agreed, to lay the record beside."
)
_NEEDED: Any = ...
Code = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's code, as `workplan list` shows it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]


@verb(
    app,
    "draft",
    changes=True,
    examples=(
        "chancery workplan draft Q-103 --manager Q-101 --from 2026-01-01 --to 2026-12-31 --objective rota:TRIAL-OBS --as Q-103",
        "chancery workplan draft Q-103 --manager Q-101 --from 2026-01-01 --to 2026-12-31 --objective number:CONTACT=6 --as Q-101",
    ),
)
async def draft(
    posting: Annotated[str, typer.Argument(metavar="OFFICER", help="An officer's code, or a posting's.")],
    *,
    manager: Annotated[
        str, typer.Option("--manager", metavar="OFFICER", help="With whom it is agreed.")
    ] = _NEEDED,
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")] = _NEEDED,
    to: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")] = _NEEDED,
    objective: Objectives = _NEEDED,
) -> None:
    """Put a work plan down. It holds once officer and manager have both agreed to it."""
    from chancery import workplans
    from chancery.cli.acting import actor_for

    first, last = (date.fromisoformat(day(text, name)) for text, name in ((from_, "--from"), (to, "--to")))
    wanted = parse(objective)
    async with installed() as here:
        held, mission = await posting_named(here, posting)
        managing, _ = await posting_named(here, manager)
        check(wanted, await workplans.offered(here, await here.desk.mission(mission)), mission)
        asked = workplans.Draft(mission, held, managing, first, last, wanted)
        receipt = await workplans.draft(here, await actor_for(here, mission), asked, command_id())
    code = receipt.stream.partition("/")[2]
    show_receipt(receipt, workplan=code)
    say("Work plan {plan} waits for both: `chancery workplan agree {plan}`.", plan=code)


@verb(app, "agree", changes=True, examples=("chancery workplan agree wp-1a2b3c4d5e6f --as Q-103",))
async def agree(
    plan: Code,
    *,
    edition: Annotated[
        int | None,
        typer.Option("--edition", metavar="NUMBER", min=1, help="The edition that you saw; else the last."),
    ] = None,
) -> None:
    """Agree to a plan's edition, as its officer or its manager."""
    from domain import commands as c

    async with installed() as here:
        known, actor = await plan_for(here, plan)
        command = c.AgreeWorkPlan(
            command_id=command_id(),
            mission=known.mission,
            workplan=plan,
            edition=edition or len(known.editions),
        )
        show_receipt(await submit(here, command, actor=actor))


@verb(
    app,
    "amend",
    changes=True,
    examples=(
        "chancery workplan amend wp-1a2b3c4d5e6f --reason vacancy --objective rota:TRIAL-OBS --as Q-101",
    ),
)
async def amend(plan: Code, *, reason: Reason = _NEEDED, objective: Objectives = _NEEDED) -> None:
    """Put another edition down, with all its objectives. The one before holds until both agree to it."""
    from chancery import workplans
    from domain import commands as c

    wanted = parse(objective)
    async with installed() as here:
        known, actor = await plan_for(here, plan)
        check(wanted, await workplans.offered(here, await here.desk.mission(known.mission)), known.mission)
        command = c.AmendWorkPlan(
            command_id=command_id(),
            mission=known.mission,
            workplan=plan,
            objectives=wanted,
            reason=reason,
        )
        show_receipt(await submit(here, command, actor=actor))


@verb(
    app,
    "end",
    changes=True,
    examples=("chancery workplan end wp-1a2b3c4d5e6f --reason posting_ended --as Q-101",),
)
async def end(plan: Code, *, reason: Reason = _NEEDED) -> None:
    """End a plan before its last day, or call off one that was put down in error."""
    from chancery import workplans
    from domain import commands as c

    async with installed() as here:
        mission = (await workplans.plan_of(here, plan)).mission
        actor = (await reader_of(here, mission)).actor
        command = c.EndWorkPlan(command_id=command_id(), mission=mission, workplan=plan, reason=reason)
        show_receipt(await submit(here, command, actor=actor))


@verb(app, "list", acts=True, examples=("chancery workplan list --as Q-103",))
async def list_() -> None:
    """List your work plans; for a head of mission, the mission's too, by code, period and status alone."""
    async with installed() as here:
        found = await rows_for(here, "workplan")

    def page() -> list[Table]:
        table = Table(("Plan", "Mission", "From", "To", "Status"), empty="No work plan.")
        table.rows += [
            (one["code"], one["mission"], one["first"], one["last"], word(one["status"])) for one in found
        ]
        return [table]

    show("workplans", {"workplans": found}, page)


@verb(app, "show", acts=True, examples=("chancery workplan show wp-1a2b3c4d5e6f --as Q-103",))
async def show_(plan: Code) -> None:
    """Show a plan to its officer or manager: its objectives in words, and who agreed, by positions of the log."""
    from chancery import workplans

    async with installed() as here:
        known, _ = await plan_for(here, plan)
        offered = await workplans.offered(here, await here.desk.mission(known.mission))
        held = await here.directory.officers_of(here.pool, [known.posting, known.manager])
    force = known.in_force
    data = {
        "workplan": known.code,
        "mission": known.mission,
        "posting": known.posting,
        "manager": known.manager,
        "first": known.first,
        "last": known.last,
        "status": known.status,
        "share_percent": known.share_percent,
        "answers_for": list(known.answers_for),
        "in_force": force.number if force else None,
        "editions": [
            {
                "edition": one.number,
                "at": one.at,
                "position": one.position,
                "reason": one.reason,
                "objectives": one.objectives,
                "agreed": one.agreed,
            }
            for one in known.editions
        ],
    }

    def page() -> list[str | Table]:
        blocks: list[str | Table] = [
            tr(
                "Work plan {plan} of {posting} with {manager}, {first} to {last}: {status}.",
                plan=known.code,
                posting=called(known.posting, held),
                manager=called(known.manager, held),
                first=known.first,
                last=known.last,
                status=word(known.status),
            )
        ]
        for one in known.editions:
            agreed = ", ".join(f"{word(part)} ({at})" for part, at in sorted(one.agreed.items()))
            blocks.append(
                tr(
                    "Edition {n}, position {position}. Agreed, with position: {agreed}.",
                    n=one.number,
                    position=one.position,
                    agreed=agreed or tr("nobody yet"),
                )
            )
            blocks += [
                f"  - {workplans.objective_words(each, offered.definitions)}" for each in one.objectives
            ]
        return blocks

    show("workplan", data, page)
