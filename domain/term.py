"""Terms: how long a step may take, as DEADLINES.md's table writes them (``3wd``, ``24h``, ``by:12-31`` …)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from typing_extensions import override

from domain.instant import BadInput, quoted

Kind = Literal["wd", "h", "d", "mo", "y", "by", "at", "before"]

# Ten years in each unit: more is a slip of the finger.
_MOST: dict[Kind, int] = {"wd": 2_600, "h": 87_840, "d": 3_660, "mo": 120, "y": 10, "before": 2_600}
_COUNTED: dict[str, Kind] = {"wd": "wd", "h": "h", "d": "d", "mo": "mo", "y": "y"}
_LENGTH = re.compile(r"(\d{1,6})(wd|h|d|mo|y)", re.ASCII)
_BEFORE = re.compile(r"before: ?(\d{1,6})wd", re.ASCII)
_BY = re.compile(r"by: ?(\d\d)-(\d\d)", re.ASCII)

_FORMS = "3wd, 24h, 30d, 6mo, 1y, by:12-31, at: or before:10wd"


class BadTerm(BadInput):
    """A text that is no term: ``bad_term`` or ``term_out_of_range``."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its kind, its number (0 for ``by`` and ``at``), and for ``by`` its month and day."""

    kind: Kind
    n: int = 0
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> Term:
        """The term that ``text`` writes. Raises :class:`BadTerm`."""
        written = text.strip()
        if written == "at:":
            return cls("at")
        if match := _LENGTH.fullmatch(written):
            return cls._counted(_COUNTED[match[2]], int(match[1]), written)
        if match := _BEFORE.fullmatch(written):
            return cls._counted("before", int(match[1]), written)
        if match := _BY.fullmatch(written):
            month, day = int(match[1]), int(match[2])
            try:
                date(2000, month, day)  # a leap year: by:02-29 is a date, though not of every year
            except ValueError:
                message = f"{quoted(text)} names no date; write month and day, such as by:12-31."
                raise BadTerm("bad_term", message) from None
            return cls("by", 0, month, day)
        raise BadTerm("bad_term", f"{quoted(text)} is not a term; write one such as {_FORMS}.")

    @classmethod
    def _counted(cls, kind: Kind, n: int, written: str) -> Term:
        if not 1 <= n <= _MOST[kind]:
            raise BadTerm(
                "term_out_of_range", f"{quoted(written)}: the number must be from 1 to {_MOST[kind]}."
            )
        return cls(kind, n)

    @override
    def __str__(self) -> str:
        match self.kind:
            case "at":
                return "at:"
            case "by":
                return f"by:{self.month:02d}-{self.day:02d}"
            case "before":
                return f"before:{self.n}wd"
            case _:
                return f"{self.n}{self.kind}"

    @property
    def needs_appointment(self) -> bool:
        """Whether the term means nothing without an appointment."""
        return self.kind in ("at", "before")
