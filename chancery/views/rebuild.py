"""Views made anew from the first event, and compared with the log.

The log is folded stream by stream, in pages, so that memory stays flat however long it is; the rows go to temporary
tables. Then the log is held still for a moment: streams that moved meanwhile are folded again, and what differs is
replaced in the same transaction. Replaced rather than truncated: TRUNCATE would wait for every open snapshot while all
appends wait for it, and would show an empty table to a reader whose snapshot is older.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg import AsyncConnection, IsolationLevel, sql
from psycopg.rows import TupleRow
from sqlalchemy import Table

from chancery.log.store import EventLog, LogDamaged
from chancery.views import rows, tables
from domain import dossier
from domain import mission as missions
from domain import obligation as obligations
from domain.envelope import Event, read_event
from domain.mission import Mission
from domain.obligation import Obligation

Progress = Callable[[int, int], None]
"""Told how many events are done, and of how many."""

PAGE: Final = 8_000
"""About so many events are read at once."""
SHOWN: Final = 5
"""So many differing keys of a table are named."""

_Rows = dict[str, list[rows.Row]]
_Conn = AsyncConnection[TupleRow]


class Unfoldable(Exception):
    """An event that no projector understands. Nothing is skipped: the rebuild stops and the views stay as they were."""

    code = "views.unfoldable"

    def __init__(self, position: int, type_: str, problem: str) -> None:
        super().__init__(
            f"views.unfoldable: the event at position {position} ({type_}) cannot be folded: {problem}. "
            "Run the program's version that wrote it, or `chancery log verify`."
        )
        self.position = position
        self.type = type_


@dataclass(frozen=True, slots=True)
class Counts:
    """What a rebuild did: events folded, rows each view has now, rows of each that were wrong or missing and are mended."""

    position: int
    events: int
    rows: dict[str, int] = field(default_factory=dict)
    mended: dict[str, int] = field(default_factory=dict)


async def rebuild(log: EventLog, progress: Progress | None = None) -> Counts:
    """Make every view anew from the log. Readers see the old rows until one commit, then the new ones.

    Appends wait only for the last moment. Raises Unfoldable, LogDamaged (a gap), psycopg.OperationalError (a lock not
    had within the role's time limit: nothing was changed, try again).
    """
    tell = progress or _silent
    async with log.pool.connection() as conn, _staging(conn):
        head = await _head(conn)
        done = 0
        async for page, count in _fold(conn, 0, head):
            await _stage(conn, page)
            done += count
            tell(done, head)
        if done != head:
            raise LogDamaged(done)
        async with conn.transaction():
            held = await _hold(conn)
            if held > head:
                await _catch_up(conn, head, held)
            mended = {table.name: await _replace(conn, table) for table in tables.ALL}
            counted = {table.name: await _count(conn, table) for table in tables.ALL}
        tell(held, held)
    return Counts(held, held, counted, mended)


async def check(log: EventLog, progress: Progress | None = None) -> list[str]:
    """Where the live views differ from the log, as sentences; empty when every row is right.

    Reads both in one snapshot: appends go on meanwhile. Raises Unfoldable, LogDamaged.
    """
    tell = progress or _silent
    found: list[str] = []
    async with log.pool.connection() as conn, _staging(conn):
        await conn.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        try:
            async with conn.transaction():
                head = await _head(conn)
                done = 0
                async for page, count in _fold(conn, 0, head):
                    await _stage(conn, page)
                    done += count
                    tell(done, head)
                if done != head:
                    raise LogDamaged(done)
                for table in tables.ALL:
                    found += await _compare(conn, table)
        finally:
            await conn.set_isolation_level(None)
    return found


# ── folding ──────────────────────────────────────────────────────────────────────────────────────────────────────

_STREAMS: Final = b"SELECT coalesce(max(id), 0) FROM log.stream"
_OF_STREAMS: Final = (
    b"SELECT stream, position, recorded_us, body FROM log.event "
    b"WHERE stream > %s AND stream <= %s AND position <= %s ORDER BY stream, version"
)
_MOVED: Final = b"SELECT DISTINCT stream FROM log.event WHERE position > %s AND position <= %s"
_OF_MOVED: Final = (
    b"SELECT stream, position, recorded_us, body FROM log.event WHERE stream = ANY(%s) AND position <= %s "
    b"ORDER BY stream, version"
)


async def _fold(conn: _Conn, after: int, head: int) -> AsyncIterator[tuple[_Rows, int]]:
    """Every stream that begins up to `head`, as rows, with the number of events that they took."""
    last = int((await _one(conn, _STREAMS))[0])
    width = max(1, PAGE * last // max(head, 1))
    for low in range(after, last, width):
        async with conn.cursor(binary=True) as cursor:
            await cursor.execute(_OF_STREAMS, [low, low + width, head], prepare=True)
            found = await cursor.fetchall()
        yield _rows_of(found), len(found)


async def _catch_up(conn: _Conn, head: int, held: int) -> None:
    """Streams that moved after `head` are folded again, whole, and their rows put in the place of the first ones."""
    cursor = await conn.execute(_MOVED, [head, held])
    moved = [row[0] for row in await cursor.fetchall()]
    async with conn.cursor(binary=True) as reading:
        await reading.execute(_OF_MOVED, [moved, held])
        page = _rows_of(await reading.fetchall())
    for table in tables.ALL:
        key = next(iter(table.primary_key.columns)).name
        if table is tables.involvement:
            key = "obligation"
        column = [c.name for c in table.columns].index(key)
        again = list({row[column] for row in page.get(table.name, [])})
        await conn.execute(
            sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(_staged(table), sql.Identifier(key)), [again]
        )
    await _stage(conn, page)


def _rows_of(found: Sequence[TupleRow]) -> _Rows:
    """The rows of whole streams, given as (stream, position, recorded_us, body) in the order of stream and version."""
    made: _Rows = {}
    for stream, state in _states(found):
        if isinstance(state, Mission):
            made.setdefault("mission", []).append(rows.mission_row(state))
            made.setdefault("posting", []).extend(rows.posting_rows(state))
        elif isinstance(state, Obligation):
            made.setdefault("obligation", []).append(rows.obligation_row(state))
            made.setdefault("task", []).extend(rows.task_row(state, task) for task in state.tasks.values())
            made.setdefault("involvement", []).extend(rows.involved(state))
        else:
            made.setdefault("dossier", []).append(rows.dossier_row(stream, state))
    return made


def _states(found: Iterable[TupleRow]) -> Iterator[tuple[str, Any]]:
    """The name of each stream and what it folds to."""
    current: int | None = None
    name = ""
    state: Any = None
    evolve: Callable[[Any, Event], Any] = missions.evolve
    decode = json.JSONDecoder().raw_decode  # the log's bytes are UTF-8 with nothing around the object
    for stream, position, recorded_us, raw in found:
        body, _ = decode(raw.decode())
        if stream != current:
            if state is not None:
                yield name, state
            current, name, (state, evolve) = stream, body["stream"], _empty(body, position)
        if body["version"] != state.version + 1:
            raise Unfoldable(position, body["type"], f"version {body['version']} follows {state.version}")
        try:
            evolve(state, read_event(body, position, recorded_us))
        except (KeyError, IndexError, ValueError, TypeError) as problem:
            raise Unfoldable(position, body["type"], f"{type(problem).__name__} {problem}") from problem
    if state is not None:
        yield name, state


def _empty(body: dict[str, Any], position: int) -> tuple[Any, Callable[[Any, Event], Any]]:
    kind = body["stream"].partition("/")[0]
    known = dossier.kind_of(body["stream"])
    if known is not None:
        return known.empty(), known.evolve
    if kind == "obligation":
        return Obligation(), obligations.evolve
    if kind == "mission":
        return Mission(), missions.evolve
    raise Unfoldable(position, body["type"], f"there is no view of {kind} streams")


# ── the tables ───────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _staging(conn: _Conn) -> AsyncIterator[None]:
    """Temporary tables shaped like the views, gone afterwards."""
    for table in tables.ALL:
        make = sql.SQL("CREATE TEMP TABLE {} (LIKE {})").format(_staged(table), _live(table))
        await conn.execute(make)
    try:
        yield
    finally:
        if not conn.closed:
            for table in tables.ALL:
                await conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_staged(table)))


async def _stage(conn: _Conn, page: _Rows) -> None:
    for table in tables.ALL:
        made = page.get(table.name)
        if made:
            async with (
                conn.cursor() as cursor,
                cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_staged(table))) as copy,
            ):
                for row in made:
                    await copy.write_row(row)


async def _replace(conn: _Conn, table: Table) -> int:
    """Make the live table equal to the staged one; how many rows were wrong, missing or too many."""
    columns = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns)
    await conn.execute(sql.SQL("ANALYZE {}").format(_staged(table)))
    gone = await conn.execute(
        sql.SQL("DELETE FROM {} AS v WHERE NOT EXISTS (SELECT FROM {} AS s WHERE {} AND {})").format(
            _live(table), _staged(table), _same_key(table), _same_row(table)
        )
    )
    come = await conn.execute(
        sql.SQL(
            "INSERT INTO {} ({}) SELECT {} FROM {} AS s WHERE NOT EXISTS (SELECT FROM {} AS v WHERE {})"
        ).format(_live(table), columns, columns, _staged(table), _live(table), _same_key(table))
    )
    return max(gone.rowcount, come.rowcount)


async def _compare(conn: _Conn, table: Table) -> list[str]:
    keys = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.primary_key.columns)
    checksum = (
        "SELECT count(*), md5(coalesce(string_agg(md5(ROW(t.*)::text), '' ORDER BY {}), '')) FROM {} AS t"
    )
    ordered = sql.SQL(", ").join(
        sql.SQL('t.{} COLLATE "C"').format(sql.Identifier(c.name)) for c in table.primary_key.columns
    )
    await conn.execute(sql.SQL("ANALYZE {}").format(_staged(table)))
    live, right = [
        await _one(conn, sql.SQL(checksum).format(ordered, which)) for which in (_live(table), _staged(table))
    ]
    if live == right:
        return []
    rest = sql.SQL("SELECT {} FROM (SELECT * FROM {} EXCEPT SELECT * FROM {}) AS d")
    both = sql.SQL("SELECT DISTINCT {} FROM ({} UNION ALL {}) AS k ORDER BY {} LIMIT %s").format(
        keys,
        rest.format(keys, _live(table), _staged(table)),
        rest.format(keys, _staged(table), _live(table)),
        keys,
    )
    cursor = await conn.execute(both, [SHOWN])
    first = "; ".join(" ".join(map(str, row)) for row in await cursor.fetchall())
    counts = f"{live[0]} rows with checksum {live[1]}, the log gives {right[0]} with {right[1]}"
    return [f"view {table.name}: {counts}; first that differ: {first}"]


def _same_key(table: Table) -> sql.Composable:
    same = (sql.SQL("s.{0} = v.{0}").format(sql.Identifier(c.name)) for c in table.primary_key.columns)
    return sql.SQL(" AND ").join(same)


def _same_row(table: Table) -> sql.Composable:
    sides = [sql.SQL(", ").join(sql.Identifier(side, c.name) for c in table.columns) for side in ("s", "v")]
    return sql.SQL("ROW({}) IS NOT DISTINCT FROM ROW({})").format(*sides)


async def _count(conn: _Conn, table: Table) -> int:
    return int((await _one(conn, sql.SQL("SELECT count(*) FROM {}").format(_live(table))))[0])


async def _hold(conn: _Conn) -> int:
    return int((await _one(conn, b"SELECT log.hold()"))[0])


async def _head(conn: _Conn) -> int:
    return int((await _one(conn, b"SELECT coalesce(max(position), 0) FROM log.event"))[0])


async def _one(conn: _Conn, query: bytes | sql.Composed) -> TupleRow:
    row = await (await conn.execute(query)).fetchone()
    assert row is not None
    return row


def _live(table: Table) -> sql.Identifier:
    return sql.Identifier("view", table.name)


def _staged(table: Table) -> sql.Identifier:
    return sql.Identifier(f"staged_{table.name}")


def _silent(_done: int, _of: int) -> None:
    return None
