"""Sittings of a proceeding, and the rota of those who may observe them."""

from datetime import datetime
from typing import Any

from domain import commands as c
from domain.deciding.clocks import recompute
from domain.envelope import Actor
from domain.events import New
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Appointment, Obligation
from domain.refusals import Refused
from domain.task import text

_OBSERVERS = (
    "focal_point",
    "focal_point_alternate",
    "political_officer",
    "deputy_head_of_mission",
    "press_officer",
    "consular_officer",
    "cooperation_officer",
)
"""Who is asked to observe. A local agent goes along as support and never alone (OBLIGATIONS.md, TRIAL-OBS)."""


def record_sittings(
    command: c.RecordSittings, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """A court list: new sittings are set, moved ones moved, cancelled ones cancelled; all of it or nothing.

    A sitting is known again by the keyed hash of its UID, so a second import of the same list gives nothing.
    """
    _open(state)
    known = {a.match: a for a in state.appointments.values() if a.match is not None}
    made: list[New] = []
    for sitting in command.sittings:
        old = known.get(sitting.match) if sitting.match else state.appointments.get(sitting.appointment)
        if old is None:
            if not sitting.cancelled:
                made.append(_set(sitting))
        elif sitting.cancelled:
            made += _cancel(old, state)
        elif old.status == "set" and instant_text(sitting.starts) != old.starts:
            made += _move(old, sitting, state, mission, now)
    return made


def _open(state: Obligation) -> None:
    if not state.version:
        raise Refused("no-such-obligation", obligation=state.id or "?")
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)


def _set(sitting: c.Sitting) -> New:
    data: dict[str, Any] = {
        "appointment": sitting.appointment,
        "starts": instant_text(sitting.starts),
        "day": sitting.day,
        "whole_day": sitting.whole_day,
        "match": sitting.match,
    }
    if sitting.sealed is not None:
        data["sealed"] = dict(sitting.sealed)
    return New("AppointmentSet", data)


def _cancel(old: Appointment, state: Obligation) -> list[New]:
    if old.status != "set":
        return []
    made = [New("AppointmentCancelled", {"appointment": old.id})]
    made += [
        New("TaskCancelled", {"task": t.id, "cause": "sitting_cancelled"})
        for t in state.open_tasks()
        if t.appointment == old.id
    ]
    return made


def _move(old: Appointment, to: c.Sitting, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    data: dict[str, Any] = {
        "appointment": old.id,
        "starts": instant_text(to.starts),
        "day": to.day,
        "whole_day": to.whole_day,
    }
    if to.sealed is not None:
        data["sealed"] = dict(to.sealed)
    made = [New("AppointmentMoved", data)]
    # The clocks that hang on it move in the same transaction: no reader ever sees one without the other.
    before = (old.starts, old.day, old.whole_day)
    old.starts, old.day, old.whole_day = data["starts"], to.day, to.whole_day
    try:
        for task in state.open_tasks():
            if task.appointment == old.id:
                made += recompute(task, "sitting-moved", state, mission, now)
    finally:
        old.starts, old.day, old.whole_day = before
    return made


def record_held(
    command: c.RecordSittingHeld, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """What became of a sitting. Adjourned: the next one is set in the same instant; a sitting not held needs no report."""
    _open(state)
    sitting = _appointment(command.appointment, state)
    if sitting.status != "set":
        raise Refused("appointment-ended", appointment=sitting.id, status=sitting.status)
    happened = command.happened_at or now
    if happened > now:
        raise Refused("in-the-future", at=instant_text(happened))
    if instant_text(happened) < sitting.starts and command.outcome != "not_held":
        raise Refused("before-sitting", appointment=sitting.id, starts=sitting.starts)
    if command.outcome == "adjourned" and command.next is None:
        raise Refused(
            "bad-command", where="next", problem="an adjournment names the next sitting, or says without day"
        )
    made = [
        New(
            "SittingHeld",
            {
                "appointment": sitting.id,
                "happened_at": text(happened),
                "outcome": command.outcome,
                "next": command.next.appointment if command.next else None,
            },
        )
    ]
    cause = "sitting_not_held" if command.outcome == "not_held" else "sitting_over"
    made += [
        New("TaskCancelled", {"task": t.id, "cause": cause})
        for t in state.open_tasks()
        if t.appointment == sitting.id and (command.outcome == "not_held" or t.step.startswith("decide"))
    ]
    if command.next is not None:
        made.append(_set(command.next))
    if command.outcome == "verdict":
        for other in state.sittings():
            made += _cancel(other, state) if other.id != sitting.id else []
        made.append(New("ProceedingEnded", {"cause": "verdict"}))
    return made


def _appointment(code: str, state: Obligation) -> Appointment:
    found = state.appointments.get(code)
    if found is None:
        raise Refused("no-such-appointment", obligation=state.id, appointment=code)
    return found


def end_proceeding(
    command: c.EndProceeding, state: Obligation, _m: Mission, _n: datetime, _a: Actor
) -> list[New]:
    """No further sitting is expected: those still set are cancelled."""
    _open(state)
    if state.ended_cause is not None:
        return []
    made: list[New] = []
    for sitting in state.sittings():
        made += _cancel(sitting, state)
    return [*made, New("ProceedingEnded", {"cause": command.cause})]


def offer_rota(
    command: c.OfferRota, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """Offer a sitting to everybody present who may observe. Offered already, or over: nothing."""
    sitting = state.appointments.get(command.appointment)
    if sitting is None or sitting.status != "set" or sitting.offered or not state.is_open:
        return []
    to = [p for role in _OBSERVERS for p in mission.holders(role, now) if mission.is_present(p, now)]
    to = [p for p in to if not mission.is_local_agent(p)]
    return [New("RotaOffered", {"appointment": sitting.id, "to": to})] if to else []


def answer_rota(
    command: c.AnswerRota, state: Obligation, mission: Mission, _: datetime, actor: Actor
) -> list[New]:
    """Claim or decline. The first claim observes, the second stands in; each is told which."""
    _open(state)
    sitting = _appointment(command.appointment, state)
    posting = actor.on_behalf_of or actor.code
    if posting not in sitting.offered:
        raise Refused("not-offered", appointment=sitting.id, posting=posting)
    if posting in sitting.answers:
        raise Refused("already-answered", appointment=sitting.id, posting=posting)
    answer = "declined"
    if command.claim:
        taken = set(sitting.answers.values())
        answer = "observer" if "observer" not in taken else "backup"
    data = {"appointment": sitting.id, "posting": posting, "answer": answer, "reason": command.reason}
    return [New("RotaAnswered", data)]
