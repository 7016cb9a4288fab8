"""No obligation that is open and waits for nothing: it has a task, or something that will wake it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from chancery.invariants.finding import Finding, later
from chancery.invariants.reading import FOREVER, Book, Course, recorded
from domain.deciding.clocks import next_wake
from domain.envelope import Event
from domain.obligation import Obligation, evolve

HEARD: Final = timedelta(days=7)
"""So long after an appointment somebody may take to say what became of it."""


def awaited(book: Book, now: str, grace: timedelta) -> Iterator[Finding]:
    """Between any two events of an open obligation it has an open task, a planned instant, an appointment or a gate to wait for.

    A case's consultation waits for wishes as long as the case lives: its definition says so by the gate that it opens.
    """
    for course in book.sound():
        idle = FOREVER
        state = Obligation()
        for event in course.events:
            if later(idle, grace) < recorded(event):
                yield _finding(course, event, idle, recorded(event))
            evolve(state, event)
            idle = max(recorded(event), _waits_until(state))
        if later(idle, grace) < now:
            yield _finding(course, course.events[-1], idle, now)


def _finding(course: Course, event: Event, since: str, until: str) -> Finding:
    what = f"{course.code}: open with no task and nothing to wait for from {since} to {until}"
    return Finding(event.position, event.stream, "idle", what)


def _waits_until(state: Obligation) -> str:
    """Until when an obligation has something to do or to wait for."""
    if not state.is_open or state.open_tasks() or next_wake(state) is not None:
        return FOREVER
    gates = {gate for step in state.definition["step"] for gate in step["gates"]}
    if state.definition.get("gate") == "consent" or any(not state.gates.get(gate, False) for gate in gates):
        return FOREVER
    return max((later(a.starts, HEARD) for a in state.sittings() if a.status == "set"), default="")
