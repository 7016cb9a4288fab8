"""`duty`: what a mission changes for itself: duties on and off, terms of steps, the version of an instrument."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import typer

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import (
    Table,
    command_id,
    installed,
    noun,
    show,
    show_receipt,
    submit,
    tr,
    verb,
    word,
)
from chancery.cli.times import day

app: Final = noun("duty", "What a mission changes for itself: duties, terms, versions of an instrument.")
Mission = Annotated[str, typer.Option("--mission", help="The mission's code.")]
Definition = Annotated[
    str, typer.Argument(metavar="DEFINITION", help="The duty's code, such as COORD-LOCAL.")
]
Authority = Annotated[
    str, typer.Option("--authority", metavar="CODE", help="Who said so, where: a code such as strategy-2026.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, by a code.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="The last day on which it counts.")]


async def _switch(definition: str, mission: str, on: bool, said: dict[str, str]) -> None:
    from chancery import local_rules

    async with installed() as here:
        command = await local_rules.switching(
            here.desk,
            mission,
            definition,
            on=on,
            authority=said["authority"],
            reason=said["reason"],
            until=day(said["until"], "--until"),
            command_id=command_id(),
        )
        show_receipt(await submit(here, command))


@verb(
    app,
    "off",
    changes=True,
    examples=(
        "chancery duty off COORD-LOCAL --mission Q --authority strategy-2026 --reason capacity --until 2026-12-31 --as Q-101",
    ),
)
async def off(
    definition: Definition, mission: Mission, authority: Authority, reason: Reason, until: Until
) -> None:
    """Switch a duty off until a day. Core duties stay on."""
    await _switch(definition, mission, False, {"authority": authority, "reason": reason, "until": until})


@verb(
    app,
    "on",
    changes=True,
    examples=(
        "chancery duty on HR-EDU --mission Q --authority strategy-2026 --reason strategy --until 2027-12-31 --as Q-101",
    ),
)
async def on(
    definition: Definition, mission: Mission, authority: Authority, reason: Reason, until: Until
) -> None:
    """Switch a duty on until a day."""
    await _switch(definition, mission, True, {"authority": authority, "reason": reason, "until": until})


@verb(
    app,
    "term",
    changes=True,
    examples=(
        "chancery duty term CONSULT talk 3wd --mission Q --source local_strategy --authority strategy --reason reach --until 2026-12-31 --as Q-101",
    ),
)
async def term(
    definition: Definition,
    step: Annotated[str, typer.Argument(metavar="STEP", help="The step's code.")],
    term: Annotated[str, typer.Argument(metavar="TERM", help="Its term here, such as 2wd, 48h or 30d.")],
    *,
    mission: Mission,
    source: Annotated[
        Literal["local_strategy", "hq_instruction"],
        typer.Option("--source", help="Where the term comes from."),
    ],
    authority: Authority,
    reason: Reason,
    until: Until,
) -> None:
    """Give a step a term of this mission's own until a day, for what is opened from now on."""
    from chancery import local_rules

    async with installed() as here:
        command = await local_rules.local_term(
            here.desk,
            mission,
            definition,
            step,
            term=term,
            source=source,
            authority=authority,
            reason=reason,
            until=day(until, "--until"),
            command_id=command_id(),
        )
        show_receipt(await submit(here, command))


@verb(
    app,
    "instrument",
    changes=True,
    examples=("chancery duty instrument osce --mission Q --as Q-101",),
)
async def instrument(
    code: Annotated[str, typer.Argument(metavar="INSTRUMENT", help="The instrument's code.")],
    mission: Mission,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="Which version; the newest without it.")
    ] = None,
) -> None:
    """Take up an instrument, or another version of it, for what is opened from now on."""
    from chancery import local_rules

    async with installed() as here:
        command = await local_rules.taking_up(here.desk, mission, code, version, command_id())
        show_receipt(await submit(here, command), instrument=code, version=command.version)


@verb(app, "list", examples=("chancery duty list --mission Q",))
async def list_(mission: Mission, as_of: AsOf = None) -> None:
    """What this mission has changed for itself, and until when."""
    from domain.refusals import Refused

    async with installed() as here:
        seen = await known(here, as_of)
        then = await seen.mission(mission)
        if not then.version:
            raise Refused("no-such-mission", mission=mission)
        today = then.day(seen.at)
        terms: list[dict[str, Any]] = [
            {
                "definition": of,
                "step": step,
                "term": local.term,
                "source": local.source,
                "authority": local.authority,
                "until": local.until,
                "in_force": today <= local.until,
            }
            for (of, step), local in sorted(then.local_terms.items())
        ]
        switched: list[dict[str, Any]] = [
            {
                "definition": of,
                "on": switch.on,
                "authority": switch.authority,
                "until": switch.until,
                "in_force": today <= switch.until,
            }
            for of, switch in sorted(then.switches.items())
        ]
        data = stamp(seen) | {
            "mission": mission,
            "instruments": then.instruments,
            "off_since_adoption": sorted(then.switched_off),
            "switched": switched,
            "terms": terms,
        }
        show("duties", data, lambda: _page(switched, terms))


def _page(switched: list[dict[str, Any]], terms: list[dict[str, Any]]) -> list[str | Table]:
    return [
        Table(
            ("Duty", "State", "Authority", "Until", "In force"),
            [
                (
                    s["definition"], tr("on") if s["on"] else tr("off"), word(s["authority"]), str(s["until"]),
                    tr("yes") if s["in_force"] else "",
                )
                for s in switched
            ],
            title="Duties switched",
            empty="No duty was switched here.",
        ),
        Table(
            ("Duty", "Step", "Term", "Source", "Authority", "Until", "In force"),
            [
                (
                    t["definition"], t["step"], t["term"], word(t["source"]), word(t["authority"]), str(t["until"]),
                    tr("yes") if t["in_force"] else "",
                )
                for t in terms
            ],
            title="Terms of this mission's own",
            empty="No term was changed here.",
        ),
    ]  # fmt: skip
