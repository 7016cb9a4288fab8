"""A witness over HTTP: `POST /add-checkpoint` (c2sp.org/tlog-witness), and `GET /status` for whoever watches it.

It needs a folder and nothing else of Chancery: `witness.skey` its key, `logs` the public keys of the logs that it watches, one a
line, and `witness.sqlite`, which it makes.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chancery.clock import Clock
from chancery.log.keys import KeyRefused, read_keys
from chancery.log.notes import COSIGNATURE, SIGNATURE, NoteRefused, Verifier
from chancery.log.witness import LARGEST_REQUEST, Witness

KEY: Final = "witness.skey"
LOGS: Final = "logs"
FILE: Final = "witness.sqlite"
WATCH: Final = 30.0
"""Seconds between two looks at who is silent."""
_log: Final = structlog.get_logger(__name__)


def witness_in(folder: Path, clock: Clock) -> Witness:
    """The witness of a folder. Raises KeyRefused, sqlite3.Error, OSError."""
    key, *others = read_keys(folder / KEY, COSIGNATURE)
    if others:
        raise KeyRefused("key.several", path=folder / KEY)
    return Witness(folder / FILE, key, logs_in(folder), clock)


def logs_in(folder: Path) -> list[Verifier]:
    """The keys of the logs that a folder's witness watches. Raises KeyRefused `key.logs`, OSError."""
    path = folder / LOGS
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        keys = [Verifier.parse(line) for line in lines if not line.startswith("#")]
    except (FileNotFoundError, NoteRefused, UnicodeDecodeError):
        raise KeyRefused("key.logs", path=path) from None
    if any(key.kind != SIGNATURE for key in keys):
        raise KeyRefused("key.logs", path=path)
    return keys


def application(witness: Witness) -> Starlette:
    """The pages of a witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_REQUEST:
                return Response("the request is too large\n", 400, media_type="text/plain")
        answer = await asyncio.to_thread(witness.add_checkpoint, body)
        return Response(answer.text, answer.status, headers={"Content-Type": answer.content_type})

    async def status(_: Request) -> Response:
        data = await asyncio.to_thread(status_of, witness)
        return JSONResponse(data, 200 if data["ok"] else 503)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/status", status, methods=["GET"]),
        ]
    )


def status_of(witness: Witness) -> dict[str, Any]:
    """How a witness sees its logs, as JSON; `ok` is false while a log is silent or has shown what does not follow on."""
    logs = [
        {
            "origin": w.origin,
            "size": w.size,
            "root": w.root.hex(),
            "at": w.at,
            "silent": w.silent,
            "evidence": w.evidence,
            "note": w.note_text,
        }
        for w in witness.watched()
    ]
    ok = not any(log["silent"] or log["evidence"] for log in logs)
    return {"schema": "chancery.witness/1", "ok": ok, "key": str(witness.verifier), "logs": logs}


@asynccontextmanager
async def serving(witness: Witness, host: str, port: int) -> AsyncIterator[str]:
    """Serve a witness; gives its address. Port 0 takes a free one. Raises OSError if the port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        found = listening.getsockname()[1]
        config = uvicorn.Config(
            application(witness),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]), name="witness")
        watching = asyncio.create_task(_watch(witness), name="silence")
        while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells nobody when it has started
            await asyncio.sleep(0.01)
        if running.done():
            running.result()
            raise RuntimeError("the witness could not start; the log above says why")
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{found}"
        finally:
            watching.cancel()
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await running


async def _watch(witness: Witness) -> None:
    """Raise the alarm, once each time, when a log falls silent."""
    silent: set[str] = set()
    while True:
        now = {w.origin for w in await asyncio.to_thread(witness.watched) if w.silent}
        if now - silent:
            _log.error("alarm: no new checkpoint for a quarter of an hour", count=len(now))
        silent = now
        await asyncio.sleep(WATCH)
