"""`dates`: headquarters' calendar: sessions, reviews and report days, and what each opens in the missions that it concerns."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from chancery.cli.shared import Fault, Table, command_id, installed, noun, show, show_receipt, submit, verb
from chancery.i18n import word

app: Final = noun("dates", "Headquarters' calendar: sessions, reviews and report days, and what each opens.")
Mission = Annotated[str, typer.Option("--mission", help="Headquarters' own code.")]
_NEEDED: Any = ...
_MOST: Final = 200_000


@verb(app, "list", examples=("chancery dates list", "chancery dates list --json"))
async def list_() -> None:
    """List the dates of headquarters' calendar, the soonest first, with what each has opened."""
    from chancery import dates

    async with installed() as here:
        known = await dates.told(here.desk)
    data: list[dict[str, Any]] = [
        {
            "date": one.date.code,
            "kind": one.date.kind,
            "day": one.date.day,
            "until": one.date.until,
            "definition": one.date.definition,
            "days_before": one.date.days_before,
            "countries": list(one.date.countries),
            "opened": [row["id"] for row in one.opened],
        }
        for one in known
    ]

    def page() -> list[Table]:
        table = Table(("Date", "What", "Opens", "Countries", "Opened"), empty="No date stands in it.")
        for one in data:
            opens = f"{one['definition']} (-{one['days_before']})"
            countries, opened = " ".join(one["countries"]), " ".join(one["opened"])
            table.rows.append((one["date"], word(one["kind"]), opens, countries, opened))
        return [table]

    show("dates", {"dates": data}, page)


@verb(app, "set", changes=True, examples=("chancery dates set dates.csv --mission HQ --as H-302",))
async def set_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A CSV table: kind, day, until, definition, days_before, countries."
        ),
    ],
    mission: Mission = _NEEDED,
) -> None:
    """Set every date of a table, or none."""
    from chancery import dates

    try:
        text = file.read_bytes()[: _MOST + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Fault("no-such-file", "{file} cannot be read as text.", file=file) from None
    lines = dates.lines_of(text)
    async with installed() as here:
        show_receipt(await submit(here, dates.setting(command_id(), mission, lines)))


@verb(
    app,
    "remove",
    changes=True,
    examples=("chancery dates remove upr_session.2026-11-02.UPR --mission HQ --as H-302",),
)
async def remove(
    date: Annotated[str, typer.Argument(metavar="DATE", help="The date, as `dates list` shows it.")],
    mission: Mission = _NEEDED,
) -> None:
    """Take a date out: nothing more is opened for it, and what is open stays."""
    from domain import commands as c

    async with installed() as here:
        command = c.RemoveDate(command_id=command_id(), mission=mission, date=date)
        show_receipt(await submit(here, command))
