"""What a mission's own stream says of its structure in a period: posts, vacancies, closures, outages, absences. Pure.

Days are the mission's own. What lies ahead of the position is not counted: a vacancy that still lasts ends with the day on
which the report was known.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.calendar import DAY, Calendar
from domain.envelope import Event
from domain.instant import SECOND
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.record import Background

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One mission as known, its events, and the local days that are asked for, `first` to `last`; `now` (UTC) ends open time."""

    code: str
    background: Background
    past: Sequence[Event]
    first: date
    last: date
    now: datetime

    @property
    def mission(self) -> Mission:
        """As folded from its events."""
        return self.background.mission

    @property
    def calendar(self) -> Calendar:
        """As known at the position."""
        return self.mission.clock

    @property
    def until(self) -> date:
        """The last day that is counted: the period's, or the one on which the position was recorded."""
        return min(self.last, self.calendar.day_of(self.now))

    @property
    def begins(self) -> date:
        """The first day that is counted: nothing is owed for the time before adoption."""
        return max(self.first, self.mission.adopted_on or self.first)

    def working(self, first: date, last: date) -> int:
        """Working days from one day to another, both included."""
        return self.calendar.count_working(first - DAY, last) if first <= last else 0


Maker = Callable[[Asked], Iterator[Item]]


def posts(asked: Asked) -> Iterator[Item]:
    """Every post with its share of time for this work, as its description says last."""
    for post in sorted(asked.mission.posts.values(), key=lambda p: p.code):
        said = [e.position for e in asked.past if e.type in _OF_POST and e.data["post"] == post.code]
        yield {
            "mission": asked.code,
            "post": post.code,
            "role": post.role,
            "share_percent": post.share_percent,
            "positions": said,
        }


def vacancies(asked: Asked) -> Iterator[Item]:
    """For each post the stretches of days on which nobody held it."""
    for post in sorted(asked.mission.posts.values(), key=lambda p: p.code):
        created = [e for e in asked.past if e.type in _OF_POST and e.data["post"] == post.code]
        held = [p for p in asked.mission.postings.values() if p.post == post.code]
        known = {p.code for p in held}
        told = [e.position for e in asked.past if e.type in _OF_POSTING and e.data["posting"] in known]
        # A post exists from when it was entered, or from when somebody first held it, if that lay before.
        starts = min([asked.calendar.day_of(created[0].happened), *(p.first for p in held)])
        for first, last in _gaps(max(asked.begins, starts), asked.until, [(p.first, p.last) for p in held]):
            yield {
                "mission": asked.code,
                "post": post.code,
                "role": post.role,
                "from": first.isoformat(),
                "until": last.isoformat(),
                "days": (last - first).days + 1,
                "working_days": asked.working(first, last),
                "positions": sorted({created[0].position, *told}),
            }


def _gaps(first: date, last: date, held: Sequence[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    day = first
    for begins, ends in sorted(held):
        if begins > day and day <= last:
            yield day, min(last, begins - DAY)
        day = max(day, ends + DAY if ends.year < date.max.year else date.max)
    if day <= last:
        yield day, last


def closures(asked: Asked) -> Iterator[Item]:
    """Every declared stop that touches the period, with who declared it and why."""
    starts, until = asked.calendar.start_of(asked.begins), asked.calendar.start_of(asked.last + DAY)
    declared = {e.data["suspension"]: e for e in asked.past if e.type == "SuspensionDeclared"}
    for stop in asked.mission.all_suspensions():
        begins, ends = max(stop.starts, starts), min(stop.ends, until, max(asked.now, stop.starts))
        if begins >= ends:
            continue
        event = declared[stop.id]
        days = asked.working(asked.calendar.day_of(begins), asked.calendar.day_of(ends - SECOND))
        yield {
            "mission": asked.code,
            "from": instant_text(stop.starts),
            "until": instant_text(stop.ends),
            "working_days": days,
            "scope": event.data["scope"],
            "reason": event.data["reason"],
            "by": event.actor.get("role") or event.actor["kind"],
            "positions": list(asked.background.placed[stop.id]),
        }


def outages(asked: Asked) -> Iterator[Item]:
    """Every time declared in which nothing could be entered."""
    starts, until = asked.calendar.start_of(asked.begins), asked.calendar.start_of(asked.last + DAY)
    for event in asked.past:
        if event.type == "OutageDeclared":
            begins, ends = instant(event.data["starts"]), instant(event.data["ends"])
            if begins < until and ends > starts:
                yield {
                    "mission": asked.code,
                    "from": event.data["starts"],
                    "until": event.data["ends"],
                    "positions": [event.position],
                }


def absences(asked: Asked) -> Iterator[Item]:
    """Absences for which nobody stood in, or not for all duties. Neither kind, nor whose."""
    for absence in sorted(asked.mission.absences.values(), key=lambda a: (a.first, a.last, a.code)):
        if absence.substitute is not None and not absence.scope:
            continue
        first, last = max(absence.first, asked.begins), min(absence.last, asked.until)
        if first <= last:
            yield {
                "mission": asked.code,
                "from": first.isoformat(),
                "until": last.isoformat(),
                "working_days": asked.working(first, last),
                "substitute": "none" if absence.substitute is None else "some",
                "positions": list(asked.background.placed[absence.code]),
            }


_OF_POST: Final = frozenset({"PostCreated", "JobDescribed"})
_OF_POSTING: Final = frozenset({"PostingBegan", "PostingEnded"})
FIGURES: Final[dict[str, Maker]] = {
    "posts": posts,
    "vacancies": vacancies,
    "closures": closures,
    "outages": outages,
    "absences": absences,
}
"""Each figure of this kind, in the order of the report."""
