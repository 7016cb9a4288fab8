"""`/board`: the focal point's clocks: tiles, table, ageing, the next thirty days, what changed. By obligation, never by person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select

from chancery import board, changes, queries
from chancery.board import AGES, PILES, Choice
from chancery.changes import Change
from chancery.i18n import tr
from chancery.instruments import shipped
from chancery.queries import Row
from chancery.telling import clocks, course, names
from chancery.telling.explaining import explained
from chancery.views import tables as v
from chancery.web import charts
from chancery.web.charts import StripDay
from chancery.web.faults import NotHere
from chancery.web.mission_page import People, asked_for
from chancery.web.pages import render
from chancery.web.sane import sane
from chancery.web.visitor import At, Officer, Visitor
from chancery.web.visits import Visits
from domain.mission import Mission

router: Final = APIRouter(dependencies=[Depends(sane)])
_PLACE: Final = "mission"


@router.get("/board")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The board of a mission, or of all of them."""
    missions, one = await _scope(request, at, who)
    # Asked of the log itself: who comes from a form must see what it did.
    now, head = at.here.clock.now(), await at.here.log.head()
    figures = await board.figures(at.here.pool, missions, now)
    places, matrix = board.by_place(figures.cells, "accreditation" if one else _PLACE)
    ahead = await board.ahead(at.here.pool, missions, now)
    before = await _before(request, at, who, one, head, now)
    since, more = await changes.since(at.here.pool, [m.code for m in missions], before, head)
    request.state.position = head
    return render(
        request,
        "board.html",
        mission=one,
        missions=await _choices(at, who),
        totals={name: figures.total(name) for name in ("open", *PILES)},
        second=figures.second,
        places=places,
        matrix=sorted(matrix, key=lambda row: _order(row[0], row[1])),
        ages=[(name, _age(name), figures.total(name)) for name, _, _ in AGES],
        ages_picture=charts.bars(
            "ages-picture",
            tr("How long overdue tasks are over"),
            tr("Bars as long as the numbers of the table beside."),
            [(name.replace("11-", "> 10").replace("-", " … "), figures.total(name)) for name, _, _ in AGES],
            late=True,
        ),
        ahead=ahead,
        ahead_picture=charts.strip(
            "ahead-picture",
            tr("What falls due in the next thirty days"),
            tr("A column for each day, as high as the number of tasks due; striped where nobody works, framed in a suspension. The table below says the same."),
            [
                StripDay(str(day.day.day), f"{day.day.isoformat()}: {day.number}", day.number, bool(day.off), day.stopped)
                for day in ahead
            ],
        ),
        changed=await _changes(at, who, since),
        before=before,
        more=more,
        behind=at.standing.behind,
        address=_address,
        said_off=explained,
    )  # fmt: skip


@router.get("/board/tasks")
async def tasks(request: Request, at: At, who: Officer) -> Response:
    """The tasks behind a figure of the board, sorted by obligation."""
    missions, one = await _scope(request, at, who)
    asked = request.query_params
    pile = next((p for p in (*PILES, "open") if p == asked.get("pile")), None)
    choice = Choice(
        pile=pile,
        definition=asked.get("definition") or None,
        accreditation=asked.get("accreditation") or None,
        age=next((name for name, _, _ in AGES if name == asked.get("age")), None),
        after=_after(asked.get("after", "")),
    )
    now = at.here.clock.now()
    found, following = await board.behind(at.here.pool, missions, now, choice)
    request.state.position = at.tail.head
    calendars = {m.code: m.clock for m in missions}
    kept = {k: x for k, x in asked.items() if k != "after" and x}
    return render(
        request,
        "board-tasks.html",
        mission=one,
        pile=pile,
        age=None if choice.age is None else _age(choice.age),
        choice=choice,
        back=_address("/board", one),
        vital=await board.vital_interests(at.here.pool, missions) if pile == "second_person" else [],
        tasks=[_told(row, calendars, now) for row in found],
        following=None if following is None else urlencode(kept | {"after": "|".join(following)}),
    )


async def _scope(request: Request, at: At, who: Visitor) -> tuple[list[Mission], Mission | None]:
    """The missions that are shown, and the one if it is one. Raises NotHere for whoever neither leads nor oversees."""
    asked = asked_for(request)
    if not who.oversees:
        if not who.is_lead or asked not in (None, who.home.code):
            raise NotHere("no-such-page")
        asked = who.home.code
    if asked is None:
        codes = [row["code"] for row in await queries.missions(at.here.log)]
        return [await at.here.desk.mission(code) for code in codes], None
    one = await at.here.desk.mission(asked)
    if not one.version:
        raise NotHere("no-such-page")
    return [one], one


async def _choices(at: At, who: Visitor) -> list[str]:
    return [row["code"] for row in await queries.missions(at.here.log)] if who.oversees else []


async def _before(
    request: Request, at: At, who: Visitor, one: Mission | None, head: int, now: datetime
) -> int:
    visits, page = Visits(at.here.pool), f"board:{one.code if one else ''}"
    if request.headers.get("x-refresh"):
        return await visits.before(who.account.id, page)
    return await visits.begun(who.account.id, page, head, now)


async def _changes(at: At, who: Visitor, found: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes in sentences, grouped by obligation: the one that moved last comes first."""
    events = [change.event for change in found]
    officers = await names.officers(at.here, course.people(events))
    titles = await _titles(at, found)
    missions = {code: await at.here.desk.mission(code) for code in {change.mission for change in found}}
    groups: dict[str, dict[str, Any]] = {}
    for change in found:
        mission = missions[change.mission]
        people = People(mission, inside=who.home.code == mission.code, officers=officers)
        held = {posting: people.of(posting) for posting in officers}
        group = groups.setdefault(
            change.obligation or f"mission:{change.mission}",
            {
                "obligation": change.obligation,
                "mission": change.mission,
                "zone": mission.clock.zone,
                "title": names.definition_title(change.instrument, change.definition)
                if change.obligation
                else tr("The mission itself"),
                "lines": [],
            },
        )
        group["lines"] += course.lines(
            [change.event], mission.clock.zone, held, titles.get(change.obligation or "", {})
        )
    return list(groups.values())


async def _titles(at: At, found: Sequence[Change]) -> dict[str, dict[str, str]]:
    """Obligation → task → the title of its step."""
    t = v.task
    wanted = sorted(
        {change.obligation for change in found if change.obligation and "task" in change.event.data}
    )
    titles: dict[str, dict[str, str]] = {}
    if wanted:
        query = select(t.c.obligation, t.c.task, t.c.instrument, t.c.definition, t.c.step).where(
            t.c.obligation.in_(wanted)
        )
        for row in await queries.rows(at.here.log, query):
            title = names.step_title(row["instrument"], row["definition"], row["step"])
            titles.setdefault(row["obligation"], {})[row["task"]] = title
    return titles


def _order(instrument: str, definition: str) -> tuple[str, int]:
    """Definitions in the order of their text."""
    known = shipped().get(instrument)
    codes = [d["code"] for d in known["definition"]] if known else []
    return instrument, codes.index(definition) if definition in codes else len(codes)


def _age(name: str) -> str:
    low, _, high = name.partition("-")
    if not high:
        return tr("more than 10 working days")
    return tr("{low} to {high} working days", low=low, high=high)


def _after(given: str) -> tuple[str, str, str, str] | None:
    parts = given.split("|")
    if len(parts) != 4:
        return None
    try:
        if datetime.fromisoformat(parts[1]).tzinfo is None:
            return None
    except ValueError:
        return None
    return parts[0], parts[1], parts[2], parts[3]


def _told(row: Row, calendars: dict[str, Any], now: datetime) -> Row:
    calendar = calendars[row["mission"]]
    is_open = row["status"] == "open"
    return row | {
        "title": names.step_title(row["instrument"], row["definition"], row["step"]),
        "about": names.definition_title(row["instrument"], row["definition"]),
        "state": clocks.status_words(row, now),
        "pressure": clocks.pressure(row, calendar, now) if is_open else "ended",
        "left": clocks.left(row, calendar, now) if is_open else None,
    }


def _address(path: str, mission: Mission | None, **more: str) -> str:
    """An address of the board for the mission that is shown."""
    asked = ({"mission": mission.code} if mission else {}) | {k: x for k, x in more.items() if x}
    return f"{path}?{urlencode(asked)}" if asked else path
