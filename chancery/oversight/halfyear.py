"""Half a year: the period of the figures. Days are each mission's own."""

from dataclasses import dataclass
from datetime import date
from typing import Final

_LONGEST: Final = 6


class NoSuchHalf(ValueError):
    """What was typed names no half-year."""


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """The first or the second half of a year. Its code is `2026-1`."""

    year: int
    half: int

    @classmethod
    def of(cls, day: date) -> "HalfYear":
        """The half-year in which a day lies."""
        return cls(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def parse(cls, code: str) -> "HalfYear":
        """A half-year from its code. Raises NoSuchHalf."""
        year, dash, half = code.partition("-")
        sound = len(code) == _LONGEST and code.isascii() and year.isdecimal() and dash and half in ("1", "2")
        if not sound or not 2000 <= int(year) <= 2199:
            raise NoSuchHalf(code)
        return cls(int(year), int(half))

    @property
    def code(self) -> str:
        """As it stands in an address."""
        return f"{self.year}-{self.half}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last

    def before(self) -> "HalfYear":
        """The one before."""
        return HalfYear(self.year, 1) if self.half == 2 else HalfYear(self.year - 1, 2)

    def after(self) -> "HalfYear":
        """The one after."""
        return HalfYear(self.year, 2) if self.half == 1 else HalfYear(self.year + 1, 1)

    def back(self, count: int) -> list["HalfYear"]:
        """This one and those before it, `count` in all, the earliest first."""
        found = [self]
        while len(found) < count:
            found.insert(0, found[0].before())
        return found
