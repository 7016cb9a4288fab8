"""Put a definition to work for a case: its id, the sealed link and the line of the case's index, in one transaction."""

from typing import Final
from uuid import UUID

from chancery import adoption
from chancery.cases import links
from chancery.cases.codes import ref
from chancery.instruments import also_satisfies, definition
from chancery.office import Office, send
from chancery.streams import Receipt
from chancery.vault import ReferenceTaken
from domain import commands as c
from domain.envelope import Actor
from domain.instrument import snapshot
from domain.mission import Mission
from domain.refusals import Refused

INSTRUMENT: Final = "eu-hrd"
_TRIES: Final = 8


async def open_for(
    office: Office,
    actor: Actor,
    mission: Mission,
    case: str,
    code: str,
    command_id: UUID,
    *,
    parent: str | None = None,
    again: str = "",
    instrument: str = INSTRUMENT,
    accreditation: str | None = None,
) -> tuple[str, Receipt | None]:
    """Open the obligation of a definition for a case; its id, and the receipt (None if it was open already).

    It takes over what the case's consultation says. `parent`: the obligation it follows from; its procedure, asking for the same,
    finds this one. `again`: tells one that is opened anew from the first. Raises Refused (`no-such-definition`), BadInput
    (`no-accreditation`), VaultError, Unavailable, Unknown.
    """
    version = mission.instruments.get(instrument, "")
    chosen = definition(instrument, code, version)
    if chosen is None:
        raise Refused("no-such-definition", mission=mission.code, definition=code)
    vault, source = office.vault, office.desk.log.pool
    obligation = links.obligation_id(vault, case, f"{code}{again}", parent or "")
    place = accreditation or await adoption.resident_accreditation(office.desk, mission.code)
    for tried in range(_TRIES):
        if (await office.desk.obligation(obligation)).version:
            return obligation, None
        consult = await links.consultation(vault, office.desk, case)
        subject, sealed = await links.sealed_opening(
            vault, source, case, obligation, command_id, parent=parent
        )
        command = c.OpenObligation(
            command_id=command_id,
            mission=mission.code,
            obligation=obligation,
            accreditation=place,
            instrument=instrument,
            instrument_version=version,
            definition=code,
            definition_data=snapshot(chosen),
            subject=ref(subject),
            consult=consult.id if consult is not None and consult.mission == mission.code else None,
            also=also_satisfies(mission.instruments, instrument, code),
        )
        try:
            return obligation, await send(office, command, actor, [sealed])
        except ReferenceTaken:
            if tried == _TRIES - 1:
                raise
    raise AssertionError("unreachable")
