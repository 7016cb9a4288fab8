"""Report on defenders, and on the law they live under
(EU Guidelines on Human Rights Defenders, paragraph 8, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow
from workflows.recurring_duty import wanted


@workflow.defn
class HomReport(ObligationWorkflow):
    """Once a year by its date; and, without a period, whenever something asks for a report of its own."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One report; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Draft, agree, send. What the report recommends to headquarters goes on as a recommendation with its own clock."""
        first = "draft" if self.state.period is not None else "on-event"
        draft = await self.task(first, starts=self.state.opened)
        if draft is None or not self.done(draft):
            return self.ended(draft)
        send = self.state.step("send")
        if send is None or not wanted(send, self.state):
            return "done"
        sent = await self.task("send", starts=draft.happened)
        await self.follow_up(sent)
        return self.ended(sent)
