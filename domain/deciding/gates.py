"""Gates: what a procedure may not pass before somebody agreed. They open, shut, lapse; what stands behind a shut one falls.

The wish of each case is its own: a proceeding that several attach to goes on while one of them lets it. Every obligation
keeps the gates of its case in its own stream, and what one wish shuts is shut in all of them in one transaction.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from domain import commands as c
from domain import vocabulary
from domain.casework import CHECKS, FIRST, KINDS
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task, text

VITAL_HOURS: Final = 72
"""A gate opened in the vital interest shuts again after so many hours (product default)."""

APPROVAL: Final = "approve-vital-interest"
"""The step by which somebody other than the proposer answers for acting without consent."""


SHARING: Final = frozenset({"consent:share_eu", "consent:share_partners"})
"""Behind one of these a sitting or a visit may be offered to partners: to offer it is to share it."""


def known_gates(definition: Mapping[str, Any]) -> set[str]:
    """The gates that a definition knows: those of its steps; where one goes to somebody, whether partners may be told;
    a consultation knows every kind of consent.
    """
    known = {gate for step in definition["step"] for gate in step["gates"]}
    if known & {"consent:attend", "consent:visit"}:
        known |= SHARING
    own = definition.get("gate")
    if own == "consent":
        known |= {f"consent:{kind}" for kind in KINDS} | set(CHECKS)
    elif own is not None:
        known.add(own)
    return known


def gates_of(state: Obligation) -> list[str]:
    """The gates that an obligation knows."""
    return sorted(known_gates(state.definition))


def _known(gate: str, state: Obligation) -> str:
    if gate not in (known := gates_of(state)):
        # A slip of the finger must not look like a consent withdrawn.
        raise Refused("no-such-gate", definition=state.code, gate=gate, gates=", ".join(known) or "none")
    return gate


def set_gate(command: c.SetGate, state: Obligation, _m: Mission, now: datetime, _a: Actor) -> list[New]:
    """One gate of one obligation opens or closes. Closing it cancels what stands behind it and has not begun."""
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)
    _known(command.gate, state)
    if not command.open:
        return shut(command.gate, FIRST, state, now)
    more: dict[str, Any] = {}
    if command.record is not None:
        more["record"] = dict(command.record)
    return opened(command.gate, FIRST, state, _later(command.lapses, now), more)


def set_gates(command: c.SetGates, state: Obligation, _m: Mission, now: datetime, _a: Actor) -> list[New]:
    """What a case's wish makes of one of its obligations: decided for each of them, written together.

    The consultation keeps the record and knows every gate; the others take what concerns them and pass over the rest.
    """
    own = state.id == command.obligation
    if not state.is_open:
        if own:
            raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)
        return []
    wanted = [*command.closed, *command.opened]
    if own:
        for gate in wanted:
            _known(gate, state)
    lapses = _later(command.lapses, now)
    known, case = gates_of(state), FIRST if own else command.others[state.id]
    if not own and case != FIRST and case not in state.cases:
        return []  # it no longer belongs here: its wish opens nothing for those who stayed
    more = {"record": dict(command.record)} if own and command.record is not None else {}
    made: list[New] = []
    for gate in command.closed:
        made += shut(gate, case, state, now, more=more) if gate in known else []
    for gate in command.opened:
        made += opened(gate, case, state, lapses, more) if gate in known else []
    return made


def _later(lapses: datetime | None, now: datetime) -> str | None:
    if lapses is None:
        return None
    if lapses <= now:
        raise Refused("ends-before-start", what="The consent", end=instant_text(lapses), start=text(now))
    return text(lapses)


def opened(gate: str, case: str, state: Obligation, lapses: str | None, more: dict[str, Any]) -> list[New]:
    """The event that a gate opens for one case, or nothing if it stands open so already."""
    if state.gate_of.get((gate, case)) and state.lapses.get((gate, case)) == lapses and not more:
        return []
    data: dict[str, Any] = {"gate": gate, "open": True, **more}
    if lapses is not None:
        data["lapses"] = lapses
    if case != FIRST:
        data["case"] = case
    return [New("GateSet", data)]


def shut(
    gate: str,
    case: str,
    state: Obligation,
    now: datetime,
    *,
    more: dict[str, Any] | None = None,
    at: str | None = None,
) -> list[New]:
    """The events that a gate shuts for one case; unless another case still lets it pass, what stands behind it falls.

    What has been attended already is not undone. A publication released and not made is not made.
    """
    more = more or {}
    wish = more.get("basis") != "lapsed" and state.basis.get(gate) == "lapsed"  # said of what time had shut
    if state.gate_of.get((gate, case)) is False and not wish:
        return []
    data: dict[str, Any] = {"gate": gate, "open": False, **more}
    if case != FIRST:
        data["case"] = case
    return [New("GateSet", data, at=at), *falls(gate, case, state, at or text(now), at=at)]


def falls(gate: str, case: str, state: Obligation, current: str, *, at: str | None = None) -> list[New]:
    """What stands behind a gate and has not begun, cancelled once `case` lets it pass no longer; nothing if another does."""
    if any(on for (name, who), on in state.gate_of.items() if name == gate and who != case):
        return []
    made = [
        New("TaskCancelled", {"task": task.id, "cause": "gate"}, at=at)
        for task in state.open_tasks()
        if behind(gate, task, state) and not _begun(task, state, current)
    ]
    publication = state.publication
    if publication is not None and publication.status == "released" and gate in publication_gates(state):
        made.append(New("PublicationCancelled", {"n": publication.n, "cause": "gate"}, at=at))
    return made


def behind(gate: str, task: Task, state: Obligation) -> bool:
    """Whether a task stands behind a gate."""
    step = state.step(task.step)
    return step is not None and gate in step["gates"]


def _begun(task: Task, state: Obligation, current: str) -> bool:
    sitting = state.appointments.get(task.appointment or "")
    return sitting is not None and sitting.starts <= current


def releases(state: Obligation) -> list[Task]:
    """The tasks that release a publication, as they were asked for, those that a gate has cancelled among them.

    A name or a picture takes more consent than the facts, so there are several such steps (`release`, `release-named` …).
    """
    return [task for task in state.tasks.values() if task.step.startswith("release")]


def publication_gates(state: Obligation) -> list[str]:
    """The gates that must stand open for a publication: those of the step that releases it, as it was asked for last."""
    asked = releases(state)
    step = state.step(asked[-1].step if asked else "release")
    return list(step["gates"]) if step is not None else gates_of(state)


def require_open(gates: list[str], state: Obligation, mission: Mission, now: datetime) -> None:
    """Raise Refused `gate-shut` if one of these gates does not stand open."""
    for gate in gates:
        off = gate in CHECKS and not mission.duty_is_on(CHECKS[gate], mission.day(now))
        if not off and not state.gates.get(gate, False):
            raise Refused("gate-shut", gate=gate, obligation=state.id)


def answer_gate(command: c.AnswerGate, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """A gate is answered once for each occurrence; what a later run asks again changes nothing."""
    if (command.gate, command.occurrence) in state.gate_answers or not state.is_open:
        return []
    data = {"gate": command.gate, "occurrence": command.occurrence, "passed": command.passed}
    return [New("GateAnswered", data)]


def lapsed(state: Obligation, now: datetime) -> list[New]:
    """Gates whose time has come shut by themselves, each at its own instant: what was agreed has ended."""
    made: list[New] = []
    for (gate, case), at in sorted(state.lapses.items(), key=lambda pair: pair[1]):
        if at <= text(now):
            made += shut(gate, case, state, now, more={"basis": "lapsed"}, at=at)
    return made


# ── without consent, in the vital interest ───────────────────────────────────────────────────────────────────────


def propose_vital(
    command: c.ProposeVitalInterest, state: Obligation, _m: Mission, _n: datetime, _a: Actor
) -> list[New]:
    """Ask to act without consent. What somebody refused or withdrew is not asked over their head; what has lapsed may be."""
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)
    gate = _known(command.gate, state)
    _no_wish(gate, state)
    asked = state.vital.get(gate)
    if asked is not None and asked.approved is None:
        raise Refused("already-asked", gate=gate)
    data: dict[str, Any] = {"gate": gate, "basis": command.basis}
    if command.record is not None:
        data["record"] = dict(command.record)
    return [New("VitalInterestProposed", data)]


def _no_wish(gate: str, state: Obligation) -> None:
    """Raise Refused `wish-stands` if somebody has answered for the gate. That a time ran out is nobody's wish."""
    if gate in state.gates and state.basis.get(gate) != "lapsed":
        raise Refused("wish-stands", gate=gate)


def answer_vital(
    command: c.AnswerVitalInterest, state: Obligation, _m: Mission, now: datetime, actor: Actor
) -> list[New]:
    """Approve or refuse, as a second person. Approved, the gate opens for 72 hours in every obligation of the case."""
    lapses = text(now + timedelta(hours=VITAL_HOURS))
    basis = {"basis": "vital_interest"}
    if state.id != command.obligation:
        case = command.others[state.id]
        here = case == FIRST or case in state.cases
        known = state.is_open and here and command.gate in gates_of(state)
        return opened(command.gate, case, state, lapses, basis) if known and command.approved else []
    asked = state.vital.get(command.gate)
    if asked is None or asked.approved is not None:
        raise Refused("nothing-asked", gate=command.gate)
    if actor.code == asked.proposer:
        raise Refused("second-person", what="Acting without consent", posting=actor.code)
    _no_wish(command.gate, state)
    made = [New("VitalInterestAnswered", {"gate": command.gate, "approved": command.approved})]
    task = state.tasks.get(f"{APPROVAL}.{asked.occurrence}")
    if task is not None and task.is_open:
        done: dict[str, Any] = {
            "task": task.id,
            "happened_at": text(now),
            "timing": "on_time" if text(now) <= task.due else "after_due",
            "checklist": [],
            "evidence": [],
            "result": {},
        }
        made.append(New("TaskCompleted", done))
    if command.approved:
        made += opened(command.gate, FIRST, state, lapses, basis)
    return made


# ── what was shared ──────────────────────────────────────────────────────────────────────────────────────────────


def disclose(
    command: c.RecordDisclosure, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """Something was shared, behind a gate that stands open; it names its arrangement, and can be recalled."""
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)
    code = f"d-{command.command_id.hex[:12]}"
    if any(known.id == code for known in state.disclosures):
        return []
    vocabulary.check("to", command.to, (*mission.partners, *vocabulary.SHARED_WITH))
    vocabulary.check("arrangement", command.arrangement, vocabulary.ARRANGEMENTS, dated=True)
    require_open([_known(command.gate, state)], state, mission, now)
    data: dict[str, Any] = {
        "disclosure": code,
        "n": len(state.disclosures) + 1,
        "gate": command.gate,
        "to": command.to,
        "arrangement": command.arrangement,
    }
    if command.record is not None:
        data["record"] = dict(command.record)
    return [New("DisclosureMade", data)]
