"""One obligation follows from another: a démarche from a trial, headquarters' decision from a mission's recommendation.

What follows serves the same case, under an id that only the case's key can make; it takes over what the case's
consultation says at that instant. An answer goes back the same way.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from chancery import instruments, queries
from chancery.cases import links
from chancery.desk import Desk
from chancery.log.pipeline import BatchRefused, Statement
from chancery.log.store import Pool
from chancery.vault import ReferenceTaken, Sealed, Vault, refusal
from domain import commands as c
from domain.baton import Follow, Spread, Tell, command_id
from domain.casework import CHECKS
from domain.deciding.gates import gates_of
from domain.envelope import ENGINE_CHAIN
from domain.instrument import DefinitionData, snapshot
from domain.mission import Mission
from domain.obligation import Obligation

_TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Archive:
    """What following needs beside the desk: the vault, and where it lies."""

    vault: Vault
    pool: Pool


async def follow(desk: Desk, archive: Archive, ask: Follow) -> str | None:
    """Open what follows, once; its id, or None where the duty does not run (another instrument, or switched off).

    Raises what `Desk.submit` raises, VaultLocked while the vault is locked, Shredded when the case is gone.
    """
    parent = await desk.obligation(ask.obligation)
    mission = await _mission(desk, ask)
    if mission is None:
        return None
    version = mission.instruments.get(parent.instrument, "")
    chosen = instruments.find(parent.instrument, version) or instruments.shipped().get(parent.instrument)
    if chosen is None:
        return None
    definition = next((d for d in chosen["definition"] if d["code"] == ask.definition), None)
    if definition is None:
        return None
    if not mission.duty_is_on(ask.definition, mission.day(desk.clock.now())):
        return None
    for _ in range(_TRIES):
        try:
            return await _open(desk, archive, ask, parent, mission, (definition, chosen["version"]))
        except BatchRefused as problem:
            if not isinstance(refusal(problem), ReferenceTaken):
                raise
    raise ReferenceTaken(f"The index of a case kept moving while {ask.definition} was opened.")


async def _mission(desk: Desk, ask: Follow) -> Mission | None:
    """The mission in which it runs: its own, or headquarters', if there is one here."""
    if not ask.headquarters:
        return await desk.mission(ask.mission)
    found = [row["code"] for row in await queries.missions(desk.log) if row["kind"] == "headquarters"]
    return await desk.mission(found[0]) if found else None


async def _open(
    desk: Desk,
    archive: Archive,
    ask: Follow,
    parent: Obligation,
    mission: Mission,
    stated: tuple[DefinitionData, str],
) -> str:
    definition, version = stated
    vault, source = archive.vault, archive.pool
    case, _ = await links.case_of(vault, source, parent) if parent.case_bound else (None, None)
    if case is not None:
        obligation = links.obligation_id(vault, case, ask.definition, ask.obligation, ask.occurrence)
    else:
        obligation = _plain_id(ask)
    identity = command_id(obligation, "OpenObligation", ask.occurrence)
    known = await desk.obligation(obligation)
    if known.version:
        return obligation
    subject, sealed = await _sealed(archive, case, obligation, identity, ask)
    consult = await links.consultation(vault, desk, case) if case is not None else None
    if consult is not None and consult.mission != mission.code:
        consult = None
    at_home = mission.code == ask.mission
    command = c.OpenObligation(
        command_id=identity,
        mission=mission.code,
        obligation=obligation,
        accreditation=parent.accreditation if at_home else mission.code,
        instrument=parent.instrument,
        instrument_version=version,
        definition=ask.definition,
        definition_data=snapshot(definition),
        subject={"ref": str(subject.reference), "commit": subject.commitment},
        consult=consult.id if consult is not None else None,
        occurrence=ask.occurrence,
        also=instruments.also_satisfies(mission.instruments, parent.instrument, ask.definition),
    )
    await desk.submit(command, ENGINE_CHAIN, [sealed])
    return obligation


async def _sealed(
    archive: Archive, case: str | None, obligation: str, identity: UUID, ask: Follow
) -> tuple[Sealed, Statement]:
    """The subject of what follows: the case, or where there is none, only the obligation that it followed from."""
    if case is not None:
        return await links.sealed_opening(
            archive.vault, archive.pool, case, obligation, identity, parent=ask.obligation
        )
    words = {"case": None, "parent": ask.obligation}
    subject = archive.vault.seal(
        f"mission:{ask.mission}", "parent", words, reference=uuid5(identity, "parent")
    )
    return subject, archive.vault.statement([subject])


def _plain_id(ask: Follow) -> str:
    name = f"{ask.obligation}|{ask.definition}|{ask.occurrence}".encode()
    return "f-" + base64.b32encode(hashlib.sha256(name).digest()[:10]).decode().lower()


async def tell(desk: Desk, archive: Archive, ask: Tell) -> bool:
    """Give an answer to the obligation from which this one followed, or to the case's own one of a definition.

    False where there is none to tell. Raises what `Desk.submit` raises, VaultLocked, Shredded.
    """
    # Another obligation's stream: the conductor, which echoes nobody's own events, must nudge its workflow (ENGINE_CHAIN).
    state = await desk.obligation(ask.obligation)
    case, parent = await links.case_of(archive.vault, archive.pool, state)
    target = parent
    if ask.definition is not None:
        target = links.obligation_id(archive.vault, case, ask.definition) if case is not None else None
    other = await desk.obligation(target) if target is not None else Obligation()
    if not other.version:
        return False
    command = c.RecordAnswer(
        command_id=command_id(other.id, "RecordAnswer", f"{ask.obligation}|{ask.question}|{ask.answer}"),
        mission=other.mission,
        obligation=other.id,
        question=ask.question,
        answer=ask.answer,
    )
    await desk.submit(command, ENGINE_CHAIN)
    return True


async def spread(desk: Desk, archive: Archive, ask: Spread) -> int:
    """Shut what a consultation has shut, and open what a check has opened, wherever the case is served; 0 where all is so.

    What somebody agreed to is never opened by the engine: only the office, which heard them, does that. Raises what
    `Desk.submit` raises, VaultLocked, Shredded.
    """
    state = await desk.obligation(ask.obligation)
    case, _ = await links.case_of(archive.vault, archive.pool, state)
    if case is None:
        return 0
    shut = tuple(sorted(gate for gate, on in state.gates.items() if not on))
    checked = tuple(sorted(gate for gate, on in state.gates.items() if on and gate in CHECKS))
    others: dict[str, str] = {}
    for code, number in (await links.obligations_of(archive.vault, archive.pool, case)).items():
        other = await desk.obligation(code)
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
    await desk.submit(command, ENGINE_CHAIN)
    return 1
