"""The bench of the reports: report and DuckDB say the same of a log made for it, or nothing is timed; every row is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench import reports, reports_made
from bench.__main__ import TINY
from bench.ground import pool_at
from chancery.log.store import EventLog
from chancery.log.verify import verify
from chancery.reports.staff import staff_report
from tests.conftest import Database


@pytest.mark.timeout(120)
async def test_report_and_duckdb_say_the_same_and_a_doctored_one_is_found(
    database: Database, tmp_path: Path
) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE log.origin SET rehearsal = true")
    async with pool_at(database.app_url, 2) as pool:
        parquet, posting = await reports_made.prepare(pool, database.admin_url, 1_500, tmp_path)
        log = EventLog(pool)
        assert (await verify(log)).ok, "what is loaded past the desk is a log like any other"
        report = (await staff_report(log, "B-1", [posting], *reports_made.A_YEAR)).data()
    duck = reports.Duck(parquet, posting).figures()
    reports.check(report["figures"], duck)
    assert {"assigned", "on_time", "late", "not_acted", "handed_on", "own_days"} <= set(duck)
    for name in reports.FIGURES:
        count, positions = duck.get(name, (0, []))
        cited = {p for item in report["figures"][name]["items"] for p in item["positions"]}
        assert len(positions) == count and set(positions) <= cited, name
    wrong: dict[str, Any] = {**duck, "late": (duck["late"][0] + 1, duck["late"][1])}
    with pytest.raises(reports.NotTheSame):
        reports.check(report["figures"], wrong)


def test_the_plan_of_a_log_is_in_order_and_as_long_as_was_asked() -> None:
    codes = reports_made.codes_for(6_000)
    planned = reports_made.plan(6_000, codes)
    assert 6_000 <= len(planned) <= 6_006 and [p.at for p in planned] == sorted(p.at for p in planned)
    assert planned == reports_made.plan(6_000, codes)
    assert TINY.operations < 1_000, "the tiny size of the bench is the tiny log"
