"""Speak in public for a defender, and whenever one was killed
(EU Guidelines on Human Rights Defenders, paragraph 8, to be confirmed).
"""

from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.wished import WishedAct

STATEMENT: Final = "consent:statement"
_RELEASE: Final = {"with_name": "release-named", "with_picture": "release-pictured"}


@workflow.defn
class PublicStatement(WishedAct):
    """Draft, agree, release, watch what it brings. On a killing: a word within 48 hours, or the reason why not."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One statement; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Released is not yet made: until the last moment a wish withdrawn stops it."""
        step, since = "release", self.state.opened
        if self.state.step("draft") is not None:
            if not await self.gate(STATEMENT):
                return "gate"
            draft = await self.task("draft")
            if draft is None or not self.done(draft):
                return self.left(draft, "draft")
            agreed = await self.task("agree", starts=draft.happened)
            if agreed is None or not self.done(agreed):
                return self.left(agreed, "agree")
            step = _RELEASE.get(draft.result.get("content", ""), "release")
            since = agreed.happened or since
        outcome = await self.release(step, since)
        if outcome != "done":
            return outcome
        assert self.state.publication is not None
        await self.follow("FEEDBACK")
        watched = await self.task("monitor", starts=self.state.publication.makes)
        if watched is not None and watched.result.get("next") in ("correct", "withdraw"):
            await self.task("mend", starts=watched.happened)
        return "done"

    async def release(self, step: str, since: str) -> str:
        """`done` once it is published. A task that says released where nothing was released is asked for again."""
        turn = 1
        while True:
            released = await self.task(step, str(turn), starts=since)
            if not self.done(released):
                return self.left(released, step)
            turn += 1
            if self.state.publication is not None and f"{step}.{turn}" not in self.state.tasks:
                break
        if await self.publication() == "made":
            return "done"
        return "not_published" if self.wished(step) else "gate"
