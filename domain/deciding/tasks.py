"""What people do with a task: accept, decline, reassign, complete, decide not to act, waive, correct."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from domain import commands as c
from domain import routing, vocabulary
from domain.deciding.clocks import in_hours, wait_ended
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant, instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task, text

LATE_REASONS = (
    "awareness",
    "capacity",
    "resource",
    "competency",
    "will",
    "security",
    "access",
    "awaiting_hq",
    "awaiting_partner",
    "outage",
)
"""Why something was late or not done: the five words that practitioners ask by (REQUIREMENTS.md, R11), and what blocks."""

CONCERNED = "concerned"
"""Who is concerned by a matter does not answer for it: it passes on."""

_SECOND = timedelta(seconds=1)


def task_of(command: c.TaskCommand, state: Obligation) -> Task:
    """The open task that a command is about, unchanged since its form was shown; otherwise Refused."""
    task = state.tasks.get(command.task)
    if task is None:
        raise Refused("no-such-task", obligation=state.id, task=command.task)
    if not task.is_open:
        raise Refused("task-ended", task=task.id, outcome=task.outcome, at=task.ended)
    if command.seen is not None and command.seen != task.revision:
        raise Refused("stale", task=task.id, seen=command.seen, now=task.revision)
    return task


def step_of(task: Task, state: Obligation) -> Mapping[str, Any]:
    """The step that a task was made from, out of the obligation's own snapshot."""
    step = state.step(task.step)
    assert step is not None, "a task is opened from a step of its own snapshot"
    return step


def _not_an_approval(step: Mapping[str, Any]) -> None:
    """An approval is ended by answering what was asked, never by ticking it off."""
    if step.get("approval"):
        raise Refused("answered-otherwise", step=step["code"])


def accept(command: c.AcceptTask, state: Obligation, _m: Mission, _n: datetime, actor: Actor) -> list[New]:
    """The holder takes it. Time that had been a vacancy's is theirs from here on.

    Of an urgent task whoever was called takes it over at once: nobody waits for the one who does not answer.
    """
    task = task_of(command, state)
    if task.accepted:
        raise Refused("already-accepted", task=task.id)
    made = [New("TaskAccepted", {"task": task.id})]
    if actor.code in task.called and actor.code not in (task.posting, actor.on_behalf_of, None):
        made.insert(0, New("TaskAssigned", {"task": task.id, "posting": actor.code, "why": "called"}))
    return made


def decline(
    command: c.DeclineTask, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """The holder cannot take it; it goes to whoever comes next, in the same instant."""
    task = task_of(command, state)
    codes = (*LATE_REASONS, CONCERNED)
    if command.reason not in codes:
        raise Refused("reason-unknown", reason=command.reason, step=task.step, codes=", ".join(codes))
    refused = [*task.refused_by, task.posting, actor.code]
    hours = in_hours(task.deadline["term"])
    step = step_of(task, state)
    posting, why = routing.assignee(step, mission, now, refused, definition=state.code, hours=hours)
    if posting == task.posting and posting in task.refused_by:
        return []  # said already, and there is nobody else
    made = [New("TaskDeclined", {"task": task.id, "reason": command.reason})]
    if posting != task.posting:
        made.append(New("TaskAssigned", {"task": task.id, "posting": posting, "why": why}))
    return made


def reassign(
    command: c.ReassignTask, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """To a named posting of the mission that is in post and present. It takes effect at once."""
    task = task_of(command, state)
    if command.posting == task.posting:
        raise Refused("same-holder", task=task.id, holder=task.posting)
    if not mission.is_present(command.posting, now):
        raise Refused("no-such-posting", posting=command.posting, mission=state.mission, day=mission.day(now))
    if step_of(task, state).get("accompanied") and mission.is_local_agent(command.posting):
        raise Refused("never-alone")
    return [New("TaskAssigned", {"task": task.id, "posting": command.posting, "why": "named"})]


def timing_of(task: Task, happened: datetime, now: datetime) -> str:
    """`on_time`; `after_due`; or `reported_in_time`: it happened in time, as claimed, and was entered later."""
    limit = instant(task.due) + _SECOND
    if happened >= limit:
        return "after_due"
    return "on_time" if now < limit else "reported_in_time"


def _happened(at: datetime | None, task: Task, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now:
        raise Refused("in-the-future", at=instant_text(at))
    if at < instant(task.opened).replace(microsecond=0):
        raise Refused("before-opening", at=instant_text(at), task=task.id, opened=task.opened)
    return at


def complete(
    command: c.CompleteTask,
    state: Obligation,
    mission: Mission,
    now: datetime,
    actor: Actor,
    others: Mapping[str, Obligation],
) -> list[New]:
    """The task was done. After its due date it needs a reason; before a sitting its report cannot be complete.

    What was done with another task of the mission needs neither evidence nor checklist again, and happened when that did.
    """
    task = task_of(command, state)
    step = step_of(task, state)
    _not_an_approval(step)
    if step.get("accompanied") and mission.is_local_agent(actor.code):
        raise Refused("never-alone")
    _check_words(command, step)
    if command.act is not None:
        happened = _act(command.act, task, state, others)
    else:
        happened = _happened(command.happened_at, task, now)
        _check_proof(command, step)
    _check_results(command, step, mission, now)
    made, clock = wait_ended(task, "ended", state, mission, now)
    timing = timing_of(clock, happened, now)
    if command.reason is not None and command.reason not in LATE_REASONS:
        raise Refused("reason-unknown", reason=command.reason, step=task.step, codes=", ".join(LATE_REASONS))
    if timing == "after_due" and command.reason is None:
        raise Refused("reason-needed", codes=", ".join(LATE_REASONS))
    sitting = state.appointments.get(task.appointment or "")
    if step["bound"] == "after" and sitting is not None and instant(sitting.starts) > happened:
        raise Refused("before-sitting", appointment=sitting.id, starts=sitting.starts)
    data: dict[str, Any] = {
        "task": task.id,
        "happened_at": text(happened),
        "timing": timing,
        "checklist": list(command.checklist),
        "evidence": [dict(e) for e in command.evidence],
        "result": command.result,
    }
    if command.reason is not None:
        data["reason"] = command.reason
    if command.note is not None:
        data["note"] = dict(command.note)
    if command.act is not None:
        data["act"] = command.act.model_dump()
    made.append(New("TaskCompleted", data))
    if "observer" in step["results"] and sitting is not None:
        made.append(_observer(command, sitting.id, mission))
    for gate in step["results"].get("opens", ()):
        if gate not in state.gates:  # what was shut on somebody's wish is not opened by a form
            made.append(New("GateSet", {"gate": gate, "open": True}))
    return made


def _check_words(command: c.CompleteTask, step: Mapping[str, Any]) -> None:
    for proof in command.evidence:
        vocabulary.check("evidence", proof["kind"], (*step["evidence"], *vocabulary.EVIDENCE))
    for line in command.checklist:
        vocabulary.check("checklist", line, (one["code"] for one in step["checklist"]))


def _check_proof(command: c.CompleteTask, step: Mapping[str, Any]) -> None:
    open_lines = [x["code"] for x in step["checklist"] if x["must"] and x["code"] not in command.checklist]
    if open_lines:
        raise Refused("checklist-open", lines=", ".join(open_lines))
    given = {e["kind"] for e in command.evidence}
    missing = [kind for kind in step["evidence"] if kind not in given]
    if missing:
        raise Refused("evidence-missing", step=step["code"], kinds=", ".join(missing))


def _act(act: c.Act, task: Task, state: Obligation, others: Mapping[str, Obligation]) -> datetime:
    """When what serves here too was done: a task of the same mission that ended as done while this one was open."""
    other = others.get(act.obligation)
    done = other.tasks.get(act.task) if other is not None and other.mission == state.mission else None
    if done is None or done.outcome != "done" or done.happened is None or other is state:
        raise Refused("no-such-act", obligation=act.obligation, task=act.task)
    if done.happened < task.opened:
        raise Refused("before-opening", at=done.happened, task=task.id, opened=task.opened)
    return instant(done.happened)


def _check_results(command: c.CompleteTask, step: Mapping[str, Any], mission: Mission, now: datetime) -> None:
    allowed: Mapping[str, list[str]] = step["results"]
    blank = [field for field in step.get("asks", ()) if field not in command.result]
    if blank:
        codes = "; ".join(f"{field}={'|'.join(allowed[field])}" for field in blank)
        raise Refused("result-missing", step=step["code"], fields=codes)
    for field, value in command.result.items():
        values = allowed.get(field, [])
        if "posting" in values:
            stands_in = field == "backup" and value in mission.partners
            if not stands_in and not mission.runs(value, now):
                raise Refused("no-such-posting", posting=value, mission=mission.code, day=mission.day(now))
        elif value not in values:
            codes = ", ".join(values) or ", ".join(allowed) or "none"
            raise Refused("result-unknown", field=field, value=value, step=step["code"], allowed=codes)


def _observer(command: c.CompleteTask, appointment: str, mission: Mission) -> New:
    observer = command.result.get("observer")
    if observer is None:
        raise Refused("observer-needed", appointment=appointment)
    backup = command.result.get("backup")
    if any(mission.is_local_agent(one) for one in (observer, backup) if one is not None):
        raise Refused("never-alone")
    if backup == observer:
        raise Refused("second-person", what="A sitting's backup", posting=observer)
    data = {
        "appointment": appointment,
        "observer": observer,
        "backup": backup,
        "support": command.result.get("support"),
    }
    return New("ObserverAssigned", data)


def not_act(command: c.NotAct, state: Obligation, mission: Mission, now: datetime, _: Actor) -> list[New]:
    """Decided not to act, or could not, with one of the step's reasons. In time, that is compliance."""
    task = task_of(command, state)
    step = step_of(task, state)
    _not_an_approval(step)
    happened = _happened(command.happened_at, task, now)
    if command.outcome not in step["outcomes"]:
        allowed = ", ".join(step["outcomes"])
        raise Refused(
            "result-unknown", field="outcome", value=command.outcome, step=task.step, allowed=allowed
        )
    reasons = [*step["reasons"], *LATE_REASONS]
    if command.reason not in reasons:
        raise Refused("reason-unknown", reason=command.reason, step=task.step, codes=", ".join(reasons))
    made, clock = wait_ended(task, "ended", state, mission, now)
    data: dict[str, Any] = {
        "task": task.id,
        "happened_at": text(happened),
        "timing": timing_of(clock, happened, now),
        "outcome": command.outcome,
        "reason": command.reason,
    }
    if command.note is not None:
        data["note"] = dict(command.note)
    return [*made, New("TaskNotActed", data)]


def confirm(
    command: c.ConfirmTimeliness, state: Obligation, _m: Mission, _n: datetime, actor: Actor
) -> list[New]:
    """A second person confirms when a late entry happened."""
    task = state.tasks.get(command.task)
    if task is None:
        raise Refused("no-such-task", obligation=state.id, task=command.task)
    if task.timing != "reported_in_time" or task.confirmed is not None:
        raise Refused("nothing-late", task=task.id)
    if actor.code in (task.ended_by, task.posting):
        raise Refused("second-person", what="A late entry", posting=actor.code)
    return [New("TimelinessConfirmed", {"task": task.id, "confirmed": command.confirmed})]
