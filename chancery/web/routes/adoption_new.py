"""`/adoption/new`: a mission begins. What is typed is shown once more as what it means, with the duties' last days; then it is sent."""

import re
from typing import Any, Final
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response

from chancery import adopting, adoption
from chancery.i18n import language, tr
from chancery.instruments import shipped
from chancery.telling.year import WEEKDAYS
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import Sent, onward, sent
from chancery.web.house import House
from chancery.web.mission_page import Again
from chancery.web.pages import render
from chancery.web.visitor import At, Someone, Visitor
from domain.calendar import Calendar
from domain.instant import BadInput

router: Final = APIRouter()
LAST: Final = "last:"
"""Before a duty's code: the field that says when it was last done."""
SHOWN: Final = 12
"""So many of the coming holidays are shown."""


@router.get("/adoption/new")
async def show(request: Request, at: At, who: Someone) -> Response:
    """What a mission begins with."""
    _operator(who)
    return _form(request, at, Again())


@router.post("/adoption/new")
async def begin(request: Request, at: At, who: Someone) -> Response:
    """Show what was typed as what it means; or go back to it; or adopt the mission."""
    form = await sent(request)
    _operator(who)
    step = form.text("step")
    if step == "back":
        return _form(request, at, Again(form))
    try:
        known = await at.here.desk.mission(form.text("mission"))
        if known.version and step != "adopt":
            raise FormFault(mission=tr("This mission has been adopted already."))
        plan = _plan(form)
        adoption.command(plan, form.command_id)
    except (FormFault, BadInput) as problem:
        return _form(request, at, Again(form, _at_field(problem)))
    if step != "adopt":
        return _look(request, plan, form, Again(form))
    try:
        plan = _plan(form, _last_done(form, plan))
        receipt = await adoption.adopt(at.here, plan, form.command_id, who.actor)
    except ANSWERS as problem:
        return _look(request, plan, form, Again(form, problem))
    return onward(f"/adoption/missions/{plan.mission}", receipt)


def _operator(who: Visitor) -> None:
    if not who.is_operator:
        raise NotHere("no-such-page")


def _plan(form: Sent, last_done: dict[str, str] | None = None) -> adoption.Plan:
    """What was typed, as a plan. Raises FormFault for what was left out."""
    weekend = [day for day in form.many("weekend") if day in WEEKDAYS]
    instruments = [code for code in form.many("instrument") if code in shipped()]
    if not instruments:
        raise FormFault(instrument=tr("Tick at least one text."))
    return adoption.Plan(
        form.need("mission"),
        form.need("host"),
        form.need("zone"),
        form.need("on"),
        kind="headquarters" if form.flag("headquarters") else "mission",
        weekend=",".join(weekend) or None,
        instruments=instruments,
        last_done=last_done,
        partners=_codes(form.text("partners")),
        covers=_codes(form.text("covers")),
    )


def _codes(text: str) -> list[str]:
    return [code for code in re.split(r"[,;\s]+", text) if code]


def _last_done(form: Sent, plan: adoption.Plan) -> dict[str, str]:
    """When each duty was last done, where a day was given. Raises FormFault for what is no day or lies after the adoption."""
    found: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for duty in adopting.asked_for(list(plan.instruments), plan.kind):
        name = LAST + duty.code
        try:
            day = form.day(name)
        except FormFault as problem:
            wrong |= problem.fields
            continue
        if day is not None and day > plan.on:
            wrong[name] = tr("This lies after the adoption.")
        elif day is not None:
            found[duty.code] = day
    if wrong:
        raise FormFault(**wrong)
    return found


def _at_field(problem: Exception) -> Exception:
    """Bad input of an adoption as a sentence at the field that it is about."""
    if not isinstance(problem, BadInput):
        return problem
    said = {
        "bad-mission": ("mission", tr("Write letters, digits and hyphens, such as Q.")),
        "bad_date": ("on", tr("Write a day such as 2026-05-05.")),
        "year_out_of_range": ("on", tr("Write a day such as 2026-05-05.")),
        "unknown_zone": ("zone", tr("Write a zone such as Africa/Cairo.")),
        "unknown_country": ("host", tr("Write codes of two letters for countries, such as EG.")),
        "bad-code": ("partners", tr("Write codes such as EUD-CAIRO, with blanks between them.")),
        "bad_weekend": ("weekend", tr("At least one day of the week is worked.")),
    }.get(problem.code)
    return problem if said is None else FormFault(**{said[0]: said[1]})


def _form(request: Request, at: House, again: Again) -> Response:
    return render(
        request,
        "adoption-new.html",
        status=again.status,
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
        texts=[(code, text["title"][language()]) for code, text in shipped().items()],
        weekdays=WEEKDAYS,
        today=at.here.clock.now().date().isoformat(),
        **again.context(),
    )


def _look(request: Request, plan: adoption.Plan, form: Sent, again: Again) -> Response:
    made = adoption.command(plan, form.command_id)
    calendar = Calendar.from_data(made.calendar)
    coming = sorted(day for day in calendar.holidays if day.isoformat() >= plan.on)
    context: dict[str, Any] = again.context()
    return render(
        request,
        "adoption-look.html",
        status=again.status,
        plan=plan,
        made=made,
        calendar=calendar,
        weekend=[WEEKDAYS[day] for day in sorted(calendar.weekend)],
        coming=[(day, calendar.holidays[day]) for day in coming[:SHOWN]],
        more=max(0, len(coming) - SHOWN),
        titles={code: shipped()[code]["title"][language()] for code in plan.instruments},
        duties=adopting.asked_for(list(plan.instruments), plan.kind),
        last=LAST,
        kept=[(name, value) for name, value in form.pairs if name in _KEPT],
        **context,
    )


_KEPT: Final = frozenset(
    {"mission", "host", "zone", "on", "headquarters", "weekend", "instrument", "partners", "covers"}
)
