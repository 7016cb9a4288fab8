"""`python -m bench [--quick] [--only WORD …] [--json FILE]`: a table, and the same as JSON."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench import appends, growth, histories, report, reports, tasks, web, whole
from bench.appends import Effort
from bench.ground import Ground, ground
from bench.measure import Row
from chancery.clock import use_pinned_zones

FULL = Effort(rounds=5, operations=8_000, seconds=2, threads=(1, 2, 4, 8, 16))
QUICK = Effort(rounds=3, operations=1_600, seconds=1, threads=(1, 4))
TINY = Effort(rounds=1, operations=64, seconds=1, threads=(1,))
"""For the test of the bench itself: the figures mean nothing."""

QUESTIONS: dict[str, Callable[[Ground, Effort], Awaitable[list[Row]]]] = {
    "append": appends.appends,
    "task": tasks.tasks,
    "growth": growth.growth,
    "snapshot": growth.snapshot,
    "whole": whole.whole,
    "history": histories.histories,
    "web": web.web,
    "reports": reports.reports,
}


def run(effort: Effort, only: list[str], say: Callable[[str], None]) -> dict[str, object]:
    """Ask every question (or those named); what `bench/results/latest.json` holds."""
    use_pinned_zones()
    rows: list[Row] = []
    begun = time.monotonic()
    with ground() as here:
        machine = here.machine()
        for name, ask in QUESTIONS.items():
            if only and name not in only:
                continue
            started = time.monotonic()
            rows += asyncio.run(_asked(ask, here, effort))
            say(f"{name}: {time.monotonic() - started:.0f} s")
    return {
        "machine": machine,
        "rounds": effort.rounds,
        "seconds": round(time.monotonic() - begun),
        "rows": [row.data() for row in rows],
    }


async def _asked(
    ask: Callable[[Ground, Effort], Awaitable[list[Row]]], here: Ground, effort: Effort
) -> list[Row]:
    return await ask(here, effort)


def main(arguments: list[str]) -> int:
    """0 when it ran through, whether or not goals were met; --strict: 1 when one was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, under a minute")
    parser.add_argument("--only", nargs="+", default=[], choices=list(QUESTIONS), help="these questions only")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "latest.json")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal was missed")
    asked = parser.parse_args(arguments)
    found = run(QUICK if asked.quick else FULL, asked.only, lambda line: print(line, file=sys.stderr))
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    report.show(found)
    return int(asked.strict and not report.all_met(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
