"""`chancery calendar`: when a term ends, a mission's working days, and their changes. `due` needs no server at all."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.shared import (
    Fault,
    Table,
    command_id,
    installed,
    noun,
    say,
    show,
    show_receipt,
    submit,
    tr,
    verb,
)
from chancery.cli.state import state
from domain import commands as c
from domain.calendar import Calendar
from domain.envelope import OPERATOR
from domain.instant import BadInput, check_year, date_from_text, quoted

app = noun("calendar", "When a term ends, and a mission's working days.")

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAME: Final = re.compile(r"[\w .,'()&/-]{1,60}")

Mission = Annotated[str, typer.Option("--mission", metavar="CODE", help="The mission's code.")]


@verb(
    app,
    "due",
    examples=(
        "chancery calendar due --host EG --zone Africa/Cairo --from 2026-05-05T09:10 --term 3wd",
        "chancery calendar due --host EG --zone Africa/Cairo --from 2026-05-21T10:00 --term 5wd --holiday 2026-05-31=Eid --json",
        "chancery calendar due --host TR --zone Europe/Istanbul --from 2026-05-05T09:00 --term before:10wd --appointment 2026-06-24",
    ),
)
def due(
    *,
    host: Annotated[str, typer.Option("--host", metavar="CC", help="The host country, such as EG.")],
    zone: Annotated[str, typer.Option("--zone", help="Its time zone, such as Africa/Cairo.")],
    from_: Annotated[
        str, typer.Option("--from", metavar="TIME", help="The event that the term counts from.")
    ],
    term: Annotated[str, typer.Option("--term", help="3wd, 24h, 30d, 6mo, 1y, by:12-31, at:, before:10wd.")],
    weekend: Annotated[
        str | None, typer.Option("--weekend", metavar="DAYS", help="Another weekend, such as fri,sat.")
    ] = None,
    holiday: Annotated[
        list[str] | None,
        typer.Option("--holiday", metavar="DAY=NAME", help="A further day off; may be repeated."),
    ] = None,
    suspend: Annotated[
        list[str] | None, typer.Option("--suspend", metavar="FROM/TO", help="A suspension; may be repeated.")
    ] = None,
    appointment: Annotated[
        str | None,
        typer.Option("--appointment", metavar="TIME", help="The appointment that at: and before: serve."),
    ] = None,
) -> None:
    """When a term ends, and why, day by day."""
    from chancery.calendar_due import run

    found = run(
        host,
        zone,
        from_,
        term,
        weekend=weekend,
        holiday=holiday or (),
        suspend=suspend or (),
        appointment=appointment,
    )
    if state().json:  # DEADLINES.md gives this object whole: nothing is added to it
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return
    days: list[Sequence[str]] = [
        (e["date"], tr("counted") if e["counted"] else "", e["reason"]) for e in found["explanation"]
    ]
    show("due", found, lambda: [Table(("Day", "Counted", "Why"), days), _sentence(found)])


def _sentence(found: dict[str, Any]) -> str:
    line = tr(
        "Due {local} ({zone}), that is {utc}.", local=found["local"], zone=found["zone"], utc=found["due_at"]
    )
    if found["provisional"]:
        line += " " + tr("Provisional: a holiday in it is estimated, or a year has no holiday data.")
    return line


@verb(app, "show", examples=("chancery calendar show --mission Q --year 2026",))
async def show_(
    mission: Mission,
    year: Annotated[int | None, typer.Option("--year", help="Only this year.", min=1973, max=2199)] = None,
    as_of: AsOf = None,
) -> None:
    """A mission's weekend, holidays and make-up days."""
    async with installed() as here:
        seen = await known(here, as_of)
        adopted = await seen.mission(mission)
    if not adopted.version:
        from domain.refusals import Refused

        raise Refused("no-such-mission", mission=mission)
    calendar = adopted.clock
    data = stamp(seen) | calendar.to_data() | {"mission": mission}
    if year is not None:
        data["holidays"] = [h for h in data["holidays"] if h["date"].startswith(f"{year}-")]
        data["working_days"] = [day for day in data["working_days"] if day.startswith(f"{year}-")]
    show("calendar", data, lambda: _page(mission, calendar, data, year))


def _page(mission: str, calendar: Calendar, data: dict[str, Any], year: int | None) -> list[str | Table]:
    weekend = ", ".join(tr(_DAYS[n]) for n in sorted(calendar.weekend)) or tr("none")
    lines = [
        tr(
            "Mission {mission}, {zone}, version {version}. Weekend: {weekend}.",
            mission=mission,
            zone=calendar.zone,
            version=calendar.version,
            weekend=weekend,
        )
    ]
    if year is not None and year not in calendar.years:
        lines.append(
            tr("Nothing is known of the holidays of {year}: deadlines in it are provisional.", year=year)
        )
    rows: list[Sequence[str]] = [
        (
            h["date"],
            tr(_DAYS[date_from_text(h["date"]).weekday()]),
            h["name"],
            tr("estimated") if h["estimated"] else "",
            h["source"],
        )
        for h in data["holidays"]
    ]
    rows += [
        (day, tr(_DAYS[date_from_text(day).weekday()]), tr("worked: a make-up day"), "", "")
        for day in data["working_days"]
    ]
    table = Table(
        ("Day", "Weekday", "Name", "Estimated", "Source"),
        sorted(rows, key=lambda row: row[0]),
        empty="No holiday is recorded.",
    )
    return [*lines, table]


@verb(
    app,
    "revise",
    changes=True,
    examples=(
        "chancery calendar revise --mission Q --add 2026-05-31=Eid --source note-verbale-2026 --as Q-103",
        "chancery calendar revise --mission Q --remove 2026-05-28 --source closing-days-2026 --as Q-103",
    ),
)
async def revise(
    mission: Mission,
    source: Annotated[str, typer.Option("--source", metavar="CODE", help="Who said so: a code, no blanks.")],
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="DATE=NAME", help="A new day off; may be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="DATE", help="A day off taken back; may be repeated."),
    ] = None,
) -> None:
    """Change a mission's days off; open deadlines follow."""
    if not add and not remove:
        raise Fault("usage", "Say what changes: --add DATE=NAME, --remove DATE.")
    command = c.ReviseCalendar(
        command_id=command_id(),
        mission=mission,
        add=dict(_added(text) for text in add or ()),
        remove=tuple(_day("--remove", text) for text in remove or ()),
        source=source,
    )
    async with installed() as here:
        receipt = await submit(here, command, default=OPERATOR)
    if receipt.fresh and receipt.position:
        say("Open deadlines of {mission} are set anew where these days lie in them.", mission=mission)
    show_receipt(receipt)


def _added(text: str) -> tuple[str, str]:
    day, equals, name = text.partition("=")
    if not equals or not _NAME.fullmatch(name.strip()):
        raise BadInput(
            "bad_holiday", f"--add: {quoted(text)} is not a day and a name such as 2026-05-31=Eid."
        )
    return _day("--add", day), name.strip()


def _day(option: str, text: str) -> str:
    try:
        day = date_from_text(text)
        check_year(day)
    except BadInput as refusal:
        raise BadInput(refusal.code, f"{option}: {refusal.message}") from None
    return day.isoformat()
