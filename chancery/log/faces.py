"""Is a table the same for everybody who reads it? A view in its place, a policy on its rows or a rule could show each reader another log.

Whoever verifies reads as one role, whoever makes reports as another: what is in between must be nothing. A server that was
altered itself can still lie to each of them; for that a dump is read with another server.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chancery.log import schema
from chancery.log.findings import Finding
from chancery.log.store import EventLog
from chancery.views import tables

NAMES: Final = tuple(sorted(t.fullname for t in (schema.event, schema.stream, schema.origin, *tables.ALL)))

_LOOK: Final = b"""
SELECT w.name, c.relkind::text, c.relrowsecurity,
       EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid),
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid))
  FROM unnest(%s::text[]) AS w(name)
  LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(w.name)
"""


async def two_faced(log: EventLog) -> list[Finding]:
    """Every table of the log, or view of ours, that is not a plain table for all. Raises psycopg.OperationalError."""
    async with log.pool.connection() as conn:
        cursor = await conn.execute(_LOOK, [list(NAMES)])
        rows = await cursor.fetchall()
    return [
        Finding(0, "log.table", {"table": name, "what": ", ".join(wrong)})
        for name, *rest in rows
        if (wrong := list(_wrong(*rest)))
    ]


def _wrong(kind: str | None, policy: bool | None, rule: bool, heir: bool) -> Iterable[str]:
    if kind != "r":
        yield "no-table"
        return
    if policy:
        yield "row-policy"
    if rule:
        yield "rule"
    if heir:
        yield "inheritance"
