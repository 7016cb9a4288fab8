"""`receipt check`: is what somebody was told still in the log, there, and under a signed checkpoint?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.faults import Fault
from chancery.cli.shared import installed, noun, show, verb
from chancery.i18n import tr
from domain.kinds import instant_text

if TYPE_CHECKING:
    from chancery.export.receipts import Verdict
    from chancery.export.request import Anchor
    from chancery.installation import Installation

app: Final = noun("receipt", "Receipts: the position and leaf that every change answers with.")


@verb(
    app,
    "check",
    examples=(
        "chancery receipt check 4210 3f0a8c51d2e94b67",
        "chancery receipt check 4210 3f0a8c51d2e94b67 --checkpoint kept.txt --json",
        "chancery receipt check 4210 3f0a8c51d2e94b67 --export audit.zip --key VKEY",
    ),
)
async def check(
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1, help="The position on the receipt.")],
    leaf: Annotated[
        str, typer.Argument(metavar="LEAF", help="Its leaf: all 64 digits, or the first 16 or more.")
    ],
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint kept elsewhere; else the newest one here."
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="PATH", help="Ask this export, without an installation or a network."
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key", metavar="VKEY", help="With --export: a public key that you know from elsewhere."
        ),
    ] = None,
) -> None:
    """Ask whether a receipt still holds: the event is in the log, at that place, under a signed checkpoint.

    Exit code 1 if it does not.
    """
    from chancery.export.receipts import held, in_export, parsed
    from chancery.log.tree import LogTree

    asked = parsed(leaf)
    note = None if checkpoint is None else checkpoint.read_text(encoding="utf-8")
    if export is not None:
        if checkpoint is not None:
            raise Fault("usage", "An export has a checkpoint of its own; give --checkpoint or --export.")
        found = in_export(export, position, asked, keys or [])
    else:
        async with installed() as here:
            against = await _anchor(here, note)
            found = await held(
                here.log, LogTree(here.log), position, asked, against, given=checkpoint is not None
            )
    show("receipt-check", _data(found), lambda: _page(found, offline=export is not None, known=bool(keys)))
    if found.finding is not None:
        raise typer.Exit(1)


async def _anchor(here: Installation, note: str | None) -> Anchor | None:
    """The checkpoint that was brought, or the newest one here; None before the first."""
    from chancery.export.anchoring import anchor
    from chancery.export.files import ExportRefused

    try:
        return await anchor(here.settings, here.log, note=note)
    except ExportRefused:
        return None


def _data(found: Verdict) -> dict[str, Any]:
    return {
        "position": found.position,
        "asked": found.asked,
        "holds": found.finding is None,
        "finding": found.finding,
        "leaf": found.leaf,
        "recorded": _instant(found),
        "head": found.head,
        "checkpoint": found.signed,
        "signed_by": list(found.by),
        "proof": list(found.proof),
    }


def _instant(found: Verdict) -> str | None:
    if found.recorded_us is None:
        return None
    return instant_text(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found.recorded_us))


def _page(found: Verdict, *, offline: bool, known: bool) -> list[str]:
    if found.finding is not None:
        return [_wrong(found)]
    lines = [tr("Position {position} holds this leaf: {leaf}.", position=found.position, leaf=found.leaf)]
    if found.recorded_us is not None:
        lines.append(tr("The log recorded it at {at}.", at=_instant(found)))
    if not found.whole:
        lines.append(tr("{n} of 64 digits were given; these agree.", n=len(found.asked)))
    if found.signed is None:
        lines.append(tr("No checkpoint covers it yet: it is in the log, and nobody has signed that."))
    elif offline and not known:
        lines.append(
            tr(
                "The checkpoint of size {size} in the export includes it. Its key came with the export: that proves nothing about who signed.",
                size=found.signed,
            )
        )
    else:
        lines.append(
            tr(
                "The checkpoint of size {size}, signed by {names}, includes it.",
                size=found.signed,
                names=", ".join(found.by),
            )
        )
    return lines


def _wrong(found: Verdict) -> str:
    match found.finding:
        case "gone":
            return tr(
                "The log ends at position {head}; position {position}, which this receipt names, is gone.",
                head=found.head,
                position=found.position,
            )
        case "other":
            return tr(
                "Position {position} holds another leaf, {leaf}: not what this receipt was given for.",
                position=found.position,
                leaf=found.leaf,
            )
        case "bytes":
            return tr("The bytes at position {position} do not give its leaf.", position=found.position)
        case "unproved":
            return tr(
                "The checkpoint was signed over another log: position {position} is not in it.",
                position=found.position,
            )
        case "not-given":
            return tr(
                "The export holds no position {position}; nothing was checked.", position=found.position
            )
        case _:
            return tr(
                "The checkpoint ends before position {position}; it says nothing about it.",
                position=found.position,
            )
