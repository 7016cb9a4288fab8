"""Receive an alert, verify it, decide, and follow the case to its end
(EU Guidelines on Human Rights Defenders, paragraphs 8 and 10, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.task import Task
from workflows.obligation import ObligationWorkflow

_LEFT = ("superseded", "transferred", "not_appropriate")
"""Ends of a step with which the case itself is left: known under another code, with another mission, or no case."""


@workflow.defn
class CaseIntake(ObligationWorkflow):
    """Acknowledge, verify and assess, decide; then the case lives until a review closes it."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """The whole case; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Both first clocks run from the alert: a late acknowledgement hides no late verification."""
        self.branch(self.acknowledge())
        assessed = await self.task("verify-and-assess", starts=self.state.opened)
        if assessed is None:
            return "cancelled"
        if assessed.outcome == "cancelled":
            return await self.leave(self.ended(self.state.tasks.get("acknowledge.1")))
        if assessed.outcome in _LEFT:
            return await self.leave(assessed.outcome)
        # Unverified, or nobody to verify with, is a state to decide in and no reason to stall.
        decided = await self.task("decide", starts=assessed.happened)
        if decided is None or not self.done(decided):
            return await self.leave(self.ended(decided))
        await self.begin(decided)
        await self.follow_up(decided)
        outcome = await self.live()
        if outcome != "done":
            return await self.leave(outcome)
        await self.follow("EFFECT")
        return await self.leave("done")

    async def acknowledge(self) -> None:
        """If it cannot wait, urgent action and the consent talk begin beside; if it is no case, nothing is verified."""
        seen = await self.task("acknowledge", starts=self.state.opened)
        if seen is None:
            return
        if seen.outcome in _LEFT:
            await self.drop("verify-and-assess.1")
        elif seen.result.get("class"):
            await self.begin(seen)

    async def begin(self, told: Task) -> None:
        """What every case has from its beginning; and urgent action where its class asks for it, once for each class."""
        first = self.state.tasks.get("acknowledge.1")
        graver = first is not None and first.result.get("class") == "immediate"
        risk = told.result.get("class")
        if risk == "immediate":
            # The same that the office opened, if the alert was taken down as urgent.
            await self.follow("URGENT")
        elif risk == "serious" and not graver:
            await self.follow("URGENT", "serious")
        await self.follow("CONSULT")
        await self.follow("GENDER")

    async def live(self) -> str:
        """Review after review, until one says closed; the case may also leave to another mission or another code."""
        n = 1
        while True:
            review = await self.task("close-case", str(n))
            if review is None:
                return "cancelled"
            if review.outcome in _LEFT:
                return str(review.outcome)
            if review.outcome == "done" and review.result.get("case") == "closed":
                return "done"
            n += 1

    async def leave(self, outcome: str) -> str:
        """The end: what lives as long as the case is told so."""
        await self.drop("acknowledge.1")
        await self.tell_child("CONSULT", "case-closed", "yes")
        return outcome

    async def drop(self, task: str) -> None:
        """Cancel a task that has lost its object."""
        open_ = self.state.tasks.get(task)
        if open_ is not None and open_.is_open:
            await self.ask("CancelTask", task, task=task, cause="not_pursued")
