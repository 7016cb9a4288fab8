"""What holds of every page, read off one answer: what is wrong with it, in words, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import unescape

import httpx2

from chancery.locale import FRENCH
from chancery.web.guard import HEADERS
from chancery.web.pages import STATIC
from tests.web.catalogue import in_pages

FIRST_LOAD = 150_000
_TAG = re.compile(r"<[^>]+>")
_BARE = re.compile(r"<(?:script|style|svg)\b.*?</(?:script|style|svg)>", re.DOTALL)
_SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
_WORDS = 3
"""A sentence of fewer words may be data (a code, a name of ours in English) and is left to its own page's tests."""


def faults(answer: httpx2.Response, language: str = "en") -> list[str]:
    """What is wrong with a page, whoever sees it."""
    text, found = answer.text, headless(answer.headers)
    if f'<html lang="{language}"' not in text:
        found.append(f"its language is not said to be {language}")
    if (n := len(re.findall(r"<h1[\s>]", text))) != 1:
        found.append(f"{n} main headings")
    if re.search(r"<[a-z][^>]*\sstyle\s*=", text) or "<style" in text:
        found.append("style of its own, which the content policy drops")
    if re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text) or re.search(r"<script(?![^>]*\ssrc=)", text):
        found.append("a script of its own, which the content policy drops")
    for where in re.findall(r'(?:src|href|action)="(https?:[^"]*|//[^"]*)"', text):
        if re.search(rf'<(?:script|img|link|form|iframe)[^>]*"{re.escape(where)}"', text):
            found.append(f"something from another host: {where}")
    if (size := weight(answer)) > FIRST_LOAD:
        found.append(f"{size} bytes at first load")
    return found


def headless(headers: Mapping[str, str]) -> list[str]:
    """Headers that every answer must have, and this one has not."""
    found = [f"no {name}" for name, value in HEADERS.items() if headers.get(name) != value]
    return found + ([] if headers.get("cache-control") == "no-store" else ["it may be kept by a cache"])


def weight(answer: httpx2.Response) -> int:
    """Bytes of a page with everything that it loads at first, uncompressed."""
    names = set(re.findall(r'(?:src|href)="/static/[0-9a-f]+/([^"]+)"', answer.text))
    return len(answer.content) + sum((STATIC / name).stat().st_size for name in names)


def left_in_english(page: str) -> list[str]:
    """Sentences of ours that stand in English on a French page."""
    shown = " ".join(unescape(one) for one in (*_SPOKEN.findall(page), _TAG.sub("\n", _BARE.sub("", page))))
    shown = re.sub(r"\s+", " ", shown)
    return [
        text for text, parts in _sentences() if all(p in shown for p in parts) and _whole(parts[0], shown)
    ]


def _whole(part: str, shown: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", shown) is not None


@cache
def _sentences() -> tuple[tuple[str, list[str]], ...]:
    """Each English sentence with the parts of it that stand between what is filled in; only what is said otherwise in French."""
    found = []
    for text in sorted(in_pages()):
        parts = [re.sub(r"\s+", " ", p).strip() for p in re.split(r"\{[^}]*\}|<[^>]+>", text)]
        parts = sorted((p for p in parts if p), key=len, reverse=True)
        if parts and len(parts[0].split()) >= _WORDS and FRENCH.get(text, text) != text:
            found.append((text, parts))
    return tuple(found)
