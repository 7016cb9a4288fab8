"""To act without consent, in the vital interest: nobody who may consent can be reached, or a life is at stake.

Asked by one, answered by another, for a limited time, and reviewed (Regulation (EU) 2018/1725, Article 5(1)(e)
[from memory]). What somebody refused or took back is never decided over their head: the rules see to that.
"""

from typing import Literal
from uuid import UUID, uuid4, uuid5

from chancery.cases import links
from chancery.cases.codes import ref
from chancery.cases.consent import check_kinds, consulted, others_of
from chancery.cases.entries import parsed
from chancery.cases.record import known, seal_note
from chancery.office import Office, send
from chancery.streams import Receipt
from domain import commands as c
from domain.envelope import Actor
from domain.refusals import Refused

Basis = Literal["unreachable", "life_at_risk"]


async def ask(
    office: Office,
    actor: Actor,
    case: str,
    kind: str,
    basis: Basis,
    *,
    words: str = "",
    request: UUID | None = None,
) -> tuple[Receipt, str]:
    """Ask to act without consent. Returns the receipt and the consultation's id, by which whoever answers knows it.

    Raises CaseRefused (`no-such-kind`), Refused (`wish-stands`, `already-asked`), VaultError, Unavailable, Unknown.
    """
    check_kinds([kind])
    own = uuid5(request or uuid4(), "vital")
    found = await known(office, case)
    consult = await consulted(office, actor, found, own)
    said = parsed("note", {"words": words or "-", "more": {"basis": basis}}).model_dump(mode="json")
    sealed = seal_note(office, case, "note", said, own)
    command = c.ProposeVitalInterest(
        command_id=own,
        mission=consult.mission,
        obligation=consult.id,
        gate=f"consent:{kind}",
        basis=basis,
        record=ref(sealed),
    )
    return await send(office, command, actor, [office.vault.statement([sealed])]), consult.id


async def answer(
    office: Office,
    actor: Actor,
    consultation: str,
    kind: str,
    *,
    approved: bool,
    request: UUID | None = None,
) -> Receipt:
    """Approve or refuse, as a second person who need not know which case it is. Approved, the gate opens for 72 hours.

    It opens in all that serves the case at that instant; what opens later takes it over. Raises CaseRefused, Refused
    (`second-person`, `nothing-asked`), VaultError, Unavailable, Unknown.
    """
    check_kinds([kind])
    consult = await office.desk.obligation(consultation)
    case, _ = await links.case_of(office.vault, office.desk.log.pool, consult)
    if case is None:
        raise Refused("no-such-obligation", obligation=consultation)
    command = c.AnswerVitalInterest(
        command_id=uuid5(request or uuid4(), f"vital {kind}"),
        mission=consult.mission,
        obligation=consult.id,
        gate=f"consent:{kind}",
        approved=approved,
        others=others_of(await known(office, case), consult) if approved else {},
    )
    return await send(office, command, actor)
