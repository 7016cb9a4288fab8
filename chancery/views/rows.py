"""From a folded stream to the rows that show it. Pure: the same state gives the same rows, live or rebuilt."""

from collections.abc import Iterable
from typing import Any

from domain.deciding.clocks import next_wake
from domain.mission import Mission
from domain.obligation import Obligation
from domain.task import Task

Row = tuple[Any, ...]


def obligation_row(state: Obligation) -> Row:
    """The row of `view.obligation`, in the order of its columns."""
    dues = [t.due for t in state.tasks.values() if t.status == "open"]
    return (
        state.id,
        state.mission,
        state.accreditation,
        state.instrument,
        state.code,
        state.definition["workflow"],
        state.procedure,
        state.period,
        state.case_bound,
        "open" if state.outcome is None else "closed",
        state.outcome,
        state.opened,
        state.closed,
        state.due_by,
        min(dues, default=None),
        next_wake(state),
        state.version,
        any(task.not_met for task in state.tasks.values()),
        "vital_interest" if _vital_interest_asked(state) else None,
    )


def _vital_interest_asked(state: Obligation) -> bool:
    return state.outcome is None and any(one.approved is None for one in state.vital.values())


def awaiting(task: Task) -> str | None:
    """For what a task waits on a second person: `waiver`, `correction`, `confirmation` (a late entry), or nothing."""
    if task.waiver is not None:
        return "waiver"
    if task.asked:
        return "correction"
    return "confirmation" if task.timing == "reported_in_time" and task.confirmed is None else None


def task_row(state: Obligation, task: Task) -> Row:
    """The row of `view.task`, in the order of its columns."""
    deadline = task.deadline
    wait = task.wait
    return (
        state.id,
        task.id,
        state.mission,
        state.code,
        state.instrument,
        task.step,
        task.owner_role,
        task.posting,
        task.accepted,
        task.status,
        task.outcome,
        task.reason,
        task.timing,
        task.source,
        deadline["term"],
        deadline["zone"],
        task.opened,
        task.original_due,
        task.due,
        deadline["provisional"],
        wait.party if wait else None,
        task.happened,
        task.ended,
        bool(task.passed),
        task.revision,
        task.not_met,
        wait.starts if wait else None,
        awaiting(task),
    )


def involved(state: Obligation) -> Iterable[Row]:
    """The rows of `view.involvement`: whose report has to read this obligation."""
    who = {h.posting for t in state.tasks.values() for h in t.holdings}
    who |= {p for a in state.appointments.values() for p in (a.observer, a.backup, a.support) if p}
    who |= {p for a in state.appointments.values() for p in (*a.offered, *a.answers)}
    return [(posting, state.id) for posting in sorted(who)]


def mission_row(state: Mission) -> Row:
    """The row of `view.mission`."""
    return (state.code, state.kind, state.clock.zone, str(state.adopted_on), state.version)


def posting_rows(state: Mission) -> Iterable[Row]:
    """The rows of `view.posting`."""
    for held in state.postings.values():
        post = state.posts[held.post]
        yield (
            held.code,
            state.code,
            held.post,
            post.role,
            held.first.isoformat(),
            held.last.isoformat(),
            post.support,
        )


def dossier_row(stream: str, state: Any) -> Row:
    """The row of `view.dossier`, in the order of its columns."""
    parties = sorted({posting for postings in state.parties().values() for posting in postings})
    first, last = getattr(state, "first", None), getattr(state, "last", None)
    return (stream, state.mission, state.status, first, last, parties, state.version)
