"""A real browser: Debian's Chromium, driven by Playwright. Installed with apt where that may be done; else the test says how."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from chancery.web import sessions
from tests.web.conftest import Web

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


@cache
def chromium() -> str:
    """The program. Installs Debian's where we are root and apt is there; a missing browser fails in CI and skips elsewhere."""
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(
                ["apt-get", *command],
                check=False,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=600,
            )
        found = _find()
    if found is None:
        sentence = (
            "No Chromium here: `apt install chromium` (or chromium-browser) makes the browser tests run."
        )
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


def _find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


async def signed_in(browser: Browser, web: Web, officer: str, **options: Any) -> BrowserContext:
    """A window in which an officer is signed in. `options`: viewport, java_script_enabled, locale, color_scheme."""
    account = await web.house.accounts.ensure(officer)
    session = await sessions.begin(web.house, account.id)
    assert session.fresh is not None
    context = await browser.new_context(base_url=web.address, **({"viewport": WIDE} | options))
    await context.add_cookies(
        [{"name": sessions.cookie_of(web.house), "value": session.fresh, "url": web.address}]
    )
    return context


async def shot(page: Page, name: str) -> None:
    """A picture of a whole page, where CHANCERY_PICTURES names a folder."""
    folder = os.environ.get("CHANCERY_PICTURES")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)
