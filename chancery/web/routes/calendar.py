"""`/calendar`: the mission's year, what is only estimated, what changed and what that moved; and when a term ends, day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chancery import calendar_moves, queries
from chancery.calendar_moves import Move
from chancery.i18n import tr
from chancery.telling import names, year
from chancery.telling.explaining import explained
from chancery.web.faults import ANSWERS, FormFault, NotHere
from chancery.web.forms import Sent
from chancery.web.may import may
from chancery.web.mission_page import Again, asked_for, mission_of, people_of
from chancery.web.pages import receipt_of, render
from chancery.web.routes.people import back
from chancery.web.visitor import At, Someone, Visitor
from domain.deadline import compute
from domain.instant import BadInput
from domain.mission import Mission
from domain.term import BadTerm, Term
from domain.vocabulary import CALENDAR_SOURCES, DAYS_OFF

router: Final = APIRouter()
BEHIND: Final = timedelta(days=30)
SOON: Final = timedelta(days=120)
AHEAD: Final = timedelta(days=400)
"""Estimated days are asked about from a month back to thirteen months ahead: no government announces sooner. Those of the
next four months stand at once, the others behind them."""
UNITS: Final = ("wd", "h", "d", "mo", "y", "before")
_NONE: Final = Again()


@router.get("/calendar")
async def show(request: Request, at: At, who: Someone) -> Response:
    """A year of the calendar."""
    await receipt_of(request, at)
    return await page(request, at, who, await mission_of(at, who, asked_for(request)), _NONE)


async def page(request: Request, at: At, who: Visitor, mission: Mission, again: Again) -> Response:
    """The year that was asked for, else this one; after a refusal with what was typed."""
    now = at.here.clock.now()
    today, clock = mission.day(now), mission.clock
    chosen = _year(request.query_params.get("year"), today.year)
    request.state.position = at.tail.head
    open_ = await queries.tasks(at.here.log, mission=mission.code)
    estimates = [
        (day, holiday.name)
        for day, holiday in clock.holidays.items()
        if holiday.estimated and today - BEHIND <= day <= today + AHEAD
    ]
    first, last = date(chosen, 1, 1), date(chosen, 12, 31)
    return render(
        request,
        "calendar.html",
        status=again.status,
        mission=mission,
        clock=clock,
        chosen=chosen,
        years=sorted({*clock.years, today.year, today.year + 1, chosen}),
        months=year.months(clock, mission.all_suspensions(), chosen, today),
        weekdays=[tr(name) for name in year.WEEKDAYS],
        weekend=", ".join(tr(year.WEEKDAYS[n]) for n in sorted(clock.weekend)) or tr("none"),
        today=today,
        listed=[(day, h) for day, h in clock.holidays.items() if day.year == chosen],
        bridges=year.bridges(clock, max(first, today), last),
        estimates=[one for one in estimates if one[0] <= today + SOON],
        further=[one for one in estimates if one[0] > today + SOON],
        provisional=sum(row["provisional"] for row in open_),
        may_revise=may("ReviseCalendar", who.actor, mission, now),
        source_codes=CALENDAR_SOURCES,
        day_names=[(n, n) for n in dict.fromkeys((*DAYS_OFF, *sorted({h.name for h in clock.holidays.values()})))],
        days_off=[(d.isoformat(), f"{d} {h}") for d, h in clock.holidays.items() if d >= today],
        running=mission.suspended(now),
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
        **again.context(),
    )  # fmt: skip


def _year(given: str | None, otherwise: int) -> int:
    sound = given is not None and len(given) == 4 and given.isdecimal() and 1990 <= int(given) <= 2190
    return int(given) if sound and given is not None else otherwise


@router.get("/calendar/changes")
async def changes(request: Request, at: At, who: Someone) -> Response:
    """Every change of the mission's days, the latest first, with how much it moved."""
    mission = await mission_of(at, who, asked_for(request))
    request.state.position = at.tail.head
    people = await people_of(at, who, mission)
    found = await calendar_moves.history(at.here.log, mission.code)
    return render(
        request,
        "calendar-changes.html",
        mission=mission,
        people=people,
        changes=found,
        latest=calendar_moves.LATEST,
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
    )


@router.get("/calendar/changes/{position}")
async def change(request: Request, at: At, who: Someone, position: int) -> Response:
    """One change of the mission's days, and each deadline that moved by it."""
    await receipt_of(request, at)
    mission = await mission_of(at, who, asked_for(request))
    found = await calendar_moves.change_at(at.here.log, mission.code, position)
    if found is None:
        raise NotHere("no-such-page")
    request.state.position = at.tail.head
    return render(
        request,
        "calendar-change.html",
        mission=mission,
        change=found,
        people=await people_of(at, who, mission),
        moves=told(found.moves),
        more="" if back(who, mission) == "/people" else f"?mission={mission.code}",
    )


def told(moves: list[Move] | tuple[Move, ...]) -> list[dict[str, Any]]:
    """Moves as a page says them."""
    return [
        {
            "name": f"{m.obligation}/{m.task}",
            "obligation": m.obligation,
            "title": names.step_title(m.instrument, m.definition, m.step),
            "about": names.definition_title(m.instrument, m.definition),
            "was": m.was,
            "due": m.due,
            "effect": m.effect,
            "moves": m.moves,
            "provisional": m.provisional,
        }
        for m in moves
    ]


@router.get("/calendar/explain")
async def explain(request: Request, at: At, who: Someone) -> Response:
    """From this instant, this term: when it ends, and why, by the mission's calendar and suspensions. Writes nothing."""
    mission = await mission_of(at, who, asked_for(request))
    form = Sent(request.query_params.multi_items())
    asked, found, again = bool(form.text("n")), None, _NONE
    if asked:
        try:
            found = _reckoned(form, mission)
        except ANSWERS as problem:
            again = Again(form, problem, "explain")
    local = mission.clock.local(at.here.clock.now())
    return render(
        request,
        "calendar-explain.html",
        mission=mission,
        units=UNITS,
        day=form.text("from_day") or local.date().isoformat(),
        time=form.text("from_time") or local.strftime("%H:%M"),
        form_=form,
        found=found,
        own=back(who, mission) == "/people",
        **(again.context() | {"status": 422 if again.problem else 200}),
    )


def _reckoned(form: Sent, mission: Mission) -> dict[str, Any]:
    zone = mission.clock.zone
    start = form.moment("from", zone)
    if start is None:
        raise FormFault(**{"from": tr("This is needed.")})
    number, unit = form.number("n"), form.text("unit")
    if unit not in UNITS or not number:
        raise FormFault(n=tr("Write a whole number from 1 on, and choose a unit."))
    appointment = form.moment("appointment", zone)
    if unit == "before" and appointment is None:
        raise FormFault(appointment=tr("Say when the appointment is that the term is counted back from."))
    text = f"before:{number}wd" if unit == "before" else f"{number}{unit}"
    try:
        term = Term.parse(text)
    except BadTerm:
        raise FormFault(n=tr("That is longer than ten years.")) from None
    try:
        due = compute(
            term, start, mission.clock, suspensions=mission.all_suspensions(), appointment=appointment
        )
    except BadInput:
        raise FormFault(n=tr("That ends beyond the years that can be reckoned.")) from None
    lines = [
        {"date": line.date, "counted": line.counted, "reason": explained(line.reason)}
        for line in due.explanation
    ]
    return {
        "due": due.due_at.astimezone(UTC),
        "term": due.term,
        "provisional": due.provisional,
        "lines": lines,
    }


def default_moment(mission: Mission, at: datetime) -> tuple[str, str]:
    """An instant as the two fields of a form have it: the local day, the local time."""
    local = mission.clock.local(at)
    return local.date().isoformat(), local.strftime("%H:%M")
