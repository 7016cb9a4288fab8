"""A year of a mission's calendar as months, with what each day is: pure, from the calendar and the suspensions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from chancery.i18n import tr
from domain.calendar import Calendar, Suspension

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY: Final = timedelta(days=1)

Kind = Literal["working", "weekend", "holiday", "estimated", "make_up"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what it is, its holiday's name if it has one, whether a suspension touches it, whether it is today."""

    day: date
    kind: Kind
    name: str | None
    suspended: bool
    today: bool

    @property
    def said(self) -> str:
        """What a reader who sees no colour is told of it; empty for a plain working day."""
        what = {
            "working": "",
            "weekend": tr("weekend"),
            "holiday": self.name or "",
            "estimated": tr("{name} (estimated)", name=self.name),
            "make_up": tr("worked: a make-up day"),
        }[self.kind]
        stop = tr("suspension") if self.suspended else ""
        return "; ".join(part for part in (what, stop, tr("today") if self.today else "") if part)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days from Monday on; None where a day belongs to another month."""

    year: int
    number: int
    weeks: tuple[tuple[Cell | None, ...], ...]

    @property
    def title(self) -> str:
        """Its name, in the language that is spoken."""
        return tr(MONTHS[self.number - 1])

    @property
    def named(self) -> list[Cell]:
        """Its days that have a name of their own: holidays, closing days, make-up days."""
        cells = [cell for week in self.weeks for cell in week if cell is not None]
        return [c for c in cells if c.kind in ("holiday", "estimated", "make_up")]


def months(calendar: Calendar, suspensions: Sequence[Suspension], year: int, today: date) -> list[Month]:
    """The twelve months of a year. Days are local to the calendar's zone."""
    return [_month(calendar, suspensions, year, number, today) for number in range(1, 13)]


def _month(
    calendar: Calendar, suspensions: Sequence[Suspension], year: int, number: int, today: date
) -> Month:
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    cells: list[Cell | None] = [None] * first.weekday()
    for n in range((following - first).days):
        day = first + _DAY * n
        holiday = calendar.holidays.get(day)
        cells.append(
            Cell(
                day,
                _kind(calendar, day),
                None if holiday is None else holiday.name,
                any(s.touches(calendar, day) for s in suspensions),
                day == today,
            )
        )
    cells += [None] * (-len(cells) % 7)
    return Month(year, number, tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7)))


def _kind(calendar: Calendar, day: date) -> Kind:
    if day in calendar.holidays:
        return "estimated" if calendar.is_estimated(day) else "holiday"
    if day in calendar.working_days and day.weekday() in calendar.weekend:
        return "make_up"
    return "working" if calendar.is_working(day) else "weekend"


def bridges(calendar: Calendar, first: date, last: date) -> list[date]:
    """Working days between two days off of which at least one is a holiday: those that a mission may close on."""
    found = []
    day = first
    while day <= last:
        beside = (day - _DAY, day + _DAY)
        off = all(not calendar.is_working(d) for d in beside)
        if off and calendar.is_working(day) and any(d in calendar.holidays for d in beside):
            found.append(day)
        day += _DAY
    return found
