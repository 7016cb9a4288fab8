"""Carries webhooks out: in order, at least once, by one process at a time.

Whoever holds PostgreSQL's advisory lock carries; when that process dies its connection goes and another takes over. What a
receiver does not take is tried again after 1 s, 5 s, 30 s … up to an hour, and after three days of it the webhook ends. A
receiver that is slow holds up nobody but itself.
"""

import asyncio
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import httpx2
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from chancery.kept import Row, one, rows
from chancery.log.store import Recorded
from chancery.streams import as_event, obligation_stream
from chancery.web import tokens
from chancery.web.api import hooks, once, reach
from chancery.web.api.door import visitor_in
from chancery.web.house import House
from domain.kinds import instant_text

_log = structlog.get_logger(__name__)

LOCK: Final = 0x6368616E_686F6F6B
"""The advisory lock of whoever carries ("chanhook")."""
LADDER: Final = (1, 5, 30, 120, 600, 3600)
"""Seconds until the next try, after the first failure, the second …; the last for all that follow."""
GIVE_UP: Final = timedelta(days=3)
PATIENCE: Final = 10.0
"""Seconds that a receiver has to answer."""
BATCH: Final = 100
GATHER: Final = 0.2
"""Seconds to wait after the log moved: webhooks tell of what happened, they do not race it."""
_LOOK: Final = 1.0
_SWEEP: Final = timedelta(hours=1)


@dataclass(slots=True)
class Courier:
    """The one who carries, in one process. `look`: seconds between two looks at what waits."""

    at: House
    look: float = _LOOK
    _going: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _missions: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """For ever: wait for the lock, carry while it is held. The database may come and go; its going is said once."""
        lost = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.at.here.url, autocommit=True, application_name="chancery-courier"
                ) as connection:
                    lost = False
                    await self._carry_while_held(connection)
            except (psycopg.Error, PoolTimeout) as problem:
                if not lost:
                    _log.warning("courier_lost", error=type(problem).__name__)
                lost = True
            except Exception as problem:  # noqa: BLE001 - whatever it was, what waits is carried later
                _log.error("courier_failed", error=type(problem).__name__, exc_info=problem)
            finally:
                await self._stop()
            await asyncio.sleep(self.look)

    async def _carry_while_held(self, connection: psycopg.AsyncConnection[Any]) -> None:
        swept = None
        while not self.at.closing.is_set():
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if (await cursor.fetchone() or (False,))[0]:
                break
            await asyncio.sleep(5 * self.look)
        while not self.at.closing.is_set():
            await connection.execute("SELECT 1")  # whoever lost this connection has lost the lock
            now = self.at.here.clock.now()
            if swept is None or now - swept > _SWEEP:
                await once.forget(self.at)
                swept = now
            await self.start_due()
            await self.at.tail.wait(self.at.tail.head, self.look)
            await asyncio.sleep(min(GATHER, self.look))  # what comes close together is looked for once

    async def start_due(self) -> None:
        """Begin to carry what is due and not under way."""
        found = await rows(
            self.at.here.pool,
            "SELECT * FROM web.hook WHERE ended_at IS NULL AND (next_try IS NULL OR next_try <= %s) "
            "AND position < (SELECT coalesce(max(position), 0) FROM log.event)",
            [self.at.here.clock.now()],
        )
        self._going = {id_: task for id_, task in self._going.items() if not task.done()}
        for row in found:
            if row["id"] not in self._going:
                self._going[row["id"]] = asyncio.create_task(self._guarded(row), name="courier-hook")

    async def _guarded(self, row: Row) -> None:
        try:
            await self.carry(row)
        except (psycopg.Error, PoolTimeout) as problem:
            _log.warning("courier_lost", error=type(problem).__name__)
        except Exception as problem:  # noqa: BLE001 - one webhook's fault is nobody else's
            _log.error("hook_failed", hook=str(row["id"]), error=type(problem).__name__, exc_info=problem)
            await self._failed(row, "fault")

    async def carry(self, row: Row) -> None:
        """Carry one webhook as far as the log goes, batch by batch, until something is not taken."""
        while True:
            if not await self._still(row):
                await self._end(row, "posting-ended")
                return
            batch = await self.at.here.log.read(row["position"], 1000)
            if not batch:
                return
            missions = await self._missions_of(batch)
            own = [e for e in batch if missions.get(e.stream) == row["mission"]][:BATCH]
            upto = own[-1].position if len(own) == BATCH else batch[-1].position
            code = await self._send(row, own) if own else None
            if code is not None:
                await self._failed(row, code)
                return
            moved = await one(
                self.at.here.pool,
                "UPDATE web.hook SET position = %s, failures = 0, failing_since = NULL, next_try = NULL, last_code = "
                "CASE WHEN %s THEN 'taken' ELSE last_code END "
                "WHERE id = %s AND position = %s AND ended_at IS NULL RETURNING *",
                [upto, bool(own), row["id"], row["position"]],
            )
            if moved is None:
                return  # it was ended, or is to be replayed from elsewhere
            row = moved

    async def _still(self, row: Row) -> bool:
        """Whether whoever made it is still in that posting and may still see the mission."""
        account = await self.at.accounts.get(row["account"])
        running = None if account is None else await tokens.still_running(self.at, account, row["posting"])
        if account is None or running is None:
            return False
        who = await visitor_in(self.at, account, row["posting"], running)
        return who.may_see(row["mission"])

    async def _missions_of(self, batch: list[Recorded]) -> dict[str, str]:
        """Stream → its mission. An obligation never changes its own, so what was asked once is kept."""
        codes = {e.stream.partition("/")[2] for e in batch if e.stream.startswith("obligation/")}
        new = sorted(codes - set(self._missions))
        if new:
            found = await rows(
                self.at.here.pool, "SELECT id, mission FROM view.obligation WHERE id = ANY(%s)", [new]
            )
            self._missions |= {row["id"]: row["mission"] for row in found}
            for code in set(new) - set(self._missions):  # the views are being made anew
                self._missions[code] = (await self.at.here.desk.obligation(code)).mission
        own = {obligation_stream(code): self._missions[code] for code in codes}
        return own | {e.stream: e.stream.partition("/")[2] for e in batch if e.stream.startswith("mission/")}

    async def _send(self, row: Row, events: list[Recorded]) -> str | None:
        """Send a batch. None if it was taken, else a code of why not."""
        sealed = hooks.unsealed(self.at, row)
        body = json.dumps(
            {"hook": str(row["id"]), "mission": row["mission"], "events": [told(e) for e in events]},
            separators=(",", ":"),
        ).encode()
        stamp = int(self.at.here.clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Chancery",
            "Chancery-Signature": signature(sealed.secret, stamp, body),
        }
        loopback = reach.allows_loopback(self.at.origin, demo=self.at.demo)
        try:
            async with asyncio.timeout(PATIENCE):
                to = await reach.target(sealed.url, loopback=loopback)
                async with (
                    httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=PATIENCE) as client,
                    client.stream(
                        "POST", to.url, content=body, headers=headers | {"Host": to.host},
                        extensions={"sni_hostname": to.name},
                    ) as answer,
                ):  # fmt: skip
                    return None if 200 <= answer.status_code < 300 else f"http-{answer.status_code}"
        except reach.NotReachable:
            return "address-refused"
        except (TimeoutError, httpx2.TimeoutException):
            return "too-slow"
        except (httpx2.HTTPError, OSError):
            return "no-answer"

    async def _failed(self, row: Row, code: str) -> None:
        now = self.at.here.clock.now()
        since = row["failing_since"] or now
        if now - since >= GIVE_UP:
            await self._end(row, "given-up")
            return
        wait = LADDER[min(row["failures"], len(LADDER) - 1)]
        with suppress(psycopg.Error, PoolTimeout):
            await rows(
                self.at.here.pool,
                "UPDATE web.hook SET failures = failures + 1, failing_since = %s, next_try = %s, last_code = %s "
                "WHERE id = %s AND position = %s AND ended_at IS NULL",
                [since, now + timedelta(seconds=wait), code, row["id"], row["position"]],
            )

    async def _end(self, row: Row, code: str) -> None:
        now = self.at.here.clock.now()
        await rows(
            self.at.here.pool,
            "UPDATE web.hook SET ended_at = %s, last_code = %s WHERE id = %s AND ended_at IS NULL",
            [now, code, row["id"]],
        )
        _log.info("hook_ended", hook=str(row["id"]), code=code)

    async def _stop(self) -> None:
        for task in self._going.values():
            task.cancel()
        await asyncio.gather(*self._going.values(), return_exceptions=True)
        self._going.clear()


def told(one_: Recorded) -> dict[str, Any]:
    """What is said of an event: where it lies, its kind, its stream, when it was recorded. Nothing of what it says."""
    event = as_event(one_)
    return {
        "position": event.position,
        "type": event.type,
        "stream": event.stream,
        "recorded": instant_text(event.recorded),
    }


def signature(secret: str, stamp: int, body: bytes) -> str:
    """The `Chancery-Signature` of a body sent at an instant (seconds since 1970)."""
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    return f"t={stamp},v1={mac}"
