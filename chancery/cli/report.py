"""`report staff`: what somebody held, for how long, and how it ended; made from the log as known at a position."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated, Any, Final

import typer

from chancery.cli.acting import postings_of
from chancery.cli.knowing import AsOf, place
from chancery.cli.shared import installed, noun, state, verb
from chancery.cli.times import day

app: Final = noun("report", "Reports: every figure with the positions that it comes from.")
_NEEDED: Any = ...


@verb(
    app,
    "staff",
    examples=(
        "chancery report staff Q-103 --from 2026-01-01 --to 2026-12-31",
        "chancery report staff Q-103 --from 2026-01-01 --to 2026-06-30 --as-of 4210 --json",
    ),
)
async def staff(
    officer: Annotated[str, typer.Argument(help="An officer's code, or a posting's.")],
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")] = _NEEDED,
    to: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")] = _NEEDED,
    as_of: AsOf = None,
    regime: Annotated[
        str | None,
        typer.Option("--regime", metavar="CODE", help="Of those under several appraisals, under which one."),
    ] = None,
) -> None:
    """Report what an officer held, for how long, and how it ended. The same request gives the same bytes."""
    from chancery.reports.staff import staff_report

    first, last = (
        date.fromisoformat(day(text, option)) for text, option in ((from_, "--from"), (to, "--to"))
    )
    at = place(as_of)
    async with installed() as here:
        held = sorted(row["posting"] for row in await postings_of(here, officer))
        report = await staff_report(here.log, officer, held, first, last, at, regime=regime)
    # The report's own bytes: they can be made again, so nothing is added or set anew.
    sys.stdout.write(report.json() if state().json else report.text(state().language))
    sys.stdout.flush()
