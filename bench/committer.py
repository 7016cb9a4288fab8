"""Group commit of the log alone: what is appended while a transaction is under way goes together in the next.

The desk does this with decisions in between; here nothing is decided, to measure the log by itself.
"""

import asyncio
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

from chancery.log import pipeline
from chancery.log.canonical import canonical
from chancery.log.pipeline import NewEvent, Placed
from chancery.log.store import Pool

BATCH = 256


class Committer:
    """Appends single events of many callers, in strict order."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: asyncio.Queue[tuple[NewEvent, asyncio.Future[Placed]]] = asyncio.Queue()
        self._clerk: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._clerk = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._clerk is not None
        self._clerk.cancel()
        with suppress(asyncio.CancelledError):
            await self._clerk

    async def append(self, event: NewEvent) -> Placed:
        """Where the event lies now: on disk, when this returns."""
        done: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((event, done))
        return await done

    async def _work(self) -> None:
        async with self._pool.connection() as conn:
            while True:
                batch = [await self._waiting.get()]
                while len(batch) < BATCH and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                events = [event for event, _ in batch]
                reads: dict[str, int] = {}
                for event in events:
                    reads.setdefault(event.stream, event.version - 1)
                placed = await pipeline.commit(conn, reads=reads, events=events)
                for (_, done), place in zip(batch, placed, strict=True):
                    done.set_result(place)


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
            "evidence": [{"kind": "minutes", "sha256": "cd" * 32, "bytes": 1200, "marking": "limite"}],
            "result": {},
        },
    }
    return NewEvent(stream, version, canonical(body))
