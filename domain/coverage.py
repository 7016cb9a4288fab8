"""Who is reached and who is not, by region and group: read from the maps and the field visits of a mission.

Places and kinds of groups only, never a name and never a case. What nobody looked at stands in no list.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from domain.obligation import Obligation

REACHED = frozenset({"yes", "partly"})
"""The results of a field visit with which its region counts as reached."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of one area: reached or not, since when (RFC 3339, UTC), and by which obligation it is said."""

    area: str
    reached: bool
    said_at: str
    said_by: str


def to_visit(state: Obligation, begun: Collection[str]) -> list[str]:
    """The regions of a year's field visits that nobody has begun with: recorded as not reached, or begun by an earlier run."""
    wanted = {region for region, reached in state.coverage.items() if not reached}
    wanted |= {task.occurrence for task in state.tasks.values() if task.step == "visit"}
    return sorted(wanted - set(begun))


def reach(obligations: Iterable[Obligation]) -> list[Reach]:
    """The picture as it stands, by area: for each the last that a map or a visit said of it."""
    last: dict[str, Reach] = {}
    for said in sorted(_said(obligations), key=lambda r: (r.said_at, r.said_by)):
        last[said.area] = said
    return [last[area] for area in sorted(last)]


def not_reached(obligations: Iterable[Obligation]) -> list[str]:
    """The areas that are not reached: what a mission has to say first of its map."""
    return [one.area for one in reach(obligations) if not one.reached]


def _said(obligations: Iterable[Obligation]) -> Iterable[Reach]:
    for state in obligations:
        ended = [t for t in state.tasks.values() if t.outcome is not None and t.happened is not None]
        visits = [t for t in ended if t.step == "visit"]
        # A map is as old as its drawing; the list that a year's trips set out from is older than each of them.
        drawn = [t.happened for t in ended if t.happened is not None and state.step("visit") is None]
        for area, reached in state.coverage.items():
            yield Reach(area, reached, max(drawn, default=state.opened), state.id)
        for trip in visits:
            reached = trip.outcome == "done" and trip.result.get("reached") in REACHED
            yield Reach(trip.occurrence, reached, trip.happened or trip.opened, state.id)
