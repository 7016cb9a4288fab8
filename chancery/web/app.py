"""Where the web is put together: the installation, the guard, the pages, the API. Nothing else wires."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, Response

from chancery.clock import Clock
from chancery.installation import opened
from chancery.log.tail import Tail
from chancery.settings import Settings
from chancery.web import faults, live
from chancery.web.guard import Guard
from chancery.web.house import House
from chancery.web.pages import STATIC, fingerprint
from chancery.web.routes import ROUTERS

CONNECTIONS: Final = 12
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class NoDemonstration(Exception):
    """A demo sign-in was asked for on a log that is no rehearsal's."""

    code = "web.no-demonstration"


def create(settings: Settings, clock: Clock, *, origin: str, demo: bool = False) -> FastAPI:
    """The application. `origin`: the address that people type. `demo`: sign-in as anybody, on a rehearsal's log only."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, clock, connections=CONNECTIONS) as here:
            _, rehearsal = await here.log.origin()
            if demo and not rehearsal:
                raise NoDemonstration
            async with Tail(here.log, here.url) as tail:
                house = House(here, tail, origin, demo)
                app.state.house = house
                watching = asyncio.create_task(house.watch(), name="web-watch")
                try:
                    yield
                finally:
                    house.closing.set()
                    watching.cancel()
                    with suppress(asyncio.CancelledError):
                        await watching

    app = FastAPI(title="Chancery", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, origin=origin)
    faults.install(app)
    app.include_router(_static())
    app.include_router(live.router)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
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
