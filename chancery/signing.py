"""The signer as a process: everything that there is to sign, for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from chancery.clock import Clock
from chancery.log.alarms import SignerStopped
from chancery.log.asking import Asked, Asking, HttpWitness
from chancery.log.keys import read_keys
from chancery.log.policy import Policy
from chancery.log.signer import Signer
from chancery.log.sources import LogSource, Source
from chancery.log.store import POOL_SETTINGS, EventLog, Pool
from chancery.log.tail import Tail
from chancery.readings.tree import ReadingSource

POLL: Final = 1.0
"""Seconds between two looks, however quiet it is."""
GATHER: Final = 0.25
"""Seconds after the first new event, so that a burst is one checkpoint."""
LOOK_BACK: Final = 500
"""Rows that are compared again with what was signed, at each look: ten million take six hours, and a small log a minute."""
_MAY_WRITE: Final = b"""
SELECT current_user, has_table_privilege('log.event', 'INSERT, UPDATE, DELETE, TRUNCATE')
    OR (SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc
         WHERE pronamespace = 'log'::regnamespace AND proname = 'append')
"""
_log: Final = structlog.get_logger(__name__)


def sources(pool: Pool) -> list[Source]:
    """Everything that is signed here: the log, and the access log."""
    return [LogSource(pool), ReadingSource(pool)]


def asked(policy: Policy | None) -> list[Asked]:
    """The witnesses of a policy that say where they listen."""
    found = () if policy is None else policy.witnesses
    return [HttpWitness(w.name, w.key, w.url) for w in found if w.url is not None]


async def serve(
    url: str, checkpoints: Path, keys: Path, policy: Policy | None, clock: Clock, stop: asyncio.Event
) -> None:
    """Sign until told to stop. A database that is away is waited for.

    `url`: of a role that may only read; `keys`: the folder with a file of keys for each log. Raises SignerStopped as soon as one
    log is not what was signed, KeyRefused, durable.Busy, OSError (a disk that is full).
    """
    pool: Pool = AsyncConnectionPool(
        url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=3, open=False, timeout=5
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pool.close)
        await pool.open()
        signers = await _there(lambda: _open(pool, checkpoints, keys, clock, stack), stop)
        if signers is None:
            return
        tail = await stack.enter_async_context(Tail(EventLog(pool), url, poll=POLL, gather=GATHER))
        jobs = [asyncio.create_task(_sign(signer, tail)) for signer in signers]
        for signer in signers:
            asking = Asking(signer, asked(policy))
            jobs += [asyncio.create_task(_ask(asking, name)) for name in asking.names]
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*jobs, told], return_when=asyncio.FIRST_COMPLETED)
            for job in jobs:
                if job.done():
                    job.result()
        finally:
            for task in (*jobs, told):
                task.cancel()
            await asyncio.gather(*jobs, told, return_exceptions=True)


async def _open(
    pool: Pool, checkpoints: Path, keys: Path, clock: Clock, stack: AsyncExitStack
) -> list[Signer]:
    async with pool.connection() as conn:
        row = await (await conn.execute(_MAY_WRITE)).fetchone()
    assert row is not None
    if row[1]:
        raise SignerStopped("signer.role", role=row[0])
    found = []
    for source in sources(pool):
        signer = Signer(source, checkpoints / source.name, read_keys(keys / f"{source.name}.skey"), clock)
        found.append(await stack.enter_async_context(signer))
    return found


async def _there(look: Callable[[], Awaitable[list[Signer]]], stop: asyncio.Event) -> list[Signer] | None:
    """What a look finds as soon as the database answers; None if told to stop before."""
    while not stop.is_set():
        try:
            return await look()
        except (psycopg.OperationalError, PoolTimeout) as problem:
            _log.warning("signer waits", reason=type(problem).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL)
    return None


async def _sign(signer: Signer, tail: Tail) -> None:
    """Look, sign, look back; as soon as the log grows and every second. Ends by a fault alone."""
    while True:
        try:
            await signer.step()
            await signer.look_back(LOOK_BACK)
        except (psycopg.OperationalError, PoolTimeout) as problem:
            _log.warning("signer waits", reason=type(problem).__name__, kind=signer.name)
            await asyncio.sleep(POLL)
            continue
        if signer.name == LogSource.name:
            await tail.wait(signer.size, POLL)
        else:  # nobody is told of a reading
            await asyncio.sleep(POLL)


async def _ask(asking: Asking, name: str) -> None:
    """Ask one witness about every new checkpoint, beside the signing: a slow one holds nothing up, and no other."""
    while True:
        await asking.ask([name])
        await asyncio.sleep(POLL / 10)
