"""What is wrong with a file: where exactly, and what would be right. One problem is enough to import nothing."""

from dataclasses import dataclass, field
from typing import Final

MOST_BYTES: Final = 5_000_000
"""A larger file is not read: a staff table or a court list has a hundredth of it (product default)."""

MOST_SHOWN: Final = 20
"""So many problems are listed; the rest are counted."""

MOST_FOUND: Final = 1000
"""A file with so many problems is read no further."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: `code` is stable, `line` counts from 1, `message` says what would be right."""

    file: str
    line: int
    field: str
    code: str
    message: str

    def text(self) -> str:
        """As one line: `posts.csv:4: zone: …`."""
        return f"{self.file}:{self.line}: {self.field}: {self.message}"

    def to_data(self) -> dict[str, str | int]:
        """As plain JSON."""
        return {
            "file": self.file,
            "line": self.line,
            "field": self.field,
            "code": self.code,
            "message": self.message,
        }


class ImportRefused(Exception):
    """The file has problems; nothing of it was imported. `problems` holds them all, in the order of their lines."""

    code = "import-refused"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: p.line)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """At most twenty problems, one a line; then how many more there are."""
        shown = [problem.text() for problem in self.problems[:MOST_SHOWN]]
        more = len(self.problems) - len(shown)
        return [*shown, f"{self.problems[0].file}: and {more} more"] if more else shown


@dataclass(slots=True)
class Problems:
    """Collects the problems of one file."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, name: str, code: str, message: str) -> None:
        """Note a problem of a field. Raises ImportRefused at the thousandth."""
        self.found.append(Problem(self.file, line, name, code, message))
        if len(self.found) >= MOST_FOUND:
            raise ImportRefused(self.found)

    def stop(self, line: int, name: str, code: str, message: str) -> ImportRefused:
        """Note a problem after which reading on makes no sense; raise what comes back."""
        self.add(line, name, code, message)
        return ImportRefused(self.found)

    def refuse_any(self) -> None:
        """Raise ImportRefused if anything was found."""
        if self.found:
            raise ImportRefused(self.found)


def decode(raw: bytes, problems: Problems) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises ImportRefused: `too-large`, `empty`, `not-utf-8`, `nul`.
    """
    if len(raw) > MOST_BYTES:
        raise problems.stop(
            1, "file", "too-large", f"{len(raw):,} bytes; at most {MOST_BYTES:,} are read. Split the file."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise problems.stop(
            line,
            "text",
            "not-utf-8",
            f"the byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8.",
        ) from None
    if not text.strip():
        raise problems.stop(1, "file", "empty", "the file is empty.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise problems.stop(
            line, "text", "nul", "a NUL byte stands here; export the file again as plain text."
        )
    return text
