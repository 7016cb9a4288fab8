"""From the log to Temporal: starts and nudges workflows, at least once, in the order of the log.

The log is the truth and Temporal may forget: so delivery has a checkpoint in PostgreSQL, a new leader or a restored connection
nudges everything open, and a reconciler compares both ways. A stream that cannot be delivered is parked and shown; it stops
nobody else. A workflow's own events are not echoed to it.
"""

from collections.abc import Awaitable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

import structlog
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from chancery import queries
from chancery.clock import Clock
from chancery.log.store import EventLog
from chancery.schedules import ensure_schedule
from chancery.searchable import DEFINITION, MISSION, STATUS
from chancery.streams import as_event, mission_stream, obligation_stream
from domain.baton import Nudge, Start
from domain.envelope import Event
from domain.mission import CLOCK, STAFFING

QUEUE: Final = "obligations"
"""The task queue of every worker."""
NAME: Final = "temporal"
PAGE: Final = 500
_TRANSIENT = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)
_log = structlog.get_logger()


class Deposed(Exception):
    """Another process leads now: the checkpoint was moved by it."""


@dataclass(slots=True)
class Plan:
    """What a page of the log asks for: obligations to start, streams to nudge and how far, missions seen, and those
    to ask at once what is due there.
    """

    starts: dict[str, Event] = field(default_factory=dict)
    nudges: dict[tuple[str, str], int] = field(default_factory=dict)
    adopted: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)


class Conductor:
    """Delivers the log to Temporal. `run` in `chancery.leader` makes one process of several the leader."""

    def __init__(self, log: EventLog, client: Client, clock: Clock, *, schedules: bool = True) -> None:
        """`schedules=False`: for the time-skipping server, which has none (a rehearsal ticks by hand)."""
        self.log = log
        self.client = client
        self._clock = clock
        self._schedules = schedules
        self._leader: UUID = uuid4()
        self._since: int | None = None
        self._last: str | None = None
        self._witness: tuple[str, str, int] | None = None

    async def position(self) -> int:
        """How far the log has been delivered."""
        async with self.log.pool.connection() as conn:
            cursor = await conn.execute("SELECT position FROM conductor.checkpoint WHERE name = %s", [NAME])
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def take_over(self) -> None:
        """Write down that this conductor leads; the one before finds out at its next checkpoint."""
        async with self.log.pool.connection() as conn:
            await conn.execute(
                "INSERT INTO conductor.checkpoint (name, position, leader) VALUES (%s, 0, %s) "
                "ON CONFLICT (name) DO UPDATE SET leader = excluded.leader",
                [NAME, self._leader],
            )

    async def drain(self) -> int:
        """Deliver everything that the log holds now; the position reached. Raises RPCError while Temporal is away."""
        at = await self.position()
        while events := await self.log.read(at, PAGE):
            await self._deliver(self._plan([as_event(e) for e in events]))
            reached = events[-1].position
            await self._remember(at, reached)
            at = reached
        return at

    async def _remember(self, old: int, new: int) -> None:
        async with self.log.pool.connection() as conn:
            cursor = await conn.execute(
                "UPDATE conductor.checkpoint SET position = %s WHERE name = %s AND position = %s AND leader = %s",
                [new, NAME, old, self._leader],
            )
            if cursor.rowcount != 1:
                raise Deposed

    @staticmethod
    def _plan(events: Iterable[Event]) -> Plan:
        plan = Plan()
        for event in events:
            kind, _, code = event.stream.partition("/")
            if event.type == "ObligationOpened":
                plan.starts[code] = event
            elif event.type == "MissionAdopted":
                plan.adopted.append(code)
            elif kind == "mission" and event.type in CLOCK | STAFFING:
                plan.nudges[(f"*{code}", event.stream)] = event.position
                if event.type == "PostingEnded":
                    plan.asked[code] = (
                        event.position
                    )  # a vacancy's clock, a hand-over's: not tomorrow at nine
            elif kind == "obligation" and event.by not in ("workflow", "timer"):
                plan.nudges[(code, event.stream)] = event.position
        return plan

    async def _deliver(self, plan: Plan) -> None:
        for code in plan.adopted:
            if self._schedules:
                for one in await queries.missions(self.log):
                    if one["code"] == code:
                        await ensure_schedule(self.client, code, one["zone"], QUEUE)
        for obligation, opened in plan.starts.items():
            await self._guarded(obligation, opened.position, self._start(obligation, opened))
        await self._nudges(plan)
        for mission, position in plan.asked.items():
            # Delivered twice, it opens nothing the second time.
            await self.client.start_workflow(
                "MissionTick",
                id=f"tick:{mission}-people-at-{position}",
                task_queue=QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )

    async def _nudges(self, plan: Plan) -> None:
        for (target, stream), position in plan.nudges.items():
            if target.startswith("*"):
                for row in await queries.open_obligations(self.log, target[1:]):
                    await self._guarded(row["id"], position, self.nudge(row["id"], stream, position))
            else:
                await self._guarded(target, position, self.nudge(target, stream, position))

    async def _guarded(self, obligation: str, position: int, delivery: Awaitable[None]) -> bool:
        """One delivery; whether it came off. What only it fails on parks its stream; what everybody would fail on is
        raised, to be retried.
        """
        try:
            await delivery
        except RPCError as problem:
            if problem.status in _TRANSIENT:
                raise
            await self._park(obligation_stream(obligation), position, problem.status.name)
            return False
        return True

    async def _park(self, stream: str, position: int, code: str) -> None:
        _log.error("stream parked", stream=stream, position=position, code=code)
        async with self.log.pool.connection() as conn:
            await conn.execute(
                "INSERT INTO conductor.parked (stream, position, code, since, attempts) VALUES (%s, %s, %s, %s, 1) "
                "ON CONFLICT (stream) DO UPDATE SET position = excluded.position, code = excluded.code, "
                "attempts = conductor.parked.attempts + 1",
                [stream, position, code, self._clock.now()],
            )

    async def _unpark(self, stream: str) -> None:
        async with self.log.pool.connection() as conn:
            await conn.execute("DELETE FROM conductor.parked WHERE stream = %s", [stream])

    async def parked(self) -> list[tuple[str, int, str, int]]:
        """Streams that could not be delivered: name, position, code, attempts."""
        async with self.log.pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT stream, position, code, attempts FROM conductor.parked ORDER BY stream"
            )
            return [(r[0], r[1], r[2], r[3]) for r in await cursor.fetchall()]

    async def _start(self, obligation: str, opened: Event) -> None:
        data = opened.data
        pairs: list[SearchAttributePair[str]] = [SearchAttributePair(STATUS, "open")]
        if not data["case_bound"]:
            pairs += [
                SearchAttributePair(MISSION, data["mission"]),
                SearchAttributePair(DEFINITION, data["definition"]["code"]),
            ]
        start = Start(
            obligation=obligation,
            mission=data["mission"],
            procedure=data["procedure"],
            definition=dict(data["definition"]),
        )
        await self.client.start_workflow(
            data["definition"]["workflow"],
            start,
            id=obligation,
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=TypedSearchAttributes(pairs),
        )

    async def start(self, obligation: str) -> None:
        """Start an obligation's workflow from the log; running already, nothing happens. Closed, nothing is started."""
        events = [as_event(e) for e in await self.log.read_stream(obligation_stream(obligation))]
        if events and not any(e.type == "ObligationClosed" for e in events):
            await self._start(obligation, events[0])

    async def nudge(self, obligation: str, stream: str, position: int) -> None:
        """Tell a workflow that a stream moved. If Temporal does not know it, it starts from the log instead."""
        handle = self.client.get_workflow_handle(obligation)
        try:
            await handle.signal("nudge", Nudge(stream=stream, position=position))
            self._last = obligation
        except RPCError as problem:
            if problem.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self.start(obligation)

    async def nudge_all(self) -> int:
        """Start what is missing and nudge all that is open, with its stream's end and its mission's; how many.

        After Temporal was away it may be older than it was: a workflow that reads on finds by itself what it missed.
        """
        open_ = await queries.open_obligations(self.log)
        head = await self.log.head()
        for row in open_:
            # The mission's stream: looking at the clocks again brings the obligation's own news along.
            await self._guarded(row["id"], head, self.nudge(row["id"], mission_stream(row["mission"]), head))
        return len(open_)

    async def reconcile(self) -> tuple[int, int]:
        """Compare open obligations and running workflows, both ways. Returns how many were started, how many nudged.

        What was delivered since the last time is delivered again (a workflow passes over what it knows), and all that is
        open if Temporal's store is older than it was then; so no nudge is lost for longer than this is apart. What was
        parked is tried again.
        """
        delivered = await self.position()
        if await self._went_back():
            _log.error("Temporal's store is older than it was", code="store-went-back")
            await self.nudge_all()
        elif self._since is not None:
            await self._deliver_again(self._since, delivered)
        open_ = {row["id"]: row for row in await queries.open_obligations(self.log)}
        running: set[str] = set()
        async for execution in self.client.list_workflows("ExecutionStatus = 'Running'"):
            if not execution.id.startswith("tick:"):
                running.add(execution.id)
        missing = sorted(set(open_) - running)
        for obligation in missing:
            await self._guarded(obligation, 0, self.start(obligation))
        over = sorted(running - set(open_))
        head = await self.log.head()
        for obligation in over:
            await self._guarded(obligation, head, self.nudge(obligation, obligation_stream(obligation), head))
        for stream, *_ in await self.parked():
            obligation = stream.partition("/")[2]
            if await self._guarded(obligation, head, self.nudge(obligation, stream, head)):
                await self._unpark(stream)
        self._since = delivered
        await self._choose_witness()
        return len(missing), len(over)

    async def _deliver_again(self, after: int, to: int) -> None:
        at = after
        while at < to and (events := await self.log.read(at, PAGE)):
            await self._nudges(self._plan(as_event(e) for e in events if e.position <= to))
            at = events[-1].position

    async def _went_back(self) -> bool:
        """Whether the workflow that was nudged last, as of the last reconciliation, has less of a history now than then."""
        if self._witness is None:
            return False
        obligation, run, length = self._witness
        try:
            described = await self.client.get_workflow_handle(obligation, run_id=run).describe()
        except RPCError as problem:
            if problem.status is not RPCStatusCode.NOT_FOUND:
                raise
            return True
        return described.history_length < length

    async def _choose_witness(self) -> None:
        self._witness = None
        if self._last is not None:
            with suppress(RPCError):
                described = await self.client.get_workflow_handle(self._last).describe()
                self._witness = (described.id, described.run_id, described.history_length)
