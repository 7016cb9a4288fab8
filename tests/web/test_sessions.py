"""Sessions: a new one at each sign-in, ended by time and from elsewhere; the cookie; where `back` leads."""

from __future__ import annotations

import re
from datetime import timedelta

from chancery.kept import rows
from chancery.web import sessions
from tests.web.conftest import Web
from tests.web.test_thread import fields
from tests.web.ways_in import (
    ENTRANCE,
    PASSWORD,
    enrolled,
    later,
    no_waiting,
    sign_in,
)

__all__ = ["no_waiting"]


async def test_signing_in_takes_a_new_session_and_signing_out_everywhere_ends_all(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    later(staffed, timedelta(minutes=5))
    async with staffed.nobody() as browser:
        await browser.get(ENTRANCE)
        planted = browser.cookies.get("chancery")
        assert (await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303
        mine = browser.cookies.get("chancery")
        assert (
            len(await rows(staffed.house.here.pool, "SELECT id FROM web.session")) == 1
        )  # and the old one is gone
        assert planted and mine and mine != planted
        async with staffed.nobody() as thief:
            thief.cookies.set("chancery", planted)
            assert (await thief.get("/inbox")).status_code == 303
            thief.cookies.set("chancery", mine)
            assert (
                await thief.get("/inbox")
            ).status_code == 200  # the control: the new number is the session
        other = await staffed.as_("Q-p-fp")
        someone = await staffed.as_("Q-p-dep")
        page = (await browser.get("/account")).text
        answer = await browser.post("/account/sessions/end", data=fields(page, "/account/sessions/end"))
        assert answer.status_code == 303
        assert [(await b.get("/account")).status_code for b in (browser, other, someone)] == [200, 303, 200]
        third = await staffed.as_("Q-p-fp")
        form = page.split('name="everywhere"')[0].rsplit("<form", 1)[1]
        token = re.findall(r'name="csrf" value="([^"]+)"', form)[0]
        await browser.post("/sign-out", data={"csrf": token, "everywhere": "yes"})
        assert [(await b.get("/account")).status_code for b in (browser, third, someone)] == [303, 303, 200]


async def test_a_session_ends_when_it_is_not_used_and_in_any_case(staffed: Web) -> None:
    idle = await staffed.as_("Q-p-fp")
    later(staffed, sessions.IDLE - timedelta(seconds=1))
    assert (await idle.get("/inbox")).status_code == 200
    later(staffed, sessions.IDLE)
    assert (await idle.get("/inbox")).status_code == 303
    used = await staffed.as_("Q-p-fp")
    for _ in range(11):
        later(staffed, timedelta(hours=1))
        assert (await used.get("/inbox")).status_code == 200
    later(staffed, timedelta(hours=1))
    assert (await used.get("/inbox")).status_code == 303


async def test_the_cookie_is_kept_from_scripts_and_from_other_hosts(staffed: Web) -> None:
    async with staffed.nobody() as browser:
        plain = (await browser.get(ENTRANCE)).headers["set-cookie"]
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in plain.split(";")}
        assert "Secure" not in plain
    staffed.house.origin = "https://chancery.example.org"
    async with staffed.nobody() as browser:
        safe = (await browser.get(ENTRANCE)).headers["set-cookie"]
    assert safe.startswith("__Host-chancery=") and "Secure" in safe and "domain" not in safe.lower()


async def test_back_leads_to_our_own_pages_only(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    for back, expected in (
        ("/tasks/o-1?x=1", "/tasks/o-1?x=1"), ("https://example.org/", "/"), ("//example.org/", "/"),
        ("javascript:alert(1)", "/"), ("/\\example.org", "/"),
    ):  # fmt: skip
        later(staffed, timedelta(minutes=5))
        async with staffed.nobody() as browser:
            answer = await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp, back=back)
            assert answer.headers["location"] == expected


async def test_no_demonstration_no_demo_sign_in(staffed: Web) -> None:
    async with staffed.nobody() as browser:
        page = (await browser.get(ENTRANCE)).text
        typed = fields(page, ENTRANCE) | {"officer": "Q-p-fp"}
        assert (await browser.post("/sign-in/demo", data=typed)).status_code == 404
        assert "/sign-in/demo" not in page and "/sign-in/oidc" not in page
        assert (await browser.get("/sign-in/oidc")).status_code == 404
        staffed.house.demo = True  # the control
        page = (await browser.get(ENTRANCE)).text
        typed = fields(page, "/sign-in/demo")
        assert (await browser.post("/sign-in/demo", data=typed | {"officer": "Q-nobody"})).status_code == 404
        entered = await browser.post("/sign-in/demo", data=typed | {"officer": "Q-p-fp"})
        assert entered.status_code == 303 and (await browser.get("/inbox")).status_code == 200
