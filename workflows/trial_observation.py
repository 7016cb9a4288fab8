"""Observe the trial of a defender (EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed)."""

from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.obligation import Appointment
from workflows.wished import WishedAct

ATTEND: Final = "consent:attend"


@workflow.defn
class TrialObservation(WishedAct):
    """Sitting by sitting: decide and staff, attend and report; at the end say how it ended and what follows."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """The whole observation; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Until the proceeding ends. Not to observe, with a reason, is a good end."""
        triage = await self.task("triage")
        if not self.done(triage):
            return self.ended(triage)
        async for sitting in self.each_sitting():
            self.branch(self.observe(sitting))
        verdict = next((a for a in self.state.sittings() if a.outcome == "verdict"), None)
        if verdict is not None:
            self.branch(self.task("verdict-flash", starts=verdict.held_at))
        await self.all_branches()
        await self.follow_up(await self.task("decide-follow-up"))
        return "done"

    async def observe(self, sitting: Appointment) -> None:
        """One sitting: nobody goes unless the defender's wish allows it, somebody has decided and somebody is named."""
        if not await self.gate(ATTEND, sitting.id, hold=True):
            return  # not attended: a good end
        await self.ask("OfferRota", sitting.id, appointment=sitting.id)
        decision = await self.while_wished(ATTEND, "decide-and-staff", sitting, starts=sitting.known_since)
        if self.done(decision):
            await self.while_wished(ATTEND, "attend-and-report", sitting, posting=lambda: sitting.observer)
