"""A file is shown as what it would record, then recorded: all or nothing, once, by whom it is theirs to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from chancery.kept import one, rows
from chancery.web.routes.imports import LIST
from tests.imports.made import HEADER, event, ics
from tests.web.browser import browsing
from tests.web.casework import a_case
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.test_thread import fields

HEAD = "Q;EG;Africa/Cairo;Q-POL-4;political_officer;Q-104;2026-06-01;;20;en,fr;no"
SECOND = "Q;EG;Africa/Cairo;Q-POL-5;political_officer;Q-105;2026-06-01;2027-05-31;20;en;no"
CANARY = "SUMMARY:canary-9d2e in the court of canary-77aa"


def table(*lines: str) -> bytes:
    return ("\n".join((HEADER, *lines)) + "\n").encode()


async def upload(client: httpx2.AsyncClient, to: str, content: bytes, **typed: str) -> httpx2.Response:
    """Choose a file and send it; the name that it comes with is a canary."""
    form = fields((await client.get(to)).text, to) | typed
    return await client.post(to, data=form, files={"file": ("canary-name.csv", content)})


async def test_a_staff_table_is_shown_then_recorded_once(staffed: Web) -> None:
    client, here = await staffed.as_("operator"), staffed.house.here
    head = await here.log.head()
    sent = await upload(client, "/adoption/staff", table(HEAD, SECOND))
    where = sent.headers["location"]
    page = (await client.get(where)).text
    assert page.count("a new post, and its posting begins") == 2 and "Q-104" in page
    assert await here.log.head() == head  # looked at, not recorded
    typed = fields(page, where)
    recorded = await client.post(where, data=typed)
    assert recorded.status_code == 303, recorded.text
    job = recorded.headers["location"]
    await staffed.house.jobs.settled(UUID(typed["command_id"]), 5)
    assert "The staff table is recorded: 4 entries" in (await client.get(job)).text
    assert (await client.post(where, data=typed)).headers["location"] == job  # sent twice
    assert await here.log.head() == head + 4
    assert (await client.get(where)).status_code == 422  # and the file is gone
    mission = await here.desk.mission("Q")
    assert {"Q-POL-4", "Q-POL-5"} <= set(mission.posts)
    again = await upload(client, "/adoption/staff", table(HEAD, SECOND))
    assert "All of this is recorded already." in (await client.get(again.headers["location"])).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty."),
        (table(HEAD, HEAD.replace("Q-104", "canary")), "never a name"),
        (table(HEAD.replace("Q;EG", "Z;EG")), "Z is not adopted"),
        (
            table(HEAD.replace("Q-POL-4", "Q-POL-1").replace("2026-06-01;;", "2026-06-01;;")),
            "is recorded as focal_point",
        ),
        (table(HEAD, SECOND.replace("20;en", "twenty;en")), "whole number from 0 to 100"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
async def test_one_wrong_line_and_nothing_of_the_table_is_recorded(
    staffed: Web, content: bytes, said: str
) -> None:
    client = await staffed.as_("operator")
    head = await staffed.house.here.log.head()
    sent = await upload(client, "/adoption/staff", content)
    where = sent.headers["location"]
    page = await client.get(where)
    assert page.status_code == 422 and said in page.text, page.text
    assert f'action="{where}"' not in page.text  # nothing to press
    forged = fields((await client.get("/adoption/staff")).text, "/adoption/staff")
    typed = forged | {"command_id": "0f0b2b1e-95a2-5d1a-8a39-3f3c5f0d7a55"}
    await client.post(where, data=typed)  # pressed all the same
    await staffed.house.jobs.settled(UUID(typed["command_id"]), 5)
    assert "nothing was recorded" in (await client.get(f"/jobs/{typed['command_id']}")).text
    assert await staffed.house.here.log.head() == head


async def test_only_the_operator_imports_staff_and_only_leads_a_court_list(staffed: Web) -> None:
    operator, lead = await staffed.as_("operator"), await staffed.as_("Q-p-fp")
    where = (await upload(operator, "/adoption/staff", table(HEAD))).headers["location"]
    token = fields((await lead.get("/inbox")).text, "/sign-out")
    for path in ("/adoption/staff", where):
        assert (await lead.get(path)).status_code == 404
        assert (await lead.post(path, data=token)).status_code == 404
    assert (await operator.get(where)).status_code == 200  # the control
    assert (await operator.get("/rota/import")).status_code == 404
    political = await staffed.as_("Q-p-pol")
    assert (await political.get("/rota/import")).status_code == 404
    assert (await lead.get("/rota/import")).status_code == 200


async def test_a_file_waits_for_its_sender_alone_and_for_an_hour(staffed: Web) -> None:
    case = await a_case(staffed)
    lead, other = await staffed.as_("Q-p-fp"), await staffed.as_("Q-p-hom")
    sent = await upload(lead, "/rota/import", ics(event()), case=case)
    where = sent.headers["location"]
    assert case not in where and (await lead.get(where)).status_code == 200
    assert (await other.get(where)).status_code == 422
    await staffed.house.uploads.sweep(staffed.clock.now())  # the control: not before
    assert (await lead.get(where)).status_code == 200
    staffed.clock.set(staffed.clock.now() + timedelta(minutes=61))
    gone = await lead.get(where)
    await staffed.house.uploads.sweep(staffed.clock.now())
    assert await rows(staffed.house.here.pool, "SELECT id FROM web.upload") == []
    assert gone.status_code == 422 and "waits here no longer" in gone.text


async def test_a_court_list_is_recorded_and_its_words_stand_nowhere(
    staffed: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    case, here = await a_case(staffed), staffed.house.here
    client = await staffed.as_("Q-p-fp")
    content = ics(
        event(CANARY),
        event("STATUS:CANCELLED", uid="two@list"),
        event(uid="three@list", start="DTSTART;VALUE=DATE:20260701"),
    )
    sent = await upload(client, "/rota/import", content, case=case)
    where = sent.headers["location"]
    page = (await client.get(where)).text
    assert "2026-06-24 09:30" in page and "2026-07-01" in page and "unchanged" in page
    assert "The obligation to observe this trial is opened" in page
    typed = fields(page, where)
    job = (await client.post(where, data=typed)).headers["location"]
    await staffed.house.jobs.settled(UUID(typed["command_id"]), 5)
    told = (await client.get(job)).text
    assert "The court list is recorded." in told and case not in told
    (row,) = await rows(here.pool, "SELECT j::text AS said FROM web.job AS j")
    assert "canary" not in row["said"] and case not in row["said"]
    log = await rows(here.pool, "SELECT convert_from(body, 'UTF8') AS said FROM log.event")
    assert not any("canary" in r["said"] or case in r["said"] for r in log)
    assert sum('"type":"AppointmentSet"' in r["said"] for r in log) == 2  # the control
    shown = capfd.readouterr()
    assert "canary" not in shown.out + shown.err and case not in shown.out + shown.err
    again = await upload(
        client, "/rota/import", content.replace(b"20260624T093000", b"20260625T093000"), case=case
    )
    assert "moved" in (await client.get(again.headers["location"])).text


async def test_a_waiting_file_is_sealed(staffed: Web) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    await upload(client, "/rota/import", ics(event(CANARY)), case=case)
    found = await one(staffed.house.here.pool, "SELECT u::text AS said, ciphertext FROM web.upload AS u")
    assert found is not None and case not in found["said"] and "canary" not in found["said"]
    assert b"canary" not in bytes(found["ciphertext"]) and case.encode() not in bytes(found["ciphertext"])


async def test_a_closed_vault_takes_no_list(staffed: Web) -> None:
    case, here = await a_case(staffed), staffed.house.here
    client = await staffed.as_("Q-p-fp")
    where = (await upload(client, "/rota/import", ics(event()), case=case)).headers["location"]
    here.keys.lock("Q")
    page = await client.get(where)
    assert page.status_code == 422 and "cannot be opened or sealed now" in page.text
    here.keys.unlock("Q")
    assert (await client.get(where)).status_code == 200  # the control


async def test_a_code_that_is_no_case_of_the_mission_makes_none(staffed: Web) -> None:
    await a_case(staffed)
    client, keys = await staffed.as_("Q-p-fp"), staffed.house.here.keys
    before = keys.keys("Q", "case")
    for code in ("c-7kq2mz4xha", "nonsense", "../x"):
        sent = await upload(client, "/rota/import", ics(event()), case=code)
        assert sent.status_code == 422 and "has no case under this code" in sent.text
    assert keys.keys("Q", "case") == before


@pytest.mark.parametrize("content", [b"nonsense", ics(event(start="DTSTART:never")), ics(event(), event())])
async def test_a_bad_list_says_the_line(staffed: Web, content: bytes) -> None:
    case = await a_case(staffed)
    client = await staffed.as_("Q-p-fp")
    where = (await upload(client, "/rota/import", content, case=case)).headers["location"]
    page = await client.get(where)
    assert page.status_code == 422 and "Nothing was recorded." in page.text and LIST not in page.text


async def test_imports_are_sound(staffed: Web) -> None:
    case = await a_case(staffed)
    operator, lead = await staffed.as_("operator"), await staffed.as_("Q-p-fp")
    good = (await upload(operator, "/adoption/staff", table(HEAD, SECOND))).headers["location"]
    bad = (await upload(operator, "/adoption/staff", table(HEAD, HEAD.replace("Q-104", "x")))).headers[
        "location"
    ]
    listed = (await upload(lead, "/rota/import", ics(event()), case=case)).headers["location"]
    async with browsing() as browser:
        await looked(browser, staffed, "operator", ("/adoption/staff", good, bad))
        await looked(browser, staffed, "Q-p-fp", ("/rota/import", listed))
