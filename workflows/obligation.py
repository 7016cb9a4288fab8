"""What all procedures share: open a task and wait for its end, keep time, listen, start again from nothing.

The log is the truth. A run begins by reading its own stream; whatever stands there is answered from memory, in the order
of the log and never from today's state. Deadlines, notices and routing are the domain's: this sleeps until the next
planned instant and says that it has come.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

from domain.baton import Answer, Ask, Follow, Followed, Nudge, Spread, Start, Tell, command_id
from domain.deciding.clocks import next_wake
from domain.envelope import read_event
from domain.kinds import instant
from domain.obligation import ALTERNATIVE, Appointment, Obligation, evolve
from domain.task import Task
from workflows import ports
from workflows.sittings import Sittings

_PATIENCE = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
)
_ACTIVITY_LIMIT = timedelta(seconds=20)
_HOLD_ON = timedelta(seconds=5)
"""While the database is away for longer than this, the workflow task is given back and a timer waits instead."""
_NOT_AGAIN_BEFORE = timedelta(seconds=30)
"""A wake that changed nothing is not sent again at once: something else has to happen first."""

MISSION = SearchAttributeKey.for_keyword("Mission")
DEFINITION = SearchAttributeKey.for_keyword("Definition")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
STATUS = SearchAttributeKey.for_keyword("Status")


class ObligationWorkflow:
    """The base of every procedure. A subclass says what to do in `conduct`, in the words of the guideline."""

    def __init__(self) -> None:
        self.state = Obligation()
        self._start: Start | None = None
        self._offset = timedelta()
        self._mission_wake: str | None = None
        self._position = 0
        self._wanted = 0
        self._mission_moved = 0
        self._mission_seen = 0
        self._asking = 0
        self._first_version = 0
        self._shown: tuple[str, str | None] | None = None
        self._branches: list[asyncio.Task[Any]] = []

    async def conduct(self) -> str:
        """The procedure; returns the obligation's outcome. Every wait in it is for something that the log will say."""
        raise NotImplementedError

    # ── the run ──────────────────────────────────────────────────────────────────────────────────────────────────

    @workflow.signal
    async def nudge(self, to: Nudge) -> None:
        """The log moved: one's own stream, or the mission's. Nudges come at least once and say no more than that."""
        if to.stream.startswith("mission/"):
            self._mission_moved = max(self._mission_moved, to.position)
        else:
            self._wanted = max(self._wanted, to.position)

    async def carry_out(self, start: Start) -> str:
        """Run the procedure to its end. Called by each subclass's `run`."""
        self._start = start
        await self._read()
        self._first_version = self.state.version
        if workflow.info().continued_run_id is None:
            self._shown = ("open", None)  # as the conductor started it
        if not self.state.is_open:
            return self.state.outcome or "nothing"
        conduct = asyncio.create_task(self._conduct())
        helpers = [asyncio.create_task(self._keep_time()), asyncio.create_task(self._listen())]

        def over() -> bool:
            return conduct.done() or not self.state.is_open or any(h.done() for h in helpers) or self._tired()

        await workflow.wait_condition(over)
        for helper in helpers:
            if helper.done():
                helper.result()  # neither returns: what it raised must be seen
        if conduct.done():
            await self._submit("CloseObligation", "end", {"outcome": conduct.result()})
        elif self.state.is_open:
            workflow.continue_as_new(start)
        for left in (conduct, *helpers, *self._branches):
            left.cancel()
        self._show()
        return self.state.outcome or "nothing"

    async def _conduct(self) -> str:
        """The procedure, and what is done instead of what was waived in it."""
        outcome = await self.conduct()
        await workflow.wait_condition(lambda: not any(t.step == ALTERNATIVE for t in self.state.open_tasks()))
        return outcome

    def _tired(self) -> bool:
        """Whether to go on as a new run: only after new work, or it would never end; never with a question open."""
        worked = self.state.version > self._first_version
        return worked and not self._asking and workflow.info().is_continue_as_new_suggested()

    # ── the words of a procedure ─────────────────────────────────────────────────────────────────────────────────

    async def task(
        self,
        step: str,
        occurrence: str = "1",
        *,
        appointment: str | None = None,
        starts: str | None = None,
        posting: str | None = None,
    ) -> Task | None:
        """Open a step's task if the log has none, wait until it ends, give it back.

        `starts` is the instant (from the log) that its term counts from. None if there was nothing to open: the sitting
        was cancelled meanwhile, or the desk refused.
        """
        code = f"{step}.{occurrence}"
        if code not in self.state.tasks:
            data: dict[str, Any] = {"step": step, "occurrence": occurrence}
            more = {"appointment": appointment, "starts": starts, "posting": posting}
            data |= {name: value for name, value in more.items() if value is not None}
            await self._submit("OpenTask", code, data)
            if code not in self.state.tasks:
                return None
        await workflow.wait_condition(lambda: not self.state.tasks[code].is_open)
        return self.state.tasks[code]

    @staticmethod
    def done(task: Task | None) -> bool:
        """Whether it was done: decided not to, refused, cancelled are ends too, and the procedure looks which."""
        return task is not None and task.outcome == "done"

    @staticmethod
    def ended(task: Task | None) -> str:
        """How it ended, as the outcome of the obligation; what fell with a gate says so."""
        if task is None:
            return "cancelled"
        return (
            "gate" if task.outcome == "cancelled" and task.reason == "gate" else task.outcome or "cancelled"
        )

    @property
    def occurrence(self) -> str:
        """Which occurrence of the obligation before it this one follows from; `1` if it follows from none."""
        return self.state.occurrence

    async def gate(self, gate: str, occurrence: str = "1", *, hold: bool = False) -> bool:
        """Wait until the gate is open for this occurrence, or answered; what was answered once stays so.

        Shut by somebody's wish it answers no; with `hold` that is waited out, until it opens or its time has passed.
        """
        key = (gate, occurrence)
        answers, gates = self.state.gate_answers, self.state.gates
        await workflow.wait_condition(
            lambda: key in answers or bool(gates.get(gate)) or (not hold and gate in gates)
        )
        if key not in answers:
            data = {"gate": gate, "occurrence": occurrence, "passed": bool(gates.get(gate))}
            await self._submit("AnswerGate", f"{gate}.{occurrence}", data)
        return answers.get(key, False)

    async def check(self, gate: str, definition: str) -> None:
        """Wait for a check that the case has made once, asking for it if nobody has. Where that duty is off, nothing waits."""
        if await self.follow(definition) is not None:
            await workflow.wait_condition(lambda: bool(self.state.gates.get(gate)))

    async def answer(self, question: str) -> str:
        """Wait for another obligation's answer to what this one asked."""
        await workflow.wait_condition(lambda: question in self.state.answers)
        return self.state.answers[question]

    async def publication(self) -> str:
        """Wait until what was released was made or cancelled; which."""

        def settled() -> bool:
            publication = self.state.publication
            return publication is not None and publication.status != "released"

        await workflow.wait_condition(settled)
        assert self.state.publication is not None
        return self.state.publication.status

    async def follow(
        self, definition: str, occurrence: str = "1", *, headquarters: bool = False
    ) -> str | None:
        """Open another obligation for the same subject, once for each occurrence; its id, or None where that duty is off."""
        assert self._start is not None
        ask = Follow(
            obligation=self._start.obligation,
            mission=self._start.mission,
            definition=definition,
            occurrence=occurrence,
            headquarters=headquarters,
        )
        followed: Followed = await self._perform(ports.follow, ask)
        return followed.obligation

    async def follow_up(self, task: Task | None) -> list[str]:
        """Open what the task's results name in its step (`follows`); the definitions that followed."""
        if task is None or not self.done(task):
            return []
        step = self.state.step(task.step)
        chosen = [
            definition
            for key, definition in (step or {}).get("follows", {}).items()
            if task.result.get(key.partition(".")[0]) == key.partition(".")[2]
        ]
        return [definition for definition in chosen if await self.follow(definition, task.id)]

    async def tell(self, question: str, answer: str) -> None:
        """Answer the obligation from which this one followed."""
        await self._tell(question, answer, None)

    async def tell_child(self, definition: str, question: str, answer: str) -> None:
        """Answer the case's own obligation of a definition that a case has once."""
        await self._tell(question, answer, definition)

    async def _tell(self, question: str, answer: str, definition: str | None) -> None:
        assert self._start is not None
        ask = Tell(
            obligation=self._start.obligation,
            mission=self._start.mission,
            question=question,
            answer=answer,
            definition=definition,
        )
        await self._perform(ports.tell, ask)

    async def spread_gates(self) -> None:
        """Shut what is shut here wherever the case is served: whoever was opened while a wish came in hears of it too."""
        assert self._start is not None
        await self._perform(
            ports.spread, Spread(obligation=self._start.obligation, mission=self._start.mission)
        )

    def each_sitting(self) -> AsyncIterator[Appointment]:
        """Every sitting, in the order in which it became known, until the proceeding has ended."""
        return Sittings(lambda: self.state)

    def branch(self, work: Coroutine[Any, Any, Any]) -> None:
        """Go on with something beside: no sitting waits for another's paperwork."""
        self._branches.append(asyncio.create_task(work))

    async def all_branches(self) -> None:
        """Wait for everything that was branched off."""
        for branch in self._branches:
            await branch

    async def ask(self, command: str, identity: str, **data: Any) -> None:
        """Send another command of the procedure to the desk, once for each identity."""
        await self._submit(command, identity, data)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _now(self) -> datetime:
        """The desk's time: Temporal's, set right by what the desk said last. In a rehearsal they are years apart."""
        return workflow.now() + self._offset

    def _next(self) -> str | None:
        planned = [at for at in (next_wake(self.state), self._mission_wake) if at is not None]
        return min(planned, default=None)

    async def _keep_time(self) -> None:
        """Sleep until the next planned instant of this obligation, say so to the desk, and on."""
        while True:
            self._show()
            await workflow.wait_condition(lambda: self._next() is not None)
            self._show()
            planned = self._next()
            assert planned is not None
            left = instant(planned) - self._now()
            if left > timedelta() and await self._changes(self._otherwise(planned), left):
                continue
            version = self.state.version
            await self._submit("Wake", f"{planned}.{version}", {"planned": planned})
            if self._next() == planned and instant(planned) <= self._now():
                await self._changes(self._otherwise(planned), _NOT_AGAIN_BEFORE)

    def _otherwise(self, planned: str) -> Callable[[], bool]:
        """Whether something else has been planned since, or is to be shown."""
        return lambda: self._next() != planned or self._look() != self._shown

    @staticmethod
    async def _changes(condition: Callable[[], bool], within: timedelta) -> bool:
        try:
            await workflow.wait_condition(condition, timeout=within)
        except TimeoutError:
            return False
        return True

    # ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _listen(self) -> None:
        """Read on when nudged; let the clocks be looked at when the mission's stream moved."""
        while True:
            await workflow.wait_condition(
                lambda: self._wanted > self._position or self._mission_moved > self._mission_seen
            )
            if self._mission_moved > self._mission_seen:
                self._mission_seen = self._mission_moved
                await self._submit("Refresh", str(self._mission_seen), {})
            else:
                wanted = self._wanted
                await self._read()
                self._position = max(self._position, wanted)

    async def _read(self) -> None:
        while True:
            answer = await self._execute(ports.read, "Read", {})
            if not answer.more:
                return

    async def _submit(self, command: str, identity: str, data: dict[str, Any]) -> Answer:
        assert self._start is not None
        named = {"command_id": str(command_id(self._start.obligation, command, identity)), **data}
        return await self._execute(ports.submit, command, named)

    async def _execute(self, port: Any, command: str, data: dict[str, Any]) -> Answer:
        assert self._start is not None
        ask = Ask(
            obligation=self._start.obligation,
            mission=self._start.mission,
            command=command,
            data=data,
            since=self.state.version,
        )
        answer: Answer = await self._perform(port, ask)
        self._take(answer)
        return answer

    async def _perform(self, port: Any, ask: Any) -> Any:
        """A local activity, retried until it comes off."""
        self._asking += 1
        try:
            return await workflow.execute_local_activity(
                port,
                ask,
                start_to_close_timeout=_ACTIVITY_LIMIT,
                retry_policy=_PATIENCE,
                local_retry_threshold=_HOLD_ON,
            )
        finally:
            self._asking -= 1

    def _take(self, answer: Answer) -> None:
        """Fold what is new. Two answers may overlap, when two branches asked at once."""
        for placed in answer.events:
            if placed.body["version"] > self.state.version:
                evolve(self.state, read_event(placed.body, placed.position, placed.recorded_us))
                self._position = max(self._position, placed.position)
        self._mission_wake = answer.mission_wake
        self._offset = instant(answer.now) - workflow.now()

    def _look(self) -> tuple[str, str | None]:
        """Status and next deadline, for operators: of a case-bound obligation its status and nothing else."""
        open_ = self.state.open_tasks()
        status = "closed" if not self.state.is_open else "overdue" if any(t.passed for t in open_) else "open"
        due = min((t.due for t in open_), default=None)
        return status, None if self.state.case_bound else due

    def _show(self) -> None:
        """Set the search attributes, where they have changed."""
        if self._look() == self._shown or not self.state.version:
            return
        self._shown = status, due = self._look()
        updates: list[Any] = [STATUS.value_set(status)]
        if not self.state.case_bound:
            updates.append(NEXT_DEADLINE.value_set(instant(due)) if due else NEXT_DEADLINE.value_unset())
        workflow.upsert_search_attributes(updates)
