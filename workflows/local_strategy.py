"""Review the local strategy with defenders, and make it public
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class LocalStrategyReview(ObligationWorkflow):
    """Draft, consult, endorse by each Head of Mission, publish or say why not. Next year asks anew."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One review; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Each step is counted from the end of the one before."""
        draft = await self.task("draft")
        if draft is None or draft.outcome != "done":
            return (draft.outcome if draft else None) or "cancelled"
        consulted = await self.task("consult", starts=draft.happened)
        if consulted is None:
            return "cancelled"
        for partner in self.state.parties:
            self.branch(self.task("endorse-partner", partner, starts=consulted.happened))
        endorsed = await self.task("endorse", starts=consulted.happened)
        await self.all_branches()
        if endorsed is None or endorsed.outcome != "done":
            return (endorsed.outcome if endorsed else None) or "cancelled"
        await self.task("publish", starts=endorsed.happened)
        return "done"
