"""What the API says when something is not carried out: RFC 9457 problems, each with a type that never changes.

The codes are those that command line and pages say too; a few are the API's own. `detail` is in the caller's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from chancery import answers
from chancery.asof import NoSuchPosition
from chancery.cases.refusals import SENTENCES as CASE_SENTENCES
from chancery.desk import Unknown
from chancery.i18n import language, tr
from chancery.reports.regimes import NoReport
from chancery.sealing import VaultError
from chancery.web.faults import AWAY, NotHere, said
from chancery.web.guard import TooLarge
from domain.instant import BadInput
from domain.refusals import SENTENCES, Told

_log = structlog.get_logger(__name__)

BASE: Final = "/api/v1"
MEDIA: Final = "application/problem+json"
FOUND: Final = 200

TITLES: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "No token that works",
    403: "Not allowed",
    404: "Not found",
    405: "No such operation",
    409: "Something stands in the way",
    412: "It has changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Something cannot be used as sent",
    428: "Say which version you saw",
    429: "Too many requests",
    500: "Something failed here",
    503: "Something that is needed cannot be reached",
}
"""The title of a problem, by its status."""

OWN: Final[Mapping[str, tuple[int, str]]] = {
    "token-needed": (
        401,
        "Send a token as `Authorization: Bearer …`; you make one under Account, Tokens. This one is missing, was taken back, or ended with its posting.",
    ),
    "not-found": (404, "There is nothing here that this token may see."),
    "no-such-operation": (405, "That cannot be done here; the description of the API lists what can."),
    "bad-json": (400, "The body is not JSON that can be read."),
    "key-needed": (
        400,
        "Send an Idempotency-Key of 1 to 200 visible characters; the same key with the same body is carried out once.",
    ),
    "bad-cursor": (400, "This cursor was not made by this list; begin again without one."),
    "version-needed": (
        428,
        "Send If-Match with the ETag of what you saw, or `*` if any version will do.",
    ),
    "invalid": (422, "Something in the request cannot be used; `errors` says where and why. Nothing was recorded."),
    "not-json": (415, "Send the body as application/json."),
    "too-large": (413, "That is larger than 25 MB. Nothing was recorded."),
    "too-often": (429, "Too many requests; `Retry-After` says after how many seconds to come again."),
    "too-many-hooks": (409, "This posting has as many webhooks as it may have; end one first."),
    "bad-hook-address": (
        422,
        "A webhook goes to an https address with a public name, without user and password; nothing else is called.",
    ),
    "fault": (500, "Something failed here, and it is not your doing. Give the number in `instance` to whoever runs the installation."),
    "database-unavailable": (
        503,
        "The database does not answer. Nothing was recorded, and nothing is half done; send it again.",
    ),
    "outcome-unknown": (
        503,
        "The connection broke before the database had answered. Send it again under the same key: it is carried out once.",
    ),
}  # fmt: skip
"""What only the API says: code → (status, sentence)."""

_BY_KIND: Final[Mapping[int, int]] = {
    answers.USAGE: 422,
    answers.NOT_FOUND: 404,
    answers.DENIED: 403,
    answers.CONFLICT: 409,
    answers.UNAVAILABLE: 503,
    answers.FINDING: 500,
}
_OTHERWISE: Final[Mapping[str, int]] = {
    "command-reused": 422,
    "changed-since": 412,
    "case-not-yours": 404,
    "report.position": 404,
    "report.nobody": 404,
}
"""Where HTTP has a status that says more than the kind of answer does."""

ERRORS: Final[Mapping[str, str]] = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field here.",
    "string_pattern_mismatch": "This is not written as it has to be: {expected}.",
    "literal_error": "One of these is needed: {expected}.",
    "timezone_aware": "Write an instant with its offset, such as 2026-05-05T09:10:00Z.",
}
_UNUSABLE: Final = "This cannot be used here."


class Problem(Exception):
    """A problem that the API itself finds. `code` is one of OWN; `headers` go with the answer."""

    def __init__(
        self,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = OWN[code][0]
        self.headers = dict(headers or {})
        self.errors = list(errors)


def status_of(code: str) -> int:
    """The status that goes with a stable code."""
    if code in OWN:
        return OWN[code][0]
    return _OTHERWISE.get(code) or _BY_KIND[answers.exit_code(code)]


def known() -> dict[str, tuple[int, str]]:
    """Every code that can be told of in words: its status, and its sentence in the language that is spoken."""
    spoken = language() == "fr"
    told = {code: (status_of(code), both[spoken]) for code, both in (SENTENCES | CASE_SENTENCES).items()}
    return told | {code: (status, tr(sentence)) for code, (status, sentence) in OWN.items()}


def answer(
    code: str,
    detail: str,
    *,
    status: int | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    instance: str | None = None,
) -> Response:
    """A problem as it is sent. `instance` is a number of this very answer, which our own log knows where it was our fault."""
    found = status or status_of(code)
    body: dict[str, Any] = {
        "type": f"{BASE}/problems/{code}",
        "title": tr(TITLES[found]),
        "status": found,
        "detail": detail,
        "instance": instance or uuid4().urn,
        "code": code,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, found, dict(headers or {}), MEDIA)


def own(code: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem of the API's own."""
    extra = {"WWW-Authenticate": 'Bearer realm="chancery"'} if code == "token-needed" else {}
    extra |= {"Retry-After": "10"} if code == "database-unavailable" else {}
    return answer(code, tr(OWN[code][1]), headers=extra | dict(headers or {}))


def pointer(loc: Sequence[str | int]) -> dict[str, str]:
    """Where an error lies: a JSON pointer into the body, or the name of a parameter."""
    place, *rest = loc or ("body",)
    if place != "body":
        return {"parameter": str(rest[0]) if rest else str(place)}
    return {"pointer": "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)}


def unusable(where: Mapping[str, str], code: str) -> dict[str, str]:
    """That something cannot be used, and where it lies."""
    return {**where, "code": code, "message": tr(_UNUSABLE)}


def errors_of(found: Sequence[Any]) -> list[dict[str, str]]:
    """What a model refused, without what was sent: that could be a name."""
    listed = []
    for one in found:
        context = one.get("ctx") or {}
        expected = str(context.get("expected") or context.get("pattern") or "")
        sentence = tr(ERRORS.get(str(one["type"]), _UNUSABLE), expected=expected)
        listed.append(pointer(one["loc"]) | {"code": str(one["type"]), "message": sentence})
    return listed


async def _problem(_: Request, found: Exception) -> Response:
    assert isinstance(found, Problem)
    extra = {"WWW-Authenticate": 'Bearer realm="chancery"'} if found.status == 401 else {}
    sentence = tr(OWN[found.code][1])
    return answer(found.code, sentence, errors=found.errors, headers=extra | found.headers)


async def _refused(_: Request, found: Exception) -> Response:
    code, sentence = said(found)
    if code in ("case-not-yours", "no-such-case"):  # whoever guesses a code learns nothing from the answer
        code, sentence = "not-found", tr(OWN["not-found"][1])
    headers = {"Retry-After": "1"} if isinstance(found, Unknown) else {}
    return answer(code, sentence, headers=headers | getattr(found, "headers", {}))


async def _worded(_: Request, found: Exception) -> Response:
    assert isinstance(found, NoReport)
    return answer(found.code, tr(found.message))


async def _nowhere(_: Request, found: Exception) -> Response:
    assert isinstance(found, NoSuchPosition)
    return answer(found.code, tr("The log has positions 1 to {head}.", head=found.head))


async def _not_here(_: Request, found: Exception) -> Response:
    return own("not-found")


async def _away(_: Request, found: Exception) -> Response:
    return own("database-unavailable")


async def _http(_: Request, found: Exception) -> Response:
    assert isinstance(found, HTTPException)
    if isinstance(found.__cause__, TooLarge):
        return own("too-large")
    codes = {404: "not-found", 405: "no-such-operation", 400: "bad-json", 415: "not-json"}
    return own(codes.get(found.status_code, "fault"), found.headers)


async def _malformed(_: Request, found: Exception) -> Response:
    assert isinstance(found, RequestValidationError)
    wrong = found.errors()
    if any(one["type"] == "json_invalid" for one in wrong):
        return own("bad-json")
    if any(one["loc"][:1] == ("path",) for one in wrong):
        return own("not-found")
    return answer("invalid", tr(OWN["invalid"][1]), errors=errors_of(wrong))


async def _large(_: Request, found: Exception) -> Response:
    return own("too-large")


def fault(found: Exception) -> Response:
    """Our own fault: a number for the caller, and what it was under that number in our log."""
    instance = uuid4().urn
    _log.error("api_failed", reference=instance, error=type(found).__name__, exc_info=found)
    return answer("fault", tr(OWN["fault"][1]), instance=instance)


def install(app: FastAPI) -> None:
    """Give each fault its problem."""
    handlers: dict[Any, Any] = {
        Problem: _problem, NoReport: _worded, NoSuchPosition: _nowhere, NotHere: _not_here, HTTPException: _http,
        RequestValidationError: _malformed, TooLarge: _large,
    }  # fmt: skip
    handlers |= dict.fromkeys((Told, BadInput, VaultError, Unknown), _refused) | dict.fromkeys(AWAY, _away)
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
