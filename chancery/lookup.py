"""Streams folded for readers. Those who ask at the same moment share one question to the database, as writers share a commit."""

import asyncio
from collections.abc import Iterable
from typing import Final

from chancery.log.store import EventLog
from chancery.streams import Known, Shelf

KEPT: Final = 512
"""So many streams stay folded in memory. What lies there is always compared with the log before it is given."""


class Lookup:
    """Folded streams as they stand in the log now."""

    def __init__(self, log: EventLog, size: int = KEPT) -> None:
        self._log = log
        self._shelf = Shelf(size)
        self._asked: dict[str, asyncio.Future[Known]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def get(self, stream: str) -> Known:
        """The stream, with every event that was in the log when this was asked; it stays so. Read it, do not change it."""
        waiting = self._asked.get(stream)
        if waiting is None:
            waiting = self._asked[stream] = asyncio.get_running_loop().create_future()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="lookup")
        return await asyncio.shield(waiting)

    async def _ask(self) -> None:
        while self._asked:
            # Whoever comes from here on is asked for in the next round: this one may miss what was written meanwhile.
            asked, self._asked = self._asked, {}
            try:
                known = await self._now(asked)
            except Exception as problem:  # noqa: BLE001 - it is told to everybody who asked
                self._shelf.forget(asked)
                for waiting in asked.values():
                    if not waiting.done():
                        waiting.set_exception(problem)
                continue
            for stream, waiting in asked.items():
                if not waiting.done():
                    waiting.set_result(known[stream])
            self._shelf.trim()

    async def _now(self, asked: Iterable[str]) -> dict[str, Known]:
        """The streams as they stand. What was given to somebody stays as it was: a stream that moved is folded anew."""
        known = {stream: self._shelf.get(stream) for stream in asked}
        since = await self._log.load([(stream, k.version) for stream, k in known.items()])
        moved = [stream for stream, recorded in since.items() if recorded and known[stream].version]
        self._shelf.forget(moved)
        whole = await self._log.load([(stream, 0) for stream in moved]) if moved else {}
        for stream, recorded in (since | whole).items():
            if recorded:
                known[stream] = self._shelf.get(stream)
                known[stream].catch_up(recorded)
        return known
