"""`log`: read the record as it grows, and check that it is what was written."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chancery.cli import log_export, log_verify
from chancery.cli.progress import bar
from chancery.cli.shared import Table, installed, noun, say, show, state, verb
from chancery.i18n import tr

if TYPE_CHECKING:
    from chancery.log.store import Recorded

app: Final = noun("log", "The record: append-only, every event with its place and its leaf.")


@verb(app, "tail", examples=("chancery log tail", "chancery log tail --after 120 --follow --json"))
async def tail(
    after: Annotated[
        int | None,
        typer.Option("--after", metavar="POSITION", min=0, help="From there on; else the last 20."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay, and print what comes.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=100_000, help="At most so many, unless following.")
    ] = 1000,
) -> None:
    """Print events in the order of the log.

    With --json and --follow: one object a line.
    """
    from chancery.log.tail import Tail

    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(installed())
        head = await here.log.head()
        at = max(0, head - 20) if after is None else after
        events = await here.log.read(at, limit)
        if not follow:
            data = {"position": head, "events": [_data(e) for e in events]}
            show("log-tail", data, lambda: [_table(events)])
            return
        for event in events:
            _print_line(event)
        at = events[-1].position if events else at
        watching = await stack.enter_async_context(Tail(here.log, here.url))
        say("Following the log; Ctrl-C ends it.")
        async for batch in watching.follow(at):
            for event in batch:
                _print_line(event)


def _data(one: Recorded) -> dict[str, Any]:
    return {
        "position": one.position,
        "recorded_us": one.recorded_us,
        "leaf": one.leaf.hex(),
        "event": one.event,
    }


def _row(one: Recorded) -> tuple[str, ...]:
    event = one.event
    return (
        str(one.position),
        event["at"],
        event["type"],
        event["stream"],
        event["actor"]["code"],
        one.leaf.hex()[:16],
    )


def _table(events: list[Recorded]) -> Table:
    headings = ("Position", "When (UTC)", "Event", "Stream", "By", "Leaf")
    return Table(headings, [_row(e) for e in events], empty="The log holds nothing there.")


def _print_line(one: Recorded) -> None:
    text = (
        json.dumps({"schema": "chancery.log-event/1"} | _data(one), ensure_ascii=False)
        if state().json
        else "\t".join(_row(one))
    )
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


verb(app, "verify", examples=log_verify.EXAMPLES)(log_verify.verify)
verb(app, "export", examples=log_export.EXAMPLES, acts=True)(log_export.export)


@verb(app, "invariants", examples=("chancery log invariants", "chancery log invariants --late 30 --json"))
async def invariants(
    late: Annotated[
        int,
        typer.Option(
            "--late",
            metavar="MINUTES",
            min=0,
            help="So late the engine may be; the worker may have been down.",
        ),
    ] = 5,
) -> None:
    """Read the whole log, and say where something happened that never may.

    Exit code 1 if it did: a task that nobody held, a deadline without a timer or not recorded, an act without consent.
    """
    from datetime import timedelta

    from chancery.invariants import check_log

    async with installed() as here:
        with bar("Verifying") as progress:
            head, found = await check_log(here.log, here.clock.now(), timedelta(minutes=late), progress)
        findings = [
            {"position": f.position, "stream": f.stream, "code": f.code, "message": f.message} for f in found
        ]
        data = {"head": head, "ok": not found, "findings": findings}

        def page() -> list[str | Table]:
            if not found:
                return [tr("Up to position {head}: every invariant holds.", head=head)]
            rows = [(str(f.position), f.code, f.stream, f.message) for f in found]
            return [Table(("Position", "Finding", "Stream", "What is wrong"), rows)]

        show("log-invariants", data, page)
        if found:
            raise typer.Exit(1)
