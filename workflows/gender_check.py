"""What is specific to women defenders in a case (EU Guidelines on Human Rights Defenders, paragraphs 8 and 10, to be confirmed)."""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class GenderCheck(ObligationWorkflow):
    """One check, which opens the gate `gender` wherever the case is served. "Nothing specific" is a finding; blank is none (`asks`)."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """The check of one case; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Until somebody has said what was found."""
        check = await self.task("check")
        if self.done(check):
            await self.spread_gates()
        return self.ended(check)
