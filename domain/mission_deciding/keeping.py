"""The mission's vault: closed and opened again; and what is destroyed in it, under four eyes."""

from datetime import datetime

from domain import commands as c
from domain import vocabulary
from domain.envelope import Actor
from domain.events import New
from domain.instrument import HEADQUARTERS
from domain.mission import Mission
from domain.mission_parts import Shredding
from domain.refusals import Refused


def lock(command: c.LockVault, state: Mission, _n: datetime, actor: Actor) -> list[New]:
    """The vault is closed. Closed by the mission, headquarters may take the key over by closing it too."""
    vocabulary.check("reason", command.reason, vocabulary.LOCK_REASONS)
    taken_over = actor.role in HEADQUARTERS and state.vault_locked_by not in HEADQUARTERS
    if state.vault_locked and not taken_over:
        return []
    return [New("VaultLocked", {"reason": command.reason})]


def unlock(command: c.UnlockVault, state: Mission, _n: datetime, actor: Actor) -> list[New]:
    """The vault is open again. What headquarters closed, nobody in the mission opens: they may be made to."""
    vocabulary.check("reason", command.reason, vocabulary.UNLOCK_REASONS)
    if not state.vault_locked:
        return []
    if state.vault_locked_by in HEADQUARTERS and actor.role not in HEADQUARTERS:
        raise Refused("vault-locked-elsewhere", mission=command.mission, role=state.vault_locked_by)
    return [New("VaultUnlocked", {"reason": command.reason})]


def propose(command: c.ProposeShredding, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """Ask that a case's content be destroyed. Nothing is, until a second person agrees."""
    vocabulary.check("basis", command.basis, vocabulary.SHREDDING_BASES)
    request = f"d-{command.command_id.hex[:12]}"
    if request in state.shreddings:
        return []
    return [
        New("ShreddingProposed", {"request": request, "basis": command.basis, "case": dict(command.case)})
    ]


def answer(command: c.AnswerShredding, state: Mission, _: datetime, actor: Actor) -> list[New]:
    """Approve or refuse it: somebody else than who asked, once."""
    asked = _request(command.request, state)
    if asked.status != "proposed":
        raise Refused("shredding-answered", request=asked.request, status=asked.status)
    if actor.code == asked.proposer:
        raise Refused("second-person", what="A shredding", posting=actor.code)
    return [New("ShreddingAnswered", {"request": asked.request, "approved": command.approved})]


def shredded(command: c.RecordShredded, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    """The key is gone. Only what two people agreed on is destroyed."""
    asked = _request(command.request, state)
    if asked.status == "shredded":
        return []
    if asked.status != "approved":
        raise Refused("shredding-not-approved", request=asked.request)
    return [New("DataShredded", {"request": asked.request})]


def _request(code: str, state: Mission) -> Shredding:
    found = state.shreddings.get(code)
    if found is None:
        raise Refused("no-such-shredding", request=code, mission=state.code)
    return found
