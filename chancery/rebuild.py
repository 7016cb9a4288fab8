"""Temporal's store lost, or put back to an older copy: everything that should run is started again from the log.

Nothing of the log is reset or repeated. A workflow that starts again from nothing finds its own events and goes on where they
end; one that runs already is told to look; one that runs for an obligation that has ended learns so and ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from chancery import queries, searchable
from chancery.conductor import QUEUE, Conductor
from chancery.log.store import EventLog
from chancery.schedules import ensure_schedule
from chancery.streams import mission_stream, obligation_stream

Progress = Callable[[int, int], None]
"""Told how many obligations are done, and of how many."""

AT_ONCE: Final = 16
"""So many are started at the same time: more only makes Temporal's store wait for itself."""
_TICKS: Final = "tick:"
_ONES_OWN: Final = frozenset(
    {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.NOT_FOUND}
)


@dataclass(slots=True)
class Counts:
    """What a rebuild did: search attributes added, missions whose Schedule is there, and obligations by what was done.

    `failed` names those that Temporal refused, with its status; nothing else was stopped by them.
    """

    attributes: int = 0
    schedules: int = 0
    started: int = 0
    nudged: int = 0
    over: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def obligations(self) -> int:
        """How many obligations are open."""
        return self.started + self.nudged + len(self.failed)


async def rebuild_workflows(
    conductor: Conductor,
    client: Client,
    log: EventLog,
    progress: Progress | None = None,
    *,
    schedules: bool = True,
) -> Counts:
    """Bring Temporal to what the log says: search attributes, Schedules, and a workflow for each open obligation.

    May be repeated at any time. `schedules=False` for the time-skipping server, which has none. Raises RPCError while
    Temporal is away, psycopg.OperationalError while the database is.
    """
    counts = Counts(attributes=len(await searchable.register(client)))
    if schedules:
        for mission in await queries.missions(log):
            if mission["kind"] == "mission":
                await ensure_schedule(client, mission["code"], mission["zone"], QUEUE)
                counts.schedules += 1
    head = await log.head()
    open_ = await queries.open_obligations(log)
    done = 0

    async def bring(obligation: str, mission: str) -> None:
        nonlocal done
        try:
            if await _runs(client, obligation):
                await conductor.nudge(obligation, mission_stream(mission), head)
                counts.nudged += 1
            else:
                await conductor.start(obligation)
                counts.started += 1
        except RPCError as problem:
            if problem.status not in _ONES_OWN:
                raise
            counts.failed.append((obligation, problem.status.name))
        done += 1
        if progress is not None:
            progress(done, len(open_))

    await _each([bring(row["id"], row["mission"]) for row in open_])
    ids = {row["id"] for row in open_}
    running = [e.id async for e in client.list_workflows("ExecutionStatus = 'Running'")]
    over = [each for each in running if each not in ids and not each.startswith(_TICKS)]
    await _each([conductor.nudge(each, obligation_stream(each), head) for each in over])
    counts.over = len(over)
    counts.failed.sort()
    return counts


async def _runs(client: Client, obligation: str) -> bool:
    try:
        described = await client.get_workflow_handle(obligation).describe()
    except RPCError as problem:
        if problem.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def _each(work: Iterable[Awaitable[None]]) -> None:
    """Do it all, so many at once; the first failure stops the rest."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[None]) -> None:
        async with room:
            await each

    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(one(each))
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
