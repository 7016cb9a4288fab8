"""What tests of signing in share: accounts with a password and a second factor, and the page that takes both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pyotp
import pytest
from argon2 import PasswordHasher

from chancery.credentials import Credentials
from chancery.kept import one
from chancery.web import passwords
from chancery.web.routes import signing
from tests.web.conftest import Web
from tests.web.test_thread import fields

PASSWORD = "canary heron 41 lantern"
OTHER = "canary otter 77 barrels"
ENTRANCE = "/sign-in"
REAL, CHEAP = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong try is called wrong at once, and hashes are cheap; the tests that are about these say so."""
    monkeypatch.setattr(signing, "FLOOR", 0.0)
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


async def invited(web: Web, officer: str) -> str:
    """The code of a new invitation."""
    code, _ = await Credentials(web.house.accounts).invite(officer, web.clock.now())
    return code


async def enrolled(web: Web, officer: str, password: str = PASSWORD) -> str:
    """An account with a password and a second factor, made without a page. Gives the second factor's secret."""
    code = await invited(web, officer)
    totp = pyotp.random_base32()
    kept = await passwords.hashed(password)
    assert await Credentials(web.house.accounts).enrol(code, kept, totp, 1, web.clock.now()) is not None
    return totp


def number(web: Web, totp: str, step: int = 0) -> str:
    """What the device shows now, or some steps away."""
    return pyotp.TOTP(totp).at(web.clock.now() + timedelta(seconds=30 * step))


def later(web: Web, by: timedelta) -> None:
    """Time goes by: the clock, and what a process remembers for two seconds."""
    web.clock.advance(by)
    web.house.lately._seen.clear()


async def sign_in(
    browser: httpx2.AsyncClient, web: Web, officer: str, password: str, totp: str, **more: str
) -> httpx2.Response:
    page = (await browser.get(ENTRANCE)).text
    typed = fields(page, ENTRANCE) | {"officer": officer, "password": password, "code": number(web, totp)}
    return await browser.post(ENTRANCE, data=typed | more)


async def account_of(web: Web, officer: str) -> dict[str, Any]:
    found = await one(
        web.house.here.pool,
        "SELECT * FROM web.account WHERE officer_mac = %s",
        [web.house.accounts.mac_of(officer)],
    )
    assert found is not None
    return found
