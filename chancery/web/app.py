"""Where the web is put together: the installation, the guard, the pages, the API. Nothing else wires."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, Response

from chancery.clock import Clock
from chancery.installation import opened
from chancery.log.tail import Tail
from chancery.settings import Settings
from chancery.web import faults, live
from chancery.web.api.app import make as make_api
from chancery.web.api.courier import Courier
from chancery.web.api.problems import BASE
from chancery.web.guard import Guard
from chancery.web.house import House
from chancery.web.limits import Limiter
from chancery.web.pages import STATIC, fingerprint
from chancery.web.routes import ROUTERS

CONNECTIONS: Final = 12
PATIENCE: Final = 3.0
"""Seconds that a reader waits for a database that is away before the page says so."""
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class NoDemonstration(Exception):
    """A demo sign-in was asked for on a log that is no rehearsal's."""

    code = "web.no-demonstration"


def create(settings: Settings, clock: Clock, *, origin: str, demo: bool = False) -> FastAPI:
    """The application. `origin`: the address that people type. `demo`: sign-in as anybody, on a rehearsal's log only."""
    api = make_api()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, clock, connections=CONNECTIONS, patience=PATIENCE) as here:
            _, rehearsal = await here.log.origin()
            if demo and not rehearsal:
                raise NoDemonstration
            async with Tail(here.log, here.url, gather=0.05) as tail:
                house = House(here, tail, origin, demo)
                app.state.house = api.state.house = house
                beside = [
                    asyncio.create_task(house.watch(), name="web-watch"),
                    asyncio.create_task(Courier(house).run(), name="web-courier"),
                ]
                try:
                    yield
                finally:
                    house.closing.set()
                    # A job that this process had begun says so at once, instead of falling silent.
                    running = [*beside, *house.at_work.values()]
                    for task in running:
                        task.cancel()
                    await asyncio.gather(*running, return_exceptions=True)

    app = FastAPI(title="Chancery", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Limiter, per_minute=settings.web_requests_per_minute)
    app.add_middleware(Guard, origin=origin)
    faults.install(app)
    app.include_router(_static())
    app.include_router(live.router)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.mount(BASE, api)
    return app


def _static() -> APIRouter:
    router = APIRouter()

    @router.get("/static/{version}/{name}", include_in_schema=False)
    async def static(version: str, name: str) -> Response:
        """A style sheet, a script, a picture. Its address changes with its content, so it may be kept for ever."""
        path = STATIC / name
        if (
            version != fingerprint()
            or path.parent != STATIC
            or path.suffix not in _KINDS
            or not path.is_file()
        ):
            return Response(status_code=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(path, media_type=_KINDS[path.suffix], headers=headers)

    return router
