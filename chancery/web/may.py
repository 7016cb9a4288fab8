"""What this visitor may ask for, so that a page offers it: asked of the policy itself, never guessed."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain import commands as c
from domain import policy
from domain.envelope import Actor
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

_NOBODY: Final = UUID(int=0)


def may(
    name: str, actor: Actor, mission: Mission, now: datetime, state: Obligation | None = None, task: str = ""
) -> bool:
    """Whether the policy would let the actor ask for a command of that name (the facts may still refuse it)."""
    fields = {"command_id": _NOBODY, "mission": mission.code}
    if state is not None:
        fields |= {"obligation": state.id, "task": task}
    asked = c.COMMANDS[name].model_construct(**fields)  # type: ignore[arg-type]
    who = actor
    held = state.tasks.get(task) if state is not None else None
    if held is not None and state is not None and actor.mission == mission.code:
        away = held.posting
        if away != actor.code and mission.substitute_for(away, now, state.code) == actor.code:
            who = replace(actor, on_behalf_of=away)
    try:
        policy.check(asked, who, state, mission)
    except Refused:
        return False
    return True
