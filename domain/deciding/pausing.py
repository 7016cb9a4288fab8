"""What people do with a task's clock: let it wait on somebody outside, renew that, end it; give it a later end.

Never their own clock: neither who holds a task nor who acts for them; a Head of Mission's only by headquarters.
"""

from datetime import datetime
from typing import Any

from domain import commands as c
from domain import vocabulary
from domain.deciding import extensions
from domain.deciding.clocks import bound_of, lapse_of, moved, wait_ended
from domain.deciding.tasks import LATE_REASONS, step_of, task_of
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task, text
from domain.term import Term


def pause(
    command: c.PauseClock, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """The task waits on somebody outside. A working-day term stands still; any other runs on and the wait is recorded."""
    task = task_of(command, state)
    if task.wait is not None:
        raise Refused("already-waiting", task=task.id, cause=task.wait.cause)
    _not_own(task, state, mission, now, actor)
    vocabulary.check("cause", command.cause, vocabulary.WAIT_CAUSES)
    vocabulary.check("party", command.party, vocabulary.WAIT_PARTIES)
    data: dict[str, Any] = {
        "task": task.id,
        "cause": command.cause,
        "party": command.party,
        "stops": Term.parse(task.deadline["term"]).kind == "wd",
        "lapses": instant_text(lapse_of(now, mission.clock)),
    }
    if command.note is not None:
        data["note"] = dict(command.note)
    return [New("ClockPaused", data)]


def renew_wait(
    command: c.RenewWait, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """A second person lets the wait go on for as long again. What has lapsed is over."""
    task = task_of(command, state)
    if task.wait is None or task.wait.lapses <= text(now):
        raise Refused("not-waiting", task=task.id)
    _not_own(task, state, mission, now, actor)
    if actor.code == task.wait.by:
        raise Refused("second-person", what="A renewed wait", posting=actor.code)
    lapses = instant_text(lapse_of(now, mission.clock))
    return [New("WaitRenewed", {"task": task.id, "lapses": lapses})] if lapses != task.wait.lapses else []


def resume(command: c.ResumeClock, state: Obligation, mission: Mission, now: datetime, _: Actor) -> list[New]:
    """The wait is over; the deadline moves by the time it took."""
    task = task_of(command, state)
    if task.wait is None:
        raise Refused("not-waiting", task=task.id)
    return wait_ended(task, "resumed", state, mission, now)[0]


def extend(
    command: c.ExtendDeadline, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """Give a task until a later instant, as a second person, with a reason. What the Guidelines state stays.

    Nor does it go beyond the appointment that the task prepares. A clock that stands still needs no later end.
    """
    task = task_of(command, state)
    step = step_of(task, state)
    if task.source == "guideline":
        raise Refused("extension-stated", task=task.id)
    _not_own(task, state, mission, now, actor)
    reasons = [*step["reasons"], *LATE_REASONS]
    if command.reason not in reasons:
        raise Refused("reason-unknown", reason=command.reason, step=task.step, codes=", ".join(reasons))
    if task.wait is not None and task.wait.stops:
        raise Refused("already-waiting", task=task.id, cause=task.wait.cause)
    latest = max(task.due, text(now))
    if text(command.until) <= latest:
        raise Refused("extension-earlier", due=latest)
    bound = bound_of(task, state)
    if bound is not None and command.until > bound:
        raise Refused("extension-beyond", task=task.id, bound=instant_text(bound))
    later = extensions.given(task, command.until, command.reason, mission, now)
    return moved(task, later, "extended", state, mission, now)


def _not_own(task: Task, state: Obligation, mission: Mission, now: datetime, actor: Actor) -> None:
    mine = {task.posting, mission.substitute_for(task.posting, now, state.code)}
    heads = mission.role_of(task.posting) == "head_of_mission"
    if mine & {actor.code, actor.on_behalf_of} - {None} or (
        heads and not (actor.role or "").startswith("hq_")
    ):
        raise Refused("own-clock")
