"""What a procedure asks: open an obligation, answer a gate, open a task, look again, come to an end."""

from datetime import date, datetime, time
from typing import Any

from domain import commands as c
from domain.deciding.clocks import notices_for, recompute, resolve
from domain.deciding.waking import rerouted, shunned
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import text


def open_obligation(
    command: c.OpenObligation, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """A definition goes to work. Opened already: nothing. Nothing is owed for the time before adoption."""
    if state.version:
        return []
    if command.instrument not in mission.instruments or command.accreditation not in mission.accreditations:
        raise Refused("no-such-definition", mission=command.mission, definition=command.definition)
    due_by: str | None = None
    if command.due_day is not None:
        due = date.fromisoformat(command.due_day)
        if mission.adopted_on is not None and due < mission.adopted_on:
            raise Refused("before-adoption", adopted=mission.adopted_on, mission=command.mission)
        due_by = instant_text(mission.clock.end_of(due))
    definition: dict[str, Any] = dict(command.definition_data)
    if due_by is None and any(step["term"] == "period" for step in definition["step"]):
        raise Refused(
            "bad-command", where="due_day", problem=f"{command.definition} is due by the end of a period"
        )
    data: dict[str, Any] = {
        "obligation": command.obligation,
        "mission": command.mission,
        "accreditation": command.accreditation,
        "instrument": command.instrument,
        "instrument_version": command.instrument_version,
        "definition": definition,
        "procedure": definition["procedure"],
        "period": command.period,
        "due_by": due_by,
        "parties": list(mission.partners),
        "case_bound": definition["scope"] == "case",
    }
    if command.subject is not None:
        data["subject"] = command.subject
    return [New("ObligationOpened", data)]


def close(command: c.CloseObligation, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """The procedure has ended. Tasks still open fall away with it."""
    if not state.is_open:
        return []
    made = [New("TaskCancelled", {"task": t.id, "cause": "obligation_closed"}) for t in state.open_tasks()]
    return [*made, New("ObligationClosed", {"outcome": command.outcome})]


def set_gate(command: c.SetGate, state: Obligation, _m: Mission, now: datetime, _a: Actor) -> list[New]:
    """A gate opens or closes. Closing it cancels what stands behind it, except what has been attended already."""
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)
    if command.gate not in (known := gates_of(state)):
        # A slip of the finger must not look like a consent withdrawn.
        raise Refused(
            "no-such-gate", definition=state.code, gate=command.gate, gates=", ".join(known) or "none"
        )
    if state.gates.get(command.gate) == command.open:
        return []
    made = [New("GateSet", {"gate": command.gate, "open": command.open})]
    if not command.open:
        current = text(now)
        for task in state.open_tasks():
            step = state.step(task.step)
            assert step is not None
            appointment = state.appointments.get(task.appointment or "")
            if command.gate in step["gates"] and (appointment is None or appointment.starts > current):
                made.append(New("TaskCancelled", {"task": task.id, "cause": "gate"}))
    return made


def gates_of(state: Obligation) -> list[str]:
    """The gates of an obligation's definition."""
    return sorted({gate for step in state.definition["step"] for gate in step["gates"]})


def answer_gate(command: c.AnswerGate, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """A gate is answered once for each occurrence; what a later run asks again changes nothing."""
    if (command.gate, command.occurrence) in state.gate_answers or not state.is_open:
        return []
    data = {"gate": command.gate, "occurrence": command.occurrence, "passed": command.passed}
    return [New("GateAnswered", data)]


def open_task(command: c.OpenTask, state: Obligation, mission: Mission, now: datetime, _: Actor) -> list[New]:
    """A step becomes a task with an owner and a deadline. Opened already, or the obligation ended: nothing."""
    task_id = f"{command.step}.{command.occurrence}"
    if task_id in state.tasks or not state.is_open:
        return []
    step = state.step(command.step)
    if step is None:
        raise Refused("no-such-step", definition=state.code, step=command.step)
    appointment = state.appointments.get(command.appointment or "")
    if command.appointment is not None and appointment is None:
        raise Refused("no-such-appointment", obligation=state.id, appointment=command.appointment)
    if appointment is not None and (appointment.status == "cancelled" or appointment.outcome == "not_held"):
        return []
    starts = now if command.starts is None else command.starts
    if step["bound"] == "after" and appointment is not None:
        starts = datetime.fromisoformat(appointment.starts)
    starts = starts.replace(microsecond=0)
    posting, why = mission.assignee(step["owner"], now, shunned(command.step, mission, ()))
    if command.posting is not None and mission.is_present(command.posting, now):
        posting, why = command.posting, "named"
    deadline = resolve(step, starts, state, mission, command.appointment)
    data = {
        "task": task_id,
        "step": command.step,
        "occurrence": command.occurrence,
        "owner_role": step["owner"],
        "posting": posting,
        "why": why,
        "starts": instant_text(starts),
        "source": step["source"],
        "deadline": deadline.to_data(),
        "notices": notices_for(deadline, starts, step, mission, now),
        "appointment": command.appointment,
        "calendar_version": mission.clock.version,
    }
    return [New("TaskOpened", data)]


def cancel_task(command: c.CancelTask, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """The procedure no longer needs it. Ended already: nothing."""
    task = state.tasks.get(command.task)
    if task is None or not task.is_open:
        return []
    return [New("TaskCancelled", {"task": task.id, "cause": command.cause})]


def refresh(command: c.Refresh, state: Obligation, mission: Mission, now: datetime, _: Actor) -> list[New]:
    """The mission's stream moved: every open task's clock and holder as it now says; nothing where nothing changed."""
    made: list[New] = []
    for task in state.open_tasks():
        made += recompute(task, mission.moved_by, state, mission, now)
        made += rerouted(task, mission, now)
    return made


def start_of_day(mission: Mission, day: str) -> datetime:
    """09:00 local of a day without an hour: what an appointment without one counts from (DEADLINES.md)."""
    return mission.clock.at(date.fromisoformat(day), time(9))
