"""Does the log hold what was put into it? Everything is derived again from the bytes, and compared.

This finds damage and careless alteration. Somebody who may rewrite the whole table with all its hashes is found by a
checkpoint that somebody else keeps, never by the table alone.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Final

from chancery.log.canonical import LARGEST_INTEGER, NotCanonical, canonical
from chancery.log.store import EventLog
from domain.events import SCHEMAS, EventRefused, validate

Progress = Callable[[int, int], None]
"""Told how many events are done, and of how many."""

PAGE: Final = 5_000
MOST: Final = 100
"""After so many findings it stops: a log so damaged is restored, not listed."""

_PLACE: Final = Struct(">qq")
_ENVELOPE: Final = frozenset(
    {"id", "type", "schema", "stream", "version", "at", "actor", "cause", "command", "data"}
)
_READ: Final = b"""
SELECT e.position, e.recorded_us, e.stream, s.name, e.version, e.event_id::text, e.type, e.command_id::text,
       e.leaf, e.body
  FROM (SELECT * FROM log.event WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) AS e
  LEFT JOIN log.stream s ON s.id = e.stream
 ORDER BY e.position
"""
_LENGTH: Final = b"SELECT coalesce(max(position), 0), count(*) FROM log.event"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a position: a stable code, and a sentence."""

    position: int
    code: str
    message: str


@dataclass(slots=True)
class Findings:
    """What verifying found: how far it read, how many events, and everything wrong, by position."""

    head: int = 0
    events: int = 0
    found: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    @property
    def first(self) -> Finding | None:
        """The first bad position and what is wrong there."""
        return min(self.found, key=lambda f: f.position, default=None)


@dataclass(slots=True)
class _Read:
    """What one pass remembers: how far, the log's time there, the version that each stream has reached."""

    position: int = 0
    recorded_us: int = 0
    versions: dict[int, int] = field(default_factory=dict)


async def verify(log: EventLog, progress: Progress | None = None) -> Findings:
    """Read the log from its first event to its head and say what is wrong.

    Checked of each event: its position follows the last; its leaf is SHA-256(0x00, position, log time, body) (RFC 6962);
    the bytes are the canonical form of what they say (RFC 8785); the columns say what the bytes say; its stream's
    versions have no gap; the log's time never runs backwards; its type, schema and data have a known shape.
    Raises psycopg.OperationalError when the database cannot be reached.
    """
    findings, read = Findings(), _Read()
    head, counted = (await _rows(log, _LENGTH, []))[0]
    findings.head = head
    while read.position < head and len(findings.found) < MOST:
        page = await _rows(log, _READ, [read.position, head, PAGE])
        if not page:
            break
        for row in page:
            _look(row, read, findings.found)
        findings.events += len(page)
        if progress is not None:
            progress(findings.events, counted)
    findings.found.sort(key=lambda f: f.position)
    return findings


async def _rows(log: EventLog, query: bytes, parameters: list[int]) -> list[tuple[Any, ...]]:
    async with log.pool.connection() as conn, conn.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters, prepare=True)
        return await cursor.fetchall()


def _look(row: tuple[Any, ...], read: _Read, found: list[Finding]) -> None:
    position, recorded_us, stream, name, version, event_id, type_, command_id, leaf, raw = row
    if position != read.position + 1:
        found.append(
            Finding(
                read.position + 1, "log.gap", f"positions {read.position + 1} to {position - 1} are missing"
            )
        )
    if recorded_us < read.recorded_us:
        found.append(Finding(position, "log.time", "the log's time runs backwards here"))
    read.position, read.recorded_us = position, max(recorded_us, read.recorded_us)
    if hashlib.sha256(b"\0" + _PLACE.pack(position, recorded_us) + raw).digest() != leaf:
        found.append(Finding(position, "log.leaf", "the stored leaf is not that of the bytes"))
    try:
        body = json.loads(raw)
    except ValueError:
        found.append(Finding(position, "log.bytes", "the body is not JSON"))
        return
    problem = _shape(body) or _canonical(body, raw)
    if problem is not None:
        found.append(Finding(position, *problem))
        if problem[0] != "log.canonical":
            return
    said = (body["stream"], body["version"], body["type"], body["id"], body["command"]["id"])
    if said != (name, version, type_, event_id, command_id):
        names = ("stream", "version", "type", "event_id", "command_id")
        columns = (name, version, type_, event_id, command_id)
        wrong = ", ".join(n for n, a, b in zip(names, said, columns, strict=True) if a != b)
        found.append(Finding(position, "log.column", f"a column says another thing than the bytes: {wrong}"))
    expected = read.versions.get(stream, 0) + 1
    if version != expected:
        found.append(
            Finding(
                position, "log.version", f"version {version} of its stream stands where {expected} belongs"
            )
        )
    read.versions[stream] = version


def _shape(body: Any) -> tuple[str, str] | None:
    """What is wrong with an event's envelope or data; None if nothing."""
    if not isinstance(body, dict) or body.keys() != _ENVELOPE:
        return "log.envelope", "the body has not the keys of an event"
    if not isinstance(body["command"], dict) or "id" not in body["command"]:
        return "log.envelope", "the body names no command"
    known = SCHEMAS.get(body["type"]) if isinstance(body["type"], str) else None
    if known is None or not isinstance(body["schema"], int) or not 1 <= body["schema"] <= known:
        what = f"{str(body['type'])[:60]!r} in schema {str(body['schema'])[:20]}"
        return "log.unknown", f"{what} is unknown to this version of the program"
    if body["schema"] == known:
        try:
            validate(body["type"], body["data"])
        except EventRefused as problem:
            return "log.shape", f"the data have not the shape of their type: {problem}"
    return None


_FREE: Final = frozenset({"ObligationOpened", "MissionAdopted", "CalendarRevised"})
"""Types with a part of any shape: only these could be nested too deep."""

_encode: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _whole(text: str) -> int:
    """An integer as the log may hold it; a larger one or a float takes the long way and is refused there."""
    number = int(text)
    if abs(number) > LARGEST_INTEGER:
        raise OverflowError
    return number


def _float(_: str) -> float:
    raise OverflowError


_plain: Final = json.JSONDecoder(parse_int=_whole, parse_float=_float, parse_constant=_float).decode


def _canonical(body: dict[str, Any], raw: bytes) -> tuple[str, str] | None:
    try:
        same = _quickly(body, raw) or canonical(body) == raw
    except NotCanonical as problem:
        return "log.canonical", f"the body has no canonical form: {problem.code}"
    return None if same else ("log.canonical", "the bytes are not the canonical form of what they say")


def _quickly(body: dict[str, Any], raw: bytes) -> bool:
    """Whether the bytes are canonical beyond doubt: ASCII, of a closed shape, and the same when written again.

    Five times as fast as the whole set of rules, and true of nearly every event; whatever it doubts takes the long way.
    """
    if (
        body["type"] in _FREE
        or body["schema"] != SCHEMAS[body["type"]]
        or not raw.isascii()
        or b"u0000" in raw
    ):
        return False
    try:
        return _encode(_plain(raw.decode())).encode() == raw
    except (OverflowError, UnicodeEncodeError):
        return False
