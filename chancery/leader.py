"""One leader among the processes: the conductor's loop, the reconciler and the watchdog."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout
from temporalio.service import RPCError

from chancery.conductor import QUEUE, Conductor, Deposed
from chancery.desk import Desk, Unavailable, Unknown
from chancery.log.tail import Tail
from chancery.queries import missions, postings_gone, to_wake
from chancery.schedules import ensure_schedule
from domain import commands as c
from domain.baton import command_id
from domain.envelope import ENGINE_WATCHDOG
from domain.instant import BadInput
from domain.kinds import instant_text
from domain.refusals import Refused

LOCK: Final = 0x6368616E
"""The advisory lock that the leader holds on a connection of its own; it goes with the connection."""
RECONCILE_EVERY: Final = 300.0
WATCH_EVERY: Final = 15.0
GRACE: Final = timedelta(seconds=60)
"""So long after a planned instant has passed unrecorded, the watchdog records it and raises the alarm."""
_log = structlog.get_logger()


async def watch(desk: Desk, grace: timedelta = GRACE) -> int:
    """Record every planned instant that no timer recorded in time, under the timer's own command id; how many.

    From the log alone, so a dead or dishonest Temporal cannot hide a missed deadline.
    """
    found = 0
    now = desk.clock.now()
    due = [
        (row["id"], row["mission"], row["next_wake"], row["version"])
        for row in await to_wake(desk.log, now - grace)
    ]
    due += [
        (row["id"], row["mission"], now, row["version"]) for row in await postings_gone(desk.log, now - grace)
    ]
    for obligation, mission, planned, version in due:
        at = instant_text(planned.replace(microsecond=0))
        command = c.Wake(
            command_id=command_id(obligation, "Wake", f"{at}.{version}"),
            mission=mission,
            obligation=obligation,
            planned=planned,
        )
        try:
            receipt = await desk.submit(command, ENGINE_WATCHDOG)
        except (Refused, BadInput):
            continue
        except (Unavailable, Unknown):
            raise
        except Exception as problem:  # noqa: BLE001 - one that cannot be decided hides no other
            _log.error(
                "alarm: no timer recorded this",
                obligation=obligation,
                planned=at,
                code=type(problem).__name__,
            )
            continue
        if receipt.fresh:
            found += 1
            _log.error("alarm: no timer recorded this", obligation=obligation, planned=at, code="watchdog")
    return found


class Leader:
    """Runs the conductor while it holds the lock; gives everything up when it loses it, and stands for it again."""

    def __init__(
        self,
        desk: Desk,
        conductor: Conductor,
        url: str,
        beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        """`beside`: what one process of all does too, for as long as it leads."""
        self._desk = desk
        self._beside = beside
        self._conductor = conductor
        self._url = url
        self.leading = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. A database or Temporal that is away is waited for."""
        while True:
            try:
                await self._stand()
            except (psycopg.Error, PoolTimeout, RPCError, Deposed, Unavailable, Unknown, OSError) as problem:
                _log.warning("conductor waits", reason=type(problem).__name__)
            self.leading.clear()
            await asyncio.sleep(1)

    async def _stand(self) -> None:
        async with await AsyncConnection.connect(self._url, autocommit=True) as lock:
            cursor = await lock.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            row = await cursor.fetchone()
            if not row or not row[0]:
                return
            self.leading.set()
            await self._lead(lock)

    async def _lead(self, lock: AsyncConnection[tuple[object, ...]]) -> None:
        await self._conductor.take_over()
        await _together(
            self._conduct(),
            # Beside it and not behind it: a deadline is recorded whether Temporal is there or not.
            self._every(WATCH_EVERY, lambda: watch(self._desk)),
            self._every(5.0, lambda: lock.execute("SELECT 1")),
            *(work() for work in self._beside),
        )

    async def _conduct(self) -> None:
        """Deliver and reconcile; while Temporal is away wait for it, and then tell it everything that is open."""
        while True:
            try:
                await self._deliver()
            except RPCError as problem:
                _log.warning("conductor waits", reason=type(problem).__name__)
                await asyncio.sleep(1)

    async def _deliver(self) -> None:
        for mission in await missions(self._desk.log):
            await ensure_schedule(self._conductor.client, mission["code"], mission["zone"], QUEUE)
        await self._conductor.drain()
        await self._conductor.nudge_all()
        async with Tail(self._desk.log, self._url) as tail:
            await _together(
                self._follow(tail),
                self._every(RECONCILE_EVERY, self._conductor.reconcile),
            )

    async def _follow(self, tail: Tail) -> None:
        while True:
            reached = await self._conductor.drain()
            await tail.wait(reached, 1.0)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await work()


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """Do it all until one of it fails, and raise that; nothing of it goes on alone."""
    jobs = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_EXCEPTION)
        for job in jobs:
            if job.done():
                job.result()
    finally:
        for job in jobs:
            job.cancel()
        for job in jobs:
            with suppress(asyncio.CancelledError, Exception):
                await job
