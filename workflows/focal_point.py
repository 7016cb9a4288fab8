"""The liaison officer for defenders: appointed when the post falls vacant, handed over when its holder leaves
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed; hand-over is ours).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.task import Task
from domain.vacancies import posting_of
from workflows.obligation import ObligationWorkflow


@workflow.defn
class FocalPointAppointment(ObligationWorkflow):
    """Name somebody and an alternate, make the contact known, and call it: until it answers."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One vacancy; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """A contact that does not answer is no contact: it is mended and called again."""
        named = await self.task("appoint")
        call, number = named, 0
        while call is not None and call.result.get("contact_test") == "not_answered":
            number += 1
            call = await self.task("test-contact", str(number), starts=call.happened)
        return self.ended(named)


@workflow.defn
class HandOver(ObligationWorkflow):
    """Both sign: who leaves for what is handed over, who comes for what is taken over; what is queried is answered first."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One departure; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Said to be done is not signed: the task comes again until the signature stands in the log."""
        leaver = posting_of(self.state.period or "")
        over = await self.sign_over(leaver)
        if over is None or over.outcome != "done":
            return self.ended(over)
        return self.ended(await self.take_over(leaver, over))

    async def sign_over(self, leaver: str) -> Task | None:
        """The list, by whoever leaves; by who holds the post, where they are gone."""
        number = 1
        while True:
            over = await self.task("sign-over", str(number), posting=leaver)
            number += 1
            signed = "out" in self.state.signed and f"sign-over.{number}" not in self.state.tasks
            if over is None or over.outcome != "done" or signed:
                return over

    async def take_over(self, leaver: str, over: Task) -> Task | None:
        """The signature of the successor whom the list names, or of the alternate; again after each answer to a query.

        What a run did stands in the log, and is looked at before the signatures as they are now.
        """
        number, starts, successor = 1, over.happened, over.result.get("successor")
        while True:
            taken = await self.task("take-over", str(number), starts=starts, posting=successor)
            if taken is None or taken.outcome != "done":
                return taken
            starts, successor = taken.happened, taken.posting
            again = f"take-over.{number + 1}" in self.state.tasks
            asked = f"answer-queries.{number}" in self.state.tasks
            if asked or (not again and self.state.queried.get("in")):
                answered = await self.task("answer-queries", str(number), starts=starts, posting=leaver)
                starts = answered.happened if answered is not None else starts
            elif not again and "in" in self.state.signed:
                return taken
            number += 1
