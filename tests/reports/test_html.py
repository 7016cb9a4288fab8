"""The page that needs nothing else: no script runs, nothing is fetched, and a browser finds no fault with it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chancery.reports.paper.as_html import html
from chancery.reports.paper.carried import read
from chancery.reports.paper.model import data_bytes
from tests.reports.papers import ABOUT, HOSTILE, paper
from tests.web.browser import NARROW, WIDE, browsing
from tests.web.looking import sound


class Tags(HTMLParser):
    """Every tag with its attributes, and that each that is opened is closed."""

    VOID = frozenset({"meta", "br", "path", "rect", "circle"})

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(content.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("text", ["Hold the meeting", *HOSTILE])
def test_no_text_becomes_a_tag_and_nothing_is_fetched(text: str) -> None:
    content = html(paper(2, text=text), ABOUT, b"a note\n")
    found = Tags(content).seen
    scripts = [attributes for tag, attributes in found if tag == "script"]
    assert [s["id"] for s in scripts] == ["data-report", "data-form", "data-checkpoint"]
    assert {s["type"] for s in scripts} == {"application/json"}
    assert {tag for tag, _ in found} & {"img", "iframe", "link", "a", "object", "form", "base"} == set()
    names = {name for _, attributes in found for name in attributes}
    assert not {"src", "href", "style"} & names and not [n for n in names if n.startswith("on")]
    assert b"url(http" not in content and b"@import" not in content
    policy = next(a["content"] for t, a in found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")


def test_data_and_checkpoint_come_out_as_they_went_in() -> None:
    carried = read(html(paper(), ABOUT, "note — x\n<b>\n".encode()))
    assert carried.data == data_bytes(paper().data)
    assert carried.checkpoint == "note — x\n<b>\n".encode()
    assert (carried.form, carried.language, carried.program) == ("html", "en", ABOUT)


def test_the_same_bytes_each_time() -> None:
    assert html(paper(), ABOUT) == html(paper(), ABOUT) != html(paper(2), ABOUT)


async def test_a_browser_finds_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(html(paper(4, "fr", "Tenir la réunion"), ABOUT))
    async with browsing() as browser:
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            window = await browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
            page = await window.new_page()
            said: list[str] = []
            asked: list[str] = []
            page.on("console", lambda message: said.append(message.text))  # noqa: B023
            page.on("request", lambda request: asked.append(request.url))  # noqa: B023
            await page.goto(file.as_uri())
            assert await page.locator("svg[role=img]").count() == 2
            assert asked == [file.as_uri()] and said == []
            await sound(page, scheme)
            await page.emulate_media(media="print")
            colour = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            assert re.sub(r"\s", "", colour) == "rgb(255,255,255)", "paper is white, also at night"
            await window.close()
