"""Writing readings down, and finding them again.

A reading is committed before anything is opened or shown: whoever calls `note` opens after it has returned. If it raises, nothing
may be shown. The database keeps the time and the order; nothing here can change or remove an entry.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, Protocol

from psycopg.rows import TupleRow, tuple_row

from chancery.log.pipeline import Statement
from chancery.log.store import Pool
from chancery.readings.entry import YEAR, Basis, Entry, Form, Kind, Mark, Note, us

APPEND: Final = "SELECT position, recorded_us, leaf FROM vault.readings_append(%s::bytea[], %s)"
_HEAD: Final = "SELECT vault.readings_head()"
_PAGE: Final = "SELECT position, recorded_us, salt, body, leaf FROM vault.readings_page(%s, %s, %s)"
_FIND: Final = (
    "SELECT position, recorded_us, salt, body, leaf FROM vault.readings_find"
    "(%s::text[], %s::text[], %s::text[], %s::text[], %s, %s, %s, %s, %s)"
)


class Place(Protocol):
    """What readings are written down with: an installation, a rehearsal's stage, whatever has a desk."""

    @property
    def desk(self) -> Any:
        """Its log gives the database, its clock a rehearsal's time."""
        ...


@dataclass(frozen=True, slots=True)
class Noted:
    """Where a reading lies in the access log. `recorded_us`: microseconds since 1970-01-01T00:00:00Z."""

    position: int
    recorded_us: int
    leaf: bytes


async def note(
    here: Place,
    *,
    kind: Kind,
    who: str,
    basis: Basis,
    mission: str | None = None,
    of: str | Collection[str] = (),
    reason: str | None = None,
    form: Form | None = None,
    mark: Mark | None = None,
) -> Noted:
    """Write one reading down; it is committed when this returns, and only then may anything be shown.

    `who`: the reader's posting (`Actor.code`). `of`: postings whose record is read. Raises NotAnEntry for what is no code,
    psycopg.Error and psycopg_pool.PoolTimeout when it could not be written.
    """
    about = (of,) if isinstance(of, str) else tuple(of)
    [noted] = await put(here, [Note(kind, who, basis, mission, about, reason, form, mark)])
    return noted


async def put(here: Place, notes: Sequence[Note]) -> list[Noted]:
    """Write readings down, all or none, in one transaction of their own. Raises as `note` does."""
    one = statement(here, notes)
    rows = await _rows(here.desk.log.pool, APPEND, list(one.parameters))
    return [Noted(position, at, bytes(leaf)) for position, at, leaf in rows]


def statement(here: Place, notes: Sequence[Note]) -> Statement:
    """The same for `Desk.submit(…, sealed=[…])`: the reading and the events of a command commit together or not at all.

    Raises NotAnEntry.
    """
    return Statement(APPEND, ([one.body() for one in notes], us(here.desk.clock.now())))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: None asks for any. `people`: read by, or about, one of these postings. `about`: only about them.

    `first` (from then on) and `until` (before then) are instants with a time zone.
    """

    missions: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    about: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    basis: Basis | None = None
    first: datetime | None = None
    until: datetime | None = None


async def find(
    here: Place, wanted: Wanted, *, before: int | None = None, limit: int | None = None
) -> list[Entry]:
    """Entries that still have their content, the latest first; of positions before one, and at most so many.

    What is older than a year is not shown even if nobody has removed it yet. Raises psycopg.Error, PoolTimeout.
    """
    oldest = here.desk.clock.now() - YEAR
    first = oldest if wanted.first is None else max(oldest, wanted.first)
    parameters = [
        *(_listed(part) for part in (wanted.missions, wanted.people, wanted.about, wanted.kinds)),
        wanted.basis, us(first), None if wanted.until is None else us(wanted.until), before, limit,
    ]  # fmt: skip
    return [_entry(row) for row in await _rows(here.desk.log.pool, _FIND, parameters)]


async def head(pool: Pool) -> int:
    """How many entries there are, removed ones counted. Raises psycopg.Error, PoolTimeout."""
    [[found]] = await _rows(pool, _HEAD, [])
    return int(found)


async def page(pool: Pool, after: int, upto: int, limit: int) -> list[Entry]:
    """At most `limit` entries after a position and up to one, in order, those without content too."""
    return [_entry(row) for row in await _rows(pool, _PAGE, [after, upto, limit])]


def _listed(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def _entry(row: Sequence[Any]) -> Entry:
    position, at, salt, body, leaf = row
    return Entry(position, at, _bytes(salt), _bytes(body), bytes(leaf))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


async def _rows(pool: Pool, query: LiteralString, parameters: Sequence[Any]) -> list[TupleRow]:
    async with (
        pool.connection() as connection,
        connection.cursor(binary=True, row_factory=tuple_row) as cursor,
    ):
        await cursor.execute(query, parameters)
        return await cursor.fetchall()
