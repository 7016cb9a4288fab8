"""`export`: a full export of the log leaves only with a purpose, a recipient and a second person's word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import actor_for
from chancery.cli.faults import Fault
from chancery.cli.shared import Table, command_id, installed, noun, say, show, show_receipt, submit, verb
from chancery.i18n import word

if TYPE_CHECKING:
    from chancery.export.request import Made
    from chancery.installation import Installation
    from domain.release import Export

app: Final = noun(
    "export", "Full exports: what leaves unredacted, for whom and why, with a second person's word."
)
_NEEDED: Any = ...
Code = Annotated[
    str, typer.Argument(metavar="EXPORT", help="The export's code, as `chancery export list` shows it.")
]


@verb(
    app,
    "propose",
    examples=(
        "chancery export propose --mission Q --purpose evaluation --recipient external_auditor --as Q-101",
        "chancery export propose --mission HQ --whole --purpose audit --recipient court_of_auditors --as HQ-7",
    ),
    changes=True,
)
async def propose(
    mission: Annotated[str, typer.Option("--mission", help="The mission's code.")] = _NEEDED,
    purpose: Annotated[str, typer.Option("--purpose", metavar="CODE", help="Why it leaves.")] = _NEEDED,
    recipient: Annotated[str, typer.Option("--recipient", metavar="CODE", help="To whom it goes.")] = _NEEDED,
    whole: Annotated[
        bool, typer.Option("--whole", help="Everything in the installation, not this mission's part.")
    ] = False,
    after: Annotated[
        int,
        typer.Option("--after", metavar="POSITION", min=0, help="From there on; else from the beginning."),
    ] = 0,
    upto: Annotated[
        int | None, typer.Option("--upto", metavar="POSITION", min=1, help="Up to there; else up to now.")
    ] = None,
) -> None:
    """Ask for a full export. Nothing leaves until a second person agrees.

    Purposes and recipients are codes: audit, court_order, evaluation … and court, parliament, external_auditor …
    """
    from domain import commands as c

    async with installed() as here:
        code = f"ex-{command_id().hex[:12]}"  # the same for the same command, so that it may be sent again
        made = c.ProposeExport(
            command_id=command_id(),
            mission=mission,
            export=code,
            purpose=purpose,
            recipient=recipient,
            scope="installation" if whole else "mission",
            after=after,
            upto=upto or await here.log.head(),
        )
        receipt = await submit(here, made)
    show_receipt(receipt, export=code)
    say("Export {export} waits for a second person: `chancery export answer {export}`.", export=code)


@verb(
    app,
    "answer",
    examples=(
        "chancery export answer ex-1a2b3c4d5e6f --approve --as Q-102",
        "chancery export answer ex-1a2b3c4d5e6f --refuse --as Q-102",
    ),
    changes=True,
)
async def answer(
    export: Code,
    approved: Annotated[bool | None, typer.Option("--approve/--refuse", help="Agree to it, or not.")] = None,
) -> None:
    """Agree to a full export that somebody else asked for, or refuse it."""
    from domain import commands as c

    if approved is None:
        raise Fault("usage", "Say --approve or --refuse.")
    async with installed() as here:
        state = await _known(here, export)
        made = c.AnswerExport(
            command_id=command_id(), mission=state.mission, export=export, approved=approved
        )
        show_receipt(await submit(here, made))


@verb(
    app, "make", examples=("chancery export make ex-1a2b3c4d5e6f --out audit.zip --as Q-101",), changes=True
)
async def make(
    export: Code,
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", help="A new folder, or a new file ending in .zip.")
    ] = _NEEDED,
) -> None:
    """Make an export that was agreed to, and write into the log that it was made.

    The file names who agreed, by the positions of the log. It appears only once the log says that it was made.
    """
    from chancery.export.releasing import release
    from chancery.log.tree import LogTree
    from chancery.readings import book
    from chancery.readings.entry import Note
    from domain import commands as c

    async with installed() as here:

        async def record(state: Export, made: Made) -> None:
            command = c.RecordExport(
                command_id=command_id(),
                mission=state.mission,
                export=export,
                size=made.size,
                root=made.root,
                digest=made.digest,
            )
            actor = await actor_for(here, state.mission)
            reading = Note("export", actor.code, "granted", state.mission, form="full")
            sealed = [
                book.statement(here, [reading])
            ]  # the event and the entry of the access log, or neither
            receipt = await submit(here, command, actor=actor, sealed=sealed)
            show_receipt(receipt, out=str(out), events=made.events, bodies=made.bodies, digest=made.digest)

        made = await release(here, LogTree(here.log), export, out, record)
    say(
        "{out}: {events} positions, the bytes of {bodies}; digest {digest}.",
        out=out,
        events=made.events,
        bodies=made.bodies,
        digest=made.digest,
    )


@verb(app, "list", examples=("chancery export list", "chancery export list --json"))
async def list_() -> None:
    """Full exports: asked for, agreed to, refused, made."""
    from chancery import queries

    async with installed() as here:
        found = [await _known(here, row["code"]) for row in await queries.dossiers(here.log, "export")]
    data = {"exports": [_data(e) for e in found]}
    rows = [
        (e.code, e.mission, word(e.scope), word(e.purpose), word(e.recipient), word(e.status), e.expires)
        for e in found
    ]
    show("exports", data, lambda: [_table(rows)])


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(
        ("Export", "Mission", "Scope", "Purpose", "Recipient", "Status", "Lapses (UTC)"),
        list(rows),
        empty="No full export was asked for.",
    )


async def _known(here: Installation, code: str) -> Export:
    from domain.refusals import Refused

    state: Export = await here.desk.dossier("export", code)
    if not state.version:
        raise Refused("no-such-dossier", dossier=f"export/{code}")
    return state


def _data(state: Export) -> dict[str, Any]:
    return {
        "export": state.code,
        "mission": state.mission,
        "scope": state.scope,
        "after": state.after,
        "upto": state.upto,
        "purpose": state.purpose,
        "recipient": state.recipient,
        "status": state.status,
        "expires": state.expires,
        "proposed_by": state.proposer,
        "answered_by": state.approver,
        "positions": [p for p in (state.proposed_position, state.answered_position) if p],
        "size": state.size or None,
        "root": state.root or None,
        "digest": state.digest or None,
    }
