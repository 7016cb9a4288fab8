"""The API put together: an application of its own under `/api/v1`, described by OpenAPI 3.1 and by one plain page."""

from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from chancery.i18n import tr
from chancery.web.api import casework, commands, describing, hooks, offices, problems, reads, reads_log
from chancery.web.api.door import Door, bearer
from chancery.web.pages import render

VERSION: Final = "1.0"
_ROUTERS: Final = (
    reads.router, reads_log.router, offices.router, casework.router, commands.router, hooks.router,
)  # fmt: skip
_PROBLEM: Final = {
    "description": "A problem (RFC 9457).",
    "content": {problems.MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def make() -> FastAPI:
    """The API. Whoever mounts it gives it the house: `api.state.house`."""
    api = FastAPI(title="Chancery", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    api.add_middleware(Door)
    problems.install(api)
    for router in _ROUTERS:
        api.include_router(router, dependencies=[Depends(bearer)])

    api.include_router(_pages(api), include_in_schema=False)
    return api


def _pages(api: FastAPI) -> APIRouter:
    router = APIRouter()

    @router.get("/openapi.json")
    async def description() -> JSONResponse:
        return JSONResponse(schema(api))

    @router.get("/")
    async def start(request: Request) -> Response:
        described = schema(api)
        return render(
            request, "api.html", text=describing.TEXT.split("\n\n"), operations=describing.operations(described),
            left_out=describing.left_out(),
        )  # fmt: skip

    @router.get("/problems")
    async def every_problem(request: Request) -> Response:
        return render(request, "api-problems.html", problems=sorted(problems.known().items()))

    @router.get("/problems/{code}")
    async def one_problem(request: Request, code: str) -> Response:
        found = problems.known().get(code)
        if found is None:
            raise problems.Problem("not-found")
        status, sentence = found
        title = tr(problems.TITLES[status])
        return render(request, "api-problem.html", code=code, http=status, title=title, sentence=sentence)

    return router


def schema(api: FastAPI) -> dict[str, Any]:
    """The description of every operation (OpenAPI 3.1), made once."""
    if api.openapi_schema is None:
        made = get_openapi(
            title="Chancery", version=VERSION, description=describing.TEXT, routes=api.routes,
            servers=[{"url": problems.BASE}],
        )  # fmt: skip
        made["components"].setdefault("schemas", {})["Problem"] = describing.PROBLEM
        for gone in ("HTTPValidationError", "ValidationError"):
            made["components"]["schemas"].pop(gone, None)
        for path in made["paths"].values():
            for operation in path.values():
                _complete(operation)
        api.openapi_schema = made
    return api.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    """What every operation can answer besides: a problem, whatever its status."""
    operation["responses"].pop("422", None)
    operation["responses"]["4XX"] = operation["responses"]["5XX"] = _PROBLEM
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in ("Idempotency-Key", "If-Match", "idempotency-key"):
            parameter["required"] = True
            parameter["schema"] = {"type": "string", "maxLength": 200}
