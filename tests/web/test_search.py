"""Search: a code leads where it stands, dates and kinds list tasks, and words are found only in one's own cases, recorded first."""

from __future__ import annotations

from typing import Any

import pytest

from chancery import searching
from chancery.cases import reading
from chancery.searching import excerpt, folded
from domain import commands as c
from tests.made import FOCAL, at, cid
from tests.web.casework import a_case, a_task, fill, headquarters, readings, serving
from tests.web.conftest import Web, open_task

WORD = "Éclipse-77"
"""A word of its own, with a capital and an accent."""


@pytest.fixture
async def two(staffed: Web) -> tuple[Web, str, str]:
    """Two cases with tasks; the second one's is held by the political officer."""
    await open_task(staffed)
    first, second = await a_case(staffed, f"one {WORD} more"), await a_case(staffed, f"two: {WORD}")
    await a_task(staffed, first, "CASE-INTAKE", "acknowledge")
    obligation, _, task = (await a_task(staffed, second, "CASE-INTAKE", "acknowledge")).partition("/")
    give = c.ReassignTask(
        command_id=cid("give"), mission="Q", obligation=obligation, task=task, posting="p-pol"
    )
    await staffed.house.here.desk.submit(give, FOCAL)
    return staffed, first, second


async def by_code(client: Any, code: str) -> Any:
    """What a search for a code answers."""
    return await fill(client, "/search", what="code", code=code)


async def test_a_code_leads_to_what_it_stands_for(two: tuple[Web, str, str]) -> None:
    web, case, _ = two
    trial = await serving(web, case, "TRIAL-OBS")
    sitting = c.Sitting(appointment="ap-91", starts=at("2026-05-20 09:00"), day="2026-05-20", whole_day=False)
    ask = c.RecordSittings(command_id=cid("sit"), mission="Q", obligation=trial, sittings=(sitting,))
    receipt = await web.house.here.desk.submit(ask, FOCAL)
    client = await web.as_("Q-p-fp")
    leads = {
        "o-1": "/obligations/o-1",
        "o-1/hold.1": "/tasks/o-1/hold.1",
        case: f"/cases/{case}",
        str(receipt.position): f"/log/{receipt.position}",
        str(cid("sit")): f"/log/{receipt.position}",
        "ap-91": f"/obligations/{trial}",
    }
    for code, to in leads.items():
        answer = await by_code(client, code)
        assert (answer.status_code, answer.headers.get("location")) == (303, to), code
    part = await by_code(client, trial[2:9])
    assert part.status_code == 200 and f'href="/obligations/{trial}"' in part.text
    assert await readings(web, case) == []  # to go to a case is not to open it


async def test_what_stands_for_nothing_is_said_and_stays_typed(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    nothing = str(cid("never sent"))
    for code in ("o-nothing", "999999", "c-aaaaaaaa22", nothing, "A Name", "o-", "%", "9" * 30, "_", "x/y/z"):
        answer = await by_code(client, code)
        assert answer.status_code == 422 and "Nothing that you may see has that code." in answer.text, code
        assert f'value="{code}"' in answer.text and "Names are searched below" in answer.text, code


async def test_what_others_hold_is_found_by_nobody_else(two: tuple[Web, str, str]) -> None:
    web, case, other = two
    await headquarters(web)
    agent, officer, auditor = await web.as_("Q-p-la"), await web.as_("Q-p-pol"), await web.as_("HQ-audit")
    assert (await by_code(agent, case)).status_code == 422
    assert (await by_code(officer, case)).status_code == 422
    assert (await by_code(officer, other)).headers["location"] == f"/cases/{other}"
    asked = await by_code(auditor, case)  # leads to where the reason is asked
    assert asked.headers["location"] == f"/cases/{case}"
    mission = await by_code(officer, "1")
    assert mission.headers["location"] == "/log/1"


async def test_by_date_and_kind_tasks_are_listed(two: tuple[Web, str, str]) -> None:
    web, _, _ = two
    client = await web.as_("Q-p-fp")
    every = (await client.get("/search?from=2026-01-01&until=2026-12-31")).text
    assert "/tasks/o-1/hold.1" in every and every.count("/acknowledge.1") == 2
    kind = (await client.get("/search?definition=CASE-INTAKE")).text
    assert "/tasks/o-1/hold.1" not in kind and kind.count("/acknowledge.1") == 2
    day = (await web.house.here.desk.obligation("o-1")).tasks["hold.1"].due[:10]
    only = (await client.get(f"/search?from={day}&until={day}")).text
    assert "/tasks/o-1/hold.1" in only and "/acknowledge.1" not in only
    opened = (await client.get("/search?clock=opened&until=2026-01-31")).text
    assert "No task fits this choice." in opened
    for wrong in ("from=soon", "from=2026-05-02&until=2026-05-01"):
        answer = await client.get(f"/search?{wrong}")
        assert answer.status_code == 422 and 'class="error"' in answer.text, wrong


async def test_words_are_found_in_ones_own_cases_and_each_reading_is_recorded(
    two: tuple[Web, str, str],
) -> None:
    web, first, second = two
    client = await web.as_("Q-p-fp")
    before = (await client.get("/search")).text
    assert "Searching words opens your 2 cases; each is recorded as read." in before and WORD not in before
    assert await readings(web, first) == []  # to be told so opens nothing
    found = await fill(client, "/search", what="words", words="eclipse-77 ONE")
    assert found.status_code == 200 and str(found.url).endswith("/search")
    assert f"<mark>{WORD}</mark>" not in found.text  # the first word that stands there is marked
    assert f"<mark>one</mark> {WORD} more" in found.text and f'href="/cases/{first}"' in found.text
    assert f'href="/cases/{second}"' not in found.text
    assert "2 cases were opened and recorded as read." in found.text
    for case, basis in ((first, "holder"), (second, "lead")):
        assert [(one.reader, one.basis) for one in await readings(web, case)] == [("p-fp", basis)]
    none = await fill(client, "/search", what="words", words="nothing of the kind")
    assert "None of them holds these words." in none.text and len(await readings(web, first)) == 2


async def test_a_holder_searches_what_they_hold_and_others_nothing(two: tuple[Web, str, str]) -> None:
    web, first, second = two
    await headquarters(web)
    officer = await web.as_("Q-p-pol")
    assert "opens your one case" in (await officer.get("/search")).text
    found = await fill(officer, "/search", what="words", words=WORD)
    assert f'href="/cases/{second}"' in found.text and first not in found.text
    assert await readings(web, first) == []
    for nobody in ("Q-p-la", "HQ-audit"):
        client = await web.as_(nobody)
        page = (await client.get("/search")).text
        assert "No case is yours to open now." in page
        answer = await fill(client, "/search", what="words", words=WORD)
        assert WORD not in answer.text.replace(f'value="{WORD}"', "") and "/cases/c-" not in answer.text
    assert len(await readings(web, second)) == 1


async def test_nothing_is_opened_where_the_reading_cannot_be_recorded(
    two: tuple[Web, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chancery.vault import NotFound

    web, *_ = two
    client = await web.as_("Q-p-fp")

    async def away(*_: object) -> None:
        raise NotFound("the log of readings does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "record", away)
        answer = await fill(client, "/search", what="words", words="more")
    assert answer.status_code == 422 and "<mark>" not in answer.text
    assert (
        "<mark>more</mark>" in (await fill(client, "/search", what="words", words="more")).text
    )  # the control


async def test_a_search_stops_after_enough_and_opens_no_further_case(
    two: tuple[Web, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web, first, second = two
    monkeypatch.setattr(searching, "MOST", 1)
    found = await fill(await web.as_("Q-p-fp"), "/search", what="words", words=WORD)
    assert "There is more: add a word to narrow it." in found.text
    assert sorted([len(await readings(web, first)), len(await readings(web, second))]) == [0, 1]


async def test_a_closed_vault_is_not_looked_through(two: tuple[Web, str, str]) -> None:
    web, first, _ = two
    client = await web.as_("Q-p-fp")
    web.house.here.keys.lock("Q")
    page = await client.get("/search")
    assert page.status_code == 200 and "tasks go on by their codes" in page.text
    web.house.here.keys.unlock("Q")
    assert "opens your 2 cases" in (await client.get("/search")).text
    assert await readings(web, first) == []


def test_folding_forgets_capitals_and_accents_and_keeps_places() -> None:
    plain, places = folded("Ça ﬁN")
    assert plain == "ca fin" and places == [0, 1, 2, 3, 3, 4]
    assert excerpt("an Éclair, then", ["eclair"]) == ("an ", "Éclair", ", then")
    assert excerpt("an Éclair, then", ["eclair", "rain"]) is None
    assert excerpt("x" * 100 + "needle" + "y" * 100, ["needle"]) == ("…" + "x" * 60, "needle", "y" * 60 + "…")
    assert excerpt("anything", []) is None
