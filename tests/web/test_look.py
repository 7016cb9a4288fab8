"""The first pages in a real browser: nothing that a checker of accessibility finds; right to left, forced colours, print."""

from __future__ import annotations

import subprocess

import pytest

from tests.web import browser as browsers
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked, sound

PAGES = ("/inbox", "/inbox?show=done", "/tasks/o-1/hold.1", "/help", "/accessibility")
WIDER = "document.documentElement.scrollWidth > window.innerWidth + 1"


async def test_no_page_breaks_a_rule_of_accessibility(working: Web) -> None:
    async with browsing() as browser:
        await looked(browser, working, "Q-p-fp", PAGES)


async def test_pages_hold_from_right_to_left_and_in_forced_colours_and_on_paper(working: Web) -> None:
    async with browsing() as browser:
        for options in ({"viewport": NARROW}, {"viewport": WIDE, "forced_colors": "active"}):
            window = await signed_in(browser, working, "Q-p-fp", **options)
            page = await window.new_page()
            for path in ("/inbox", "/tasks/o-1/hold.1"):
                await page.goto(path)
                await page.evaluate("document.documentElement.dir = 'rtl'")
                name = f"{path.replace('/', '_')}-rtl-{len(options)}"
                await shot(page, name)
                await sound(page, name)
                starts = await page.evaluate(
                    "document.querySelector('h1').getBoundingClientRect().right > window.innerWidth / 2"
                )
                assert starts, f"{path} does not begin at the right"
            await window.close()
        window = await signed_in(browser, working, "Q-p-fp")
        page = await window.new_page()
        await page.goto("/tasks/o-1/hold.1")
        await page.emulate_media(media="print")
        assert not await page.locator("header.top").is_visible()
        assert not await page.locator("main form button").first.is_visible()
        assert await page.locator("#clock").is_visible()


async def test_too_wide_a_page_is_seen(working: Web) -> None:
    """The control of the checks above."""
    async with browsing() as browser:
        window = await signed_in(browser, working, "Q-p-fp", viewport=NARROW)
        page = await window.new_page()
        await page.goto("/inbox")
        await page.evaluate("document.querySelector('h1').style.width = '900px'")
        with pytest.raises(AssertionError, match="wider"):
            await sound(page, "too wide")
        await page.evaluate("document.querySelector('h1').removeAttribute('style')")
        await page.evaluate("document.querySelector('main').append(Object.assign(new Image(), {src: '/x'}))")
        with pytest.raises(AssertionError, match=r"image-alt|Images"):
            await sound(page, "a picture without words")


def test_a_missing_browser_fails_in_ci_and_is_said_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(browsers, "_find", lambda: None)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    monkeypatch.setattr(browsers.os, "geteuid", lambda: 1000)
    look = browsers.chromium.__wrapped__
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        look()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        look()
    assert asked == []  # who is not root installs nothing
    monkeypatch.setattr(browsers.os, "geteuid", lambda: 0)
    monkeypatch.setattr(browsers.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(pytest.fail.Exception):
        look()
    assert [command[1] for command in asked] == ["update", "install"]
