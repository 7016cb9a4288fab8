"""What was entered late because of an outage: found, and confirmed together. Each is a command of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from chancery import queries
from chancery.desk import Desk
from domain import commands as c
from domain.mission import Mission


@dataclass(frozen=True, slots=True)
class Late:
    """A task whose end was entered after it was due, and is said to have come in time (UTC); nobody has confirmed it."""

    obligation: str
    task: str
    instrument: str
    definition: str
    step: str
    posting: str
    happened: datetime
    entered: datetime

    @property
    def name(self) -> str:
        """OBLIGATION/TASK."""
        return f"{self.obligation}/{self.task}"


async def waiting(
    desk: Desk, mission: Mission, outage: str | None = None, *, answered: bool = False
) -> list[Late]:
    """Late entries that wait for a second person: of what happened during an outage of the mission, or all of them.

    `answered`: those that somebody has answered for already come too.
    """
    span = None if outage is None else mission.outages[outage]
    found: list[Late] = []
    for row in await queries.tasks(desk.log, mission=mission.code, status="ended"):
        if row["timing"] != "reported_in_time" or (span is not None and not span.covers(row["happened"])):
            continue
        state = await desk.obligation(row["obligation"])
        if answered or state.tasks[row["task"]].confirmed is None:
            found.append(
                Late(
                    row["obligation"], row["task"], row["instrument"], row["definition"], row["step"], row["posting"],
                    row["happened"], row["ended"],
                )
            )  # fmt: skip
    return found


def confirmations(
    mission: str, entries: Sequence[Late], command_id: UUID, *, confirmed: bool
) -> list[c.ConfirmTimeliness]:
    """A command for each entry, under an id derived from `command_id`: sent twice, each is carried out once."""
    return [
        c.ConfirmTimeliness(
            command_id=uuid5(command_id, late.name),
            mission=mission,
            obligation=late.obligation,
            task=late.task,
            confirmed=confirmed,
        )
        for late in entries
    ]
