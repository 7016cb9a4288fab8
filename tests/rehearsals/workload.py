"""What a rehearsed year asks of its people, counted from its log: tasks a week, notices a person and week.

Urgent matters interrupt: each call on a term in hours counts, once for all the clocks of an alert that it names. All the rest
goes into one digest a working morning, one notice however much stands in it, none when it is empty (DEADLINES.md, Reminders).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.calendar import Calendar
from domain.envelope import Event
from domain.kinds import instant
from domain.reminders import next_digest

Week = tuple[int, int]
"""ISO year and week."""


@dataclass
class Workload:
    """Counts of one mission. Tasks that lie outside it (headquarters' own) are not its work."""

    mission: str
    calendar: Calendar
    tasks: Counter[Week] = field(default_factory=Counter)
    by_definition: Counter[str] = field(default_factory=Counter)
    by_step: Counter[tuple[str, str]] = field(default_factory=Counter)
    calls: set[tuple[str, str, datetime]] = field(default_factory=set)
    mornings: set[tuple[str, date]] = field(default_factory=set)
    _people: set[str] = field(default_factory=set)
    _codes: dict[str, str] = field(default_factory=dict)
    _terms: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event], mission: str) -> Workload:
        """The workload of a mission, from the whole log."""
        load: Workload | None = None
        for event in events:
            if event.type == "MissionAdopted" and event.data["mission"] == mission:
                load = cls(mission, Calendar.from_data(event.data["calendar"]))
            elif load is not None:
                load._take(event)
        assert load is not None, f"{mission} was never adopted in this log"
        return load

    def notices(self) -> Counter[tuple[str, Week]]:
        """By posting and week: urgent ones, and mornings with a digest."""
        return self.called() + Counter((who, _week(day)) for who, day in self.mornings)

    def called(self) -> Counter[tuple[str, Week]]:
        """By posting and week: urgent ones alone."""
        return Counter((who, _week(self.calendar.day_of(at))) for who, _, at in self.calls)

    def average(self, weeks: float = 52.0) -> float:
        """Tasks a week."""
        return sum(self.tasks.values()) / weeks

    def _take(self, e: Event) -> None:
        if e.type == "PostingBegan" and e.stream == f"mission/{self.mission}":
            self._people.add(e.data["posting"])
        elif e.type == "ObligationOpened":
            self._codes[e.stream] = e.data["definition"]["code"]
        elif e.type == "TaskOpened":
            self._opened(e)
        elif e.type == "TaskAssigned":
            self._tell(e, e.at, [e.data["posting"]])
        elif e.type == "NoticeRecorded":
            self._tell(e, e.data["planned"], e.data["to"])

    def _opened(self, e: Event) -> None:
        self._terms[e.stream, e.data["task"]] = e.data["deadline"]["term"]
        if e.data["posting"] in self._people:
            self.tasks[_week(self.calendar.day_of(instant(e.at)))] += 1
            code = self._codes[e.stream]
            self.by_definition[code] += 1
            self.by_step[code, e.data["step"]] += 1
        self._tell(e, e.at, [e.data["posting"]])

    def _tell(self, e: Event, at: str, to: Iterable[str]) -> None:
        when = instant(at)
        for who in to:
            if who not in self._people:
                continue  # a role outside, or the weekly list, which stands in the focal point's digest of that morning
            if self._terms[e.stream, e.data["task"]].endswith("h"):
                self.calls.add((who, e.stream, when))
            else:
                self.mornings.add((who, self._morning(when)))

    def _morning(self, at: datetime) -> date:
        return self.calendar.day_of(next_digest(self.calendar, at - timedelta(seconds=1)))


def _week(day: date) -> Week:
    year, week, _ = day.isocalendar()
    return year, week
