"""From which log, at which size and root, a report is made; the missions as known there; the proof of what it cites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chancery.log.store import EventLog, Recorded
from chancery.log.tree import LogTree
from chancery.oversight.reading import backgrounds_upto
from chancery.reports.made import placed, recorded_at
from chancery.reports.proof import tree_of
from domain.envelope import Event
from domain.kinds import instant_text
from domain.record import Background


@dataclass(frozen=True, slots=True)
class Known:
    """A position of the log and what was known there: `past` holds each mission's own events, by code."""

    log: EventLog
    tree: LogTree
    last: Recorded
    past: Mapping[str, tuple[Event, ...]]
    backgrounds: Mapping[str, Background]

    @property
    def position(self) -> int:
        """As known at this position: the log's size then."""
        return self.last.position

    @property
    def now(self) -> datetime:
        """When the log recorded that position (UTC): what is open is counted up to then."""
        return recorded_at(self.last)

    @property
    def zones(self) -> dict[str, str]:
        """Mission → the zone of its days."""
        return {code: b.mission.clock.zone for code, b in self.backgrounds.items()}

    async def named(self) -> dict[str, Any]:
        """The log by name, size and root, as every report has it."""
        origin, rehearsal = await self.log.origin()
        return {
            "origin": origin,
            "rehearsal": rehearsal,
            "size": self.position,
            "position": self.position,
            "root": (await self.tree.root(self.position)).hex(),
            "leaf": self.last.leaf.hex(),
            "recorded": instant_text(self.now),
        }

    async def proof(self, figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The leaves of every position that the figures cite, and the nodes by which they lead to the root."""
        cited = {p for figure in figures.values() for item in figure["items"] for p in item["positions"]}
        return await self.tree.bundle(sorted(cited), self.position)


async def known_at(
    log: EventLog,
    as_of: int | datetime | None = None,
    missions: Iterable[str] | None = None,
    tree: LogTree | None = None,
) -> Known:
    """What was known at a position, or at an instant (aware), or at the head (None), of these missions or of all.

    Raises NoReport: `report.position`, `report.instant`; LogDamaged where the log has a hole.
    """
    last = await placed(log, as_of)
    past = await backgrounds_upto(log, missions, last.position)
    backgrounds = {code: Background.of(events) for code, events in past.items()}
    return Known(log, tree or tree_of(log), last, past, backgrounds)


NAMED: Final = 60
"""So many positions are named one by one in a report's words; of more, how many and from where to where: the data have each."""


def figures_of(lists: Mapping[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Every list with its number."""
    return {name: {"count": len(items), "items": items} for name, items in lists.items()}
