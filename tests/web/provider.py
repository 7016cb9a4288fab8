"""An OpenID Connect provider on loopback, made of Authlib's own server parts; each test says whom it names and how it lies."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode, UserInfo
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chancery.settings import Settings
from chancery.web.serve import serve_app

CLIENT = "chancery"
SECRET = "the client secret of the tests"
KID = "k1"


@dataclass
class Client(ClientMixin):
    """Chancery, as the provider knows it: a confidential client with one address to come back to."""

    back: str

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """What the provider remembers of one grant."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    user: Mapping[str, Any]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Provider:
    """The running provider. `user`: whom it names, as claims of the ID token; `lies`: claims that it puts over the true ones."""

    issuer: str = ""
    back: str = ""
    user: dict[str, Any] = field(default_factory=lambda: {"sub": "s-1", "employee_id": "Q-p-fp"})
    lies: dict[str, Any] = field(default_factory=dict)
    only_at_userinfo: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": KID}))
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)

    def app(self, origin: str) -> Starlette:
        """The provider at an address."""
        self.issuer = origin
        server = _server(self)

        async def metadata(request: Request) -> Response:
            return JSONResponse(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{origin}/authorize",
                    "token_endpoint": f"{origin}/token",
                    "userinfo_endpoint": f"{origin}/userinfo",
                    "jwks_uri": f"{origin}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )

        async def keys(request: Request) -> Response:
            return JSONResponse({"keys": [self.key.as_dict(private=False) | {"use": "sig"}]})

        async def authorize(request: Request) -> Response:
            self.seen.append(dict(request.query_params))
            asked = _read(request, dict(request.query_params))
            grant = server.get_consent_grant(asked, end_user=self.user)
            answer: Response = server.create_authorization_response(asked, grant_user=self.user, grant=grant)
            return answer

        async def token(request: Request) -> Response:
            async with request.form() as form:
                asked = _read(request, {k: str(v) for k, v in form.items()})
            answer: Response = server.create_token_response(asked)
            return answer

        async def userinfo(request: Request) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if given not in self.tokens:
                return JSONResponse({"error": "invalid_token"}, 401)
            return JSONResponse({"sub": self.user["sub"], **self.only_at_userinfo})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", metadata),
                Route("/keys", keys),
                Route("/authorize", authorize),
                Route("/token", token, methods=["POST"]),
                Route("/userinfo", userinfo),
            ]
        )


class Asked(OAuth2Request):
    """A request as Authlib reads it: what came in the address or in the body, whichever it was."""

    @property
    def args(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.payload.data
        return found

    form = args


def _read(request: Request, payload: dict[str, str]) -> Asked:
    made = Asked(request.method, str(request.url), headers=dict(request.headers))
    # Authlib looks for the header by the name that Flask and Django give it.
    made.headers["Authorization"] = request.headers.get("authorization", "")
    made.payload = BasicOAuth2Payload(payload)
    return made


class Server(AuthorizationServer):
    """Authlib's server, over what the provider remembers."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(scopes_supported=["openid"])
        self.provider = provider

    def query_client(self, client_id: str) -> Client | None:
        return Client(self.provider.back) if client_id == CLIENT else None

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        self.provider.tokens[token["access_token"]] = token

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        text = json.dumps(body) if isinstance(body, dict) else body
        return Response(text, status, dict(headers))


class Grant(AuthorizationCodeGrant):
    """The code flow; the client proves itself by its secret in the header."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.server.provider.codes[code] = Code(
            code, data["redirect_uri"], request.scope, data.get("nonce"), data.get("code_challenge"),
            data.get("code_challenge_method"), dict(request.user),
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.provider.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> Mapping[str, Any]:
        return authorization_code.user


class OpenID(OpenIDCode):
    """The ID token, with whatever the test has the provider lie."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in self.provider.codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.provider.signs_with or self.provider.key

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.provider.issuer, "aud": [CLIENT], "exp": int(time.time()) + 300}

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": "RS256", "kid": KID}

    def generate_user_info(self, user: Mapping[str, Any], scope: str) -> UserInfo:
        return UserInfo({**user, **self.provider.lies})


def _server(provider: Provider) -> Server:
    server = Server(provider)
    server.register_token_generator("default", BearerTokenGenerator(lambda **_: f"t-{time.time_ns()}"))
    server.register_grant(Grant, [OpenID(provider), CodeChallenge(required=True)])
    return server


@asynccontextmanager
async def providing(settings: Settings) -> AsyncIterator[Provider]:
    """A provider that runs on a free port of this machine."""
    made = Provider()
    async with serve_app(settings.model_copy(update={"web_port": 0, "web_url": None}), made.app):
        yield made
