"""Single events, strictly ordered, beside `eventsourcing`, raw unordered inserts from the same client, and pgbench."""

import asyncio
import re
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from bench.committer import Committer, event
from bench.eventsourced import Recorder
from bench.ground import Ground, pool_at
from bench.measure import Goal, Row, in_turn, medians, rate
from chancery.embedded.supervise import clean_environment
from chancery.log.store import Pool

CALLERS = (1, 16, 64)
_INSERT = b"INSERT INTO raw (body) VALUES (%b)"
LONGEST = 60
"""Seconds that pgbench is given at most where the machine lets it do nothing in fewer."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: rounds, operations a round at 64 callers, seconds of pgbench, threads tried."""

    rounds: int
    operations: int
    seconds: int
    threads: tuple[int, ...]


async def appends(ground: Ground, effort: Effort) -> list[Row]:
    """The three rows of `append`."""
    url, other = ground.log("appends"), ground.plain("others_append")
    with psycopg.connect(other, autocommit=True) as connection:
        connection.execute("CREATE TABLE raw (position bigserial PRIMARY KEY, body bytea NOT NULL)")
    state = event("bench/size", 1).body
    ordered = await asyncio.to_thread(Recorder, other, functions=False)
    best = await best_threads(partial(ordered.append, state=state), effort)
    script = _script(ground, len(state))
    rows: list[Row] = []
    async with pool_at(url, 2) as pool, pool_at(other, max(CALLERS)) as raw_pool:
        for callers in CALLERS:
            count = max(50, effort.operations * callers // 64)
            figures = await in_turn(
                effort.rounds,
                ours=partial(_ours, pool, callers, count),
                eventsourcing=partial(_of_others, ordered, best, effort, state),
                raw=partial(_raw, raw_pool, callers, count, state),
                raw_own=partial(_raw_own, raw_pool, callers, count, state),
                pgbench=partial(_pgbench, ground, other, script, callers, effort.seconds),
            )
            middle = medians(figures)
            row = Row(f"append, {callers} callers", "events/s", middle.pop("ours"), rounds=figures)
            row.others = {f"eventsourcing ({best} threads)": middle["eventsourcing"]}
            row.others |= {
                "raw, unordered, connections from a pool": middle["raw"],
                "raw, unordered, a connection for each caller": middle["raw_own"],
                "pgbench, unordered": middle["pgbench"],
            }
            if callers == max(CALLERS):
                row.goals = [
                    Goal("times eventsourcing", row.ours / middle["eventsourcing"], 10),
                    Goal("times raw from a pool", row.ours / middle["raw"], 2),
                    Goal("times raw, a connection each", row.ours / middle["raw_own"], 2),
                ]
            rows.append(row)
    unordered = await asyncio.to_thread(Recorder, other, functions=True)
    functions = await in_turn(effort.rounds, functions=partial(_of_others, unordered, best, effort, state))
    rows[-1].others["eventsourcing, database functions (takes no lock)"] = medians(functions)["functions"]
    rows[-1].rounds |= functions
    for recorder in (ordered, unordered):
        recorder.close()
    return rows


async def best_threads(run: "partial[float]", effort: Effort) -> int:
    """The number of threads at which a synchronous contender is fastest."""
    tried: dict[int, float] = {}
    for threads in effort.threads:
        tried[threads] = await asyncio.to_thread(run, threads, max(effort.operations // 16, 4 * threads))
    return max(tried, key=lambda threads: tried[threads])


async def _ours(pool: Pool, callers: int, count: int) -> float:
    run = time.monotonic_ns()
    async with Committer(pool) as committer:

        async def caller(number: int) -> None:
            for version in range(1, count // callers + 1):
                await committer.append(event(f"bench/{run}-{number}", version))

        begun = time.perf_counter()
        await asyncio.gather(*(caller(number) for number in range(callers)))
        return callers * (count // callers) / (time.perf_counter() - begun)


async def _raw(pool: Pool, callers: int, count: int, state: bytes) -> float:
    async def one() -> None:
        async with pool.connection() as connection:
            await connection.execute(_INSERT, [state], prepare=True)

    return await rate(callers, [one] * count)


async def _raw_own(pool: Pool, callers: int, count: int, state: bytes) -> float:
    async def caller(times: int) -> None:
        async with pool.connection() as connection:
            for _ in range(times):
                await connection.execute(_INSERT, [state], prepare=True)

    begun = time.perf_counter()
    await asyncio.gather(*(caller(count // callers) for _ in range(callers)))
    return callers * (count // callers) / (time.perf_counter() - begun)


async def _of_others(recorder: Recorder, threads: int, effort: Effort, state: bytes) -> float:
    return await asyncio.to_thread(recorder.append, threads, max(effort.operations // 8, 4 * threads), state)


def _script(ground: Ground, size: int) -> Path:
    path = ground.folder / "insert.sql"
    path.write_text(f"INSERT INTO raw (body) VALUES (convert_to(repeat('x', {size}), 'UTF8'));\n")
    path.chmod(0o644)
    return path


async def _pgbench(ground: Ground, url: str, script: Path, callers: int, seconds: int) -> float:
    command = [str(ground.program("pgbench")), "-n", "-M", "prepared", "-c", str(callers), "-j", "2"]
    running = await asyncio.create_subprocess_exec(
        *command, "-T", str(seconds), "-f", script, url,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=clean_environment(),
    )  # fmt: skip
    said, wrong = await running.communicate()
    found = re.search(rb"tps = ([0-9.]+)", said)
    # A machine that is busy with other things may not come to one transaction in that time.
    if found is None and not wrong and seconds < LONGEST:
        return await _pgbench(ground, url, script, callers, 2 * seconds)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of use: {wrong.decode(errors='replace')[:300]}")
    return float(found[1])
