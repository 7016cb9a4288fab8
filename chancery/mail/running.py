"""Mail for as long as this process leads: digests and what is urgent, beside each other. Where no server is set, nothing.

A mail server that is away is asked again, at growing intervals; nothing is lost meanwhile, since what has to be said is read
from the log and the views each time anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from chancery.installation import Installation
from chancery.mail import morning, urgent
from chancery.mail.ledger import forget
from chancery.mail.sender import Server, server_of
from chancery.settings import Settings

URGENT_EVERY: Final = 5.0
DIGEST_EVERY: Final = 60.0
SLOWEST, SLOWEST_URGENT = 300.0, 30.0
"""Seconds between two tries at a server that is away, at most."""
_log = structlog.get_logger()


def address_of(settings: Settings) -> str:
    """Where people open Chancery: what every message links to."""
    host = "localhost" if settings.web_host in ("127.0.0.1", "0.0.0.0", "::1", "::") else settings.web_host  # noqa: S104 - shown, not bound
    return settings.web_url or f"http://{host}:{settings.web_port}"


def wanted(settings: Settings) -> bool:
    """Whether mail is to be sent at all: a server is named."""
    return settings.smtp_url is not None


def jobs(here: Installation) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
    """What the leader runs beside its own work, each for ever; nothing where no server is named.

    Beside each other: what is urgent waits for nobody's digest. None of them ever fails: a deadline is recorded whether
    mail works or not.
    """
    if not wanted(here.settings):
        return ()
    address = address_of(here.settings)
    done: dict[str, str] = {}

    async def calls(server: Server) -> None:
        await urgent.look(here, server, address)

    async def digests(server: Server) -> None:
        await morning.look(here, server, address, done)
        await forget(here.pool, here.clock.now())

    return (
        lambda: again(here.settings, URGENT_EVERY, SLOWEST_URGENT, calls),
        lambda: again(here.settings, DIGEST_EVERY, SLOWEST, digests),
    )


async def again(
    settings: Settings, seconds: float, slowest: float, work: Callable[[Server], Awaitable[None]]
) -> None:
    """Do it every so many seconds, until cancelled; after a failure at growing intervals, up to `slowest` seconds."""
    failed = 0
    while True:
        try:
            server = server_of(settings)
            assert server is not None
            await work(server)
            failed = 0
        except Exception as problem:  # noqa: BLE001 - see `jobs`; it is said, and tried again
            failed += 1
            _log.warning("mail waits", code=getattr(problem, "code", type(problem).__name__), attempt=failed)
        await asyncio.sleep(seconds if not failed else min(slowest, 2.0 ** min(failed, 10)))
