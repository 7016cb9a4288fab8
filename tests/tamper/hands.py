"""What the database's superuser can do with the log: by hand, in the real tables, carefully enough that they agree with each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from chancery.log.canonical import canonical

Admin = psycopg.Connection[TupleRow]
ASIDE = 1_000_000
"""Rows are moved out of the way by so much, and back: the primary key is looked at row by row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as the attacker reads it."""

    position: int
    recorded_us: int
    stream: int
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The body, parsed."""
        event: dict[str, Any] = json.loads(self.body)
        return event


def entries(admin: Admin) -> list[Entry]:
    """The whole log; the entry at position p is `entries(admin)[p - 1]`."""
    rows = admin.execute("SELECT position, recorded_us, stream, body FROM log.event ORDER BY position")
    return [Entry(p, us, stream, bytes(body)) for p, us, stream, body in rows]


def unguarded(admin: Admin) -> None:
    """Triggers and constraints of the session's own: a superuser switches them off."""
    admin.execute("SET session_replication_role = replica")


def rewrite(admin: Admin, position: int, event: dict[str, Any]) -> None:
    """Put another event there, canonical; columns and leaf follow of themselves."""
    admin.execute("UPDATE log.event SET body = %s WHERE position = %s", [canonical(event), position])


def frozen(admin: Admin, *columns: str) -> None:
    """Let columns be generated no more: they stay as they are when the bytes change."""
    for column in columns or ("leaf", "version", "event_id", "type", "command_id"):
        admin.execute(f"ALTER TABLE log.event ALTER COLUMN {column} DROP EXPRESSION")


def shift(admin: Admin, beyond: int, by: int) -> None:
    """Renumber all events beyond a position."""
    admin.execute(f"UPDATE log.event SET position = position + {ASIDE} WHERE position > {beyond}")
    admin.execute(f"UPDATE log.event SET position = position - {ASIDE} + {by} WHERE position > {ASIDE}")


def close_versions(admin: Admin, stream: int, gone: int) -> None:
    """Give the later events of a stream their new versions, in the bytes, so that none seems to be missing."""
    rows = admin.execute(
        "SELECT position, body FROM log.event WHERE stream = %s AND version > %s ORDER BY version",
        [stream, gone],
    ).fetchall()
    for position, body in rows:
        event = json.loads(bytes(body))
        rewrite(admin, position, event | {"version": event["version"] - 1})


def insert(admin: Admin, position: int, recorded_us: int, stream: int, event: dict[str, Any]) -> None:
    """Put a row into the table, past the append function."""
    admin.execute(
        "INSERT INTO log.event (position, recorded_us, stream, body) VALUES (%s, %s, %s, %s)",
        [position, recorded_us, stream, canonical(event)],
    )
