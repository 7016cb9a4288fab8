"""What obligations say of a mission's structure, counted one obligation after the other: nothing but sums and positions is kept.

A task counts as due where it lay when it fell due; each working day of it in the period belongs to one account (DEADLINES.md,
"Whose time it was"), and holders are one account together. With `lists`, every task and every wait is kept as an item too.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from chancery.oversight.facts import MISSED, PLACES, Fact, facts_of
from chancery.reports.structural_reach import Areas, Contacts
from chancery.reports.structural_weeks import Weeks
from domain import accounts
from domain.accounts import Interval
from domain.calendar import DAY, Calendar
from domain.course import Course, courses
from domain.envelope import Event
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.record import Asked, Background, partition

Item = dict[str, Any]
_SEVERAL: Final = ("outside", "headquarters")
"""Accounts with which a task can lie in two ways: it waits for them, or they hold it."""


@dataclass(slots=True)
class Due:
    """What was due and how it stood, in one row."""

    places: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    spent: Counter[str] = field(default_factory=Counter)
    positions: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, fact: Fact, now: datetime) -> None:
        """Count one task in."""
        place = fact.place(now)
        self.places[place] += 1
        if place in MISSED:
            self.spent.update(fact.spent)
        self.positions.extend(fact.positions)

    def item(self, **head: Any) -> Item:
        """As the report has it."""
        return head | {
            "due": sum(self.places.values()),
            "places": dict(self.places),
            "missed": sum(self.places[p] for p in MISSED),
            "spent": dict(sorted(self.spent.items())),
            "positions": sorted(set(self.positions)),
        }


@dataclass(slots=True)
class Days:
    """Working days of one account, and of how many tasks."""

    tasks: int = 0
    days: int = 0
    positions: "array[int]" = field(default_factory=lambda: array("q"))


class Tally:
    """What was counted so far. `now` (UTC) ends open time; `first` to `last` are each mission's own local days."""

    def __init__(self, now: datetime, first: date, last: date, *, lists: bool) -> None:
        self.now, self.first, self.last, self.lists = now, first, last, lists
        self._due: dict[tuple[str, str], Due] = {}
        self._duties: dict[tuple[str, str, str], Due] = {}
        self._days: dict[tuple[str, str, str, str], Days] = {}
        self._weeks = Weeks(now, first, last)
        self._areas = Areas()
        self._contacts = Contacts()
        self._tasks: list[Item] = []
        self._waits: list[Item] = []
        self._cases: dict[str, int] = {}

    def know(self, mission: Mission) -> None:
        """A mission on which the report is: its weeks stand there even where nothing was open."""
        self._weeks.know(mission)

    def add(self, events: Sequence[Event], background: Background, *, whole: bool = True) -> None:
        """One obligation. `whole` false: of headquarters' own, only what was due is asked for."""
        calendar = background.mission.clock
        starts, until = calendar.start_of(self.first), calendar.start_of(self.last + DAY)
        if not events or events[0].type != "ObligationOpened" or events[0].happened >= until:
            return
        facts = {fact.task: fact for fact in facts_of(events, background, self.now)}
        for fact in facts.values():
            if self.first <= fact.due_day <= self.last:
                self._count_due(fact)
        if not whole:
            return
        mission = background.mission.code
        self._areas.add(mission, events, until)
        self._contacts.add(mission, events, starts, until)
        for code, course in courses(events, until).items():
            if course.end is not None and course.end.happened < starts:
                continue
            self._weeks.add(mission, course)
            self._count_days(code, course, background, facts.get(code), (starts, until))

    def _count_due(self, fact: Fact) -> None:
        self._due.setdefault((fact.mission, fact.lay), Due()).add(fact, self.now)
        if fact.lay == "headquarters" and self.lists:
            self._duties.setdefault((fact.mission, fact.definition, fact.step), Due()).add(fact, self.now)

    def _count_days(
        self,
        code: str,
        course: Course,
        background: Background,
        fact: Fact | None,
        period: tuple[datetime, datetime],
    ) -> None:
        position = course.end.position if course.end else background.calendars[-1][0]
        calendar = background.calendar(position)
        ended = _ended(course, min(period[1], max(self.now, course.begins)))
        nobody = Asked(frozenset(), self.first, self.last, self.now)
        parts = partition(course, nobody, background, calendar, ended)
        found: Counter[tuple[str, str, str]] = Counter()
        for day, part in accounts.working_days(parts, calendar):
            if self.first <= day <= self.last:
                found[_account(part)] += 1
        mission = background.mission.code
        rests = {course.origin.position, *course.positions}
        rests |= set(background.rests_on({h.posting for h in course.held}, course.begins, ended))
        for account, days in found.items():
            row = self._days.setdefault((mission, *account), Days())
            row.tasks += 1
            row.days += days
            row.positions.extend(rests)
        if self.lists:
            self._tasks.append(self._task(code, course, fact, found, sorted(rests), mission))
            self._waits += self._waited(code, course, calendar, ended, period, mission)

    def _head(self, code: str, course: Course, mission: str) -> Item:
        """What an item is about: a case by its number in this report, so that neither its code nor a sitting's leaves the log."""
        data = course.origin.data
        head: Item = {
            "mission": mission,
            "definition": data["definition"]["code"],
            "step": course.opened.data["step"],
        }
        if data["case_bound"]:
            return head | {"case": self._cases.setdefault(data["obligation"], len(self._cases) + 1)}
        return head | {"obligation": data["obligation"], "period": data["period"], "task": code}

    def _task(
        self,
        code: str,
        course: Course,
        fact: Fact | None,
        found: Counter[tuple[str, str, str]],
        rests: list[int],
        mission: str,
    ) -> Item:
        due = course.deadlines[-1].data["deadline"]["due_at"]
        return self._head(code, course, mission) | {
            "from": instant_text(course.begins),
            "until": course.end.at if course.end else None,
            "due": due,
            "lay": fact.lay if fact else None,
            "place": fact.place(self.now) if fact else "cancelled",
            "accounts": [
                {"account": kind, "party": party or None, "how": how or None, "working_days": days}
                for (kind, party, how), days in sorted(found.items())
            ],
            "positions": rests,
        }

    def _waited(
        self,
        code: str,
        course: Course,
        calendar: Calendar,
        ended: datetime,
        period: tuple[datetime, datetime],
        mission: str,
    ) -> Iterator[Item]:
        for first, *more in course.waits:
            lapses = [e.data["lapses"] for e in (first, *more) if "lapses" in e.data][-1]
            ends = min(ended, instant(lapses), *(e.happened for e in more if e.type == "ClockResumed"))
            starts = first.happened
            if starts >= period[1] or ends <= period[0] or ends <= starts:
                continue
            inside = max(calendar.day_of(starts), self.first), min(calendar.day_of(ends), self.last)
            yield self._head(code, course, mission) | {
                "cause": first.data["cause"],
                "party": first.data["party"],
                "clock": "stopped" if first.data["stops"] else "ran_on",
                "from": first.at,
                "until": instant_text(ends),
                "working_days": calendar.count_working(inside[0] - DAY, inside[1]),
                "positions": [first.position, *(e.position for e in more)],
            }

    def figures(self) -> dict[str, list[Item]]:
        """Every figure of this kind, in the order of the report."""
        order = ("mission", "headquarters", "partner")
        due = sorted(self._due.items(), key=lambda kv: (kv[0][0], order.index(kv[0][1])))
        found: dict[str, list[Item]] = {
            "load": list(self._weeks.items()),
            "due": [row.item(mission=mission, lay=lay) for (mission, lay), row in due],
            "days": [
                {
                    "mission": mission,
                    "account": kind,
                    "party": party or None,
                    "how": how or None,
                    "tasks": row.tasks,
                    "working_days": row.days,
                    "positions": sorted(set(row.positions)),
                }
                for (mission, kind, party, how), row in sorted(self._days.items())
            ],
            "coverage": list(self._areas.reached()),
            "areas": list(self._areas.allocated()),
            "contacts": list(self._contacts.items()),
        }
        if self.lists:
            found["headquarters"] = [
                row.item(mission=mission, definition=definition, step=step)
                for (mission, definition, step), row in sorted(self._duties.items())
            ]
            found["tasks"] = sorted(self._tasks, key=lambda i: i["positions"])
            found["waits"] = sorted(self._waits, key=lambda i: i["positions"])
        return found


def _ended(course: Course, cutoff: datetime) -> datetime:
    """Up to when a task is counted: when it was done, as claimed or as corrected since, or when it ended otherwise."""
    if course.end is None:
        return max(cutoff, course.begins)
    corrected = [e.data["value"] for e in course.corrections if e.data["field"] == "happened_at"]
    said = corrected[-1] if corrected else course.end.data.get("happened_at", course.end.at)
    return max(min(instant(said), course.end.happened), course.begins)


def _account(part: Interval) -> tuple[str, str, str]:
    party = part.who or "" if part.kind == "outside" else ""
    return part.kind, party, ("held" if part.holds else "waited") if part.kind in _SEVERAL else ""
