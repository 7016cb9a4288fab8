"""A look at pages with a checker of accessibility: light and wide, dark and narrow; nothing wider than its window.

Contrast does not hang on the width, nor what overflows on the colours: two windows see what four would.
"""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page

from tests.web.browser import NARROW, WIDE, shot, signed_in
from tests.web.conftest import Web

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


async def sound(page: Page, name: str) -> None:
    """Nothing that the checker finds on this page, and no overflow."""
    width = await page.evaluate("window.innerWidth")
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    assert not wide, f"{name} is wider than {width} pixels"
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


async def looked(browser: Browser, web: Web, officer: str, paths: Sequence[str]) -> None:
    """Each page in light at 1280 pixels, and in dark at 360."""
    for scheme, size in (("light", WIDE), ("dark", NARROW)):
        window = await signed_in(browser, web, officer, viewport=size, color_scheme=scheme)
        page = await window.new_page()
        for path in paths:
            answer = await page.goto(path)
            assert answer is not None and answer.status in (200, 409, 422), f"{path} is no page: {answer}"
            name = f"{path.strip('/').replace('/', '_').replace('?', '_')}-{scheme}-{size['width']}"
            await shot(page, name)
            await sound(page, name)
        await window.close()
