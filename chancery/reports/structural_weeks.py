"""Load against share: tasks open in a mission at the end of each week, beside the posts' share of time for this work. Pure.

By mission, never by person. The day that stands for a week is its last working day in the period, the last day where it has none.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.accounts import OUTSIDE
from domain.calendar import DAY
from domain.course import Course
from domain.mission import Mission

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week: its ISO code, the local day that stands for it, and the instant at which that day ends (UTC)."""

    code: str
    day: date
    ends: datetime


class Weeks:
    """Open tasks by mission and week. `now` (UTC) ends what is known."""

    def __init__(self, now: datetime, first: date, last: date) -> None:
        self._now, self._first, self._last = now, first, last
        self._missions: dict[str, Mission] = {}
        self._weeks: dict[str, list[Week]] = {}
        self._open: Counter[tuple[str, str]] = Counter()

    def know(self, mission: Mission) -> None:
        """A mission whose weeks stand in the report, with load or without."""
        if mission.code not in self._missions:
            self._missions[mission.code] = mission
            self._weeks[mission.code] = list(self._of(mission))

    def _of(self, mission: Mission) -> Iterator[Week]:
        calendar = mission.clock
        last = min(self._last, calendar.day_of(self._now))
        day = self._first
        while day <= last:
            sunday = day + timedelta(days=6 - day.weekday())
            days = [day + DAY * n for n in range((min(sunday, last) - day).days + 1)]
            stands = next((d for d in reversed(days) if calendar.is_working(d)), days[-1])
            year, number, _ = day.isocalendar()
            yield Week(f"{year}-W{number:02d}", stands, calendar.start_of(stands + DAY))
            day = sunday + DAY

    def add(self, mission: str, course: Course) -> None:
        """Count a task in every week at whose end it was open and held in the mission."""
        starts, ends = course.opened.happened, course.end.happened if course.end else None
        for week in self._weeks[mission]:
            # The day that is still running is counted as it stands.
            at = min(week.ends, self._now + timedelta(microseconds=1))
            if starts >= at or (ends is not None and ends < at):
                continue
            held = next(h for h in reversed(course.held) if h.starts < at)
            self._open[mission, week.code] += held.posting not in OUTSIDE

    def items(self) -> Iterator[dict[str, Any]]:
        """By mission and week: open tasks, the posts' share in percent of one full post, and that of posts whose holder was there."""
        for code, mission in sorted(self._missions.items()):
            for week in self._weeks[code]:
                present = [
                    h.post
                    for h in mission.postings.values()
                    if h.covers(week.day) and not _away(mission, h.code, week.day)
                ]
                yield {
                    "mission": code,
                    "week": week.code,
                    "day": week.day.isoformat(),
                    "open": self._open[code, week.code],
                    "share_percent": sum(p.share_percent for p in mission.posts.values()),
                    "present_percent": sum(
                        mission.posts[post].share_percent for post in sorted(set(present))
                    ),
                    "positions": [],
                }


def _away(mission: Mission, posting: str, day: date) -> bool:
    return any(a.posting == posting and a.first <= day <= a.last for a in mission.absences.values())
