"""Raise a defender's situation with the authorities in confidence
(EU Guidelines on Human Rights Defenders, paragraphs 8 and 11, to be confirmed).
"""

from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.wished import WishedAct

DEMARCHE: Final = "consent:demarche"


@workflow.defn
class Demarche(WishedAct):
    """Propose, clear with headquarters, deliver, tell the defender, record the reply and what follows."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One démarche; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """What headquarters returns is proposed anew. What is urgent is cleared and delivered within hours."""
        turn, answer, urgent, cleared = 0, "returned", "", None
        while answer == "returned":
            turn += 1
            if not await self.gate(DEMARCHE, str(turn)):
                return "gate"
            proposal = await self.task("propose", str(turn))
            if proposal is None or not self.done(proposal):
                return self.left(proposal, "propose")
            urgent = "-urgent" if proposal.result.get("urgency") == "urgent" else ""
            cleared = await self.task(f"clear{urgent}", str(turn), starts=proposal.happened)
            if cleared is None or not self.done(cleared):
                return self.left(cleared, f"clear{urgent}")
            answer = cleared.result.get("answer", "cleared")
        assert cleared is not None
        delivered = await self.task(f"deliver{urgent}", starts=cleared.happened)
        if delivered is None or not self.done(delivered):
            return self.left(delivered, f"deliver{urgent}")
        await self.follow("FEEDBACK")
        await self.follow_up(await self.task("reply", starts=delivered.happened))
        return "done"
