"""Deadlines and notices: each recorded when it came, once, and none without a timer."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from chancery.invariants.finding import Finding, later
from chancery.invariants.reading import FOREVER, Book, Course, Line, Plan
from domain.deciding.clocks import next_wake
from domain.kinds import instant, instant_text
from domain.obligation import fold

_SECOND = timedelta(seconds=1)


def passed_once(book: Book, now: str, grace: timedelta) -> Iterator[Finding]:
    """Every due instant that came while its task was open and its clock ran stands in the log once; no other does."""
    for course, line in _lines(book):
        counted = Counter(e.data["due_at"] for e in line.passed)
        for event in line.passed:
            due = event.data["due_at"]
            if counted[due] > 1:
                yield Finding.at(event, "passed-twice", f"{line.id}: {due} passed twice")
                counted[due] = 1
            elif all(plan.due != due for plan in line.plans) or event.at <= due:
                yield Finding.at(event, "passed-wrongly", f"{line.id}: {due} was not due, or had not passed")
        for plan, until in _plans(line, now):
            passes = _passes(plan, line)
            if later(passes, grace) < until and plan.due not in counted and not _stood(line, passes):
                yield Finding.of(
                    course, "passed-unrecorded", f"{line.id}: {plan.due} passed and nobody said so"
                )


def noticed_once(book: Book, now: str, grace: timedelta) -> Iterator[Finding]:
    """Every notice planned for an instant at which the task was open went out, once."""
    for course, line in _lines(book):
        sent = Counter(_key(e.data["kind"], e.data["n"], e.data["due_at"]) for e in line.notices)
        for (kind, n, due), times in sent.items():
            if times > 1:
                yield Finding.of(
                    course, "notice-twice", f"{line.id}: {kind} {n} went out {times} times {due}"
                )
        for plan, until in _plans(line, now):
            for planned in plan.notices:
                missing = _key(planned["kind"], planned["n"], plan.due) not in sent
                came = later(planned["at"], grace) < until
                if missing and came and not _stood(line, planned["at"]):
                    what = f"{line.id}: {planned['kind']} {planned['n']} of {planned['at']} did not go out"
                    yield Finding.of(course, "notice-missing", what)


def timed(book: Book, _now: str, _: timedelta) -> Iterator[Finding]:
    """Nothing planned comes before the engine's next timer: no deadline of an open task, no notice, no wait that lapses."""
    for course in book.sound():
        if course.closed is not None:
            continue
        armed = next_wake(fold(course.events)) or FOREVER
        for line in course.open_lines():
            planned = _planned(line)
            if planned is not None and planned < armed:
                yield Finding.of(course, "no-timer", f"{line.id}: {planned} comes before any timer ({armed})")


def _planned(line: Line) -> str | None:
    """The next instant of a task for which somebody must wake."""
    running = [pause for pause in line.pauses if pause.until == FOREVER]
    lapses = [pause.lapses for pause in running]
    if any(pause.stops for pause in running):
        return min(lapses)
    plan = line.plans[-1]
    sent = {_key(e.data["kind"], e.data["n"], e.data["due_at"]) for e in line.notices}
    due = [] if any(e.data["due_at"] == plan.due for e in line.passed) else [_passes(plan, line)]
    left = [n["at"] for n in plan.notices if _key(n["kind"], n["n"], plan.due) not in sent]
    return min([*lapses, *due, *left], default=None)


def _passes(plan: Plan, line: Line) -> str:
    """The first second in which a deadline has passed; not before the task was there."""
    return max(instant_text(instant(plan.due) + _SECOND), line.opened.at)


def _lines(book: Book) -> Iterator[tuple[Course, Line]]:
    for course in book.courses.values():
        for line in course.lines.values():
            yield course, line


def _plans(line: Line, now: str) -> Iterator[tuple[Plan, str]]:
    """Each deadline that a task had, with the instant up to which it stood."""
    last = Plan(min(line.until, now), "", [])
    for plan, following in pairwise([*line.plans, last]):
        yield plan, following.since


def _stood(line: Line, at: str) -> bool:
    """Whether the task's clock stood still at that instant."""
    return any(p.stops and p.since <= at <= p.until for p in line.pauses)


def _key(kind: str, n: int, due: str) -> tuple[str, int, str]:
    """A reminder goes out once for a task; what is said of a passed deadline, once for that deadline."""
    return kind, n, "" if kind == "reminder" else due
