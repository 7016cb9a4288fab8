"""Every page in a real browser: nothing that a checker of accessibility finds, in light and dark, wide and narrow."""

from axe_playwright_python.async_playwright import Axe

from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web

PAGES = ("/inbox", "/inbox?show=done", "/tasks/o-1/hold.1", "/help", "/accessibility")


async def test_no_page_breaks_a_rule_of_accessibility(working: Web) -> None:
    async with browsing() as browser:
        for scheme in ("light", "dark"):
            for size in (WIDE, NARROW):
                window = await signed_in(browser, working, "Q-p-fp", viewport=size, color_scheme=scheme)
                page = await window.new_page()
                for path in PAGES:
                    await page.goto(path)
                    await page.wait_for_load_state("domcontentloaded")
                    await shot(
                        page,
                        f"{path.strip('/').replace('/', '_').replace('?', '_')}-{scheme}-{size['width']}",
                    )
                    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
                    assert not wide, f"{path} is wider than {size['width']} pixels"
                    found = await Axe().run(
                        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
                    )
                    assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"
                await window.close()
