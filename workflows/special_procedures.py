"""Help a defender reach the mechanisms of the United Nations
(EU Guidelines on Human Rights Defenders, paragraph 12, to be confirmed).
"""

from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.wished import WishedAct

SHARE: Final = "consent:share_un"


@workflow.defn
class SpecialProcedures(WishedAct):
    """Offer, refer once it is agreed, track the State's reply, decide what follows."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One referral; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """The offer needs nobody's leave; the referral does, since the name goes to the government."""
        offer = await self.task("offer")
        if not self.done(offer):
            return self.left(offer, "offer")
        if not await self.gate(SHARE):
            return "gate"
        referred = await self.task("refer")
        if referred is None or not self.done(referred):
            return self.left(referred, "refer")
        await self.follow("FEEDBACK")
        await self.follow_up(await self.task("reply", starts=referred.happened))
        return "done"
