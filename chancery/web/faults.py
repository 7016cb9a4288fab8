"""What can go wrong between a browser and the desk, and the page that says so: one sentence, a stable code, nothing half done."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from chancery.desk import Unavailable, Unknown
from chancery.i18n import language, tr, word
from chancery.locale.codes import CODES
from chancery.sealing import VaultError
from domain.instant import BadInput
from domain.refusals import Told

_log = structlog.get_logger(__name__)

AWAY: Final = (Unavailable, psycopg.OperationalError, PoolTimeout)
"""The database does not answer."""

_Handler = Callable[[Request, Exception], Awaitable[Response]]

_SENTENCES: Final[dict[str, str]] = {
    "no-post": "You are in no post today. Your own record stays open to you.",
    "no-such-page": "There is nothing here that you may see. Check the address, or ask your focal point.",
    "form-expired": "This form had lost its validity. Nothing was recorded, and what you typed is kept here: send it again.",
    "foreign-origin": "This request came from another site and was refused.",
    "too-large": "That is larger than {most} MB and was refused. Nothing was recorded.",
    "too-often": "Too many attempts. Wait {seconds} seconds, then try again.",
    "not-yours": "This belongs to somebody else; nothing was shown and nothing changed.",
}


class NotHere(Exception):
    """What was asked for does not exist for this visitor. `code` is one of the sentences above."""

    def __init__(self, code: str, status: int = 404, **params: object) -> None:
        super().__init__(code)
        self.code, self.status, self.params = code, status, params

    def sentence(self) -> str:
        """What to say, in the language that is spoken."""
        return tr(_SENTENCES[self.code], **self.params)


class SignIn(Exception):
    """Nobody is signed in: to the sign-in page, and back."""

    def __init__(self, request: Request) -> None:
        super().__init__("sign-in")
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.back = path if request.method == "GET" else "/"


class FormFault(Exception):
    """Something typed that cannot be used: field → sentence, in the language that is spoken."""

    code = "form"

    def __init__(self, **fields: str) -> None:
        super().__init__("form")
        self.fields = fields


ANSWERS: Final = (Told, BadInput, VaultError, Unknown, FormFault)
"""What a page shows beside its form instead of failing."""


def said(problem: Exception, called: Mapping[str, str] | None = None) -> tuple[str, str]:
    """(code, sentence) of an answer, in the language that is spoken. `called`: what codes of this page's own stand for."""
    if isinstance(problem, Told):
        english, french = problem.sentences[problem.code]
        params = {name: _in_words(value, called or {}) for name, value in problem.params.items()}
        return problem.code, (french if language() == "fr" else english).format(**params)
    if isinstance(problem, BadInput):
        return problem.code, tr(problem.message)
    if isinstance(problem, Unknown):
        return "outcome-unknown", tr(
            "The connection broke before the database had answered. Send it again: it is carried out once."
        )
    if isinstance(problem, FormFault):
        return "form", tr("Something cannot be used as typed; see below. Nothing was recorded.")
    return getattr(problem, "code", "fault"), tr(
        "What is sealed cannot be opened or sealed now ({code}).", code=getattr(problem, "code", "fault")
    )


def _in_words(value: str, called: Mapping[str, str]) -> str:
    """A code, or codes in a row, by what they are called; anything else as it stands."""
    return ", ".join(called.get(one) or (word(one) if one in CODES else one) for one in value.split(", "))


def install(app: FastAPI) -> None:
    """Give each fault its page."""
    from chancery.web.pages import again_page, away_page, problem_page

    async def sign_in(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, SignIn)
        if request.method == "POST":
            sentence = tr(
                "Your session has ended. Nothing was recorded. Sign in again in another tab, then come back here and send it."
            )
            return await again_page(request, 401, "sign-in", sentence)
        return RedirectResponse(f"/sign-in?back={quote(problem.back, safe='/')}", status_code=303)

    async def not_here(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, NotHere)
        if problem.code == "form-expired":
            return await again_page(request, problem.status, problem.code, problem.sentence())
        return problem_page(request, problem.status, problem.code, problem.sentence())

    async def answer(request: Request, problem: Exception) -> Response:
        code, sentence = said(problem)
        return problem_page(request, 422, code, sentence)

    async def away(request: Request, problem: Exception) -> Response:
        return await away_page(request)

    async def http(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        return problem_page(
            request, problem.status_code, "no-such-page", tr(_SENTENCES["no-such-page"]), problem.headers
        )

    async def malformed(request: Request, problem: Exception) -> Response:
        return problem_page(request, 404, "no-such-page", tr(_SENTENCES["no-such-page"]))

    async def fault(request: Request, problem: Exception) -> Response:
        reference = uuid.uuid4().hex[:12]
        _log.error("page_failed", reference=reference, error=type(problem).__name__, exc_info=problem)
        return problem_page(
            request,
            500,
            "fault",
            tr(
                "Something failed here, and it is not your doing. Nothing was recorded twice. "
                "Give this number to whoever runs the installation: {reference}.",
                reference=reference,
            ),
        )

    handlers: dict[Any, Any] = {
        SignIn: sign_in,
        NotHere: not_here,
        HTTPException: http,
        RequestValidationError: malformed,
        Exception: fault,
    }
    handlers |= dict.fromkeys(ANSWERS, answer) | dict.fromkeys(AWAY, away)
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _spoken(handler))


def _spoken(handler: _Handler) -> _Handler:
    """The same, in the language of the request: something may have failed before anybody asked who it is."""
    from chancery.web.speaking import speak

    async def answer(request: Request, problem: Exception) -> Response:
        if not getattr(request.state, "spoken", False):
            speak(request)
        return await handler(request, problem)

    return answer
