"""`/log/POSITION`: one entry of the log as it lies there, its leaf made again from what is shown, and what that proves."""

import json
from typing import Final

from fastapi import APIRouter, Request, Response

from chancery.export.readable import Readable
from chancery.log.store import Recorded
from chancery.oversight.entry import Entry, entry
from chancery.proving import UNBELIEVED, EntryProof, prove
from chancery.telling import course, names
from chancery.web.faults import NotHere
from chancery.web.pages import render
from chancery.web.visitor import At, Someone, Visitor

router: Final = APIRouter()


@router.get("/log/{position}")
async def show(request: Request, at: At, who: Someone, position: str) -> Response:
    """One entry, for whoever may see that mission's work, or whose own work it is."""
    found = await entry_for(at, who, position)
    number = found.recorded.position
    readable = await _readable(at, who)
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
        proof=await _proof(at, found.recorded),
        beside=sorted(await readable.of(await _beside(at, number))) if whole else [],
        whole=whole,
    )


async def entry_for(at: At, who: Visitor, position: str) -> Entry:
    """The entry at a position, as an address says it. Raises NotHere where there is none that is theirs to see."""
    number = int(position) if position.isdecimal() and position.isascii() and len(position) < 18 else 0
    found = await entry(at.here.log, number)
    if found is None or not await (await _readable(at, who)).of([found.recorded]):
        raise NotHere("no-such-page")
    return found


async def _proof(at: At, recorded: Recorded) -> EntryProof | None:
    """The entry under the newest checkpoint; None where what is signed here is not to be believed."""
    try:
        return await prove(at.here.settings, at.here.log, recorded)
    except UNBELIEVED:
        return None


async def _readable(at: At, who: Visitor) -> Readable:
    """What they may read: their mission's work, and what is about their own, in whatever post they were."""
    mine: frozenset[str] = frozenset()
    if not who.is_operator:
        mine = frozenset(await at.here.directory.postings_of(at.here.pool, who.account.officer))
    return Readable(at.here.log, who.reader(mine))


async def _beside(at: At, position: int) -> list[Recorded]:
    """The entries before and after one, where there are any."""
    around = await at.here.log.read(max(0, position - 2), 3)
    return [one for one in around if abs(one.position - position) == 1]
