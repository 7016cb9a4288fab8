"""Headquarters answers a mission's recommendation, on a clock and in a calendar of its own
(EU Guidelines on Human Rights Defenders, paragraph 9, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow
from workflows.recommendation import IMMEDIATE


@workflow.defn
class HeadquartersDecision(ObligationWorkflow):
    """Acknowledge; decide to act, to refer it, or not; tell the mission. All of it stands in the mission's log too."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One recommendation's answer; returns its outcome. Not to act, with a reason, is a good end."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Both clocks run from the recommendation's arrival: a late acknowledgement hides no late decision."""
        arrived = self.state.opened
        step = "decide-urgent" if self.occurrence.startswith(IMMEDIATE) else "decide"
        self.branch(self.acknowledge(arrived, step))
        decision = await self.task(step, starts=arrived)
        acknowledged = self.state.tasks.get("acknowledge.1")
        if acknowledged is not None and acknowledged.is_open:
            await self.ask("CancelTask", acknowledged.id, task=acknowledged.id, cause="decided")
        await self.all_branches()
        if decision is not None and self.ended(decision) != "cancelled":
            await self.task("inform-mission", starts=decision.happened)
        outcome = self.ended(decision)
        if outcome == "cancelled" and acknowledged is not None:
            outcome = self.ended(acknowledged)  # it was not headquarters' to decide
        result = decision.result if decision is not None else {}
        await self.tell("decided", result.get("decision", "none"))
        return outcome

    async def acknowledge(self, arrived: str, step: str) -> None:
        """The mission hears of it at once; if it is not headquarters' to decide, there is nothing to decide."""
        task = await self.task("acknowledge", starts=arrived)
        if task is not None and self.ended(task) not in ("done", "waived", "cancelled"):
            await workflow.wait_condition(lambda: f"{step}.1" in self.state.tasks)
            await self.ask("CancelTask", f"{step}.1", task=f"{step}.1", cause="not_ours")
        await self.tell("acknowledged", "yes")
