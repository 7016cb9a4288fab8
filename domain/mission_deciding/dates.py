"""Headquarters' calendar: sessions, reviews and report days, which open tasks in missions when they come near."""

from collections.abc import Mapping
from datetime import datetime

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.refusals import Refused


def code_of(line: c.DateLine) -> str:
    """What a date is known by: its kind, its day and what it opens. Nothing is typed freely, and twice is once."""
    return f"{line.kind}.{line.day}.{line.definition}"


def set_(command: c.SetDates, state: Mission, now: datetime, _: Actor) -> list[New]:
    """The dates stand in the calendar, all of them or none. A day that has passed opens nothing and is refused."""
    _at_headquarters(state)
    today = state.day(now).isoformat()
    made: list[New] = []
    seen: set[str] = set()
    for line in command.dates:
        vocabulary.check("kind", line.kind, vocabulary.DATE_KINDS)
        code = code_of(line)
        if code in seen:
            raise Refused("date-twice", date=code)
        seen.add(code)
        if line.day < today:
            raise Refused("ends-before-start", what=code, end=line.day, start=today)
        if line.until is not None and line.until < line.day:
            raise Refused("ends-before-start", what=code, end=line.until, start=line.day)
        data: dict[str, object] = {
            "date": code,
            "kind": line.kind,
            "day": line.day,
            "until": line.until,
            "definition": line.definition,
            "days_before": line.days_before,
            "countries": sorted(set(line.countries)),
        }
        if not _stands(state, code, data):
            made.append(New("DateSet", data))
    return made


def _stands(state: Mission, code: str, data: Mapping[str, object]) -> bool:
    known = state.dates.get(code)
    if known is None:
        return False
    until = None if known.until is None else known.until.isoformat()
    return (until, known.days_before, list(known.countries)) == (
        data["until"],
        data["days_before"],
        data["countries"],
    )


def remove(command: c.RemoveDate, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Nothing more is opened for it."""
    _at_headquarters(state)
    if command.date not in state.dates:
        raise Refused("no-such-date", date=command.date)
    return [New("DateRemoved", {"date": command.date})]


def _at_headquarters(state: Mission) -> None:
    if state.kind != "headquarters":
        raise Refused("not-headquarters", mission=state.code)
