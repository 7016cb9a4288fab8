"""What is no address and what is no question, asked of every route; and which pages are one's own, whatever is asked."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.whole_world import API

NO_MISSIONS = frozenset(
    {
        "/account", "/account/tokens", "/account/password", "/account/second-factor", "/inbox", "/record", "/record/{figure}",
        "/record.{form}", "/reviews", "/workplans", "/workplans/new", "/purpose", "/checkpoints", "/checkpoints/latest",
        "/reports", "/reports/{kind}", "/reports/{kind}.{form}",
        "/search", "/capture", "/capture/killing", "/cases", "/documents", "/documents/{kind}/{code}", "/feed",
        "/dates", "/live", "/cases/vault/{verb}", "/cases/{case}/consent/{which}", "/obligations/open", "/people/hand-over",
        "/rota/sheet", "/rota/import", "/rota/import/{upload}", "/adoption", "/jobs",
    }
)  # fmt: skip
"""Pages that are one's own, or one's own mission's, whatever is asked: they take no mission."""
STRANGE = (
    "a%00b",
    "%ff%fe",
    "x" * 3000,
    "99999999999999999999",
    "%C3%A9%E2%80%AE",
    "..%2f..%2fetc",
    "{{7*7}}",
)
QUERIES = (
    "after=%00", "after=%7C%7C%7C", "after=w%7C0001-01-01T00:00:00Z%7C%7C", "after=99999999999999999999",
    "as_of=99999999999999999999", "as_of=-1", "as_of=0001-01-01", "as_of=9999-12-31T23:59:59-23:59", "half=x", "half=9999-2",
    "page=-1", "done=abc", "done=99999999999999999", "done=%D9%A1", "before=%D9%A1", "before=99999999999999999", "start=-1",
    "start=99999999", "from=99999999999999999999", "from=0001-01-01", "until=9999-12-31", "first=0001-01-01", "last=9999-12-31",
    "day=9999-12-31", "day=x", "year=019909", "year=99999999999999999999", "year=2190", "mission=%F0%9F%92%A3", "who=%EF%BF%BD",
    "object=%27", "type=x", "by=x", "show=x", "within=999", "version=999999", "version=x", "task=%2F", "leaver=x&to=y",
    "n=999999999999&unit=y&from_day=2026-05-05&from_time=10:00", "n=1&unit=wd&from_day=0001-01-01&from_time=00:00",
    "back=//%5B", "regime=" + "x" * 500, "find=%25", "mission=Q&mission=T",
)  # fmt: skip
SHARED = ("as_of", "done", "mission", "back")
SOURCES = {p: p.read_text() for p in Path("chancery/web").rglob("*.py")}


def asked_of(route: str) -> list[str]:
    """The strange questions that concern a route: those whose name its own file reads, or the code that it shares."""
    word = route.removeprefix(API).strip("/").partition("/")[0].partition("{")[0] or "inbox"
    own = "".join(text for path, text in SOURCES.items() if re.search(rf'\("/{word}\W', text))
    found = []
    for number, query in enumerate(QUERIES):
        name = query.partition("=")[0]
        # What every page shares is asked of each in turn, not all of it of all.
        if f'"{name}"' in own or (name in SHARED and (number + len(route)) % 4 == 0):
            found.append(query)
    return found
