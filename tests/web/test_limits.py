"""How often one may ask: buckets in memory for everything, buckets in the database for tries to sign in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chancery.kept import rows
from chancery.web import limits
from chancery.web.limits import CROWD, SIGN_IN_BURST, SIGN_IN_EVERY, Buckets, Limiter
from tests.web.conftest import Web
from tests.web.ways_in import OTHER, PASSWORD, enrolled, no_waiting, sign_in

__all__ = ["no_waiting"]


class Hand:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    hand = Hand()
    buckets = Buckets(hand)
    assert [buckets.take(b"a", 3) for _ in range(3)] == [0, 0, 0]
    assert buckets.take(b"a", 3) == 20.0
    assert buckets.take(b"b", 3) == 0  # somebody else's
    hand.now = 19.0
    assert buckets.take(b"a", 3) > 0
    hand.now = 20.0
    assert buckets.take(b"a", 3) == 0
    hand.now = 10_000.0
    assert [buckets.take(b"a", 3) > 0 for _ in range(4)] == [
        False,
        False,
        False,
        True,
    ]  # never more than full


def test_the_memory_has_an_end() -> None:
    buckets = Buckets(Hand(), most=10)
    for number in range(1000):
        buckets.take(str(number).encode(), 5)
    assert len(buckets) == 10


def _limited(hand: Hand, per_minute: int) -> httpx2.AsyncClient:
    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    inner = Starlette(routes=[Route("/{rest:path}", hello, methods=["GET", "POST"])])
    inner.add_middleware(Limiter, per_minute=per_minute, buckets=Buckets(hand))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=inner), base_url="http://test")


async def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    hand = Hand()
    async with _limited(hand, 6) as client:
        assert [(await client.get("/inbox")).status_code for _ in range(7)] == [200] * 6 + [429]
        answer = await client.get("/inbox")
        assert answer.headers["retry-after"] == "10" and answer.text.startswith("too-often:")
        french = await client.get("/inbox", headers={"Accept-Language": "fr"})
        assert "secondes" in french.text
        api = await client.get("/api/v1/tasks")
        assert api.headers["content-type"] == "application/problem+json" and api.json()["status"] == 429
        assert (await client.get("/static/x/chancery.css")).status_code == 200
        hand.now = 10.0
        assert (await client.get("/inbox")).status_code == 200
        # Each session and each token has its own; made-up ones share what their address may ask in all.
        mine = {"Cookie": "chancery=one"}
        assert [(await client.get("/", headers=mine)).status_code for _ in range(7)] == [200] * 6 + [429]
        assert (await client.get("/", headers={"Authorization": "Bearer two"})).status_code == 200
        made_up = [
            (await client.get("/", headers={"Cookie": f"chancery=x{n}"})).status_code
            for n in range(6 * CROWD)
        ]
        assert 429 in made_up and made_up[0] == 200
    async with _limited(Hand(), 0) as free:
        assert {(await free.get("/")).status_code for _ in range(50)} == {200}


def test_an_address_is_a_network_where_one_customer_has_many() -> None:
    def of(host: str) -> str:
        return limits.network(Request({"type": "http", "client": (host, 1), "headers": []}))

    assert of("2001:db8:1:2:3:4:5:6") == of("2001:db8:1:2::9") != of("2001:db8:1:3::9")
    assert of("::ffff:192.0.2.1") == of("192.0.2.1") != of("192.0.2.2")
    assert of("unix") == "unix"


async def test_one_address_tries_to_sign_in_only_so_often(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    staffed.clock.advance(timedelta(minutes=5))
    async with staffed.nobody() as browser:
        for number in range(SIGN_IN_BURST):
            answer = await sign_in(browser, staffed, f"Q-guess-{number}", OTHER, totp)
            assert answer.status_code == 422
        stopped = await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)
        assert stopped.status_code == 429 and "[too-often]" in stopped.text
        wait = int(stopped.headers["retry-after"])
        assert wait == 2 * SIGN_IN_EVERY.total_seconds()  # whoever tries on while told to wait, waits longer
        staffed.clock.advance(timedelta(seconds=wait))
        assert (await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303


async def test_whoever_signs_in_rightly_uses_nothing_up(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    for _ in range(SIGN_IN_BURST + 2):
        staffed.clock.advance(timedelta(seconds=30))
        await rows(staffed.house.here.pool, "UPDATE web.bucket SET at = %s", [staffed.clock.now()])
        async with staffed.nobody() as browser:
            assert (await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303


async def test_tries_at_the_same_moment_are_counted_one_by_one(staffed: Web) -> None:
    asked = Request({"type": "http", "client": ("192.0.2.1", 1), "headers": []})
    now = staffed.clock.now()
    waits = await asyncio.gather(
        *(limits.may_try(staffed.house, asked, now) for _ in range(SIGN_IN_BURST * 2))
    )
    assert sum(1 for wait in waits if wait == 0) == SIGN_IN_BURST
    other = Request({"type": "http", "client": ("192.0.2.2", 1), "headers": []})
    assert await limits.may_try(staffed.house, other, now) == 0
