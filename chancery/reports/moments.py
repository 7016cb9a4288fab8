"""Instants, stretches and amounts as an item of a report says them: RFC 3339 text (UTC), whole numbers, codes."""

from datetime import datetime
from typing import Any, Final

from domain.accounts import Interval, OwnTime
from domain.calendar import DAY, Calendar
from domain.instant import SECOND
from domain.kinds import instant_text
from domain.record import ME, OTHER

_HOLDERS: Final = {ME: "own", OTHER: "another_officer"}


def at_text(at: datetime) -> str:
    """An instant to the second."""
    return instant_text(at.replace(microsecond=0))


def interval(part: Interval) -> dict[str, Any]:
    """Whose it was: the person's own, another officer's (never which), a vacancy, a suspension, a party outside."""
    account = _HOLDERS[part.who or OTHER] if part.kind == "holder" else part.kind
    item: dict[str, Any] = {"account": account, "from": at_text(part.starts), "until": at_text(part.ends)}
    if part.kind == "outside":
        item["party"] = part.who
    return item


def amount(own: OwnTime) -> dict[str, Any]:
    """Exact: working days, or seconds of a term in hours with the words that show them."""
    if own.unit == "working days":
        return {"working_days": own.amount}
    return {"seconds": own.amount, "hours_minutes": f"{own.amount // 3600}:{own.amount // 60 % 60:02d}"}


def touched(calendar: Calendar, starts: datetime, ends: datetime) -> int:
    """How many of the calendar's working days lie, in whole or in part, in [starts, ends)."""
    last = calendar.day_of(max(ends - SECOND, starts))
    return calendar.count_working(calendar.day_of(starts) - DAY, last)
