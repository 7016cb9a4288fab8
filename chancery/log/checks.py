"""What one event must be, whatever else is known of the log: derived again from its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from chancery.log.canonical import LARGEST_INTEGER, NotCanonical, canonical
from chancery.log.findings import Finding
from chancery.log.merkle import leaf_of
from domain.events import SCHEMAS, EventRefused, validate

_ENVELOPE: Final = frozenset(
    {"id", "type", "schema", "stream", "version", "at", "actor", "cause", "command", "data"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log's table with all its columns, as the database gives them; `name` is the stream's."""

    position: int
    recorded_us: int
    stream: int
    name: str | None
    version: int
    event_id: str
    type: str
    command_id: str
    leaf: bytes
    body: bytes


@dataclass(slots=True)
class Sequence:
    """What one pass remembers: how far, the log's time there, the version that each stream has reached."""

    position: int = 0
    recorded_us: int = 0
    versions: dict[str, int] = field(default_factory=dict)

    def check(self, row: Row) -> tuple[bytes, list[Finding]]:
        """The leaf of a row's bytes, and everything that is wrong with the row where it stands."""
        leaf = leaf_of(row.position, row.recorded_us, row.body)
        found = list(self._place(row))
        if leaf != row.leaf:
            found.append(Finding(row.position, "log.leaf"))
        found += self._body(row)
        return leaf, found

    def _place(self, row: Row) -> Iterator[Finding]:
        if row.position <= self.position:
            yield Finding(row.position, "log.twice")
        elif row.position != self.position + 1:
            yield Finding(self.position + 1, "log.gap", {"last": row.position - 1})
        if row.recorded_us < self.recorded_us:
            yield Finding(row.position, "log.time")
        self.position, self.recorded_us = (
            max(row.position, self.position),
            max(row.recorded_us, self.recorded_us),
        )

    def _body(self, row: Row) -> Iterator[Finding]:
        try:
            body = json.loads(row.body)
        except (ValueError, RecursionError):
            yield Finding(row.position, "log.bytes")
            return
        problem = _shape(body) or _canonical(body, row.body)
        if problem is not None:
            yield Finding(row.position, problem[0], problem[1])
            if problem[0] != "log.canonical":
                return
        said = (body["stream"], body["version"], body["type"], body["id"], body["command"]["id"])
        columns = (row.name, row.version, row.type, row.event_id, row.command_id)
        if said != columns:
            names = ("stream", "version", "type", "event_id", "command_id")
            wrong = ", ".join(n for n, a, b in zip(names, said, columns, strict=True) if a != b)
            yield Finding(row.position, "log.column", {"columns": wrong})
        stream = body["stream"]
        expected = self.versions.get(stream, 0) + 1
        if row.version != expected:
            yield Finding(row.position, "log.version", {"version": row.version, "expected": expected})
        self.versions[stream] = row.version


_Problem = tuple[str, dict[str, str | int]]


def _shape(body: Any) -> _Problem | None:
    """What is wrong with an event's envelope or data; None if nothing."""
    if not isinstance(body, dict) or body.keys() != _ENVELOPE or not isinstance(body["stream"], str):
        return "log.envelope", {}
    if not isinstance(body["command"], dict) or "id" not in body["command"]:
        return "log.envelope", {}
    known = SCHEMAS.get(body["type"]) if isinstance(body["type"], str) else None
    if known is None or type(body["schema"]) is not int or not 1 <= body["schema"] <= known:
        return "log.unknown", {"type": str(body["type"])[:60], "schema": str(body["schema"])[:20]}
    if body["schema"] == known:
        try:
            validate(body["type"], body["data"])
        except EventRefused as problem:
            return "log.shape", {"problem": str(problem)}
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


def _canonical(body: dict[str, Any], raw: bytes) -> _Problem | None:
    try:
        same = _quickly(body, raw) or canonical(body) == raw
    except NotCanonical:
        same = False
    return None if same else ("log.canonical", {})


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
