"""Contacts with defenders: who asks is answered, who is far is visited, who is not reached is known
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed).
"""

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.coverage import to_visit
from domain.task import Task
from workflows.obligation import ObligationWorkflow


@workflow.defn
class Contact(ObligationWorkflow):
    """The entry is the reply. What was promised in it becomes a task."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One request; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Every request gets an answer, or a reason."""
        reply = await self.task("reply")
        if reply is not None and reply.result.get("promised") == "something":
            await self.task("keep-promise", starts=reply.happened)
        return self.ended(reply)


@workflow.defn
class FieldVisit(ObligationWorkflow):
    """A plan for the year, and one trip to each region that was not reached last time."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One year; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """A region found out of reach later in the year gets its trip too. One that cannot be visited says why."""
        plan = await self.task("plan")
        if plan is None or plan.outcome != "done":
            return self.ended(plan)
        trips: dict[str, Task | None] = {}
        begun: set[str] = set()

        async def travel(region: str) -> None:
            trips[region] = await self.task("visit", region)

        while True:
            for region in to_visit(self.state, begun):
                begun.add(region)
                self.branch(travel(region))
            await workflow.wait_condition(
                lambda: len(trips) == len(begun) or bool(to_visit(self.state, begun))
            )
            if not to_visit(self.state, begun):
                break
        ends = [self.ended(trips[region]) for region in sorted(trips)]
        return "done" if not ends or "done" in ends else ends[0]


@workflow.defn
class CoverageMap(ObligationWorkflow):
    """Regions and groups, reached or not reached; without names."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One half-year; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """A map that lists nobody as reached or not reached is not one: it is asked for again."""
        drawn = await self.task("map")
        missing = not self.state.coverage or "record-coverage.1" in self.state.tasks
        if drawn is not None and drawn.outcome == "done" and missing:
            drawn = await self.task("record-coverage", starts=drawn.happened)
        return self.ended(drawn)
