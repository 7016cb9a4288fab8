"""The daily tick: open what has come round."""

from temporalio import activity

from chancery.desk import Desk
from chancery.tick import open_due
from domain.baton import Ticked


class TickActivities:
    """`tick` of `workflows.ports`, at a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @activity.defn(name="tick")
    async def tick(self, mission: str) -> Ticked:
        """Open what is due in the mission on its local day and not yet open; give back the ids opened."""
        return Ticked(opened=await open_due(self._desk, mission))
