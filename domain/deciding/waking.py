"""A planned instant has come: record all that was planned for it or before, in order, each under its own instant.

A wake that comes late (a worker was down, a server gone) records what a punctual one would have recorded. Each fact is
decided on what the facts before it made, so a task is followed on a copy of its own: the state itself only evolves.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain import routing
from domain.deciding import casework, gates
from domain.deciding.clocks import (
    ask_at,
    in_hours,
    passed_outside,
    passes_at,
    recompute,
    to_come,
    unanswered,
    wait_ended,
)
from domain.envelope import ENGINE_TIMER, Event
from domain.events import New
from domain.kinds import instant
from domain.mission import NOBODY, Mission
from domain.obligation import Appointment, Obligation
from domain.task import ON_TASK, Task, text

_SECOND = timedelta(seconds=1)
_FALLBACK = ("alternate", "deputy", "head_of_mission", "mission", "substitute")


def wake(state: Obligation, mission: Mission, now: datetime, planned: datetime | None = None) -> list[New]:
    """Record everything of an obligation that is planned for `now` or before and not recorded yet.

    What came first is recorded first. If the mission's stream has moved a deadline since the timer was armed, the move is
    recorded and the old due instant is answered by nothing. `planned` is the instant that the timer was set for: where
    somebody's posting or absence begins or ends there, a task goes to its next holder from that instant on.
    """
    current = text(now)
    lines = [_task(task, state, mission, now, planned) for task in state.open_tasks()]
    lines.append([fell_shut(s, gate, state) for s, gate in unanswered(state) if s.starts <= current])
    lines.append(_questions(state, mission, now))
    shut, out = _once(gates.lapsed(state, now), casework.published(state, now))
    fallen = {new.data["task"]: new.at or current for new in shut if new.type == "TaskCancelled"}
    lines = [
        [new for new in line if not _after(fallen.get(new.data.get("task", "")), new, current)]
        for line in lines
    ]
    lines += [shut, out]
    placed: list[tuple[str, New]] = []
    for line in lines:
        reached = ""
        for new in line:
            at = new.at or current
            if (
                new.type != "TaskAssigned"
            ):  # what a fact rests on stays before it; no notice rests on who holds the task
                at = reached = max(reached, at)
            placed.append((at, new))
    return [new for _, new in sorted(placed, key=lambda pair: pair[0])]


def _once(shut: list[New], out: list[New]) -> tuple[list[New], list[New]]:
    """A publication ends once, by what came first: a gate that lapses after it was made stops nothing any more."""
    if any(new.type == "PublicationMade" for new in out):
        return [new for new in shut if new.type != "PublicationCancelled"], out
    return shut, [] if any(new.type == "PublicationCancelled" for new in shut) else out


def _after(fell: str | None, new: New, current: str) -> bool:
    """Whether something is planned of a task for when it had fallen; what came before that is recorded all the same."""
    return fell is not None and (new.at or current) >= fell


def fell_shut(sitting: Appointment, gate: str, state: Obligation) -> New:
    """The answer of a gate that nobody asked before the sitting began: as it stands. Shut, the sitting is not attended."""
    data = {"gate": gate, "occurrence": sitting.id, "passed": state.gates.get(gate, False)}
    return New("GateAnswered", data, at=sitting.starts)


def _questions(state: Obligation, mission: Mission, now: datetime) -> list[New]:
    made: list[New] = []
    while state.without_day_since is not None and (at := ask_at(state, state.asked + len(made))) <= text(now):
        who, _ = mission.assignee("focal_point", now)
        made.append(
            New("ProceedingAsked", {"n": state.asked + len(made) + 1, "planned": at, "to": [who]}, at=at)
        )
    return made


def _task(
    task: Task, state: Obligation, mission: Mission, now: datetime, planned: datetime | None
) -> list[New]:
    made: list[New] = []
    draft = replace(
        task,
        holdings=[replace(h) for h in task.holdings],
        waits=[replace(w) for w in task.waits],
        sent=set(task.sent),
        passed=list(task.passed),
    )

    def record(new: Sequence[New]) -> None:
        for one in new:
            made.append(one)
            at = one.at or text(now)
            ON_TASK[one.type](
                draft, one.data, Event("", one.type, "", 0, at, ENGINE_TIMER.to_data(), "", one.data)
            )

    record(lapsed(draft, state, mission, now))
    record(rerouted(draft, state, mission, now, planned))
    if draft.wait is not None and draft.wait.stops:
        return made
    if draft.due < text(now):
        record(recompute(draft, "refreshed", state, mission, now))
    while due := _due(draft, state, mission, now):
        record(due)
    return made


def lapsed(task: Task, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """A wait that nobody renewed is over since the instant at which it lapsed; the deadline moves by its time."""
    wait = task.wait
    if wait is None or wait.lapses > text(now):
        return []
    return wait_ended(task, "lapsed", state, mission, now)[0]


def rerouted(
    task: Task, state: Obligation, mission: Mission, now: datetime, planned: datetime | None = None
) -> list[New]:
    """No task without an owner: when its holder has left or is away, or whoever should hold it has come, it moves.

    What somebody accepted stays with them while they are in post and present.
    """
    to = _next_holder(task, state, mission, now)
    if to is None:
        return []
    posting, why = to
    at: str | None = None
    over = passed_outside(task)
    if over is not None and over <= text(now):
        at = over
    elif planned is not None and instant(task.holdings[-1].since) <= planned <= now:
        change = mission.staffing_change(planned - _SECOND)
        if change == planned and _next_holder(task, state, mission, planned) == to:
            at = text(planned)
    return [New("TaskAssigned", {"task": task.id, "posting": posting, "why": why}, at=at)]


def _next_holder(task: Task, state: Obligation, mission: Mission, at: datetime) -> tuple[str, str] | None:
    """To whom the task goes at that instant, and by which rule; None if it stays."""
    step = state.step(task.step)
    assert step is not None, "a task is opened from a step of its own snapshot"
    refused = list(task.refused_by)
    over = passed_outside(task)
    if over is not None and over <= text(at):
        refused.append(task.posting)
    hours = in_hours(task.deadline["term"])
    best, why = routing.assignee(step, mission, at, refused, definition=state.code, hours=hours)
    if best == task.posting:
        return None
    if task.posting in routing.OUTSIDERS:
        if task.accepted or (why == "outside" and task.posting not in refused):
            return None
    elif why == "outside":
        if task.accepted and mission.suspended(at) is None and mission.is_present(task.posting, at):
            return None
    elif task.posting != NOBODY and mission.is_present(task.posting, at):
        if task.accepted or task.holdings[-1].why not in _FALLBACK or why != "role":
            return None
    elif mission.runs(task.posting, at):
        substitute = mission.substitute_for(task.posting, at, state.code)
        if substitute is not None and mission.is_present(substitute, at):
            return None  # the substitute acts on behalf; the task itself stays
    return best, why


def _due(task: Task, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """Notices and the due instant itself, as far as they have come. Of an hour term's repeats the next one only."""
    current = text(now)
    made: list[New] = []
    for notice in to_come(task):
        if notice["at"] > current:
            continue
        data = {
            "task": task.id,
            "kind": notice["kind"],
            "n": notice["n"],
            "planned": notice["at"],
            "due_at": task.due,
            "to": addressees(task, notice["to"], state, mission, now),
        }
        made.append(New("NoticeRecorded", data, at=notice["at"]))
    if task.due not in task.passed and passes_at(task) <= current:
        made.append(New("DeadlinePassed", {"task": task.id, "due_at": task.due}, at=passes_at(task)))
    return sorted(made, key=lambda new: new.at or "")


def addressees(
    task: Task, roles: Sequence[str], state: Obligation, mission: Mission, now: datetime
) -> list[str]:
    """The postings to whom a notice goes: the holder, whoever holds a role, and for somebody away their substitute.

    A role that nobody of the mission holds stays a role: somebody outside answers to it.
    """
    found: list[str] = []
    for role in roles:
        if role == "holder":
            found.append(_reached(task.posting, state, mission, now))
        elif role in ("backup", "alternate"):
            alternates = mission.holders("focal_point_alternate", now)
            found += [_reached(p, state, mission, now) for p in alternates[: 1 if role == "backup" else None]]
        elif role == "focal_point_weekly":
            found.append(role)
        else:
            found += [_reached(p, state, mission, now) for p in mission.holders(role, now)] or [role]
    return list(dict.fromkeys(found))


def _reached(posting: str, state: Obligation, mission: Mission, now: datetime) -> str:
    return mission.substitute_for(posting, now, state.code) or posting
