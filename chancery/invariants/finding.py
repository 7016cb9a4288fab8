"""What is wrong in a log: where, a stable code, a sentence by codes."""

from dataclasses import dataclass
from datetime import timedelta

from chancery.invariants.reading import FOREVER, Course
from domain.envelope import Event
from domain.kinds import instant, instant_text


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that must not be. `position` is where it shows, or where the stream of which it is true began."""

    position: int
    stream: str
    code: str
    message: str

    @classmethod
    def at(cls, event: Event, code: str, message: str) -> "Finding":
        """A finding at an event."""
        return cls(event.position, event.stream, code, message)

    @classmethod
    def of(cls, course: Course, code: str, message: str) -> "Finding":
        """A finding on an obligation."""
        return cls(course.opened.position, course.opened.stream, code, f"{course.code}: {message}")


def later(at: str, by: timedelta) -> str:
    """An instant's text moved on; what is never stays never."""
    return instant_text(instant(at) + by) if by and at != FOREVER else at
