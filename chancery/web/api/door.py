"""Who may come in: whoever brings a token that works. A cookie opens nothing here, and what is not public does not even exist
without one.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chancery import i18n
from chancery.accounts import Account
from chancery.i18n import LANGUAGES, Language
from chancery.kept import Row
from chancery.web import tokens
from chancery.web.api.problems import fault, own
from chancery.web.faults import AWAY
from chancery.web.house import House
from chancery.web.sessions import Session
from chancery.web.speaking import speak
from chancery.web.visitor import Visitor

PUBLIC: Final = frozenset({"", "/", "/openapi.json"})
_PROBLEMS: Final = "/problems"

bearer: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of kind `api`, made under Account, Tokens."
)
"""Only describes: the door below has looked at the token before any operation is found."""


class Door:
    """ASGI middleware of the API: sets the language, and lets in whoever has a token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in; the rest is told that a token is needed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        at = house(request)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in PUBLIC or path == _PROBLEMS or path.startswith(f"{_PROBLEMS}/"):
            speak(request)  # pages for people, in the language that they chose
        else:
            i18n.use(_language(request, at, {}))
            try:
                who = await visitor_of_token(request, at)
            except AWAY:
                await own("database-unavailable")(scope, receive, send)
                return
            if who is None:
                await own("token-needed")(scope, receive, send)
                return
            request.state.visitor = who
            i18n.use(_language(request, at, who.account.preferences))
        await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a fault of ours ends here, as a problem with a number, and is logged once."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as problem:
            if begun:
                raise
            await fault(problem)(scope, receive, send)


async def visitor_of_token(request: Request, at: House) -> Visitor | None:
    """Whoever the request's token stands for, acting in the token's posting; None if no token works."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    found = await tokens.standing(at, "api", secret.strip())
    if found is None:
        return None
    return await visitor_in(at, found.account, found.row["posting"], found.running)


async def visitor_in(at: House, account: Account, posting: str, running: Sequence[Row]) -> Visitor:
    """An account acting in one of the postings that it is in today; the operator's is in none."""
    chosen = next((r for r in running if r["posting"] == posting), None)
    mission = await at.here.desk.mission(chosen["mission"]) if chosen is not None else None
    role = mission.role_of(posting) if mission is not None else None
    return Visitor(account, Session(b"", account.id, posting, ""), chosen, tuple(running), mission, role)


def house(request: Request) -> House:
    """The house that answers."""
    found = request.app.state.house
    assert isinstance(found, House)
    return found


def caller(request: Request) -> Visitor:
    """Whoever asks: the door has let them in."""
    found = request.state.visitor
    assert isinstance(found, Visitor)
    return found


def _language(request: Request, at: House, preferences: dict[str, object]) -> Language:
    """What the request asks for, else what the account chose, else the house's. No cookie counts."""
    wanted = [
        part.split(";")[0].strip()[:2].lower()
        for part in request.headers.get("accept-language", "").split(",")
    ]
    for given in (*wanted, preferences.get("language")):
        for code in LANGUAGES:
            if given == code:
                return code
    return at.here.settings.language


Who = Annotated[Visitor, Depends(caller)]
At = Annotated[House, Depends(house)]
