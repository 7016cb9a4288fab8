"""Sign-in through an OpenID Connect provider: the code flow with state, nonce and PKCE, by Authlib's client.

What the flow keeps between its two halves lies sealed in the session on the server, and is taken out before it is used:
an answer that comes a second time finds nothing.
"""

import json
from base64 import b64decode, b64encode
from hmac import compare_digest
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2
import structlog
from authlib.integrations.starlette_client import OAuth, OAuthError  # type: ignore[import-untyped]
from fastapi import Request, Response
from joserfc.errors import JoseError

from chancery.accounts import OPERATOR, Account
from chancery.i18n import tr
from chancery.kept import one
from chancery.sealing import VaultError
from chancery.web import sessions
from chancery.web.house import House
from chancery.web.sessions import Session

BACK: Final = "/sign-in/oidc/back"
PATIENCE: Final = 10.0
"""Seconds that the provider has for each answer."""
LEEWAY: Final = 60
"""Seconds by which the provider's clock may be off."""
SIGNED: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures that we take: with a private key of the provider's. Never none, never a secret that both know."""
FAILS: Final = (
    OAuthError,
    JoseError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
)
"""What Authlib, its parts and a provider's nonsense raise. Whatever it is, nobody is signed in."""
_KEPT: Final = "oidc"
_log = structlog.get_logger(__name__)


class NotSignedIn(Exception):
    """The provider's answer leads to nobody: a stable code; the sentence says what to do."""

    def __init__(self, code: str, status: int = 403) -> None:
        super().__init__(code)
        self.code, self.status = code, status

    def sentence(self) -> str:
        """What to say, in the language that is spoken. Never what the provider sent."""
        if self.code == "oidc-away":
            return tr(
                "The sign-in service of your organisation does not answer. Try again; if it stays so, tell its help desk."
            )
        if self.code == "oidc-nobody":
            return tr(
                "You are known to your organisation, but no post here is yours. Ask your focal point whether the staff table holds your code."
            )
        if self.code == "oidc-other":
            return tr(
                "This sign-in and the officer's account do not belong together, or the account has ended. Ask whoever runs the installation."
            )
        return tr("The sign-in was not completed, or its answer could not be trusted. Start again from here.")


async def depart(request: Request, at: House, session: Session, back: str) -> Response:
    """To the provider. Raises NotSignedIn if it does not answer."""
    client = _client(request, at)
    request.scope["session"] = held = {"back": back}
    try:
        await _metadata(client, at)
        answer: Response = await client.authorize_redirect(request, f"{at.origin}{BACK}")
    except FAILS as problem:
        raise _said(problem) from problem
    place = _place(session)
    nonce, ciphertext = at.box.seal(place, _KEPT, json.dumps(held).encode())
    session.data[_KEPT] = [b64encode(nonce).decode(), b64encode(ciphertext).decode()]
    await sessions.keep(at, session)
    return answer


async def arrive(request: Request, at: House, session: Session | None) -> tuple[Account, str]:
    """Who came back from the provider, and whither they wanted. Raises NotSignedIn."""
    held = await _taken(at, session)
    request.scope["session"] = held
    client = _client(request, at)
    try:
        issuer = await _metadata(client, at)
        if request.query_params.get("iss", issuer) != issuer:  # RFC 9207
            raise ValueError("another provider's answer")
        token = await client.authorize_access_token(
            request,
            leeway=LEEWAY,
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": _ours(at)[1]},
                "sub": {"essential": True},
                "nonce": {"essential": True},
            },
        )
        claims = dict(token["userinfo"])
        officer = claims.get(at.here.settings.oidc_claim)
        if officer is None and "userinfo_endpoint" in client.server_metadata:
            more = await client.userinfo(token=token)
            # Only what is said of the same subject counts (OpenID Connect Core, 5.3.2).
            if compare_digest(str(more.get("sub")).encode(), str(claims["sub"]).encode()):
                officer = more.get(at.here.settings.oidc_claim)
    except FAILS as problem:
        raise _said(problem) from problem
    account = await _officer(at, issuer, str(claims["sub"]), officer)
    return account, str(held.get("back", "/"))


async def _officer(at: House, issuer: str, subject: str, officer: object) -> Account:
    known = (
        isinstance(officer, str)
        and officer != OPERATOR
        and await at.here.directory.postings_of(at.here.pool, officer)
    )
    if not isinstance(officer, str) or not known:
        raise NotSignedIn("oidc-nobody")
    account = await at.accounts.bind(officer, issuer, subject)
    if account is None:
        raise NotSignedIn("oidc-other")
    return account


async def _taken(at: House, session: Session | None) -> dict[str, Any]:
    """What was kept at departure, taken out for good: of two answers at the same moment one finds it."""
    kept = session.data.get(_KEPT) if session is not None else None
    if session is None or kept is None:
        raise NotSignedIn("oidc-refused")
    mine = await one(
        at.here.pool,
        "UPDATE web.session SET data = data - 'oidc' WHERE id = %s AND data->'oidc' = %s::jsonb RETURNING id",
        [session.id, json.dumps(kept)],
    )
    if mine is None:
        raise NotSignedIn("oidc-refused")
    del session.data[_KEPT]
    nonce, ciphertext = (b64decode(part) for part in kept)
    try:
        held: dict[str, Any] = json.loads(at.box.open(_place(session), _KEPT, nonce, ciphertext))
    except VaultError as problem:
        raise NotSignedIn("oidc-refused") from problem
    return held


async def _metadata(client: Any, at: House) -> str:
    """Read what the provider says of itself, and give its name. Raises ValueError if it is not the one that was chosen."""
    found = await client.load_server_metadata()
    issuer = found.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != _ours(at)[0]:
        client.server_metadata.clear()
        raise ValueError("another issuer")
    offered = [a for a in found.get("id_token_signing_alg_values_supported") or () if a in SIGNED]
    found["id_token_signing_alg_values_supported"] = offered or ["RS256"]
    if client.client_secret is not None:
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        chosen = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        client.client_kwargs["token_endpoint_auth_method"] = chosen
    return issuer


def _client(request: Request, at: House) -> Any:
    """Authlib's client, made once: it remembers what the provider says of itself, and its keys."""
    known = getattr(request.app.state, "oidc", None)
    if known is None:
        issuer, client_id = _ours(at)
        secret = at.here.settings.oidc_client_secret
        registry = OAuth()
        known = registry.register(
            _KEPT,
            client_id=client_id,
            client_secret=secret.get_secret_value() if secret is not None else None,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": PATIENCE},
        )
        request.app.state.oidc = known
    return known


def _ours(at: House) -> tuple[str, str]:
    settings = at.here.settings
    assert settings.oidc_issuer is not None
    assert settings.oidc_client_id is not None
    return settings.oidc_issuer, settings.oidc_client_id


def _place(session: Session) -> UUID:
    return uuid5(NAMESPACE_URL, f"chancery:session:{session.id.hex()}")


def _said(problem: Exception) -> NotSignedIn:
    away = isinstance(problem, httpx2.HTTPError) and not isinstance(problem, httpx2.HTTPStatusError)
    found = NotSignedIn("oidc-away", 503) if away else NotSignedIn("oidc-refused")
    _log.warning("sign-in through the provider failed", code=found.code, exc_info=problem)
    return found
