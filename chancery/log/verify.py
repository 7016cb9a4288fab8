"""Does the log hold what was put into it? Everything is derived again from the bytes, and compared.

The table alone shows damage and careless alteration. Somebody who may rewrite all of it with all its hashes is found by a
checkpoint that somebody else keeps: `evidence` gathers those, `against` compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chancery.log.against import WITNESSED, Comparison
from chancery.log.auditing import State
from chancery.log.checks import Row, Sequence
from chancery.log.evidence import Evidence
from chancery.log.findings import MOST, Finding, Findings, Notice
from chancery.log.store import EventLog
from domain.kinds import instant_text

__all__ = ["Finding", "Findings", "Notice", "verify"]

Progress = Callable[[int, int], None]
"""Told how many events are done, and of how many."""
Keep = Callable[[int, bytes], None]
"""Given every position with its leaf, as they are read."""

PAGE: Final = 5_000
PATIENCE_US: Final = 15 * 60 * 1_000_000
"""So long (15 minutes) an event may wait for a signature before that is a finding: no signer, or no witness, runs."""

_READ: Final = b"""
SELECT e.position, e.recorded_us, e.stream, s.name, e.version, e.event_id::text, e.type, e.command_id::text,
       e.leaf, e.body
  FROM (SELECT * FROM log.event WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) AS e
  LEFT JOIN log.stream s ON s.id = e.stream
 ORDER BY e.position
"""
_LENGTH: Final = b"""
SELECT h.head, (SELECT count(*) FROM log.event WHERE position > %s AND position <= h.head)
  FROM (SELECT coalesce(max(position), 0) AS head FROM log.event) AS h
"""
_VERSIONS: Final = b"""
SELECT w.name, e.version
  FROM unnest(%s::text[]) AS w(name)
 CROSS JOIN LATERAL (SELECT s.id FROM log.stream s WHERE s.name = w.name LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT e.version FROM log.event e
                      WHERE e.stream = s.id AND e.position <= %s ORDER BY e.version DESC LIMIT 1) AS e
"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RECORDED: Final = b"SELECT recorded_us FROM log.event WHERE position >= %s ORDER BY position LIMIT 1"


@dataclass(slots=True)
class _Pass:
    """One reading of the log, from the end of the last verification or from the first event."""

    log: EventLog
    since: State | None
    comparison: Comparison
    keep: Keep | None
    findings: Findings
    order: Sequence = field(default_factory=Sequence)
    leaf: bytes = b""
    wrong: int = 0
    known: set[str] = field(default_factory=set)

    async def read(self, progress: Progress | None) -> None:
        head, counted = (await _rows(self.log, _LENGTH, [self.order.position]))[0]
        findings = self.findings
        findings.head = head
        while self.order.position < head and self.wrong < MOST:
            rows = await _rows(self.log, _READ, [self.order.position, head, PAGE])
            if not rows:
                break
            page = [Row(*row) for row in rows]
            if self.since is not None:
                await self._versions(page, self.since.size)
            for row in page:
                self._take(row)
            findings.events += len(page)
            if progress is not None:
                progress(findings.events, counted)
        if findings.events < counted and not self.wrong:
            # Two rows of one position, over the end of a page: the second was passed over.
            findings.found.append(Finding(0, "log.count", {"rows": counted, "read": findings.events}))

    def _take(self, row: Row) -> None:
        leaf, wrong = self.order.check(row)
        self.findings.found += wrong
        self.wrong += len(wrong)
        if row.position > self.comparison.at:
            self.comparison.take(row.position, leaf)
            self.leaf = leaf
            if self.keep is not None:
                self.keep(row.position, leaf)

    async def _versions(self, page: list[Row], size: int) -> None:
        """What each stream had reached before: asked for once, of the streams that have moved."""
        names = {row.name for row in page if row.name is not None} - self.known
        self.known |= names
        for name, version in await _rows(self.log, _VERSIONS, [sorted(names), size]):
            self.order.versions.setdefault(name, version)


async def verify(
    log: EventLog,
    progress: Progress | None = None,
    *,
    evidence: Evidence | None = None,
    since: State | None = None,
    keep: Keep | None = None,
    now_us: int | None = None,
) -> Findings:
    """Read the log to its head and say what is wrong, and how far which signature proves it.

    Checked of each event: its position follows the last; its leaf is SHA-256(0x00, position, log time, body) (RFC 6962);
    the bytes are the canonical form of what they say (RFC 8785); the columns say what the bytes say; its stream's
    versions have no gap; the log's time never runs backwards; its type, schema and data have a known shape. The root is
    compared with every checkpoint in `evidence` (gather it *before*: a log may grow, a checkpoint from later than the head
    would look like a log cut short).

    `since`: read only what came after that verification. `now_us` (microseconds since 1970, UTC): if given, events that
    no signature has covered for 15 minutes are findings. Raises psycopg.OperationalError when the database cannot be reached.
    """
    known = evidence or Evidence()
    findings = Findings(found=list(known.found))
    comparison = Comparison(known.statements, known.leaves, since.tree() if since else None)
    reading = _Pass(log, since, comparison, keep, findings)
    if since is not None:
        findings.after = since.size
        reading.order = Sequence(since.size, since.recorded_us)
        reading.leaf = since.leaf
        if not await _still_there(log, since, findings):
            return findings
    await reading.read(progress)
    if reading.wrong < MOST:
        findings.found += comparison.finish(findings.head)
    findings.found.sort(key=lambda f: (f.position == 0, f.position))
    findings.root, findings.checkpoints = comparison.tree.root(), len(comparison.statements)
    good = comparison.agreeing
    findings.signed = max((s.size for s in good if s.signed), default=since.signed if since else 0)
    findings.witnessed = max(
        (s.size for s in good if s.standing == WITNESSED), default=since.witnessed if since else 0
    )
    if findings.ok:
        findings.reached = State(
            known.origin,
            comparison.tree.size,
            comparison.tree.hashes(),
            reading.leaf,
            reading.order.recorded_us,
            findings.signed,
            findings.witnessed,
        )
    await _coverage(log, known, findings, comparison, now_us)
    return findings


async def _still_there(log: EventLog, since: State, findings: Findings) -> bool:
    """Whether the log still holds the event at which the last verification ended; it is read again, with its bytes."""
    if since.size == 0:
        return True
    (findings.head, _), *_ = await _rows(log, _LENGTH, [since.size])
    rows = await _rows(log, _READ, [since.size - 1, since.size, 1])
    leaf, _ = Sequence().check(Row(*rows[0])) if rows else (b"", [])
    if leaf == since.leaf:
        return True
    if findings.head < since.size:
        params: dict[str, str | int] = {"source": "state", "size": since.size, "head": findings.head}
        findings.found.append(Finding(1, "log.short", params, upto=findings.head + 1))
    else:
        findings.found.append(Finding(1, "state.moved", {"size": since.size}, upto=since.size))
    return False


async def _coverage(
    log: EventLog, known: Evidence, findings: Findings, comparison: Comparison, now_us: int | None
) -> None:
    """Say how far which signature reaches; what has waited too long for one is a finding."""
    say = findings.notices.append
    if findings.after:
        say(Notice("not-read-again", {"size": findings.after}))
    if comparison.older:
        say(Notice("older-not-compared", {"n": comparison.older}))
    if not comparison.statements and not findings.signed:
        say(Notice("table-only"))
    elif not known.pinned:
        say(Notice("key-not-pinned"))
    else:
        say(Notice("signed", {"position": findings.signed}))
    if known.witnesses:
        say(Notice("witnessed", {"position": findings.witnessed}))
    elif comparison.statements:
        say(Notice("no-witness"))
    tail = findings.head - max(findings.signed, findings.witnessed)
    if tail > 0 and comparison.statements:
        say(Notice("tail", {"n": tail}))
    if now_us is None or not findings.ok:
        return
    for wanted, reached, code in (
        (known.pinned, findings.signed, "checkpoint.unsigned"),
        (known.witnesses, findings.witnessed, "checkpoint.unwitnessed"),
    ):
        if wanted and reached < findings.head:
            rows = await _rows(log, _RECORDED, [reached + 1])
            if rows and now_us - rows[0][0] > PATIENCE_US:
                findings.found.append(Finding(reached + 1, code, {"since": _utc(rows[0][0])}))


def _utc(us: int) -> str:
    return instant_text(_EPOCH + timedelta(microseconds=us))


async def _rows(log: EventLog, query: bytes, parameters: list[Any]) -> list[tuple[Any, ...]]:
    async with log.pool.connection() as conn, conn.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters, prepare=True)
        return await cursor.fetchall()
