"""How often somebody may ask. All requests: counted in memory, cheap and forgotten. Tries to sign in: in PostgreSQL, for all processes.

Both are token buckets: so many at once, and so many more each minute. An address stands in the database as a keyed hash only.
"""

import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chancery.i18n import tr
from chancery.kept import one, rows
from chancery.web.house import House
from chancery.web.speaking import speak

CROWD: Final = 5
"""So many times what one browser may ask comes from one address: an embassy has one address for all its staff."""
MOST_BUCKETS: Final = 50_000
"""Past this the one that was quiet for longest is forgotten, so that nobody fills the memory with made-up cookies."""
SIGN_IN_BURST: Final = 20
SIGN_IN_EVERY: Final = timedelta(seconds=6)
"""Wrong tries that one address has at once, and after how long it gains another."""
_FORGOTTEN: Final = timedelta(days=1)
_SWEEP: Final = 64
"""Once in so many tries, buckets that nobody used for a day are swept out."""


class Buckets:
    """Token buckets in memory. `now` gives seconds that only ever grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = MOST_BUCKETS) -> None:
        self._now, self._most = now, most
        self._held: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, key: bytes, per_minute: float) -> float:
        """Take one. 0 if there was one; else the seconds after which there will be."""
        now = self._now()
        tokens, then = self._held.pop(key, (per_minute, now))
        tokens = min(per_minute, tokens + (now - then) * per_minute / 60)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * 60 / per_minute
        self._held[key] = (tokens - 1 if not wait else tokens, now)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._held)


class Limiter:
    """ASGI middleware: so many requests a minute from one session, token or address; the rest is told when to come again."""

    def __init__(self, app: ASGIApp, per_minute: int, buckets: Buckets | None = None) -> None:
        """`per_minute` 0: no limit, for whoever has one in front."""
        self._app, self._rate = app, per_minute
        self._buckets = Buckets() if buckets is None else buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in. What never changes is not counted: it costs nothing and pages ask for it together."""
        if scope["type"] == "http" and self._rate and not scope["path"].startswith("/static/"):
            wait = self._wait(Request(scope))
            if wait:
                await _too_often(Request(scope), math.ceil(wait))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wait(self, request: Request) -> float:
        where = network(request)
        shown = request.headers.get("authorization") or next(
            (v for k, v in request.cookies.items() if k.endswith("chancery")), ""
        )
        if not shown:
            return self._buckets.take(_key("nobody", where), self._rate)
        # A made-up cookie opens a bucket of its own, but not another address.
        crowd = self._buckets.take(_key("crowd", where), self._rate * CROWD)
        return crowd or self._buckets.take(_key("session", shown), self._rate)


def network(request: Request) -> str:
    """Where a request comes from: its address, or for IPv6 the network of it, which one customer has to themselves."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return host


async def may_try(at: House, request: Request, now: datetime) -> int:
    """Count a try to sign in from this address. 0 if it may be judged, else the seconds to wait."""
    rate = 1 / SIGN_IN_EVERY.total_seconds()
    if secrets.randbelow(_SWEEP) == 0:
        await rows(at.here.pool, "DELETE FROM web.bucket WHERE at < %s", [now - _FORGOTTEN])
    # In one statement, so that tries at the same moment are counted one by one. Whoever goes on trying stays at -1.
    found = await one(
        at.here.pool,
        "INSERT INTO web.bucket AS b (key, tokens, at) VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE SET "
        "tokens = greatest(-1, least(%s, b.tokens + greatest(0, extract(epoch FROM excluded.at - b.at)) * %s) - 1), "
        "at = greatest(b.at, excluded.at) RETURNING tokens",
        [_bucket(at, request), SIGN_IN_BURST - 1, now, SIGN_IN_BURST, rate],
    )
    assert found is not None
    left = float(found["tokens"])
    return 0 if left >= 0 else math.ceil((1 - left) / rate)


async def was_right(at: House, request: Request) -> None:
    """Give the try back: whoever signs in rightly does not use up what their colleagues may try."""
    await rows(
        at.here.pool,
        "UPDATE web.bucket SET tokens = least(%s, tokens + 1) WHERE key = %s",
        [SIGN_IN_BURST, _bucket(at, request)],
    )


def _bucket(at: House, request: Request) -> bytes:
    return at.box.mac("sign-in from", network(request))


def _key(kind: str, text: str) -> bytes:
    return sha256(f"{kind}\n{text}".encode()).digest()


def _too_often(request: Request, seconds: int) -> Response:
    headers = {"Retry-After": str(seconds)}
    if request.url.path.startswith("/api/"):
        from chancery.web.api.problems import own

        return own("too-often", headers)
    speak(request)
    said = tr("Too many attempts. Wait {seconds} seconds, then try again.", seconds=seconds)
    return PlainTextResponse(f"too-often: {said}\n", 429, headers)
