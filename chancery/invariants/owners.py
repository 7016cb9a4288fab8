"""No task without an owner: at every instant its holder, or whoever acts on their behalf, is in post and there.

A vacancy may be the structure's: only where nobody of whom the task could be is there at all.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from chancery.invariants.finding import Finding, later
from chancery.invariants.reading import FOREVER, Away, Book, Course, Line, Staff
from domain.kinds import instant_text
from domain.routing import OUTSIDERS

_DAY: Final = timedelta(days=1)
_CHAIN: Final = frozenset(
    {"focal_point", "focal_point_alternate", "deputy_head_of_mission", "head_of_mission"}
)
_OF_HEAD: Final = frozenset({"head_of_mission", "deputy_head_of_mission", "focal_point_alternate"})
"""To whom it passes when somebody is missing (DEADLINES.md, Whose time it was); the head's own to fewer."""
Stretch = tuple[str, str]


def owned(book: Book, now: str, grace: timedelta) -> Iterator[Finding]:
    """Every instant of every task has somebody who holds it and is there, unless nobody could be."""
    people = {code: _People(staff) for code, staff in book.missions.items() if staff.calendar}
    for course in book.courses.values():
        here = people.get(course.mission)
        if here is None:
            yield Finding.of(course, "no-mission", f"its mission {course.mission} was never adopted")
            continue
        for line in course.lines.values():
            for since, until in _unheld(course, line, here, now):
                if later(since, grace) < until:
                    what = f"{line.id}: held by nobody who is there from {since} to {until}"
                    yield Finding.of(course, "unowned", what)


def _unheld(course: Course, line: Line, here: "_People", now: str) -> Iterator[Stretch]:
    """Stretches of a task's time in which its holder was not there nor anybody in their place, although somebody could be."""
    ends = [*line.holders, (min(line.until, now), "")]
    for (since, posting), (until, _) in pairwise(ends):
        if since >= until or posting in OUTSIDERS:  # there is somebody at every hour
            continue
        for first, last in here.pieces(since, until):
            held = here.there(posting, course.code, first)
            if not held and (line.step in course.outside or here.somebody(line, course.code, first)):
                yield first, last


class _People:
    """When each posting of a mission was there, as far as was known then."""

    def __init__(self, staff: Staff) -> None:
        assert staff.calendar is not None
        self._staff = staff
        self._calendar = staff.calendar
        self._away: dict[str, list[Away]] = {p: self._stretches(p) for p in staff.post_of}
        self._cuts = sorted({at for spans in self._away.values() for a in spans for at in (a.since, a.until)})

    def pieces(self, since: str, until: str) -> Iterator[Stretch]:
        """A stretch cut wherever anybody came or went."""
        cuts = [since, *(at for at in self._cuts if since < at < until), until]
        yield from pairwise(cuts)

    def there(self, posting: str, definition: str, at: str) -> bool:
        """Whether a posting is there at that instant, or its substitute for that definition is."""
        if posting not in self._away:
            return False
        return not (away := self._gone(posting, at)) or any(
            one.substitute in self._away
            and not self._gone(one.substitute, at)
            and (not one.scope or definition in one.scope)
            for one in away
            if one.substitute is not None
        )

    def somebody(self, line: Line, definition: str, at: str) -> bool:
        """Whether anybody is there to whom the task passes and who has not declined it."""
        roles = _OF_HEAD if line.role == "head_of_mission" else _CHAIN | {line.role}
        declined = {who for said, who in line.declined if said <= at}
        return any(
            self.there(posting, definition, at)
            for posting, post in self._staff.post_of.items()
            if self._staff.roles[post] in roles
            and post not in self._staff.support
            and posting not in declined
        )

    def _gone(self, posting: str, at: str) -> list[Away]:
        return [a for a in self._away[posting] if a.since <= at < a.until]

    def _stretches(self, posting: str) -> list[Away]:
        staff = self._staff
        found = [Away("", self._begins(staff.first[posting]))]
        lasts = [*staff.lasts[posting], (FOREVER, "")]
        for (known, last), (until, _) in pairwise(lasts):
            left = self._begins(last, 1)
            if max(left, known) < until:
                found.append(Away(max(left, known), until))
        for known, data in staff.absences.get(posting, []):
            found.append(self._absence(known, data))
        return found

    def _absence(self, known: str, data: Any) -> Away:
        last = min(data["until"], self._staff.shortened.get(data["absence"], "9999-12-31"))
        since = max(self._begins(data["from_day"]), known)
        return Away(since, self._begins(last, 1), data["substitute"], tuple(data["scope"]))

    def _begins(self, day: str, after: int = 0) -> str:
        """The instant at which a local day begins (or one so many days after it)."""
        if day >= "9990":
            return FOREVER
        return instant_text(self._calendar.start_of(date.fromisoformat(day) + _DAY * after))
