"""Whom a mission reaches: areas as recorded, who leads for them, and contacts by kind, channel and region. Pure.

The log keeps no name of an organisation, nor a code of one, so it cannot say whether the same few are met again and again. What it
can say stands here: through which duty a contact came, where, whether they had met before, and in which region.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from domain import coverage
from domain import obligation as obligations
from domain.course import ENDS
from domain.envelope import Event

Item = dict[str, Any]
MEETINGS: Final = frozenset({"CONTACT", "MEET-ANNUAL", "FIELD-VISIT", "OSCE-CONTACT", "CH-CONTACT"})
"""Definitions by which a mission meets defenders."""
NO_MEETING: Final = frozenset({"plan", "tell-participants", "actions", "keep-promise"})
"""Steps of these that are no meeting."""
VIEWS: Final = ("kind", "place", "met_before", "region")
UNSAID: Final = "not_said"


class Areas:
    """The last that was said of each area, by mission: reached or not, and who leads there."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[coverage.Reach, list[int]]] = {}
        self._led: dict[tuple[str, str], Event] = {}

    def add(self, mission: str, events: Sequence[Event], until: datetime) -> None:
        """What an obligation says of areas up to an instant (UTC)."""
        visits = any(s["code"] == "visit" for s in events[0].data["definition"]["step"])
        types = {e.type for e in events}
        if "AreaAllocated" in types:
            for event in events:
                if event.type == "AreaAllocated" and event.happened < until:
                    key = (mission, event.data["area"])
                    if key not in self._led or _order(self._led[key]) < _order(event):
                        self._led[key] = event
        if not visits and "CoverageRecorded" not in types:
            return
        known = [e for e in events if e.happened < until]
        for said in coverage.reach([obligations.fold(known)] if known else []):
            before = self._said.get((mission, said.area))
            if before is None or (before[0].said_at, before[0].said_by) < (said.said_at, said.said_by):
                self._said[mission, said.area] = (said, _rests_on(said.area, known))

    def reached(self) -> Iterator[Item]:
        """Every area that was looked at, the ones not reached first."""
        for (mission, area), (said, positions) in sorted(
            self._said.items(), key=lambda kv: (kv[0][0], kv[1][0].reached, kv[0][1])
        ):
            yield {
                "mission": mission,
                "area": area,
                "reached": said.reached,
                "at": said.said_at,
                "positions": positions,
            }

    def allocated(self) -> Iterator[Item]:
        """Who leads for an area, and who stands in."""
        for (mission, area), event in sorted(self._led.items()):
            yield {
                "mission": mission,
                "area": area,
                "lead": event.data["lead"],
                "backup": event.data["backup"],
                "at": event.at,
                "positions": [event.position],
            }


def _order(event: Event) -> tuple[datetime, int]:
    return event.happened, event.position


def _rests_on(area: str, events: Sequence[Event]) -> list[int]:
    """The entries that say something of an area: a map, a list, or the end of a trip there."""
    trips = {e.data["task"] for e in events if e.type == "TaskOpened" and e.data["occurrence"] == area}
    found = [events[0].position]
    for event in events:
        named = event.type == "CoverageRecorded" and area in (
            *event.data["reached"], *event.data["not_reached"],
        )  # fmt: skip
        if named or (
            event.data.get("task") in trips and (event.type in ENDS or event.type == "WaiverAnswered")
        ):
            found.append(event.position)
    return found


class Contacts:
    """Meetings with defenders that were held in the period, by mission and by what may be said of them."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], Counter[str]] = {}
        self._positions: dict[tuple[str, str], list[int]] = {}

    def add(self, mission: str, events: Sequence[Event], starts: datetime, until: datetime) -> None:
        """The meetings of one obligation that were entered in the period (UTC)."""
        definition = events[0].data["definition"]["code"]
        if definition not in MEETINGS:
            return
        opened = {e.data["task"]: e.data for e in events if e.type == "TaskOpened"}
        for event in events:
            if event.type != "TaskCompleted" or not starts <= event.happened < until:
                continue
            task = opened[event.data["task"]]
            if task["step"] in NO_MEETING:
                continue
            self._count(mission, "kind", definition, event.position)
            if definition == "FIELD-VISIT":
                self._count(mission, "region", task["occurrence"], event.position)
            else:
                for view in ("place", "met_before"):
                    self._count(mission, view, event.data["result"].get(view, UNSAID), event.position)

    def _count(self, mission: str, view: str, code: str, position: int) -> None:
        self._parts.setdefault((mission, view), Counter())[code] += 1
        self._positions.setdefault((mission, view), []).append(position)

    def items(self) -> Iterator[Item]:
        """By mission and view: how many, and of which codes."""
        for (mission, view), parts in sorted(
            self._parts.items(), key=lambda kv: (kv[0][0], VIEWS.index(kv[0][1]))
        ):
            yield {
                "mission": mission,
                "by": view,
                "number": parts.total(),
                "parts": dict(sorted(parts.items())),
                "positions": sorted(self._positions[mission, view]),
            }
