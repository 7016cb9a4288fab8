"""How much time a task has left, in the unit of its term, and what to call its state. Pure: from a row and a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from chancery.i18n import tr, word
from domain.calendar import Calendar

Pressure = Literal["overdue", "at_risk", "waiting", "open"]
RISK_DAYS = 2
RISK_SHARE = 0.75
"""At risk: at most two working days left, or three quarters of the term used (EXPERIENCE 4.3)."""


def left(row: Mapping[str, Any], calendar: Calendar, now: datetime) -> dict[str, int]:
    """Working days or, for an hour term, minutes until the task is due; negative when it is overdue.

    The day on which it falls due counts as the last one left: due today is 0.
    """
    if str(row["term"]).endswith("h"):
        return {"minutes": int((row["due"] - now) / timedelta(minutes=1))}
    today, due = calendar.day_of(now), calendar.day_of(row["due"])
    if due >= today:
        return {"working_days": calendar.count_working(today, due)}
    return {"working_days": -calendar.count_working(due, today)}


def pressure(row: Mapping[str, Any], calendar: Calendar, now: datetime) -> Pressure:
    """Which of the four piles of a focal point's board an open task lies in."""
    if row["waiting"]:
        return "waiting"
    if now >= row["due"] + timedelta(seconds=1):
        return "overdue"
    remains = left(row, calendar, now)
    if "minutes" in remains:
        whole = (row["due"] - row["opened"]) / timedelta(minutes=1)
        used = 1 - remains["minutes"] / whole if whole > 0 else 1.0
        return "at_risk" if used >= RISK_SHARE else "open"
    whole = calendar.count_working(calendar.day_of(row["opened"]), calendar.day_of(row["due"]))
    if remains["working_days"] <= RISK_DAYS:
        return "at_risk"
    return "at_risk" if whole and 1 - remains["working_days"] / whole >= RISK_SHARE else "open"


def left_words(remains: Mapping[str, int]) -> str:
    """Time left, as a reader says it: `3 working days`, `due today`, `2 working days over`, `5 h 10 min`."""
    if "minutes" in remains:
        minutes = remains["minutes"]
        text = f"{abs(minutes) // 60} h {abs(minutes) % 60:02} min"
        return text if minutes >= 0 else tr("{time} over", time=text)
    days = remains["working_days"]
    if days == 0:
        return tr("due today")
    if days > 0:
        return tr("1 working day") if days == 1 else tr("{n} working days", n=days)
    return tr("1 working day over") if days == -1 else tr("{n} working days over", n=-days)


def status_words(row: Mapping[str, Any], now: datetime) -> str:
    """The state of a task in the words of its readers: waiting for whom, overdue, in progress, or how it ended."""
    if row["status"] != "open":
        told = [word(row["timing"])] if row["timing"] else []
        told += [tr("not met")] if row["not_met"] else []
        return f"{word(row['outcome'])} ({', '.join(told)})" if told else word(row["outcome"])
    if row["not_met"]:
        return tr("not met")
    if row["waiting"]:
        return tr("waiting: {party}", party=word(row["waiting"]))
    if now >= row["due"] + timedelta(seconds=1):
        return tr("overdue")
    return tr("in progress") if row["accepted"] else tr("not started")
