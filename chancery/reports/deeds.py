"""What the person entered, beside how their tasks ended: acceptances, answers, and when they made their entries.

An entry's own time is the log's (`recorded`), which nobody can set. What it says of when something happened is a claim, so
both stand side by side where they are days apart. One command may leave several events; they are one entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from chancery.reports.moments import at_text
from chancery.reports.subject import Gathered, Item, Subject
from domain.calendar import DAY, Calendar
from domain.course import Course
from domain.envelope import Event
from domain.instant import zone_info
from domain.kinds import instant

OPENS: Final = time(8)
CLOSES: Final = time(18)
"""Office hours where a mission states none: this product's, and the report says so. Local, the end not included."""

_ANSWERS: Final = frozenset(
    {
        "TaskAccepted",
        "TaskAssigned",
        "TaskCompleted",
        "TaskNotActed",
        "ClockPaused",
        "WaiverAnswered",
        "WaiverProposed",
    }
)
_CLAIMS: Final = frozenset({"TaskCompleted", "TaskNotActed", "SittingHeld"})
"""What says when it happened; an obligation's opening says so by its `at`."""
_OPENINGS: Final = ("ObligationOpened", "AppointmentSet")

Period = tuple[datetime, datetime]
Courses = Mapping[str, Course]


def deeds(
    found: dict[str, Course], events: Sequence[Event], subject: Subject, into: Gathered, period: Period
) -> None:
    """Accepted, answered and done on behalf of somebody who was away."""
    mine = into.asked.mine
    for course in found.values():
        for event, holder in course.accepted:
            if holder in mine and period[0] <= event.happened < period[1]:
                head = subject.of(course)
                into.add("accepted", event.position, head, at=event.at, positions=[event.position])
    for n, event in enumerate(events):
        code = event.data.get("task")
        if code not in found or not period[0] <= event.happened < period[1]:
            continue
        if (
            event.type == "NoticeRecorded"
            and event.data["kind"] == "escalation"
            and mine & set(event.data["to"])
        ):
            later = (e for e in events[n + 1 :] if e.data.get("task") == code)
            answer = next((e for e in later if e.type in _ANSWERS and e.by in mine), None)
            into.add(
                "escalations",
                event.position,
                subject.of(found[code]),
                at=event.at,
                answered=answer.at if answer else None,
                by=answer.type if answer else None,
                positions=[event.position, *([answer.position] if answer else [])],
            )
        elif event.by in mine and event.actor.get("for") not in (None, *mine):
            head = subject.of(found[code])
            into.add(
                "acted_for", event.position, head, at=event.at, what=event.type, positions=[event.position]
            )


def entries(
    found: dict[str, Course], events: Sequence[Event], subject: Subject, into: Gathered, period: Period
) -> None:
    """When the person made entries, which of them came days after the fact, and what they opened."""
    own = [e for e in events if e.by in into.asked.mine and period[0] <= e.recorded < period[1]]
    _out_of_hours(own, lambda event: subject.about(event, found), into)
    _late(found, events, subject, into, period)
    _opened(found, own, subject, into)


def on_mission(events: Iterable[Event], into: Gathered) -> None:
    """Entries of the person in the mission's own stream (absences, calendar, suspensions) outside office hours."""
    mission = into.background.mission
    starts, until = into.asked.bounds(mission.clock)
    own = [e for e in events if e.by in into.asked.mine and starts <= e.recorded < until]
    _out_of_hours(own, lambda _: {"mission": mission.code}, into)


def _out_of_hours(own: Sequence[Event], head: Any, into: Gathered) -> None:
    mission = into.background.mission
    made: dict[str, list[Event]] = {}
    for event in own:
        made.setdefault(event.command, []).append(event)
    for of_one in made.values():
        first = of_one[0]
        why = outside(mission.clock, first.recorded)
        if why is None and mission.absence_of(first.by, first.recorded) is not None:
            why = "away"
        if why is not None:
            into.add(
                "out_of_hours",
                first.position,
                head(first),
                at=at_text(first.recorded),
                what=first.type,
                why=why,
                positions=[e.position for e in of_one],
            )


def outside(calendar: Calendar, at: datetime) -> str | None:
    """`day_off` or `hour` if an instant lies outside office hours in that calendar, else None."""
    local = at.astimezone(zone_info(calendar.zone))
    if not calendar.is_working(local.date()):
        return "day_off"
    return None if OPENS <= local.time() < CLOSES else "hour"


def _late(
    found: dict[str, Course], events: Sequence[Event], subject: Subject, into: Gathered, period: Period
) -> None:
    """What was entered on a later local day than it says it happened: the person's entries, and the ends of their tasks."""
    mine, clock = into.asked.mine, into.background.mission.clock
    ends = {c.end.position: c for c in found.values() if c.end is not None and c.held[-1].posting in mine}
    for event in events:
        if not period[0] <= event.recorded < period[1] or (
            event.by not in mine and event.position not in ends
        ):
            continue
        claimed = _claimed(event)
        if claimed is None or clock.day_of(event.recorded) <= clock.day_of(claimed):
            continue
        course = ends.get(event.position)
        second = course.confirmed if course is not None else None
        into.add(
            "late_entries",
            event.position,
            subject.about(event, found),
            what=event.type,
            happened=at_text(claimed),
            recorded=at_text(event.recorded),
            working_days=_between(clock, claimed, event.recorded),
            entered_by=into.person(event),
            confirmed=second.data["confirmed"] if second else None,
            confirmed_by=into.person(second) if second else None,
            positions=[event.position, *([second.position] if second else [])],
        )


def _claimed(event: Event) -> datetime | None:
    if event.type in _CLAIMS:
        return instant(event.data["happened_at"])
    return event.happened if event.type == "ObligationOpened" else None


def _between(calendar: Calendar, earlier: datetime, later: datetime) -> int:
    first: date = calendar.day_of(earlier)
    return calendar.count_working(first, calendar.day_of(later) - DAY) + calendar.is_working(
        calendar.day_of(later)
    )


def _opened(found: dict[str, Course], own: Sequence[Event], subject: Subject, into: Gathered) -> None:
    """Obligations and sittings that the person entered, with the tasks that came of each and how many of them they held."""
    for event in own:
        if event.type not in _OPENINGS:
            continue
        appointment = event.data.get("appointment")
        came = [c for c in found.values() if appointment in (None, c.opened.data["appointment"])]
        held = [c for c in came if any(h.posting in into.asked.mine for h in c.held)]
        into.add(
            "opened_by",
            event.position,
            subject.item(None, appointment),
            at=at_text(event.recorded),
            what=event.type,
            tasks=len(came),
            held=len(held),
            positions=sorted({event.position, *(c.opened.position for c in came)}),
        )


def alike(opened: Sequence[Item]) -> None:
    """Of each thing opened: how many like it the person opened (an obligation of that definition and period, a sitting of
    that proceeding). Set in place once all are known.
    """
    keys = [
        (i["what"], i["definition"], i["mission"], i.get("period"), i.get("case") if "sitting" in i else None)
        for i in opened
    ]
    for item, key in zip(opened, keys, strict=True):
        item["alike"] = keys.count(key)
