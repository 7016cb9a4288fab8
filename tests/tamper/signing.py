"""A signer in a process of its own, to be killed: signs and has it witnessed, again and again, until somebody ends it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from chancery.clock import SystemClock
from chancery.log import durable
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer
from chancery.log.sources import LogSource
from chancery.log.store import POOL_SETTINGS


async def sign(url: str, folder: Path, keys: list[SigningKey]) -> None:
    """For ever. The first key is the log's, the second the witness's."""
    clock = SystemClock()
    async with AsyncConnectionPool(url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1) as pool:
        while True:  # the one before was killed, and may not be gone yet
            try:
                async with Signer(LogSource(pool), folder, keys[:1], clock) as signer:
                    while True:
                        made = await signer.step()
                        if made is not None:
                            at = int(clock.now().timestamp())
                            signer.add(made.checkpoint.size, [keys[1].sign(made.checkpoint.text(), at)])
                        await asyncio.sleep(0.005)
            except durable.Busy:
                await asyncio.sleep(0.02)


if __name__ == "__main__":
    given = sys.stdin.read().split("\n")
    asyncio.run(sign(given[0], Path(given[1]), [SigningKey.parse(text) for text in given[2:4]]))
