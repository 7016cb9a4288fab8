"""Close a mission's vault in seconds, and open it again. Tasks go on by their codes.

The latch comes first, the event after it: when a mission is raided the database may be away, and what counts is that nothing
sealed can be opened. To open it again the event comes first, so that a vault is never open unrecorded.
"""

from uuid import UUID, uuid4, uuid5

from chancery.cases.reading import identified
from chancery.office import Office, send
from chancery.streams import Receipt
from domain import commands as c
from domain import policy
from domain.envelope import Actor
from domain.mission import Mission
from domain.refusals import Refused


async def lock(
    office: Office, actor: Actor, mission: str, reason: str, request: UUID | None = None
) -> Receipt:
    """Close the mission's vault for every process, then record it. Locked already: nothing changes.

    If recording it fails (Unavailable, Unknown) the vault is closed all the same; the same request ends the work. So it is if
    the reason is no word of the list (Refused `code-unknown`): a slip in a raid must not leave it open.
    Raises Refused (`not-allowed`, `no-such-mission`) before anything is closed.
    """
    command = c.LockVault(command_id=uuid5(request or uuid4(), "lock"), mission=mission, reason=reason)
    await _may(office, actor, mission, command)
    office.keys.lock(mission)
    return await send(office, command, actor)


async def unlock(
    office: Office, actor: Actor, mission: str, reason: str, request: UUID | None = None
) -> Receipt:
    """Record that the vault opens, then open it. Raises Refused, Unavailable, Unknown: then it stays closed."""
    command = c.UnlockVault(command_id=uuid5(request or uuid4(), "unlock"), mission=mission, reason=reason)
    await _may(office, actor, mission, command)
    receipt = await send(office, command, actor)
    office.keys.unlock(mission)
    return receipt


async def closed(office: Office, mission: str) -> tuple[bool, bool]:
    """Whether the latch is on, and whether the log says so. They differ only while a request is cut off in its middle."""
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    return office.keys.locked(mission), state.vault_locked


async def _may(office: Office, actor: Actor, mission: str, command: c.Command) -> Mission:
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    policy.check(command, await identified(office, actor), None, state)
    return state
