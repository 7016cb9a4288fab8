"""Headquarters' calendar on its page: set by headquarters alone, all of a table or nothing, seen where it concerns a mission."""

from __future__ import annotations

import pytest

from tests.web.browser import browsing
from tests.web.conftest import Web
from tests.web.looking import looked
from tests.web.oversight_made import headquarters
from tests.web.test_thread import fields

TABLE = "kind,day,until,definition,days_before,countries\nupr_session,2026-11-02,2026-11-13,UPR,120,EG\n"


async def test_headquarters_sets_a_date_and_a_mission_sees_what_concerns_it(staffed: Web) -> None:
    await headquarters(staffed)
    desk = await staffed.as_("HQ-h-desk")
    page = (await desk.get("/dates")).text
    typed = fields(page, "/dates") | {
        "kind": "upr_session", "day": "2026-11-02", "definition": "UPR", "days_before": "120", "countries": "EG",
    }  # fmt: skip
    sent = await desk.post("/dates", data=typed)
    assert sent.status_code == 303, sent.text
    assert (await desk.post("/dates", data=typed)).headers["location"] == sent.headers["location"]
    elsewhere = typed | {
        "command_id": typed["command_id"][:-4] + "beef",
        "kind": "hrc_session",
        "countries": "TN",
    }
    assert (await desk.post("/dates", data=elsewhere)).status_code == 303
    seen = (await (await staffed.as_("Q-p-fp")).get("/dates")).text
    assert "Universal Periodic Review" in seen and "Human Rights Council" not in seen.split("<main")[1]
    assert "/dates/remove" not in seen  # a mission looks, and does not set


async def test_a_mission_sets_no_date(staffed: Web) -> None:
    await headquarters(staffed)
    focal = await staffed.as_("Q-p-fp")
    token = fields((await focal.get("/inbox")).text, "/sign-out")
    typed = token | {"kind": "upr_session", "day": "2026-11-02", "definition": "UPR", "days_before": "1"}
    assert (await focal.post("/dates", data=typed | {"command_id": "0" * 32})).status_code == 404
    auditor = await staffed.as_("HQ-h-audit")
    assert "/dates/table" not in (await auditor.get("/dates")).text


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("nonsense", "The first line must be"),
        (TABLE + "upr_session,tomorrow,,UPR,1,\n", "Line 3: write days as"),
        (TABLE + "birthday,2026-11-02,,UPR,1,\n", "Line 3: the kind is one of"),
        (TABLE + "upr_session,2026-11-02,,NOPE,1,\n", "Line 3: &#39;NOPE&#39; is no definition"),
        (TABLE + "upr_session,2026-11-02\n", "Line 3 has 2 cells"),
        (TABLE + "upr_session,2026-11-02,,UPR,7,\n", "stands twice"),
    ],
)
async def test_a_table_with_one_wrong_line_records_nothing(staffed: Web, table: str, said: str) -> None:
    await headquarters(staffed)
    desk = await staffed.as_("HQ-h-desk")
    head = await staffed.house.here.log.head()
    action = "/dates/table"
    typed = fields((await desk.get("/dates")).text, action)
    answer = await desk.post(action, data=typed, files={"table": ("dates.csv", table.encode())})
    assert answer.status_code == 422 and said in answer.text, answer.text
    assert await staffed.house.here.log.head() == head
    good = await desk.post(action, data=typed, files={"table": ("dates.csv", TABLE.encode())})
    assert good.status_code == 303  # the control


async def test_the_page_holds_for_everybody(staffed: Web) -> None:
    await headquarters(staffed)
    desk = await staffed.as_("HQ-h-desk")
    typed = fields((await desk.get("/dates")).text, "/dates/table")
    await desk.post("/dates/table", data=typed, files={"table": ("dates.csv", TABLE.encode())})
    async with browsing() as browser:
        await looked(browser, staffed, "HQ-h-desk", ["/dates"])
