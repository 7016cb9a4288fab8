"""High-level visits meet defenders; dialogues hear them before and after
(EU Guidelines on Human Rights Defenders, paragraph 11, to be confirmed).
"""

import asyncio

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.obligation import Appointment
from workflows.obligation import ObligationWorkflow


@workflow.defn
class VisitsAndDialogues(ObligationWorkflow):
    """The visit, or the round, as it is set, moved or called off: prepare with defenders, clear the cases, tell them after."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One visit or round; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """What is put off to another day is prepared anew; what is called off needs nothing more."""
        undated = await self.ask_for_the_day()
        if undated is not None:
            return undated
        async for meeting in self.each_sitting():
            outcome = await self.around(meeting)
            if meeting.status != "cancelled" and meeting.outcome != "not_held":
                return outcome
        return "cancelled"

    async def ask_for_the_day(self) -> str | None:
        """Until a day is known somebody is asked for it. How it ended if there is to be none."""
        self.branch(self.day_known())
        count = 1
        while f"set-day.{count}" in self.state.tasks or not self.state.appointments:
            asked = await self.task("set-day", str(count))
            if asked is None or self.ended(asked) not in ("done", "cancelled"):
                return self.ended(asked)
            count += 1
        return None

    async def day_known(self) -> None:
        """Nobody needs to ask any more."""

        def asked() -> list[str]:
            return [t.id for t in self.state.open_tasks() if t.step == "set-day"]

        await workflow.wait_condition(lambda: bool(self.state.appointments) and bool(asked()))
        for task in asked():
            await self.ask("CancelTask", task, task=task, cause="day_known")

    async def around(self, meeting: Appointment) -> str:
        """Before it: a meeting with defenders proposed, or defenders consulted, and the cases cleared. After it: tell them."""
        first = "propose-slot" if self.state.step("propose-slot") is not None else "consult"
        known = meeting.known_since
        prepared, cleared = await asyncio.gather(
            self.task(first, meeting.id, appointment=meeting.id, starts=known),
            self.task("clear-cases", meeting.id, appointment=meeting.id, starts=known),
        )
        if not (self.done(prepared) or self.done(cleared)):
            return self.ended(prepared)  # no meeting and no case: nobody to tell
        debrief = await self.task("debrief", meeting.id, appointment=meeting.id)
        await self.follow_up(debrief)
        return self.ended(debrief)
