"""`/dates`: headquarters' calendar: sessions, reviews, report days, and what each opens in the missions that it concerns."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from chancery import dates
from chancery.i18n import language, tr
from chancery.instruments import definition
from chancery.web.faults import ANSWERS, FormFault, NotHere, said
from chancery.web.forms import Sent, command, hand_in, new_id, onward, sent
from chancery.web.may import may
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Officer, Visitor
from domain import vocabulary

router: Final = APIRouter()
MOST_BYTES: Final = 200_000


@router.get("/dates")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The dates that concern the visitor's mission; all of them for whoever looks across missions."""
    await receipt_of(request, at)
    return await _page(request, at, who)


@router.post("/dates")
async def add(request: Request, at: At, who: Officer) -> Response:
    """Set one date."""
    form = await sent(request)
    cells = {name: form.text(name) for name in dates.COLUMNS} | {
        "days_before": form.text("days_before") or "0"
    }
    try:
        line = dates.line_of(cells, tr("The date"))
        receipt = await hand_in(at, dates.setting(form.command_id, _home(who), [line]), who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, form=form, problem=problem)
    return onward("/dates", receipt)


@router.post("/dates/table")
async def table(request: Request, at: At, who: Officer) -> Response:
    """Set every date of a table, or none."""
    form = await sent(request)
    try:
        file = next((file for file in form.files if file.field == "table"), None)
        if file is None or len(file.content) > MOST_BYTES:
            raise FormFault(table=tr("Choose a table (CSV) of at most 200 kB."))
        try:
            text = file.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FormFault(table=tr("The table must be saved as UTF-8.")) from None
        receipt = await hand_in(
            at, dates.setting(form.command_id, _home(who), dates.lines_of(text)), who.actor
        )
    except ANSWERS as problem:
        return await _page(request, at, who, form=form, problem=problem)
    return onward("/dates", receipt)


@router.post("/dates/remove")
async def remove(request: Request, at: At, who: Officer) -> Response:
    """Take a date out."""
    form = await sent(request)
    try:
        asked = command("RemoveDate", command_id=form.command_id, mission=_home(who), date=form.need("date"))
        receipt = await hand_in(at, asked, who.actor)
    except ANSWERS as problem:
        return await _page(request, at, who, form=form, problem=problem)
    return onward("/dates", receipt)


def _home(who: Visitor) -> str:
    """Headquarters' own code: dates are its own to set."""
    if who.home.kind != "headquarters":
        raise NotHere("no-such-page")
    return who.home.code


async def _page(
    request: Request, at: At, who: Visitor, *, form: Sent | None = None, problem: Exception | None = None
) -> Response:
    now = at.here.clock.now()
    known = await dates.told(at.here.desk)
    own = set(who.home.accreditations.values())
    if not who.oversees:
        known = [one for one in known if not one.date.countries or own & set(one.date.countries)]
    request.state.position = at.tail.head
    today: date = who.home.day(now)
    return render(
        request,
        "dates.html",
        status=200 if problem is None else 422,
        coming=[one for one in known if (one.date.until or one.date.day) >= today],
        past=[one for one in reversed(known) if (one.date.until or one.date.day) < today],
        may_set=who.home.kind == "headquarters" and may("SetDates", who.actor, who.home, now),
        kinds=vocabulary.DATE_KINDS,
        definitions=[(code, _titled(instrument, code)) for code, instrument in dates.definitions()],
        columns=", ".join(dates.COLUMNS),
        sees=who.may_see,
        problem=None if problem is None else said(problem),
        wrong=problem.fields if isinstance(problem, FormFault) else {},
        typed={} if form is None else form.typed,
        command_id=new_id(),
        titled=_titled,
        instrument_of=dict(dates.definitions()),
    )


def _titled(instrument: str, code: str) -> str:
    found = definition(instrument, code)
    return f"{code} · {found['title'][language()]}" if found else code
