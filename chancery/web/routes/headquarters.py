"""`/headquarters`: figures of half a year by mission and area, and the lists behind them. No rank, no person, small numbers hidden."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from chancery.asof import NoSuchPosition, reading
from chancery.i18n import language, tr
from chancery.oversight import hiding
from chancery.oversight import table as tables
from chancery.oversight.facts import PLACES, Fact
from chancery.oversight.figures import BY, HEADQUARTERS, Area, By
from chancery.oversight.halfyear import HalfYear, NoSuchHalf
from chancery.oversight.table import Line
from chancery.telling import names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.visitor import At, Officer, Visitor
from domain.instant import BadInput

router: Final = APIRouter()
_A_PAGE: Final[dict[By, int]] = {"paragraph": 6, "definition": 2}
"""Missions on one page: more would be long to load on a poor line."""
LINES: Final = 60
"""Lines of a list on one page."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for. `upto` None: as known now, at `now` (UTC)."""

    half: HalfYear
    by: By
    now: datetime
    upto: int | None

    def query(self, **more: str) -> str:
        """The same choice as an address holds it."""
        asked = {"half": self.half.code, "by": self.by} | more
        return urlencode(asked | ({"as_of": str(self.upto)} if self.upto is not None else {}))


@router.get("/headquarters")
async def show(request: Request, at: At, who: Officer) -> Response:
    """The missions, each with its areas; then what lay with headquarters."""
    chosen = await _choice(request, at, who)
    made = await tables.table(at.here, at.figures, chosen.half, chosen.by, chosen.now, upto=chosen.upto)
    codes = sorted(code for code, m in made.missions.items() if m.kind != "headquarters")
    only, after = request.query_params.get("mission"), request.query_params.get("after", "")
    if only and only not in codes:
        raise NotHere("no-such-page")
    offered = [only] if only else [code for code in codes if code > after]
    shown = offered[: _A_PAGE[chosen.by]]
    further = len(offered) > len(shown)
    rows = shown if only or further else [*shown, HEADQUARTERS]
    request.state.position = chosen.upto or at.tail.head
    return render(
        request,
        "headquarters.html",
        chosen=chosen,
        halves=HalfYear.of(who.home.day(at.here.clock.now())).back(tables.OFFERED)[::-1],
        codes=codes,
        only=only or "",
        tables=[_mission(chosen, code, made) for code in rows],
        following=chosen.query(after=shown[-1]) if further else None,
        places=PLACES,
    )


@router.get("/headquarters/{row}/{instrument}/{area:path}")
async def behind(request: Request, at: At, who: Officer, row: str, instrument: str, area: str) -> Response:
    """The list behind a figure, and how it was in the half-years before."""
    chosen = await _choice(request, at, who)
    key = (row, Area(instrument, area))
    over = await tables.trend(at.here, at.figures, chosen.half, chosen.by, key, chosen.now, upto=chosen.upto)
    line = over[-1][1]
    if all(one is None for _, one in over):
        raise NotHere("no-such-page")
    place = request.query_params.get("only", "")
    facts = (
        [f for f in line.cell.facts if place not in PLACES or f.place(chosen.now) == place] if line else []
    )
    said = line.figure.said if line and line.figure and line.held is None else None
    open_ = said is not None and isinstance(said.whole, int)
    if said is not None and place in PLACES:
        open_ = isinstance(said.places.get(place), int)
    # Where a place's number is hidden, a list that says each one's place would only count it for the reader.
    full = said is not None and all(isinstance(said.places.get(p), int) for p in PLACES)
    begin = start_of(request)
    page = facts[begin : begin + LINES]
    more = chosen.query(**({"only": place} if place in PLACES else {}), start=str(begin + LINES))
    zones = {f.mission: (await at.here.desk.mission(f.mission)).clock.zone for f in page}
    request.state.position = chosen.upto or at.tail.head
    return render(
        request,
        "headquarters-behind.html",
        chosen=chosen,
        row=row,
        is_headquarters=row == HEADQUARTERS,
        heading=area_title(key[1], chosen.by),
        place=place if place in PLACES else "",
        full=full or place in PLACES,
        trend=[(half, None if one is None else _line(chosen, one)) for half, one in over],
        facts=[_fact(f, zones[f.mission], chosen.now) for f in page] if open_ else None,
        following=more if open_ and begin + LINES < len(facts) else None,
        places=PLACES,
        back="/headquarters?" + chosen.query(),
    )


def start_of(request: Request) -> int:
    """From which line of a list a page begins: `?start=`."""
    given = request.query_params.get("start", "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 9 else 0


async def _choice(request: Request, at: At, who: Visitor) -> Choice:
    if not who.oversees:
        raise NotHere("no-such-page")
    asked, now = request.query_params, at.here.clock.now()
    try:
        half = HalfYear.parse(asked["half"]) if asked.get("half") else HalfYear.of(who.home.day(now))
    except NoSuchHalf:
        raise BadInput("no-such-half", tr("Write a half-year such as 2026-1.")) from None
    by: By = next((b for b in BY if b == asked.get("by")), BY[0])
    given = asked.get("as_of", "").strip()
    if not given:
        return Choice(half, by, now, None)
    try:
        then = await reading(at.here.desk, int(given) if given.isdecimal() and len(given) < 18 else 0)
    except NoSuchPosition as problem:
        said = tr("The log has positions 1 to {head}; give one of them.", head=problem.head)
        raise BadInput("no-such-position", said) from None
    return Choice(half, by, then.at, then.position)


def _mission(chosen: Choice, code: str, made: tables.Table) -> dict[str, Any]:
    lines = made.lines.get(code, [])
    mission = made.missions.get(code)
    return {
        "code": code,
        "is_headquarters": code == HEADQUARTERS,
        "zone": mission.clock.zone if mission else "UTC",
        "lines": [_line(chosen, one) for one in lines],
        "notes": made.notes.get(code, []),
        "mixed": [area_title(one.area, chosen.by) for one in lines if len(one.cell.versions) > 1],
    }


def _line(chosen: Choice, line: Line) -> dict[str, Any]:
    """A row for the template: each number with the list behind it, or why there is none."""
    found, area = line.figure, line.area
    base = f"/headquarters/{quote(line.row)}/{quote(area.instrument)}/{quote(area.code)}"
    silence = None if line.speaks == "shown" else line.speaks
    made: dict[str, Any] = {
        "title": area_title(area, chosen.by),
        "code": area.code if chosen.by == "definition" else area.instrument,
        "within": sorted(line.cell.definitions) if chosen.by == "paragraph" else [],
        "href": f"{base}?{chosen.query()}",
        "confirmed": line.cell.confirmed,
        "held_until": line.held.until if line.held else None,
        "silence": silence,
        "peers": line.peers,
        "kept": None,
    }
    if silence is not None or found is None:
        return made
    links = {
        p: f"{base}?{chosen.query(only=p)}" for p, n in found.said.places.items() if isinstance(n, int) and n
    }
    return made | {
        "due": found.said.whole,
        "places": dict(found.said.places),
        "links": links,
        "kept": _share(found.kept),
        "before": _share(line.before),
        "days": None if found.days is None else (_number(found.days[0]), found.days[1]),
        "asked": found.asked,
        "lacking": found.lacking,
        "spent": found.spent or {},
    }


def _number(value: float) -> str:
    """A median: whole, or with its half."""
    text = f"{value:g}"
    return text.replace(".", ",") if language() == "fr" else text


def _share(share: tuple[int, int] | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"part": share[0], "whole": share[1], "percent": hiding.percent(*share)}


def _fact(fact: Fact, zone: str, now: datetime) -> dict[str, Any]:
    return {
        "mission": fact.mission,
        "obligation": fact.obligation,
        "task": fact.task,
        "title": names.step_title(fact.instrument, fact.definition, fact.step),
        "definition": fact.definition,
        "due": fact.due,
        "zone": zone,
        "place": fact.place(now),
        "outcome": fact.outcome,
        "days": fact.days,
        "spent": dict(sorted(fact.spent.items())),
        "last": fact.last,
    }


def area_title(area: Area, by: By) -> str:
    """What an area is called, in the language that is spoken."""
    if by == "definition":
        return names.definition_title(area.instrument, area.code)
    if area.code == "none":
        return tr("Outside the paragraphs: what makes the rest work")
    if area.code == "unconfirmed":
        return tr("Paragraph not known yet")
    return tr("Paragraph {number}", number=area.code)
