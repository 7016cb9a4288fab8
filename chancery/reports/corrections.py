"""Second thoughts in a report: who asked, who agreed, what it said before, and what was asked for and not made."""

from collections.abc import Sequence

from chancery.reports.subject import Gathered, Subject
from domain.course import Course
from domain.record import Stint


def corrected(course: Course, mine: Sequence[Stint], subject: Subject, into: Gathered) -> None:
    """Every correction of an end that was the person's: who asked, who agreed, what it said before; and those not made."""
    if course.end is None or not mine or mine[-1].close in ("open", "handed_on"):
        return
    asked = {e.id: e for e in course.requests}
    entries = {e.id: e for e in (course.end, *course.corrections)}
    values = {
        "happened_at": course.end.data.get("happened_at"),
        "outcome": course.end.data.get("outcome", mine[-1].close),
        "reason": course.end.data.get("reason"),
    }
    for event in course.corrections:
        name, value = event.data["field"], event.data["value"]
        request = asked.pop(event.data.get("proposal", ""), None)
        entry = entries.get(event.data["of"], course.end)
        agreed = event.by if request else event.data["approver"]  # the first kind was entered by who asked
        into.add(
            "corrections",
            event.position,
            subject.of(course),
            field=name,
            before=values[name],
            after=value,
            reason=event.data["reason"],
            at=event.at,
            requester=into.person(request or event),
            approver=into.somebody(agreed, event if request else None),
            of="end" if entry is course.end else "correction",
            of_position=entry.position,
            positions=sorted({entry.position, *([request.position] if request else []), event.position}),
        )
        values[name] = value
    refused = {e.data["proposal"]: e for e in course.refusals}
    for request in asked.values():
        answer = refused.get(request.id)
        into.add(
            "corrections_not_made",
            request.position,
            subject.of(course),
            field=request.data["field"],
            asked=request.data["value"],
            reason=request.data["reason"],
            at=request.at,
            requester=into.person(request),
            approver=into.person(answer) if answer else None,
            correction="refused" if answer else "unanswered_correction",
            positions=[request.position, *([answer.position] if answer else [])],
        )
