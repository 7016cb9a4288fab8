"""Share the burden among missions (EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed)."""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class BurdenSharing(ObligationWorkflow):
    """A plan for the year, with a lead and a backup for each area; each quarter a look at the load.

    A coordination meeting at which the load was looked at is that look: its act is named when the task is completed.
    """

    @workflow.run
    async def run(self, start: Start) -> str:
        """One year; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Each look is due a quarter after the last one was, not after it was held: an early one moves no other."""
        plan = await self.task("plan")
        if plan is None or plan.outcome != "done":
            return self.ended(plan)
        since, number = plan.happened or plan.opened, 0
        while self.state.due_by is not None and since < self.state.due_by:
            number += 1
            look = await self.task("look", f"q{number}", starts=since)
            if look is None:
                break
            since = look.original_due
        return "done"
