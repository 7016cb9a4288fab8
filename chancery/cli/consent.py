"""`chancery consent`: what a defender agrees to, kind by kind, takes back, and what was shared because of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from chancery.cli.casework import By, Case, Over, Said, Why, Words, acting_on, wish, words_of
from chancery.cli.faults import Fault
from chancery.cli.output import Table
from chancery.cli.shared import actor_for, command_id, installed, noun, say, show, show_receipt, verb
from chancery.cli.times import day, moment
from chancery.i18n import tr, word
from chancery.telling.moments import local

if TYPE_CHECKING:
    from domain.mission import Mission

app: Final = noun("consent", "What a defender agreed to, and what was shared behind it.")
_NEEDED: Any = ...


@verb(
    app,
    "record",
    changes=True,
    examples=(
        "chancery consent record c-7kq2mz4xha --kind attend --kind share_eu=2026-12-31 --by defender --channel in_person --as Q-103",
    ),
)
async def record(
    case: Case,
    kind: Annotated[
        list[str],
        typer.Option(
            "--kind", metavar="KIND[=DAY]", help="A kind of action, and the last day of it; may be repeated."
        ),
    ] = _NEEDED,
    by: By = _NEEDED,
    channel: Over = _NEEDED,
    explained: Annotated[
        list[str] | None,
        typer.Option(
            "--explained",
            metavar="WHAT",
            help="What was explained before: action, publicity, sharing, reprisals, withdrawal; may be repeated.",
        ),
    ] = None,
    words: Said = None,
) -> None:
    """Record what is agreed to, until a day or until it is taken back."""
    from dataclasses import replace

    from chancery.cases import consent

    said = replace(wish(by, channel, words), explained=tuple(explained or ()))
    async with installed() as here:
        actor = await acting_on(here, case)
        mission = await here.desk.mission(here.keys.mission_of(f"case:{case}"))
        kinds = dict(_kind(text, mission) for text in kind)
        receipts = await consent.agree(here, actor, case, kinds, said, command_id())
    show_receipt(receipts[-1], kinds=sorted(kinds))


def _kind(text: str, mission: Mission) -> tuple[str, datetime | None]:
    """A kind and its end: of a day the last instant, by the mission's own clock."""
    name, equals, until = text.partition("=")
    if not equals:
        return name, None
    if len(until) == len("2026-12-31"):
        return name, mission.clock.end_of(date.fromisoformat(day(until, "--kind")))
    return name, moment(until, mission.clock.zone, "--kind")


@verb(
    app,
    "withdraw",
    changes=True,
    examples=(
        "chancery consent withdraw c-7kq2mz4xha --kind publish_name --kind share_eu --by lawyer --channel phone --as Q-103",
    ),
)
async def withdraw(
    case: Case,
    kind: Annotated[
        list[str], typer.Option("--kind", metavar="KIND", help="A kind of action; may be repeated.")
    ] = _NEEDED,
    by: By = _NEEDED,
    channel: Over = _NEEDED,
    words: Said = None,
) -> None:
    """Record what is refused or taken back: what is pending behind it falls at once, and what was shared is recalled."""
    from chancery.cases import consent

    said = wish(by, channel, words)
    async with installed() as here:
        receipt = await consent.withdraw(here, await acting_on(here, case), case, kind, said, command_id())
    show_receipt(receipt, kinds=sorted(kind))


@verb(app, "show", acts=True, examples=("chancery consent show c-7kq2mz4xha --as Q-103",))
async def show_(case: Case, reason: Why = None) -> None:
    """Show every kind of action as it stands, to somebody who may read the case. It is recorded as a reading."""
    from chancery.cases import consent

    async with installed() as here:
        gates = await consent.standing(here, await acting_on(here, case), case, reason)
        mission = await here.desk.mission(here.keys.mission_of(f"case:{case}"))
    zone = mission.clock.zone
    data = {
        "case": case,
        "mission": mission.code,
        "zone": zone,
        "kinds": [
            {"kind": gate.kind, "agreed": gate.open, "until": gate.until, "basis": gate.basis}
            for gate in gates
        ],
    }

    def page() -> list[Table]:
        table = Table(("Kind", "What", "Agreed", "Until (local)"))
        for gate in gates:
            answer = tr("not asked") if gate.open is None else tr("yes") if gate.open else tr("no")
            table.rows.append((gate.kind, word(f"consent:{gate.kind}"), answer, local(gate.until, zone)))
        return [table]

    show("consent", data, page)


@verb(
    app,
    "share",
    changes=True,
    examples=(
        "chancery consent share c-7kq2mz4xha summary.txt --kind share_partners --to EMB-A --arrangement burden-sharing-2026 --as Q-103",
    ),
)
async def share(
    case: Case,
    file: Words,
    kind: Annotated[
        Literal["share_eu", "share_partners", "share_un", "refer"],
        typer.Option("--kind", help="The kind of consent that it takes."),
    ] = _NEEDED,
    to: Annotated[str, typer.Option("--to", metavar="PARTNER", help="With whom, by a code.")] = _NEEDED,
    arrangement: Annotated[
        str,
        typer.Option("--arrangement", metavar="CODE", help="The arrangement between the two controllers."),
    ] = _NEEDED,
) -> None:
    """Record that something of a case is shared; says under which code the partner knows the case."""
    from chancery.cases import sharing

    content = words_of(file)
    if not content:
        raise Fault("usage", "{file} is empty: say what is shared.", file=file)
    async with installed() as here:
        actor = await acting_on(here, case)
        receipt, code = await sharing.disclose(
            here, actor, case, kind, to=to, arrangement=arrangement, content=content, request=command_id()
        )
    show_receipt(receipt, partner=to, code=code)
    say("{partner} knows the case as {code}.", partner=to, code=code)


@verb(app, "shared", acts=True, examples=("chancery consent shared --mission Q --to EMB-A --as Q-103",))
async def shared(
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")] = _NEEDED,
    to: Annotated[str, typer.Option("--to", metavar="PARTNER", help="With whom, by a code.")] = _NEEDED,
) -> None:
    """Show what a partner is told now: only what stands behind consent that still stands. It is recorded as a reading."""
    from chancery.cases import sharing

    async with installed() as here:
        actor = await actor_for(here, mission)
        found = await sharing.shared_with(here, actor, mission, to)
        zone = (await here.desk.mission(mission)).clock.zone
    rows = [
        {
            "code": one.code,
            "kind": one.kind,
            "arrangement": one.arrangement,
            "at": one.at,
            "content": one.content,
        }
        for one in found
    ]

    def page() -> list[Table]:
        table = Table(("When (local)", "Code", "Arrangement", "Words"), empty="Nothing is shared now.")
        for one in found:
            words = one.content if isinstance(one.content, str) else str(one.content)
            table.rows.append((local(one.at, zone), one.code, word(one.arrangement), words))
        return [table]

    show("consent-shared", {"mission": mission, "to": to, "shared": rows}, page)


@verb(
    app,
    "without",
    changes=True,
    examples=("chancery consent without c-7kq2mz4xha --kind visit --basis unreachable --as Q-103",),
)
async def without(
    case: Case,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="The kind of action.")] = _NEEDED,
    basis: Annotated[
        Literal["unreachable", "life_at_risk"], typer.Option("--basis", help="Why nobody was asked.")
    ] = _NEEDED,
    words: Said = None,
) -> None:
    """Ask to act without consent, in the vital interest; a second person answers."""
    from chancery.cases import vital

    said = words_of(words) if words is not None else ""
    async with installed() as here:
        actor = await acting_on(here, case)
        receipt, consultation = await vital.ask(
            here, actor, case, kind, basis, words=said, request=command_id()
        )
    show_receipt(receipt, consultation=consultation)
    say("Asked; a second person answers with `chancery consent answer {id}`.", id=consultation)


@verb(
    app,
    "answer",
    changes=True,
    examples=("chancery consent answer OBLIGATION --kind visit --approve --as Q-101",),
)
async def answer(
    consultation: Annotated[
        str,
        typer.Argument(metavar="OBLIGATION", help="The consultation, as the task to approve it names it."),
    ],
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="The kind of action.")] = _NEEDED,
    approve: Annotated[
        bool, typer.Option("--approve/--refuse", help="Approved, it is open for 72 hours and then reviewed.")
    ] = _NEEDED,
) -> None:
    """Answer for acting without consent, as a second person."""
    from chancery.cases import vital

    async with installed() as here:
        mission = (await here.desk.obligation(consultation)).mission
        actor = await actor_for(here, mission or None)
        receipt = await vital.answer(here, actor, consultation, kind, approved=approve, request=command_id())
    show_receipt(receipt)
