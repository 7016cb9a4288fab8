"""Decisions on an obligation: `decide(command, state, mission, now, actor)` gives the events, or raises Refused.

Pure: the same state, command and instant give the same events; the same command twice gives no second ones.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain import commands as c
from domain.deciding import pausing, procedure, sittings, tasks, waking
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

Decision = Callable[[Any, Obligation, Mission, datetime, Actor], list[New]]


def _wake(command: c.Wake, state: Obligation, mission: Mission, now: datetime, _a: Actor) -> list[New]:
    return waking.wake(state, mission, now, command.planned) if state.is_open else []


_DECIDE: dict[type[c.Command], Decision] = {
    c.OpenObligation: procedure.open_obligation,
    c.CloseObligation: procedure.close,
    c.SetGate: procedure.set_gate,
    c.AnswerGate: procedure.answer_gate,
    c.OpenTask: procedure.open_task,
    c.CancelTask: procedure.cancel_task,
    c.Refresh: procedure.refresh,
    c.Wake: _wake,
    c.AcceptTask: tasks.accept,
    c.DeclineTask: tasks.decline,
    c.ReassignTask: tasks.reassign,
    c.CompleteTask: tasks.complete,
    c.NotAct: tasks.not_act,
    c.ConfirmTimeliness: tasks.confirm,
    c.ProposeWaiver: tasks.propose_waiver,
    c.AnswerWaiver: tasks.answer_waiver,
    c.PauseClock: pausing.pause,
    c.RenewWait: pausing.renew_wait,
    c.ResumeClock: pausing.resume,
    c.ExtendDeadline: pausing.extend,
    c.CorrectTask: tasks.correct,
    c.RecordSittings: sittings.record_sittings,
    c.RecordSittingHeld: sittings.record_held,
    c.EndProceeding: sittings.end_proceeding,
    c.OfferRota: sittings.offer_rota,
    c.AnswerRota: sittings.answer_rota,
}


def decide(
    command: c.ObligationCommand, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """What the command makes happen on the obligation's stream. `now` is UTC.

    Raises Refused with a stable code where the rules say no. `mission` is read, never changed: its stream's version is
    checked when the events are appended, so a decision beside a suspension sees it.
    """
    if not mission.version:
        raise Refused("no-such-mission", mission=command.mission)
    if not state.version and not isinstance(command, c.OpenObligation):
        raise Refused("no-such-obligation", obligation=command.obligation)
    return _DECIDE[type(command)](command, state, mission, now, actor)
