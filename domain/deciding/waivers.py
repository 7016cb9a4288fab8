"""Waivers: a task need not be done this time, for a reason that a second person accepts, with what is done instead.

A waiver never outlives its period; the next one asks anew, and a second in a row is headquarters' to approve.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from domain import commands as c
from domain import deadline as deadlines
from domain import vocabulary
from domain.deciding.clocks import notices_for
from domain.deciding.tasks import LATE_REASONS, step_of, task_of
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.obligation import ALTERNATIVE, Obligation
from domain.refusals import Refused
from domain.task import Task, WaiverAsked, text
from domain.term import Term

REVIEW: Final = "review"
"""What is done instead is looked at again on the day that the waiver names: the last of its tasks."""

HIGHER: Final = "hq_human_rights"
"""Who approves from the second waiver in a row on."""


def propose(
    command: c.ProposeWaiver, state: Obligation, mission: Mission, now: datetime, _a: Actor
) -> list[New]:
    """Ask that it need not be done this time, with what is done instead and by when."""
    task = task_of(command, state)
    if task.waiver is not None:
        raise Refused("waiver-proposed", task=task.id)
    reasons = [*step_of(task, state)["reasons"], *LATE_REASONS]
    if command.reason not in reasons:
        raise Refused("reason-unknown", reason=command.reason, step=task.step, codes=", ".join(reasons))
    for one in command.alternatives:
        vocabulary.check("alternatives", one.what, vocabulary.INSTEAD)
    today = mission.day(now)
    dates = [one.by for one in command.alternatives]
    for by in (*dates, *([command.review_on] if command.review_on else ())):
        last = _last(today)
        if not today <= date.fromisoformat(by) <= last:
            raise Refused("alternative-date", by=by, first=today, last=last)
    data: dict[str, Any] = {
        "task": task.id,
        "reason": command.reason,
        "alternative": None,
        "alternatives": [one.model_dump() for one in command.alternatives],
        "review_on": command.review_on,
    }
    if command.note is not None:
        data["note"] = dict(command.note)
    return [New("WaiverProposed", data)]


def _last(today: date) -> date:
    """The last day that a date of the calendar without its year still means unmistakably."""
    day = min(today.day, 28)
    return date(today.year + 1, today.month, day)


def answer(
    command: c.AnswerWaiver, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """Approve or refuse: never the proposer, never the task's holder. Approved, the alternatives become tasks."""
    task = task_of(command, state)
    if task.waiver is None:
        raise Refused("no-waiver-proposed", task=task.id)
    if actor.code in (task.waiver.proposer, task.posting):
        raise Refused("second-person", what="A waiver", posting=actor.code)
    if command.approved and state.waived_before and actor.role != HIGHER:
        raise Refused("higher-approver", task=task.id, times=state.waived_before + 1, who=HIGHER)
    made = [New("WaiverAnswered", {"task": task.id, "approved": command.approved})]
    if command.approved:
        made.insert(0, _informed(task, now))  # of a task that has ended nobody is told any more
        known = sum(1 for code in state.tasks if code.startswith(f"{ALTERNATIVE}."))
        for n, one in enumerate(instead_of(task.waiver), start=known + 1):
            made.append(_instead(n, one["by"], task, state, mission, now))
    return made


def instead_of(asked: WaiverAsked) -> list[Mapping[str, str]]:
    """What becomes a task once the waiver is approved, in the order of their numbers."""
    review = [{"what": REVIEW, "by": asked.review_on}] if asked.review_on else []
    return [*asked.alternatives, *review]


def _informed(task: Task, now: datetime) -> New:
    """Headquarters hears of every waiver, without being asked anything."""
    data = {
        "task": task.id,
        "kind": "information",
        "n": 1,
        "planned": text(now),
        "due_at": task.due,
        "to": [HIGHER],
    }
    return New("NoticeRecorded", data)


def _instead(n: int, by: str, waived: Task, state: Obligation, mission: Mission, now: datetime) -> New:
    """A task for what is done instead, by a day, held by whoever held what was waived."""
    step = state.step(ALTERNATIVE)
    assert step is not None
    starts = now.replace(microsecond=0)
    day = date.fromisoformat(by)
    deadline = deadlines.compute(
        Term.parse(f"by:{day:%m-%d}"), starts, mission.clock, suspensions=mission.all_suspensions()
    )
    posting, why = waived.posting, "named"
    if not mission.is_present(posting, now):
        posting, why = mission.assignee(step["owner"], now)
    data = {
        "task": f"{ALTERNATIVE}.{n}",
        "step": ALTERNATIVE,
        "occurrence": str(n),
        "owner_role": step["owner"],
        "posting": posting,
        "why": why,
        "starts": text(starts),
        "source": step["source"],
        "deadline": deadline.to_data(),
        "notices": notices_for(deadline, starts, step, mission, now),
        "appointment": None,
        "calendar_version": mission.clock.version,
    }
    return New("TaskOpened", data)
