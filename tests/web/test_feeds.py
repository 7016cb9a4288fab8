"""Calendar feeds: off until switched on, whole days and numbers only, one address a device, ended in three ways."""

from __future__ import annotations

import io
import logging
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from icalendar import Calendar

from chancery import logs
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import HEAD, cid, opening
from tests.web.browser import NARROW, WIDE, browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.test_thread import fields

TELLING = ("o-1", "o-2", "COORD", "hold", "Q-", "p-fp", "eu-hrd", "mission", "chancery", "Chancery")
"""What would lead somebody who holds the phone to the work."""


async def switched_on(browser: httpx2.AsyncClient, device: str = "phone") -> str:
    """Make an address as somebody would; the path of the feed."""
    page = (await browser.get("/feed")).text
    made = await browser.post("/feed/new", data=fields(page, "/feed/new") | {"device": device})
    assert made.status_code == 200, made.text
    found = re.search(r"/feed/[A-Za-z0-9_-]{30,}\.ics", made.text)
    assert found is not None
    return found[0]


def entries(content: str) -> dict[str, dict[date, str]]:
    """Kind → day → what it says, read back by a calendar library."""
    feed = Calendar.from_ical(content)
    assert feed.errors == []
    found: dict[str, dict[date, str]] = {"VEVENT": {}, "VTODO": {}}
    for part in feed.walk():
        if part.name in found:
            assert part.errors == []
            day = part["DTSTART" if part.name == "VEVENT" else "DUE"]
            assert day.params["VALUE"] == "DATE"
            found[part.name][day.dt] = str(part["SUMMARY"])
    return found


async def opened(web: Web, name: str, period: str = "2026-05", due: str = "2026-05-29") -> None:
    """One more task of the focal point's, due on a day."""
    desk = web.house.here.desk
    await desk.submit(opening(name, period=period).model_copy(update={"due_day": due}), ENGINE_TICK)
    task = c.OpenTask(command_id=cid(f"hold {name}"), mission="Q", obligation=name, step="hold")
    await desk.submit(task, ENGINE_TICK)


async def due_of(web: Web, name: str) -> date:
    """The local day on which the task of an obligation is due."""
    state = await web.house.here.desk.obligation(name)
    mission = await web.house.here.desk.mission("Q")
    return mission.day(datetime.fromisoformat(state.tasks["hold.1"].due))


async def test_a_feed_is_off_until_it_is_switched_on_and_shows_days_and_numbers_only(working: Web) -> None:
    await opened(working, "o-2")
    browser = await working.as_("Q-p-fp")
    assert "No device of yours has a feed." in (await browser.get("/feed")).text
    path = await switched_on(browser)
    async with working.nobody() as phone:
        answer = await phone.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["cache-control"].startswith("private")
    by_day: dict[date, int] = {}
    for name in ("o-1", "o-2"):
        day = await due_of(working, name)
        by_day[day] = by_day.get(day, 0) + 1
    said = {day: "1 thing due" if n == 1 else f"{n} things due" for day, n in by_day.items()}
    assert entries(answer.text) == {"VEVENT": said, "VTODO": said}
    for word in TELLING:
        assert word not in answer.text, word
    assert not re.search(r"DTSTART[^:\n]*:\d{8}T", answer.text.split("END:VTIMEZONE")[1]), "an hour"
    # The control: what is looked for is found where it stands.
    assert "o-1" in (await browser.get("/inbox")).text


async def test_what_is_overdue_is_gathered_on_today_and_the_day_is_the_missions_own(working: Web) -> None:
    path = await switched_on(await working.as_("Q-p-fp"))
    due = await due_of(working, "o-1")
    async with working.nobody() as phone:
        # 21:30 UTC is already tomorrow in Cairo.
        working.clock.set(datetime(due.year, due.month, due.day, 21, 30, tzinfo=UTC) - timedelta(days=1))
        assert list(entries((await phone.get(path)).text)["VEVENT"]) == [due]
        working.clock.set(datetime(due.year, due.month, due.day, 21, 30, tzinfo=UTC))
        later = (await phone.get(path)).text
    assert list(entries(later)["VEVENT"]) == [due + timedelta(days=1)]
    assert "X-WR-TIMEZONE:Africa/Cairo" in later
    assert "BEGIN:VTIMEZONE" in later


async def test_an_unchanged_feed_is_not_sent_again_and_its_names_stay(working: Web) -> None:
    path = await switched_on(await working.as_("Q-p-fp"))
    async with working.nobody() as phone:
        first = await phone.get(path)
        tag = first.headers["etag"]
        for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await phone.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b""), given
        assert (await phone.get(path, headers={"If-None-Match": '"x"'})).status_code == 200
        assert (await phone.head(path)).headers["etag"] == tag
        await opened(working, "o-2")
        changed = await phone.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    uids = set(re.findall(r"UID:(\S+)", first.text))
    assert uids == {u for u in re.findall(r"UID:(\S+)", changed.text) if u in uids}
    assert all(re.fullmatch(r"[0-9a-f]{40}", uid) for uid in uids)


async def test_two_devices_have_two_addresses_and_one_is_ended_alone(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    phone = await switched_on(browser)
    working.clock.advance(timedelta(minutes=1))
    tablet = await switched_on(browser, "tablet")
    assert phone != tablet
    page = (await browser.get("/feed")).text
    assert phone not in page
    assert "telephone" in page and "tablet" in page
    end = re.findall(r'action="(/feed/[0-9a-f-]{36}/end)"', page)
    assert len(end) == 2
    other = await working.as_("Q-p-pol")
    csrf = fields((await other.get("/feed")).text, "/feed/new")
    assert (await other.post(end[0], data=csrf)).status_code == 404, "somebody else's"
    async with working.nobody() as device:
        assert (await device.get(phone)).status_code == (await device.get(tablet)).status_code == 200
        await browser.post(end[0], data=fields(page, end[0]))  # the newest stands first
        assert (await device.get(tablet)).status_code == 404
        assert (await device.get(phone)).status_code == 200


async def test_the_head_of_mission_forbids_feeds_and_every_address_falls_silent(working: Web) -> None:
    browser, head = await working.as_("Q-p-fp"), await working.as_("Q-p-hom")
    path = await switched_on(browser)
    assert "/feed/rule" not in (await browser.get("/feed")).text
    form = fields((await head.get("/feed")).text, "/feed/rule")
    assert (await head.post("/feed/rule", data=form)).status_code == 422  # a reason is needed
    forbidden = await head.post("/feed/rule", data=form | {"reason": "searches"})
    assert forbidden.status_code == 303, forbidden.text
    assert "Recorded at position" in (await head.get(forbidden.headers["location"])).text
    async with working.nobody() as phone:
        gone = await phone.get(path)
        assert gone.status_code == 404
        assert path not in gone.text
        page = (await browser.get("/feed")).text
        assert "has forbidden calendar feeds" in page
        assert "/feed/new" not in page
        csrf = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0]}
        refused = await browser.post("/feed/new", data=csrf | {"device": "phone"})
        assert refused.status_code == 409
        assert ".ics" not in refused.text
        again = fields((await head.get("/feed")).text, "/feed/rule")
        await head.post("/feed/rule", data=again | {"reason": "over"})
        assert (await phone.get(path)).status_code == 200


async def test_only_the_head_of_mission_is_obeyed(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    csrf = fields((await browser.get("/feed")).text, "/feed/new")
    asked = csrf | {"command_id": str(cid("mine")), "rule": "forbid", "reason": "security"}
    refused = await browser.post("/feed/rule", data=asked)
    assert refused.status_code == 422
    assert (await working.house.here.desk.mission("Q")).feeds_allowed


async def test_a_feed_ends_with_the_posting(working: Web) -> None:
    path = await switched_on(await working.as_("Q-p-fp"))
    end = c.EndPosting(command_id=cid("end"), mission="Q", posting="p-fp", until="2026-05-06")
    await working.house.here.desk.submit(end, OPERATOR)
    async with working.nobody() as phone:
        assert (await phone.get(path)).status_code == 200
        working.clock.set(datetime(2026, 5, 6, 21, 30, tzinfo=UTC))  # the 7th in Cairo
        assert (await phone.get(path)).status_code == 404


async def test_whoever_stands_in_sees_that_work_too_but_only_within_its_scope(working: Web) -> None:
    path = await switched_on(await working.as_("Q-p-pol"))
    async with working.nobody() as phone:
        assert entries((await phone.get(path)).text)["VEVENT"] == {}
        away = {"mission": "Q", "posting": "p-fp", "from_day": "2026-05-05", "until": "2026-05-08"}
        for number, (scope, seen) in enumerate((("TRIAL-OBS", 0), ("COORD-LOCAL", 1))):
            leave = c.RecordAbsence(
                command_id=cid(f"away {number}"), substitute="p-pol", scope=(scope,), **away
            )
            await working.house.here.desk.submit(leave, HEAD)
            assert len(entries((await phone.get(path)).text)["VEVENT"]) == seen, scope


async def test_what_waits_is_left_out(working: Web) -> None:
    path = await switched_on(await working.as_("Q-p-fp"))
    wait = c.PauseClock(
        command_id=cid("wait"), mission="Q", obligation="o-1", task="hold.1", cause="awaiting_partner", party="partner"
    )  # fmt: skip
    async with working.nobody() as phone:
        assert len(entries((await phone.get(path)).text)["VTODO"]) == 1
        await working.house.here.desk.submit(wait, HEAD)
        assert entries((await phone.get(path)).text)["VTODO"] == {}


async def test_the_feed_speaks_its_owners_language(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    path = await switched_on(browser)
    await opened(working, "o-2")
    account = await working.house.accounts.ensure("Q-p-fp")
    await working.house.accounts.prefer(account.id, language="fr")
    async with working.nobody() as phone:
        said = (await phone.get(path, headers={"Accept-Language": "en"})).text
    assert "chose à faire" in said or "choses à faire" in said
    assert "due" not in said.replace("DUE", "")


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 500, "..%2f..%2fetc"])
async def test_an_address_that_is_none_says_nothing(working: Web, secret: str) -> None:
    async with working.nobody() as phone:
        answer = await phone.get(f"/feed/{secret}.ics")
    assert answer.status_code == 404


async def test_the_secret_is_kept_nowhere_and_reaches_no_log_line(
    working: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    logs.configure("json", "debug", said)
    caplog.set_level("DEBUG")
    path = await switched_on(await working.as_("Q-p-fp"))
    secret = path.removeprefix("/feed/").removesuffix(".ics")
    from chancery.web.routes import feeds

    async with working.nobody() as phone:
        await phone.get(path)

        async def broken(*_: Any) -> Any:
            raise RuntimeError(path)

        monkeypatch.setattr(feeds, "days_of", broken)
        assert (await phone.get(path)).status_code == 500
    kept = await _everything(working)
    assert "page_failed" in said.getvalue()  # the control: this line is ours, and the failure is in it
    for place in (said.getvalue(), kept):
        assert secret not in place
    assert not logging.getLogger("uvicorn.access").propagate, "a line for each request"
    assert "calendar" in kept  # the control: the token's row was looked at


async def _everything(web: Web) -> str:
    from chancery.kept import rows

    return str(await rows(web.house.here.pool, "SELECT t::text FROM web.token t")) + str(
        await rows(web.house.here.pool, "SELECT s::text FROM web.session s")
    )


async def test_devices_are_chosen_from_the_list_and_are_not_without_end(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    csrf = fields((await browser.get("/feed")).text, "/feed/new")
    for wrong in ({}, {"device": "Canary 7f3a"}, {"device": "other_system"}):
        answer = await browser.post("/feed/new", data=csrf | wrong)
        assert answer.status_code == 422, wrong
        assert "Canary" not in answer.text
    from chancery.web import tokens

    for _ in range(tokens.MOST):
        await switched_on(browser)
    assert "too many addresses" in (await browser.post("/feed/new", data=csrf | {"device": "phone"})).text


async def test_the_page_of_feeds_in_a_browser(working: Web) -> None:
    async with browsing() as browser:
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            window = await signed_in(browser, working, "Q-p-hom", viewport=size, color_scheme=scheme)
            page = await window.new_page()
            await page.goto("/feed")
            for step in ("page", "made"):
                if step == "made":
                    await page.get_by_label("For which device").select_option("phone")
                    await page.get_by_label("For which device").focus()
                    await page.keyboard.press("Tab")
                    await page.keyboard.press("Enter")
                    address = await page.get_by_label("Address", exact=True).input_value()
                    assert address.startswith(f"{working.address}/feed/")
                await shot(page, f"feed-{step}-{scheme}-{size['width']}")
                wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
                assert not wide, f"{step} is wider than {size['width']} pixels"
                found = await Axe().run(
                    page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
                )
                assert found.violations_count == 0, found.generate_report()
            await window.close()
