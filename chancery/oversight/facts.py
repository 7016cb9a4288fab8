"""One task as the figures need it: when it was due, what became of it, whose time it took, who had a part in it. Pure.

A task counts where it lay when it fell due: with the mission, or with headquarters. Who received it later, or last, is
not blamed for the time before (docs/deadlines.md, "Whose time it was").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from domain import accounts
from domain import obligation as obligations
from domain.accounts import OUTSIDE
from domain.course import Course, courses
from domain.envelope import Event
from domain.kinds import instant
from domain.mission import NOBODY
from domain.obligation import Obligation
from domain.record import Asked, Background, partition
from domain.task import Task

Place = Literal["on_time", "unconfirmed", "late", "reasoned", "late_reasoned", "open", "overdue"]
PLACES: Final[tuple[Place, ...]] = (
    "on_time", "unconfirmed", "late", "reasoned", "late_reasoned", "open", "overdue",
)  # fmt: skip
"""Where a task that was due stands; each stands in exactly one."""
ENDED: Final[tuple[Place, ...]] = ("on_time", "unconfirmed", "late", "reasoned", "late_reasoned")
KEPT: Final[tuple[Place, ...]] = ("on_time", "reasoned")
"""Compliance: done in time, or decided in time, with a reason, not to act (DESIGN.md, rule 5)."""
MISSED: Final[tuple[Place, ...]] = ("late", "late_reasoned", "overdue")
"""Its date passed before it was done, or before it was decided not to do it."""
_UNCITED: Final = frozenset({"TaskAccepted", "CorrectionProposed", "CorrectionRefused"})
"""What changes no figure: a position less for each task, in a file that names all that it rests on."""
_SECOND: Final = timedelta(seconds=1)
_FAR: Final = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    """One task. Instants are UTC, days the mission's own. `people`: postings that had a part in how it went.

    `source`: where its term comes from. `days`: working days from its start to when it was done. `evidence`: whether there
    was any, None where the step asks for none or it was not done. `spent`: working days of one that was missed, by whose they
    were; empty for others. `positions`: what it rests on, its obligation's opening first. `last`: the position and instant
    of the last event that says something of it.
    """

    mission: str
    obligation: str
    task: str
    instrument: str
    version: str
    definition: str
    paragraph: str
    confirmed: bool
    step: str
    source: str
    due: datetime
    due_day: date
    status: Literal["open", "ended"]
    outcome: str | None
    timing: str | None
    ended: datetime | None
    waits: bool
    not_met: bool
    with_headquarters: bool
    people: frozenset[str]
    days: int | None
    evidence: bool | None
    spent: Mapping[str, int]
    positions: tuple[int, ...]
    last: int
    last_at: datetime
    with_partner: bool = False

    @property
    def lay(self) -> Literal["mission", "headquarters", "partner"]:
        """With whom it lay when it fell due."""
        return "headquarters" if self.with_headquarters else "partner" if self.with_partner else "mission"

    def place(self, now: datetime) -> Place:
        """Where it stands at an instant."""
        if self.status == "open":
            return "overdue" if not self.waits and now >= self.due + _SECOND else "open"
        if self.outcome == "waived":
            return "late_reasoned" if self.not_met else "reasoned"
        if self.timing == "reported_in_time":
            return "unconfirmed"
        if self.timing != "on_time":
            return "late" if self.outcome == "done" else "late_reasoned"
        return "on_time" if self.outcome == "done" else "reasoned"


def facts_of(events: Sequence[Event], background: Background, now: datetime) -> Iterator[Fact]:
    """Every task of an obligation that was not cancelled; what fell away was not due. `now` (UTC) is the end of open time."""
    state = obligations.fold(events)
    if not state.version:
        return
    read: dict[str, Course] | None = None
    by_task = _events_of(events)
    for task in state.tasks.values():
        if task.outcome == "cancelled":
            continue
        made = _fact(state, task, by_task[task.id], background, events[0].position)
        if made.place(now) in MISSED:
            if read is None:
                read = courses(events, _FAR)
            made = replace(made, spent=_spent(read[task.id], background, now))
        yield made


def _events_of(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        code = event.data.get("task")
        if code is not None:
            found.setdefault(code, []).append(event)
    return found


def _fact(
    state: Obligation, task: Task, events: Sequence[Event], background: Background, origin: int
) -> Fact:
    mission, calendar = background.mission, background.mission.clock
    due = instant(task.due)
    step = state.step(task.step) or {}
    # What clocks tell (reminders) says nothing of how somebody did.
    telling = [e for e in events if e.type != "NoticeRecorded"]
    confirmed = task.timing == "reported_in_time" and bool(task.confirmed)
    done = task.outcome == "done"
    given: list[Any] = next((e.data["evidence"] for e in events if e.type == "TaskCompleted"), [])
    happened = instant(task.happened) if task.happened else None
    at_due = min(task.due, task.ended or task.due)
    held = next((h for h in reversed(task.holdings) if h.since <= at_due), task.holdings[0]).posting
    took_part = {h.posting for h in task.holdings if h.accepted} | {task.posting}
    took_part |= {e.by for e in events if e.id == task.ended_event and e.actor["kind"] == "officer"}
    return Fact(
        mission=state.mission,
        obligation=state.id,
        task=task.id,
        instrument=state.instrument,
        version=state.instrument_version,
        definition=state.code,
        paragraph=str(state.definition.get("paragraph", "none")),
        confirmed=bool(state.definition.get("paragraph_confirmed")),
        step=task.step,
        source=task.source,
        due=due,
        due_day=calendar.day_of(due),
        status="open" if task.is_open else "ended",
        outcome=task.outcome,
        timing="on_time" if confirmed else task.timing,
        ended=instant(task.ended) if task.ended else None,
        waits=task.wait is not None,
        not_met=task.not_met,
        with_headquarters=mission.kind == "headquarters"
        or OUTSIDE.get(held, ("", None))[0] == "headquarters",
        people=frozenset(took_part - {NOBODY, *OUTSIDE}),
        days=calendar.count_working(calendar.day_of(instant(task.starts)), calendar.day_of(happened))
        if done and happened
        else None,
        # What was done with another task has its evidence there.
        evidence=bool(given or task.act) if done and step.get("evidence") else None,
        spent={},
        positions=(origin, *(e.position for e in telling if e.type not in _UNCITED)),
        last=telling[-1].position,
        last_at=telling[-1].recorded,
        with_partner=OUTSIDE.get(held, ("", None))[0] == "outside",
    )


def _spent(course: Course, background: Background, now: datetime) -> dict[str, int]:
    """Working days of a late task by whose they were: the mission's people, a vacancy, a closure, headquarters, others."""
    position = course.end.position if course.end else background.calendars[-1][0]
    calendar = background.calendar(position)
    ended = course.end.happened if course.end else max(now, course.begins)
    nobody = Asked(frozenset(), calendar.day_of(course.begins), calendar.day_of(ended), ended)
    found: dict[str, int] = {}
    for _, part in accounts.working_days(partition(course, nobody, background, calendar, ended), calendar):
        found[part.kind] = found.get(part.kind, 0) + 1
    return found
