"""`/log/POSITION`: one entry of the log as it lies there, its leaf made again from what is shown, and what that proves."""

import json
from typing import Final

from fastapi import APIRouter, Request, Response

from chancery.log.store import EventLog
from chancery.oversight.entry import Entry, concerns, entry, mission_of
from chancery.streams import as_event
from chancery.telling import course, names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.visitor import At, Someone, Visitor

router: Final = APIRouter()


@router.get("/log/{position}")
async def show(request: Request, at: At, who: Someone, position: str) -> Response:
    """One entry, for whoever may see that mission's work, or whose own work it is."""
    log = at.here.log
    number = int(position) if position.isdecimal() and position.isascii() and len(position) < 18 else 0
    found = await entry(log, number)
    if found is None or not await _may(at, who, found):
        raise NotHere("no-such-page")
    event = found.event
    held = await names.officers(at.here, course.people([event]))
    zone = (await at.here.desk.mission(found.mission)).clock.zone if found.mission else "UTC"
    kind, _, name = event.stream.partition("/")
    whole = who.may_see(found.mission)
    request.state.position = at.tail.head
    return render(
        request,
        "log-entry.html",
        entry=found,
        event=event,
        sentence=course.sentence(event, zone, held),
        who_did=held.get(event.by, event.by),
        behalf=held.get(event.actor.get("for", ""), event.actor.get("for")),
        zone_of=zone,
        link=f"/obligations/{name}" if whole and kind == "obligation" else None,
        body=json.dumps(found.recorded.event, ensure_ascii=False, indent=2, sort_keys=True),
        beside=[p for p in (number - 1, number + 1) if whole and await _seen_beside(log, who, p)],
        whole=whole,
    )


async def _may(at: At, who: Visitor, found: Entry) -> bool:
    """Whether they see the mission's work, or the entry is about their own, in whatever post they were."""
    if found.mission and who.may_see(found.mission):
        return True
    if who.is_operator:
        return not found.mission
    mine = set(await at.here.directory.postings_of(at.here.pool, who.account.officer))
    if not mine:
        return False
    events = [as_event(e) for e in await at.here.log.read_stream(found.event.stream)]
    return concerns(events, found.event, mine)


async def _seen_beside(log: EventLog, who: Visitor, position: int) -> bool:
    if not 1 <= position <= await log.head():
        return False
    return who.may_see(await mission_of(log, await log.at(position)))
