"""Work plans, the statement of purpose and job descriptions on the pages: agreed by both, for both, the record beside it."""

from __future__ import annotations

import re
from typing import Any

import httpx2

from chancery import queries
from chancery.log.store import EventLog
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.made import FOCAL, cid, opening
from tests.web.conftest import Web
from tests.web.oversight_made import Half, headquarters
from tests.web.reviews_made import CANARY, DEPUTY, MANAGER, PERSON, committee, plan, sends, stated
from tests.web.test_thread import fields

OBJECTIVES = {
    "kind-1": "in_time",
    "definitions-1": "COORD-LOCAL",
    "kind-2": "number",
    "definitions-2": "COORD-LOCAL",
    "count-2": "6",
}
PERIOD = {"first": "2026-01-01", "last": "2026-12-31"}


async def plans(log: EventLog) -> list[dict[str, Any]]:
    return list(await queries.dossiers(log, "workplan"))


async def put_down(browser: httpx2.AsyncClient, **more: str) -> httpx2.Response:
    typed = {"posting": "p-fp", "manager": "p-hom", **PERIOD, **OBJECTIVES, **more}
    return await sends(browser, "/workplans/new", "/workplans/new", **typed)


async def test_a_plan_is_put_down_agreed_amended_and_ended_by_its_pages(staffed: Web) -> None:
    person, manager = await staffed.as_(PERSON), await staffed.as_(MANAGER)
    shown = await put_down(person)
    assert shown.status_code == 200 and "Nobody has agreed to it yet." in shown.text
    [row] = await plans(staffed.house.here.log)
    page = f"/workplans/{row['code']}"
    assert str(shown.url.path) == page
    assert "An edition waits for your word." in (await manager.get("/workplans")).text
    assert "1 work plan waits for your word." in (await manager.get("/reviews")).text
    for who in (person, manager):
        last = (await sends(who, page, f"{page}/agree")).text
    assert "Answer these tasks in time" in last and "Waits to be agreed" not in last
    fewer = {"kind-1": "number", "definitions-1": "COORD-LOCAL", "count-1": "3", "reason": "workload"}
    waits = (await sends(manager, page, f"{page}/amend", **fewer)).text
    force, other = waits.split('id="waits"')
    assert "Carry out 6 of these" in force and "Carry out 3 of these" in other, (
        "the former holds, the other beside it"
    )
    for who in (person, manager):
        last = (await sends(who, page, f"{page}/agree")).text
    assert (
        "Carry out 3 of these" in last.split('id="force"')[1]
        and "Carry out 6" not in last.split('id="force"')[1].split("<details")[0]
    )
    ended = (await sends(manager, page, f"{page}/end", reason="post_changed")).text
    assert "ended: the post changed" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", ended))
    assert (await plans(staffed.house.here.log))[0]["status"] == "ended"


async def test_the_record_stands_beside_it_for_the_officer_alone_each_number_with_its_list(
    staffed: Web,
) -> None:
    code = await plan(staffed)
    await Half(staffed).past(on_time=(None,) * 2, late=(None,))
    page = f"/workplans/{code}"
    own = (await (await staffed.as_(PERSON)).get(page)).text
    beside = own.split('id="beside"')[1].split("Put another edition")[0]
    for title, number in (("Done on time", 2), ("Done after the date", 1)):
        found = re.search(rf"<summary>{title}: {number}</summary>(.*?)</details>", beside, re.DOTALL)
        assert found is not None and len(re.findall(r"<li>", found[1])) == number, title
        assert re.findall(r'href="/log/\d+"', found[1])
    assert "%" not in beside and not re.search(r"\b(reached|missed|fulfilled|score|target)\b", beside)
    other = (await (await staffed.as_(MANAGER)).get(page)).text
    assert 'id="beside"' not in other and "Done on time" not in other, (
        "their manager reads it in a review, after them"
    )


async def test_others_learn_that_there_is_one_or_nothing(staffed: Web) -> None:
    code = await plan(staffed)
    thin = (await (await staffed.as_(DEPUTY)).get(f"/workplans/{code}")).text.split("<main")[1]
    assert code in thin and "COORD-LOCAL" not in thin and "p-fp" not in thin
    for officer in ("Q-p-alt", "Q-p-pol", "operator"):
        browser = await staffed.as_(officer)
        assert (await browser.get(f"/workplans/{code}")).status_code == 404
    assert code not in (await (await staffed.as_("Q-p-alt")).get("/workplans")).text


async def test_regions_come_from_the_missions_map(staffed: Web) -> None:
    desk = staffed.house.here.desk
    person = await staffed.as_(PERSON)
    assert "Nobody has recorded yet which regions" in (await person.get("/workplans/new")).text
    await desk.submit(opening("o-field", "FIELD-VISIT", "2026"), ENGINE_TICK)
    said = {
        "command_id": cid("map"),
        "mission": "Q",
        "obligation": "o-field",
        "reached": ("aswan",),
        "not_reached": ("sinai",),
    }
    await desk.submit(c.RecordCoverage.model_validate(said), FOCAL)
    assert 'value="sinai"' in (await person.get("/workplans/new")).text
    wrong = await put_down(
        person, **{"kind-1": "regions", "regions-1": "atlantis", "definitions-1": "FIELD-VISIT"}
    )
    assert (
        wrong.status_code == 422 and "no-such-region" in wrong.text and "atlantis is no region" in wrong.text
    )
    right = await put_down(
        person, **{"kind-1": "regions", "regions-1": "sinai", "definitions-1": "FIELD-VISIT"}
    )
    assert right.status_code == 200 and "Visit each of these regions: sinai" in right.text


async def test_what_is_typed_wrong_is_said_and_records_nothing(staffed: Web) -> None:
    person = await staffed.as_(PERSON)
    head = await staffed.house.here.log.head()
    for more, said in (
        ({"kind-1": "", "kind-2": ""}, "at least one objective"),
        ({"kind-1": "nonsense"}, "Choose one of the list."),
        ({"count-2": "many"}, "Write a whole number."),
        ({"definitions-1": ""}, "objective-empty"),
        ({"definitions-1": "NO-SUCH"}, "no-such-definition"),
        ({"manager": "p-none"}, "Choose one of the list."),
        ({"manager": "p-fp"}, "two-others"),
        ({"first": "2027-01-01"}, "ends-before-start"),
        ({"posting": "p-pol"}, "not-allowed"),
    ):
        answer = await put_down(person, **more)
        assert answer.status_code == 422 and said in answer.text, (more, said)
        assert 'value="6"' in answer.text or "count-2" in more, "what was typed stands there again"
    assert await staffed.house.here.log.head() == head


# ── the statement of purpose ─────────────────────────────────────────────────────────────────────────────────────


async def test_the_purpose_is_stated_by_two_and_taken_back_by_its_page(staffed: Web) -> None:
    await headquarters(staffed)
    await committee(staffed)
    for officer in ("HQ-h-dpo", "HQ-h-com"):
        browser = await staffed.as_(officer)
        typed = {
            "opinion": "agreed_with_conditions",
            "retention_months": "36",
            "words": f"{CANARY} {officer}",
        }
        assert (await sends(browser, "/purpose", "/purpose", **typed)).status_code == 200
    assert (await staffed.house.here.desk.dossier("purpose", c.PURPOSE)).stated
    seen = (await (await staffed.as_("Q-p-pol")).get("/purpose")).text
    assert "Both have stated it." in seen and f"{CANARY} HQ-h-com" in seen and 'action="/purpose"' not in seen
    assert all(CANARY.encode() not in one.body for one in await staffed.house.here.log.read(0, 1000))
    browser = await staffed.as_("HQ-h-dpo")
    for months in ("", "0", "121"):
        wrong = await sends(browser, "/purpose", "/purpose", opinion="agreed", retention_months=months)
        assert wrong.status_code == 422 and "1 to 120" in wrong.text
    await sends(browser, "/purpose", "/purpose/withdraw")
    assert (await staffed.house.here.desk.dossier("purpose", c.PURPOSE)).missing == (
        "data_protection_officer",
    )


async def test_nobody_else_states_it(staffed: Web) -> None:
    await stated(staffed)
    manager = await staffed.as_(MANAGER)
    form = {
        "csrf": (await sends_token(manager)),
        "command_id": str(cid("x")),
        "opinion": "agreed",
        "retention_months": "9",
    }
    refused = await manager.post("/purpose", data=form)
    assert refused.status_code == 422 and "not-allowed" in refused.text
    purpose = await staffed.house.here.desk.dossier("purpose", c.PURPOSE)
    assert purpose.retention_months == 60


async def sends_token(browser: httpx2.AsyncClient) -> str:
    return str(fields((await browser.get("/help")).text, "/sign-out")["csrf"])


# ── job descriptions ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_job_description_is_set_down_by_heads_and_read_by_the_mission(staffed: Web) -> None:
    page = "/people/posts/Q-POL-1"
    manager = await staffed.as_(MANAGER)
    assert f'href="{page}"' in (await manager.get("/people")).text
    done = await sends(manager, page, page, clause="4.2", share_percent="30", answers_for="TRIAL-OBS")
    assert done.status_code == 200 and "4.2" in done.text
    post = (await staffed.house.here.desk.mission("Q")).posts["Q-POL-1"]
    assert (post.clause, post.share_percent, post.answers_for) == ("4.2", 30, ("TRIAL-OBS",))
    for more in ({"clause": ""}, {"share_percent": "101"}, {"answers_for": "NO-SUCH"}):
        typed = {"clause": "4.2", "share_percent": "30", "answers_for": "TRIAL-OBS"} | more
        assert (await sends(manager, page, page, **typed)).status_code == 422, more
    reader = await staffed.as_("Q-p-pol")
    assert "4.2" in (await reader.get(page)).text and f'action="{page}"' not in (await reader.get(page)).text
    assert (await reader.get("/people/posts/NONE")).status_code == 404
