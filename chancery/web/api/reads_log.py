"""Reading: the log and its events, the instruments, and one's own record."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from chancery import instruments
from chancery.export.readable import Readable
from chancery.log.store import Recorded
from chancery.reports.staff import staff_report
from chancery.streams import as_event, mission_stream
from chancery.web.api import shapes
from chancery.web.api.door import At, Who
from chancery.web.api.paging import Asked, AsOf, read_as_of, stamp
from chancery.web.api.problems import Problem, unusable
from chancery.web.api.reads import Code, mission_seen, obligation_seen
from chancery.web.visitor import Visitor
from domain.envelope import Event
from domain.instant import FIRST_YEAR, LAST_YEAR
from domain.kinds import instant_text

router: Final = APIRouter(tags=["reading"])
Position = Annotated[int, Path(ge=1, le=10**18)]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Day = Annotated[date, Query(examples=["2026-01-01"])]


@router.get("/obligations/{obligation}/events", response_model=shapes.Events)
async def obligation_events(*, asked: Asked, response: Response, obligation: Code, as_of: AsOf = None) -> Any:
    """What happened to an obligation, event by event."""
    seen = await read_as_of(asked.at, as_of, asked.as_of)
    await obligation_seen(seen, asked.who, obligation)
    events = await seen.events(obligation)
    return asked.cut(response, [_event(e) for e in events], "version", **stamp(seen))


@router.get("/missions/{mission}/events", response_model=shapes.Events)
async def mission_events(*, asked: Asked, response: Response, mission: Code, as_of: AsOf = None) -> Any:
    """What happened to a mission as a whole, event by event."""
    seen = await read_as_of(asked.at, as_of, asked.as_of)
    await mission_seen(seen, asked.who, mission)
    read = await asked.at.here.log.read_stream(mission_stream(mission), upto_position=seen.position)
    return asked.cut(response, [_event(as_event(e)) for e in read], "version", **stamp(seen))


def _event(event: Event) -> dict[str, Any]:
    return {
        "position": event.position,
        "recorded": instant_text(event.recorded),
        "id": event.id,
        "type": event.type,
        "stream": event.stream,
        "version": event.version,
        "at": event.at,
        "actor": dict(event.actor),
        "data": dict(event.data),
    }


@router.get("/log", response_model=shapes.Head)
async def head(at: At, who: Who) -> Any:
    """Where the log ends: its last position, with that entry's leaf."""
    log = at.here.log
    origin, rehearsal = await log.origin()
    position = await log.head()
    last = await log.at(position) if position else None
    return {
        "origin": origin,
        "rehearsal": rehearsal,
        "position": position,
        "leaf": None if last is None else last.leaf.hex(),
        "recorded": None if last is None else _recorded(last),
    }


@router.get("/log/{position}", response_model=shapes.Entry)
async def entry(at: At, who: Who, position: Position) -> Any:
    """An entry of the log: its leaf for everybody, its body for whoever may see its mission, or whose own work it is."""
    if position > await at.here.log.head():
        raise Problem("not-found")
    found = await at.here.log.at(position)
    return {
        "position": found.position,
        "recorded": _recorded(found),
        "leaf": found.leaf.hex(),
        "body": found.body.decode() if await _may_read(at, who, found) else None,
    }


async def _may_read(at: At, who: Visitor, found: Recorded) -> bool:
    """By the rule of the page `/log/POSITION` and of exports."""
    mine: frozenset[str] = frozenset()
    if not who.is_operator:
        mine = frozenset(await at.here.directory.postings_of(at.here.pool, who.account.officer))
    return found.position in await Readable(at.here.log, who.reader(mine)).of([found])


def _recorded(found: Recorded) -> str:
    return instant_text(_EPOCH + timedelta(microseconds=found.recorded_us))


@router.get("/instruments", response_model=shapes.Rows)
async def texts(who: Who) -> Any:
    """The instruments that are shipped, with their versions."""
    return [
        {"code": code, "title": dict(list(known.values())[-1].data["title"]), "versions": list(known)}
        for code, known in sorted(instruments.library().items())
    ]


@router.get("/instruments/{instrument}/versions/{version}", response_model=dict[str, Any])
async def text(who: Who, instrument: Code, version: Code) -> Any:
    """An instrument in one version: every definition with its steps, terms, gates and paragraphs."""
    return _found(instruments.find(instrument, version))


@router.get("/instruments/{instrument}/definitions/{definition}", response_model=dict[str, Any])
async def definition(
    who: Who,
    instrument: Code,
    definition: Code,
    version: Annotated[str | None, Query(max_length=20, description="The newest, if not given.")] = None,
) -> Any:
    """One definition, as an instrument states it."""
    return _found(instruments.definition(instrument, definition, version))


def _found(known: Any) -> dict[str, Any]:
    if known is None:
        raise Problem("not-found")
    return dict(known)


@router.get("/record", response_model=dict[str, Any])
async def record(
    *,
    at: At,
    who: Who,
    first: Day,
    last: Day,
    regime: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,60}$")] = None,
    as_of: AsOf = None,
) -> Any:
    """Your own record over these local days, both included: the staff report, and nobody else's."""
    if who.is_operator:
        raise Problem("not-found")
    for name, day in (("first", first), ("last", last)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Problem("invalid", errors=[unusable({"parameter": name}, "year_out_of_range")])
    wanted: int | None = None if as_of is None else (await read_as_of(at, as_of)).position
    postings: Sequence[str] = await at.here.directory.postings_of(at.here.pool, who.account.officer)
    made = await staff_report(at.here.log, who.account.officer, postings, first, last, wanted, regime=regime)
    return made.data()
