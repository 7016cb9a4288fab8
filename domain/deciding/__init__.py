"""Decisions on an obligation: `decide(command, state, mission, now, actor)` gives the events, or raises Refused.

Pure: the same state, command and instant give the same events; the same command twice gives no second ones.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from domain import commands as c
from domain.deciding import casework, corrections, gates, pausing, procedure, sittings, tasks, waivers, waking
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

Others = Mapping[str, Obligation]
"""Other obligations that a decision reads: a case's consultation, the one whose act serves here too."""

Decision = Callable[[Any, Obligation, Mission, datetime, Actor], list[New]]


def _wake(command: c.Wake, state: Obligation, mission: Mission, now: datetime, _a: Actor) -> list[New]:
    return waking.wake(state, mission, now, command.planned) if state.is_open else []


_DECIDE: dict[type[c.Command], Decision] = {
    c.CloseObligation: procedure.close,
    c.SetGate: gates.set_gate,
    c.SetGates: gates.set_gates,
    c.AnswerGate: gates.answer_gate,
    c.ProposeVitalInterest: gates.propose_vital,
    c.AnswerVitalInterest: gates.answer_vital,
    c.RecordDisclosure: gates.disclose,
    c.NoteCase: casework.note,
    c.DetachCase: casework.detach,
    c.ReleasePublication: casework.release,
    c.CancelPublication: casework.cancel_publication,
    c.RecordAnswer: casework.answer,
    c.SignHandover: casework.sign,
    c.RecordAllocation: casework.allocate,
    c.RecordCoverage: casework.cover,
    c.OpenTask: procedure.open_task,
    c.CancelTask: procedure.cancel_task,
    c.Refresh: procedure.refresh,
    c.Wake: _wake,
    c.AcceptTask: tasks.accept,
    c.DeclineTask: tasks.decline,
    c.ReassignTask: tasks.reassign,
    c.NotAct: tasks.not_act,
    c.ConfirmTimeliness: tasks.confirm,
    c.ProposeWaiver: waivers.propose,
    c.AnswerWaiver: waivers.answer,
    c.PauseClock: pausing.pause,
    c.RenewWait: pausing.renew_wait,
    c.ResumeClock: pausing.resume,
    c.ExtendDeadline: pausing.extend,
    c.ProposeCorrection: corrections.propose,
    c.AnswerCorrection: corrections.answer,
    c.RecordSittings: sittings.record_sittings,
    c.RecordSittingHeld: sittings.record_held,
    c.EndProceeding: sittings.end_proceeding,
    c.OfferRota: sittings.offer_rota,
    c.AnswerRota: sittings.answer_rota,
}

_READING: dict[type[c.Command], Callable[[Any, Obligation, Mission, datetime, Actor, Others], list[New]]] = {
    c.OpenObligation: procedure.open_obligation,
    c.AttachCase: casework.attach,
    c.CompleteTask: tasks.complete,
}
"""Decisions that read other obligations too."""


def decide(
    command: c.ObligationCommand,
    state: Obligation,
    mission: Mission,
    now: datetime,
    actor: Actor,
    others: Others | None = None,
) -> list[New]:
    """What the command makes happen on the obligation's stream. `now` is UTC. `others`: what else it reads, by id.

    Raises Refused with a stable code where the rules say no. `mission` is read, never changed: its stream's version is
    checked when the events are appended, so a decision beside a suspension sees it.
    """
    if not mission.version:
        raise Refused("no-such-mission", mission=command.mission)
    if not state.version and not isinstance(command, c.OpenObligation):
        raise Refused("no-such-obligation", obligation=command.obligation)
    reading = _READING.get(type(command))
    if reading is not None:
        return reading(command, state, mission, now, actor, others or {})
    return _DECIDE[type(command)](command, state, mission, now, actor)
