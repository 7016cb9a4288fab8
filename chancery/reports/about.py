"""The head of a staff report: posts with what their job descriptions said, days away, and days of standing in for others.

All of it is folded from the missions' own streams, up to the position. Days are local to the mission, both ends included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from domain.calendar import DAY
from domain.envelope import Event
from domain.mission import Posting
from domain.record import Asked, Background

Item = dict[str, Any]
_ALWAYS: Final = date.min
_OPEN: Final = 9999


@dataclass(frozen=True, slots=True)
class Job:
    """What was said of a post from a day on: its share of time for this work, and the clause and definitions if described."""

    first: date
    share_percent: int
    clause: str | None
    answers_for: tuple[str, ...]
    position: int


def jobs(background: Background, past: Sequence[Event]) -> Mapping[str, Sequence[Job]]:
    """What was said of each post, in order. What was said first counts from ever: a post is older than its entry."""
    found: dict[str, list[Job]] = {}
    for event in past:
        if event.type in ("PostCreated", "JobDescribed"):
            data, known = event.data, found.setdefault(event.data["post"], [])
            day = background.mission.day(event.happened) if known else _ALWAYS
            clause, answers_for = data.get("clause"), tuple(data.get("answers_for", ()))
            known.append(Job(day, data["share_percent"], clause, answers_for, event.position))
    return found


def job_on(of: Sequence[Job], day: date) -> Job:
    """What held of a post on a day."""
    return next((job for job in reversed(of) if job.first <= day), of[0])


def held(background: Background, asked: Asked) -> list[Posting]:
    """The person's postings in this mission that lie in the period, by their first day."""
    mine = [p for p in background.mission.postings.values() if p.code in asked.mine]
    inside = [p for p in mine if p.first <= asked.last and p.last >= asked.first]
    return sorted(inside, key=lambda p: (p.first, p.code))


def posts(background: Background, past: Sequence[Event], asked: Asked) -> list[Item]:
    """Posts held in the period: role, share of time for this work, and what was said of the job while they were held."""
    mission, described = background.mission, jobs(background, past)
    found = []
    for p in held(background, asked):
        first, last = max(p.first, asked.first), min(p.last, asked.last)
        said = described[p.post]
        during = [job_on(said, first), *(j for j in said if first < j.first <= last)]
        found.append(
            {
                "mission": mission.code,
                "posting": p.code,
                "post": p.post,
                "role": mission.posts[p.post].role,
                "share_percent": during[-1].share_percent,
                "from": p.first.isoformat(),
                "until": None if p.last.year == _OPEN else p.last.isoformat(),
                "job": [
                    {
                        "from": max(j.first, first).isoformat(),
                        "share_percent": j.share_percent,
                        "clause": j.clause,
                        "answers_for": list(j.answers_for),
                        "positions": [j.position],
                    }
                    for j in during
                ],
                "positions": sorted({p.position, *(j.position for j in during)}),
            }
        )
    return found


def share_on(background: Background, past: Sequence[Event], asked: Asked) -> Any:
    """A function of a day: the shares of the posts that the person held on it, added up."""
    mine, described = held(background, asked), jobs(background, past)

    def share(day: date) -> int:
        return sum(job_on(described[p.post], day).share_percent for p in mine if p.first <= day <= p.last)

    return share


def absences(background: Background, past: Sequence[Event], asked: Asked) -> list[Item]:
    """Days away within the period. No kind, and never who stood in."""
    found = []
    for absence, days in _within(background, asked):
        if absence.posting in asked.mine:
            head = days | {"substitute": absence.substitute is not None}
            found.append(head | {"positions": _positions(past, absence.code)})
    return found


def acting(background: Background, past: Sequence[Event], asked: Asked) -> list[Item]:
    """Days on which the person was named substitute: for which definitions (none named: for all), never for whom."""
    return [
        days | {"scope": list(absence.scope), "positions": _positions(past, absence.code)}
        for absence, days in _within(background, asked)
        if absence.substitute in asked.mine
    ]


def _within(background: Background, asked: Asked) -> list[tuple[Any, Item]]:
    mission, found = background.mission, []
    for absence in sorted(mission.absences.values(), key=lambda a: (a.first, a.code)):
        first, last = max(absence.first, asked.first), min(absence.last, asked.last)
        if first <= last:
            days = {
                "mission": mission.code,
                "from": first.isoformat(),
                "until": last.isoformat(),
                "working_days": mission.clock.count_working(first - DAY, last),
            }
            found.append((absence, days))
    return found


def _positions(past: Sequence[Event], absence: str) -> list[int]:
    return [e.position for e in past if e.data.get("absence") == absence]
