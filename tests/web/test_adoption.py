"""A mission begins on the pages: shown before it is sent, its days taken along, and each step as the record has it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from chancery import tick
from tests.made import cid
from tests.web.browser import browsing
from tests.web.conftest import Web, adopt
from tests.web.looking import looked
from tests.web.test_imports import upload
from tests.web.test_thread import fields
from tests.web.walking import FEW, Way, walking

NEW = "/adoption/new"
TYPED = {"mission": "T", "host": "TN", "zone": "Africa/Tunis", "on": "2026-05-01", "instrument": "eu-hrd"}
STAFF = (
    b"mission;host;zone;post;role;officer;from;to;hrd_share_percent;languages;local_agent\n"
    b"T;TN;Africa/Tunis;T-HOM;head_of_mission;T-101;2024-01-01;;10;fr;no\n"
    b"T;TN;Africa/Tunis;T-POL;focal_point;T-102;2024-01-01;;40;fr;no\n"
)


async def begun(web: Web, **typed: str) -> None:
    """Mission T, adopted on its page."""
    client = await web.as_("operator")
    form = fields((await client.get(NEW)).text, NEW) | TYPED | {"step": "look"}
    look = await client.post(NEW, data=form)
    assert look.status_code == 200, look.text
    sent = await client.post(NEW, data=fields(look.text, NEW) | {"step": "adopt"} | typed)
    assert sent.status_code == 303, sent.text
    again = await client.post(NEW, data=fields(look.text, NEW) | {"step": "adopt"} | typed)
    assert again.headers["location"] == sent.headers["location"]


async def test_a_mission_is_shown_then_adopted_with_the_days_of_its_duties(web: Web) -> None:
    client = await web.as_("operator")
    form = fields((await client.get(NEW)).text, NEW)
    typed = form | TYPED | {"covers": "LY", "partners": "EUD-TUNIS, US-TUNIS", "step": "look"}
    look = await client.post(NEW, data=typed)
    assert "T-TN (resident), T-LY" in look.text and "EUD-TUNIS" in look.text
    assert await web.house.here.log.head() == 0  # shown, not adopted
    last = re.findall(r'name="(last:[^"]+)"', look.text)
    assert "last:MEET-ANNUAL" in last
    sent = await client.post(
        NEW, data=fields(look.text, NEW) | {"step": "adopt", "last:MEET-ANNUAL": "2025-11-20"}
    )
    assert sent.headers["location"].startswith("/adoption/missions/T?done=")
    mission = await web.house.here.desk.mission("T")
    assert mission.last_done == {"MEET-ANNUAL": "2025-11-20"} and mission.adopted_on == date(2026, 5, 1)
    assert mission.accreditations == {"T-TN": "TN", "T-LY": "LY"} and mission.partners == (
        "EUD-TUNIS",
        "US-TUNIS",
    )
    assert mission.clock.zone == "Africa/Tunis" and mission.switched_off
    page = (await client.get(sent.headers["location"])).text
    assert "Recorded at position 1" in page and "2025-11-20" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mission": "T/1"}, "Write letters, digits and hyphens"),
        ({"mission": ""}, "This is needed."),
        ({"host": "Tunisia"}, "codes of two letters"),
        ({"covers": "XX9"}, "codes of two letters"),
        ({"zone": "Africa/Nowhere"}, "Write a zone such as"),
        ({"on": "soon"}, "Write a day such as"),
        ({"on": "1066-10-14"}, "Write a day such as"),
        ({"partners": "Ünknown"}, "Write codes such as EUD-CAIRO"),
        ({"instrument": "nonsense"}, "Tick at least one text."),
        ({"mission": "Q"}, "has been adopted already"),
    ],
)
async def test_what_cannot_be_adopted_is_said_at_its_field_and_stays_typed(
    staffed: Web, typed: dict[str, str], said: str
) -> None:
    client = await staffed.as_("operator")
    form = fields((await client.get(NEW)).text, NEW) | TYPED | {"step": "look"}
    head = await staffed.house.here.log.head()
    answer = await client.post(NEW, data=form | typed)
    assert answer.status_code == 422 and said in answer.text and "Africa/" in answer.text
    sent = await client.post(NEW, data=form | typed | {"step": "adopt"})  # straight past the preview
    assert sent.status_code == 422 and await staffed.house.here.log.head() == head


async def test_a_day_after_the_adoption_is_refused_and_what_was_typed_can_be_changed(web: Web) -> None:
    client = await web.as_("operator")
    form = fields((await client.get(NEW)).text, NEW) | TYPED | {"step": "look"}
    look = fields((await client.post(NEW, data=form)).text, NEW)
    late = await client.post(NEW, data=look | {"step": "adopt", "last:MEET-ANNUAL": "2026-05-02"})
    assert (
        late.status_code == 422 and "This lies after the adoption." in late.text and "2026-05-02" in late.text
    )
    back = await client.post(NEW, data=look | {"step": "back"})
    assert 'value="Africa/Tunis"' in back.text and await web.house.here.log.head() == 0


async def test_headquarters_and_another_weekend(web: Web) -> None:
    client = await web.as_("operator")
    form = fields((await client.get(NEW)).text, NEW) | TYPED
    typed = form | {
        "mission": "HQ",
        "host": "BE",
        "zone": "Europe/Brussels",
        "headquarters": "yes",
        "weekend": "Friday",
    }
    look = await client.post(NEW, data=typed | {"step": "look"})
    sent = await client.post(NEW, data=fields(look.text, NEW) | {"step": "adopt"})
    assert sent.status_code == 303, sent.text
    mission = await web.house.here.desk.mission("HQ")
    assert mission.kind == "headquarters" and mission.clock.weekend == {4}
    assert mission.accreditations == {"HQ": "BE"}


async def test_the_steps_follow_the_record(web: Web) -> None:
    await begun(web)
    client, where = await web.as_("operator"), "/adoption/missions/T"
    page = (await client.get(where)).text
    assert "Nobody is in post as: Head of Mission, focal point." in page and "Nobody is in post yet." in page
    for path in re.findall(r'href="(/[^"]+\?mission=T)"', page):
        assert (await client.get(path)).status_code == 200, path
    sent = await upload(client, "/adoption/staff", STAFF)
    preview = sent.headers["location"]
    await client.post(preview, data=fields((await client.get(preview)).text, preview))
    for _ in range(20):
        page = (await client.get(where)).text
        if "2 postings run today." in page:
            break
    assert "Nobody is in post as" not in page and "T-101" in page and "no way in yet" in page
    action = f"{where}/invite"
    invited = await client.post(action, data=fields(page, action) | {"officer": "T-101"})
    address = re.search(r'<code class="secret">([^<]+)</code>', invited.text)
    assert address is not None and address[1].startswith(web.address + "/enrol/")
    async with web.nobody() as nobody:
        assert "This is the way in for T-101." in (await nobody.get(address[1])).text
    page = (await client.get(where)).text
    assert "T-101 · invited" in page and "T-102 · invited" not in page
    other = await client.post(action, data=fields(page, action) | {"officer": "Q-999"})
    assert other.status_code == 422  # nobody who is not in post there
    lead = await web.as_("T-102")
    assert (await lead.get("/adoption")).headers["location"] == where
    assert action not in (await lead.get(where)).text
    token = fields((await lead.get(where)).text, "/sign-out")
    assert (await lead.post(action, data=token | {"officer": "T-101"})).status_code == 404


async def test_the_head_switches_a_duty_and_nobody_below(staffed: Web) -> None:
    where = "/adoption/missions/Q"
    action = f"{where}/duty"
    head = await staffed.as_("Q-p-hom")
    page = (await head.get(where)).text
    typed = fields(page, action) | {
        "definition": "COORD-LOCAL", "turn": "off", "authority": "strategy", "reason": "capacity", "until": "2026-12-31",
    }  # fmt: skip
    focal = await staffed.as_("Q-p-fp")
    assert action not in (await focal.get(where)).text
    forged = typed | fields((await focal.get("/inbox")).text, "/sign-out")
    assert (await focal.post(action, data=forged)).status_code == 422
    core = await head.post(action, data=typed | {"definition": "TRIAL-OBS", "command_id": str(cid("core"))})
    assert core.status_code == 422 and (await staffed.house.here.desk.mission("Q")).switches == {}
    sent = await head.post(action, data=typed)
    assert sent.status_code == 303, sent.text
    assert (await staffed.house.here.desk.mission("Q")).switches["COORD-LOCAL"].on is False
    assert "switched until 2026-12-31" in (await head.get(sent.headers["location"])).text


async def test_only_who_leads_there_and_the_operator_see_it(staffed: Web) -> None:
    await begun(staffed)
    for officer, path, status in (
        ("Q-p-fp", "/adoption/missions/Q", 200),
        ("Q-p-fp", "/adoption/missions/T", 404),
        ("Q-p-pol", "/adoption/missions/Q", 404),
        ("Q-p-pol", "/adoption", 404),
        ("Q-p-hom", NEW, 404),
        ("operator", "/adoption/missions/T", 200),
        ("operator", "/adoption/missions/Z", 404),
    ):
        assert (await (await staffed.as_(officer)).get(path)).status_code == status, (officer, path)
    token = fields((await (await staffed.as_("Q-p-hom")).get("/inbox")).text, "/sign-out")
    assert (await (await staffed.as_("Q-p-hom")).post(NEW, data=token | TYPED)).status_code in (403, 404)


async def test_what_is_foreseen_is_what_ticks_then_open(staffed: Web) -> None:
    """Day after day, over the turn of two months."""
    desk, clock = staffed.house.here.desk, staffed.clock
    mission = await desk.mission("Q")
    coming = await tick.foreseen(desk, mission, 60)
    today = mission.day(clock.now())
    assert len({one.day for one in coming}) > 1  # some today, some later
    opened: list[tuple[date, str]] = []
    for days in range(61):
        opened += [(today + timedelta(days=days), id_) for id_ in await tick.open_due(desk, "Q")]
        clock.set(clock.now() + timedelta(days=1))
    assert {(one.day, one.definition, one.period) for one in coming} == {
        (day, *id_.split(":")[-2:]) for day, id_ in opened
    }


async def test_adoption_is_sound(web: Web) -> None:
    await begun(web)
    await adopt(web)
    async with browsing() as browser:
        await looked(browser, web, "operator", ("/adoption", NEW, "/adoption/missions/T"))
        await looked(browser, web, "Q-p-hom", ("/adoption/missions/Q",))


@pytest.mark.parametrize("way", [FEW[1], FEW[3]], ids=str)
async def test_a_mission_is_adopted_by_hand(web: Web, way: Way) -> None:
    async with walking(web, "operator", way, "adoption") as walker:
        await walker.go("/adoption")
        await walker.press('a[href="/adoption/new"]')
        await walker.write("#mission", "T")
        await walker.write("#host", "TN")
        await walker.write("#zone", "Africa/Tunis")
        await walker.press('button[value="look"]')
        await walker.sees("T-TN")
        await walker.write('[name="last:MEET-ANNUAL"]', "2025-11-20")
        await walker.press('button[value="adopt"]')
        await walker.sees("2025-11-20", "Africa/Tunis")
    mission = await web.house.here.desk.mission("T")
    assert mission.last_done == {"MEET-ANNUAL": "2025-11-20"}
