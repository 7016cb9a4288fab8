"""`/calendar/revise`: days off confirmed, moved, added or taken back; what that moves is shown before it is sent."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chancery.i18n import tr, word
from chancery.web.faults import ANSWERS, FormFault
from chancery.web.forms import Sent, command, sent
from chancery.web.mission_page import Again, day_needed, mission_of
from chancery.web.routes.calendar import page
from chancery.web.routes.preview import Asked, make, preview
from chancery.web.visitor import At, Someone
from domain import commands as c
from domain.calendar import Calendar
from domain.mission import Mission

router: Final = APIRouter()
LONGEST: Final = 31
"""So many days are added at once."""
_DAY: Final = timedelta(days=1)


@router.post("/calendar/revise/preview")
async def look(request: Request, at: At, who: Someone) -> Response:
    """What was typed, as a revision, and what it would move."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    kind = form.text("kind")
    try:
        add, remove = _read(kind, form, mission.clock)
        asked = _asked(mission, form.command_id, form.need("source"), add, remove)
        return await preview(request, at, who, asked)
    except ANSWERS as problem:
        return await page(request, at, who, mission, Again(form, problem, kind))


@router.post("/calendar/revise")
async def revise(request: Request, at: At, who: Someone) -> Response:
    """Make the revision that was looked at."""
    form = await sent(request)
    mission = await mission_of(at, who, form.maybe("mission"))
    try:
        add = dict(_pair(text) for text in form.many("add"))
        asked = _asked(mission, form.command_id, form.need("source"), add, form.many("remove"))
        return await make(request, at, who, asked, form)
    except ANSWERS as problem:
        return await page(request, at, who, mission, Again(form, problem))


def _pair(text: str) -> tuple[str, str]:
    day, _, name = text.partition("|")
    return day, name


def _asked(mission: Mission, command_id: UUID, source: str, add: dict[str, str], remove: list[str]) -> Asked:
    made = command(
        "ReviseCalendar",
        command_id=command_id,
        mission=mission.code,
        add=add,
        remove=tuple(remove),
        source=source,
    )
    assert isinstance(made, c.ReviseCalendar)
    said = [_said(mission.clock, day, name) for day, name in sorted(made.add.items())]
    said += [
        tr("{day} is a working day again: {name} falls away.", day=day, name=_name(mission.clock, day))
        for day in made.remove
    ]
    said.append(tr("Said by: {source}.", source=word(source)))
    fields = [("mission", mission.code), ("source", source)]
    fields += [("add", f"{day}|{name}") for day, name in sorted(made.add.items())]
    fields += [("remove", day) for day in made.remove]
    return Asked(made, said, fields, "/calendar/revise", tr("Change the calendar"))


def _said(calendar: Calendar, day: str, name: str) -> str:
    known = calendar.holidays.get(date.fromisoformat(day))
    if known is not None and known.estimated and known.name == name:
        return tr("{day} is confirmed: {name}.", day=day, name=name)
    return tr("{day} is a day off: {name}.", day=day, name=name)


def _name(calendar: Calendar, day: str) -> str:
    known = calendar.holidays.get(date.fromisoformat(day))
    return "" if known is None else known.name


def _read(kind: str, form: Sent, calendar: Calendar) -> tuple[dict[str, str], list[str]]:
    """Days added with their names, and days removed, out of one of the page's three forms. Raises FormFault."""
    if kind == "estimates":
        return _estimates(form, calendar)
    if kind == "add":
        return _added(form, calendar), []
    if kind == "remove":
        return {}, [day_needed(form, "day")]
    raise FormFault(kind=tr("Choose one of the list."))


def _estimates(form: Sent, calendar: Calendar) -> tuple[dict[str, str], list[str]]:
    add: dict[str, str] = {}
    gone: list[str] = []
    for day, holiday in calendar.holidays.items():
        text = day.isoformat()
        answer = form.text(f"answer:{text}")
        if not answer or not holiday.estimated:
            continue
        if answer == "holds":
            if text in add:
                raise FormFault(
                    **{f"answer:{text}": tr("Another day moves here; only one of the two can be this day.")}
                )
            add[text] = holiday.name
        elif answer == "falls":
            gone.append(text)
        elif answer == "moves":
            to = day_needed(form, f"to:{text}")
            standing = calendar.holidays.get(date.fromisoformat(to))
            if to in add or (standing is not None and not standing.estimated):
                raise FormFault(
                    **{
                        f"to:{text}": tr(
                            "{day} is a day off already; let this one fall away instead.", day=to
                        )
                    }
                )
            if standing is not None and to != text and not form.text(f"answer:{to}"):
                raise FormFault(
                    **{f"answer:{to}": tr("Another day moves here; say what becomes of this one.")}
                )
            add[to] = holiday.name
            gone.append(text)
        else:
            raise FormFault(**{f"answer:{text}": tr("Choose one of the list.")})
    if not add and not gone:
        raise FormFault(answers=tr("Answer for one day at least."))
    # Where a feast moves by a day, one day's new place is the next one's old: what is added stands.
    return add, [day for day in gone if day not in add]


def _added(form: Sent, calendar: Calendar) -> dict[str, str]:
    name = form.need("name")
    first = date.fromisoformat(day_needed(form, "first"))
    last = date.fromisoformat(form.day("last") or first.isoformat())
    if last < first:
        raise FormFault(last=tr("The last day lies before the first."))
    if (last - first).days >= LONGEST:
        raise FormFault(last=tr("At most {n} days at once.", n=LONGEST))
    days = [first + _DAY * n for n in range((last - first).days + 1)]
    found = {day.isoformat(): name for day in days if calendar.is_working(day)}
    if not found:
        raise FormFault(first=tr("Nothing is worked on these days already."))
    return found
