"""`log export`: an export that anybody can check offline: leaves of all that is asked for, bodies where the reader may read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli.acting import actor_for, postings_of
from chancery.cli.faults import Fault
from chancery.cli.shared import installed, say, show, state

if TYPE_CHECKING:
    from chancery.export.ranges import Ranges
    from chancery.export.readable import Reader
    from chancery.installation import Installation
    from chancery.readings.entry import Basis
    from domain.envelope import Actor

EXAMPLES: Final = (
    "chancery log export --out log.zip",
    "chancery log export --report report.pdf --out proof --as Q-103",
    "chancery log export --positions 12,40-44 --older 30 --out proof --as Q-101",
)
_NEEDED: Any = ...


async def export(
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", help="A new folder, or a new file ending in .zip.")
    ] = _NEEDED,
    after: Annotated[
        int,
        typer.Option("--after", metavar="POSITION", min=0, help="From there on; else from the beginning."),
    ] = 0,
    upto: Annotated[
        int | None,
        typer.Option("--upto", metavar="POSITION", min=1, help="Up to there; else as far as was signed."),
    ] = None,
    positions: Annotated[
        str | None,
        typer.Option(
            "--positions", metavar="LIST", help="These only, such as 12,40-44; proved without the rest."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="What this report (JSON or PDF) names, and its size."),
    ] = None,
    older: Annotated[
        list[int] | None,
        typer.Option(
            "--older", metavar="SIZE", min=1, help="Prove too that the log only added to one of this size."
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint kept elsewhere; else the newest one here."
        ),
    ] = None,
) -> None:
    """Write the log, or a part of it, so that anybody can check it offline.

    Every position asked for is there by its leaf; its body only if whoever is named by --as may read it. Without --as,
    and for the operator, no bodies leave. Bodies of everything take a second person: `chancery export propose`.
    """
    from chancery.export.anchoring import anchor
    from chancery.export.making import make
    from chancery.export.readable import Readable
    from chancery.export.request import Chooser, LeavesOnly, Request
    from chancery.log.tree import LogTree

    wanted, cuts = _wanted(after, upto, positions, report)
    note = None if checkpoint is None else checkpoint.read_text(encoding="utf-8")
    async with installed() as here:
        against = await anchor(
            here.settings, here.log, reach=max([*cuts, *(older or [])], default=0), note=note
        )
        bodies: Chooser = LeavesOnly()
        who = await _reader(here)
        if who is not None:
            actor, reader = who
            bodies = Readable(here.log, reader)
            await _noted(here, actor, reader)
        request = Request(
            wanted, bodies, "leaves" if who is None else "reader", cuts=tuple({*cuts, *(older or [])})
        )
        made = await make(here.log, LogTree(here.log), against, request, out)
    data = {
        "out": str(out),
        "size": made.size,
        "root": made.root,
        "events": made.events,
        "bodies": made.bodies,
        "digest": made.digest,
    }
    show("log-export", data, list)
    if not state().json:
        say(
            "{out}: {events} positions, the bytes of {bodies}; digest {digest}.",
            out=out,
            events=made.events,
            bodies=made.bodies,
            digest=made.digest,
        )
        say(
            "Check it with {out}/verify.py, or better with a copy of it that you have from elsewhere.",
            out=out,
        )


def _wanted(
    after: int, upto: int | None, positions: str | None, report: Path | None
) -> tuple[Ranges, tuple[int, ...]]:
    """What is asked for, and the older sizes that come with a report. Raises Fault."""
    from chancery.export.ranges import Ranges

    if sum((positions is not None, report is not None, bool(after or upto))) > 1:
        raise Fault("usage", "Give --positions, or --report, or a range: one of them.")
    if positions is not None:
        return Ranges.of(_part(text) for text in positions.split(",")), ()
    if report is not None:
        named, size = _of_report(report)
        return Ranges.positions(named or {size}), (size,)
    return Ranges.of([(after + 1, upto or 2**62)]), ()


def _part(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*([1-9][0-9]{0,17})(?:-([1-9][0-9]{0,17}))?\s*", text)
    if found is None:
        raise Fault("usage", "--positions: {given} is no position, and no range such as 40-44.", given=text)
    return int(found[1]), int(found[2] or found[1])


def _of_report(path: Path) -> tuple[set[int], int]:
    """The positions that a report names and the size that it was made at, read as the verifier reads them."""
    from importlib import import_module

    try:
        found = import_module("chancery.data.verify").Report(str(path))
        return set(found.named), int(found.size)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - whatever somebody calls a report
        raise Fault("usage", "{path} is no report as JSON or PDF.", path=path) from None


async def _reader(here: Installation) -> tuple[Actor, Reader] | None:
    """Who reads: None for the operator and for nobody in particular, to whom no bodies are given."""
    from chancery.export.readable import Reader
    from domain.envelope import OPERATOR

    actor = await actor_for(here, default=OPERATOR)
    if actor == OPERATOR or actor.mission is None:
        return None
    mission = await here.desk.mission(actor.mission)
    held = await postings_of(here, state().who or actor.code)
    every = frozenset(row["posting"] for row in held)
    return actor, Reader(actor.mission, mission.role_of(actor.code), every | {actor.code})


async def _noted(here: Installation, actor: Actor, reader: Reader) -> None:
    """That somebody took a file out of the log is an entry of the access log, as it is on the pages."""
    from chancery.readings import book

    basis: Basis = "oversight" if reader.oversees else "self"
    assert actor.mission is not None
    await book.note(here, kind="export", who=actor.code, basis=basis, mission=actor.mission, form="jsonl")
