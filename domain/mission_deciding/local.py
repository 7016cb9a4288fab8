"""What a mission sets for itself: terms of its own, duties switched, the versions of its instruments."""

from datetime import datetime

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.mission_parts import LocalTerm, Switch
from domain.refusals import Refused
from domain.term import Term


def set_term(command: c.SetLocalTerm, state: Mission, now: datetime, _: Actor) -> list[New]:
    """A step's term is another one here, for what is opened or set from now on, through a day.

    Raises BadTerm for what is no term. A term that the Guidelines state stays; one that counts from an appointment needs
    a step that has one.
    """
    _said(command)
    term = Term.parse(command.term)
    where = f"{command.definition}/{command.step}"
    if command.replaces == "guideline":
        raise Refused("term-stated", step=where)
    if term.needs_appointment and command.bound != "appointment":
        raise Refused("term-needs-appointment", term=term, step=where)
    _lasts(command.until, state, now, where)
    day = state.day(now).fromisoformat(command.until)
    local = LocalTerm(str(term), command.source, command.authority, day)
    if state.local_terms.get((command.definition, command.step)) == local:
        return []
    data = {
        "definition": command.definition,
        "step": command.step,
        "term": str(term),
        "source": command.source,
        "authority": command.authority,
        "reason": command.reason,
        "until": command.until,
    }
    return [New("LocalTermSet", data)]


def switch(command: c.SwitchDuty, state: Mission, now: datetime, _: Actor) -> list[New]:
    """A duty that is not core is off or on here, through a day: what the adoption said counts again after it."""
    _said(command)
    if command.group == "core" and not command.on:
        raise Refused("duty-core", definition=command.definition)
    _lasts(command.until, state, now, command.definition)
    day = state.day(now).fromisoformat(command.until)
    if state.switches.get(command.definition) == Switch(command.on, command.authority, day):
        return []
    data = {
        "definition": command.definition,
        "on": command.on,
        "authority": command.authority,
        "reason": command.reason,
        "until": command.until,
    }
    return [New("DutySwitched", data)]


def _said(command: c.SetLocalTerm | c.SwitchDuty) -> None:
    vocabulary.check("authority", command.authority, vocabulary.AUTHORITIES, dated=True)
    vocabulary.check("reason", command.reason, vocabulary.LOCAL_REASONS)


def _lasts(until: str, state: Mission, now: datetime, what: str) -> None:
    today = state.day(now).isoformat()
    if until < today:
        raise Refused("ends-before-start", what=what, end=until, start=today)


def adopt_instrument(command: c.AdoptInstrument, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """What is opened from now on is opened under this version; what was due under another stays under that."""
    if state.instruments.get(command.instrument) == command.version:
        return []
    data = {"instrument": command.instrument, "version": command.version, "checksum": command.checksum}
    return [New("InstrumentAdopted", data)]
