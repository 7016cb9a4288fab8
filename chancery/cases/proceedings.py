"""Several cases in one proceeding: one attendance and one report serve all, while what each agreed to stays its own."""

from uuid import UUID, uuid4, uuid5

from chancery.cases import links
from chancery.cases.codes import ref
from chancery.cases.record import known
from chancery.cases.refusals import CaseRefused
from chancery.office import Office, send
from chancery.streams import Receipt
from chancery.vault import ReferenceTaken
from domain import commands as c
from domain.casework import FIRST
from domain.envelope import Actor
from domain.refusals import Refused

_TRIES = 8


async def attach(
    office: Office, actor: Actor, case: str, obligation: str, request: UUID | None = None
) -> Receipt:
    """Attach a case to a proceeding that was opened for another. It brings its own consent, as it stands now.

    Its number there is drawn, and never given twice: what a case that was taken out says later moves nobody's gates.
    Raises CaseRefused, Refused (`no-such-obligation`, `no-case`, `obligation-closed`), VaultError, Unavailable, Unknown.
    """
    found = await known(office, case)
    own = uuid5(request or uuid4(), "attach")
    number = f"n{own.hex[:10]}"
    state = await office.desk.obligation(obligation)
    if state.mission != found.mission.code:
        raise Refused("no-such-obligation", obligation=obligation)
    if any(one.id == obligation for one in found.obligations):
        return Receipt(0, "", (), f"obligation/{obligation}", state.version, False)
    consult = found.own("CONSULT")
    for tried in range(_TRIES):
        subject, sealed = await links.sealed_opening(
            office.vault, office.desk.log.pool, case, obligation, own, number=number
        )
        command = c.AttachCase(
            command_id=own,
            mission=state.mission,
            obligation=obligation,
            case=number,
            subject=ref(subject),
            consult=consult.id if consult is not None and consult.is_open else None,
        )
        try:
            return await send(office, command, actor, [sealed])
        except ReferenceTaken:
            if tried == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


async def detach(
    office: Office, actor: Actor, case: str, obligation: str, request: UUID | None = None
) -> Receipt:
    """Take a case out of a proceeding that was opened for another. Raises CaseRefused (`not-attached`), Refused, VaultError."""
    number = {one.id: n for one, n in (await known(office, case)).serving}.get(obligation)
    if number is None:
        raise CaseRefused("not-attached", case=case, obligation=obligation)
    if number == FIRST:
        raise Refused("first-case", obligation=obligation)
    state = await office.desk.obligation(obligation)
    command = c.DetachCase(
        command_id=uuid5(request or uuid4(), "detach"),
        mission=state.mission,
        obligation=obligation,
        case=number,
    )
    return await send(office, command, actor)
