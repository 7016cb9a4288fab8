"""What takes long runs beside the request that asked for it, and says how far it is.

A job is none of the record: it says who asked for what, when, and what came of it, in codes and numbers. Its row is touched
every second; one that was not touched for a while ended with its process, and may be started again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import UniqueViolation
from psycopg_pool import PoolTimeout

from chancery.kept import Row, one, rows
from chancery.log.store import Pool

Kind = Literal["staff_table", "court_list", "verify", "check", "rebuild", "rehearsal"]
State = Literal["running", "done", "refused", "failed"]
Tell = Callable[[int, int], None]
"""Told how much is done, and of how much."""
Work = Callable[[Tell], Awaitable[dict[str, Any]]]
"""What a job does; it gives what came of it: codes and numbers, nothing that was sealed."""

BEAT: Final = 1.0
"""Seconds between two touches of a row."""
LOST_AFTER: Final = 30
"""Seconds without a touch after which the process is taken to have died; the database's own clock counts them."""
KEPT: Final = timedelta(days=30)
"""So long a job that has ended is shown."""
LOST: Final = "ended-with-process"

_log = structlog.get_logger(__name__)
_COLUMNS: Final = (
    "id, kind, state, done, total, result, started_at, ended_at, "
    "ended_at IS NULL AND beat_at < now() - make_interval(secs => %s) AS lost"
)


class JobRuns(Exception):
    """Another of the kind runs: one is enough."""

    code = "job-runs"


class JobRefused(Exception):
    """What was to be done was refused, and nothing was: `result` says why, in codes and numbers."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("refused")
        self.result = result


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its row says. `result`: what came of it; if it failed or was refused, with a `code`."""

    id: UUID
    kind: Kind
    state: State
    done: int
    total: int
    result: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None

    @property
    def runs(self) -> bool:
        """Whether it is still at work."""
        return self.state == "running"

    @property
    def percent(self) -> int | None:
        """How far it is; None while that is unknown."""
        return min(100, self.done * 100 // self.total) if self.total > 0 else None


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one installation. `at_work` holds those of this process, so that they are not forgotten in the middle."""

    pool: Pool
    at_work: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)

    async def start(
        self, account: UUID, id_: UUID, kind: Kind, work: Work, now: datetime, *, lane: str | None = None
    ) -> None:
        """Begin, unless another runs in that lane (by default: of that kind). Raises JobRuns.

        The same account's same id again: it is the same job, and nothing begins.
        """
        if await self.get(account, id_) is not None:
            return
        await rows(self.pool, "DELETE FROM web.job WHERE ended_at < %s", [now - KEPT])
        await rows(
            self.pool,
            "UPDATE web.job SET state = 'failed', ended_at = %s, result = %s::jsonb "
            "WHERE ended_at IS NULL AND beat_at < now() - make_interval(secs => %s)",
            [now, json.dumps({"code": LOST}), LOST_AFTER],
        )
        try:
            await rows(
                self.pool,
                "INSERT INTO web.job (id, account, kind, state, lane, started_at) VALUES (%s, %s, %s, 'running', %s, %s)",
                [id_, account, kind, lane or kind, now],
            )
        except UniqueViolation:
            raise JobRuns from None
        self.at_work[id_] = asyncio.create_task(self._run(id_, work, now), name=f"job-{kind}")

    async def get(self, account: UUID, id_: UUID) -> Job | None:
        """One of an account's own jobs."""
        found = await one(
            self.pool,
            f"SELECT {_COLUMNS} FROM web.job WHERE id = %s AND account = %s",  # noqa: S608 - our own columns
            [LOST_AFTER, id_, account],
        )
        return None if found is None else _job(found)

    async def all(self, account: UUID) -> list[Job]:
        """An account's own jobs, the newest first."""
        found = await rows(
            self.pool,
            f"SELECT {_COLUMNS} FROM web.job WHERE account = %s ORDER BY started_at DESC, id LIMIT 50",  # noqa: S608
            [LOST_AFTER, account],
        )
        return [_job(row) for row in found]

    async def settled(self, id_: UUID, seconds: float) -> None:
        """Wait so long at most until a job of this process has ended: what is quick is shown as done at once."""
        task = self.at_work.get(id_)
        if task is not None:
            await asyncio.wait({task}, timeout=seconds)

    async def _run(self, id_: UUID, work: Work, started: datetime) -> None:
        told = [0, 0]

        def tell(done: int, total: int) -> None:
            told[:] = done, total

        began = asyncio.get_running_loop().time()
        beating = asyncio.create_task(self._beat(id_, told))
        state: State = "failed"
        result: dict[str, Any] = {"code": LOST}
        try:
            result = await work(tell)
            state = "done"
        except JobRefused as refused:
            state, result = "refused", refused.result
        except Exception as problem:  # noqa: BLE001 - a job ends by itself: whatever it was, the row says so
            result = {"code": str(getattr(problem, "code", "fault"))}
            _log.error("job_failed", error=type(problem).__name__, code=result["code"], exc_info=problem)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            took = timedelta(seconds=asyncio.get_running_loop().time() - began)
            with suppress(psycopg.Error, PoolTimeout):  # the row then goes stale, which says the same later
                await rows(
                    self.pool,
                    "UPDATE web.job SET state = %s, done = %s, total = %s, result = %s::jsonb, ended_at = %s "
                    "WHERE id = %s",
                    [state, *told, json.dumps(result), started + took, id_],
                )
            self.at_work.pop(id_, None)

    async def _beat(self, id_: UUID, told: list[int]) -> None:
        while True:
            await asyncio.sleep(BEAT)
            with suppress(psycopg.OperationalError, PoolTimeout):
                await rows(
                    self.pool,
                    "UPDATE web.job SET done = %s, total = %s, beat_at = now() WHERE id = %s",
                    [*told, id_],
                )


def _job(row: Row) -> Job:
    if row["lost"]:
        row = row | {"state": "failed", "result": {"code": LOST}}
    return Job(
        row["id"], row["kind"], row["state"], row["done"], row["total"], row["result"] or {},
        row["started_at"], row["ended_at"],
    )  # fmt: skip
