"""Reviews and work plans are for their parties: nobody else finds them or an entry of them, and every look is written down before."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.web.api.courier import Courier
from domain import commands as c
from tests.made import FOCAL, HEAD
from tests.web import api
from tests.web.conftest import Web
from tests.web.reviews_made import DEPUTY, MANAGER, PERSON, act, opened, plan, sends, stated


async def noted(web: Web) -> list[tuple[str, str, str]]:
    """Who was shown a report or a review, oldest first: kind, posting, ground."""
    found = await book.find(web.house.here, Wanted(kinds=("report", "review")))
    return [(e.note.kind, e.note.by, e.note.basis) for e in reversed(found)]


@pytest.fixture
async def office(staffed: Web) -> Web:
    """Mission Q and headquarters, and the purpose stated."""
    await stated(staffed)
    return staffed


# ── nobody else ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_else_finds_a_review_or_an_entry_of_it(office: Web) -> None:
    code, work = await opened(office), await plan(office)
    await act(office, FOCAL, c.ReadReview, code)
    log = office.house.here.log
    entries = [e.position for s in (f"review/{code}", f"workplan/{work}") for e in await log.read_stream(s)]
    [command] = [e for e in await log.read_stream(f"review/{code}") if e.version == 1]
    for officer in ("Q-p-alt", "Q-p-pol", "HQ-h-audit", "HQ-h-desk", "HQ-h-dpo", "operator", DEPUTY):
        browser = await office.as_(officer)
        for where in (
            f"/reviews/{code}",
            f"/reviews/{code}/report.json",
            f"/reviews/{code}/figures/late",
            f"/workplans/{work}",
        ):
            head = officer == DEPUTY and where in (f"/reviews/{code}", f"/workplans/{work}")
            assert (await browser.get(where)).status_code == (200 if head else 404), (officer, where)
        assert (await browser.post(f"/reviews/{code}/open", data={})).status_code == 403
        for position in entries:
            assert (await browser.get(f"/log/{position}")).status_code == 404, (officer, position)
            assert (await browser.get(f"/log/{position}/proof.json")).status_code == 404, (officer, position)
        if officer in ("HQ-h-audit", DEPUTY):
            for asked in ("", "?who=p-fp", f"?object=review/{code}", "?type=ReviewOpened"):
                text = (await browser.get(f"/audit{asked}")).text
                assert not [p for p in entries if f'href="/log/{p}"' in text], (officer, asked)
        if officer != "operator":
            found = await browser.get("/search", params={"code": str(command.event["command"]["id"])})
            assert code not in found.text
    for officer in (PERSON, MANAGER):  # the control: the parties do
        browser = await office.as_(officer)
        assert {(await browser.get(f"/log/{p}")).status_code for p in entries} == {200}, officer


async def test_the_api_shows_the_body_of_an_entry_by_the_same_rule(office: Web) -> None:
    code = await opened(office)
    log = office.house.here.log
    position = (await log.read_stream(f"review/{code}"))[0].position
    stated_at = (await log.read_stream("purpose/staff_reports"))[0].position
    bodies = {}
    for officer in ("HQ-h-audit", "Q-p-alt", PERSON):
        async with await api.client(office, officer) as client:
            bodies[officer] = [
                (await client.get(f"/log/{p}")).json()["body"] is not None for p in (position, stated_at)
            ]
    assert bodies == {"HQ-h-audit": [False, True], "Q-p-alt": [False, False], PERSON: [True, False]}


async def test_webhooks_carry_no_entry_of_a_review_or_a_plan(office: Web) -> None:
    await plan(office)
    await opened(office)
    batch = await office.house.here.log.read(0, 1000)
    missions = await Courier(office.house)._missions_of(batch)
    told = {e.stream.partition("/")[0] for e in batch if missions.get(e.stream)}
    assert told == {"mission", "obligation"} and {"review", "workplan", "purpose"} <= {
        e.stream.partition("/")[0] for e in batch
    }


# ── who read it ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_look_of_somebody_else_is_written_down_before_and_told_to_the_person(office: Web) -> None:
    code = await opened(office)
    page = f"/reviews/{code}"
    person, manager = await office.as_(PERSON), await office.as_(MANAGER)
    await act(office, FOCAL, c.ReadReview, code)
    await person.get(page)
    assert await noted(office) == [], "one's own record is nobody's reading"
    await manager.get(page)
    assert await noted(office) == [("review", "p-hom", "manager")], "not opened yet: no report was shown"
    await sends(manager, page, f"{page}/open")
    assert (await noted(office))[-1] == ("report", "p-hom", "manager")
    await manager.get(f"{page}/figures/on_time")
    assert (await manager.get(f"{page}/report.csv")).status_code == 200
    assert [kind for kind, *_ in (await noted(office))[-2:]] == ["report", "review"]
    await (await office.as_(DEPUTY)).get(page)
    assert (await noted(office))[-1] == ("review", "p-dep", "head")
    own = (await person.get("/record")).text.split('id="looked"')[1]
    assert "Q-p-hom" in own and "read a report on you" in own and "read a review of yours" in own
    assert "Q-p-hom" in (await person.get(page)).text.split('id="opened"')[1], (
        "and who opened it stands in the review"
    )


async def test_if_it_cannot_be_written_down_nothing_is_shown(
    office: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await opened(office)
    await act(office, FOCAL, c.ReadReview, code)
    await act(office, HEAD, c.ReadReview, code)
    manager = await office.as_(MANAGER)
    assert 'id="f-late"' in (await manager.get(f"/reviews/{code}")).text  # the control

    async def away(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError("away")

    monkeypatch.setattr(book, "note", away)
    answer = await manager.get(f"/reviews/{code}")
    assert answer.status_code == 503 and 'id="f-late"' not in answer.text
