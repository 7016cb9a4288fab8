"""Destroy what is known of a case, under four eyes: the key goes, the rows stay unreadable, the log stays as it was.

Order is what makes it safe. The obligations are ended while the key can still tell which they are; then the key is destroyed;
then the log is told. Cut off anywhere in between, `resume` ends the work; after a backup of the key store was put back, it
does it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from chancery.cases import links, record
from chancery.cases.codes import key_of, ref
from chancery.cases.reading import identified
from chancery.keystore import KeyStore, Shredded
from chancery.office import Office, send
from chancery.streams import Receipt
from chancery.vault import Vault
from domain import commands as c
from domain import policy
from domain.casework import FIRST
from domain.envelope import Actor
from domain.mission import Mission
from domain.mission_parts import Shredding
from domain.obligation import Obligation
from domain.refusals import Refused

SHREDDER: Final = Actor("engine", "shredding")
"""Who ends the obligations and records the destruction: two people have decided it, and nobody does it by hand."""
OUTCOME: Final = "shredded"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one request: how many obligations ended, and whether a key was there to be destroyed."""

    request: str
    ended: int
    destroyed: bool


async def propose(office: Office, actor: Actor, case: str, basis: str, request: UUID | None = None) -> str:
    """Ask that a case's content be destroyed, on a legal basis (a code). Which case is sealed under its own key.

    Returns the request's code. Raises CaseRefused (`no-such-case`), Refused, VaultError, Unavailable, Unknown.
    """
    found = await record.known(office, case)
    own = uuid5(request or uuid4(), "propose")
    sealed = office.vault.seal(key_of(case), "shredding", {"case": case}, reference=uuid5(own, "case"))
    command = c.ProposeShredding(command_id=own, mission=found.mission.code, basis=basis, case=ref(sealed))
    await send(office, command, actor, [office.vault.statement([sealed])])
    state = await office.desk.mission(found.mission.code)
    return next(one.request for one in state.shreddings.values() if one.case["ref"] == str(sealed.reference))


async def answer(
    office: Office, actor: Actor, mission: str, asked: str, *, approved: bool, request: UUID | None = None
) -> Done | None:
    """Approve or refuse, as a second person; approved, it is done at once. None if it was refused.

    A locked vault is refused first (VaultLocked): nothing could be ended or found. Raises Refused
    (`no-such-shredding`, `second-person` …), VaultError, Unavailable, Unknown.
    """
    state = await _mission(office, mission)
    if asked not in state.shreddings:
        raise Refused("no-such-shredding", request=asked, mission=mission)
    command = c.AnswerShredding(
        command_id=uuid5(request or uuid4(), "answer"), mission=mission, request=asked, approved=approved
    )
    policy.check(command, await identified(office, actor), None, state)
    office.keys.get(f"mission:{mission}")
    await send(office, command, actor)
    if not approved:
        return None
    return await _carry_out(office, mission, (await _mission(office, mission)).shreddings[asked])


async def resume(office: Office, mission: str) -> list[Done]:
    """End what was approved and cut off, and destroy again what a restored key store brought back. To be repeated freely.

    Returns what there was to do. Raises VaultLocked, Unavailable, Unknown.
    """
    done = []
    for asked in (await _mission(office, mission)).shreddings.values():
        if asked.status in ("approved", "shredded"):
            outcome = await _carry_out(office, mission, asked)
            if outcome.destroyed or asked.status == "approved":
                done.append(outcome)
    return done


async def _carry_out(office: Office, mission: str, asked: Shredding) -> Done:
    case = await _case_of(office, asked)
    ended = 0
    if case is not None:
        key = key_of(case)
        ended = await _end(office, (await record.known(office, case)).serving)
        held = Vault(
            cast("KeyStore", _OneKey(office.keys.mission_of(key), office.keys.get(key))), office.vault.origin
        )
        office.keys.destroy(key)
        # What was sealed just before, and committed just after, is found with the key that is still in this memory.
        late = await links.obligations_of(held, office.desk.log.pool, case)
        ended += await _end(office, [(await office.desk.obligation(one), n) for one, n in late.items()])
        del held
    await _recorded(office, mission, asked.request)
    return Done(asked.request, ended, case is not None)


async def _case_of(office: Office, asked: Shredding) -> str | None:
    """Which case is meant, as long as its key lives; None after that."""
    try:
        words = await office.vault.open(office.desk.log.pool, UUID(asked.case["ref"]), asked.case["commit"])
    except Shredded:
        return None
    assert isinstance(words, dict)
    return str(words["case"])


async def _end(office: Office, serving: Iterable[tuple[Obligation, str]]) -> int:
    """End the case's open obligations; from a proceeding that serves others too, the case is taken out instead."""
    ended = 0
    for one, number in serving:
        if not one.is_open or number not in one.cases:
            continue
        command: c.Command
        if len(one.cases) == 1:
            own = _id(one.id, "close")
            command = c.CloseObligation(
                command_id=own, mission=one.mission, obligation=one.id, outcome=OUTCOME
            )
        elif number != FIRST:
            own = _id(one.id, f"detach {number}")
            command = c.DetachCase(command_id=own, mission=one.mission, obligation=one.id, case=number)
        elif let := tuple(sorted(gate for (gate, who), on in one.gate_of.items() if on and who == FIRST)):
            # Opened for this case, and others have attached: it goes on for them, as far as they let it.
            own = _id(one.id, "shut")
            command = c.SetGates(command_id=own, mission=one.mission, obligation=one.id, closed=let)
        else:
            continue
        await send(office, command, SHREDDER)
        ended += 1
    return ended


class _OneKey:
    """A key store that knows one key, out of memory, for as long as this object lives."""

    def __init__(self, mission: str, key: bytes) -> None:
        self._mission, self._key = mission, key

    def get(self, _: str) -> bytes:
        """The key."""
        return self._key

    def mission_of(self, _: str) -> str:
        """The mission whose key wrapped it."""
        return self._mission


def _id(obligation: str, what: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"shredding {obligation} {what}")


async def _recorded(office: Office, mission: str, request: str) -> Receipt:
    command = c.RecordShredded(
        command_id=_id(f"{mission} {request}", "record"), mission=mission, request=request
    )
    return await send(office, command, SHREDDER)


async def _mission(office: Office, mission: str) -> Mission:
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    return state
