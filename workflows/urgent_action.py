"""Act at once for a defender at immediate or serious risk, and report it
(EU Guidelines on Human Rights Defenders, paragraph 8, to be confirmed).
"""

from dataclasses import dataclass

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from workflows.obligation import ObligationWorkflow


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of a class of risk: hours for the immediate, working days for the serious."""

    first: tuple[str, ...]
    decide: str
    feedback: str
    report: str


_IMMEDIATE = _Steps(("acknowledge", "triage"), "decide", "feedback-to-family", "report-to-headquarters")
_SERIOUS = _Steps(("triage-serious",), "decide-serious", "feedback-serious", "report-serious")

_LEFT = ("superseded", "transferred", "not_appropriate")
"""Ends of a first look with which the alert is left: known under another code, in other hands, not urgent."""


@workflow.defn
class UrgentAction(ObligationWorkflow):
    """Every clock runs from the alert, beside the others: nobody's delay hides another's."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """One alert; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Acknowledge, triage, decide, tell, report; a week and a month after acting, ask for reprisals."""
        steps = _SERIOUS if self.occurrence.startswith("serious") else _IMMEDIATE
        alert = self.state.opened
        # Beside, never before: a locked vault must not hold up a call for help.
        self.branch(self.follow("CONSULT"))
        for step in steps.first:
            self.branch(self.look(step, steps))
        self.branch(self.task(steps.feedback, starts=alert))
        self.branch(self.report(steps.report))
        self.branch(self.task("full-report", starts=alert))
        decision = await self.task(steps.decide, starts=alert)
        if decision is not None and self.done(decision):
            # Silence on the first day says little.
            self.branch(self.task("reprisal-check", starts=decision.happened))
            self.branch(self.task("reprisal-check-month", starts=decision.happened))
            # Side by side, each behind the consent that it needs, or the vital interest.
            await self.follow_up(decision)
        await self.all_branches()
        looked = [self.state.tasks.get(f"{step}.1") for step in steps.first]
        left = [task.outcome for task in looked if task is not None and task.outcome in _LEFT]
        if left and self.ended(decision) == "cancelled":
            return str(left[-1])
        return self.ended(decision)

    async def look(self, step: str, steps: _Steps) -> None:
        """If it turns out not to be urgent, or is in other hands, the other clocks have lost their object."""
        task = await self.task(step, starts=self.state.opened)
        if task is None or task.outcome not in _LEFT or self.done(self.state.tasks.get(f"{steps.decide}.1")):
            return
        for other in self.state.open_tasks():
            await self.ask("CancelTask", other.id, task=other.id, cause="not_pursued")

    async def report(self, step: str) -> None:
        """What headquarters is asked for goes its own way from here, with headquarters' own clock."""
        await self.follow_up(await self.task(step, starts=self.state.opened))
