"""Sign-in through a provider: a real one on loopback, honest and lying. Whoever it lies about stays outside."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from joserfc.jwk import RSAKey

from chancery.kept import one, rows
from chancery.settings import Settings
from chancery.web import oidc, sessions
from tests.web.conftest import Web
from tests.web.provider import CLIENT, SECRET, Provider, providing

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with providing(Settings()) as running:
        yield running


@pytest.fixture
async def web_settings(database: Database, tmp_path: Path, provider: Provider) -> Settings:
    return Settings(
        database_url=database.app_url,  # type: ignore[arg-type]
        temporal_address="127.0.0.1:1",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
        web_port=0,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,  # type: ignore[arg-type]
    )


@pytest.fixture
def home(staffed: Web, provider: Provider) -> Web:
    provider.back = staffed.address + oidc.BACK
    return staffed


async def go(browser: httpx2.AsyncClient, back: str = "/") -> str:
    """To the provider and through it; the address that it sends the browser back to."""
    away = await browser.get("/sign-in/oidc", params={"back": back})
    assert away.status_code == 302, away.text
    through = await browser.get(away.headers["location"])
    assert through.status_code == 302, through.text
    return str(through.headers["location"])


async def refused(web: Web, code: str, status: int = 403) -> httpx2.Response:
    """A sign-in that must fail: the page says the one sentence with its code, and nobody is signed in."""
    async with web.nobody() as browser:
        answer = await browser.get(await go(browser))
        assert answer.status_code == status and f"[{code}]" in answer.text, answer.text
        assert (await browser.get("/inbox")).headers["location"].startswith("/sign-in")
        return answer


async def test_an_officer_comes_in_through_the_provider(home: Web, provider: Provider) -> None:
    async with home.nobody() as browser:
        page = await browser.get("/sign-in?back=/account")
        assert "/sign-in/oidc?back=/account" in page.text
        before = browser.cookies.get("chancery")
        arrived = await browser.get(await go(browser, "/account"))
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/account")
        assert browser.cookies.get("chancery") not in (None, before)  # no session outlives the sign-in
        shown = await browser.get("/account")
        assert "Q-p-fp" in shown.text and "Change the password" not in shown.text
    asked = provider.seen[0]
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["scope"] == "openid" and asked["nonce"] and asked["state"]
    # The next time the same subject is the same account.
    async with home.nobody() as again:
        assert (await again.get(await go(again))).status_code == 303
    found = await rows(home.house.here.pool, "SELECT subject_mac FROM web.account")
    assert len(found) == 1 and found[0]["subject_mac"] is not None


async def test_a_claim_that_only_userinfo_holds_is_read_there(home: Web, provider: Provider) -> None:
    provider.user = {"sub": "s-1"}
    provider.only_at_userinfo = {"employee_id": "Q-p-fp"}
    async with home.nobody() as browser:
        assert (await browser.get(await go(browser))).status_code == 303
    provider.only_at_userinfo = {"employee_id": "Q-p-hom", "sub": "somebody-else"}
    await refused(home, "oidc-nobody")


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "n" * 20},
    "no nonce": {"nonce": None},
    "another audience": {"aud": ["another-application"]},
    "another audience, although we are authorised": {"aud": ["another-application"], "azp": CLIENT},
    "several audiences, not made for us": {"aud": [CLIENT, "another"], "azp": "another"},
    "another issuer": {"iss": "https://elsewhere.example.org"},
    "ran out": {"exp": int(time.time()) - 3600},
    "not yet": {"nbf": int(time.time()) + 3600},
    "made for another token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


async def test_a_token_that_lies_opens_nothing(home: Web, provider: Provider) -> None:
    for lie, claims in LIES.items():
        provider.lies = claims
        answer = await refused(home, "oidc-refused")
        assert "could not be trusted" in answer.text, lie
    provider.lies = {}
    provider.signs_with = RSAKey.generate_key(2048)
    await refused(home, "oidc-refused")
    provider.signs_with = None
    async with home.nobody() as browser:  # the control: the same provider, honest
        assert (await browser.get(await go(browser))).status_code == 303


async def test_an_unsigned_token_is_refused_although_the_provider_offers_it(
    home: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from authlib.oidc.core import OpenIDCode

    def unsigned(self: Any, token: Any, request: Any) -> str:
        import json
        from base64 import urlsafe_b64encode

        claims = {
            "iss": provider.issuer, "aud": CLIENT, "sub": "s-1", "iat": int(time.time()), "exp": int(time.time()) + 60,
            "nonce": request.authorization_code.nonce, "employee_id": "Q-p-fp",
        }  # fmt: skip
        parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
        return ".".join([urlsafe_b64encode(p).decode().rstrip("=") for p in parts] + [""])

    monkeypatch.setattr(OpenIDCode, "encode_id_token", unsigned)
    await refused(home, "oidc-refused")


async def test_an_answer_counts_once_and_in_its_own_session_only(home: Web, provider: Provider) -> None:
    async with home.nobody() as browser, home.nobody() as other:
        answer = await go(browser)
        assert (await other.get(answer)).status_code == 403  # no session
        await go(other)
        assert (await other.get(answer)).status_code == 403  # a session, but another state
        kept = browser.cookies.get("chancery")
        assert (await browser.get(answer)).status_code == 303  # the control
        browser.cookies.set("chancery", str(kept), domain="localhost.local")
        again = await browser.get(answer)
        assert again.status_code == 403 and "[oidc-refused]" in again.text
    async with home.nobody() as third:
        answer = await go(third)
        wrong = await third.get(answer.replace("state=", "state=x"))
        assert wrong.status_code == 403
        assert (await third.get(answer)).status_code == 403  # a wrong answer uses the departure up
        answer = await go(third)
        assert (await third.get(f"{answer}&iss=https://elsewhere.example.org")).status_code == 403
        answer = await go(third)
        assert (await third.get(f"{answer}&iss={provider.issuer}")).status_code == 303


async def test_a_person_without_a_post_here_and_the_operators_code_are_refused(
    home: Web, provider: Provider
) -> None:
    for claim in ("Q-nobody", "operator", "", None, 7, ["Q-p-fp"]):
        provider.user = {"sub": "s-2", "employee_id": claim}
        await refused(home, "oidc-nobody")
    assert await home.house.accounts.all() == []


async def test_a_subject_and_an_officer_belong_together_for_ever(home: Web, provider: Provider) -> None:
    async with home.nobody() as browser:
        assert (await browser.get(await go(browser))).status_code == 303
    provider.user = {"sub": "s-1", "employee_id": "Q-p-hom"}  # the same person claims another's code
    await refused(home, "oidc-other")
    provider.user = {"sub": "s-9", "employee_id": "Q-p-fp"}  # another person claims this code
    await refused(home, "oidc-other")
    provider.user = {"sub": "s-1", "employee_id": "Q-p-fp"}
    account = await home.house.accounts.of("Q-p-fp")
    assert account is not None
    await home.house.accounts.end(account.id, home.clock.now())
    await refused(home, "oidc-other")  # an account that ended does not begin again by itself
    ended = await one(home.house.here.pool, "SELECT ended_at FROM web.account WHERE id = %s", [account.id])
    assert ended is not None and ended["ended_at"] is not None


async def test_what_waits_for_the_provider_is_sealed(home: Web, provider: Provider) -> None:
    async with home.nobody() as browser:
        away = await browser.get("/sign-in/oidc?back=/account")
        asked = dict(httpx2.URL(away.headers["location"]).params)
        text = str(await rows(home.house.here.pool, "SELECT * FROM web.session"))
        assert asked["nonce"] not in text and asked["state"] not in text and "code_verifier" not in text
        assert "oidc" in text  # the control: something is kept
        assert sessions.LONGEST > sessions.IDLE


async def test_a_provider_that_is_away_or_another_is_one_sentence(
    home: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = provider.issuer
    provider.issuer = "https://elsewhere.example.org"
    async with home.nobody() as browser:
        answer = await browser.get("/sign-in/oidc")
        assert (answer.status_code, "[oidc-refused]" in answer.text) == (403, True)
        provider.issuer = true

        async def away(self: Any, *args: Any, **kwargs: Any) -> Any:
            raise httpx2.ConnectError("nobody listens")

        with monkeypatch.context() as broken:
            broken.setattr("authlib.integrations.httpx_client.AsyncOAuth2Client.request", away)
            answer = await browser.get("/sign-in/oidc")
            assert (answer.status_code, "[oidc-away]" in answer.text) == (503, True)
        assert (await browser.get(await go(browser))).status_code == 303


async def test_with_a_provider_only_the_operator_has_a_password(home: Web) -> None:
    from tests.web.ways_in import PASSWORD, enrolled, later, sign_in

    async with home.nobody() as browser:
        for officer, expected in (("Q-p-fp", 422), ("operator", 303)):
            totp = await enrolled(home, officer)
            later(home, timedelta(seconds=60))
            answer = await sign_in(browser, home, officer, PASSWORD, totp)
            assert answer.status_code == expected, officer
