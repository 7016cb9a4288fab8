"""`/rota`: who was asked and who goes, who leads where; and the sheet of paper, on which there is nothing but codes."""

import re
from datetime import timedelta

import pytest

from domain.envelope import ENGINE_TICK
from tests.made import cid, opening
from tests.web.browser import browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.sittings_made import TRIAL, trial
from tests.web.test_thread import fields


async def sharing(web: Web) -> None:
    """A map and a year's burden-sharing at work in mission Q."""
    desk = web.house.here.desk
    await desk.submit(opening("o-map", "MAP", "2026-01"), ENGINE_TICK)
    await desk.submit(opening("o-burden", "BURDEN", "2026"), ENGINE_TICK)


async def test_whoever_was_offered_claims_or_declines_and_the_second_stands_in(working: Web) -> None:
    first, _ = await trial(working)
    claim, decline = f"/obligations/{TRIAL}/claim", f"/obligations/{TRIAL}/decline"
    political = await working.as_("Q-p-pol")
    page = (await political.get("/rota")).text
    assert first in page and "2026-05-09 10:10" in page and "Not answered yet" in page
    typed = fields(page, claim)
    sent = await political.post(claim, data=typed)
    assert sent.status_code == 303 and sent.headers["location"].startswith("/rota?done=")
    assert (await political.post(claim, data=typed)).headers["location"] == sent.headers["location"]
    shown = (await political.get(sent.headers["location"])).text
    assert "Recorded at position" in shown and "Q-p-pol: observes" in shown
    assert claim not in shown  # answered once: nothing more to answer
    lead = await working.as_("Q-p-fp")
    assert (await lead.post(claim, data=fields((await lead.get("/rota")).text, claim))).status_code == 303
    other = await working.as_("Q-p-alt")
    typed = fields((await other.get("/rota")).text, decline)
    refused = await other.post(decline, data=typed | {"reason": ""})
    assert refused.status_code == 422 and "This is needed." in refused.text
    assert (await other.post(decline, data=typed | {"reason": "no_time"})).status_code == 303
    answers = (await working.house.here.desk.obligation(TRIAL)).appointments[first].answers
    assert answers == {"p-pol": "observer", "p-fp": "backup", "p-alt": "declined"}


async def test_who_was_not_asked_answers_nothing(working: Web) -> None:
    first, _ = await trial(working)
    agent = await working.as_("Q-p-la")
    page = (await agent.get("/rota")).text
    assert first in page and f"/obligations/{TRIAL}/claim" not in page
    token = fields(page, "/sign-out")["csrf"]
    sent = await agent.post(
        f"/obligations/{TRIAL}/claim", data={"csrf": token, "command_id": str(cid("agent")), "sitting": first}
    )
    assert sent.status_code == 422 and "not-offered" in sent.text


async def test_only_a_lead_asks_again_and_what_became_of_it_is_recorded_from_the_rota(working: Web) -> None:
    _, second = await trial(working, starts=working.clock.now() + timedelta(hours=1))
    offer, held = f"/obligations/{TRIAL}/offer", f"/obligations/{TRIAL}/held"
    political, lead = await working.as_("Q-p-pol"), await working.as_("Q-p-fp")
    assert offer not in (await political.get("/rota")).text
    page = (await lead.get("/rota")).text
    assert held not in page  # nothing has begun
    assert (await lead.post(offer, data=fields(page, offer) | {"sitting": second})).status_code == 303
    assert (await working.house.here.desk.obligation(TRIAL)).appointments[second].offered
    working.clock.advance(timedelta(hours=3))
    page = (await political.get("/rota")).text
    assert "not recorded yet what became of it" in page
    typed = fields(page, held) | {"outcome": "adjourned", "next_day": "2026-06-10"}
    assert (await political.post(held, data=typed)).status_code == 303
    days = {a.day for a in (await working.house.here.desk.obligation(TRIAL)).sittings() if a.status == "set"}
    assert days == {"2026-06-04", "2026-06-10"}


async def test_a_rota_shows_nothing_of_another_mission(working: Web) -> None:
    await trial(working)
    assert (await (await working.as_("Q-p-fp")).get("/rota?mission=R")).status_code == 404


async def test_who_leads_where_and_who_is_reached(working: Web) -> None:
    await sharing(working)
    lead = await working.as_("Q-p-fp")
    page = (await lead.get("/rota")).text
    typed = fields(page, "/rota/allocate") | {"area": "upper-egypt", "lead": "Q"}
    sent = await lead.post("/rota/allocate", data=typed)
    assert sent.status_code == 303, sent.text
    said = fields(page, "/rota/coverage") | {"reached": "greater-cairo", "not_reached": "upper-egypt, sinai"}
    assert (await lead.post("/rota/coverage", data=said)).status_code == 303
    shown = (await lead.get("/rota")).text
    row = shown.split('<th scope="row" class="mono">upper-egypt</th>')[1].split("</tr>")[0]
    assert ">Q</td>" in row and "not reached" in row
    assert "nobody yet" in shown.split("sinai</th>")[1].split("</tr>")[0]


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("allocate", {"area": "CANARY 7f3a", "lead": "Q"}, "Write codes such as"),
        ("allocate", {"area": "sinai", "lead": "CANARY"}, "Choose one of the list."),
        ("allocate", {"area": "sinai", "lead": "Q", "backup": "Q"}, "second-person"),
        ("coverage", {"reached": "sinai", "not_reached": "sinai"}, "bad-command"),
        ("coverage", {}, "bad-command"),
    ],
)
async def test_what_cannot_be_said_of_an_area_is_refused_and_stands_there_again(
    working: Web, path: str, typed: dict[str, str], said: str
) -> None:
    await sharing(working)
    lead = await working.as_("Q-p-fp")
    head = await working.house.here.log.head()
    form = fields((await lead.get("/rota")).text, f"/rota/{path}")
    answer = await lead.post(f"/rota/{path}", data=form | typed)
    assert answer.status_code == 422 and said in answer.text
    assert all(f'value="{v}"' in answer.text for name, v in typed.items() if name not in ("lead", "backup"))
    assert await working.house.here.log.head() == head


async def test_areas_are_not_everybodys_to_share_out(working: Web) -> None:
    await sharing(working)
    agent = await working.as_("Q-p-la")
    page = (await agent.get("/rota")).text
    assert "/rota/allocate" not in page and "/rota/coverage" not in page
    token = fields(page, "/sign-out")["csrf"]
    typed = {
        "csrf": token,
        "command_id": str(cid("a")),
        "obligation": "o-burden",
        "area": "sinai",
        "lead": "Q",
    }
    sent = await agent.post("/rota/allocate", data=typed)
    assert sent.status_code == 422 and "not-allowed" in sent.text


async def test_the_sheet_holds_codes_only_and_ones_own_sittings(working: Web) -> None:
    first, second = await trial(working)
    political = await working.as_("Q-p-pol")
    empty = (await political.get("/rota/sheet?day=2026-05-09")).text
    assert first not in empty and "Nothing of yours" in empty
    claim = f"/obligations/{TRIAL}/claim"
    await political.post(claim, data=fields((await political.get("/rota")).text, claim))
    sheet = (await political.get("/rota/sheet?day=2026-05-09")).text
    paper = sheet.split('<div class="sheet">')[1].split("</main>")[0]
    assert first in paper and TRIAL in paper and second not in paper and "10:10" in paper
    assert "Q-POL-1" in paper and "Whom to call" in paper
    for told in ("trial", "defender", "TRIAL-OBS", "Q-p-", "p-pol", "Q-EG", "EG<", "court"):
        assert told not in paper.lower() if told.islower() else told not in paper, told
    lead = (await (await working.as_("Q-p-fp")).get("/rota/sheet?day=2026-05-09")).text
    assert first in lead  # a lead prints for whoever goes
    assert (await political.get("/rota/sheet?day=tomorrow")).status_code == 404


async def test_a_sheet_fits_a_page_in_both_languages_and_a_browser_finds_nothing_wrong(working: Web) -> None:
    starts = working.clock.now() + timedelta(days=4, hours=1)
    await sharing(working)
    for number in range(4):
        await trial(working, starts=starts + timedelta(hours=number), obligation=f"o-t{number}")
    async with browsing() as browser:
        await looked(browser, working, "Q-p-fp", ("/rota", "/rota/sheet?day=2026-05-09"))
        pages = {}
        for locale in ("en", "fr"):
            window = await signed_in(
                browser, working, "Q-p-fp", locale=locale, viewport={"width": 700, "height": 1000}
            )
            page = await window.new_page()
            await page.goto("/rota/sheet?day=2026-05-09")
            sheets = await page.locator(".sheet").count()
            content = await page.pdf(format="A4")
            await page.emulate_media(media="print")
            await shot(page, f"sheet-paper-{locale}")
            pages[locale] = (sheets, len(re.findall(rb"/Type\s*/Page\b", content)))
            await window.close()
    assert pages == {"en": (2, 2), "fr": (2, 2)}  # two to a sheet; each sheet is one page of its own
