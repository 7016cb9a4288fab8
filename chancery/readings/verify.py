"""Does the access log hold what was written? Every entry is derived again from its bytes, and the tree held against checkpoints.

What can be made again is: place, time, leaf, canonical bytes, columns. An entry whose year is over has a leaf alone; that it may be
without content is said by the last `tidied` entry, and that its year was over by the times. Whoever rewrites the whole table with
all its leaves is found by a checkpoint that somebody else keeps, as in the log itself.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg.rows import tuple_row

from chancery.i18n import tr
from chancery.log.against import WITNESSED, Comparison
from chancery.log.evidence import Evidence, gather, policy_of
from chancery.log.findings import MOST
from chancery.log.findings import Finding as OfCheckpoints
from chancery.log.policy import Policy
from chancery.log.store import Pool
from chancery.readings import book
from chancery.readings.entry import YEAR, Entry, NotAnEntry, Note

PAGE: Final = 5_000
_YEAR_US: Final = int(YEAR.total_seconds()) * 1_000_000
_ROWS: Final = "SELECT * FROM vault.readings_page(%s, %s, %s)"
Progress = Callable[[int, int], None]


class Finding(NamedTuple):
    """Something wrong: from which position (0: at none), up to which if that is all that is known, a stable code, a sentence."""

    position: int
    upto: int
    code: str
    message: str


@dataclass(slots=True)
class Findings:
    """What verifying found. `removed`: how many entries have a leaf alone. `signed`, `witnessed`: up to which
    size a checkpoint agrees that bears the log's, or a witness's, signature.
    """

    size: int = 0
    removed: int = 0
    root: bytes = b""
    signed: int = 0
    witnessed: int = 0
    checkpoints: int = 0
    found: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found


def evidence_of(
    origin: str,
    folder: Path | None,
    notes: Sequence[tuple[str, str]] = (),
    policy: Policy | None = None,
) -> Evidence:
    """Checkpoints of the access log: those in the signer's folder, if it is there, and given ones (a name and a text each).

    `origin`: the access log's own (`tree.origin_of`). `policy`: whom to believe; without one the log's key that lies beside the
    checkpoints. Raises NoteRefused for a key that is none, OSError.
    """
    there = folder if folder is not None and folder.is_dir() else None
    if policy is None or not policy.logs_of(origin):
        beside = there / "vkey" if there is not None else None
        own = (
            policy_of(beside.read_text(encoding="utf-8").split("\n"), ())
            if beside and beside.is_file()
            else Policy()
        )
        policy = own if policy is None else replace(policy, logs=own.logs)
    return gather(origin, policy, kept=there, given=notes)


async def verify(pool: Pool, evidence: Evidence | None = None, progress: Progress | None = None) -> Findings:
    """Read the access log from its first entry to its head and say what is wrong.

    `evidence`: checkpoints and leaf hashes kept elsewhere, gathered *before* (`chancery.log.evidence.gather` for this log's own
    origin). Raises psycopg.Error, psycopg_pool.PoolTimeout.
    """
    known = evidence or Evidence()
    comparison = Comparison(known.statements, known.leaves)
    findings = Findings(size=await book.head(pool))
    findings.found += [_of_checkpoint(one) for one in known.found]
    upto = await _removed_upto(pool, findings.size)
    order = _Order(upto)
    while order.position < findings.size and len(findings.found) < MOST:
        rows = await _rows(pool, order.position, findings.size)
        if not rows:
            break
        for row in rows:
            entry, columns = Entry(*row[:5]), row[5:]
            findings.found += order.look(entry, columns)
            findings.removed += entry.data is None
            if entry.position > comparison.at:
                comparison.take(entry.position, entry.leaf)
        if progress is not None:
            progress(order.position, findings.size)
    findings.found += [one async for one in _early(pool, order.tidied)]
    if len(findings.found) < MOST:
        findings.found += [_of_checkpoint(one) for one in comparison.finish(findings.size)]
    findings.found.sort(key=lambda one: (one.position == 0, one.position))
    findings.root, findings.checkpoints = comparison.tree.root(), len(comparison.statements)
    findings.signed = max((one.size for one in comparison.agreeing if one.signed), default=0)
    findings.witnessed = max(
        (one.size for one in comparison.agreeing if one.standing == WITNESSED), default=0
    )
    return findings


@dataclass(slots=True)
class _Order:
    """What one pass remembers: how far, the time there, and the tidyings met. `upto`: the last position that may be without content."""

    upto: int
    position: int = 0
    recorded_us: int = 0
    tidied: list[tuple[int, int, int]] = field(default_factory=list)
    """(position, recorded_us, upto) of each."""

    def look(self, entry: Entry, columns: Sequence[Any]) -> Iterator[Finding]:
        """Everything that is wrong with an entry where it stands."""
        at = entry.position
        if at != self.position + 1:
            gone = tr("positions {position} to {last} are missing", position=self.position + 1, last=at - 1)
            yield Finding(self.position + 1, at - 1, "readings.gap", gone)
        if entry.recorded_us < self.recorded_us:
            yield _at(at, "readings.time", tr("the access log's time runs backwards here"))
        self.position, self.recorded_us = at, max(self.recorded_us, entry.recorded_us)
        if entry.data is None:
            yield from self._removed(entry, columns)
            return
        if not entry.whole():
            yield _at(at, "readings.leaf", tr("the stored leaf is not that of the bytes"))
        if at <= self.upto:
            yield _at(
                at, "readings.not_removed", tr("the content stands here, although it was noted as removed")
            )
        try:
            note = entry.note
        except NotAnEntry:
            yield _at(at, "readings.bytes", tr("the bytes are no entry in its one canonical form"))
            return
        if note.upto is not None:
            self.tidied.append((at, entry.recorded_us, note.upto))
        if tuple(columns) != _columns(note):
            yield _at(at, "readings.column", tr("a column says another thing than the bytes"))

    def _removed(self, entry: Entry, columns: Sequence[Any]) -> Iterator[Finding]:
        if entry.position > self.upto:
            yield _at(
                entry.position,
                "readings.removed",
                tr("the content is gone, and no entry says that its year was over"),
            )
        if entry.salt is not None or entry.body is not None or any(one is not None for one in columns):
            yield _at(entry.position, "readings.half", tr("the content is gone in part only"))


def _columns(note: Note) -> tuple[Any, ...]:
    return note.kind, note.by, note.basis, note.mission, list(note.about)


async def _removed_upto(pool: Pool, size: int) -> int:
    """Up to where content was removed, as the log's last `tidied` entry says; 0 if there is none."""
    last = 0
    for row in await _found(
        pool,
        "SELECT body FROM vault.readings_find(NULL, NULL, NULL, %s::text[], NULL, NULL, NULL, %s, 1)",
        [["tidied"], size + 1],
    ):
        try:
            last = Entry(0, 0, b"", bytes(row[0]), b"").note.upto or 0
        except NotAnEntry:
            last = 0
    return last


async def _early(pool: Pool, tidied: Sequence[tuple[int, int, int]]) -> AsyncIterator[Finding]:
    """Tidyings that removed what was younger than a year."""
    for position, at, upto in tidied:
        for one in await book.page(pool, upto - 1, upto, 1):
            if upto >= position or one.recorded_us + _YEAR_US > at:
                yield _at(
                    position,
                    "readings.early",
                    tr("content up to {upto} was removed before its year was over", upto=upto),
                )


def _at(position: int, code: str, message: str) -> Finding:
    return Finding(position, position, code, message)


def _of_checkpoint(one: OfCheckpoints) -> Finding:
    return Finding(one.position, one.upto or one.position, one.code, one.message)


async def _rows(pool: Pool, after: int, upto: int) -> list[tuple[Any, ...]]:
    return await _found(pool, _ROWS, [after, upto, PAGE])


async def _found(pool: Pool, query: Any, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    async with pool.connection() as conn, conn.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()
