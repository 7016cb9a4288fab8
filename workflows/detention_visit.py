"""Visit a defender in custody or under house arrest (EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed)."""

import asyncio
from typing import Final

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.obligation import Appointment
from domain.task import Task
from workflows.wished import WishedAct

VISIT: Final = "consent:visit"
_PAPERWORK: Final = ("request", "chase", "raise", "arrange", "again")

_DAY_SET: Final = "day_set"


@workflow.defn
class DetentionVisit(WishedAct):
    """Ask the authorities, go with company, write the note, and go again every month until the detention ends."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: set[str] = set()
        self._over: set[str] = set()

    @workflow.run
    async def run(self, start: Start) -> str:
        """All visits of one detention; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """Permission first; then visits. What was seen is told to the family, whatever ends the visits."""
        if not await self.gate(VISIT):
            return "gate"
        self.branch(self.stop_when_over())
        outcome, since = await self.permission()
        if since is not None:
            outcome = await self.visits(since)
            await workflow.wait_condition(lambda: not any(t.step == "visit" for t in self.state.open_tasks()))
            if self.visited():
                await self.follow("FEEDBACK")
        return outcome

    # ── permission ───────────────────────────────────────────────────────────────────────────────────────────────

    async def permission(self) -> tuple[str, str | None]:
        """Ask, ask again, raise it. Either since when it is permitted, or the outcome that there is instead."""
        turn = 1
        while True:
            asked = await self.task("request", str(turn))
            if asked is None or not self.done(asked):
                return self.without(asked, "request"), None
            chased = await self.task("chase", str(turn), starts=asked.happened)
            if chased is None or not self.done(chased):
                return self.without(chased, "chase"), None
            if chased.result.get("answer") == "permitted":
                return "done", chased.happened
            raised = await self.task("raise", str(turn), starts=chased.happened)
            if raised is None or not self.done(raised):
                return self.without(raised, "raise"), None
            await self.follow_up(raised)
            if raised.result.get("answer") == "permitted":
                return "done", raised.happened
            if raised.result.get("next") != "ask_again":
                return "refused_by_authorities", None
            turn += 1

    def without(self, task: Task | None, step: str) -> str:
        """The outcome when a step was not done; what the end of the detention made needless is `superseded`."""
        if self.state.ended_cause is not None and (task is None or task.outcome == "cancelled"):
            return "done" if self.visited() else "superseded"
        return self.left(task, step)

    # ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def visits(self, permitted: str) -> str:
        """Each on the day that is set for it; while none is set, somebody has to set one."""
        while True:
            for day in self.state.sittings():
                if day.id not in self._begun:
                    self._begun.add(day.id)
                    self.branch(self.see(day))
            if self.state.ended_cause is not None:
                return self.without(None, "again")
            if self.to_come():
                await workflow.wait_condition(lambda: self.news() or not self.to_come())
                continue
            step, name, since = self.next_asking(permitted)
            if not await self.gate(VISIT, f"{step}.{name}"):
                return "gate"
            asking = asyncio.create_task(self.task(step, name, starts=since))
            self._branches.append(asking)
            await workflow.wait_condition(lambda: asking.done() or self.news())  # noqa: B023
            code = f"{step}.{name}"
            if not asking.done() and self.state.ended_cause is None:
                await self.ask("CancelTask", f"{code}.day-set", task=code, cause=_DAY_SET)
            asked = await asking
            if not _answered(asked) and not self.news():
                return self.without(asked, step)

    def next_asking(self, permitted: str) -> tuple[str, str, str]:
        """Which step asks for the day of the next visit, its occurrence, and what its term counts from."""
        held = [day for day in self.state.sittings() if day.status != "cancelled"]
        step, name, since = "arrange", "1", permitted
        if held:
            step, name, since = "again", held[-1].id, held[-1].held_at or held[-1].starts
        turn = 1
        while _answered(self.state.tasks.get(f"{step}.{name}")):
            turn += 1  # a day was set, and fell away again
            name = f"{name.partition('.')[0]}.{turn}"
        return step, name, since

    async def see(self, day: Appointment) -> None:
        """One visit, if it is still wished when the day comes. Refused at the gate is a visit attempted."""
        await self.check("gender", "GENDER")
        await self.while_wished(VISIT, "visit", day)
        self._over.add(day.id)

    def to_come(self) -> list[Appointment]:
        """Days that are set, and on which nobody went yet."""
        return [d for d in self.state.sittings() if d.status == "set" and d.id not in self._over]

    def news(self) -> bool:
        """A day that was not looked at yet, or the end of the detention."""
        fresh = any(id_ not in self._begun for id_ in self.state.appointments)
        return fresh or self.state.ended_cause is not None

    def visited(self) -> bool:
        """Whether anybody went."""
        return any(t.step == "visit" and t.outcome == "done" for t in self.state.tasks.values())

    async def stop_when_over(self) -> None:
        """When the detention is over, nobody need ask for anything any more."""
        while True:
            await workflow.wait_condition(
                lambda: self.state.ended_cause is not None and bool(self.paperwork())
            )
            for task in self.paperwork():
                await self.ask("CancelTask", f"{task.id}.over", task=task.id, cause="proceeding_ended")

    def paperwork(self) -> list[Task]:
        """Open tasks that lose their object with the detention. The note on a visit that was made does not."""
        return [t for t in self.state.open_tasks() if t.step in _PAPERWORK]


def _answered(task: Task | None) -> bool:
    """Whether a task that asked for a day ended with one."""
    return task is not None and (
        task.outcome == "done" or (task.outcome == "cancelled" and task.reason == _DAY_SET)
    )
