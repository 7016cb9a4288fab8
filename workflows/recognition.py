"""Give defenders visible recognition (EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed)."""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class Recognition(ObligationWorkflow):
    """Plan the year's items and weigh what each risks; carry them out, each as those concerned agreed."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One year; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Nothing planned, with a reason, is a good end: visibility can harm."""
        plan = await self.task("plan")
        if not self.done(plan):
            return self.ended(plan)
        return self.ended(await self.task("carry-out"))
