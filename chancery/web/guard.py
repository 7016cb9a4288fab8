"""What stands before every page: who may send a form, what a browser may load, how large a request may be."""

from typing import Final
from urllib.parse import urlsplit

from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 26 * 1024 * 1024
"""So large may a request be: evidence is the largest thing that comes."""
API: Final = "/api/"
"""Below this only tokens count, and what is refused is said as a problem."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware. `origin`: the address that people type; a changing request from anywhere else is refused."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin
        self._secure = origin.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, and give every answer its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                if self._secure:
                    out.setdefault("Strict-Transport-Security", "max-age=63072000")
                if not scope["path"].startswith("/static/"):
                    out.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refused(scope, *refusal)(scope, receive, with_headers)
            return
        await self._app(scope, _limited(receive), with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        odd = "\x00" in scope["path"] or b"%00" in scope.get("query_string", b"")
        if odd and not scope["path"].startswith(API):
            return (
                404,
                "no-such-page: there is nothing here.",
            )  # no text of ours holds it, and PostgreSQL takes none
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return 413, "too-large: a request holds at most 25 MB."
        if scope["method"] in SAFE or scope["path"].startswith(API):
            return None  # there no cookie counts; a browser may add an Authorization of its own to any page
        given = headers.get("origin")
        if given is None or given == "null":
            given = _origin_of(headers.get("referer", ""))
        if given is not None and given != self._origin:
            return 403, "foreign-origin: this request came from another site and was refused."
        if given is None and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "foreign-origin: this request came from another site and was refused."
        return None


def _refused(scope: Scope, status: int, sentence: str) -> Response:
    if scope["path"].startswith(API):
        from chancery.web.api.problems import own

        return own("too-large")
    return PlainTextResponse(sentence, status_code=status)


def _origin_of(address: str) -> str | None:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None


class TooLarge(Exception):
    """A request without a length turned out to be too large."""


def _limited(receive: Receive) -> Receive:
    """A request that states no length is counted as it comes."""
    had = 0

    async def counted() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        if had > MOST_BYTES:
            raise TooLarge
        return message

    return counted
