"""`rebuild`: views and workflows, anew from the log. Nothing of the log is touched."""

from typing import Annotated, Final

import typer

from chancery.cli.progress import bar
from chancery.cli.shared import Table, installed, noun, show, verb
from chancery.i18n import tr

app: Final = noun("rebuild", "Make views or workflows again from the log.")


@verb(app, "views", examples=("chancery rebuild views", "chancery rebuild views --check"))
async def views(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if a row is wrong.")] = False,
) -> None:
    """Make every view anew from the log."""
    from chancery.views import rebuild as rebuilding

    async with installed() as here:
        if check:
            with bar("Folding the log") as progress:
                wrong = await rebuilding.check(here.log, progress)
            data = {"ok": not wrong, "differences": wrong}
            show("rebuild-views-check", data, lambda: wrong or [tr("Every row is what the log says.")])
            if wrong:
                raise typer.Exit(1)
            return
        with bar("Folding the log") as progress:
            counts = await rebuilding.rebuild(here.log, progress)
        rows = [(name, str(n), str(counts.mended.get(name, 0))) for name, n in sorted(counts.rows.items())]
        done = {
            "position": counts.position,
            "events": counts.events,
            "rows": counts.rows,
            "mended": counts.mended,
        }
        show("rebuild-views", done, lambda: [Table(("View", "Rows", "Mended"), rows)])


@verb(app, "workflows", examples=("chancery rebuild workflows",))
async def workflows() -> None:
    """Start every open obligation's workflow again from the log, after Temporal's store was lost or put back."""
    from chancery.conductor import Conductor
    from chancery.rebuild import rebuild_workflows

    async with installed(connections=8) as here:
        client = await here.temporal()
        with bar("Starting workflows") as progress:
            counts = await rebuild_workflows(
                Conductor(here.log, client, here.clock), client, here.log, progress
            )
        failed = [{"obligation": name, "status": status} for name, status in counts.failed]
        data = {
            "attributes": counts.attributes,
            "schedules": counts.schedules,
            "started": counts.started,
            "nudged": counts.nudged,
            "over": counts.over,
            "failed": failed,
        }

        def page() -> list[str | Table]:
            text = tr(
                "{started} started, {nudged} running already, {over} told that they are over, {schedules} schedules.",
                started=counts.started,
                nudged=counts.nudged,
                over=counts.over,
                schedules=counts.schedules,
            )
            rows = [(f["obligation"], f["status"]) for f in failed]
            return [text, *([Table(("Obligation", "Refused by Temporal"), rows)] if rows else [])]

        show("rebuild-workflows", data, page)
        if failed:
            raise typer.Exit(1)
