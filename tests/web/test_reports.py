"""Structural report and audit on pages: who may see which, the same bytes as the command line's, a note of each look."""

from __future__ import annotations

import pytest

from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.reports.reproduce import reproduce
from chancery.web.routes import reports
from tests.web.browser import browsing
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.oversight_made import Half, headquarters, mission
from tests.web.signing_made import signed

HEAD, AUDITOR = "Q-p-hom", "HQ-h-audit"
AUDIT = "/reports/audit?half=2026-1&by=paragraph"


@pytest.fixture
async def half(working: Web) -> Web:
    """Mission Q and T, headquarters, and some ended duties."""
    await mission(working, "T")
    await headquarters(working)
    made = Half(working)
    for _ in range(2):
        await made.complete(await made.opened())
    await signed(working)
    return working


async def test_a_head_sees_their_own_mission_and_nobody_elses(half: Web) -> None:
    head = await half.as_(HEAD)
    page = await head.get("/reports/structural?first=2026-01-01&last=2026-06-30")
    assert page.status_code == 200
    other = await head.get("/reports/structural.json?first=2026-01-01&last=2026-06-30&mission=T")
    assert other.json()["request"]["mission"] == "Q", "whatever the address says"
    assert (await head.get(AUDIT)).status_code == 404
    for nobody in ("Q-p-fp", "Q-p-pol", "T-p-fp"):
        who = await half.as_(nobody)
        for address in ("/reports", "/reports/structural", AUDIT):
            assert (await who.get(address)).status_code == 404, (nobody, address)


async def test_who_looks_across_missions_sees_small_numbers_hidden(half: Web) -> None:
    auditor = await half.as_(AUDITOR)
    data = (await auditor.get("/reports/structural.json?half=2026-1&mission=Q")).json()
    assert data["request"]["audience"] == "outside"
    assert "tasks" not in data["figures"], "the lists behind stay in the mission"
    assert (await (await half.as_(HEAD)).get("/reports/structural.json")).json()["figures"]["tasks"]["count"]
    assert (await auditor.get(AUDIT)).status_code == 200
    assert (await auditor.get("/reports/structural.json?half=2026-1&mission=NONE")).status_code == 404


@pytest.mark.parametrize("form", ["pdf", "html", "xlsx", "csv", "json"])
async def test_every_file_is_made_again_from_the_log(half: Web, form: str) -> None:
    got = await (await half.as_(HEAD)).get(f"/reports/structural.{form}?first=2026-01-01&last=2026-06-30")
    assert got.status_code == 200, got.text
    assert "attachment" in got.headers["content-disposition"]
    here = half.house.here
    keys = (here.settings.checkpoints / "log" / "vkey").read_text().split()
    from chancery.log.notes import Verifier

    made = await reproduce(here.log, got.content, [Verifier.parse(key) for key in keys])
    assert made.same, made.differs
    assert made.checkpoint == ("signed" if form in ("pdf", "html") else None)


async def test_each_look_stands_in_the_access_log_before_it_is_shown(half: Web) -> None:
    here = half.house.here
    before = len(await book.find(here, Wanted(), limit=100))
    await (await half.as_(HEAD)).get("/reports/structural")
    await (await half.as_(AUDITOR)).get("/reports/audit.csv?half=2026-1")
    found = [one.note for one in await book.find(here, Wanted(), limit=100)]
    assert len(found) == before + 2
    assert [(n.basis, n.form, n.mission) for n in found[:2]] == [
        ("oversight", "csv", None),
        ("head", "page", "Q"),
    ]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/staff", 404),
        ("/reports/structural.doc", 404),
        ("/reports/structural?first=yesterday", 422),
        ("/reports/structural?first=2026-06-30&last=2026-01-01", 422),
        ("/reports/structural?first=1500-01-01", 422),
        ("/reports/structural?as_of=99999", 422),
        ("/reports/structural.csv?as_of=99999", 404),
    ],
)
async def test_what_cannot_be_asked_is_said(half: Web, address: str, status: int) -> None:
    assert (await (await half.as_(HEAD)).get(address)).status_code == status


async def test_the_page_says_the_same_at_an_older_position(half: Web) -> None:
    head = await half.as_(HEAD)
    first = (await head.get("/reports/structural.json")).json()
    await Half(half).opened()
    again = await head.get(f"/reports/structural.json?as_of={first['log']['position']}")
    assert again.json() == first


async def test_on_a_long_log_it_is_made_apart_and_says_the_same(
    half: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, auditor = await half.as_(HEAD), await half.as_(AUDITOR)
    structural, audit = "/reports/structural.json", "/reports/audit.json?half=2026-1"
    here = [(await head.get(structural)).json(), (await auditor.get(audit)).json()]
    monkeypatch.setattr(reports, "LARGE", 0)
    assert [(await head.get(structural)).json(), (await auditor.get(audit)).json()] == here
    refused = await head.get("/reports/structural?as_of=99999")
    assert refused.status_code == 422 and "no such position" in refused.text


async def test_they_are_for_everybody_to_use(half: Web) -> None:
    async with browsing() as browser:
        await looked(
            browser, half, HEAD, ["/reports", "/reports/structural?first=2026-01-01&last=2026-06-30"]
        )
        await looked(browser, half, AUDITOR, [AUDIT])
