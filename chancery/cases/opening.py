"""Put a definition to work for a case: its id, the sealed link and the line of the case's index, in one transaction."""

from typing import Final
from uuid import UUID

from chancery import adoption
from chancery.cases import links
from chancery.cases.codes import ref
from chancery.instruments import also_satisfies, taken_up
from chancery.office import Registry, send
from chancery.streams import Receipt
from chancery.vault import ReferenceTaken
from domain import commands as c
from domain.envelope import Actor
from domain.instrument import snapshot
from domain.kinds import SealedRef
from domain.mission import Mission
from domain.refusals import Refused

INSTRUMENT: Final = "eu-hrd"
_TRIES: Final = 8


async def open_for(
    office: Registry,
    actor: Actor,
    mission: Mission,
    case: str,
    code: str,
    command_id: UUID,
    *,
    parent: str | None = None,
    again: str = "",
    occurrence: str = "1",
    instrument: str = INSTRUMENT,
    accreditation: str | None = None,
) -> tuple[str, Receipt | None]:
    """Open the obligation of a definition for a case; its id, and the receipt (None if it was open already).

    It takes over what the case's consultation says. `parent`: the obligation it follows from; its procedure, asking for the same,
    finds this one. `again`: tells one that is opened anew from the first; `occurrence`: which of several of its parent's. Raises Refused (`no-such-definition`), BadInput
    (`no-accreditation`), VaultError, Unavailable, Unknown.
    """
    vault, source = office.vault, office.desk.log.pool
    obligation = links.obligation_id(vault, case, f"{code}{again}", parent or "", occurrence)
    place = accreditation or await adoption.resident_accreditation(office.desk, mission.code)
    for tried in range(_TRIES):
        if (await office.desk.obligation(obligation)).version:
            return obligation, None
        consult = await links.consultation(vault, office.desk, case)
        subject, sealed = await links.sealed_opening(
            vault, source, case, obligation, command_id, parent=parent
        )
        here = consult.id if consult is not None and consult.mission == mission.code else None
        command = opening(
            mission, instrument, code, command_id, obligation=obligation, accreditation=place, subject=ref(subject),
            consult=here, occurrence=occurrence,
        )  # fmt: skip
        try:
            return obligation, await send(office, command, actor, [sealed])
        except ReferenceTaken:
            if tried == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def opening(
    mission: Mission,
    instrument: str,
    code: str,
    command_id: UUID,
    *,
    obligation: str,
    accreditation: str,
    subject: SealedRef,
    consult: str | None = None,
    occurrence: str = "1",
) -> c.OpenObligation:
    """The command that puts a definition to work, by the text that the mission has taken up.

    Raises Refused `no-such-definition`.
    """
    text = taken_up(mission.instruments, instrument)
    chosen = next((d for d in text["definition"] if d["code"] == code), None) if text else None
    if text is None or chosen is None:
        raise Refused("no-such-definition", mission=mission.code, definition=code)
    return c.OpenObligation(
        command_id=command_id,
        mission=mission.code,
        obligation=obligation,
        accreditation=accreditation,
        instrument=instrument,
        instrument_version=text["version"],
        definition=code,
        definition_data=snapshot(chosen),
        subject=subject,
        consult=consult,
        occurrence=occurrence,
        also=also_satisfies(mission.instruments, instrument, code),
    )
