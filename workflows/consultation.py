"""Ask the defender before acting, and keep to what was agreed
(EU Guidelines on Human Rights Defenders, paragraph 10, to be confirmed).
"""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from typing_extensions import override

from domain.baton import Start
from domain.casework import CHECKS
from domain.kinds import instant, instant_text
from workflows.obligation import ObligationWorkflow

_CLOSED = "case-closed"
"""What the intake answers when the case has come to its end."""

_BEFORE = timedelta(days=21)
"""So long before an agreement ends it is time to speak again: ten working days, and some air. What is agreed for a shorter
time is meant to end by itself.
"""

_LAPSED = ".lapsed"
"""Marks, in a task's occurrence, that nobody withdrew: what was agreed came to its end. Nobody is called at night for that."""


@workflow.defn
class Consultation(ObligationWorkflow):
    """One talk for every kind of action; then, as long as anything stands: renew, call back, act without only for a life."""

    @workflow.run
    async def run(self, start: Start) -> str:
        """The consent of one case; returns its outcome."""
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        """What was agreed is recorded by the office, sealed; here is what it asks of people.

        It outlives the case while anything that was agreed stands: who agreed can take it back until then.
        """
        self.branch(self.speak())
        self.branch(self.renewals())
        self.branch(self.refusals())
        self.branch(self.recalls())
        self.branch(self.vital_interests())
        await self.answer(_CLOSED)
        for task in self.state.open_tasks():
            if task.step in ("talk", "renew", "approve-vital-interest"):
                await self.ask("CancelTask", task.id, task=task.id, cause="case_closed")
        await self.all_branches()  # what was begun to be called back is called back to its end
        return "done"

    @property
    def closed(self) -> bool:
        """Whether the case has been closed: nobody is asked for anything new."""
        return _CLOSED in self.state.answers

    @property
    def over(self) -> bool:
        """Whether besides nothing stands that could be taken back. That a check was made is nobody's to take back."""
        return self.closed and not any(on for gate, on in self.state.gates.items() if gate not in CHECKS)

    # ── the talk ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def speak(self) -> None:
        """Whoever could not be reached is tried again."""
        talk, n = await self.task("talk"), 1
        while talk is not None and talk.outcome == "blocked" and not self.closed:
            n += 1
            talk = await self.task("renew", str(n), starts=talk.happened)

    def ends(self) -> set[str]:
        """The instants at which something that was agreed ends. The vital interest has a review of its own."""
        basis = self.state.basis
        return {at for (gate, _), at in self.state.lapses.items() if basis.get(gate) != "vital_interest"}

    async def renewals(self) -> None:
        """One task for each end to come. Agreed anew or withdrawn meanwhile, it has lost its object."""
        begun: set[str] = set()
        while not self.closed:
            ends = self.ends()
            for at in sorted(ends - begun):
                begun.add(at)
                starts = instant(at) - _BEFORE
                if starts > self._now() or f"renew.{at}" in self.state.tasks:
                    self.branch(self.task("renew", at, starts=instant_text(starts)))
            for task in self.state.open_tasks():
                dated = task.step == "renew" and "T" in task.occurrence
                if dated and task.occurrence not in ends and instant(task.occurrence) > self._now():
                    await self.ask("CancelTask", task.id, task=task.id, cause="asked_anew")
            await self.otherwise(self.ends, ends)

    # ── what was refused or withdrawn ────────────────────────────────────────────────────────────────────────────

    def shut(self) -> set[str]:
        """The gates that somebody's wish, or the end of what was agreed, has shut."""
        return {gate for gate, on in self.state.gates.items() if not on}

    async def refusals(self) -> None:
        """What is shut here is shut wherever the case is served, also in what was opened at that very instant."""
        heard: set[str] = set()
        while True:
            shut = self.shut()
            if shut - heard:
                await self.spread_gates()
            heard = shut  # what opened again may be shut again
            if self.over:
                return
            await self.otherwise(self.shut, shut)

    async def otherwise(self, look: Callable[[], set[str]], known: set[str]) -> None:
        """Wait until something looks otherwise than it was known, or the case is closed, or all is over."""
        closed = self.closed
        await workflow.wait_condition(lambda: look() != known or self.closed != closed or self.over)

    # ── what is called back ──────────────────────────────────────────────────────────────────────────────────────

    async def recalls(self) -> None:
        """Whatever was shared behind a gate that is shut is called back, each for itself."""
        withdrawn: set[int] = set()
        lapsed: set[int] = set()
        while True:
            await workflow.wait_condition(
                lambda: bool(self.withdrawn() - withdrawn or self.lapsed() - lapsed) or self.over
            )
            for n in sorted(self.withdrawn() - withdrawn):
                withdrawn.add(n)
                self.branch(self.recall(n))
            for n in sorted(self.lapsed() - lapsed):
                lapsed.add(n)
                self.branch(self.chase(f"{n}{_LAPSED}", None))
            if self.over:
                return

    def withdrawn(self) -> set[int]:
        """The numbers of what was shared and is called back, or must be, because somebody wished so."""
        begun = {int(t.occurrence) for t in self.state.tasks.values() if t.step == "recall"}
        return begun | (set(self.state.recalls_due()) - self.run_out())

    def lapsed(self) -> set[int]:
        """The numbers of what was shared for a time, and the time ran out."""
        chased = [t.occurrence for t in self.state.tasks.values() if t.step == "chase"]
        begun = {int(o.partition(_LAPSED)[0]) for o in chased if _LAPSED in o}
        return begun | (set(self.state.recalls_due()) & self.run_out())

    def run_out(self) -> set[int]:
        """The numbers of what was shared behind a gate that time alone has shut."""
        return {d.n for d in self.state.disclosures if self.state.basis.get(d.gate) == "lapsed"}

    async def recall(self, n: int) -> None:
        """Within hours of the wish; then every working day."""
        for task in self.state.open_tasks():
            if task.step == "chase" and task.occurrence.startswith(f"{n}{_LAPSED}"):
                await self.ask("CancelTask", task.id, task=task.id, cause="asked_anew")
        told = await self.task("recall", str(n))
        if told is not None and self.done(told) and told.result.get("answered") != "yes":
            await self.chase(str(n), told.happened)

    async def chase(self, what: str, starts: str | None) -> None:
        """Until the recipient has answered, or somebody gives up and says why."""
        day = 0
        while True:
            day += 1
            told = await self.task("chase", f"{what}.{day}", starts=starts)
            if told is None or not self.done(told) or told.result.get("answered") == "yes":
                return
            starts = told.happened

    # ── for a life ───────────────────────────────────────────────────────────────────────────────────────────────

    async def vital_interests(self) -> None:
        """Somebody else than the proposer answers for it; what was done so is reviewed."""
        begun: set[str] = set()

        def waiting() -> list[str]:
            step = "approve-vital-interest"
            asked = {t.occurrence for t in self.state.tasks.values() if t.step == step}
            return sorted((asked | {v.occurrence for v in self.state.vital.values()}) - begun)

        while True:
            await workflow.wait_condition(lambda: bool(waiting()) or self.over)
            for occurrence in waiting():
                begun.add(occurrence)
                self.branch(self.vital_interest(occurrence))
            if self.over:
                return

    async def vital_interest(self, occurrence: str) -> None:
        """One gate, once."""
        asked = await self.task("approve-vital-interest", occurrence)
        if asked is None or not self.done(asked):
            return
        approved = {v.occurrence for v in self.state.vital.values() if v.approved}
        if occurrence in approved or f"review-vital-interest.{occurrence}" in self.state.tasks:
            await self.task("review-vital-interest", occurrence, starts=asked.happened)
