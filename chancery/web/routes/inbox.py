"""`/inbox`: mine, what nobody took, on behalf, watching, done; by time left. The address holds the whole choice."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chancery import inbox, workplans
from chancery.inbox import TABS, Filter, Tab
from chancery.queries import Row
from chancery.telling import clocks, names
from chancery.web.pages import receipt_of, render
from chancery.web.visitor import At, Maybe, Officer
from domain.mission import Mission

router: Final = APIRouter()
_WITHIN: Final = ("1", "7", "30")


@router.get("/")
async def start(who: Maybe) -> Response:
    """To whatever this visitor begins with."""
    if who is None:
        return RedirectResponse("/sign-in", status_code=303)
    if who.is_operator:
        return RedirectResponse("/adoption", status_code=303)
    return RedirectResponse("/inbox" if who.posting is not None else "/record", status_code=303)


@router.get("/inbox")
async def show(request: Request, at: At, who: Officer) -> Response:
    """A page of tasks."""
    now = at.here.clock.now()
    asked = request.query_params
    tab: Tab = next((t for t in TABS if t == asked.get("show")), "mine")
    mission = await at.here.desk.mission(who.home.code)
    assert who.posting is not None
    whose = inbox.place(mission, who.posting["posting"], now)
    after = asked.get("after", "").split("|")
    found, following = await inbox.page(
        at.here.log, tab, whose, _filter(request, now), now, after if _sound(after) else None
    )
    own = who.posting["posting"]
    absence, instead = mission.absence_of(own, now), mission.substitute_for(own, now)
    request.state.position = at.tail.head
    await receipt_of(request, at)
    people = await names.officers(
        at.here, {row["posting"] for row in found} | ({instead} if instead else set())
    )
    missions = {code: await at.here.desk.mission(code) for code in {row["mission"] for row in found}}
    tasks = [_told(row, missions[row["mission"]], now) for row in found]
    choice = {k: v for k, v in asked.items() if k not in ("after", "done") and v}
    return render(
        request,
        "inbox.html",
        tab=tab,
        tabs=TABS,
        counts=await inbox.counts(at.here.log, whose, now),
        counted=inbox.COUNTED,
        tasks=tasks,
        people=people,
        choice=choice,
        following=_next(choice, following),
        filtered=bool(set(choice) - {"show"}),
        missions=sorted(missions) if who.oversees else [],
        within=_WITHIN,
        next_expected=await inbox.next_due(at.here.log, mission.code) if not found else None,
        saved=await at.views.of(who.account.id, "inbox", mission.code),
        away_until=absence.last if absence is not None else None,
        instead=people.get(instead, instead) if instead else None,
        other_things=await workplans.waiting(at.here, [row["posting"] for row in who.postings], now),
        may_pass_on=who.is_lead and tab in ("team", "watching", "mine"),
    )


def _sound(after: list[str]) -> bool:
    if len(after) != 4 or after[0] not in ("w", "r"):
        return False
    try:
        return datetime.fromisoformat(after[1]).tzinfo is not None
    except ValueError:
        return False


def _filter(request: Request, now: datetime) -> Filter:
    asked = request.query_params
    days = asked.get("within")
    return Filter(
        mission=asked.get("mission") or None,
        definition=asked.get("definition") or None,
        due_before=now
        if asked.get("overdue")
        else now + timedelta(days=int(days))
        if days in _WITHIN
        else None,
        waiting={"yes": True, "no": False}.get(asked.get("waiting", "")),
        find=(asked.get("find") or "").strip()[:80] or None,
    )


def _told(row: Row, mission: Mission, now: datetime) -> Row:
    """A row with what a reader needs: title, time left, how pressing it is, how much of its term is used."""
    calendar = mission.clock
    more: dict[str, Any] = {
        "title": names.step_title(row["instrument"], row["definition"], row["step"]),
        "about": names.definition_title(row["instrument"], row["definition"]),
        "state": clocks.status_words(row, now),
        "left": None,
        "pressure": "ended",
        "used": 100,
    }
    if row["status"] == "open":
        more |= {"left": clocks.left(row, calendar, now), "pressure": clocks.pressure(row, calendar, now)}
        whole = (row["due"] - row["opened"]).total_seconds() or 1.0
        more["used"] = max(0, min(100, round(100 * (now - row["opened"]).total_seconds() / whole)))
    return row | more


def _next(choice: dict[str, str], following: tuple[str, ...] | None) -> str | None:
    return None if following is None else urlencode(choice | {"after": "|".join(following)})
