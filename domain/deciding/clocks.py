"""The clock of a task: its deadline and notices, when they are planned, moved, recorded.

Every timer of the engine is a planned instant in the folded state: `next_wake` says which comes first, `wake` records
all that have come. Temporal sleeps until it, the watchdog looks whether it passed unrecorded, a rehearsal steps to it;
so all three mean the same instant, and a run that starts again from nothing finds it in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from domain import deadline as deadlines
from domain import reminders
from domain.calendar import Calendar, Wait
from domain.deadline import Deadline
from domain.events import New
from domain.kinds import instant, instant_text
from domain.mission import NOBODY, Mission
from domain.obligation import Obligation
from domain.reminders import Notice
from domain.task import Task, WaitSpan, notice_key, text
from domain.term import Term

WAIT_DAYS = 20
"""A wait lapses after so many working days unless a second person renews it (DEADLINES.md)."""

_SECOND = timedelta(seconds=1)


def term_of(step: Mapping[str, Any], state: Obligation, mission: Mission) -> Term:
    """The step's term. `period` stands for the last day of the obligation's own period."""
    if step["term"] == "period":
        if state.due_by is None:
            raise LookupError(f"{state.id}: a term of one period, and no period")
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
    if state.due_by is not None and step["term"] != "period" and starts < instant(state.due_by):
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
    deadline: Deadline, opened: datetime, step: Mapping[str, Any], mission: Mission
) -> list[dict[str, Any]]:
    """Every notice planned for a deadline, as events carry them."""
    planned = reminders.plan(
        deadline,
        opened,
        mission.clock,
        suspensions=mission.all_suspensions(),
        escalates=bool(step["escalates"]),
    )
    return [{"kind": n.kind, "n": n.n, "at": instant_text(n.at), "to": list(n.to)} for n in planned]


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
    current = text(now)
    notices = [n for n in notices_for(deadline, instant(task.opened), step, mission) if n["at"] > current]
    return [
        New(
            "DeadlineMoved",
            {
                "task": task.id,
                "cause": cause,
                "was": task.due,
                "deadline": data,
                "notices": notices,
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
    if task.extended is not None and text(fresh.due_at) < task.extended:
        return []
    return moved(task, fresh, cause, state, mission, now)


def extended(task: Task, until: datetime, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """The deadline set later by hand."""
    old = Deadline.from_data(task.deadline)
    due = until.replace(microsecond=0)
    new = replace(old, due_at=due, local_date=mission.day(due), flags=(*old.flags, "extended"))
    return moved(task, new, "extended", state, mission, now)


def lapse_of(starts: datetime, calendar: Calendar) -> datetime:
    """When a wait opened at `starts` lapses: the end of the twentieth working day after it."""
    return calendar.end_of(calendar.add_working(calendar.local(starts).date(), WAIT_DAYS))


# ── waking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _to_come(task: Task) -> list[Mapping[str, Any]]:
    """Notices not sent yet; of an hour term that nobody has accepted, the next repeat of its last call too."""
    left = [n for n in task.notices if notice_key(n["kind"], n["n"], task.due) not in task.sent]
    if left or task.accepted or not task.notices or not str(task.deadline["term"]).endswith("h"):
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
        planned += [n["at"] for n in _to_come(task)]
        if task.due not in task.passed:
            planned.append(text(instant(task.due) + _SECOND))
    planned += [a.starts for a in unanswered(state)]
    if state.without_day_since is not None:
        planned.append(_ask_at(state))
    return min(planned, default=None)


def unanswered(state: Obligation) -> list[Any]:
    """Sittings still to come before whose beginning a gate must have answered."""
    gated = {g for step in state.definition["step"] for g in step["gates"]}
    return [
        a for a in state.sittings() if a.status == "set" for g in gated if (g, a.id) not in state.gate_answers
    ]


def _ask_at(state: Obligation) -> str:
    """The month after the last asking, as 31 days: asked by instant, so that no calendar is needed to fold."""
    assert state.without_day_since is not None
    return text(instant(state.without_day_since) + timedelta(days=31 * (state.asked + 1)))


def wake(state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """Record everything of an obligation that is planned for `now` or before and not recorded yet.

    What came first is recorded first; each fact bears the instant that it was planned for. If the mission's stream has
    moved a deadline since the timer was armed, the move is recorded and the old due instant is answered by nothing.
    """
    current = text(now)
    made: list[New] = []
    for task in state.open_tasks():
        made += _lapsed(task, state, mission, now)
        if made and made[-1].type == "DeadlineMoved" and made[-1].data["task"] == task.id:
            continue
        made += rerouted(task, mission, now)
        if task.wait is not None and task.wait.stops:
            continue
        shifted = recompute(task, mission.moved_by, state, mission, now) if task.due < current else []
        made += shifted or _due(task, current, mission, now)
    for sitting in unanswered(state):
        if sitting.starts <= current:
            gates = {g for step in state.definition["step"] for g in step["gates"]}
            made += [
                New("GateAnswered", {"gate": g, "occurrence": sitting.id, "passed": False}, at=sitting.starts)
                for g in sorted(gates)
                if (g, sitting.id) not in state.gate_answers
            ]
    if state.without_day_since is not None and _ask_at(state) <= current:
        who, _ = mission.assignee("focal_point", now)
        data = {"n": state.asked + 1, "planned": _ask_at(state), "to": [who]}
        made.append(New("ProceedingAsked", data, at=_ask_at(state)))
    return made


def _lapsed(task: Task, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    wait = task.wait
    if wait is None or wait.lapses > text(now):
        return []
    made = [New("ClockResumed", {"task": task.id, "cause": "lapsed"}, at=wait.lapses)]
    closed = replace_last_wait(task, wait.lapses)
    fresh = recompute(closed, "wait-lapsed", state, mission, now)
    return made + fresh


def replace_last_wait(task: Task, ends: str) -> Task:
    """The task as it will be once its running wait has ended at `ends` (a copy; the state itself only evolves)."""
    waits = [*task.waits[:-1], replace(task.waits[-1], ends=ends)]
    return replace(task, waits=waits)


def rerouted(task: Task, mission: Mission, now: datetime) -> list[New]:
    """No task without an owner: when its holder has left or is away, or whoever should hold it has come, it moves.

    What somebody accepted stays with them while they are in post and present.
    """
    best, why = mission.assignee(task.owner_role, now, task.refused_by)
    holding = task.holdings[-1]
    if task.posting != NOBODY and mission.is_present(task.posting, now):
        by_rule = holding.why in ("alternate", "deputy", "head_of_mission", "mission", "substitute")
        if task.accepted or not by_rule or why != "role" or best == task.posting:
            return []
    elif mission.runs(task.posting, now):
        substitute = mission.substitute_for(task.posting, now)
        if substitute is not None:
            return []  # the substitute acts on behalf; the task itself stays
    if best == task.posting:
        return []
    return [New("TaskAssigned", {"task": task.id, "posting": best, "why": why})]


def _due(task: Task, current: str, mission: Mission, now: datetime) -> list[New]:
    made: list[New] = []
    for notice in sorted(_to_come(task), key=lambda n: (n["at"], n["kind"], n["n"])):
        if notice["at"] > current:
            continue
        data = {
            "task": task.id,
            "kind": notice["kind"],
            "n": notice["n"],
            "planned": notice["at"],
            "due_at": task.due,
            "to": addressees(task, notice["to"], mission, now),
        }
        made.append(New("NoticeRecorded", data, at=notice["at"]))
    passed_at = text(instant(task.due) + _SECOND)
    if passed_at <= current and task.due not in task.passed:
        passed = New("DeadlinePassed", {"task": task.id, "due_at": task.due}, at=passed_at)
        made.append(passed)
    return sorted(made, key=lambda n: n.at or "")


def addressees(task: Task, roles: Sequence[str], mission: Mission, now: datetime) -> list[str]:
    """The postings to whom a notice goes. `holder` is whoever holds the task, or acts on their behalf."""
    found: list[str] = []
    for role in roles:
        if role == "holder":
            found.append(mission.substitute_for(task.posting, now) or task.posting)
        elif role == "backup":
            found += mission.holders("focal_point_alternate", now)[:1]
        elif role == "alternate":
            found += mission.holders("focal_point_alternate", now)
        elif role == "focal_point_weekly":
            found.append(role)
        else:
            found += mission.holders(role, now) or [role]
    return list(dict.fromkeys(found))


def nine(mission: Mission, day: Any) -> datetime:
    """09:00 of a mission's local day, as an instant."""
    return mission.clock.at(day, time(9))
