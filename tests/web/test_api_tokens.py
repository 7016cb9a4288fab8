"""The page of tokens: made once, shown once, taken back; and how it and the API's own pages look."""

from __future__ import annotations

import re

from axe_playwright_python.async_playwright import Axe

from chancery.kept import rows
from chancery.web import tokens
from tests.web.api import API, client, is_problem, token
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.test_thread import fields

PAGE = "/account/tokens"
SECRET = re.compile(r'<code class="secret">([A-Za-z0-9_-]{43})</code>')


async def test_a_token_is_made_shown_once_used_and_taken_back(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    page = (await browser.get(PAGE)).text
    assert not SECRET.search(page)
    made = await browser.post(PAGE, data=fields(page, PAGE) | {"label": "other_system"})
    found = SECRET.search(made.text)
    assert made.status_code == 200 and found is not None
    secret = found[1]
    assert secret not in (await browser.get(PAGE)).text
    bearer = {"Authorization": f"Bearer {secret}"}
    async with working.nobody() as nobody:
        assert (await nobody.get(f"{API}/tasks", headers=bearer)).status_code == 200
        page = (await browser.get(PAGE)).text
        [action] = re.findall(rf'action="({PAGE}/[0-9a-f-]+/revoke)"', page)
        stranger = await working.as_("Q-p-pol")
        theirs = fields((await stranger.get(PAGE)).text, PAGE)
        assert (await stranger.post(action, data=theirs)).status_code == 404
        assert (await browser.post(action, data={})).status_code == 403  # without the form's token
        assert (await nobody.get(f"{API}/tasks", headers=bearer)).status_code == 200  # the control
        assert (await browser.post(action, data=fields(page, action))).status_code == 303
        is_problem(await nobody.get(f"{API}/tasks", headers=bearer), 401, "token-needed")
    assert "Tokens that ended" in (await browser.get(PAGE)).text
    tables = await rows(working.house.here.pool, "SELECT t::text AS line FROM web.token AS t")
    assert len(tables) == 1 and secret not in tables[0]["line"]


async def test_what_it_is_for_comes_from_a_list_and_there_are_not_too_many(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    hidden = fields((await browser.get(PAGE)).text, PAGE)
    wrong = await browser.post(PAGE, data=hidden | {"label": "Canary phone"})
    assert wrong.status_code == 422 and "Choose one of the list." in wrong.text
    for _ in range(tokens.MOST):
        await token(working, "Q-p-fp")
    many = await browser.post(PAGE, data=hidden | {"label": "phone"})
    assert many.status_code == 422 and "take one back first" in many.text
    account = await working.house.accounts.of("Q-p-fp")
    assert account is not None
    assert len(await tokens.of(working.house, account.id)) == tokens.MOST
    operator = await working.as_("operator")
    page = (await operator.get(PAGE)).text
    assert (await operator.post(PAGE, data=fields(page, PAGE) | {"label": "computer"})).status_code == 200
    async with await client(working, "operator") as api:
        assert (await api.get("/missions")).status_code == 200


async def test_how_the_pages_look(working: Web) -> None:
    """A checker of accessibility finds nothing, and nothing is wider than the window; in French too."""
    for _ in range(2):
        await token(working, "Q-p-fp")
    account = await working.house.accounts.of("Q-p-fp")
    assert account is not None
    [first, *_] = await tokens.of(working.house, account.id)
    await tokens.revoke(working.house, account.id, first["id"])
    paths = (PAGE, f"{API}/", f"{API}/problems", f"{API}/problems/not-allowed")
    async with browsing() as browser:
        for scheme, size, locale in (("light", WIDE, "en"), ("dark", NARROW, "fr")):
            window = await signed_in(
                browser, working, "Q-p-fp", viewport=size, color_scheme=scheme, locale=locale
            )
            page = await window.new_page()
            for path in paths:
                await page.goto(path)
                name = path.strip("/").replace("/", "_")
                await shot(page, f"{name}-{scheme}-{size['width']}")
                if path == PAGE and locale == "en":
                    await page.select_option("#label", "tablet")
                    await page.click("main form[action='/account/tokens'] button")
                    await shot(page, f"{name}-made-{scheme}-{size['width']}")
                    assert await page.locator("code.secret").count() == 1
                assert await page.locator("h1").count() == 1
                wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
                assert not wide, f"{path} is wider than {size['width']} pixels"
                found = await Axe().run(
                    page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
                )
                assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"
            await window.close()
