"""Reading the whole log: verify it, and make every view anew."""

import asyncio
import subprocess
import time
from functools import partial

import psycopg

from bench import eventsourced, made, projected
from bench.appends import Effort
from bench.ground import Ground, desk_on, pool_at
from bench.measure import Goal, Row, in_turn, medians
from bench.tasks import prepare
from chancery.embedded.supervise import clean_environment
from chancery.log.store import EventLog, Pool
from chancery.log.verify import verify
from chancery.views.rebuild import rebuild

COPIES = 12
"""How often the obligations are doubled in the log, under other names, past the desk: reading is measured here."""

_STREAMS = """
INSERT INTO log.stream (id, name)
SELECT (SELECT max(id) FROM log.stream) + row_number() OVER (ORDER BY id), replace(name, '/w-', %(new)s)
  FROM log.stream WHERE name LIKE 'obligation/w-%%'
"""
_EVENTS = """
INSERT INTO log.event (position, recorded_us, stream, body)
SELECT top.position + row_number() OVER (ORDER BY e.position), top.recorded_us, n.id,
       convert_to(replace(replace(convert_from(e.body, 'UTF8'), '/w-', %(new)s), '"w-', %(quoted)s), 'UTF8')
  FROM (SELECT position, recorded_us FROM log.event ORDER BY position DESC LIMIT 1) AS top,
       log.event e JOIN log.stream s ON s.id = e.stream JOIN log.stream n ON n.name = replace(s.name, '/w-', %(new)s)
 WHERE s.name LIKE 'obligation/w-%%'
"""
_COPY = "COPY (SELECT body FROM log.event ORDER BY position) TO STDOUT (FORMAT binary)"


async def whole(ground: Ground, effort: Effort) -> list[Row]:
    """Two rows: verify, rebuild. Three rounds are enough of what takes seconds each."""
    other = ground.plain("others_projection")
    await asyncio.to_thread(_others_log, other, max(32, effort.operations // 16))
    async with pool_at(ground.log("whole")) as pool:
        vault = await prepare(ground, pool, "whole")
        async with desk_on(pool, made.clock()) as desk:
            names = await made.open_tasks(desk, "w", max(32, effort.operations // 4))
            await made.accept(desk, names)
            await asyncio.gather(*(made.complete(desk, vault, name) for name in names))
        url = ground.server.admin_url("whole")
        await asyncio.to_thread(_double, url)
        events = await EventLog(pool).head()
        await rebuild(EventLog(pool))  # the views of those that went past the desk
        verifying = await in_turn(
            min(effort.rounds, 3), ours=partial(_verify, pool), copy=partial(_copy, ground, url, events)
        )
        rebuilding = await in_turn(
            min(effort.rounds, 3), ours=partial(_rebuild, pool), runner=partial(projected.projection, other)
        )
    checked, made_anew = medians(verifying), medians(rebuilding)
    first = Row("verify the log", "events/s", checked["ours"], rounds=verifying)
    first.others = {"COPY of the same bytes into SHA-256": checked["copy"]}
    first.goals = [Goal("times COPY and SHA-256", checked["ours"] / checked["copy"], 0.25)]
    first.note = f"{events:,} events: leaf, canonical form, columns, shape, versions of each"
    second = Row("rebuild every view", "events/s", made_anew["ours"], rounds=rebuilding)
    second.others = {"eventsourcing's projection runner, one view": made_anew["runner"]}
    second.goals = [
        Goal("times the projection runner", made_anew["ours"] / made_anew["runner"], 10),
        Goal("events/s", made_anew["ours"], 50_000),
    ]
    return [first, second]


def _double(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(1, COPIES):
            names = {"new": f"/w{number}-", "quoted": f'"w{number}-'}
            connection.execute(_STREAMS.encode(), names)
            connection.execute(_EVENTS.encode(), names)
        connection.execute("VACUUM ANALYZE log.event, log.stream")


async def _verify(pool: Pool) -> float:
    begun = time.perf_counter()
    found = await verify(EventLog(pool))
    assert found.ok, found.first
    return found.events / (time.perf_counter() - begun)


async def _rebuild(pool: Pool) -> float:
    begun = time.perf_counter()
    counts = await rebuild(EventLog(pool))
    assert not any(counts.mended.values()), counts.mended
    return counts.events / (time.perf_counter() - begun)


async def _copy(ground: Ground, url: str, events: int) -> float:
    return await asyncio.to_thread(_piped, ground, url, events)


def _piped(ground: Ground, url: str, events: int) -> float:
    begun = time.perf_counter()
    command = [str(ground.program("psql")), "-X", "-q", "-d", url, "-c", _COPY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=clean_environment()) as source:
        subprocess.run(["sha256sum"], stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
        assert source.wait() == 0
    return events / (time.perf_counter() - begun)


def _others_log(url: str, works: int) -> None:
    app = eventsourced.tasks_at(url, functions=True)
    for _ in range(works):
        app.finish(app.open())
    app.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
