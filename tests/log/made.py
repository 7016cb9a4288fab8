"""Events for the tests of the log: real envelopes, made-up facts."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.canonical import canonical
from chancery.log.pipeline import NewEvent

NAMESPACE = uuid.UUID("6f1c2a52-5a0e-4b0e-9a8e-0f6d6d1f3a77")


def made(
    stream: str, version: int, *, event_id: str | None = None, command: str | None = None, **data: Any
) -> NewEvent:
    """One event, its id made of what it is unless given."""
    body = {
        "actor": {"kind": "officer", "code": "R-3", "mission": "R", "role": "focal_point"},
        "at": "2026-05-05T06:10:00Z",
        "cause": None,
        "command": {
            "hash": "0" * 64,
            "id": command or str(uuid.uuid5(NAMESPACE, f"command {stream} {version}")),
        },
        "data": data,
        "id": event_id or str(uuid.uuid5(NAMESPACE, f"event {stream} {version}")),
        "schema": 1,
        "stream": stream,
        "type": "TaskCompleted",
        "version": version,
    }
    return NewEvent(stream, version, canonical(body))


def append(
    connection: psycopg.Connection[TupleRow],
    events: Sequence[NewEvent],
    reads: dict[str, int] | None = None,
    recorded_us: int | None = None,
) -> list[TupleRow]:
    """Call the append function as it is, without pipeline.commit."""
    reads = reads or {}
    return connection.execute(APPEND, arguments(events, reads, recorded_us)).fetchall()


async def append_async(
    connection: AsyncConnection[TupleRow], events: Sequence[NewEvent], reads: dict[str, int] | None = None
) -> list[TupleRow]:
    cursor = await connection.execute(APPEND, arguments(events, reads or {}, None))
    return await cursor.fetchall()


APPEND = b"SELECT * FROM log.append(%s::text[], %s::int[], %s::text[], %s::int[], %s::bytea[], %s)"


def arguments(events: Sequence[NewEvent], reads: dict[str, int], recorded_us: int | None) -> list[Any]:
    return [
        list(reads),
        list(reads.values()),
        [event.stream for event in events],
        [event.version for event in events],
        [event.body for event in events],
        recorded_us,
    ]


def streams_of(error: psycopg.Error) -> list[str]:
    """The streams that an error of the append function names."""
    names: list[str] = json.loads(error.diag.message_detail or "[]")
    return names
