"""What a procedure asks: open an obligation, answer a gate, open a task, look again, come to an end."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from domain import commands as c
from domain import routing
from domain.casework import FIRST
from domain.deciding.clocks import in_hours, notices_for, recompute, resolve
from domain.deciding.gates import known_gates, require_open
from domain.deciding.waking import rerouted
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import text


def open_obligation(
    command: c.OpenObligation,
    state: Obligation,
    mission: Mission,
    now: datetime,
    _: Actor,
    others: Mapping[str, Obligation],
) -> list[New]:
    """A definition goes to work. Opened already: nothing. Nothing is owed for the time before adoption.

    Its terms are those of this mission; its gates stand as the case's consultation has them at this instant.
    """
    if state.version:
        return []
    accreditations = [*mission.accreditations, *([mission.code] if mission.kind == "headquarters" else [])]
    if command.instrument not in mission.instruments or command.accreditation not in accreditations:
        raise Refused("no-such-definition", mission=command.mission, definition=command.definition)
    due_by: str | None = None
    if command.due_day is not None:
        due = date.fromisoformat(command.due_day)
        if mission.adopted_on is not None and due < mission.adopted_on:
            raise Refused("before-adoption", adopted=mission.adopted_on, mission=command.mission)
        due_by = instant_text(mission.clock.end_of(due))
    definition = _as_here(dict(command.definition_data), mission, now)
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
        data["subject"] = dict(command.subject)
    if command.occurrence != "1":
        data["occurrence"] = command.occurrence
    if command.waived_before:
        data["waived_before"] = command.waived_before
    if command.also:
        data["also"] = list(command.also)
    gates, shut = _gates(others.get(command.consult or ""), definition)
    if gates:
        data["gates"] = gates
    if shut:
        data["shut"] = shut
    return [New("ObligationOpened", data, at=_since(command, mission, now))]


def _since(command: c.OpenObligation, mission: Mission, now: datetime) -> str | None:
    """When it began, if it was entered later: an alert noted on paper has its hours from the alert."""
    if command.happened_at is None:
        return None
    if command.happened_at > now:
        raise Refused("in-the-future", at=instant_text(command.happened_at))
    if mission.adopted_on is not None and mission.day(command.happened_at) < mission.adopted_on:
        raise Refused("before-adoption", adopted=mission.adopted_on, mission=command.mission)
    return text(command.happened_at)


def _as_here(definition: dict[str, Any], mission: Mission, now: datetime) -> dict[str, Any]:
    """The definition with the terms that the mission's local strategy or headquarters has set, and their source."""
    local = mission.local_terms_for(definition["code"], mission.day(now))
    if local:
        definition["step"] = [
            {**step, "term": local[step["code"]][0], "source": local[step["code"]][1]}
            if step["code"] in local
            else step
            for step in definition["step"]
        ]
    return definition


def _gates(
    consult: Obligation | None, definition: Mapping[str, Any]
) -> tuple[dict[str, str | None], list[str]]:
    """The gates of the case that this definition knows: those that stand open now, each with its end, and those that are shut."""
    if consult is None:
        return {}, []
    known = sorted(known_gates(definition) & set(consult.gates))
    standing = {gate: consult.lapses.get((gate, FIRST)) for gate in known if consult.gates[gate]}
    return standing, [gate for gate in known if not consult.gates[gate]]


def close(command: c.CloseObligation, state: Obligation, _m: Mission, _n: datetime, _a: Actor) -> list[New]:
    """The procedure has ended. Tasks still open fall away with it."""
    if not state.is_open:
        return []
    made = [New("TaskCancelled", {"task": t.id, "cause": "obligation_closed"}) for t in state.open_tasks()]
    return [*made, New("ObligationClosed", {"outcome": command.outcome})]


def open_task(command: c.OpenTask, state: Obligation, mission: Mission, now: datetime, _: Actor) -> list[New]:
    """A step becomes a task with an owner and a deadline. Opened already, or the obligation ended: nothing.

    Refused while a gate of the step is shut: no procedure can forget it.
    """
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
    if appointment is not None and "observer" in step["results"] and appointment.observer in mission.partners:
        return []  # a partner has claimed it meanwhile: there is nobody to find
    require_open(step["gates"], state, mission, now)
    starts = now if command.starts is None else command.starts
    if step["bound"] == "after" and appointment is not None:
        starts = datetime.fromisoformat(appointment.starts)
    starts = starts.replace(microsecond=0)
    deadline = resolve(step, starts, state, mission, command.appointment)
    hours = in_hours(deadline.term)
    posting, why = routing.assignee(step, mission, now, definition=state.code, hours=hours)
    if command.posting is not None and mission.is_present(command.posting, now):
        posting, why = command.posting, "named"
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
        made += rerouted(task, state, mission, now)
    return made


def start_of_day(mission: Mission, day: str) -> datetime:
    """09:00 local of a day without an hour: what an appointment without one counts from (DEADLINES.md)."""
    return mission.clock.at(date.fromisoformat(day), time(9))
