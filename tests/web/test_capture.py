"""An alert or a contact, taken down in under a minute: a code comes back, and nothing of the words lies outside the vault."""

from __future__ import annotations

import re
import time

from chancery.cases import codes, record
from domain.envelope import Actor
from tests.made import HEAD
from tests.web.browser import NARROW, browsing, shot, signed_in
from tests.web.casework import a_case, a_task, fields, fill
from tests.web.conftest import Web

CANARY = "Canary-9d41e7"
LARGEST = 40_000
"""Bytes that the page and all it needs may take: it is opened over a poor line."""

_SIZES = """() => Object.fromEntries(["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .map((entry) => [entry.name, entry.decodedBodySize]))"""
"""Address → bytes, unpacked, of all that the page loaded."""


def code_in(location: str) -> str:
    """The case code at the end of an address."""
    found = re.fullmatch(r"/capture/(c-[a-z2-7]{10})", location)
    assert found is not None, location
    return found[1]


async def test_an_alert_gives_a_code_opens_its_intake_and_is_taken_down_once(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    page = (await client.get("/capture")).text
    typed = fields(page, "/capture") | {"kind": "alert", "urgent": "yes", "words": CANARY}
    first = await client.post("/capture", data=typed)
    assert first.status_code == 303, first.text
    case = code_in(first.headers["location"])
    head = await staffed.house.here.log.head()
    again = await client.post("/capture", data=typed)
    assert again.headers["location"] == first.headers["location"]
    assert await staffed.house.here.log.head() == head  # a double click is one case
    shown = (await client.get(first.headers["location"])).text
    assert case in shown and "Nothing of what you wrote stands outside the vault." in shown
    assert "CASE-INTAKE" not in shown and "Receive an alert" in shown and "Act at once" in shown
    assert "Acknowledge the alert" in shown and "due 2026-" in shown  # before its task is there
    assert CANARY not in shown
    known = await record.known(staffed.house.here, case)
    assert {one.code for one in known.obligations} == {"CASE-INTAKE", "URGENT"}
    (line,) = (await record.history(staffed.house.here, HEAD, case)).of("note")
    assert (line.content["kind"], line.content["words"], line.content["urgent"]) == ("alert", CANARY, True)


async def test_when_the_tasks_are_there_their_due_times_stand_on_the_page(staffed: Web) -> None:
    case = await a_case(staffed)
    task = await a_task(staffed, case, "CASE-INTAKE", "acknowledge")
    shown = (await (await staffed.as_("Q-p-fp")).get(f"/capture/{case}")).text
    assert f'href="/tasks/{task}"' in shown and "open in a moment" not in shown


async def test_a_contact_earlier_by_a_channel_is_noted_with_both_times(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    now = staffed.clock.now()
    day = (await staffed.house.here.desk.mission("Q")).day(now)
    sent = await fill(
        client, "/capture", kind="contact", urgent="no", words=CANARY, channel="phone",
        when_day=day.isoformat(), when_time="00:10",
    )  # fmt: skip
    case = code_in(sent.headers["location"])
    (line,) = (await record.history(staffed.house.here, HEAD, case)).of("note")
    assert (line.content["kind"], line.content["channel"]) == ("contact", "phone")
    assert line.content["when"] < line.at.isoformat()
    shown = (await client.get(f"/cases/{case}")).text
    assert "took down a contact" in shown and f"{day} 00:10" in shown


WRONG: list[tuple[dict[str, str], str]] = [
    ({"kind": "nothing"}, "Choose one of the list."),
    ({"urgent": ""}, "This is needed."),
    ({"words": "   "}, "This is needed."),
    ({"channel": "pigeon"}, "Choose one of the list."),
    ({"when_day": "2099-01-01", "when_time": "10:00"}, "That lies ahead."),
    ({"when_day": "soon", "when_time": "10:00"}, "Write a day and a time"),
    ({"case": "c-aaaaaaaa22"}, "no case of that code"),
    ({"case": CANARY}, "no case of that code"),
]


async def test_what_cannot_be_used_is_said_at_its_field_and_what_was_typed_stays(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    head = await staffed.house.here.log.head()
    good = {"kind": "alert", "urgent": "no", "words": f"{CANARY} typed"}
    for typed, sentence in WRONG:
        answer = await fill(client, "/capture", **(good | typed))
        assert answer.status_code == 422 and sentence in answer.text, (typed, answer.text)
        assert typed.get("words", f"{CANARY} typed") in answer.text, typed
    assert await staffed.house.here.log.head() == head
    assert staffed.house.here.keys.keys("Q", "case") == ()  # not even a key was made
    assert (await fill(client, "/capture", **good)).status_code == 303  # the control


async def test_what_reaches_us_of_a_known_case_goes_under_its_code(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    sent = await fill(client, "/capture", kind="contact", urgent="no", words=CANARY, case=case)
    assert code_in(sent.headers["location"]) == case
    lines = (await record.history(staffed.house.here, HEAD, case)).of("note")
    assert [line.content["kind"] for line in lines] == ["alert", "contact"]


async def test_whoever_writes_to_a_code_that_others_opened_gets_a_receipt_and_no_more(staffed: Web) -> None:
    case = await a_case(staffed, "another word")
    client = await staffed.as_("Q-p-pol")
    sent = await fill(client, "/capture", kind="contact", urgent="no", words=CANARY, case=case)
    assert sent.status_code == 303 and sent.headers["location"].startswith(f"/cases/{case}/write/note?done=")
    page = (await client.get(sent.headers["location"])).text
    assert "Recorded at position" in page and "another word" not in page and CANARY not in page
    assert (await client.get(f"/capture/{case}")).status_code == 404
    lines = (await record.history(staffed.house.here, HEAD, case)).of("note")
    assert lines[-1].content["words"] == CANARY


async def test_a_killing_opens_under_a_new_code_that_nothing_links(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    before = await a_case(staffed)
    assert 'href="/capture/killing"' in (await client.get("/capture")).text
    sent = await fill(client, "/capture/killing", words=CANARY)
    case = code_in(sent.headers["location"])
    assert case != before
    known = await record.known(staffed.house.here, case)
    assert [one.code for one in known.obligations] == ["KILLING"]
    shown = (await client.get(f"/capture/{case}")).text
    assert before not in shown and "Speak when a defender has been killed" in shown


async def test_whoever_took_it_down_sees_the_code_again_but_not_the_case_and_others_see_neither(
    staffed: Web,
) -> None:
    client = await staffed.as_("Q-p-pol")  # may take down, and holds and leads nothing
    sent = await fill(client, "/capture", kind="alert", urgent="no", words=CANARY)
    case = code_in(sent.headers["location"])
    page = await client.get(f"/capture/{case}")
    assert page.status_code == 200 and case in page.text and "Open the case" not in page.text
    assert (await client.get(f"/cases/{case}")).status_code == 404
    agent = await staffed.as_("Q-p-la")
    assert (await agent.get(f"/capture/{case}")).status_code == 404
    assert (await (await staffed.as_("Q-p-hom")).get(f"/capture/{case}")).status_code == 200  # the control


async def test_a_post_that_takes_nothing_down_is_told_whom_to_ask(staffed: Web) -> None:
    agent = await staffed.as_("Q-p-la")
    page = (await agent.get("/capture")).text
    assert "Tell the focal point" in page and "<textarea" not in page
    other = (await (await staffed.as_("Q-p-fp")).get("/capture")).text
    made = (
        fields(other, "/capture")
        | fields(page, "/language")
        | {"kind": "alert", "urgent": "no", "words": CANARY}
    )
    made["csrf"] = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    answer = await agent.post("/capture", data=made)
    assert answer.status_code == 422 and "not-allowed" in answer.text
    assert staffed.house.here.keys.keys("Q", "case") == ()


async def test_a_closed_vault_takes_nothing_down_and_says_so(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    page = (await client.get("/capture")).text
    staffed.house.here.keys.lock("Q")
    assert "vault of your mission is closed" in (await client.get("/capture")).text
    typed = fields(page, "/capture") | {"kind": "alert", "urgent": "no", "words": CANARY}
    answer = await client.post("/capture", data=typed)
    assert answer.status_code == 422 and "vault.locked" in answer.text and "Traceback" not in answer.text
    staffed.house.here.keys.unlock("Q")
    assert (await client.post("/capture", data=typed)).status_code == 303  # the same form, once it is open


async def test_a_draft_is_kept_sealed_and_goes_when_it_is_sent(staffed: Web) -> None:
    client = await staffed.as_("Q-p-fp")
    page = (await client.get("/capture")).text
    typed = fields(page, "/capture") | {"kind": "contact", "urgent": "no", "words": CANARY}
    await client.post("/drafts", data=typed)
    again = await staffed.as_("Q-p-fp")  # another session: it survived the logout
    kept = (await again.get("/capture")).text
    assert CANARY in kept and "Your draft is in the form below." in kept
    assert re.search(r'value="contact" checked', kept)
    async with staffed.house.here.pool.connection() as connection:
        rows = await (await connection.execute("SELECT d::text FROM web.draft d")).fetchall()
    assert rows and CANARY not in repr(rows) and CANARY.encode().hex() not in repr(rows)
    assert (await fill(again, "/capture", kind="alert", urgent="no", words=CANARY)).status_code == 303
    assert CANARY not in (await again.get("/capture")).text


async def test_at_360_pixels_by_keyboard_alone_it_is_done_in_under_a_minute(staffed: Web) -> None:
    async with browsing() as browser:
        window = await signed_in(browser, staffed, "Q-p-fp", viewport=NARROW)
        page = await window.new_page()
        began = time.monotonic()
        await page.goto("/capture")
        await page.wait_for_load_state("load")
        await shot(page, "capture-360")
        sizes = await page.evaluate(_SIZES)
        assert len(sizes) >= 3 and 0 < sum(sizes.values()) <= LARGEST, (
            sizes
        )  # the page, its sheet, its script
        await page.keyboard.press("Tab")  # the link to the content
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "kind"
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "urgent"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "words"
        await page.keyboard.type(CANARY)
        await page.keyboard.press("Tab")  # what is rare, closed
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "main"
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert time.monotonic() - began < 60
        await shot(page, "capture-received-360")
        case = code_in(page.url.removeprefix(staffed.address))
        assert await page.inner_text(".big.mono") == case
        title = await page.title()
        assert CANARY not in title + page.url
        await window.close()
    (line,) = (await record.history(staffed.house.here, Actor("officer", "p-hom", "Q"), case)).of("note")
    assert (line.content["kind"], line.content["words"]) == ("contact", CANARY)
    assert codes.check_case(case) == case
