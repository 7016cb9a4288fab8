"""A year, and no longer: the content of older entries goes, their leaves stay, and that it went is an entry itself.

The database decides what is a year old, by its own clock (a rehearsal's, by the caller's), so that whoever may call this can remove
nothing younger. With the content goes the salt: without it nobody can try what a leaf may have said. Position, time and leaf
stay, and with them the tree, every checkpoint and every proof.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from chancery.readings.book import Place
from chancery.readings.entry import us

EVERY: Final = 3600.0
"""Seconds between two looks. Nobody is shown what is older meanwhile (`book.find`)."""
AT_ONCE: Final = 10_000
"""Entries in one transaction: new readings wait for it."""
_FORGET: Final = "SELECT vault.readings_forget(%s, %s)"
_log = structlog.get_logger()


async def forget(here: Place, *, at_once: int = AT_ONCE) -> int:
    """Remove the content of every entry older than 365 days; how many. Each transaction notes up to where it went.

    Raises psycopg.Error, psycopg_pool.PoolTimeout; what was removed by then stays removed.
    """
    removed = 0
    while True:
        async with here.desk.log.pool.connection() as connection:
            cursor = await connection.execute(_FORGET, [us(here.desk.clock.now()), at_once])
            row = await cursor.fetchone()
        now = int(row[0]) if row else 0
        removed += now
        if now < at_once:
            return removed


async def keep(here: Place, every: float = EVERY) -> None:
    """Do so every so many seconds, until cancelled. A database that is away is asked again; nothing fails with this."""
    while True:
        try:
            removed = await forget(here)
        except (psycopg.Error, PoolTimeout) as problem:
            _log.warning("access log waits", code=type(problem).__name__)
        else:
            if removed:
                _log.info("access log tidied", removed=removed)
        await asyncio.sleep(every)


def jobs(here: Place) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
    """What the leader runs beside its own work (worker.py)."""
    return (lambda: keep(here),)
