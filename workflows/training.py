"""Train everybody who works for defenders: on arrival, and again (asked for by the reviews of the Guidelines)."""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.vacancies import posting_of
from workflows.obligation import ObligationWorkflow


@workflow.defn
class Training(ObligationWorkflow):
    """One course, or its refresher, held by the one who is to be trained: mission support and duty officers too."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One posting's course; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """The period names the posting."""
        return self.ended(await self.task("train", posting=posting_of(self.state.period or "")))
