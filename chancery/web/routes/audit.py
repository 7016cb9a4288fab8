"""`/audit`: who did what for whom, when it happened and when it was recorded; who read a case; who looked whom up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from chancery import queries
from chancery.cases import reading
from chancery.i18n import tr
from chancery.oversight import export, looks
from chancery.oversight import lines as log_lines
from chancery.oversight.lines import Wanted
from chancery.oversight.telling import told
from chancery.telling import course, names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.routes import log_entry
from chancery.web.visitor import At, Officer, Visitor
from domain.calendar import Calendar
from domain.instant import BadInput
from domain.refusals import Told
from domain.task import TASK_TYPES

router: Final = APIRouter()
router.include_router(log_entry.router)
TYPES: Final = tuple(sorted(TASK_TYPES | set(course.SENTENCES)))
_FIELDS: Final = ("who", "mission", "first", "last", "object", "type")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: as typed, and as the log is asked. `nobody`: nobody is known under what was typed as `who`."""

    typed: dict[str, str]
    wanted: Wanted
    missions: list[str]
    nobody: bool

    @property
    def query(self) -> str:
        """The same choice as an address holds it."""
        return urlencode({k: v for k, v in self.typed.items() if v})


@router.get("/audit")
async def show(request: Request, at: At, who: Officer) -> Response:
    """A page of the log, the newest first."""
    asked = await _asked(request, at, who)
    given = request.query_params.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 18 else None
    page = await log_lines.page(at.here.log, asked.wanted, before)
    mine = None if who.oversees else {*asked.missions, *await _posted(at, asked.missions)}
    looked = await looks.of(at.here, mine)
    request.state.position = at.tail.head
    return render(
        request,
        "audit.html",
        asked=asked.typed,
        filtered=any(asked.typed.values()),
        nobody=asked.nobody,
        missions=asked.missions,
        types=TYPES,
        lines=await told(at.here, page.lines),
        reached=page.reached,
        following=None
        if page.following is None
        else urlencode({**asked.typed, "before": str(page.following)}),
        query=asked.query,
        looks=looked,
        officers=await names.officers(at.here, {r["reader"] for r in looked} | {r["about"] for r in looked}),
    )


@router.get("/audit/export.{form}")
async def exported(request: Request, at: At, who: Officer, form: str) -> Response:
    """The filtered lines as a file, with the log's head and its leaf: CSV or JSON lines."""
    if form not in export.FORMS:
        raise NotHere("no-such-page")
    asked = await _asked(request, at, who)
    assert who.posting is not None
    await looks.note(at.here, who.posting["posting"], "export", [asked.typed["mission"] or who.home.code])
    head = await at.here.log.at(await at.here.log.head())
    origin, _ = await at.here.log.origin()

    async def lines() -> AsyncIterator[dict[str, Any]]:
        before: int | None = head.position + 1
        left = export.MOST
        while before is not None and left > 0:
            page = await log_lines.page(at.here.log, asked.wanted, before, min(500, left))
            for line in await told(at.here, page.lines):
                yield line
            left -= len(page.lines)
            before = page.following

    stream = export.written(form, origin, head, asked.query, lines())
    name = f'attachment; filename="audit-{head.position}.{form}"'
    return StreamingResponse(stream, media_type=export.FORMS[form], headers={"Content-Disposition": name})


@router.get("/audit/readings")
async def readings(request: Request, at: At, who: Officer) -> Response:
    """Who opened what is sealed: of a mission without saying which case, or of one case whose code is known."""
    missions = await _missions(at, who)
    mission = request.query_params.get("mission") or (missions[0] if missions else "")
    case = request.query_params.get("case", "").strip()
    if mission not in missions:
        raise NotHere("no-such-page")
    assert who.posting is not None
    await looks.note(at.here, who.posting["posting"], "readings", [mission])
    try:
        if case:
            found = (await reading.readings(at.here, who.actor, case))[::-1]
        else:
            found = await reading.readings_of_mission(at.here, who.actor, mission)
    except Told as refusal:
        if refusal.code == "case-not-yours":
            raise NotHere("no-such-page") from None
        raise
    people = await names.officers(at.here, {r.reader for r in found})
    return render(
        request, "audit-readings.html", mission=mission, missions=missions, case=case, readings=found, people=people,
        zone_of=(await at.here.desk.mission(mission)).clock.zone,
    )  # fmt: skip


async def _missions(at: At, who: Visitor) -> list[str]:
    """The missions whose doings are theirs to audit. Raises NotHere if there is none."""
    if who.oversees:
        return [row["code"] for row in await queries.missions(at.here.log)]
    if who.is_head:
        return [who.home.code]
    raise NotHere("no-such-page")


async def _posted(at: At, missions: list[str]) -> set[str]:
    return {p for code in missions for p in (await at.here.desk.mission(code)).postings}


async def _asked(request: Request, at: At, who: Visitor) -> Asked:
    """The filters, read strictly; a person who is looked up is written down before anything is shown. Raises BadInput."""
    missions = await _missions(at, who)
    typed = {name: request.query_params.get(name, "").strip()[:120] for name in _FIELDS}
    if typed["mission"] and typed["mission"] not in missions:
        raise NotHere("no-such-page")
    if typed["type"] and typed["type"] not in TYPES:
        raise BadInput("no-such-type", tr("The log has no such type of entry; choose one of the list."))
    chosen = (typed["mission"],) if typed["mission"] else None if who.oversees else tuple(missions)
    calendar = who.home.clock
    wanted = Wanted(
        missions=chosen,
        first=_day(typed["first"], calendar, 0),
        until=_day(typed["last"], calendar, 1),
        type=typed["type"] or None,
    )
    if typed["object"]:
        stream = await log_lines.stream_named(at.here.log, typed["object"])
        wanted = replace(wanted, stream=stream or "none/such")
    people: list[str] | None = None
    if typed["who"]:
        people = await _people(at, typed["who"], None if who.oversees else missions)
        assert who.posting is not None
        others = set(people) - {row["posting"] for row in who.postings}
        await looks.note(at.here, who.posting["posting"], "person", others)
        wanted = replace(wanted, people=tuple(people))
    return Asked(typed, wanted, missions, people == [])


async def _people(at: At, text: str, missions: list[str] | None) -> list[str]:
    """The postings that an officer's code or a posting's code stands for, within some missions; or what moves by itself."""
    if text in ("operator", "engine"):
        return ["operator"] if text == "operator" else ["timer", "watchdog", "workflow", "chain", "tick"]
    codes = {text, *await at.here.directory.postings_of(at.here.pool, text)}
    rows = await queries.postings_by_code(at.here.log, sorted(codes))
    return [r["posting"] for r in rows if missions is None or r["mission"] in missions]


def _day(text: str, calendar: Calendar, plus: int) -> Any:
    """The first instant of a day (or of the one after it), in UTC; None where nothing was typed. Raises BadInput."""
    if not text:
        return None
    try:
        return calendar.start_of(date.fromisoformat(text) + timedelta(days=plus)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("no-such-day", tr("Write a day such as 2026-05-05.")) from None
