"""An event as the log holds it: what happened, when as claimed, by whom, for whom, by which command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from domain.kinds import instant
from domain.upcast import upcast

Role = str
"""A role as the posts file names it: `focal_point`, `head_of_mission`, `hq_desk` …"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a posting (an officer in a post), a partner service, the engine itself, or the operator of the installation.

    `code` is a posting code, a partner's, what moved the engine, or `operator`. `mission` and `role` are what the mission's
    own stream says of the posting at that instant; the desk fills them in, a caller's claim is never taken.
    """

    kind: Literal["officer", "partner", "engine", "operator"]
    code: str
    mission: str | None = None
    role: Role | None = None
    on_behalf_of: str | None = None

    def to_data(self) -> dict[str, Any]:
        """As it stands in the body of an event."""
        data: dict[str, Any] = {"kind": self.kind, "code": self.code}
        for name, value in (("mission", self.mission), ("role", self.role), ("for", self.on_behalf_of)):
            if value is not None:
                data[name] = value
        return data


ENGINE_TIMER = Actor("engine", "timer")
ENGINE_WATCHDOG = Actor("engine", "watchdog")
ENGINE_WORKFLOW = Actor("engine", "workflow")
ENGINE_CHAIN = Actor("engine", "chain")
ENGINE_TICK = Actor("engine", "tick")
OPERATOR = Actor("operator", "operator")


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, read back. `at` is when it happened as claimed, `recorded_at` the log's own time; both UTC."""

    id: str
    type: str
    stream: str
    version: int
    at: str
    actor: Mapping[str, Any]
    command: str
    data: Mapping[str, Any]
    position: int = 0
    recorded_us: int = 0
    command_hash: str = ""

    @property
    def happened(self) -> datetime:
        """When it happened, as claimed (UTC)."""
        return instant(self.at)

    @property
    def recorded(self) -> datetime:
        """When the log recorded it (UTC)."""
        return _EPOCH + timedelta(microseconds=self.recorded_us)

    @property
    def by(self) -> str:
        """The code of who did it."""
        return str(self.actor["code"])


def read_event(body: Mapping[str, Any], position: int, recorded_us: int) -> Event:
    """An event from its parsed body and its place in the log, its data in today's shape.

    Raises UnknownSchema if a newer program wrote it.
    """
    return Event(
        body["id"],
        body["type"],
        body["stream"],
        body["version"],
        body["at"],
        body["actor"],
        body["command"]["id"],
        upcast(body["type"], body["schema"], body["data"]),
        position,
        recorded_us,
        body["command"]["hash"],
    )
