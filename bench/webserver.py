"""`python -m bench.webserver WHAT`: the pages, or a bare route beside them, in a process of its own; its address on standard output."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from psycopg_pool import AsyncConnectionPool

from bench import made
from chancery.clock import use_pinned_zones
from chancery.log.store import POOL_SETTINGS, Pool
from chancery.settings import Settings
from chancery.web.app import CONNECTIONS, create
from chancery.web.serve import serve_app


def bare(url: str) -> FastAPI:
    """One route: it reads a form of the same size and commits one INSERT."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool: Pool = AsyncConnectionPool(
            url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=CONNECTIONS, open=False
        )
        async with pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/tasks/{obligation}/{task}/complete")
    async def complete(request: Request, obligation: str, task: str) -> Response:
        async with request.form() as data:
            note = str(data["note"])
        async with request.app.state.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO done (obligation, task, note) VALUES (%s, %s, %s)", [obligation, task, note]
            )
        return RedirectResponse(f"/tasks/{obligation}/{task}", status_code=303)

    return app


async def main(what: str) -> None:
    """Serve until standard input closes."""
    settings = Settings(
        database_url=os.environ["BENCH_URL"],  # type: ignore[arg-type]
        temporal_address="127.0.0.1:1",
        data_dir=Path(os.environ["BENCH_FOLDER"]),
        key_dir=Path(os.environ["BENCH_KEYS"]),
        web_port=0,
        web_requests_per_minute=0,
    )

    def make(origin: str) -> FastAPI:
        if what == "bare":
            return bare(os.environ["BENCH_URL"])
        return create(settings, made.clock(), origin=origin)

    async with serve_app(settings, make) as address:
        print(address, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    use_pinned_zones()
    asyncio.run(main(sys.argv[1]))
