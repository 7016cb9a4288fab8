"""What else is written into an obligation: notes on a case, cases of a proceeding, a publication, answers, a hand-over, areas."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.casework import FIRST
from domain.deciding import gates
from domain.deciding.gates import gates_of, opened, publication_gates, releases, require_open
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import text

PAUSE: Final = timedelta(seconds=60)
"""Between releasing a publication and making it: a wish withdrawn in between cancels it (DESIGN.md, The log)."""

Others = Mapping[str, Obligation]


def _open(state: Obligation) -> None:
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)


def note(command: c.NoteCase, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Something of the case was written down. Possible after the end too: what becomes known late is kept."""
    if not state.case_bound:
        raise Refused("no-case", obligation=state.id)
    if any(known["ref"] == command.record["ref"] for known in state.noted.get(command.entry, ())):
        return []
    return [New("CaseNoted", {"entry": command.entry, "record": dict(command.record)})]


def attach(
    command: c.AttachCase, state: Obligation, _m: Mission, _n: datetime, _a: Actor, others: Others
) -> list[New]:
    """One more case attaches to a proceeding, with its own wishes as its consultation has them now."""
    _open(state)
    if not state.case_bound:
        raise Refused("no-case", obligation=state.id)
    if command.case in state.cases:
        return []
    made = [New("CaseAttached", {"case": command.case, "subject": dict(command.subject)})]
    consult = others.get(command.consult or "")
    for gate, lapses in _standing(consult, state):
        made += opened(gate, command.case, state, lapses, {})
    return made


def _standing(consult: Obligation | None, state: Obligation) -> list[tuple[str, str | None]]:
    """The gates of a consultation that stand open and concern an obligation, each with its end."""
    if consult is None:
        return []
    known = gates_of(state)
    return [
        (gate, consult.lapses.get((gate, FIRST)))
        for gate, on in consult.gates.items()
        if on and gate in known
    ]


def detach(command: c.DetachCase, state: Obligation, _m: Mission, now: datetime, _a: Actor) -> list[New]:
    """A case no longer belongs to a proceeding; what only its wish let pass falls with it. The first case stays."""
    _open(state)
    if command.case == FIRST:
        raise Refused("first-case", obligation=state.id)
    if command.case not in state.cases:
        return []
    let_pass = sorted(gate for (gate, case), on in state.gate_of.items() if on and case == command.case)
    fallen = [one for gate in let_pass for one in gates.falls(gate, command.case, state, text(now))]
    once = {str(one.data): one for one in fallen}  # a task may stand behind two gates
    return [New("CaseDetached", {"case": command.case}), *once.values()]


# ── a publication ────────────────────────────────────────────────────────────────────────────────────────────────


def release(
    command: c.ReleasePublication, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """Release it: made after a pause, or at `at`, if every gate still stands open then."""
    _open(state)
    if state.publication is not None and state.publication.status != "cancelled":
        raise Refused("already-released", obligation=state.id, status=state.publication.status)
    require_open(publication_gates(state), state, mission, now)
    if all(task.outcome == "cancelled" for task in releases(state)):
        raise Refused("nothing-to-release", obligation=state.id)
    makes = max(command.at or now, now + PAUSE)
    n = state.publication.n + 1 if state.publication is not None else 1
    return [New("PublicationReleased", {"n": n, "makes": text(makes)})]


def cancel_publication(
    command: c.CancelPublication, state: Obligation, _m: Mission, _n: datetime, _a: Actor
) -> list[New]:
    """It is not published after all. Made already: too late, that takes a retraction."""
    vocabulary.check("cause", command.cause, vocabulary.PUBLICATION_CAUSES)
    publication = state.publication
    if publication is None or publication.status == "made":
        raise Refused("nothing-released", obligation=state.id)
    if publication.status == "cancelled":
        return []
    return [New("PublicationCancelled", {"n": publication.n, "cause": command.cause})]


def published(state: Obligation, now: datetime) -> list[New]:
    """A released publication whose instant has come is made, if every gate stands open."""
    publication = state.publication
    if publication is None or publication.status != "released" or publication.makes > text(now):
        return []
    for gate in publication_gates(state):
        shut = not state.gates.get(gate, False)
        if shut or any(at <= publication.makes for (name, _), at in state.lapses.items() if name == gate):
            cancelled = {"n": publication.n, "cause": "gate"}
            return [New("PublicationCancelled", cancelled, at=publication.makes)]
    return [New("PublicationMade", {"n": publication.n}, at=publication.makes)]


# ── answers, hand-over, areas ────────────────────────────────────────────────────────────────────────────────────


def answer(command: c.RecordAnswer, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Another obligation answers what this one asked. The same answer again, or after the end: nothing."""
    if not state.is_open or state.answers.get(command.question) == command.answer:
        return []
    return [New("AnswerRecorded", {"question": command.question, "answer": command.answer})]


def sign(command: c.SignHandover, state: Obligation, _m: Mission, _n: datetime, actor: Actor) -> list[New]:
    """One side of a hand-over signs. Whoever takes over signs for what was handed over, and is somebody else."""
    _open(state)
    same = (state.signed.get(command.side), state.handed.get(command.side), state.queried.get(command.side))
    if same == (actor.code, command.items, command.queried):
        return []
    if command.side == "in":
        given = state.handed.get("out")
        if given is None:
            raise Refused("handover-unsigned", obligation=state.id)
        if state.signed["out"] == actor.code:
            raise Refused("second-person", what="A hand-over", posting=actor.code)
        missing = sorted(set(given) ^ set(command.items))
        if missing:
            raise Refused("handover-differs", obligation=state.id, items=", ".join(missing))
    unknown = sorted(set(command.queried) - set(command.items))
    if unknown:
        raise Refused("handover-differs", obligation=state.id, items=", ".join(unknown))
    data: dict[str, Any] = {
        "side": command.side,
        "items": list(command.items),
        "queried": list(command.queried),
    }
    return [New("HandoverSigned", data)]


def allocate(
    command: c.RecordAllocation, state: Obligation, _m: Mission, _n: datetime, _a: Actor
) -> list[New]:
    """Who leads for an area, and who stands in."""
    _open(state)
    if command.backup == command.lead:
        raise Refused("second-person", what="An area's backup", posting=command.lead)
    if state.allocations.get(command.area) == (command.lead, command.backup):
        return []
    return [New("AreaAllocated", {"area": command.area, "lead": command.lead, "backup": command.backup})]


def cover(command: c.RecordCoverage, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Which regions and groups were reached, and which were not."""
    _open(state)
    both = sorted(set(command.reached) & set(command.not_reached))
    if both:
        raise Refused("bad-command", where="reached", problem=f"{', '.join(both)}: reached, or not reached")
    if not command.reached and not command.not_reached:
        raise Refused("bad-command", where="reached", problem="name what was reached, or what was not")
    data = {"reached": list(command.reached), "not_reached": list(command.not_reached)}
    return [New("CoverageRecorded", data)]
