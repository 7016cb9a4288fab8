"""Second thoughts: what an ended task says is corrected by one person's asking and another's approval; every entry stays."""

from datetime import datetime
from typing import Any

from domain import commands as c
from domain import vocabulary
from domain.deciding.tasks import LATE_REASONS, step_of
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task, text


def _ended(code: str, state: Obligation) -> Task:
    task = state.tasks.get(code)
    if task is None:
        raise Refused("no-such-task", obligation=state.id, task=code)
    if task.is_open or task.ended_event is None:
        raise Refused("nothing-to-correct", task=task.id)
    return task


def propose(
    command: c.ProposeCorrection, state: Obligation, _m: Mission, now: datetime, _a: Actor
) -> list[New]:
    """Ask that an ended task say something else: its end, or an earlier correction of it. What it says already: nothing."""
    task = _ended(command.task, state)
    entries = [task.ended_event, *(e.id for e in task.corrections)]
    of = str(command.of) if command.of is not None else entries[-1]
    if of not in entries:
        raise Refused("no-such-entry", task=task.id, entry=of)
    vocabulary.check("reason", command.reason, vocabulary.CORRECTION_REASONS)
    value = _corrected(command, task, state, now)
    if value == getattr(task, "happened" if command.field == "happened_at" else command.field):
        return []
    if any((a.of, a.field, a.value) == (of, command.field, value) for a in task.asked.values()):
        return []  # asked already, and not answered yet
    data: dict[str, Any] = {
        "task": task.id,
        "of": of,
        "field": command.field,
        "value": value,
        "reason": command.reason,
    }
    if command.note is not None:
        data["note"] = dict(command.note)
    return [New("CorrectionProposed", data)]


def answer(
    command: c.AnswerCorrection, state: Obligation, _m: Mission, _n: datetime, actor: Actor
) -> list[New]:
    """Approve or refuse, as somebody who neither asked nor ended the task nor held it."""
    task = _ended(command.task, state)
    asked = task.asked.get(str(command.proposal))
    if asked is None:
        raise Refused("no-correction-proposed", task=task.id)
    if actor.code in (asked.requester, task.ended_by, task.posting):
        raise Refused("second-person", what="A correction", posting=actor.code)
    if not command.approved:
        return [New("CorrectionRefused", {"task": task.id, "proposal": asked.id})]
    data = {
        "task": task.id,
        "of": asked.of,
        "field": asked.field,
        "value": asked.value,
        "reason": asked.reason,
        "approver": actor.code,
        "requester": asked.requester,
        "proposal": asked.id,
    }
    return [New("TaskCorrected", data)]


def _corrected(command: c.ProposeCorrection, task: Task, state: Obligation, now: datetime) -> str:
    """The value, if that field of that step can say it. What was not done is not corrected into done."""
    if command.field == "happened_at":
        at = _corrected_instant(command.value, now)
        if at < task.opened:
            raise Refused("before-opening", at=at, task=task.id, opened=task.opened)
        return at
    step = step_of(task, state)
    if command.field == "reason":
        allowed = [*step["reasons"], *LATE_REASONS]
    else:
        allowed = list(dict.fromkeys([*step["outcomes"], str(task.ended_as)]))
    if command.value not in allowed:
        where = {"field": command.field, "value": command.value, "step": task.step}
        raise Refused("result-unknown", **where, allowed=", ".join(allowed))
    return command.value


def _corrected_instant(value: str, now: datetime) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused(
            "bad-command", where="value", problem="an instant with a zone, such as 2026-05-06T09:00:00Z"
        )
    if at > now:
        raise Refused("in-the-future", at=value)
    return text(at)
