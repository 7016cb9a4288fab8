"""What passes between the log and Temporal: ids, codes, versions and instants, and nothing that identifies anybody.

Everything here is encrypted on its way by the payload codec all the same.
"""

from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from domain.kinds import Code

_NAMESPACE = UUID("7c3d2a86-51a4-5f0b-8f57-9b4a3cfe7d20")


class Baton(BaseModel):
    """What both sides read strictly; a field that one side does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Start(Baton):
    """The input of an obligation's workflow: who it is, and the definition and procedure fixed when it was opened."""

    obligation: Code
    mission: Code
    procedure: int
    definition: dict[str, Any]


class Nudge(Baton):
    """A stream moved to a position. No more: what happened stands in the log."""

    stream: Code
    position: int


class Ask(Baton):
    """A command for the desk from a workflow, and the version of its own stream that the workflow knows."""

    obligation: Code
    mission: Code
    command: Code
    data: dict[str, Any]
    since: int


class Said(Baton):
    """A refusal as data: it never ends a procedure."""

    code: Code
    params: dict[str, str]


class Placed(Baton):
    """An event of the workflow's own stream: its body and its place in the log."""

    body: dict[str, Any]
    position: int
    recorded_us: int


class Answer(Baton):
    """What the desk said, every event since, the desk's time, and when the mission's staffing changes next (UTC)."""

    events: list[Placed]
    now: str
    mission_wake: str | None
    refused: Said | None = None
    more: bool = False


class Follow(Baton):
    """Another obligation follows from this one, for the same case if it serves one: here, or at headquarters."""

    obligation: Code
    mission: Code
    definition: Code
    occurrence: Code
    headquarters: bool = False


class Followed(Baton):
    """The obligation that followed; None if that duty does not run there."""

    obligation: Code | None


class Tell(Baton):
    """An answer for the obligation from which this one followed; or, of a definition, for the case's own one."""

    obligation: Code
    mission: Code
    question: Code
    answer: Code
    definition: Code | None = None


class Spread(Baton):
    """What a case's wish has shut is to be shut wherever the case is served."""

    obligation: Code
    mission: Code


class Ticked(Baton):
    """What a daily tick opened."""

    opened: list[Code]


def command_id(obligation: str, command: str, identity: str) -> UUID:
    """The id of a command that the engine sends: of business identity, never of a run or an attempt.

    So a workflow that starts again from nothing, a retried activity and the watchdog all mean the same command.
    """
    return uuid5(_NAMESPACE, f"{obligation}|{command}|{identity}")
