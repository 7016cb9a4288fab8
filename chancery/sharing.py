"""Burden-sharing as it stands in a mission: who is reached and who is not, who leads for which area. No names, and no case."""

from dataclasses import dataclass
from typing import Any, Final

from chancery.asof import Reading
from domain.coverage import Reach, not_reached, reach

SAYING: Final = ("MAP", "FIELD-VISIT")
"""The definitions whose obligations say who is reached."""
SHARING: Final = "BURDEN"
"""The definition whose obligations say who leads for which area."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who leads for an area, who stands in, and which obligation says so."""

    area: str
    lead: str
    backup: str | None
    said_by: str


@dataclass(frozen=True, slots=True)
class Shared:
    """The picture of a mission. `mapping`, `sharing`: its open obligations in which one of the two can be recorded."""

    mission: str
    areas: list[Reach]
    not_reached: list[str]
    allocations: list[Allocation]
    mapping: list[str]
    sharing: list[str]

    def to_data(self) -> dict[str, Any]:
        """As the command line answers."""
        return {
            "mission": self.mission,
            "not_reached": self.not_reached,
            "areas": [
                {"area": a.area, "reached": a.reached, "since": a.said_at, "said_by": a.said_by}
                for a in self.areas
            ],
            "allocations": [
                {"area": a.area, "lead": a.lead, "backup": a.backup, "said_by": a.said_by}
                for a in self.allocations
            ],
        }


async def shared(seen: Reading, mission: str) -> Shared:
    """The picture as it is known, or was known then."""
    said = [
        await seen.obligation(row["id"])
        for definition in SAYING
        for row in await seen.obligations(mission=mission, definition=definition)
    ]
    years = [
        await seen.obligation(row["id"])
        for row in await seen.obligations(mission=mission, definition=SHARING)
    ]
    allocations: dict[str, Allocation] = {}
    for state in sorted(years, key=lambda s: (s.opened, s.id)):
        for area, (lead, backup) in state.allocations.items():
            allocations[area] = Allocation(area, lead, backup, state.id)
    return Shared(
        mission,
        reach(said),
        not_reached(said),
        [allocations[area] for area in sorted(allocations)],
        sorted(s.id for s in said if s.is_open),
        sorted(s.id for s in years if s.is_open),
    )
