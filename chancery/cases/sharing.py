"""What partners are told: recorded as it is shared, read back through their own door, and gone from it with the consent.

Two services that share a case are two controllers of its data: each disclosure names the arrangement between them and the
kind of consent behind it (REQUIREMENTS.md, Law and markings).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from chancery import queries
from chancery.cases import links, reading
from chancery.cases.codes import partner_code, ref
from chancery.cases.consent import CONSULT, consultation_in
from chancery.cases.record import known
from chancery.cases.refusals import CaseRefused
from chancery.office import Office, send
from chancery.streams import Receipt, as_event, obligation_stream
from chancery.vault import Opened
from domain import commands as c
from domain.envelope import Actor
from domain.obligation import Obligation
from domain.refusals import Refused

SHARING: Final = ("share_eu", "share_partners", "share_un", "refer")
"""Kinds of consent behind which something of a case leaves the mission."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a partner was told: the code under which it knows the case, and the words. `at` is UTC."""

    code: str
    kind: str
    arrangement: str
    at: datetime
    content: Any


async def disclose(
    office: Office,
    actor: Actor,
    case: str,
    kind: str,
    *,
    to: str,
    arrangement: str,
    content: Mapping[str, Any] | str,
    request: UUID | None = None,
) -> tuple[Receipt, str]:
    """Record that something of the case is shared with a partner, under an arrangement, behind the kind of consent it takes.

    Returns the receipt and the code under which that partner knows the case. What was shared is sealed. A shut gate refuses
    it (Refused `gate-shut`). Raises CaseRefused, Refused, VaultError, Unavailable, Unknown.
    """
    if kind not in SHARING:
        raise CaseRefused("no-such-kind", kind=kind, kinds=", ".join(SHARING))
    found = await known(office, case)
    consult, own = consultation_in(found), uuid5(request or uuid4(), "disclose")
    code = partner_code(office.vault, case, to)
    body = {"to": to, "code": code, "content": dict(content) if isinstance(content, Mapping) else content}
    sealed = office.vault.seal(f"case:{case}", "disclosure", body, reference=uuid5(own, "record"))
    command = c.RecordDisclosure(
        command_id=own,
        mission=consult.mission,
        obligation=consult.id,
        gate=f"consent:{kind}",
        to=to,
        arrangement=arrangement,
        record=ref(sealed),
    )
    return await send(office, command, actor, [office.vault.statement([sealed])]), code


async def shared_with(office: Office, actor: Actor, mission: str, partner: str) -> list[Shared]:
    """What a mission shares with a partner now, the oldest first: for the partner itself, and for who leads in the mission.

    Only what stands behind consent that still stands, in cases that are open; each case read is recorded as a reading.
    Raises CaseRefused `case-not-yours`, Refused (`no-such-mission`, `no-such-posting`), VaultLocked.
    """
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    basis: reading.Basis
    if actor.kind == "partner" and actor.code == partner and partner in state.partners:
        who, basis = actor, "partner"
    else:
        who, basis = await reading.identified(office, actor), "lead"
        if who.mission != mission or who.role not in reading.LEADS:
            raise CaseRefused("case-not-yours")
    office.keys.get(
        f"mission:{mission}"
    )  # a locked vault shares nothing: said once, before anything is looked for
    found: list[Shared] = []
    for row in await queries.obligations(office.desk.log, mission=mission, definition=CONSULT, status="open"):
        consult = await office.desk.obligation(row["id"])
        if any(d.to == partner and consult.gates.get(d.gate) for d in consult.disclosures):
            found += await _of(office, consult, partner, who, basis)
    return sorted(found, key=lambda one: (one.at, one.code))


async def _of(
    office: Office, consult: Obligation, partner: str, who: Actor, basis: reading.Basis
) -> list[Shared]:
    case, _ = await links.case_of(office.vault, office.desk.log.pool, consult)
    assert case is not None
    events = [
        as_event(one)
        for one in await office.desk.log.read_stream(obligation_stream(consult.id))
        if one.event["type"] == "DisclosureMade"
    ]
    wanted = [
        event
        for event in events
        if event.data["to"] == partner and consult.gates.get(event.data["gate"]) and "record" in event.data
    ]
    await reading.record(office, case, who, basis, None)
    refs = [(UUID(event.data["record"]["ref"]), event.data["record"]["commit"]) for event in wanted]
    outcomes = await office.vault.open_many(office.desk.log.pool, refs, under=(f"case:{case}",))
    shared = []
    for event, (reference, _) in zip(wanted, refs, strict=True):
        outcome = outcomes[reference]
        if not isinstance(outcome, Opened):
            raise outcome
        assert isinstance(outcome.plaintext, dict)
        kind = event.data["gate"].partition(":")[2]
        body = outcome.plaintext
        shared.append(Shared(body["code"], kind, event.data["arrangement"], event.happened, body["content"]))
    return shared
