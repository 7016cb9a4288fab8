"""Adopt a local strategy with defenders, and review it with them each year
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class LocalStrategy(ObligationWorkflow):
    """Draft, consult, endorse by each Head of Mission. What was endorsed is then to be published, or said why not."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One adoption or review; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Each step is counted from the end of the one before. Defenders who cannot be asked safely stop no strategy."""
        draft = await self.task("draft")
        if draft is None or draft.outcome != "done":
            return self.ended(draft)
        consulted = await self.task("consult", starts=draft.happened)
        if consulted is None:
            return "cancelled"
        for partner in self.state.parties:
            self.branch(self.task("endorse-partner", partner, starts=consulted.happened))
        endorsed = await self.task("endorse", starts=consulted.happened)
        if endorsed is None or endorsed.outcome != "done":
            return self.ended(endorsed)
        await self.all_branches()
        await self.follow("LIS-PUBLISH")
        return "done"
