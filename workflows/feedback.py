"""Tell the defender or family what was done; and, when the case is closed, note what it came to
(EU Guidelines on Human Rights Defenders, paragraphs 8 and 10, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@workflow.defn
class Feedback(ObligationWorkflow):
    """One telling after an action. That it was impossible, with a reason, is an answer too."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One telling; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Within days of the action; within hours where the alert was urgent."""
        step = "tell-urgent" if self.occurrence.startswith("urgent") else "tell"
        return self.ended(await self.task(step, starts=self.state.opened))


@workflow.defn
class Effect(ObligationWorkflow):
    """The outcome note of a closed case. How the defender fares is sealed, and never measures anybody's work."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One note; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Counted from the day on which the case was closed."""
        return self.ended(await self.task("note", starts=self.state.opened))
