"""Serving the pages: `chancery web`, the demonstration, and tests, each on a port of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI

from chancery.clock import Clock
from chancery.settings import Settings
from chancery.web.app import create


@asynccontextmanager
async def serving(settings: Settings, clock: Clock, *, demo: bool = False) -> AsyncIterator[str]:
    """The pages on the port that the settings name (0: a free one). Gives the address that people type."""

    def make(origin: str) -> FastAPI:
        return create(settings, clock, origin=origin, demo=demo)

    async with serve_app(settings, make) as origin:
        yield origin


@asynccontextmanager
async def serve_app(settings: Settings, make: Callable[[str], FastAPI]) -> AsyncIterator[str]:
    """Serve an application that is made once its address is known."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    # Named as TCP, or asyncio does not set TCP_NODELAY, and each answer on a kept connection waits 40 ms for the browser's
    # acknowledgement of its headers.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.web_host, settings.web_port))
        port = listening.getsockname()[1]
        origin = settings.web_url or f"http://{_shown(settings.web_host)}:{port}"
        server = uvicorn.Server(_config(make(origin)))
        running = asyncio.create_task(server.serve(sockets=[listening]), name="web")
        while not server.started and not running.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # uvicorn tells nobody when it has started
        if running.done():
            running.result()
            raise RuntimeError("the pages could not start; the log above says why")
        try:
            yield origin
        finally:
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await running


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104 - shown, not bound


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
