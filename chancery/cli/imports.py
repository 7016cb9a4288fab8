"""`chancery import`: staff tables and court lists, all of it or nothing."""

import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from chancery.cli.exits import USAGE, exit_code
from chancery.cli.output import fail
from chancery.cli.shared import Fault, Table, actor_for, command_id, installed, noun, say, show, tr, verb
from domain.envelope import OPERATOR

app = noun("import", "Staff tables and court lists: all of a file, or nothing.")

Outcome = TypeVar("Outcome")
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file; - is standard input.")]


@verb(
    app,
    "posts",
    changes=True,
    examples=("chancery import posts posts.csv", "chancery import posts posts.csv --adopt 2026-01-01"),
)
async def posts(
    file: File,
    adopt: Annotated[
        str | None,
        typer.Option(
            "--adopt", metavar="DATE", help="Adopt the missions that are not adopted, as of that day."
        ),
    ] = None,
) -> None:
    """Import a staff table: posts, and who holds them from when to when."""
    from chancery.importers import posts as importing

    raw, name = _read(file)
    async with installed() as here:
        actor = await actor_for(here, default=OPERATOR)
        outcome = await _told(
            importing.import_posts(here, raw, name, command_id(), adopt_on=adopt, actor=actor)
        )
    rows: list[Sequence[str]] = [
        (
            m.mission,
            tr("yes") if m.adopted else "",
            str(m.posts),
            str(m.began),
            str(m.ended),
            str(m.unchanged),
        )
        for m in outcome.missions
    ]
    headings = ("Mission", "Adopted", "New posts", "New postings", "Ends changed", "Lines unchanged")
    show("import-posts", importing.to_data(outcome), lambda: [Table(headings, rows)])
    for m in outcome.missions:
        for note in m.notes:
            say(f"{m.mission}: {note}")
    say("{events} events recorded.", events=outcome.events)


@verb(
    app,
    "hearings",
    changes=True,
    examples=("chancery import hearings list.ics --case c-7kq2mz4xha --mission R --as R-403",),
)
async def hearings(
    file: File,
    case: Annotated[
        str, typer.Option("--case", metavar="CODE", help="The case's random code (chancery case new).")
    ],
    mission: Annotated[str, typer.Option("--mission", metavar="CODE", help="The mission that observes.")],
) -> None:
    """Import a court list: new sittings, moved ones, cancelled ones."""
    from chancery.cases import check_case
    from chancery.importers import hearings as importing

    check_case(case)
    raw, name = _read(file)
    async with installed() as here:
        actor = await actor_for(here, mission, default=OPERATOR)
        outcome = await _told(
            importing.import_hearings(here, raw, name, command_id(), case=case, mission=mission, actor=actor)
        )
    data = importing.to_data(outcome)
    rows: list[Sequence[str]] = [
        (tr("new"), str(outcome.new)),
        (tr("moved"), str(outcome.moved)),
        (tr("cancelled"), str(outcome.cancelled)),
        (tr("unchanged"), str(outcome.unchanged)),
        (tr("held or cancelled before, left as they are"), str(outcome.left)),
    ]
    shown = rows if outcome.left else rows[:-1]
    show("import-hearings", data, lambda: [Table(("Sittings", "Number"), shown)])
    if outcome.opened:
        say("Obligation {id} is open.", id=outcome.obligation)
    say("{events} events recorded.", events=outcome.events)


def _read(file: Path) -> tuple[bytes, str]:
    """The bytes of a file, and its name without its folder."""
    from chancery.importers.problems import MOST_BYTES

    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1), "-"
    if not file.is_file():
        raise Fault("no-such-file", "{file} cannot be read.", file=file)
    with file.open("rb") as source:
        return source.read(MOST_BYTES + 1), file.name


async def _told(importing: Awaitable[Outcome]) -> Outcome:
    """The outcome; or each problem as a line of its own, and an end with the exit code that it means."""
    from chancery.importers.posts import PartlyImported
    from chancery.importers.problems import MOST_SHOWN, ImportRefused

    try:
        return await importing
    except ImportRefused as refused:
        for problem in refused.problems[:MOST_SHOWN]:
            fail(problem.code, problem.text(), USAGE)
        more = len(refused.problems) - MOST_SHOWN
        if more > 0:
            say("And {more} more problems.", more=more)
        say("Nothing was imported.")
        raise typer.Exit(USAGE) from None
    except PartlyImported as partly:
        code = exit_code(partly.code)
        fail("partly-imported", str(partly), code)
        raise typer.Exit(code) from None
