"""What one more command costs when the log has grown, and what a held snapshot does to appends."""

import asyncio
import time
from functools import partial
from itertools import count
from typing import Final

import psycopg

from bench import tasks
from bench.appends import Effort
from bench.committer import Committer, event
from bench.ground import Ground, pool_at
from bench.measure import Goal, Row, in_turn, medians
from chancery.log.store import Pool

SMALL: Final = 10_000
LARGE: Final = 300_000
PER_STREAM: Final = 50
CALLERS: Final = 16
HELD: Final = 2.0
"""Times the seconds of an effort: how long a snapshot is held."""
_numbers = count(1)

# Past the append function, by the superuser: the question is what the log costs afterwards, not how it came there.
_STREAMS = """
INSERT INTO log.stream (id, name)
SELECT (SELECT coalesce(max(id), 0) FROM log.stream) + n, 'bulk/' || n FROM generate_series(1, %s) AS n
"""
_EVENTS = """
INSERT INTO log.event (position, recorded_us, stream, body)
SELECT base.position + i, base.recorded_us, s.id, convert_to(format(
    '{"actor":{"code":"p-fp","kind":"officer","mission":"B","role":"focal_point"},"at":"2026-05-05T06:10:00Z",'
    '"cause":"CompleteTask","command":{"hash":"%%s","id":"%%s"},"data":{"pad":"%%s","task":"hold.1"},"id":"%%s",'
    '"schema":1,"stream":"%%s","type":"TaskCompleted","version":%%s}',
    repeat('ab', 32), gen_random_uuid(), repeat('0123456789', 20), gen_random_uuid(), s.name, (i - 1) %% %s + 1),
    'UTF8')
  FROM (SELECT position, recorded_us FROM log.event ORDER BY position DESC LIMIT 1) AS base,
       generate_series(1, %s) AS i
  JOIN log.stream s ON s.name = 'bulk/' || ((i - 1) / %s + 1)
 ORDER BY i
"""


async def growth(ground: Ground, effort: Effort) -> list[Row]:
    """The same command on a small log and on a large one, in turn."""
    large = LARGE if effort.operations >= 8_000 else LARGE // 6
    async with pool_at(ground.log("small")) as small_pool, pool_at(ground.log("large")) as large_pool:
        small_vault = await tasks.prepare(ground, small_pool, "small")
        large_vault = await tasks.prepare(ground, large_pool, "large")
        await asyncio.to_thread(_fill, ground.server.admin_url("small"), SMALL)
        await asyncio.to_thread(_fill, ground.server.admin_url("large"), large)
        each = max(64, effort.operations // 8)
        figures = await in_turn(
            max(3, effort.rounds),
            ours=partial(tasks.complete, large_pool, large_vault, CALLERS, each, warm=False),
            small=partial(tasks.complete, small_pool, small_vault, CALLERS, each, warm=False),
        )
    middle = medians(figures)
    row = Row(f"complete a task in a log of {large:,} events", "tasks/s", middle["ours"], rounds=figures)
    row.others = {f"in a log of {SMALL:,}": middle["small"]}
    row.goals = [Goal("times its cost", middle["small"] / middle["ours"], 1.1, at_most=True)]
    row.note = f"{CALLERS} callers; 10 million events were not run here"
    return [row]


def _fill(url: str, events: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_STREAMS.encode(), [events // PER_STREAM + 1])
        connection.execute(_EVENTS.encode(), [PER_STREAM, events, PER_STREAM])
        connection.execute("ANALYZE log.event, log.stream")
        connection.execute("CHECKPOINT")


async def snapshot(ground: Ground, effort: Effort) -> list[Row]:
    """Appends while a report or a dump holds a snapshot, beside appends without one."""
    url = ground.log("snapshot")
    async with pool_at(url, 2) as pool:
        figures = await in_turn(
            max(3, effort.rounds),
            ours=partial(_held, pool, url, HELD * effort.seconds),
            free=partial(_appends, pool, HELD * effort.seconds),
        )
    middle = medians(figures)
    row = Row("append while a snapshot is held", "events/s", middle["ours"], rounds=figures)
    row.others = {"without one": middle["free"]}
    row.goals = [Goal("times the rate without", middle["ours"] / middle["free"], 0.9)]
    row.note = f"{CALLERS} callers, {HELD * effort.seconds:g} s each; a whole minute is a test of the log"
    return [row]


async def _held(pool: Pool, url: str, seconds: float) -> float:
    async with await psycopg.AsyncConnection.connect(url) as reader:
        await reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await reader.execute("SELECT count(*) FROM log.event")
        return await _appends(pool, seconds)


async def _appends(pool: Pool, seconds: float) -> float:
    run, done = next(_numbers), 0
    begun = time.perf_counter()

    async def caller(number: int) -> int:
        version = 0
        while time.perf_counter() - begun < seconds:
            version += 1
            await committer.append(event(f"held/{run}-{number}", version))
        return version

    async with Committer(pool) as committer:
        done = sum(await asyncio.gather(*(caller(number) for number in range(CALLERS))))
    return done / (time.perf_counter() - begun)
