"""`obligation`: definitions at work. List them, look at one, open one, set its gates, say what became of a sitting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from chancery.cli.appointing import appoint, call_off, when
from chancery.cli.definition_list import list_definitions
from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import (
    Table,
    command_id,
    installed,
    local,
    noun,
    show,
    show_receipt,
    state,
    submit,
    verb,
)
from chancery.cli.times import day, moment
from chancery.i18n import tr, word
from chancery.telling import names

if TYPE_CHECKING:
    from chancery.asof import Reading
    from chancery.desk import Desk

app: Final = noun("obligation", "Definitions at work: for a period, a proceeding or a case.")
gate: Final = noun("gate", "What a procedure needs before it may go on.")
app.add_typer(gate)
Which = Annotated[
    str, typer.Argument(metavar="OBLIGATION", help="The obligation, as `obligation list` shows it.")
]
_NEEDED: Any = ...


@verb(
    app,
    "list",
    examples=(
        "chancery obligation list --mission Q",
        "chancery obligation list --all --json",
        "chancery obligation list --instrument eu-hrd",
        "chancery obligation list --mission Q --as-of 2026-06-30T18:00Z",
    ),
)
async def list_(
    mission: Annotated[str | None, typer.Option("--mission", help="Of one mission.")] = None,
    definition: Annotated[
        str | None, typer.Option("--definition", help="Of one definition, such as TRIAL-OBS.")
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option(
            "--instrument",
            metavar="CODE",
            help="What this text asks, each with the workflow that carries it and how many are open.",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
    as_of: AsOf = None,
) -> None:
    """List obligations, the soonest due first; or what an instrument asks."""
    from domain.refusals import Refused

    if instrument is not None:
        await list_definitions(instrument, definition, mission, as_of)
        return
    async with installed() as here:
        seen = await known(here, as_of)
        if mission is not None and not (await seen.mission(mission)).version:
            raise Refused("no-such-mission", mission=mission)
        rows = await seen.obligations(mission=mission, definition=definition, status=None if all_ else "open")
        zones = {row["code"]: row["zone"] for row in await seen.missions()}

        def page() -> list[Table]:
            table = Table(
                ("Obligation", "What", "Mission", "Period", "Next due (local)", "State"),
                empty="None is open.",
            )
            for row in rows:
                title = names.definition_title(row["instrument"], row["definition"])
                due = local(row["next_due"], zones[row["mission"]])
                ended = word(row["outcome"] or row["status"])
                if row["not_met"]:
                    ended = f"{ended} ({tr('not met')})"
                table.rows.append((row["id"], title, row["mission"], row["period"] or "", due, ended))
            return [table]

        show("obligation-list", stamp(seen) | {"obligations": rows}, page)


@verb(
    app,
    "open",
    changes=True,
    examples=("chancery obligation open --mission Q --definition CONTACT-ANNUAL --as Q-103",),
)
async def open_(
    *,
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")] = _NEEDED,
    definition: Annotated[
        str, typer.Option("--definition", metavar="CODE", help="What the instrument asks.")
    ] = _NEEDED,
    accreditation: Annotated[
        str | None,
        typer.Option(
            "--accreditation", metavar="CODE", help="For which country, if the mission has several."
        ),
    ] = None,
    instrument: Annotated[str, typer.Option("--instrument", help="The text it comes from.")] = "eu-hrd",
    period: Annotated[
        str | None, typer.Option("--period", help="Its period, such as 2026 or 2026-05.")
    ] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="DAY", help="The last day of the period.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="CODE", help="Its code; a random one if not given.")
    ] = None,
    occurrence: Annotated[
        str,
        typer.Option(
            "--occurrence",
            metavar="CODE",
            help="As what it is opened, where its procedure asks: `immediate` gives HOM-RECO hours instead of days.",
        ),
    ] = "1",
) -> None:
    """Put a definition to work."""
    from chancery.opening import Wish, opening

    wish = Wish(
        mission=mission,
        definition=definition,
        instrument=instrument,
        accreditation=accreditation,
        period=period,
        due=None if due is None else day(due, "--due"),
        id=id_,
        occurrence=occurrence,
    )
    async with installed() as here:
        command = await opening(here.desk, wish, command_id())
        show_receipt(await submit(here, command), obligation=command.obligation)
        if not state().json:
            typer.echo(command.obligation)


async def _mission_of(read: Desk | Reading, obligation: str) -> str:
    """The mission of an obligation, now or as known then. Raises Refused `no-such-obligation`."""
    from domain.refusals import Refused

    found = await read.obligation(obligation)
    if not found.version:
        raise Refused("no-such-obligation", obligation=obligation)
    return found.mission


async def _gate(which: str, name: str, *, opened: bool) -> None:
    from domain import commands as c

    async with installed() as here:
        mission = await _mission_of(here.desk, which)
        command = c.SetGate(
            command_id=command_id(), mission=mission, obligation=which, gate=name, open=opened
        )
        show_receipt(await submit(here, command))


@verb(
    gate,
    "open",
    changes=True,
    examples=("chancery obligation gate open OBLIGATION consent:attend --as Q-103",),
)
async def gate_open(
    which: Which, name: Annotated[str, typer.Argument(metavar="GATE", help="The gate's code.")]
) -> None:
    """Let what stands behind a gate go on."""
    await _gate(which, name, opened=True)


@verb(
    gate,
    "close",
    changes=True,
    examples=("chancery obligation gate close OBLIGATION consent:attend --as Q-103",),
)
async def gate_close(
    which: Which, name: Annotated[str, typer.Argument(metavar="GATE", help="The gate's code.")]
) -> None:
    """Stop what stands behind a gate; its open tasks fall away."""
    await _gate(which, name, opened=False)


@verb(
    app,
    "held",
    changes=True,
    examples=(
        "chancery obligation held OBLIGATION SITTING --outcome adjourned --next 2026-09-09T09:30 --as Q-103",
        "chancery obligation held OBLIGATION SITTING --outcome verdict --happened-at 2026-12-02T11:00 --as Q-103",
    ),
)
async def held(
    which: Which,
    sitting: Annotated[
        str, typer.Argument(metavar="SITTING", help="The sitting, as `obligation show` lists it.")
    ],
    outcome: Annotated[
        Literal["adjourned", "adjourned_without_day", "not_held", "verdict"],
        typer.Option("--outcome", help="What became of it."),
    ] = _NEEDED,
    happened_at: Annotated[
        str | None,
        typer.Option("--happened-at", metavar="TIME", help="When, if not now; the mission's time."),
    ] = None,
    next_: Annotated[
        str | None,
        typer.Option("--next", metavar="TIME|DAY", help="The next sitting, if it was adjourned to one."),
    ] = None,
) -> None:
    """Record what became of a sitting; an adjournment sets the next one."""
    from chancery import sittings

    async with installed() as here:
        mission = await here.desk.mission(await _mission_of(here.desk, which))
        zone = mission.clock.zone
        command = await sittings.held(
            here.desk,
            which,
            sitting,
            outcome,
            command_id(),
            happened_at=None if happened_at is None else moment(happened_at, zone, "--happened-at"),
            following=None if next_ is None else when(next_, zone, "--next"),
        )
        following = command.next
        show_receipt(await submit(here, command), next=following.appointment if following else None)


verb(
    app,
    "appoint",
    changes=True,
    examples=(
        "chancery obligation appoint OBLIGATION --on 2026-04-20T10:00 --as Q-103",
        "chancery obligation appoint OBLIGATION --on 2026-06-08 --moves SITTING --as Q-103",
    ),
)(appoint)
verb(app, "call-off", changes=True, examples=("chancery obligation call-off OBLIGATION SITTING --as Q-103",))(
    call_off
)


@verb(app, "end", changes=True, examples=("chancery obligation end OBLIGATION --cause withdrawn --as Q-103",))
async def end(
    which: Which,
    cause: Annotated[
        str, typer.Option("--cause", metavar="CODE", help="Why no further sitting is expected.")
    ] = _NEEDED,
) -> None:
    """Say that a proceeding is over: sittings still set are cancelled."""
    from domain import commands as c

    async with installed() as here:
        mission = await _mission_of(here.desk, which)
        command = c.EndProceeding(command_id=command_id(), mission=mission, obligation=which, cause=cause)
        show_receipt(await submit(here, command))


@verb(
    app,
    "show",
    examples=(
        "chancery obligation show Q-EG:COORD-LOCAL:2026-05",
        "chancery obligation show Q-EG:COORD-LOCAL:2026-05 --as-of 2026-06-30T18:00Z",
    ),
)
async def show_(which: Which, as_of: AsOf = None) -> None:
    """Show one obligation: its tasks, gates and sittings."""
    from chancery.cli.obligation_page import page_of
    from chancery.telling.obligation import data_of

    async with installed() as here:
        seen = await known(here, as_of)
        mission = await seen.mission(await _mission_of(seen, which))
        found = await seen.obligation(which)
        people = {t.posting for t in found.tasks.values()}
        people |= {
            p for a in found.appointments.values() for p in (a.observer, a.backup, a.support, *a.answers) if p
        }
        data = data_of(found, mission, await names.officers(here, people)) | stamp(seen)
        show("obligation", data, lambda: page_of(data))


@verb(app, "sittings", examples=("chancery obligation sittings OBLIGATION",))
async def sittings(which: Which, as_of: AsOf = None) -> None:
    """List the sittings of a proceeding, with who observes."""
    from chancery.cli.obligation_page import sittings_of
    from chancery.telling.obligation import data_of

    async with installed() as here:
        seen = await known(here, as_of)
        mission = await seen.mission(await _mission_of(seen, which))
        found = await seen.obligation(which)
        people = {
            p for a in found.appointments.values() for p in (a.observer, a.backup, a.support, *a.answers) if p
        }
        data = data_of(found, mission, await names.officers(here, people)) | stamp(seen)
        answer = {k: data[k] for k in ("position", "at", "id", "mission", "zone", "sittings")}
        show("sitting-list", answer, lambda: [sittings_of(data)])
