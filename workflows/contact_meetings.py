"""Meetings of defenders and diplomats, once a year as the Guidelines state, and of missions among themselves
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed).

One meeting may be several: of missions, of the burden-sharing plan's quarter, of defenders and diplomats. Whoever completes
the second task names the first as its act; each procedure goes on by itself from there.
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.task import Task
from workflows.obligation import ObligationWorkflow


@workflow.defn
class ContactMeetings(ObligationWorkflow):
    """Plan where the definition asks for a plan; hold; see its actions through; tell those who came what was done with what
    they said.
    """

    @workflow.run
    async def run(self, start: Start) -> str:
        """One meeting, or one year's; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """The plan and the meeting have a clock each from the first day: a late plan hides no late meeting."""
        if self.state.step("plan") is not None:
            self.branch(self.task("plan"))
        held: Task | None = await self.task("hold")
        if held is None:
            return "cancelled"
        if held.outcome == "done" and self.state.step("tell-participants") is not None:
            self.branch(self.task("tell-participants", starts=held.happened))
        if held.result.get("actions") == "noted":
            self.branch(self.task("actions", starts=held.happened))
        plan = self.state.tasks.get("plan.1")
        if plan is not None and plan.is_open:
            await self.ask("CancelTask", "plan.1", task="plan.1", cause="meeting_over")
        await self.all_branches()
        return held.outcome or "cancelled"
