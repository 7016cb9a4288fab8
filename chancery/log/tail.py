"""Hearing of new events at once: LISTEN on a connection of its own, and a poll behind it in case that is lost."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final, Self

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.store import EventLog, Recorded

CHANNEL: Final = "chancery_log"
_SLOWEST_RETRY: Final = 5.0
_log = structlog.get_logger(__name__)


class Tail:
    """Follows the head of the log, for any number of waiters. Use it as `async with Tail(log, url) as tail:`.

    A notification only wakes it: anybody who can connect may send one, so the head is always read from the table.
    The poll, every `poll` seconds, finds what was missed while the connection was away. `gather`: seconds to wait after a
    notification, so that many are one look: for who tells people, not for who drives clocks.
    """

    def __init__(self, log: EventLog, url: str, *, poll: float = 1.0, gather: float = 0.0) -> None:
        self._log = log
        self._url = url
        self._poll = poll
        self._gather = gather
        self._head = 0
        self._moved = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen(), name="log-tail")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def head(self) -> int:
        """The last position heard of; 0 before the first."""
        return self._head

    async def wait(self, after: int, timeout: float) -> int:  # noqa: ASYNC109 - a wait that ends without an error
        """Return as soon as the head lies beyond `after`, or after `timeout` seconds; returns the head known then."""
        if self._task is not None and self._task.done():
            self._task.result()  # a listener that ended ended by a fault: nobody may wait for it in vain
        try:
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(lambda: self._head > after)
        except TimeoutError:
            pass
        return self._head

    async def follow(self, after: int, limit: int = 1000) -> AsyncIterator[list[Recorded]]:
        """All events after a position, for ever, in batches of at most `limit`.

        While the database is away it waits. Raises LogDamaged at a missing position.
        """
        while True:
            await self.wait(after, self._poll)
            if self._head <= after:
                continue
            try:
                batch = await self._log.read(after, limit)
            except psycopg.OperationalError:
                await asyncio.sleep(self._poll)
                continue
            if batch:
                after = batch[-1].position
                yield batch

    async def _listen(self) -> None:
        delay = 0.1
        while True:
            try:
                async with await _connect(self._url) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    delay = 0.1
                    while True:
                        await self._look(connection)
                        # One is enough: however many there are, the next look sees them all.
                        async for _ in connection.notifies(timeout=self._poll, stop_after=1):
                            await asyncio.sleep(self._gather)
            except psycopg.Error as error:
                _log.warning("tail_lost", error=type(error).__name__, retry_s=delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._poll, _SLOWEST_RETRY)

    async def _look(self, connection: AsyncConnection[TupleRow]) -> None:
        cursor = await connection.execute(b"SELECT coalesce(max(position), 0) FROM log.event")
        row = await cursor.fetchone()
        head = int(row[0]) if row else 0
        if head > self._head:
            async with self._moved:
                self._head = head
                self._moved.notify_all()


async def _connect(url: str) -> AsyncConnection[TupleRow]:
    # Autocommit: inside a transaction no notification would arrive.
    return await AsyncConnection.connect(url, autocommit=True, application_name="chancery-tail")
