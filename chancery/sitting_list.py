"""The sittings, visits and rounds that a mission expects, by time: what the rota and the observer's sheet are made from.

Who is tried, where and before whom is sealed and never asked for here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import select

from chancery import queries
from chancery.desk import Desk
from chancery.instruments import shipped
from chancery.views import tables as v
from domain.obligation import Appointment, Obligation

MOST: Final = 300
"""So many open obligations are looked through, the soonest due first: more would be no rota that anybody keeps."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One that is set, and the obligation that it belongs to."""

    state: Obligation
    sitting: Appointment


def takes_days(definition: Mapping[str, Any]) -> bool:
    """Whether days of sittings, visits or rounds are set for it: a step ends at one, or somebody goes there and reports."""
    steps = definition["step"]
    return any(s["bound"] == "appointment" or (s["code"] == "visit" and s["bound"] == "after") for s in steps)


@cache
def _definitions() -> tuple[str, ...]:
    return tuple(
        sorted(d["code"] for text in shipped().values() for d in text["definition"] if takes_days(d))
    )


async def expected(desk: Desk, mission: str) -> tuple[list[Expected], bool]:
    """Those that are set in the open obligations of a mission, by time; and whether there may be more than were looked at."""
    o = v.obligation
    query = (
        select(o.c.id)
        .where(o.c.mission == mission, o.c.status == "open", o.c.definition.in_(_definitions()))
        .order_by(o.c.next_due.nulls_last(), o.c.id)
        .limit(MOST + 1)
    )
    found = [row["id"] for row in await queries.rows(desk.log, query)]
    states = [await desk.obligation(id_) for id_ in found[:MOST]]
    listed = [Expected(s, a) for s in states for a in s.sittings() if a.status == "set"]
    return sorted(listed, key=lambda e: (e.sitting.starts, e.sitting.id)), len(found) > MOST
