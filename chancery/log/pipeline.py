"""Writing the log: one transaction in one round trip, whatever goes with the events included."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, AsyncCursor, pq
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that commits or fails with the events.

    After the append, `current_setting('chancery.base')::bigint + n` is the position of its n-th event, counted from 1.
    """

    sql: str
    parameters: Sequence[Any] | Mapping[str, Any] = ()


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append: its stream, its version there, and its canonical bytes (which name both)."""

    stream: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event lies now. `recorded_us`: microseconds since 1970-01-01T00:00:00Z. `leaf`: RFC 6962 leaf hash."""

    position: int
    recorded_us: int
    leaf: bytes


class LogError(Exception):
    """An append did not end well. `code` is stable. Unless it is OutcomeUnknown, nothing was written."""

    code = "log.error"


class StreamsMoved(LogError):
    """Streams have other versions than the decision read: load them and decide again."""

    code = "log.moved"

    def __init__(self, streams: frozenset[str]) -> None:
        super().__init__(f"log.moved: {', '.join(sorted(streams))} moved on meanwhile")
        self.streams = streams


class DuplicateEvent(LogError):
    """An event id is in its stream already. `stream` is one of `streams`."""

    code = "log.duplicate"

    def __init__(self, streams: frozenset[str]) -> None:
        super().__init__(f"log.duplicate: an event is in {', '.join(sorted(streams))} already")
        self.streams = streams
        self.stream = min(streams)


class BatchRefused(LogError):
    """The database refused something in the batch; `sqlstate` says what. Halve the batch to find the culprit."""

    code = "log.refused"

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"log.refused: {message} ({sqlstate})")
        self.sqlstate = sqlstate


class LogUnavailable(LogError):
    """The log takes nothing now, whatever is in the batch; nothing was written. Try again later."""

    code = "log.unavailable"


class NotDurable(LogUnavailable):
    """The connection would acknowledge what is not on disk (synchronous_commit): its settings are wrong."""

    code = "log.not-durable"


class OutcomeUnknown(LogError):
    """The connection was lost on the way: the batch is in the log whole, or not at all. Look its commands up."""

    code = "log.unknown"


_APPEND: Final = b"SELECT position, recorded_us, leaf FROM log.append(%b::text[], %b::int4[], %b::text[], %b::int4[], %b::bytea[], %b::int8)"

_NAMING_STREAMS: Final = {"CH001": StreamsMoved, "CH002": DuplicateEvent}

# Lock timeout, deadlock, cancelled, no resources, shutting down, I/O: not the fault of what is in the batch.
_PASSING: Final = frozenset({"55P03", "40P01", "40001", "57014", "25006"})
_PASSING_CLASSES: Final = frozenset({"53", "57", "58", "08"})


async def commit(
    conn: AsyncConnection[TupleRow],
    *,
    before: Sequence[Statement] = (),
    reads: Mapping[str, int],
    events: Sequence[NewEvent],
    after: Sequence[Statement] = (),
    recorded_us: int | None = None,
) -> list[Placed]:
    """BEGIN, `before`, append, `after`, COMMIT in one pipelined round trip. Returns one Placed for each event, in order.

    `reads` is what the decision rests on: stream to version, 0 for an absent one. The versions of `events` must follow on in
    each stream. `recorded_us` sets the time of a rehearsal; a real log refuses it (CH006). `conn` is in autocommit mode;
    after any failure it is ready for the next batch, or closed.

    Raises StreamsMoved, DuplicateEvent, BatchRefused, LogUnavailable (NotDurable), OutcomeUnknown.
    """
    if not conn.autocommit:
        raise ValueError(
            "pipeline.commit sends BEGIN and COMMIT itself: open the connection with autocommit=True"
        )
    if conn.closed:
        raise LogUnavailable("log.unavailable: the connection to the database is closed")
    parameters = [
        list(reads),
        list(reads.values()),
        [event.stream for event in events],
        [event.version for event in events],
        [event.body for event in events],
        recorded_us,
    ]
    try:
        rows = await _send(conn, before, parameters, after)
    except psycopg.Error as error:
        await _clean(conn)
        raise _explain(conn, error) from error
    except (ValueError, TypeError, OverflowError) as error:  # psycopg could not put a parameter into bytes
        await _clean(conn)
        raise BatchRefused("client", str(error)) from error
    except BaseException:  # cancelled: whether it was committed is for nobody here to ask
        await conn.close()
        raise
    return [Placed(*row) for row in sorted(rows)]


async def _send(
    conn: AsyncConnection[TupleRow],
    before: Sequence[Statement],
    append: list[Any],
    after: Sequence[Statement],
) -> list[TupleRow]:
    async with conn.pipeline():
        cursor: AsyncCursor[TupleRow] = conn.cursor(binary=True)
        await conn.execute(b"BEGIN", prepare=True)
        for statement in before:
            await conn.execute(statement.sql.encode(), statement.parameters or None, prepare=True)
        await cursor.execute(_APPEND, append, prepare=True)
        for statement in after:
            await conn.execute(statement.sql.encode(), statement.parameters or None, prepare=True)
        await conn.execute(b"COMMIT", prepare=True)
    return await cursor.fetchall()


async def _clean(conn: AsyncConnection[TupleRow]) -> None:
    """Leave no half transaction behind: roll back, or close what cannot be rolled back."""
    open_states = (pq.TransactionStatus.INERROR, pq.TransactionStatus.INTRANS)
    try:
        if not conn.closed and conn.info.transaction_status in open_states:
            await conn.execute(b"ROLLBACK")
    except psycopg.Error:
        await conn.close()
    if conn.info.transaction_status != pq.TransactionStatus.IDLE:
        await conn.close()


def _explain(conn: AsyncConnection[TupleRow], error: psycopg.Error) -> LogError:
    """Say what an error means for the batch."""
    if conn.closed:
        # Everything had been sent, COMMIT included: only the log knows. Even "shutting down" may follow a commit.
        return OutcomeUnknown("log.unknown: the connection was lost before the log had answered")
    state = error.sqlstate or "client"
    message = error.diag.message_primary or str(error)
    if state in _NAMING_STREAMS:
        return _NAMING_STREAMS[state](frozenset(json.loads(error.diag.message_detail or "[]")))
    if state == "CH003":
        return NotDurable(f"log.not-durable: {message}")
    if state in _PASSING or state[:2] in _PASSING_CLASSES:
        return LogUnavailable(f"log.unavailable: {message} ({state})")
    return BatchRefused(state, message)
