"""Every page is looked at by a checker of accessibility: which test does it stands here, so that a new page is not forgotten."""

from __future__ import annotations

from pathlib import Path

from tests.web.whole_world import _gets

HERE = Path(__file__).parent
LOOKED_AT = {
    "test_look": ("/inbox", "/tasks/{obligation}/{task}", "/help", "/accessibility"),
    "test_signing": ("/sign-in", "/enrol/{code}", "/account", "/account/password", "/account/second-factor"),
    "test_api_tokens": ("/account/tokens", "/api/v1/", "/api/v1/problems", "/api/v1/problems/{code}"),
    "test_obligations": ("/obligations", "/obligations/open", "/obligations/{id_}"),
    "test_rota": ("/rota", "/rota/sheet"),
    "test_imports": ("/rota/import", "/rota/import/{upload}", "/adoption/staff", "/adoption/staff/{upload}"),
    "test_board": ("/board", "/board/tasks"),
    "test_headquarters": (
        "/headquarters", "/headquarters/{row}/{instrument}/{area:path}", "/audit", "/audit/readings", "/log/{position}",
        "/record", "/record/{figure}",
    ),
    "test_look_days": (
        "/people", "/people/hand-over", "/calendar", "/calendar/changes", "/calendar/changes/{position}",
        "/calendar/explain", "/calendar/suspensions", "/calendar/outages",
    ),
    "test_adoption": ("/adoption", "/adoption/new", "/adoption/missions/{code}"),
    "test_jobs": ("/jobs", "/jobs/{id_}"),
    "test_cases_look": (
        "/capture", "/capture/killing", "/capture/{case}", "/cases", "/cases/vault", "/cases/vital/{consultation}",
        "/cases/{case}", "/cases/{case}/write/{entry}", "/cases/{case}/consent", "/cases/{case}/acts",
        "/cases/{case}/acts/{act}", "/search",
    ),
    "test_documents": ("/documents", "/documents/{kind}/{code}"),
    "test_evidence": ("/evidence/{obligation}/{task}/{n}",),
    "test_feeds": ("/feed",),
    "test_checkpoints": ("/checkpoints",),
    "test_reports": ("/reports", "/reports/{kind}"),
    "test_dates": ("/dates",),
    "test_reviews": (
        "/reviews", "/reviews/new", "/reviews/{code}", "/reviews/{code}/figures/{figure}", "/reviews/{code}/contest",
        "/workplans", "/workplans/new", "/workplans/{code}", "/purpose", "/people/posts/{post}",
    ),
}  # fmt: skip
"""Test file → the pages that it looks at."""
_CHECKERS = ("looked(", "sound(", "Axe(", "_check(")
_ANY = {name: name for name in (
    "obligation", "task", "ended", "case", "consultation", "position", "code", "list", "staff", "job", "feed", "review", "work",
)}  # fmt: skip


def pages() -> set[str]:
    """The routes that answer with a page (`test_every_route` holds that the samples are all there are)."""
    return {route for route, sample in _gets(_ANY).items() if sample.page}


def unseen(wanted: set[str], by: dict[str, tuple[str, ...]]) -> list[str]:
    """Pages that no test looks at, and tests that look at nothing or name what is no page."""
    named = [route for routes in by.values() for route in routes]
    wrong = sorted(wanted ^ set(named))
    for test, routes in by.items():
        text = (HERE / f"{test}.py").read_text()
        if not any(checker in text for checker in _CHECKERS):
            wrong.append(test)
        # The last fixed word of each address must stand in the test that is said to look at it.
        wrong += [f"{test}: {r}" for r in routes if _word(r) not in text]
    return wrong


def _word(route: str) -> str:
    return route.removeprefix("/api/v1").partition("{")[0].strip("/").rpartition("/")[2]


def test_every_page_is_looked_at() -> None:
    assert unseen(pages(), LOOKED_AT) == []


def test_a_page_that_nobody_looks_at_is_noticed() -> None:
    assert unseen(pages() | {"/new"}, LOOKED_AT) == ["/new"]
    by = LOOKED_AT | {"test_limits": ("/people",)}
    assert "test_limits" in unseen(pages(), by)
