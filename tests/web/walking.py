"""Walking the pages as somebody would: with a pointer or by keyboard alone, in either language, with scripts or without."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Locator, Page

from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web

MOST_TABS = 400


@dataclass(frozen=True)
class Way:
    """How somebody walks."""

    language: str = "en"
    scripts: bool = True
    narrow: bool = False
    keyboard: bool = False

    def __str__(self) -> str:
        words = (self.language, "scripts" if self.scripts else "plain", "360" if self.narrow else "1280")
        return "-".join((*words, "keyboard" if self.keyboard else "pointer"))


FEW = (
    Way(),
    Way("fr", scripts=False, narrow=True),
    Way("fr", narrow=True, keyboard=True),
    Way("en", scripts=False, keyboard=True),
)
"""Each choice meets each other one at least once; `make trials` walks all of them."""
TWO = (Way(), Way("fr", scripts=False, narrow=True, keyboard=True))
"""Each choice once: enough of a second and third day, whose pages are made of the same parts."""
ALL = tuple(
    Way(language, scripts, narrow, keyboard)
    for language, scripts, narrow, keyboard in itertools.product(
        ("en", "fr"), (True, False), (True, False), (True, False)
    )
)


class Walker:
    """Somebody at a page."""

    def __init__(self, page: Page, way: Way, name: str) -> None:
        self.page, self.way, self.name = page, way, name
        self._steps = itertools.count(1)

    async def go(self, path: str) -> None:
        """Type an address: only where a walk begins."""
        answer = await self.page.goto(path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        await self._look()

    async def press(self, what: str, *, leads: bool = True) -> None:
        """Follow a link or press a button, opening whatever hides it."""
        target = await self._visible(what)
        if self.way.keyboard:
            await self._tab_to(target)
            act = self.page.keyboard.press("Enter")
        else:
            act = target.click()
        if leads:
            async with self.page.expect_navigation():
                await act
            await self._look()
        else:
            await act

    async def open(self, what: str) -> None:
        """Open the part of a page (`summary`) that a selector names, if it is not open."""
        summary = self.page.locator(what).first
        if not await summary.evaluate("s => s.parentElement.open"):
            await self._do(summary, "Enter")

    async def tick(self, what: str) -> None:
        """Tick a box or choose a radio button."""
        target = await self._visible(what)
        if not await target.is_checked():
            await self._do(target, "Space")

    async def write(self, what: str, text: str) -> None:
        """Write into a field."""
        target = await self._visible(what)
        if self.way.keyboard and await target.get_attribute("type") not in ("date", "time"):
            await self._tab_to(target)
            await self.page.keyboard.press("Control+a")
            await self.page.keyboard.type(text)
        else:
            await target.fill(text)  # a date is typed in parts that differ from browser to browser

    async def choose(self, what: str, value: str) -> None:
        """Choose from a list."""
        target = await self._visible(what)
        if self.way.keyboard:
            await self._tab_to(target)
        await target.select_option(value)

    async def give(self, what: str, content: bytes, name: str = "proof.txt") -> None:
        """Choose a file."""
        target = await self._visible(what)
        await target.set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})

    async def sees(self, *texts: str) -> None:
        """The page says all of this, in its main part."""
        said = await self.page.locator("main").inner_text()
        for text in texts:
            assert text in said, f"{text!r} is not on {self.page.url}:\n{said[:3000]}"

    async def has(self, what: str) -> None:
        """The page holds what a selector names."""
        assert await self.page.locator(what).count(), f"{what} is not on {self.page.url}"

    async def _visible(self, what: str) -> Locator:
        target = self.page.locator(what).first
        await target.wait_for(state="attached", timeout=5000)
        for hidden in await target.locator("xpath=ancestor::details[not(@open)]/summary").all():
            await self._do(hidden, "Enter")
        return target

    async def _do(self, target: Locator, key: str) -> None:
        if self.way.keyboard:
            await self._tab_to(target)
            await self.page.keyboard.press(key)
        else:
            await target.click()

    async def _tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus. Fails where the keyboard alone does not reach it."""
        await target.evaluate("e => e.setAttribute('data-wanted', '')")
        for _ in range(MOST_TABS):
            if await self.page.evaluate("document.activeElement?.hasAttribute('data-wanted')"):
                await target.evaluate("e => e.removeAttribute('data-wanted')")
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard alone does not reach {target} on {self.page.url}")

    async def _look(self) -> None:
        language = await self.page.evaluate("document.documentElement.lang")
        assert language == self.way.language, f"{self.page.url} speaks {language}"
        assert not await self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"), (
            f"{self.page.url} is wider than the window"
        )
        await shot(self.page, f"{self.name}-{self.way}-{next(self._steps)}")


@asynccontextmanager
async def walking(web: Web, officer: str, way: Way, name: str) -> AsyncIterator[Walker]:
    """An officer, signed in, at a page of their own."""
    async with browsing() as browser:
        window = await signed_in(
            browser,
            web,
            officer,
            viewport=NARROW if way.narrow else WIDE,
            java_script_enabled=way.scripts,
            locale={"en": "en-GB", "fr": "fr-FR"}[way.language],
        )
        page = await window.new_page()
        page.set_default_timeout(10_000)
        failures: list[str] = []
        page.on("console", lambda m: failures.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: failures.append(str(e)))
        yield Walker(page, way, name)
        await window.close()
        assert not failures, failures  # a broken content policy shows here too
