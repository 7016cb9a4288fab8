"""A partner's door to the rota: what is on offer to it, under codes of its own.

A partner sees when a sitting begins and a code that stands for the case to this partner alone, so that two of them who compare
what they know cannot tell that it is one case. Never the obligation, the court or who is tried: those it is told, if at
all, by a disclosure of their own. What the defender no longer lets partners know is no longer on the list.
"""

from dataclasses import dataclass

from chancery import queries
from chancery.cases.codes import partner_code
from chancery.cases.links import case_of
from chancery.office import Office
from domain.deciding.sittings import may_be_told
from domain.obligation import Obligation
from domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Offer:
    """One sitting that was offered to a partner. `starts` is RFC 3339 in UTC; `answer`: observer, backup, declined or None."""

    code: str
    appointment: str
    starts: str
    status: str
    answer: str | None


async def offers(office: Office, mission: str, partner: str) -> list[Offer]:
    """What is or was on offer to a partner in a mission, in the order of the sittings.

    Raises Refused `no-such-mission`, `no-such-partner`; VaultLocked while the mission's vault is locked.
    """
    found: list[Offer] = []
    for code, state in await _told(office, mission, partner):
        found += [
            Offer(code, a.id, a.starts, a.status, a.answers.get(partner))
            for a in state.sittings()
            if partner in a.offered
        ]
    return sorted(found, key=lambda one: (one.starts, one.appointment))


async def obligation_of(office: Office, mission: str, partner: str, code: str) -> str:
    """The obligation behind a partner's code. Raises Refused `no-such-obligation` and what `offers` raises."""
    for known, state in await _told(office, mission, partner):
        if known == code:
            return state.id
    raise Refused("no-such-obligation", obligation=code)


async def _told(office: Office, mission: str, partner: str) -> list[tuple[str, Obligation]]:
    """The partner's code for each open obligation of which it may know, and the obligation."""
    known = await office.desk.mission(mission)
    if not known.version:
        raise Refused("no-such-mission", mission=mission)
    if partner not in known.partners:
        raise Refused("no-such-partner", partner=partner, mission=mission)
    told: list[tuple[str, Obligation]] = []
    pool = office.desk.log.pool
    for id_ in await queries.involved(office.desk.log, [partner]):
        state = await office.desk.obligation(id_)
        if state.mission != mission or not state.is_open or not may_be_told(state):
            continue
        case, _ = await case_of(office.vault, pool, state)
        told.append((state.id if case is None else partner_code(office.vault, case, partner), state))
    return told
