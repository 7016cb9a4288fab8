"""The clock of a task: its deadline and notices, when they are planned, moved, recorded.

Every timer of the engine is a planned instant in the folded state: `next_wake` says which comes first, `wake` records
all that have come. Temporal sleeps until it, the watchdog looks whether it passed unrecorded, a rehearsal steps to it;
so all three mean the same instant, and a run that starts again from nothing finds it in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain import deadline as deadlines
from domain import reminders, routing
from domain.calendar import Calendar, Wait
from domain.casework import CHECKS
from domain.deadline import Deadline
from domain.deciding import extensions
from domain.events import New
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.obligation import ALTERNATIVE, Appointment, Obligation
from domain.reminders import Notice
from domain.task import Task, WaitSpan, notice_key, text
from domain.term import Term

WAIT_DAYS = 20
"""A wait lapses after so many working days unless a second person renews it (DEADLINES.md)."""

_SECOND = timedelta(seconds=1)


def term_of(step: Mapping[str, Any], state: Obligation, mission: Mission) -> Term:
    """The step's term. `period` stands for the last day of the obligation's own period."""
    if step["term"] == "period":
        assert state.due_by is not None, "a definition with such a step is opened with the end of its period"
        return Term.parse(f"by:{mission.day(instant(state.due_by)):%m-%d}")
    return Term.parse(step["term"])


def _circumstances(
    step: Mapping[str, Any],
    starts: datetime,
    state: Obligation,
    mission: Mission,
    appointment: str | None,
    waits: Sequence[WaitSpan],
) -> dict[str, Any]:
    bound: datetime | None = None
    if step["bound"] == "appointment" and appointment is not None:
        bound = instant(state.appointments[appointment].starts)
    within: datetime | None = None
    # What is done instead of a waived duty, and what comes after its act, outlive the period.
    outlives = step["code"] == ALTERNATIVE or step["bound"] == "after"
    if (
        not outlives
        and state.due_by is not None
        and (step["term"] == "period" or starts < instant(state.due_by))
    ):
        within = instant(state.due_by)
    return {
        "suspensions": mission.all_suspensions(),
        "waits": _waits(waits),
        "appointment": bound,
        "no_later_than": within,
    }


def resolve(
    step: Mapping[str, Any], starts: datetime, state: Obligation, mission: Mission, appointment: str | None
) -> Deadline:
    """The deadline of a step counted from `starts` (UTC), by the mission's calendar and suspensions as they stand.

    A step bound to an appointment ends at the latest when that begins; one in a period, when the period ends.
    """
    around = _circumstances(step, starts, state, mission, appointment, ())
    return deadlines.compute(term_of(step, state, mission), starts, mission.clock, **around)


def _waits(spans: Sequence[WaitSpan]) -> list[Wait]:
    return [
        Wait(w.cause, w.party, instant(w.starts), instant(w.ends or w.lapses))
        for w in spans
        if w.stops and (w.ends or w.lapses) > w.starts
    ]


def notices_for(
    deadline: Deadline, starts: datetime, step: Mapping[str, Any], mission: Mission, now: datetime
) -> list[dict[str, Any]]:
    """Every notice planned for a deadline whose term counts from `starts`, as events carry them.

    Those whose time has passed are dropped; but that it is overdue is said to somebody, at once if it must be, and so
    are the calls of a term in hours, which go on until somebody acknowledges.
    """
    planned = reminders.plan(
        deadline,
        starts,
        mission.clock,
        suspensions=mission.all_suspensions(),
        escalates=bool(step["escalates"]),
    )
    current, hours = text(now), in_hours(deadline.term)
    found: list[dict[str, Any]] = []
    for n in planned:
        at = instant_text(n.at)
        if at < current and (n.kind == "overdue" or (hours and n.kind == "escalation")):
            at = current
        if at >= current:
            found.append({"kind": n.kind, "n": n.n, "at": at, "to": list(n.to)})
    return found


def in_hours(term: str) -> bool:
    """Whether a term runs in hours: through everything, and called until acknowledged."""
    return Term.parse(term).kind == "h"


def moved(
    task: Task, deadline: Deadline, cause: str, state: Obligation, mission: Mission, now: datetime
) -> list[New]:
    """The event that a deadline moved, or nothing if it did not."""
    data = deadline.to_data()
    same = data["due_at"] == task.due and data["provisional"] == task.deadline["provisional"]
    if same and set(data["flags"]) ^ set(task.deadline["flags"]) <= {"floor"}:
        return []
    step = state.step(task.step)
    assert step is not None
    return [
        New(
            "DeadlineMoved",
            {
                "task": task.id,
                "cause": cause,
                "was": task.due,
                "deadline": data,
                "notices": notices_for(deadline, starts_of(task, state), step, mission, now),
                "calendar_version": mission.clock.version,
            },
        )
    ]


def starts_of(task: Task, state: Obligation) -> datetime:
    """What a task's term counts from: a step after an appointment follows it when it moves."""
    step = state.step(task.step)
    if step is not None and step["bound"] == "after" and task.appointment is not None:
        return instant(state.appointments[task.appointment].starts)
    return instant(task.starts)


def recompute(task: Task, cause: str, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """A task's deadline by calendar, suspensions, waits and appointment as they stand now.

    Hour terms and an end stated by date stay where they are. Never earlier than the end of the second working day after now,
    unless an appointment bounds it; never earlier than an extension given.
    """
    step = state.step(task.step)
    assert step is not None
    if task.wait is not None and task.wait.stops:
        return []  # it stands still; whatever changed is counted when it goes on
    starts = starts_of(task, state)
    fresh = deadlines.recompute(
        Deadline.from_data(task.deadline),
        starts,
        mission.clock,
        recorded=now,
        cause=cause,
        **_circumstances(step, starts, state, mission, task.appointment, task.waits),
    )
    if task.extended is not None:
        given = extensions.as_it_stands(task, bound_of(task, state), mission, now, cause)
        fresh = given if given.due_at >= fresh.due_at else fresh
    return moved(task, fresh, cause, state, mission, now)


def bound_of(task: Task, state: Obligation) -> datetime | None:
    """The beginning of the appointment before which the task must be done, if its step is bound to one."""
    step = state.step(task.step)
    if step is None or step["bound"] != "appointment" or task.appointment is None:
        return None
    return instant(state.appointments[task.appointment].starts)


def lapse_of(starts: datetime, calendar: Calendar) -> datetime:
    """When a wait opened at `starts` lapses: the end of the twentieth working day after it."""
    return calendar.end_of(calendar.add_working(calendar.local(starts).date(), WAIT_DAYS))


# ── waking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def to_come(task: Task) -> list[Mapping[str, Any]]:
    """Notices not sent yet; of an hour term that nobody has accepted, the next repeat of its last call too."""
    left = [n for n in task.notices if notice_key(n["kind"], n["n"], task.due) not in task.sent]
    if left or task.accepted or not task.notices or not in_hours(task.deadline["term"]):
        return left
    planned = max(task.notices, key=lambda n: (n["at"], n["n"]))
    last = Notice(planned["kind"], planned["n"], instant(planned["at"]), tuple(planned["to"]))
    number = 1 + sum(
        1 for kind, n, due in task.sent if kind == "escalation" and n > last.n and due == task.due
    )
    again = reminders.next_repeat(last, number)
    return [{"kind": again.kind, "n": again.n, "at": instant_text(again.at), "to": list(again.to)}]


def next_wake(state: Obligation) -> str | None:
    """The next planned instant of an obligation, as RFC 3339 text; None if nothing is planned.

    What a mission's staffing plans (somebody comes or goes) is `Mission.staffing_change`, and is waited for beside it.
    """
    if not state.is_open:
        return None
    planned: list[str] = []
    for task in state.open_tasks():
        if task.wait is not None:
            planned.append(task.wait.lapses)
            if task.wait.stops:
                continue
        planned += [n["at"] for n in to_come(task)]
        if task.due not in task.passed:
            planned.append(passes_at(task))
        over = passed_outside(task)
        if over is not None:
            planned.append(over)
    planned += [sitting.starts for sitting, _ in unanswered(state)]
    if state.without_day_since is not None:
        planned.append(ask_at(state, state.asked))
    planned += state.lapses.values()
    if state.publication is not None and state.publication.status == "released":
        planned.append(state.publication.makes)
    return min(planned, default=None)


def passes_at(task: Task) -> str:
    """When a task's due instant has passed: a second after it, and not before the task was there."""
    return max(text(instant(task.due) + _SECOND), task.opened)


def passed_outside(task: Task) -> str | None:
    """When a task that lies with the EU Delegation, and that nobody there has taken, goes on to headquarters."""
    if task.posting != routing.EU_DELEGATION or task.accepted:
        return None
    return text(instant(task.holdings[-1].since) + routing.PATIENCE)


def unanswered(state: Obligation) -> list[tuple[Appointment, str]]:
    """Sittings still set, with each wish that must be answered before they begin. A check is no wish: it is waited for."""
    gates = sorted({g for step in state.definition["step"] for g in step["gates"]} - set(CHECKS))
    return [
        (sitting, gate)
        for sitting in state.sittings()
        for gate in gates
        if sitting.status == "set" and (gate, sitting.id) not in state.gate_answers
    ]


def ask_at(state: Obligation, asked: int) -> str:
    """The month after the last asking, as 31 days: asked by instant, so that no calendar is needed to fold."""
    assert state.without_day_since is not None
    return text(instant(state.without_day_since) + timedelta(days=31 * (asked + 1)))


def wait_ended(
    task: Task, cause: str, state: Obligation, mission: Mission, now: datetime
) -> tuple[list[New], Task]:
    """The events that end a task's running wait, and the task as they leave it; nothing where nothing waits.

    A wait that has lapsed ended when it lapsed, however late somebody says so. The deadline moves by the time it took.
    """
    wait = task.wait
    if wait is None:
        return [], task
    over = wait.lapses <= text(now)
    ends, cause = (wait.lapses, "lapsed") if over else (text(now), cause)
    closed = replace_last_wait(task, ends)
    made = [New("ClockResumed", {"task": task.id, "cause": cause}, at=ends if over else None)]
    for move in recompute(closed, "wait-ended", state, mission, instant(ends) if over else now):
        made.append(replace(move, at=ends if over else None))
        closed.deadline, closed.due = move.data["deadline"], move.data["deadline"]["due_at"]
    return made, closed


def replace_last_wait(task: Task, ends: str) -> Task:
    """The task as it will be once its running wait has ended at `ends` (a copy; the state itself only evolves)."""
    waits = [*task.waits[:-1], replace(task.waits[-1], ends=ends)]
    return replace(task, waits=waits)
