"""Nothing without consent: no task begins or goes on behind a gate that is shut, nothing is shared or published."""

from collections.abc import Iterator
from datetime import timedelta

from chancery.invariants.finding import Finding
from chancery.invariants.reading import Book, Course, Line
from domain.casework import CHECKS
from domain.envelope import Event


def consented(book: Book, _now: str, _: timedelta) -> Iterator[Finding]:
    """A task whose step names a gate opens only while it is open, and is done only if it was open when that was done.

    In the command that shuts a gate the open tasks behind it end, but those whose appointment had begun.
    """
    for course in book.courses.values():
        here = book.missions.get(course.mission)
        for line in course.lines.values():
            for gate in course.gates.get(line.step, []):
                if here is None or CHECKS.get(gate) not in here.off:
                    yield from _behind(course, line, gate)


def _behind(course: Course, line: Line, gate: str) -> Iterator[Finding]:
    opened = line.opened
    if not _open(course, gate, opened.version):
        yield Finding.at(opened, "gate-shut", f"{line.id} was opened although {gate} was not open")
        return
    end = line.ended
    for wish in course.wishes:
        shuts = wish.gate == gate and not wish.open and wish.event.version > opened.version
        if not shuts or _open(course, gate, wish.event.version + 1):
            continue
        if end is not None and (end.version < wish.event.version or end.command == wish.event.command):
            return
        begun = line.appointment is not None and course.starts[line.appointment] <= wish.event.at
        done_before = end is not None and end.data.get("happened_at", end.at) <= wish.event.at
        if not begun and not done_before:
            yield Finding.at(wish.event, "consent-passed-over", f"{line.id} went on although {gate} was shut")
        return


def shared(book: Book, _now: str, _: timedelta) -> Iterator[Finding]:
    """Nothing is shared behind a gate that is shut; nothing is published after one has shut since it was released."""
    for course in book.courses.values():
        released: Event | None = None
        for event in course.events:
            if event.type == "DisclosureMade" and not _open(course, event.data["gate"], event.version):
                what = f"{event.data['gate']} was shut when something was shared"
                yield Finding.at(event, "shared-without", what)
            elif event.type == "PublicationReleased":
                released = event
            elif event.type == "PublicationCancelled":
                if released is None:
                    yield Finding.at(
                        event, "stopped-unreleased", "stopped what was not to be published, or was already"
                    )
                released = None
            elif event.type == "PublicationMade":
                yield from _published(course, released, event)
                released = None


def _published(course: Course, released: Event | None, made: Event) -> Iterator[Finding]:
    if released is None:
        yield Finding.at(
            made, "published-unreleased", "published without having been released, or after it was stopped"
        )
        return
    if made.at < released.data["makes"]:
        yield Finding.at(made, "published-early", f"published before {released.data['makes']}")
    gates = {gate for step in course.gates.values() for gate in step}
    for gate in sorted(gates):
        was, still = (_open(course, gate, at.version) for at in (released, made))
        if was and not still:
            yield Finding.at(made, "published-without", f"published although {gate} had shut")


def _open(course: Course, gate: str, before: int) -> bool:
    """Whether a gate was open just before a version of its stream: for any of the obligation's cases."""
    wishes: dict[str, bool] = {}
    for wish in course.wishes:
        if wish.gate == gate and (wish.event.version < before or wish.event is course.opened):
            wishes[wish.case] = wish.open
    return any(wishes.values())
