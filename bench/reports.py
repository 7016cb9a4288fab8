"""A staff report out of a long log, beside the same figures in DuckDB over a Parquet file of the same facts; and its memory.

Both give the same numbers, which is checked before anything is timed, and the positions behind each. The report then does
more: intervals of every account, where each term comes from, what is late in whose hands, and the proof of every position.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from bench import reports_made as made
from bench.appends import Effort
from bench.ground import Ground, pool_at
from bench.measure import Goal, Row, in_turn, medians
from chancery.embedded.supervise import clean_environment
from chancery.log.store import EventLog
from chancery.reports.staff import staff_report

LARGE: Final = 1_000_000
SMALL: Final = 100_000
FIGURES: Final = (
    "assigned", "carried_in", "accepted", "on_time", "late", "reported_in_time", "not_acted", "handed_on", "carried_out",
)  # fmt: skip

QUERY: Final = """
WITH e AS (SELECT * FROM read_parquet($file) WHERE type <> 'ObligationOpened' AND type <> 'ObligationClosed'),
mine AS (SELECT DISTINCT stream FROM e WHERE posting = $me),
t AS (SELECT e.* FROM e SEMI JOIN mine USING (stream)),
held AS (SELECT stream, posting, told AS since, position,
                lead(told) OVER (PARTITION BY stream ORDER BY position) AS until,
                lead(position) OVER (PARTITION BY stream ORDER BY position) AS next
           FROM t WHERE type IN ('TaskOpened', 'TaskAssigned')),
began AS (SELECT stream, told AS opened, due_at, position FROM t WHERE type = 'TaskOpened'),
ended AS (SELECT stream, type, told, happened_at, position FROM t WHERE type IN ('TaskCompleted', 'TaskNotActed')),
stint AS (SELECT h.*, b.opened, b.due_at, b.position AS origin,
                 CASE WHEN h.until < $until THEN NULL ELSE x.type END AS type,
                 CASE WHEN h.until < $until THEN h.until WHEN x.told < $until THEN x.told END AS closed,
                 x.told AS recorded, x.happened_at, x.position AS ending
            FROM held h JOIN began b USING (stream) LEFT JOIN ended x USING (stream)
           WHERE h.posting = $me AND h.since < $until),
inside AS (SELECT *, coalesce(closed >= $first, true) AS counts FROM stint),
figure AS (
  SELECT CASE WHEN since >= $first THEN 'assigned' ELSE 'carried_in' END AS name, position FROM inside WHERE counts
  UNION ALL
  SELECT CASE WHEN closed IS NULL THEN 'carried_out'
              WHEN until < $until THEN 'handed_on'
              WHEN type = 'TaskNotActed' THEN 'not_acted'
              WHEN recorded < due_at + INTERVAL 1 SECOND THEN 'on_time'
              WHEN happened_at >= due_at + INTERVAL 1 SECOND THEN 'late'
              ELSE 'reported_in_time' END,
         CASE WHEN closed IS NULL THEN position WHEN until < $until THEN next ELSE ending END FROM inside WHERE counts
  UNION ALL
  SELECT 'accepted', a.position FROM t a JOIN held h USING (stream)
   WHERE a.type = 'TaskAccepted' AND a.told >= $first AND a.told < $until AND h.posting = $me
     AND a.position > h.position AND (h.next IS NULL OR a.position < h.next))
SELECT name, count(*), list(position ORDER BY position) FROM figure GROUP BY name
UNION ALL
SELECT 'own_days', count(*), list(DISTINCT origin)
  FROM inside i JOIN days d ON d.begins >= i.since AND d.day > CAST(i.opened + INTERVAL 2 HOUR AS DATE)
                           AND d.begins < coalesce(i.until, i.happened_at, $until) AND d.begins < $until
"""


async def reports(ground: Ground, effort: Effort) -> list[Row]:
    """Two rows: the time of a staff report out of a long log, and its memory there and in a short one."""
    large = LARGE if effort.operations >= 8_000 else SMALL if effort.operations >= 1_000 else 3_000
    small = large // 10
    rows: list[Row] = []
    urls = {}
    for events, name in ((small, "reports_small"), (large, "reports_large")):
        folder = ground.folder / name
        folder.mkdir()
        urls[events] = url = ground.log(name, rehearsal=f"bench-{name}")
        async with pool_at(url) as pool:
            admin = ground.server.admin_url(name)
            parquet, posting = await made.prepare(pool, admin, events, folder)
            if events == large:
                rows.append(await _timed(EventLog(pool), parquet, posting, events, effort))
    rows.append(await asyncio.to_thread(_memory, urls))
    return rows


def _last_posting(events: int) -> str:
    return f"p-{made.codes_for(events)[-1]}-fp"


async def _timed(log: EventLog, parquet: Path, posting: str, events: int, effort: Effort) -> Row:
    duck = Duck(parquet, posting)
    first, last = made.A_YEAR
    report = (await staff_report(log, "B-1", [posting], first, last)).data()
    check(report["figures"], duck.figures())

    async def ours() -> float:
        begun = time.perf_counter()
        (await staff_report(log, "B-1", [posting], first, last)).json()
        return 1000 * (time.perf_counter() - begun)

    async def theirs() -> float:
        begun = time.perf_counter()
        await asyncio.to_thread(duck.figures)
        return 1000 * (time.perf_counter() - begun)

    figures = await in_turn(max(3, effort.rounds), ours=ours, duckdb=theirs)
    middle = medians(figures)
    row = Row(f"a staff report of a year, log of {events:,} events", "ms", middle["ours"], rounds=figures)
    row.others = {"DuckDB, the same figures over Parquet": middle["duckdb"]}
    row.goals = [Goal("times DuckDB", middle["ours"] / middle["duckdb"], 2, at_most=True)]
    tasks = len(report["figures"]["own_time"]["items"])
    row.note = f"{tasks} tasks in the year; with every list and the proof of {len(report['proof']['leaves'])} positions"
    return row


class Duck:
    """The same figures over the Parquet file; one connection, warm."""

    def __init__(self, parquet: Path, posting: str) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("CREATE TABLE days (day DATE, begins TIMESTAMP)")
        self._connection.executemany(
            "INSERT INTO days VALUES (?, ?)", [[day, at.replace(tzinfo=None)] for day, at in made.days()]
        )
        cal, (first, last) = made.calendar(), made.A_YEAR
        self._asked = {
            "file": str(parquet),
            "me": posting,
            "first": cal.start_of(first).replace(tzinfo=None),
            "until": cal.end_of(last).replace(tzinfo=None, microsecond=0),
        }

    def figures(self) -> dict[str, tuple[int, list[int]]]:
        """Name → how many, and the positions behind."""
        rows = self._connection.execute(QUERY, self._asked).fetchall()
        return {name: (count, positions) for name, count, positions in rows}


class NotTheSame(Exception):
    """The two do not say the same: nothing is timed."""


def check(report: Mapping[str, Any], duck: Mapping[str, tuple[int, list[int]]]) -> None:
    """Raises NotTheSame where a number differs."""
    ours = {name: report[name]["count"] for name in FIGURES}
    ours["own_days"] = sum(i["in_period"]["working_days"] for i in report["own_time"]["items"])
    theirs = {name: duck.get(name, (0, []))[0] for name in ours}
    if ours != theirs:
        raise NotTheSame(f"report {ours}, DuckDB {theirs}")


def _memory(urls: Mapping[int, str]) -> Row:
    """The peak of a process that makes the report, less what the process takes anyway."""
    found = {}
    for events, url in urls.items():
        base = _peak(url, "nothing", _last_posting(events))
        found[events] = max(1, _peak(url, "staff", _last_posting(events)) - base) / 1024
    (small, at_small), (large, at_large) = sorted(found.items())
    row = Row(f"memory that a staff report takes, log of {large:,} events", "MB", at_large)
    row.others = {f"in a log of {small:,}": at_small}
    row.goals = [Goal("times its memory", at_large / at_small, 1.25, at_most=True)]
    row.note = "peak of a process of its own, less that of one that makes none"
    return row


def _peak(url: str, what: str, posting: str) -> int:
    told = subprocess.run(
        [sys.executable, "-m", "bench.reports_memory", url, what, posting],
        check=True, capture_output=True, text=True, env=clean_environment(),
    )  # fmt: skip
    return int(told.stdout.split()[0])
