"""A witness (c2sp.org/tlog-witness): it signs a checkpoint only if the log added to what it saw before, and so sees any second history.

One row for each log, compared and replaced in one transaction that is on the disk before the answer leaves. It needs neither
the log's database nor any other setting of Chancery: a file of its own, a key of its own, and the public keys of the logs.
What a known log signed and could not show to follow on is kept as evidence against it.
"""

import base64
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from chancery.clock import Clock
from chancery.log import merkle, notes
from chancery.log.alarms import SILENCE
from chancery.log.checkpoints import Checkpoint, Signed
from chancery.log.notes import COSIGNATURE, Note, NoteRefused, SigningKey, Verifier

LARGEST_REQUEST: Final = 1 << 16
MOST_EVIDENCE: Final = 1_000
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
_MOST_HASHES: Final = 63
_log: Final = structlog.get_logger(__name__)

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS hourly (
    origin TEXT NOT NULL, hour INTEGER NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (origin, hour)
) STRICT;
CREATE TABLE IF NOT EXISTS evidence (
    origin TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, seen INTEGER NOT NULL, request TEXT NOT NULL,
    UNIQUE (origin, kind, request)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: an HTTP status and a text."""

    status: int
    text: str
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Watched:
    """How a log stands with this witness. `at`: seconds since 1970 of the last cosignature; None before the first.

    `silent`: no checkpoint for a quarter of an hour. `evidence`: how often it showed what does not follow on.
    """

    origin: str
    size: int
    root: bytes
    at: int | None
    note_text: str
    silent: bool
    evidence: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, parsed."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: Note


class Witness:
    """Answers requests. Any number of threads and processes may use one file at once.

    Methods raise sqlite3.Error when the file cannot be used: nothing was signed then.
    """

    def __init__(self, file: Path, key: SigningKey, logs: Sequence[Verifier], clock: Clock) -> None:
        """`logs`: the keys of the logs that it watches; a key's name is the log's origin."""
        if key.verifier.kind != COSIGNATURE:
            raise NoteRefused("note.key", "a witness needs a key for cosignatures")
        self._file = file
        self._key = key
        self._logs = list(logs)
        self._clock = clock
        self._since = int(clock.now().timestamp())
        with self._opened() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_TABLES)

    @property
    def verifier(self) -> Verifier:
        """By which its cosignatures are known."""
        return self._key.verifier

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer `add-checkpoint`: 200 with the cosignature, 400, 403, 404, 409 with the size seen, 422."""
        try:
            asked = _parse(body)
        except (NoteRefused, ValueError) as problem:
            return Answer(400, f"{problem}\n")
        keys = [key for key in self._logs if key.name == asked.checkpoint.origin]
        if not keys:
            return Answer(404, "this witness does not know that log\n")
        # One true signature by a known key is enough: a log may sign with a new key beside the old one. Only those are kept.
        true = tuple(
            s for s in asked.note.signatures if any(key.verifies(asked.note.text, s) for key in keys)
        )
        if not true:
            return Answer(403, "no key that is known for this log has signed this\n")
        asked = replace(asked, note=Note(asked.note.text, true))
        if asked.old > asked.checkpoint.size:
            return Answer(400, "the old size is beyond the checkpoint\n")
        return self._compared(asked, body)

    def _compared(self, asked: _Asked, body: bytes) -> Answer:
        new = asked.checkpoint
        now = int(self._clock.now().timestamp())
        with self._opened() as db, _at_once(db):
            row = db.execute("SELECT size, root FROM latest WHERE origin = ?", [new.origin]).fetchone()
            seen, root = row or (0, merkle.EMPTY)
            if asked.old != seen:
                return Answer(409, f"{seen}\n", SIZE_TYPE)
            if new.size == seen and new.root != root:
                self._keep(db, "other-root", asked, seen, now, body)
                return Answer(409, f"{seen}\n", SIZE_TYPE)
            if not merkle.check_consistency(seen, new.size, root, new.root, asked.proof):
                self._keep(db, "no-proof", asked, seen, now, body)
                return Answer(422, "the proof does not show that the log only added to what was seen\n")
            signature = self._key.sign(asked.note.text, now)
            note = str(asked.note.with_signatures([signature]))
            values = [new.origin, new.size, new.root, note, now]
            db.execute("INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)", values)
            db.execute(
                "INSERT OR REPLACE INTO hourly VALUES (?, ?, ?, ?)", [new.origin, now // 3600, new.size, note]
            )
            # Who only replayed it without its proof has shown nothing.
            db.execute(
                "DELETE FROM evidence WHERE origin = ? AND kind = 'no-proof' AND instr(request, ?) > 0",
                [new.origin, f"\n\n{asked.note.text}\n"],
            )
        return Answer(200, signature.line())

    def _keep(
        self, db: sqlite3.Connection, kind: str, asked: _Asked, seen: int, now: int, body: bytes
    ) -> None:
        [[kept]] = db.execute("SELECT count(*) FROM evidence WHERE origin = ?", [asked.checkpoint.origin])
        if kept < MOST_EVIDENCE:
            db.execute(
                "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?)",
                [asked.checkpoint.origin, now, kind, seen, body.decode()],
            )
        _log.error("alarm: a log shows what does not follow on", kind=kind, size=seen)

    def watched(self) -> list[Watched]:
        """How each log stands, those of which nothing was ever seen included."""
        now = int(self._clock.now().timestamp())
        found = []
        with self._opened() as db:
            for origin in sorted({key.name for key in self._logs}):
                row = db.execute(
                    "SELECT size, root, note, at FROM latest WHERE origin = ?", [origin]
                ).fetchone()
                size, root, note, at = row or (0, merkle.EMPTY, "", None)
                [[bad]] = db.execute("SELECT count(*) FROM evidence WHERE origin = ?", [origin])
                silent = now - (self._since if at is None else at) > SILENCE
                found.append(Watched(origin, size, root, at, note, silent, bad))
        return found

    def latest(self, origin: str) -> Signed | None:
        """The newest checkpoint of a log with this witness's cosignature: what an auditor compares a log with."""
        with self._opened() as db:
            row = db.execute("SELECT note FROM latest WHERE origin = ?", [origin]).fetchone()
        return Signed.parse(row[0]) if row else None

    def hourly(self, origin: str) -> list[Signed]:
        """The last of each hour, oldest first."""
        with self._opened() as db:
            rows = db.execute("SELECT note FROM hourly WHERE origin = ? ORDER BY hour", [origin]).fetchall()
        return [Signed.parse(note) for [note] in rows]

    def evidence(self, origin: str) -> list[tuple[int, str, int, str]]:
        """What a log signed and could not show to follow on: when, `other-root` or `no-proof`, the size seen then, the request."""
        query = "SELECT at, kind, seen, request FROM evidence WHERE origin = ? ORDER BY at"
        with self._opened() as db:
            return [(at, kind, seen, request) for at, kind, seen, request in db.execute(query, [origin])]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            yield db


@contextmanager
def _at_once(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction that nobody else is in: what is compared is what is replaced."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def request(old: int, proof: Sequence[bytes], note_text: str) -> bytes:
    """The body of `add-checkpoint`."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"old {old}\n{hashes}\n{note_text}".encode()


def _parse(body: bytes) -> _Asked:
    """Raises NoteRefused, ValueError with a sentence."""
    if len(body) > LARGEST_REQUEST:
        raise ValueError("the request is too large")
    try:
        head, divider, note_text = body.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise ValueError("the request is not UTF-8") from None
    first, *hashes = head.split("\n")
    size = re.fullmatch(r"old (0|[1-9][0-9]{0,18})", first)
    if size is None or not divider:
        raise ValueError("the request does not begin with the old size, a proof and an empty line")
    if len(hashes) > _MOST_HASHES:
        raise ValueError(f"more than {_MOST_HASHES} hashes")
    note = notes.parse(note_text)
    return _Asked(int(size[1]), tuple(_hash(line) for line in hashes), Checkpoint.parse(note.text), note)


def _hash(line: str) -> bytes:
    try:
        value = base64.b64decode(line.encode("ascii"), validate=True)
    except ValueError:
        value = b""
    if len(value) != merkle.HASH_BYTES or base64.b64encode(value).decode() != line:
        raise ValueError("a line of the proof is not a hash in base64")
    return value
