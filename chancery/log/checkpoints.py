"""Checkpoints (c2sp.org/tlog-checkpoint): a signed statement of the log's size and root; and where the signer keeps them.

A folder for each log, outside the database, written by the signer alone and read by whoever may read files there:

    checkpoint              the newest note, replaced whole
    history/2026-05-05      every size that was ever signed, a line of JSON each, only appended to
    tile/0/x001/234         the hashes of the tree (c2sp.org/tlog-tiles): see `tiles`
    state, alarm            what the signer signed last; why it stopped, if it did
"""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from chancery.log import notes
from chancery.log.notes import Note, NoteRefused, Verifier

LARGEST_SIZE: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long a log is and what its root is. `origin` says which log."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """A checkpoint from the text of a note. Raises NoteRefused `note.checkpoint`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteRefused("note.checkpoint", "a checkpoint has three lines: origin, size and root")
        origin, size, root, *extensions = lines
        if re.fullmatch(r"0|[1-9][0-9]{0,18}", size) is None or int(size) > LARGEST_SIZE:
            raise NoteRefused("note.checkpoint", "the size of a checkpoint is a decimal number")
        try:
            made = base64.b64decode(root.encode("ascii"), validate=True)
        except ValueError:
            made = b""
        if len(made) != 32 or base64.b64encode(made).decode() != root:
            raise NoteRefused("note.checkpoint", "the root of a checkpoint is 32 bytes in base64")
        return cls(origin, int(size), made, tuple(extensions))

    def text(self) -> str:
        """As a note's text."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions))


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint with its note. Whose signatures count is for the reader to say: `opened` verifies them."""

    checkpoint: Checkpoint
    note_text: str

    @classmethod
    def parse(cls, note_text: str) -> Self:
        """From the text of a note; nothing is verified. Raises NoteRefused."""
        return cls(Checkpoint.parse(notes.parse(note_text).text), note_text)

    @property
    def note(self) -> Note:
        """Text and signatures."""
        return notes.parse(self.note_text)

    def signed_by(self, keys: Sequence[Verifier]) -> list[Verifier]:
        """Which of these keys signed it. Raises NoteRefused `note.signature` where one that claims to be known is false."""
        return notes.signed_by(self.note, keys)

    def witnessed(self, keys: Sequence[Verifier]) -> dict[str, int]:
        """The witnesses among these keys that cosigned it, and when (seconds since 1970). Raises NoteRefused `note.signature`."""
        note = self.note
        found = {}
        for key in notes.signed_by(note, [k for k in keys if k.kind == notes.COSIGNATURE]):
            found[key.name] = max(notes.time_of(s) or 0 for s in note.signatures if key.made(s))
        return found


def opened(note_text: str, origin: str, keys: Sequence[Verifier]) -> Signed:
    """A checkpoint of a log, signed by at least one of these keys of that name.

    Raises NoteRefused: `note.form`, `note.checkpoint`, `note.origin` (of another log), `note.signature` (a false one),
    `note.unsigned` (none by a known key).
    """
    made = Signed.parse(note_text)
    if made.checkpoint.origin != origin:
        raise NoteRefused("note.origin", f"this is a checkpoint of {made.checkpoint.origin}, not of {origin}")
    if not made.signed_by([key for key in keys if key.name == origin]):
        raise NoteRefused("note.unsigned", f"no key known for {origin} has signed this checkpoint")
    return made


class Kept:
    """What a signer has kept in its folder, for reading. Nothing is verified: give what you take to `opened`.

    Files that are not there yet are no error. Raises NoteRefused for a note that cannot be read, OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def latest(self) -> Signed | None:
        """The newest checkpoint, with the cosignatures that have come in; None before the first."""
        try:
            return Signed.parse((self.folder / "checkpoint").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def at_least(self, size: int) -> Signed | None:
        """The first checkpoint that covers so many events, with the most cosignatures it got; None if there is none yet."""
        best = None
        for line in self._lines(size):
            if best is not None and line["size"] != best["size"]:
                break
            best = line
        return None if best is None else Signed.parse(best["note"])

    def exactly(self, size: int) -> Signed | None:
        """The checkpoint of just this size; None if that was never signed."""
        found = self.at_least(size)
        return found if found is not None and found.checkpoint.size == size else None

    def all(self, size: int = 0) -> Iterator[Signed]:
        """Every checkpoint from this size on, oldest first; the same size may come twice, later with more cosignatures."""
        for line in self._lines(size):
            yield Signed.parse(line["note"])

    def _lines(self, size: int) -> Iterator[dict[str, Any]]:
        """The lines of history from the first that covers a size: found by halving, since sizes only grow."""
        files = sorted(path for path in (self.folder / "history").glob("????-??-??"))
        low, high = 0, len(files)
        while low < high:  # the first file that begins at or beyond the size
            middle = (low + high) // 2
            first = next(_lines_of(files[middle], 0), None)
            low, high = (middle + 1, high) if first is not None and first["size"] < size else (low, middle)
        for number, path in enumerate(files[max(low - 1, 0) :]):
            start = _start_of(path, size) if number == 0 else 0
            yield from _lines_of(path, start)


def line_of(signed: Signed, at: int) -> bytes:
    """A checkpoint as a line of history. `at`: seconds since 1970 when it was written."""
    line = {"at": at, "note": signed.note_text, "size": signed.checkpoint.size}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def last_of(path: Path) -> int | None:
    """The size in the last line of a file of history; None if it has no line."""
    with path.open("rb") as file:
        file.seek(0, 2)
        end = file.tell()
        reach = min(end, 4096)
        while True:
            file.seek(end - reach)
            lines = file.read(reach).split(b"\n")
            if len(lines) > 2 or reach == end:
                return int(json.loads(lines[-2])["size"]) if len(lines) > 1 else None
            reach = min(end, 2 * reach)


def _start_of(path: Path, size: int) -> int:
    """Where the first line that covers a size begins in a file of history; its end if none does."""
    low, high = 0, path.stat().st_size
    with path.open("rb") as file:
        while (
            low < high
        ):  # invariant: a line that begins before `low` is too small, one that begins at `high` is not
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.seek(middle - 1)
                file.readline()
            begins, line = file.tell(), file.readline()
            if begins >= high or not line.endswith(b"\n"):
                high = middle
            elif json.loads(line)["size"] < size:
                low = begins + len(line)
            else:
                high = middle
        return low


def _lines_of(path: Path, start: int) -> Iterator[dict[str, Any]]:
    """Whole lines of a file of history; a last one that a crash left half written does not count."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)
