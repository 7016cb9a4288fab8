"""`python -m bench.reports_memory URL WHAT POSTING`: make one report in a process of its own; how many kB it took at most, and how long."""

import asyncio
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.ground import pool_at
from bench.reports_made import A_YEAR
from chancery.clock import use_pinned_zones
from chancery.log.store import EventLog


async def made(log: EventLog, what: str, posting: str) -> Any:
    """One report: `staff`, `structural` of one mission or `structural_all`, `audit`; `nothing` for what the process itself takes."""
    from chancery.reports.audit import audit_report
    from chancery.reports.staff import staff_report
    from chancery.reports.structural import structural_report

    first, last = A_YEAR
    match what:
        case "staff":
            return await staff_report(log, "B-1", [posting], first, last)
        case "structural":
            return await structural_report(log, posting.split("-")[1], first, last)
        case "structural_all":
            return await structural_report(log, None, date(2025, 7, 1), last, audience="outside")
        case "audit":
            return await audit_report(log, "2025-2")
        case _:
            return None


async def main(url: str, what: str, posting: str) -> None:
    """Print the peak in kB and the seconds."""
    async with pool_at(url, 2) as pool:
        begun = time.perf_counter()
        report = await made(EventLog(pool), what, posting)
        size = len(report.json()) if report is not None else 0
        seconds = time.perf_counter() - begun
    print(_peak(), f"{seconds:.2f}", size)


def _peak() -> int:
    """Of this program alone: `ru_maxrss` would begin with what its parent held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    use_pinned_zones()
    asyncio.run(main(*sys.argv[1:]))
