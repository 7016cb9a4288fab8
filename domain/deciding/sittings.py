"""Sittings of a proceeding, and the rota of those who may observe them."""

from datetime import datetime
from typing import Any

from domain import commands as c
from domain import vocabulary
from domain.deciding.clocks import bound_of, recompute, unanswered, wait_ended
from domain.deciding.gates import SHARING
from domain.deciding.tasks import LATE_REASONS, timing_of
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


COVERED = "another_mission_observes"
"""Why a sitting that a partner observes is not staffed here."""


def record_sittings(
    command: c.RecordSittings, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """A court list: new sittings are set, moved ones moved, cancelled ones cancelled; all of it or nothing.

    A sitting is known again by the keyed hash of its UID, so a second import of the same list gives nothing.
    """
    _open(state)
    made: list[New] = []
    new: set[str] = set()
    for sitting in command.sittings:
        old = _known(sitting, state)
        if old is None or (old.status == "cancelled" and _listed_again(sitting, state)):
            if not sitting.cancelled and new.isdisjoint({sitting.appointment, sitting.match or ""}):
                new |= {sitting.appointment, sitting.match or sitting.appointment}
                made.append(_set(sitting))
        elif sitting.cancelled:
            made += _cancel(old, state)
        elif old.status == "set" and text(sitting.starts) != old.starts:
            made += _move(old, sitting, state, mission, now)
    return made


def _known(sitting: c.Sitting, state: Obligation) -> Appointment | None:
    """The sitting of a list, if it is known: by its UID's hash (the latest, if it was listed again), by its id, or
    because one set by hand after an adjournment begins at the same instant.
    """
    found = [a for a in state.appointments.values() if a.match is not None and a.match == sitting.match]
    by_hand = [a for a in state.appointments.values() if a.match is None and a.starts == text(sitting.starts)]
    return next(iter([*reversed(found), *by_hand]), None) or state.appointments.get(sitting.appointment)


def _listed_again(sitting: c.Sitting, state: Obligation) -> bool:
    """A cancelled sitting that the court lists again, under an id of its own, while the proceeding goes on."""
    return state.ended_cause is None and sitting.appointment not in state.appointments


def _open(state: Obligation) -> None:
    if not state.is_open:
        raise Refused("obligation-closed", obligation=state.id, outcome=state.outcome)


def _set(sitting: c.Sitting) -> New:
    data: dict[str, Any] = {
        "appointment": sitting.appointment,
        "starts": text(sitting.starts),
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
    made += _answers(old, state, passed=False)
    made += [
        New("TaskCancelled", {"task": t.id, "cause": "sitting_cancelled"})
        for t in state.open_tasks()
        if t.appointment == old.id
    ]
    return made


def _answers(sitting: Appointment, state: Obligation, *, passed: bool) -> list[New]:
    """Whoever waits at a gate of a sitting that is over need not wait: unasked, it is answered as it stands, or shut."""
    return [
        New(
            "GateAnswered",
            {"gate": gate, "occurrence": sitting.id, "passed": passed and state.gates.get(gate, False)},
        )
        for waiting, gate in unanswered(state)
        if waiting.id == sitting.id
    ]


def _move(old: Appointment, to: c.Sitting, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    data: dict[str, Any] = {
        "appointment": old.id,
        "starts": text(to.starts),
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
    if text(happened) < sitting.starts and command.outcome != "not_held":
        raise Refused("before-sitting", appointment=sitting.id, starts=sitting.starts)
    _check_next(command, happened)
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
    held = command.outcome != "not_held"
    cause = "sitting_over" if held else "sitting_not_held"
    made += _answers(sitting, state, passed=held)
    made += [
        New("TaskCancelled", {"task": t.id, "cause": cause})
        for t in state.open_tasks()
        if t.appointment == sitting.id and (not held or bound_of(t, state) is not None)
    ]
    if command.next is not None:
        made += _next(command.next, state, mission, now)
    if command.outcome == "verdict":
        for other in state.sittings():
            made += _cancel(other, state) if other.id != sitting.id else []
        made.append(New("ProceedingEnded", {"cause": "verdict"}))
    return made


def _next(sitting: c.Sitting, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """The sitting to which it was adjourned: a new one, or one that a court list had named already."""
    known = state.appointments.get(sitting.appointment)
    if known is None:
        return [_set(sitting)]
    if known.status == "set" and text(sitting.starts) != known.starts:
        return _move(known, sitting, state, mission, now)
    return []


def _check_next(command: c.RecordSittingHeld, happened: datetime) -> None:
    problem = ""
    if command.outcome == "adjourned" and command.next is None:
        problem = "an adjournment names the next sitting, or says without day"
    elif command.outcome in ("adjourned_without_day", "verdict") and command.next is not None:
        problem = "only a sitting adjourned to a day, or not held, has a next one"
    elif command.next is not None and command.next.starts <= happened:
        problem = "the next sitting is later than this one"
    if problem:
        raise Refused("bad-command", where="next", problem=problem)


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
    vocabulary.check("cause", command.cause, vocabulary.PROCEEDING_CAUSES)
    if state.ended_cause is not None:
        return []
    made: list[New] = []
    for sitting in state.sittings():
        made += _cancel(sitting, state)
    return [*made, New("ProceedingEnded", {"cause": command.cause})]


def offer_rota(
    command: c.OfferRota, state: Obligation, mission: Mission, now: datetime, _: Actor
) -> list[New]:
    """Offer a sitting to everybody who may observe it and was not asked yet; to partners only if they may know of it."""
    sitting = state.appointments.get(command.appointment)
    if sitting is None or sitting.status != "set" or not state.is_open:
        return []
    to = [p for role in _OBSERVERS for p in mission.holders(role, now) if mission.is_present(p, now)]
    to = [p for p in to if not mission.is_local_agent(p)]
    to += mission.partners if may_be_told(state) else ()
    new = [one for one in to if one not in sitting.offered]
    return [New("RotaOffered", {"appointment": sitting.id, "to": new})] if new else []


def may_be_told(state: Obligation) -> bool:
    """Whether partners may know of an obligation's appointments: to offer one is to share it, and that was agreed to."""
    return not state.case_bound or any(state.gates.get(gate) for gate in SHARING)


def answer_rota(
    command: c.AnswerRota, state: Obligation, mission: Mission, now: datetime, actor: Actor
) -> list[New]:
    """Claim or decline. The first claim observes, every later one stands in; each is told which.

    A partner that claims first covers the sitting: who is to staff it here need not.
    """
    _open(state)
    sitting = _appointment(command.appointment, state)
    if sitting.status != "set":
        raise Refused("appointment-ended", appointment=sitting.id, status=sitting.status)
    who = actor.on_behalf_of or actor.code
    if who not in sitting.offered:
        raise Refused("not-offered", appointment=sitting.id, posting=who)
    if who in sitting.answers:
        raise Refused("already-answered", appointment=sitting.id, posting=who)
    partner = actor.kind == "partner"
    if partner and not may_be_told(state):
        raise Refused("gate-shut", gate=min(SHARING), obligation=state.id)
    if command.reason is not None:
        vocabulary.check("reason", command.reason, (*LATE_REASONS, *vocabulary.ROTA_REASONS))
    answer = "declined"
    if command.claim:
        taken = sitting.observer is not None or "observer" in sitting.answers.values()
        answer = "backup" if taken else "observer"
    data = {"appointment": sitting.id, "posting": who, "answer": answer, "reason": command.reason}
    made = [New("RotaAnswered", data)]
    if partner and answer == "observer":
        made += [_assigned(sitting, who, None), *_covered(sitting, state, mission, now)]
    elif answer == "backup" and sitting.observer is not None and sitting.backup is None:
        made.append(_assigned(sitting, sitting.observer, who))
    return made


def _assigned(sitting: Appointment, observer: str, backup: str | None) -> New:
    data = {"appointment": sitting.id, "observer": observer, "backup": backup, "support": sitting.support}
    return New("ObserverAssigned", data)


def _covered(sitting: Appointment, state: Obligation, mission: Mission, now: datetime) -> list[New]:
    """The task of staffing the sitting ends: another mission observes, which is as good an end as any."""
    made: list[New] = []
    for task in state.open_tasks():
        step = state.step(task.step)
        if step is None or task.appointment != sitting.id or "observer" not in step["results"]:
            continue
        if COVERED not in step["reasons"] or "transferred" not in step["outcomes"]:
            continue
        ended, clock = wait_ended(task, "ended", state, mission, now)
        data = {
            "task": task.id,
            "happened_at": text(now),
            "timing": timing_of(clock, now, now),
            "outcome": "transferred",
            "reason": COVERED,
        }
        made += [*ended, New("TaskNotActed", data)]
    return made
