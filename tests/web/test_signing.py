"""Signing in where there is no provider: an invitation, a password, a second factor; sessions; and what the rows hold."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import psycopg
import pyotp
import pytest
from argon2 import PasswordHasher
from axe_playwright_python.async_playwright import Axe
from psycopg.rows import dict_row

from chancery import logs
from chancery.accounts import OPERATOR
from chancery.credentials import FREE_TRIES, INVITED_FOR, Credentials
from chancery.settings import Settings
from chancery.web import passwords, second_factor
from chancery.web.faults import FormFault
from chancery.web.routes import signing
from tests.conftest import Database
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.test_thread import fields
from tests.web.ways_in import (
    ENTRANCE,
    OTHER,
    PASSWORD,
    REAL,
    account_of,
    enrolled,
    invited,
    later,
    no_waiting,
    number,
    sign_in,
)

__all__ = ["no_waiting"]


async def test_an_invitation_becomes_a_way_in_once(staffed: Web) -> None:
    code = await invited(staffed, "Q-p-fp")
    address = f"/enrol/{code}"
    async with staffed.nobody() as browser:
        page = (await browser.get(address)).text
        assert '<svg class="qr"' in page and "style=" not in page.split("<main")[1]
        shown = re.search(r'class="mono secret"[^>]*>([A-Z2-7 ]+)<', page)
        assert shown is not None
        totp = shown[1].replace(" ", "")
        good = fields(page, address) | {
            "password": PASSWORD,
            "again": PASSWORD,
            "code": number(staffed, totp),
        }
        for wrong, said in (
            ({"password": "short"}, "At least 12 characters"),
            ({"password": "password1234", "again": "password1234"}, "Among the first that would be guessed"),
            ({"again": OTHER}, "The two are not the same"),
            ({"code": "000000"}, "This number is not right"),
            ({"code": number(staffed, totp, -3)}, "This number is not right"),
        ):
            answer = await browser.post(address, data=good | wrong)
            assert answer.status_code == 422 and said in answer.text, wrong
            assert PASSWORD not in answer.text and totp in answer.text.replace(" ", "")
        entered = await browser.post(address, data=good)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert (await browser.get("/inbox")).status_code == 200
        again = await browser.post(address, data=good)
        assert again.status_code in (403, 404)
    async with staffed.nobody() as late:
        gone = await late.get(address)
        assert gone.status_code == 404 and "was used already" in gone.text
        # The number that enrolled is taken; the next one is not.
        assert (await sign_in(late, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 422
        later(staffed, timedelta(seconds=30))
        assert (await sign_in(late, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303


async def test_an_invitation_runs_out_is_replaced_and_ends_the_sessions_that_were(staffed: Web) -> None:
    first = await invited(staffed, "Q-p-fp")
    second = await invited(staffed, "Q-p-fp")
    credentials = Credentials(staffed.house.accounts)
    assert await credentials.invited(first, staffed.clock.now()) is None
    assert (
        await credentials.invited(second, staffed.clock.now() + INVITED_FOR - timedelta(seconds=1))
        is not None
    )
    assert await credentials.invited(second, staffed.clock.now() + INVITED_FOR) is None
    signed = await staffed.as_("Q-p-fp")
    assert (await signed.get("/inbox")).status_code == 200
    await enrolled(staffed, "Q-p-fp")
    later(staffed, timedelta(seconds=3))
    assert (await signed.get("/inbox")).status_code == 303
    async with staffed.nobody() as browser:
        for code in ("x", "x" * 400, "%00", "..%2F..%2Fetc"):
            assert (await browser.get(f"/enrol/{code}")).status_code == 404


def test_what_a_password_must_be() -> None:
    for bad in (
        "short", "x" * 12, "123456789012", "abcdefghijklm", "passwordpass", "qwertyuiop12"[:12], "Password1234",
        "ababababababab", "Q-p-fp-Q-p-fp", "motdepasse01", "x" * 201, "9876543210987",
    ):  # fmt: skip
        with pytest.raises(FormFault):
            passwords.check("password", bad, "Q-p-fp")
    for good in (PASSWORD, OTHER, "correct horse battery", "тихая река за домом", "password and much more"):
        passwords.check("password", good, "Q-p-fp")


async def test_a_password_is_the_same_on_two_keyboards_and_never_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_hasher", REAL)
    kept = await passwords.hashed("caf\u00e9 au bord de l'eau")
    assert kept.startswith("$argon2id$")
    assert await passwords.verify(kept, "cafe\u0301 au bord de l'eau")
    assert not await passwords.verify(kept, "cafe au bord de l'eau")
    assert not await passwords.verify(None, "nobody's")  # what stands in for a missing hash opens nothing
    assert not await passwords.verify("no hash at all", PASSWORD)
    assert not await passwords.verify(kept, "\ud800")


async def test_a_hash_made_with_less_work_is_made_anew_at_sign_in(
    staffed: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    before = (await account_of(staffed, "Q-p-fp"))["password"]
    later(staffed, timedelta(minutes=5))
    monkeypatch.setattr(passwords, "_hasher", REAL)
    async with staffed.nobody() as browser:
        assert (await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303
    after = (await account_of(staffed, "Q-p-fp"))["password"]
    assert before != after and f"m={PasswordHasher().memory_cost}," in after
    assert await passwords.verify(after, PASSWORD)


async def test_every_way_of_failing_says_the_same_after_the_same_work(
    staffed: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    await invited(staffed, "Q-p-dep")  # an account that cannot be entered yet
    later(staffed, timedelta(minutes=5))
    worked: list[str] = []
    real = passwords._verify

    def counted(kept: str, typed: bytes) -> bool:
        worked.append(kept[:9])
        return real(kept, typed)

    monkeypatch.setattr(passwords, "_verify", counted)
    said = set()
    took: list[float] = []
    monkeypatch.setattr(signing, "FLOOR", 0.2)
    tries = (
        ("Q-p-fp", OTHER, totp), ("Q-p-fp", PASSWORD, pyotp.random_base32()), ("Q-nobody", PASSWORD, totp),
        ("Q-p-dep", PASSWORD, totp), (OPERATOR, PASSWORD, totp), ("x" * 500, "y" * 5000, totp), ("\x00", PASSWORD, totp),
    )  # fmt: skip
    async with staffed.nobody() as browser:
        for officer, password, device in tries:
            answer = await sign_in(browser, staffed, officer, password, device)
            took.append(answer.elapsed.total_seconds())
            assert answer.status_code == 422 and password not in answer.text
            said.add(unescape(answer.text.split('id="problem"')[1].split("</div>")[0]))
        assert len(said) == 1 and worked == ["$argon2id"] * len(tries)
        assert min(took) >= 0.2  # however little there was to do
        blank = await sign_in(browser, staffed, "Q-p-fp", "", totp)
        assert blank.status_code == 422 and "This is needed." in blank.text and len(worked) == len(tries)
        right = await sign_in(browser, staffed, "Q-p-fp", PASSWORD, totp)
        assert right.status_code == 303  # the control


async def test_a_number_is_taken_once(staffed: Web) -> None:
    totp = await enrolled(staffed, "Q-p-fp")
    later(staffed, timedelta(minutes=5))
    async with staffed.nobody() as one_, staffed.nobody() as two, staffed.nobody() as three:
        assert (await sign_in(one_, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 303
        assert (await sign_in(two, staffed, "Q-p-fp", PASSWORD, totp)).status_code == 422
        # An earlier number does not come after it either; the next one does, although the clock is a step behind it.
        for step, expected in ((-1, 422), (1, 303)):
            typed = {"code": number(staffed, totp, step)}
            assert (await sign_in(three, staffed, "Q-p-fp", PASSWORD, totp, **typed)).status_code == expected


async def test_of_two_who_show_a_number_at_the_same_moment_one_gets_in(staffed: Web) -> None:
    await enrolled(staffed, "Q-p-fp")
    account = (await account_of(staffed, "Q-p-fp"))["id"]
    passed = await asyncio.gather(
        *(Credentials(staffed.house.accounts).passed(account, 77) for _ in range(10))
    )
    assert sum(passed) == 1


async def test_wrong_tries_make_the_account_wait_longer_each_time(staffed: Web) -> None:
    await enrolled(staffed, "Q-p-fp")
    credentials = Credentials(staffed.house.accounts)
    now = staffed.clock.now()
    for _ in range(FREE_TRIES):
        assert await credentials.attempt("Q-p-fp", now) is not None
    assert await credentials.attempt("Q-p-fp", now + timedelta(seconds=29)) is None
    assert await credentials.attempt("Q-p-fp", now + timedelta(seconds=30)) is not None
    assert await credentials.attempt("Q-p-fp", now + timedelta(seconds=89)) is None
    for _ in range(20):
        now += timedelta(minutes=15)
        assert await credentials.attempt("Q-p-fp", now) is not None
    locked = (await account_of(staffed, "Q-p-fp"))["locked_until"]
    assert locked - now == timedelta(minutes=15)
    found = await account_of(staffed, "Q-p-fp")
    assert await credentials.passed(found["id"])
    assert (await account_of(staffed, "Q-p-fp"))["failed"] == 0


async def test_tries_at_the_same_moment_are_all_counted(staffed: Web) -> None:
    await enrolled(staffed, "Q-p-fp")
    credentials = Credentials(staffed.house.accounts)
    judged = await asyncio.gather(*(credentials.attempt("Q-p-fp", staffed.clock.now()) for _ in range(30)))
    assert sum(1 for each in judged if each is not None) == FREE_TRIES


async def test_nothing_secret_stands_in_a_row_or_in_a_log_line(staffed: Web, database: Database) -> None:
    lines = io.StringIO()
    logs.configure("json", "debug", stream=lines)
    email = "canary41@example.org"
    code = await invited(staffed, "Q-p-fp")
    async with staffed.nobody() as browser:
        page = (await browser.get(f"/enrol/{code}")).text
        shown = re.search(r'class="mono secret"[^>]*>([A-Z2-7 ]+)<', page)
        assert shown is not None
        totp = shown[1].replace(" ", "")
        good = fields(page, f"/enrol/{code}") | {
            "password": PASSWORD, "again": PASSWORD, "code": number(staffed, totp),
        }  # fmt: skip
        assert (await browser.post(f"/enrol/{code}", data=good | {"code": "1"})).status_code == 422
        between = await dumped(database)
        assert (await browser.post(f"/enrol/{code}", data=good)).status_code == 303
        account = await staffed.house.accounts.of("Q-p-fp")
        assert account is not None and account.totp == totp
        await staffed.house.accounts.write_to(account.id, email)
        cookie = browser.cookies.get("chancery")
        await invited(staffed, "Q-p-dep")
    async with staffed.nobody() as stranger:
        await sign_in(stranger, staffed, "Q-p-fp", OTHER, totp)
        await sign_in(stranger, staffed, "Q-nobody", OTHER, totp)
    after = await dumped(database)
    secrets_ = [PASSWORD, OTHER, totp, code, email, str(cookie), "127.0.0.1"]
    for text in (between, after, lines.getvalue()):
        for secret in secrets_:
            assert secret not in text and secret.encode().hex() not in text
    assert (
        "$argon2id$" in after and "sign-in refused" in lines.getvalue()
    )  # the control: something was looked at
    for officer in ("Q-p-fp", "Q-p-dep", "Q-nobody"):
        assert officer not in after and officer not in lines.getvalue()


async def dumped(database: Database) -> str:
    """Every row of the web's own tables, as text; bytes as hex and, where they are text, as that too."""
    parts: list[str] = []
    async with await psycopg.AsyncConnection.connect(database.admin_url, row_factory=dict_row) as connection:
        tables = await connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'web'"
        )
        for table in await tables.fetchall():
            found = await connection.execute(f"SELECT * FROM web.{table['table_name']}")  # type: ignore[arg-type]
            for row in await found.fetchall():
                for value in row.values():
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else None
                    parts.append(str(value) if raw is None else f"{raw.hex()} {raw.decode('latin-1')}")
    return "\n".join(parts)


async def test_the_pages_of_signing_in_break_no_rule_of_accessibility(staffed: Web) -> None:
    await enrolled(staffed, "Q-p-fp")
    code = await invited(staffed, "Q-p-fp")
    async with browsing() as browser:
        for scheme, size, spoken in (("light", WIDE, "en-GB"), ("dark", NARROW, "fr-FR")):
            options: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "locale": spoken}
            window = await signed_in(browser, staffed, "Q-p-fp", **options)
            outside = await browser.new_context(base_url=staffed.address, **options)
            page, door = await window.new_page(), await outside.new_page()
            inside = ("/account", "/account/password", "/account/second-factor")
            for tab, path in [(page, path) for path in inside] + [(door, ENTRANCE), (door, f"/enrol/{code}")]:
                await tab.goto(path)
                name = "enrol" if "enrol" in path else path.strip("/").replace("/", "_")
                await _check(tab, f"{name}-{scheme}-{size['width']}")
            await door.goto(ENTRANCE)
            for field, value in (("officer", "Q-p-fp"), ("password", OTHER), ("code", "123456")):
                await door.fill(f"[name={field}]", value)
            await door.click("main button.main")
            assert await door.evaluate("document.activeElement.id") == "problem"
            assert await door.input_value("[name=officer]") == "Q-p-fp"
            assert await door.input_value("[name=password]") == ""
            await _check(door, f"refused-{scheme}-{size['width']}")
            staffed.house.demo = True
            await door.goto(ENTRANCE)
            await _check(door, f"demo-{scheme}-{size['width']}")
            staffed.house.demo = False
            await window.close()
            await outside.close()
        await _with_the_keyboard_and_without_a_script(browser, staffed)


async def _with_the_keyboard_and_without_a_script(browser: Any, web: Web) -> None:
    totp = await enrolled(web, "Q-p-dep")
    later(web, timedelta(minutes=5))
    window = await browser.new_context(base_url=web.address, java_script_enabled=False, viewport=NARROW)
    page = await window.new_page()
    await page.goto("/sign-in?back=/account")
    await page.focus("[name=officer]")
    for value in ("Q-p-dep", PASSWORD, number(web, totp)):
        await page.keyboard.type(value)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{web.address}/account")
    assert "Q-p-dep" in await page.inner_text("h1")
    await window.close()


async def _check(page: Any, name: str) -> None:
    await page.wait_for_load_state("domcontentloaded")
    await shot(page, name)
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"), name
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_a_number_counts_in_its_step_and_the_two_beside_it_and_only_after_the_last_one() -> None:
    totp, now = pyotp.random_base32(), datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
    today = int(now.timestamp()) // 30
    shown = {n: pyotp.TOTP(totp).at(now + timedelta(seconds=30 * n)) for n in range(-2, 3)}
    taken = {n: second_factor.step(totp, code, now) for n, code in shown.items()}
    assert taken == {-2: None, -1: today - 1, 0: today, 1: today + 1, 2: None}
    assert second_factor.step(totp, f" {shown[0][:3]} {shown[0][3:]} ", now) == today
    assert second_factor.step(totp, shown[0], now, today - 1) == today
    assert second_factor.step(totp, shown[0], now, today) is None
    for wrong in ("", "12345", "1234567", "abcdef", "\u0661" * 6):
        assert second_factor.step(totp, wrong, now) is None


def test_the_picture_holds_what_the_device_needs_and_no_script() -> None:
    drawn = str(second_factor.picture(pyotp.random_base32(), "Q-103"))
    assert drawn.count("<path") == 2 and "style" not in drawn and "script" not in drawn
    assert Settings().web_requests_per_minute == 600
