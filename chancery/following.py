"""One obligation follows from another: a démarche from a trial, headquarters' decision from a mission's recommendation.

What follows serves the same case, under an id that only the case's key can make; it takes over what the case's
consultation says at that instant. An answer goes back the same way.
"""

import base64
import hashlib
from uuid import uuid5

from chancery import queries
from chancery.cases import links
from chancery.cases.codes import ref
from chancery.cases.opening import open_for, opening
from chancery.office import Registry, send
from domain import commands as c
from domain.baton import Follow, Spread, Tell, command_id
from domain.casework import CHECKS
from domain.deciding.gates import gates_of
from domain.envelope import ENGINE_CHAIN
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused


async def follow(office: Registry, ask: Follow) -> str | None:
    """Open what follows, once; its id, or None where the duty does not run (another instrument, or switched off).

    Raises what `Desk.submit` raises, VaultLocked while the vault is locked, Shredded when the case is gone.
    """
    parent = await office.desk.obligation(ask.obligation)
    mission = await _mission(office, ask)
    if mission is None or not mission.duty_is_on(ask.definition, mission.day(office.desk.clock.now())):
        return None
    case: str | None = None
    if parent.case_bound:
        case, _ = await links.case_of(office.vault, office.desk.log.pool, parent)
    place = parent.accreditation if mission.code == ask.mission else mission.code
    try:
        if case is None:
            return await _uncased(office, ask, parent, mission, place)
        named = links.obligation_id(office.vault, case, ask.definition, ask.obligation, ask.occurrence)
        opened, _ = await open_for(
            office, ENGINE_CHAIN, mission, case, ask.definition, command_id(named, "OpenObligation", ask.occurrence),
            parent=ask.obligation, occurrence=ask.occurrence, instrument=parent.instrument, accreditation=place,
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code != "no-such-definition":
            raise
        return None
    return opened


async def _mission(office: Registry, ask: Follow) -> Mission | None:
    """The mission in which it runs: its own, or headquarters', if there is one here."""
    if not ask.headquarters:
        return await office.desk.mission(ask.mission)
    found = [r["code"] for r in await queries.missions(office.desk.log) if r["kind"] == "headquarters"]
    return await office.desk.mission(found[0]) if found else None


async def _uncased(office: Registry, ask: Follow, parent: Obligation, mission: Mission, place: str) -> str:
    """Of what serves no case only the obligation that it followed from is sealed."""
    name = f"{ask.obligation}|{ask.definition}|{ask.occurrence}".encode()
    obligation = "f-" + base64.b32encode(hashlib.sha256(name).digest()[:10]).decode().lower()
    if (await office.desk.obligation(obligation)).version:
        return obligation
    identity = command_id(obligation, "OpenObligation", ask.occurrence)
    words = {"case": None, "parent": ask.obligation}
    subject = office.vault.seal(
        f"mission:{ask.mission}", "parent", words, reference=uuid5(identity, "parent")
    )
    command = opening(
        mission, parent.instrument, ask.definition, identity, obligation=obligation, accreditation=place,
        subject=ref(subject), occurrence=ask.occurrence,
    )  # fmt: skip
    await send(office, command, ENGINE_CHAIN, [office.vault.statement([subject])])
    return obligation


async def tell(office: Registry, ask: Tell) -> bool:
    """Give an answer to the obligation from which this one followed, or to the case's own one of a definition.

    False where there is none to tell. Raises what `Desk.submit` raises, VaultLocked, Shredded.
    """
    # Another obligation's stream: the conductor, which echoes nobody's own events, must nudge its workflow (ENGINE_CHAIN).
    state = await office.desk.obligation(ask.obligation)
    case, parent = await links.case_of(office.vault, office.desk.log.pool, state)
    target = parent
    if ask.definition is not None:
        target = links.obligation_id(office.vault, case, ask.definition) if case is not None else None
    other = await office.desk.obligation(target) if target is not None else Obligation()
    if not other.version:
        return False
    command = c.RecordAnswer(
        command_id=command_id(other.id, "RecordAnswer", f"{ask.obligation}|{ask.question}|{ask.answer}"),
        mission=other.mission,
        obligation=other.id,
        question=ask.question,
        answer=ask.answer,
    )
    await office.desk.submit(command, ENGINE_CHAIN)
    return True


async def spread(office: Registry, ask: Spread) -> int:
    """Shut what a consultation has shut, and open what a check has opened, wherever the case is served; 0 where all is so.

    What somebody agreed to is never opened by the engine: only the office, which heard them, does that. Raises what
    `Desk.submit` raises, VaultLocked, Shredded.
    """
    state = await office.desk.obligation(ask.obligation)
    case, _ = await links.case_of(office.vault, office.desk.log.pool, state)
    if case is None:
        return 0
    shut = tuple(sorted(gate for gate, on in state.gates.items() if not on))
    checked = tuple(sorted(gate for gate, on in state.gates.items() if on and gate in CHECKS))
    others: dict[str, str] = {}
    for code, number in (await links.obligations_of(office.vault, office.desk.log.pool, case)).items():
        other = await office.desk.obligation(code)
        here = other.is_open and other.mission == state.mission and code != state.id
        known = gates_of(other) if here else []
        if any(other.gate_of.get((gate, number)) for gate in shut if gate in known) or any(
            not other.gate_of.get((gate, number)) for gate in checked if gate in known
        ):
            others[code] = number
    if not others:
        return 0
    command = c.SetGates(
        command_id=command_id(state.id, "SetGates", f"spread|{state.version}|{'|'.join(sorted(others))}"),
        mission=state.mission,
        obligation=state.id,
        others=others,
        opened=checked,
        closed=shut,
    )
    await office.desk.submit(command, ENGINE_CHAIN)
    return 1
