"""Questions to the views. Lists are made in SQL; nothing is filtered row by row afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.dialects.postgresql import psycopg as dialect

from chancery.log.store import EventLog
from chancery.views import tables as v
from domain.cadence import Past
from domain.mission import Mission

Row = dict[str, Any]
_CARRIED_OUT = ("hold", "endorse", "train", "record")
"""The steps with which a duty that comes round is done: its next is counted from their day."""
_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


async def rows(log: EventLog, query: Select[Any]) -> list[Row]:
    """The result of a query on the views, as dicts by column name."""
    compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    async with log.pool.connection() as conn:
        cursor = await conn.execute(str(compiled).encode(), dict(compiled.params))
        names = [d.name for d in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def past_of(log: EventLog, mission: Mission) -> list[Past]:
    """Every recurring obligation that the mission has or had; done on the mission's local day of its last good end.

    One that was waived counts as waived from then on, though it stays open until what is done instead has ended.
    """
    o, t = v.obligation, v.task
    last = (
        select(func.max(t.c.happened))
        .where(and_(t.c.obligation == o.c.id, t.c.outcome == "done", t.c.step.in_(_CARRIED_OUT)))
        .scalar_subquery()
    )
    waived = exists().where(and_(t.c.obligation == o.c.id, t.c.outcome == "waived"))
    columns = (
        *(o.c.accreditation, o.c.definition, o.c.period, last.label("done")),
        *(o.c.outcome, waived.label("waived")),
    )
    query = select(*columns).where(and_(o.c.mission == mission.code, o.c.period.is_not(None)))
    return [
        Past(
            r["accreditation"],
            r["definition"],
            r["period"],
            mission.day(r["done"]) if r["done"] else None,
            r["outcome"] or ("waived" if r["waived"] and not r["done"] else None),
        )
        for r in await rows(log, query)
    ]


async def missions(log: EventLog, kind: str | None = None) -> list[Row]:
    """Every mission adopted, by code; of one kind (`mission`, `headquarters`) or of both."""
    query = select(v.mission).order_by(v.mission.c.code)
    return await rows(log, query.where(v.mission.c.kind == kind) if kind else query)


async def postings(log: EventLog, mission: str | None = None) -> list[Row]:
    """Postings, of one mission or of all."""
    query = select(v.posting).order_by(v.posting.c.mission, v.posting.c.post, v.posting.c.first)
    return await rows(log, query.where(v.posting.c.mission == mission) if mission else query)


async def postings_by_code(log: EventLog, codes: Sequence[str]) -> list[Row]:
    """Some postings, by mission and first day."""
    query = select(v.posting).where(v.posting.c.posting.in_(list(codes)))
    return await rows(log, query.order_by(v.posting.c.mission, v.posting.c.first, v.posting.c.posting))


async def obligations(
    log: EventLog,
    *,
    mission: str | None = None,
    status: str | None = None,
    definition: str | None = None,
    instrument: str | None = None,
) -> list[Row]:
    """Obligations, the soonest due first."""
    o = v.obligation
    wanted = {
        o.c.mission: mission,
        o.c.status: status,
        o.c.definition: definition,
        o.c.instrument: instrument,
    }
    query = select(o).where(*(column == value for column, value in wanted.items() if value is not None))
    return await rows(log, query.order_by(o.c.next_due.nulls_last(), o.c.id))


async def tasks(
    log: EventLog,
    *,
    mission: str | None = None,
    postings_: Sequence[str] | None = None,
    status: str | None = "open",
    obligation: str | None = None,
) -> list[Row]:
    """Tasks by time left: overdue first, those that wait last."""
    t = v.task
    wanted = {t.c.mission: mission, t.c.status: status, t.c.obligation: obligation}
    query = select(t).where(*(column == value for column, value in wanted.items() if value is not None))
    if postings_ is not None:
        query = query.where(t.c.posting.in_(list(postings_)))
    return await rows(log, query.order_by(t.c.waiting.is_not(None), t.c.due, t.c.obligation, t.c.task))


async def involved(log: EventLog, postings_: Sequence[str]) -> list[str]:
    """Obligations in which any of these postings ever had a part."""
    i = v.involvement
    query = select(i.c.obligation).where(i.c.posting.in_(list(postings_))).distinct().order_by(i.c.obligation)
    return [r["obligation"] for r in await rows(log, query)]


async def dossiers(
    log: EventLog,
    room: str,
    *,
    mission: str | None = None,
    parties: Sequence[str] | None = None,
    status: str | None = None,
) -> list[Row]:
    """Dossiers of a kind (`review`, `workplan`, `export`), the newest period first; `code` is the dossier's own.

    `parties`: only those to which one of these postings is a party.
    """
    table = v.dossier
    query = select(table).where(table.c.stream.startswith(f"{room}/", autoescape=True))
    if mission is not None:
        query = query.where(table.c.mission == mission)
    if parties is not None:
        query = query.where(table.c.parties.overlap(list(parties)))
    if status is not None:
        query = query.where(table.c.status == status)
    found = await rows(log, query.order_by(table.c.last.desc().nulls_last(), table.c.stream))
    return [{**row, "code": str(row["stream"]).partition("/")[2]} for row in found]


async def to_wake(log: EventLog, before: datetime) -> list[Row]:
    """Open obligations whose next planned instant lies before `before` (UTC): what a timer should have recorded."""
    o = v.obligation
    query = select(o.c.id, o.c.mission, o.c.next_wake, o.c.version).where(
        and_(o.c.status == "open", o.c.next_wake <= before)
    )
    return await rows(log, query.order_by(o.c.next_wake, o.c.id))


async def next_wake(log: EventLog) -> datetime | None:
    """The next planned instant of any open obligation (UTC)."""
    o = v.obligation
    found = await rows(log, select(func.min(o.c.next_wake).label("at")).where(o.c.status == "open"))
    at: datetime | None = found[0]["at"]
    return at


async def open_obligations(log: EventLog, mission: str | None = None) -> list[Row]:
    """Open obligations with what starts their workflows."""
    o = v.obligation
    query = select(o.c.id, o.c.mission, o.c.workflow, o.c.definition, o.c.case_bound, o.c.next_due).where(
        o.c.status == "open"
    )
    return await rows(log, (query.where(o.c.mission == mission) if mission else query).order_by(o.c.id))


async def postings_gone(log: EventLog, before: datetime) -> list[Row]:
    """Open obligations with a task whose holder's posting had ended by `before` (UTC): nobody has passed it on."""
    t, p, o = v.task, v.posting, v.obligation
    day = (before - timedelta(days=1)).date().isoformat()
    gone = and_(t.c.status == "open", t.c.posting == p.c.posting, p.c.last < day)
    query = (
        select(o.c.id, o.c.mission, o.c.version)
        .where(o.c.id == t.c.obligation, gone)
        .distinct()
        .order_by(o.c.id)
    )
    return await rows(log, query)
