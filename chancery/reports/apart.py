"""A report over many missions made in a process of its own: it folds every obligation there is, and pages must not wait for it.

The process gets its request on standard input, never on its command line, and answers with the report's data.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from chancery.log.store import POOL_SETTINGS, EventLog
from chancery.reports.regimes import NoReport
from chancery.reports.reproduce import remade

LARGE: Final = 20_000
"""Events from which on a report is made apart: below it takes about as long as starting a process does."""
PATIENCE: Final = 900.0
"""Seconds after which it is given up."""
_one_at_a_time: Final = asyncio.Semaphore(1)


class TakesTooLong(NoReport):
    """The report was given up after PATIENCE. `code` is stable."""

    def __init__(self) -> None:
        super().__init__("report.too-slow", f"The report was given up after {PATIENCE:.0f} seconds.")


async def made_apart(url: str, kind: str, request: Mapping[str, Any], position: int) -> dict[str, Any]:
    """The data of a report as known at a position, made in a process of its own; one at a time in each of ours.

    `url`: of the database, as a role that may read. Raises NoReport as making it does, TakesTooLong.
    """
    asked = json.dumps({"url": url, "kind": kind, "request": request, "position": position}).encode()
    async with _one_at_a_time:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, _ = await process.communicate(asked)
        except TimeoutError:
            raise TakesTooLong from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    answer: dict[str, Any] = json.loads(out) if process.returncode == 0 else {}
    if "refused" in answer:
        raise NoReport(answer["refused"], answer["message"])
    if "data" not in answer:
        raise NoReport("report.apart", "The process that made the report ended without one.")
    data: dict[str, Any] = answer["data"]
    return data


async def _make(asked: Mapping[str, Any]) -> dict[str, Any]:
    async with AsyncConnectionPool(
        asked["url"], kwargs=dict(POOL_SETTINGS), min_size=1, max_size=2, open=False
    ) as pool:
        try:
            return {"data": await remade(EventLog(pool), asked["kind"], asked["request"], asked["position"])}
        except NoReport as refusal:
            return {"refused": refusal.code, "message": refusal.message}


def main() -> None:
    """What the process does: one request from standard input, one answer to standard output."""
    answer = asyncio.run(_make(json.loads(sys.stdin.buffer.read())))
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
