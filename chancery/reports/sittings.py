"""The rota and the sittings of a trial: offered, answered, taken over from somebody, attended, refused at the door."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from chancery.reports.moments import at_text
from chancery.reports.subject import Gathered, Subject
from domain.course import Course
from domain.envelope import Event
from domain.kinds import instant

Period = tuple[datetime, datetime]


def sittings(
    found: dict[str, Course], events: Sequence[Event], subject: Subject, into: Gathered, period: Period
) -> None:
    """Everything of sittings that concerns the person, in the period."""
    _rota(events, subject, into, period)
    _taken_over(events, subject, into, period)
    _swapped(found, subject, into, period)
    _attended(found, events, subject, into, period)


def _rota(events: Sequence[Event], subject: Subject, into: Gathered, period: Period) -> None:
    people = into.asked.mine
    for event in events:
        if not period[0] <= event.happened < period[1]:
            continue
        if event.type == "RotaOffered" and people & set(event.data["to"]):
            answer, reason = "offered", None
        elif event.type == "RotaAnswered" and event.data["posting"] in people:
            answer, reason = event.data["answer"], event.data["reason"]
        else:
            continue
        head = subject.item(None, event.data["appointment"])
        into.add(
            "rota",
            event.position,
            head,
            at=event.at,
            answer=answer,
            reason=reason,
            positions=[event.position],
        )


def _taken_over(events: Sequence[Event], subject: Subject, into: Gathered, period: Period) -> None:
    """A sitting that somebody else had claimed or been given came to the person as its observer."""
    people = into.asked.mine
    had: dict[str, Event] = {}
    """Of each sitting, the entry that made somebody its observer."""
    for event in events:
        code = event.data.get("appointment", "")
        if event.type == "RotaAnswered" and event.data["answer"] == "observer":
            had.setdefault(code, event)
        elif event.type == "ObserverAssigned":
            before = had.get(code)
            former = _observer(before) if before else None
            if (
                before is not None
                and event.data["observer"] in people
                and former not in people
                and period[0] <= event.happened < period[1]
            ):
                _swap(event, before, subject, into, why="observer")
            had[code] = event


def _observer(event: Event) -> str:
    return str(event.data["posting"] if event.type == "RotaAnswered" else event.data["observer"])


def _swap(event: Event, before: Event, subject: Subject, into: Gathered, *, why: str) -> None:
    into.add(
        "swaps",
        event.position,
        subject.item(None, event.data["appointment"]),
        at=event.at,
        why=why,
        positions=[before.position, event.position],
    )


def _swapped(found: dict[str, Course], subject: Subject, into: Gathered, period: Period) -> None:
    """The report on a sitting was another officer's, and passed to the person before the sitting began."""
    people = into.asked.mine
    for course in found.values():
        if course.sitting is None or not _attends(course):
            continue
        begins = instant(course.sitting.data["starts"])
        for before, held in pairwise(course.held):
            taken = held.posting in people and before.posting not in people and held.starts < begins
            if taken and period[0] <= held.starts < period[1]:
                into.add(
                    "swaps",
                    held.position,
                    subject.of(course),
                    at=at_text(held.starts),
                    why=held.why,
                    positions=[before.position, held.position],
                )


def _attends(course: Course) -> bool:
    """Whether the task is to be there, rather than to decide who goes."""
    steps = course.origin.data["definition"]["step"]
    return any("admitted" in s["results"] for s in steps if s["code"] == course.opened.data["step"])


def _attended(
    found: dict[str, Course], events: Sequence[Event], subject: Subject, into: Gathered, period: Period
) -> None:
    """Sittings attended. Refused at the door counts as an observation attempted, so it stands as performed."""
    people = into.asked.mine
    support = {
        e.data["appointment"]: e
        for e in events
        if e.type == "ObserverAssigned" and e.data["support"] in people
    }
    refused = 0
    for course in found.values():
        end, appointment = course.end, course.opened.data["appointment"]
        if end is None or appointment is None or course.sitting is None:
            continue
        begins = instant(course.sitting.data["starts"])
        if not period[0] <= begins < period[1]:
            continue
        admitted = end.data.get("result", {}).get("admitted")
        if end.data.get("outcome") == "refused_by_authorities":
            admitted = "refused"
        if admitted is None:
            continue
        # Whoever held the task when the sitting began was there, or acted for who did; the report may be somebody else's.
        who = course.held_at(begins).posting
        acting = into.background.mission.substitute_for(who, begins, course.origin.data["definition"]["code"])
        observed = (acting or who) in people
        helped = support.get(appointment)
        if not observed and helped is None:
            continue
        rests = [subject.placed[appointment], *([helped.position] if helped else []), end.position]
        said = {
            "as": "observer" if observed else "support",
            "admitted": admitted,
            "at": course.sitting.data["starts"],
            "positions": rests,
        }
        into.add("sittings", end.position, subject.of(course), **said)
        if admitted == "refused":
            refused += 1
            into.add("refused_entry", end.position, subject.of(course), **said, attempt=refused)
