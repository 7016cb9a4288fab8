"""What a finished task was proved with, and two kinds of task that people ask for by name: training, and contacts."""

from typing import Final

from chancery.reports.moments import at_text
from chancery.reports.subject import Gathered, Subject
from domain.course import Course
from domain.envelope import Event
from domain.record import Stint

TRAINING: Final = frozenset({"TRAIN"})
CONTACTS: Final = frozenset({"CONTACT", "MEET-ANNUAL", "FIELD-VISIT", "OSCE-CONTACT", "CH-CONTACT"})
"""Definitions by which a mission meets defenders. Whom it met is sealed: only whether they had been met before is known."""
_PREPARES: Final = frozenset({"plan", "tell-participants", "actions", "keep-promise"})
"""Steps of these that are no meeting."""


def proofs(course: Course, stint: Stint, subject: Subject, into: Gathered) -> None:
    """The evidence of a task that was the person's when it was done; whether it was a training or a contact."""
    end = course.end
    if end is None or stint.close != "done" or end.type != "TaskCompleted":
        return
    head = subject.of(course)
    for proof in end.data["evidence"]:
        into.add(
            "evidence",
            end.position,
            head,
            kind=proof["kind"],
            marking=proof["marking"],
            at=end.at,
            positions=[end.position],
        )
    missing = missing_of(course, end)
    if missing:
        into.add(
            "without_evidence",
            end.position,
            head,
            missing=missing,
            with_another="act" in end.data,
            at=end.at,
            positions=[course.origin.position, end.position],
        )
    definition = course.origin.data["definition"]["code"]
    happened = at_text(stint.happened) if stint.happened else end.at
    if definition in TRAINING:
        into.add("training", end.position, head, at=end.at, happened=happened, positions=[end.position])
    elif definition in CONTACTS and course.opened.data["step"] not in _PREPARES:
        result = end.data["result"]
        into.add(
            "contacts",
            end.position,
            head,
            at=end.at,
            happened=happened,
            form=result.get("form") or result.get("place") or result.get("reached"),
            met_before=result.get("met_before"),
            positions=[end.position],
        )


def missing_of(course: Course, end: Event) -> list[str]:
    """The kinds of evidence that the step asked for and the entry does not name."""
    steps = course.origin.data["definition"]["step"]
    asked: list[str] = next((s["evidence"] for s in steps if s["code"] == course.opened.data["step"]), [])
    given = {proof["kind"] for proof in end.data["evidence"]}
    return [kind for kind in asked if kind not in given]
