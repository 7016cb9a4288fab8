"""Second thoughts in a report: who asked, who agreed, what it said before, and what was asked for and not made."""

from collections.abc import Sequence

from chancery.reports.subject import Gathered, Subject
from domain.course import Course
from domain.envelope import Event
from domain.record import ME, OTHER, Stint


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
        into.figures["corrections"].append(
            subject.of(course)
            | {
                "field": name,
                "before": values[name],
                "after": value,
                "reason": event.data["reason"],
                "at": event.at,
                "requester": _person((request or event).by, request or event, into),
                "approver": _person(agreed, event if request else None, into),
                "of": "end" if entry is course.end else "correction",
                "of_position": entry.position,
                "positions": sorted(
                    {entry.position, *([request.position] if request else []), event.position}
                ),
            }
        )
        values[name] = value
    refused = {e.data["proposal"]: e for e in course.refusals}
    for request in asked.values():
        answer = refused.get(request.id)
        into.figures["corrections_not_made"].append(
            subject.of(course)
            | {
                "field": request.data["field"],
                "asked": request.data["value"],
                "reason": request.data["reason"],
                "at": request.at,
                "requester": _person(request.by, request, into),
                "approver": _person(answer.by, answer, into) if answer else None,
                "correction": "refused" if answer else "unanswered_correction",
                "positions": [request.position, *([answer.position] if answer else [])],
            }
        )


def _person(posting: str, event: Event | None, into: Gathered) -> str:
    """`self`, or somebody's role: other officers are never named here."""
    if posting in into.asked.mine:
        return ME
    role = into.background.mission.role_of(posting) or (event.actor.get("role") if event else None)
    return str(role or OTHER)
