"""Make the local strategy and the Guidelines public (practitioners ask for it; no paragraph is known)."""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class StrategyPublication(ObligationWorkflow):
    """Redact, translate, publish; or decide in time not to, and say why."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One version of the strategy; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Published, or not published with a reason: both are good ends."""
        return self.ended(await self.task("publish"))
