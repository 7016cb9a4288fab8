"""Who gets a task: by the step's owner, by who is in post and present, and outside the mission where the mission cannot answer.

A step marked `outside` never waits for somebody who is not there: an approval passes from its one owner to the EU Delegation
and then to headquarters; an urgent step does so when the mission is suspended or whoever stands in has run out (DEADLINES.md,
the table of terms).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from domain.accounts import OUTSIDE
from domain.mission import Mission

EU_DELEGATION: Final = "eu_delegation"
OUTSIDERS: Final = frozenset(OUTSIDE)
"""Who may hold a task without a posting in the mission: somebody there answers in their own mission's or service's name."""

PATIENCE: Final = timedelta(hours=4)
"""So long the EU Delegation has to take a task that passed to it; then headquarters has it, within the working day."""


def assignee(
    step: Mapping[str, Any],
    mission: Mission,
    at: datetime,
    refused: Sequence[str] = (),
    *,
    definition: str | None = None,
    hours: bool = False,
) -> tuple[str, str]:
    """Who gets a task of the step at that instant (UTC), and by which rule. `hours`: its term runs in hours."""
    if step["owner"] in OUTSIDERS and mission.kind == "mission":
        return step["owner"], "outside"
    skip = [*refused, *_unfit(step, mission)]
    if not step.get("outside"):
        return mission.assignee(step["owner"], at, skip, definition)
    if not (hours and mission.suspended(at) is not None):
        found = _here(step, mission, at, skip, definition)
        if found is not None:
            return found
    # An approval is headquarters' desk to give, not its duty's.
    return outside(mission, refused, hours=hours and not step.get("approval")), "outside"


def _here(
    step: Mapping[str, Any], mission: Mission, at: datetime, skip: Sequence[str], definition: str | None
) -> tuple[str, str] | None:
    """Who in the mission does a step that may pass outside; of an approval its one owner, of another whoever stands in."""
    if step.get("approval"):
        owners = [p for p in mission.holders(step["owner"], at) if p not in skip]
        return next(((p, "role") for p in owners if mission.is_present(p, at)), None)
    posting, why = mission.assignee(step["owner"], at, skip, definition)
    able = why != "mission" and posting not in skip and mission.is_present(posting, at)
    return (posting, why) if able else None


def outside(mission: Mission, refused: Sequence[str] = (), *, hours: bool = False) -> str:
    """Who outside the mission answers next: the EU Delegation, if it is a partner here, then headquarters."""
    if EU_DELEGATION not in refused and any(partner.startswith("EUD") for partner in mission.partners):
        return EU_DELEGATION
    return "hq_duty" if hours else "hq_desk"


def _unfit(step: Mapping[str, Any], mission: Mission) -> list[str]:
    """Who never does such a step alone: a local agent, at a trial, a detention visit or a démarche."""
    if not step.get("accompanied"):
        return []
    return [posting for posting in mission.postings if mission.is_local_agent(posting)]
