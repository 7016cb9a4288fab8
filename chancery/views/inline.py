"""Views that move with the log, in the same transaction: whoever reads after a receipt sees its effect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Boolean, DateTime, Integer, Table

from chancery.log.pipeline import Statement
from chancery.views import rows, tables
from domain.mission import Mission
from domain.obligation import Obligation


@dataclass(slots=True)
class Touched:
    """What a batch changed, by stream: obligations and their tasks, those with new people in them, missions."""

    obligations: dict[str, Obligation] = field(default_factory=dict)
    tasks: dict[str, set[str]] = field(default_factory=dict)
    involving: set[str] = field(default_factory=set)
    missions: dict[str, Mission] = field(default_factory=dict)
    people: bool = False


def statements(touched: Touched) -> list[Statement]:
    """The upserts that bring every view up to these states: at most one statement a table, whatever the batch."""
    states = touched.obligations
    missions = list(touched.missions.values())
    people = [row for m in missions for row in rows.posting_rows(m)] if touched.people else []
    made = [
        upsert(tables.obligation, [rows.obligation_row(state) for state in states.values()]),
        upsert(
            tables.task,
            [
                rows.task_row(states[s], states[s].tasks[code])
                for s, codes in touched.tasks.items()
                for code in codes
            ],
        ),
        upsert(
            tables.involvement, sorted({row for s in touched.involving for row in rows.involved(states[s])})
        ),
        upsert(tables.mission, [rows.mission_row(m) for m in missions]),
        upsert(tables.posting, people),
    ]
    return [statement for statement in made if statement is not None]


def upsert(table: Table, values: Sequence[rows.Row]) -> Statement | None:
    """One INSERT … SELECT unnest … ON CONFLICT for all rows, or None if there are none."""
    if not values:
        return None
    columns: list[list[Any]] = [list(column) for column in zip(*values, strict=True)]
    return Statement(_sql(table), columns)


@cache
def _sql(table: Table) -> str:
    names = [c.name for c in table.columns]
    keys = [c.name for c in table.primary_key.columns]
    arrays = ", ".join(f"%s::{_type(c.type)}[]" for c in table.columns)
    others = [n for n in names if n not in keys]
    then = f"UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in others)}" if others else "NOTHING"
    # Names come from our own table definitions; values travel as parameters.
    return (
        f"INSERT INTO {table.schema}.{table.name} ({', '.join(names)}) "  # noqa: S608
        f"SELECT * FROM unnest({arrays}) ON CONFLICT ({', '.join(keys)}) DO {then}"
    )


def _type(kind: Any) -> str:
    if isinstance(kind, DateTime):
        return "timestamptz"
    if isinstance(kind, Boolean):
        return "boolean"
    return "integer" if isinstance(kind, Integer) else "text"
