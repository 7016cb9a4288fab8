"""Group commit of the log alone: what is appended while a transaction is under way goes together in the next.

Like the desk (`chancery/waiting.py`) it has two batches under way, one at the log's lock and one on its way there; here
nothing is decided in between, to measure the log by itself.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

from chancery.log import pipeline
from chancery.log.canonical import canonical
from chancery.log.pipeline import NewEvent, Placed
from chancery.log.store import Pool
from chancery.waiting import AT_ONCE, MOST, WORTH_HALVING


class Committer:
    """Appends single events of many callers, in strict order."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: deque[tuple[NewEvent, asyncio.Future[Placed]]] = deque()
        self._under_way = 0
        self._stirred = asyncio.Event()
        self._clerks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._clerks = [asyncio.create_task(self._work()) for _ in range(AT_ONCE)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for clerk in self._clerks:
            clerk.cancel()
            with suppress(asyncio.CancelledError):
                await clerk

    async def append(self, event: NewEvent) -> Placed:
        """Where the event lies now: on disk, when this returns. Nobody appends to a stream before that."""
        done: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        self._stirred.set()
        return await done

    async def _work(self) -> None:
        async with self._pool.connection() as conn:
            while True:
                while not self._waiting:
                    self._stirred.clear()
                    await self._stirred.wait()
                batch = self._take()
                events = [event for event, _ in batch]
                self._under_way += 1
                # What an event rests on is its own stream, whose version the log checks for every event anyway.
                placed = await pipeline.commit(conn, reads={}, events=events)
                self._under_way -= 1
                for (_, done), place in zip(batch, placed, strict=True):
                    done.set_result(place)

    def _take(self) -> list[tuple[NewEvent, asyncio.Future[Placed]]]:
        many = len(self._waiting)
        if not self._under_way and many >= WORTH_HALVING:
            many = (many + 1) // 2
        return [self._waiting.popleft() for _ in range(min(many, MOST))]


def event(stream: str, version: int) -> NewEvent:
    """An event of about 650 bytes, made and put into canonical bytes by its caller."""
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "type": "TaskCompleted",
        "schema": 1,
        "stream": stream,
        "version": version,
        "at": "2026-05-05T06:10:00Z",
        "actor": {"kind": "officer", "code": "p-fp", "mission": "B", "role": "focal_point"},
        "cause": "CompleteTask",
        "command": {"id": str(uuid4()), "hash": "ab" * 32},
        "data": {
            "task": "hold.1",
            "happened_at": "2026-05-05T06:10:00Z",
            "timing": "on_time",
            "checklist": ["risk_list"],
            "evidence": [{"kind": "minutes", "digest": "cd" * 32, "bytes": 1200, "marking": "limite"}],
            "result": {},
        },
    }
    return NewEvent(stream, version, canonical(body))
