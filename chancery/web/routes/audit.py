"""`/audit`: who did what for whom, when it happened and when it was recorded; who read a case; who looked whom up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from chancery.i18n import tr
from chancery.oversight import export, looks
from chancery.oversight import lines as log_lines
from chancery.oversight.lines import Wanted
from chancery.oversight.telling import told
from chancery.readings import book
from chancery.readings.asking import day_of
from chancery.readings.asking import told as looks_told
from chancery.readings.entry import Form
from chancery.telling import course
from chancery.web.auditing import ground, missions_of, people_of
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.routes import audit_readings, log_entry
from chancery.web.visitor import At, Officer, Visitor
from domain.instant import BadInput
from domain.task import TASK_TYPES

router: Final = APIRouter()
router.include_router(log_entry.router)
router.include_router(audit_readings.router)
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
    looked = await looks.latest(at.here, None if who.oversees else asked.missions)
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
        looks=await looks_told(at.here, looked),
    )


@router.get("/audit/export.{form}")
async def exported(request: Request, at: At, who: Officer, form: str) -> Response:
    """The filtered lines as a file, with the log's head and its leaf: CSV or JSON lines."""
    if form not in export.FORMS:
        raise NotHere("no-such-page")
    asked = await _asked(request, at, who)
    assert who.posting is not None
    shape: Form = "csv" if form == "csv" else "jsonl"
    mission = asked.typed["mission"] or who.home.code
    await book.note(
        at.here, kind="export", who=who.posting["posting"], basis=ground(who), mission=mission, form=shape
    )
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


async def _asked(request: Request, at: At, who: Visitor) -> Asked:
    """The filters, read strictly; a person who is looked up is written down before anything is shown. Raises BadInput."""
    missions = await missions_of(at, who)
    typed = {name: request.query_params.get(name, "").strip()[:120] for name in _FIELDS}
    if typed["mission"] and typed["mission"] not in missions:
        raise NotHere("no-such-page")
    if typed["type"] and typed["type"] not in TYPES:
        raise BadInput("no-such-type", tr("The log has no such type of entry; choose one of the list."))
    chosen = (typed["mission"],) if typed["mission"] else None if who.oversees else tuple(missions)
    calendar = who.home.clock
    wanted = Wanted(
        missions=chosen,
        first=_utc(day_of(typed["first"], calendar)),
        until=_utc(day_of(typed["last"], calendar, after=True)),
        type=typed["type"] or None,
    )
    if typed["object"]:
        stream = await log_lines.stream_named(at.here.log, typed["object"])
        wanted = replace(wanted, stream=stream or "none/such")
    people: list[str] | None = None
    if typed["who"]:
        people = await people_of(at, typed["who"], None if who.oversees else missions)
        assert who.posting is not None
        others = set(people) - {row["posting"] for row in who.postings}
        await looks.person(at.here, who.posting["posting"], ground(who), others)
        wanted = replace(wanted, people=tuple(people))
    return Asked(typed, wanted, missions, people == [])


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)
