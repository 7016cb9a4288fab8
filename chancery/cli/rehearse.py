"""`rehearse` and `demo`: play a file through the real workflows; show the whole thing on a machine that has nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from chancery.cli import exits
from chancery.cli.acting import logged, settings
from chancery.cli.shared import Fault, noun, say, show, state, verb

app: Final = noun("", "")


@verb(
    app,
    "rehearse",
    examples=("chancery rehearse rehearsals/fri-sat-weekend.toml", "chancery rehearse FILE --json"),
)
async def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The rehearsal (TOML).")],
) -> None:
    """Play missions, staff and a timed script at any date, and print the ledger."""
    from chancery.rehearse.play import run_file

    if not file.is_file():
        raise Fault("no-such-file", "{file} cannot be read.", file=file)
    chosen = settings()
    logged(chosen)
    month = ""

    def tell(told: str) -> None:
        """Each month once, and whatever is not a day."""
        nonlocal month
        if told[:7] != month:
            month = told[:7]
            say("{told}", told=told)

    ledger = await run_file(file, chosen, tell)
    show("ledger", ledger.data(), lambda: [ledger.text(state().language)])
    if not ledger.as_scripted:
        raise typer.Exit(exits.FINDING)


@verb(app, "demo", examples=("chancery demo --once",))
async def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself, with exit code 0.")] = False,
) -> None:
    """Show everything on invented missions: imports, clocks, a year's duties, a staff report."""
    from chancery.demo import run

    chosen = settings()
    code = await run(chosen, once, state().language)
    if code:
        raise typer.Exit(code)
