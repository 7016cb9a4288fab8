"""Recommend European action to headquarters, and hold on to the answer
(EU Guidelines on Human Rights Defenders, paragraph 8, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.task import Task
from workflows.obligation import ObligationWorkflow

IMMEDIATE = ("immediate", "report-to-headquarters")
"""What a recommendation on an immediate risk is opened as: by hand, or by URGENT's report on such a risk."""


@workflow.defn
class Recommendation(ObligationWorkflow):
    """Send it, ask back after two working days, hold on to the decision, follow it up here."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One recommendation; returns its outcome. Not to recommend, with a reason, is a good end."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """From the sending on it is headquarters' clock, on headquarters' account."""
        immediate = self.occurrence.startswith(IMMEDIATE)
        sent = await self.task("send-immediate" if immediate else "send", starts=self.state.opened)
        if sent is None or not self.done(sent):
            return self.ended(sent)
        decided = await self.headquarters_answer(sent, IMMEDIATE[0] if immediate else "1")
        if decided in ("act", "refer"):
            await self.follow_up(await self.task("follow-up"))
        return "done"

    async def headquarters_answer(self, sent: Task, occurrence: str) -> str:
        """What headquarters works in Chancery answers by itself; where it does not, the focal point asks and notes it."""
        if await self.follow("COHOM-IDENT", occurrence, headquarters=True) is not None:
            self.branch(self.needless("ask-back", once="acknowledged"))
            self.branch(self.needless("note-answer", once="decided"))
        asked = await self.task("ask-back", starts=sent.happened)
        noted = await self.task("note-answer", starts=(asked.happened if asked else None) or sent.happened)
        if noted is not None and noted.outcome != "cancelled":
            return noted.result.get("decided", "none")
        return self.state.answers.get("decided", "none")

    async def needless(self, step: str, *, once: str) -> None:
        """Nobody needs to ask for what headquarters has answered."""
        await self.answer(once)
        await workflow.wait_condition(lambda: f"{step}.1" in self.state.tasks)
        await self.ask("CancelTask", f"{step}.1", task=f"{step}.1", cause=once)
