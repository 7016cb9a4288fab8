"""Whose tasks, by time left: pages of them, with counts that stay cheap however many there are.

Sorted by time left, overdue first, what waits last. A page ends where the next begins (`after`), so that what moves
meanwhile is neither shown twice nor left out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, tuple_

from chancery.log.store import EventLog
from chancery.queries import Row, rows
from chancery.views import tables as v
from domain.instrument import HEADQUARTERS
from domain.mission import Mission

Tab = Literal["mine", "team", "behalf", "watching", "done"]
TABS: Final[tuple[Tab, ...]] = get_args(Tab)
PAGE: Final = 50
COUNTED: Final = 999
"""Counts stop here: whoever has a thousand tasks is not helped by the exact number."""
DONE_FOR: Final = timedelta(days=92)
"""So long is what ended shown in the inbox; the record has all of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose inbox: the posting that looks, its mission and role, and for whom it stands in (posting → definitions, or all)."""

    posting: str
    mission: Mission
    role: str | None
    stands_in: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def holders(self) -> list[str]:
        """What stands as holder for this posting: itself, and headquarters' role that it serves in."""
        return [self.posting, *([self.role] if self.role in HEADQUARTERS else [])]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show of it. `due_before` (UTC); `find` is part of an obligation's or task's code, or a definition's."""

    mission: str | None = None
    definition: str | None = None
    due_before: datetime | None = None
    waiting: bool | None = None
    find: str | None = None


def place(mission: Mission, posting: str, now: datetime) -> Place:
    """The inbox of a posting in its mission at an instant."""
    today = mission.day(now)
    stands_in = {
        absence.posting: absence.scope
        for absence in mission.absences.values()
        if absence.substitute == posting and absence.first <= today <= absence.last
    }
    return Place(posting, mission, mission.role_of(posting), stands_in)


async def page(
    log: EventLog,
    tab: Tab,
    whose: Place,
    wanted: Filter,
    now: datetime,
    after: Sequence[str] | None = None,
    *,
    limit: int = PAGE,
) -> tuple[list[Row], tuple[str, str, str, str] | None]:
    """At most `limit` tasks of a tab, and where the next page begins (None at the end)."""
    t = v.task
    query = _of(tab, whose, now).where(_filtered(wanted))
    if tab == "done":
        keys: tuple[ColumnElement[Any], ...] = (t.c.ended, t.c.obligation, t.c.task)
        query = query.order_by(t.c.ended.desc(), t.c.obligation.desc(), t.c.task.desc())
        if after is not None:
            query = query.where(tuple_(*keys) < tuple_(datetime.fromisoformat(after[1]), after[2], after[3]))
    else:
        waits = t.c.waiting.is_not(None)
        keys = (waits, t.c.due, t.c.obligation, t.c.task)
        query = query.order_by(waits, t.c.due, t.c.obligation, t.c.task)
        if after is not None:
            start = (after[0] == "w", datetime.fromisoformat(after[1]), after[2], after[3])
            query = query.where(tuple_(*keys) > tuple_(*start))
    found = await rows(log, query.limit(limit + 1))
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    at = last["ended"] if tab == "done" else last["due"]
    return found[:limit], ("w" if last["waiting"] else "r", at.isoformat(), last["obligation"], last["task"])


async def counts(log: EventLog, whose: Place, now: datetime) -> dict[Tab, int]:
    """How many tasks each tab holds, up to COUNTED."""
    parts = {tab: _of(tab, whose, now).limit(COUNTED).subquery(tab) for tab in TABS}
    query = select(
        *(select(func.count()).select_from(part).scalar_subquery().label(tab) for tab, part in parts.items())
    )
    found = (await rows(log, query))[0]
    return {tab: int(found[tab]) for tab in TABS}


async def next_due(log: EventLog, mission: str) -> datetime | None:
    """When the next open task of a mission is due (UTC), whoever holds it: what an empty inbox can look forward to."""
    t = v.task
    query = select(func.min(t.c.due).label("at")).where(t.c.mission == mission, t.c.status == "open")
    at: datetime | None = (await rows(log, query))[0]["at"]
    return at


def _of(tab: Tab, whose: Place, now: datetime) -> Select[Any]:
    t = v.task
    is_open = t.c.status == "open"
    if tab == "mine":
        return select(t).where(is_open, t.c.posting.in_(whose.holders))
    if tab == "done":
        recent = t.c.ended >= now - DONE_FOR
        return select(t).where(t.c.status == "ended", t.c.posting.in_(whose.holders), recent)
    if tab == "team":
        own = t.c.mission == whose.mission.code
        return select(t).where(is_open, own, t.c.accepted.is_(False), t.c.posting.not_in(whose.holders))
    if tab == "behalf":
        parts = [_in_scope(posting, scope) for posting, scope in sorted(whose.stands_in.items())]
        return select(t).where(is_open, t.c.mission == whose.mission.code, or_(*parts) if parts else ~true())
    i = v.involvement
    had_part = exists().where(and_(i.c.posting == whose.posting, i.c.obligation == t.c.obligation))
    return select(t).where(is_open, had_part, t.c.posting.not_in(whose.holders))


def _in_scope(posting: str, scope: Collection[str]) -> ColumnElement[bool]:
    t = v.task
    own: ColumnElement[bool] = t.c.posting == posting
    return and_(own, t.c.definition.in_(list(scope))) if scope else own


def _filtered(wanted: Filter) -> ColumnElement[bool]:
    t = v.task
    parts: list[ColumnElement[bool]] = [true()]
    if wanted.mission is not None:
        parts.append(t.c.mission == wanted.mission)
    if wanted.definition is not None:
        parts.append(t.c.definition == wanted.definition)
    if wanted.due_before is not None:
        parts.append(t.c.due < wanted.due_before)
    if wanted.waiting is not None:
        parts.append(t.c.waiting.is_not(None) if wanted.waiting else t.c.waiting.is_(None))
    if wanted.find is not None:
        parts.append(
            or_(
                *(
                    c.icontains(wanted.find, autoescape=True)
                    for c in (t.c.obligation, t.c.task, t.c.definition)
                )
            )
        )
    return and_(*parts)
