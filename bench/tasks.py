"""Complete a task through the real desk: policy, load, decide, seal a note, append, inbox."""

import asyncio
from functools import partial
from itertools import count

from bench import eventsourced, made
from bench.appends import Effort, best_threads
from bench.ground import Ground, desk_on, pool_at
from bench.measure import Goal, Row, in_turn, medians, rate
from chancery.desk import Desk
from chancery.log.store import Pool
from chancery.vault import Vault

CALLERS = {16: 3.0, 64: 5.0}
MISSION_EVENTS = 500
_numbers = count(1)


async def tasks(ground: Ground, effort: Effort) -> list[Row]:
    """The rows of `complete a task`."""
    other = ground.plain("others_tasks")
    apps = {
        "eventsourcing": await asyncio.to_thread(eventsourced.tasks_at, other, functions=False),
        "functions": await asyncio.to_thread(eventsourced.tasks_at, other, functions=True),
    }
    best = {
        name: await best_threads(partial(eventsourced.load_and_save, app), effort)
        for name, app in apps.items()
    }
    rows: list[Row] = []
    async with pool_at(ground.log("tasks")) as pool, pool_at(ground.log("long_mission")) as long_pool:
        vault = await prepare(ground, pool, "tasks")
        long_vault = await prepare(ground, long_pool, "long", MISSION_EVENTS)
        for callers, goal in CALLERS.items():
            each = max(min(320, effort.operations), effort.operations // 8)
            figures = await in_turn(
                effort.rounds,
                ours=partial(complete, pool, vault, callers, each, warm=False),
                warm=partial(complete, pool, vault, callers, each, warm=True),
                long_mission=partial(complete, long_pool, long_vault, callers, each, warm=False),
                **{name: partial(_others, app, best[name], effort) for name, app in apps.items()},
            )
            middle = medians(figures)
            row = Row(f"complete a task, {callers} callers", "tasks/s", middle["ours"], rounds=figures)
            row.others = {
                "the same, streams in memory": middle["warm"],
                f"the same, mission of {MISSION_EVENTS} events": middle["long_mission"],
                f"eventsourcing load + save ({best['eventsourcing']} threads)": middle["eventsourcing"],
                f"eventsourcing, database functions, no lock ({best['functions']} threads)": middle[
                    "functions"
                ],
            }
            row.goals = [
                Goal("times eventsourcing", row.ours / middle["eventsourcing"], goal),
                Goal("times it with database functions", row.ours / middle["functions"], goal),
            ]
            row.note = "a desk that has nothing in memory; theirs has no policy, no sealing and no view"
            rows.append(row)
    for app in apps.values():
        app.close()
    return rows


async def prepare(ground: Ground, pool: Pool, name: str, events: int = 0) -> Vault:
    """A mission in an empty log, and the vault beside it."""
    async with desk_on(pool, made.clock()) as desk:
        await made.adopt(desk, events)
        origin, _ = await desk.log.origin()
    return ground.vault(name, origin, made.MISSION)


async def complete(pool: Pool, vault: Vault, callers: int, each: int, *, warm: bool) -> float:
    """Completed tasks a second, on a desk that has them in memory (`warm`) or has nothing there."""
    async with desk_on(pool, made.clock()) as desk:
        names = await made.open_tasks(desk, f"o{next(_numbers)}", each)
        if warm:
            await made.accept(desk, names)
            return await _measure(desk, vault, callers, names)
    async with desk_on(pool, made.clock()) as fresh:
        return await _measure(fresh, vault, callers, names)


async def _measure(desk: Desk, vault: Vault, callers: int, names: list[str]) -> float:
    return await rate(callers, [partial(made.complete, desk, vault, name) for name in names])


async def _others(app: eventsourced.Tasks, threads: int, effort: Effort) -> float:
    operations = max(effort.operations // 16, 4 * threads)
    return await asyncio.to_thread(eventsourced.load_and_save, app, threads, operations)
