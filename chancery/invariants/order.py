"""The order of the record: positions and streams without a gap, nothing before its beginning or after its end."""

from collections.abc import Iterator
from datetime import timedelta

from chancery.invariants.finding import Finding
from chancery.invariants.reading import Book


def contiguous(book: Book, _now: str, _: timedelta) -> Iterator[Finding]:
    """Positions and each stream's versions count up by one; the log's time never runs back."""
    versions: dict[str, int] = {}
    position = book.events[0].position - 1 if book.events else 0
    clock = 0
    for event in book.events:
        if event.position != position + 1:
            yield Finding.at(event, "position-missing", f"position {position + 1} is missing")
        if event.version != versions.get(event.stream, 0) + 1:
            expected = versions.get(event.stream, 0) + 1
            yield Finding.at(event, "version-missing", f"version {event.version} where {expected} comes")
        if event.recorded_us < clock:
            yield Finding.at(event, "time-back", "recorded before the event that precedes it")
        position, versions[event.stream], clock = event.position, event.version, event.recorded_us


def within_its_life(book: Book, _now: str, _: timedelta) -> Iterator[Finding]:
    """Nothing happens to what never began, began twice or has ended; no obligation ends with a task left open."""
    for event in book.strays:
        yield Finding.at(event, "stray", f"{event.type} of what never began, or began before")
    for event in book.late:
        yield Finding.at(event, "after-end", f"{event.type} of what had ended")
    for course in book.courses.values():
        for line in course.open_lines() if course.closed is not None else []:
            yield Finding.of(course, "left-open", f"{line.id} is open although the obligation ended")
