"""A new user, who has read nothing: sign in, find what is overdue, end it with a reason, see it in one's own record."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.web.browser import NARROW, WIDE, browsing, shot
from tests.web.conftest import Web
from tests.web.test_walks import overdue
from tests.web.walking import Walker, Way

SECONDS = 120
"""What a person may need for all of it; the pages themselves must leave nearly all of that to reading."""
OF_THE_PAGES = 20
"""Of these, what browser and pages may take on a slow machine that does other things too."""
MOST_STEPS = 12
"""Presses and choices from the first page to the record: at ten seconds each, it is still within two minutes."""


@pytest.fixture
async def late(working: Web) -> Web:
    """The task is overdue since two days, and the pages are a demonstration's."""
    working.house.demo = True
    return await overdue(working)


class Counted(Walker):
    """A walker that counts what a person does with their hands."""

    steps = 0

    async def press(self, what: str, *, leads: bool = True) -> None:
        self.steps += 1
        await super().press(what, leads=leads)

    async def choose(self, what: str, value: str) -> None:
        self.steps += 1
        await super().choose(what, value)

    async def tick(self, what: str) -> None:
        self.steps += 1
        await super().tick(what)

    async def give(self, what: str, content: bytes, name: str = "proof.txt") -> None:
        self.steps += 1
        await super().give(what, content, name)


async def says(page: Any, selector: str) -> str:
    return " ".join((await page.locator(selector).first.inner_text()).split())


@pytest.mark.parametrize(
    "way",
    [Way(), Way("fr", scripts=False, narrow=True, keyboard=True)],
    ids=str,
)
async def test_within_two_minutes_of_the_first_page(late: Web, way: Way) -> None:
    """Only what stands on the screen is used: no address is typed after the first, nothing is known of any code."""
    async with browsing() as browser:
        window = await browser.new_context(
            base_url=late.address,
            viewport=NARROW if way.narrow else WIDE,
            java_script_enabled=way.scripts,
            locale={"en": "en-GB", "fr": "fr-FR"}[way.language],
        )
        page = await window.new_page()
        page.set_default_timeout(10_000)
        me = Counted(page, way, "new-user")
        began = asyncio.get_running_loop().time()
        await me.go("/")
        focal_point = {"en": "focal point", "fr": "point focal"}[way.language]
        own = page.locator("button[name=officer]").filter(
            has=page.get_by_text(re.compile(rf"^{focal_point}$", re.IGNORECASE))
        )
        assert await own.count() == 1, "one focal point stands on the first page"
        await me.press(f'button[value="{await own.get_attribute("value")}"]')
        assert await says(page, "main tbody tr") == await says(page, "main tr.overdue"), (
            "what is late comes first"
        )
        title = await says(page, "tr.overdue th a")
        await me.press("tr.overdue th a")
        assert await says(page, "h1") == title
        await me.tick('form[action$="/complete"] input[value="risk_list"]')
        await me.give('form[action$="/complete"] input[type="file"]', b"minutes of the meeting")
        await me.choose('form[action$="/complete"] select[name="reason"]', "capacity")
        await me.press('form[action$="/complete"] .actions button.main')
        reason = {"en": "no time of staff", "fr": "manque de temps du personnel"}[way.language]
        assert await me.page.locator(".banner.done").count()
        assert reason in await says(page, "#history-lines li"), "the history says why"
        await me.press('nav a[href="/record"]')
        said = await says(page, "#f-late")
        assert title in said and reason in said, (
            "one's own record says what was late, and why, without a further press"
        )
        took = asyncio.get_running_loop().time() - began
        await shot(page, f"new-user-record-{way}")
        assert me.steps <= MOST_STEPS, f"{me.steps} presses and choices"
        assert took < OF_THE_PAGES, f"the pages alone took {took:.1f} of {SECONDS} seconds"
        await window.close()


async def test_the_stopwatch_counts(late: Web) -> None:
    """The control: a walk with a detour is counted as longer."""
    async with browsing() as browser:
        window = await browser.new_context(base_url=late.address, viewport=WIDE, locale="en-GB")
        me = Counted(await window.new_page(), Way(), "detour")
        await me.go("/")
        await me.press('button[value="Q-p-fp"]')
        for _ in range(MOST_STEPS):
            await me.press('nav a[href="/inbox"]')
        assert me.steps > MOST_STEPS
        await window.close()
