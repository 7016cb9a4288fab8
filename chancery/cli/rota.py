"""`rota`: who observes a sitting. The first to claim it observes, every later one stands in; partners may claim too."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.knowing import AsOf, known, stamp
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
    submit,
    tr,
    verb,
    word,
)
from chancery.cli.shared import state as given

if TYPE_CHECKING:
    from chancery.installation import Installation
    from domain.mission import Mission
    from domain.obligation import Obligation

app: Final = noun("rota", "Who observes which sitting.")
Which = Annotated[
    str,
    typer.Argument(metavar="OBLIGATION", help="The proceeding; for a partner, its own code for the case."),
]
Sitting = Annotated[
    str, typer.Argument(metavar="SITTING", help="The sitting, as `obligation sittings` lists it.")
]
Partner = Annotated[
    str | None,
    typer.Option("--as-partner", metavar="CODE", help="A partner answers: its code, such as EUD-CAIRO."),
]


async def _known(here: Installation, which: str) -> Obligation:
    from domain.refusals import Refused

    state = await here.desk.obligation(which)
    if not state.version:
        raise Refused("no-such-obligation", obligation=which)
    return state


async def _meant(here: Installation, which: str, partner: str | None) -> str:
    """The obligation: named by its id, or by a partner by the code that it knows."""
    from chancery import partners

    if partner is None or not which.startswith("x-"):
        return which
    if given().mission is None:
        raise Fault("usage", "Say in which mission: --mission MISSION.")
    return await partners.obligation_of(here, given().mission or "", partner, which)


async def _answer(which: str, sitting: str, reason: str | None, partner: str | None, *, claim: bool) -> None:
    from domain import commands as c
    from domain.envelope import Actor

    async with installed() as here:
        state = await _known(here, await _meant(here, which, partner))
        command = c.AnswerRota(
            command_id=command_id(),
            mission=state.mission,
            obligation=state.id,
            appointment=sitting,
            claim=claim,
            reason=reason,
        )
        actor = Actor("partner", partner) if partner else await actor_for(here, state.mission)
        receipt = await submit(here, command, actor=actor)
        after = await here.desk.obligation(state.id)
        answer = after.appointments[sitting].answers[actor.code]
        show_receipt(receipt, answer=answer)
        if answer == "observer":
            say("You observe this sitting.")
        elif answer == "backup":
            say("Somebody claimed it before you; you stand in.")


@verb(
    app,
    "claim",
    changes=True,
    examples=(
        "chancery rota claim OBLIGATION SITTING --as Q-103",
        "chancery rota claim x-5vqzbnk2ma SITTING --as-partner EUD-CAIRO --mission Q",
    ),
)
async def claim(which: Which, sitting: Sitting, as_partner: Partner = None) -> None:
    """Say that you will go; the answer says whether you observe or stand in."""
    await _answer(which, sitting, None, as_partner, claim=True)


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
    as_partner: Partner = None,
) -> None:
    """Say that you cannot go."""
    await _answer(which, sitting, reason, as_partner, claim=False)


@verb(app, "offer", changes=True, examples=("chancery rota offer OBLIGATION SITTING --as Q-103",))
async def offer(which: Which, sitting: Sitting) -> None:
    """Offer a sitting to whoever was not asked yet; to partners, if they may know of it."""
    from domain import commands as c

    async with installed() as here:
        state = await _known(here, which)
        command = c.OfferRota(
            command_id=command_id(), mission=state.mission, obligation=which, appointment=sitting
        )
        show_receipt(await submit(here, command))


@verb(app, "offered", examples=("chancery rota offered --partner EUD-CAIRO --mission Q",))
async def offered(
    partner: Annotated[str, typer.Option("--partner", metavar="CODE", help="The partner's code.")],
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")],
) -> None:
    """What a partner sees: sittings on offer to it, each case under a code that no other partner knows."""
    from chancery import partners

    async with installed() as here:
        found = await partners.offers(here, mission, partner)
        zone = (await here.desk.mission(mission)).clock.zone
        data = {"mission": mission, "partner": partner, "offers": [asdict(one) for one in found]}
        said_as = {"observer": tr("observes"), "backup": tr("stands in"), "declined": tr("declines")}
        rows = [
            (
                one.code,
                one.appointment,
                local(one.starts, zone),
                word(one.status),
                said_as.get(one.answer or "", ""),
            )
            for one in found
        ]
        headings = Table(("Case", "Sitting", "Begins", "State", "Answer"), rows, empty="Nothing is on offer.")
        show("rota-offered", data, lambda: [headings])


@verb(app, "show", examples=("chancery rota show OBLIGATION",))
async def show_(which: Which, as_of: AsOf = None) -> None:
    """Who was asked, who claimed, who observes and who stands in; partners among them, and what they took on."""
    from chancery.telling import names
    from domain.refusals import Refused

    async with installed() as here:
        seen = await known(here, as_of)
        state = await seen.obligation(which)
        if not state.version:
            raise Refused("no-such-obligation", obligation=which)
        mission = await seen.mission(state.mission)
        sittings = _sittings(state, mission)
        codes = {code for s in sittings for code in (*s["offered"], s["observer"], s["backup"]) if code}
        people = await names.officers(here, sorted(codes))
        shared = sum(1 for s in sittings if s["covered_by"] is not None)
        data = stamp(seen) | {"obligation": which, "sittings": sittings, "observed_by_partners": shared}
        show("rota", data, lambda: [_page(sittings, people, mission.clock.zone)])


def _sittings(state: Obligation, mission: Mission) -> list[dict[str, Any]]:
    return [
        {
            "appointment": a.id,
            "starts": a.starts,
            "status": a.status,
            "offered": list(a.offered),
            "answers": dict(a.answers),
            "observer": a.observer,
            "backup": a.backup,
            "covered_by": a.observer if a.observer in mission.partners else None,
        }
        for a in state.sittings()
    ]


def _page(sittings: list[dict[str, Any]], people: dict[str, str], zone: str) -> Table:
    table = Table(
        ("Sitting", "Begins", "State", "Observer", "Stands in", "Answers"), empty="No sitting is known."
    )
    said_as = {"observer": tr("observes"), "backup": tr("stands in"), "declined": tr("declines")}
    for s in sittings:
        answers = ", ".join(f"{people.get(who, who)}: {said_as[said]}" for who, said in s["answers"].items())
        silent = len(s["offered"]) - len(s["answers"])
        if silent:
            answers = "; ".join(filter(None, (answers, tr("{n} not answered", n=silent))))
        table.rows.append(
            (
                s["appointment"], local(s["starts"], zone), word(s["status"]),
                people.get(s["observer"], s["observer"]) or "", people.get(s["backup"], s["backup"]) or "",
                answers,
            )
        )  # fmt: skip
    return table
