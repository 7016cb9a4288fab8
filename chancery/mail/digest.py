"""What stands in a digest: numbers, and a link. Pure: from rows, calendars and an instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, Final, Self

from chancery.i18n import tr
from chancery.telling.clocks import pressure
from domain.calendar import Calendar
from domain.instrument import HEADQUARTERS
from domain.mission import Mission
from domain.reminders import MORNING, next_digest, next_weekly_list

LATEST: Final = time(18)
"""Until then, local, a digest that could not go out in the morning still does; then tomorrow's says it all."""
_SECOND: Final = timedelta(seconds=1)
Key = tuple[str, str]
"""Obligation and task."""


@dataclass(slots=True)
class Counts:
    """How many open tasks somebody is told of, each in one pile only; what waits for somebody outside is in none.

    `news`: came since the last digest, or was reminded of, and presses in no other way. `others_late`: the mission's overdue
    tasks that others hold, once a week, for the focal point. `other`: what waits that is no task, and of which a mail says no more.
    """

    overdue: int = 0
    today: int = 0
    soon: int = 0
    news: int = 0
    others_late: int = 0
    other: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return any(getattr(self, field.name) for field in fields(self))

    def __iadd__(self, other: Counts) -> Self:
        """These and those: somebody serves in two posts."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


def morning_of(mission: Mission, now: datetime) -> datetime | None:
    """09:00 of today (UTC), if the digest is due now: on a working day of the mission, from then until `LATEST`.

    A day that a suspension touches is no working day.
    """
    calendar = mission.clock
    today = calendar.day_of(now)
    morning = calendar.at(today, MORNING)
    if not morning <= now < calendar.at(today, LATEST):
        return None
    due = next_digest(calendar, morning - _SECOND, suspensions=mission.all_suspensions())
    return morning if due == morning else None


def count(
    mission: Mission,
    tasks: Iterable[Mapping[str, Any]],
    news: Collection[Key],
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> dict[str, Counts]:
    """Posting → what it is told this morning, for everybody of the mission who is in post and not away.

    Somebody away is told nothing: what they hold is told to whoever stands in for them in it. `tasks` are open rows of the
    view, of whatever mission; `calendars` those of their missions; `news` as :class:`Counts` means it.
    """
    found = {p: Counts() for p in mission.postings if mission.is_present(p, now)}
    late = 0
    own_late: dict[str, int] = dict.fromkeys(found, 0)
    for row in tasks:
        calendar = calendars[row["mission"]]
        pile = _pile(row, calendar, now, (row["obligation"], row["task"]) in news)
        late += pile == "overdue" and row["mission"] == mission.code
        for reader in _readers(row, mission, now):
            if pile is not None and reader in found:
                setattr(found[reader], pile, getattr(found[reader], pile) + 1)
                own_late[reader] += pile == "overdue" and row["mission"] == mission.code
    if _weekly(mission, now):
        lead, _ = mission.assignee("focal_point", now)
        if lead in found:
            found[lead].others_late = late - own_late[lead]
    return found


def _pile(row: Mapping[str, Any], calendar: Calendar, now: datetime, new: bool) -> str | None:
    if row["waiting"]:
        return None
    presses = pressure(row, calendar, now)
    if presses == "overdue":
        return "overdue"
    if calendar.day_of(row["due"]) == calendar.day_of(now):
        return "today"
    if presses == "at_risk":
        return "soon"
    return "news" if new else None


def _readers(row: Mapping[str, Any], mission: Mission, now: datetime) -> list[str]:
    holder = row["posting"]
    if holder in HEADQUARTERS:
        serving = mission.holders(holder, now) if mission.kind == "headquarters" else []
        return list(dict.fromkeys(_stand_in(one, row["definition"], mission, now) for one in serving))
    return [_stand_in(holder, row["definition"], mission, now)]


def _stand_in(posting: str, definition: str, mission: Mission, now: datetime) -> str:
    """Whoever acts for a posting that is away, in that definition; else itself."""
    return mission.substitute_for(posting, now, definition) or posting


def _weekly(mission: Mission, now: datetime) -> bool:
    """Whether today is the first working morning of the week."""
    morning = mission.clock.at(mission.day(now), MORNING)
    stops = mission.all_suspensions()
    return next_weekly_list(mission.clock, morning - _SECOND, suspensions=stops) == morning


def subject() -> str:
    """All that a digest's subject says."""
    return tr("Tasks wait for you")


def text(counts: Counts, address: str) -> str:
    """The digest, in the language that is spoken. `address`: where people open Chancery."""
    numbers = (
        (counts.overdue, tr("1 task is overdue."), tr("{n} tasks are overdue.", n=counts.overdue)),
        (counts.today, tr("1 task is due today."), tr("{n} tasks are due today.", n=counts.today)),
        (counts.soon, tr("1 task is due soon."), tr("{n} tasks are due soon.", n=counts.soon)),
        (
            counts.news,
            tr("1 task is new, or you were reminded of it."),
            tr("{n} tasks are new, or you were reminded of them.", n=counts.news),
        ),
        (
            counts.others_late,
            tr("This week's list: 1 task that others hold is overdue."),
            tr("This week's list: {n} tasks that others hold are overdue.", n=counts.others_late),
        ),
        (
            counts.other,
            tr("1 other thing waits for you."),
            tr("{n} other things wait for you.", n=counts.other),
        ),
    )
    lines = [one if number == 1 else many for number, one, many in numbers if number]
    foot = [
        tr("Your inbox: {address}", address=f"{address}/inbox"),
        tr("Switch this mail off under: {address}", address=f"{address}/account"),
    ]
    return "\n".join([*lines, "", *foot, ""])
