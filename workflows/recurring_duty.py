"""A plain duty, step by step as its definition says: most of what comes round every year
(EU Guidelines on Human Rights Defenders, paragraphs 11 to 14, to be confirmed; parts of other instruments).
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.obligation import Obligation
from domain.task import Task
from workflows.obligation import ObligationWorkflow

Step = Mapping[str, Any]


def wanted(step: Step, state: Obligation) -> bool:
    """Whether a step is asked for: always, or only after the result of an earlier one that its `when` names."""
    when = step.get("when")
    if when is None:
        return True
    earlier = state.tasks.get(f"{when['step']}.1")
    return earlier is not None and earlier.result.get(when["field"]) in when["is"]


@workflow.defn
class RecurringDuty(ObligationWorkflow):
    """The steps in their order, each counted from the end of the one before; those `beside` another begin with it."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One period, or one occasion; returns its outcome: that of the last step that was asked for."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """A step left undone stops none of the later ones: each has a clock and an end of its own."""
        outcome, starts = "cancelled", self.state.opened
        for group in self._groups():
            asked = [step for step in group if wanted(step, self.state)]
            ended = await asyncio.gather(*(self._one(step, starts) for step in asked))
            for task, left in ended:
                outcome = left
                await self.follow_up(task)
            starts = max([starts, *(task.happened for task, _ in ended if task and task.happened)])
        return outcome

    def _groups(self) -> list[list[Step]]:
        """The steps, those that begin together in one list."""
        groups: list[list[Step]] = []
        for step in self.state.definition["step"]:
            if step.get("beside"):
                groups[-1].append(step)
            else:
                groups.append([step])
        return groups

    async def _one(self, step: Step, starts: str) -> tuple[Task | None, str]:
        """A step, behind its gates: its task and how it ended; `gate` if what the defender agreed to does not cover it.

        What waits for a wish is counted from when it may begin: nobody is late for having waited.
        """
        for gate in step["gates"]:
            if not await self.gate(gate, step["code"]):
                return None, "gate"
        task = await self.task(step["code"], starts=None if step["gates"] else starts)
        return task, self.ended(task)
