"""Swift assistance: a visa, a shelter, urgent funds, each a procedure of its own beside the others
(EU Guidelines on Human Rights Defenders, paragraph 13, to be confirmed).
"""

from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.task import Task
from workflows.wished import WishedAct

REFER: Final = "consent:refer"


@workflow.defn
class Relief(WishedAct):
    """Refer, obtain the answer, take another way if there is none, and look again on the day that is set."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One kind of help; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """No answer, or no, opens another way. Return or asylum is the defender's own choice: both end well."""
        answer: Task | None = None
        turn = 1
        while answer is None or answer.result.get("next") == "another_way":
            if not await self.gate(REFER, str(turn)):
                return "gate"
            referred = await self.task("refer", str(turn))
            if referred is None or not self.done(referred):
                return self.left(referred, "refer")
            answer = await self.task("answer", str(turn), starts=referred.happened)
            if answer is None or not self.done(answer):
                return self.left(answer, "answer")
            turn += 1
        if self.state.step("check") is not None:
            await self.accompany(answer)
        return "done"

    async def accompany(self, last: Task) -> None:
        """A next day to look again, for as long as there is something to look after."""
        turn = 1
        while True:
            check = await self.task("check", str(turn), starts=last.happened)
            if check is None or check.result.get("next") != "check_again":
                return
            last = check
            turn += 1
