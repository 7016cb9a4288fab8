"""The audit: who did what for whom; filters in the address; pages from the newest; exports; who looked; one entry and its proof."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import pack

import psycopg
import pytest

from chancery.cases import reading
from chancery.oversight import entry as entries
from chancery.oversight import export, lines
from chancery.oversight.lines import Wanted
from chancery.streams import as_event
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from tests.made import FOCAL, HEAD, cid
from tests.web.conftest import Web
from tests.web.oversight_made import Half, headquarters, mission


@pytest.fixture
async def busy(staffed: Web) -> Web:
    """Q and T with something done in each, and headquarters."""
    await headquarters(staffed)
    await mission(staffed, "T")
    await Half(staffed).past(on_time=("p-fp", "p-alt"), left=1)
    await Half(staffed, "T").past(on_time=(None,))
    return staffed


def positions(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'href="/log/(\d+)" data-row', page)]


async def test_lines_come_newest_first_and_go_on_without_a_gap_or_a_double(busy: Web) -> None:
    browser = await busy.as_("HQ-h-audit")
    head = await busy.house.here.log.head()
    page = (await browser.get("/audit")).text
    seen = positions(page)
    while (further := re.search(r'href="\?([^"]+)" rel="next"', page)) is not None:
        page = (await browser.get("/audit?" + further[1].replace("&amp;", "&"))).text
        seen += positions(page)
    assert seen == list(range(head, 0, -1))


async def test_each_filter_leaves_what_fits_it(busy: Web) -> None:
    browser = await busy.as_("HQ-h-audit")
    log = busy.house.here.log

    async def found(**asked: str) -> list[str]:
        page = await browser.get("/audit", params=asked)
        return [(await log.at(n)).event["type"] for n in positions(page.text)]

    assert set(await found(type="TaskCompleted")) == {"TaskCompleted"}
    done = await browser.get("/audit", params={"who": "Q-p-alt"})
    events = [(await log.at(n)).event for n in positions(done.text)]
    assert events and {e["actor"]["code"] for e in events} == {"p-alt"}
    assert await found(who="p-alt") == [e["type"] for e in events]  # by posting too
    assert (
        len(await found(object="o-t-1"))
        == len(await found(object="obligation/o-t-1"))
        == len(await found(object="o-t-1/hold.1"))
        > 2
    )
    q = await browser.get("/audit", params={"mission": "T"})
    assert "obligation/o-t-1" in q.text and "obligation/o-q-1" not in q.text
    nobody = (await browser.get("/audit", params={"who": "Q-unknown"})).text
    assert positions(nobody) == [] and "Nobody whose work you may see is known by this code." in nobody
    today = (await log.at(await log.head())).recorded_us
    day = datetime.fromtimestamp(today / 1_000_000, UTC).date()
    assert (
        positions((await browser.get("/audit", params={"first": (day + timedelta(days=2)).isoformat()})).text)
        == []
    )
    assert positions(
        (await browser.get("/audit", params={"last": (day + timedelta(days=2)).isoformat()})).text
    )
    assert positions((await browser.get("/audit", params={"last": "2020-01-01"})).text) == []
    assert (await browser.get("/audit", params={"first": "yesterday"})).status_code == 422
    assert (await browser.get("/audit", params={"type": "DROP TABLE"})).status_code == 422


async def test_who_acted_for_somebody_absent_is_found_under_both(staffed: Web) -> None:
    half = Half(staffed)
    name = await half.opened()
    day = staffed.house.here.clock.now().date()
    away = {
        "posting": "p-fp",
        "from_day": day.isoformat(),
        "until": (day + timedelta(days=3)).isoformat(),
        "substitute": "p-alt",
    }
    await half.desk.submit(
        c.RecordAbsence.model_validate({"command_id": cid("away"), "mission": "Q", **away}), OPERATOR
    )
    accept = c.AcceptTask.model_validate(
        {"command_id": cid("acc"), "mission": "Q", "obligation": name, "task": "hold.1"}
    )
    await half.desk.submit(accept, Actor("officer", "p-alt", "Q"))
    head = await staffed.as_("Q-p-hom")
    for officer in ("Q-p-fp", "Q-p-alt"):
        page = (await head.get("/audit", params={"who": officer, "type": "TaskAccepted"})).text
        assert len(positions(page)) == 1 and "on behalf of Q-p-fp" in page


async def test_a_head_sees_their_own_mission_and_others_see_nothing(busy: Web) -> None:
    head = await busy.as_("Q-p-hom")
    page = (await head.get("/audit", params={"type": "TaskCompleted"})).text
    assert "o-q-1" in page and "o-t-1" not in page
    assert (await head.get("/audit", params={"mission": "T"})).status_code == 404
    assert (await head.get("/audit/readings", params={"mission": "T"})).status_code == 404
    assert positions((await head.get("/audit", params={"who": "T-p-fp"})).text) == []
    for officer in ("Q-p-fp", "Q-p-pol"):
        browser = await busy.as_(officer)
        for path in ("/audit", "/audit/export.csv", "/audit/export.jsonl", "/audit/readings"):
            assert (await browser.get(path)).status_code == 404, path


async def test_whoever_looks_somebody_up_is_written_down_and_the_person_sees_it(busy: Web) -> None:
    auditor, person = await busy.as_("HQ-h-audit"), await busy.as_("Q-p-alt")
    assert "Nobody did in the last year." in (await person.get("/record")).text
    await auditor.get("/audit", params={"who": "Q-p-alt"})
    assert "looked up what Q-p-alt did" in (await auditor.get("/audit")).text
    told = (await person.get("/record")).text.split("Who looked up what you did")[1]
    assert "HQ-h-audit" in told
    other = (await (await busy.as_("Q-p-fp")).get("/record")).text.split("Who looked up what you did")[1]
    assert "HQ-h-audit" not in other
    head = await busy.as_("T-p-hom")  # another mission's head sees no look at Q's people
    assert "looked up what Q-p-alt did" not in (await head.get("/audit")).text
    # The access log has the database's own time; who signs in a year after that is shown it no more.
    for days, shown in ((0, True), (366, False)):
        busy.clock.set(datetime.now(UTC) + timedelta(days=days))
        page = await (await busy.as_("HQ-h-audit")).get("/audit")
        assert page.status_code == 200 and ("looked up what Q-p-alt did" in page.text) is shown


async def test_csv_is_safe_and_whole_and_ends_with_the_logs_head(busy: Web) -> None:
    browser = await busy.as_("HQ-h-audit")
    answer = await browser.get("/audit/export.csv", params={"mission": "Q"})
    text = answer.content.decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    head = await busy.house.here.log.at(await busy.house.here.log.head())
    assert (read[-1]["type"], int(read[-1]["position"]), read[-1]["leaf"]) == (
        "LogHead",
        head.position,
        head.leaf.hex(),
    )
    assert {row["mission"] for row in read[:-1]} == {"Q"}
    log = busy.house.here.log
    for row in read[:-1]:
        assert row["leaf"] == (await log.at(int(row["position"]))).leaf.hex()
    french = await browser.get("/audit/export.csv", headers={"Accept-Language": "fr"})
    assert french.content.decode("utf-8-sig").startswith("position;recorded;")


def test_no_cell_is_taken_for_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        assert export.safe(text) == f"'{text}"
    assert (export.safe("plain"), export.safe(None), export.safe(12)) == ("plain", "", "12")


async def test_jsonl_names_the_head_first_and_then_each_line(busy: Web) -> None:
    browser = await busy.as_("HQ-h-audit")
    answer = await browser.get("/audit/export.jsonl", params={"type": "TaskCompleted"})
    first, *rest = [json.loads(line) for line in answer.text.splitlines()]
    assert first["schema"] == "chancery.audit/1" and first["filter"] == "type=TaskCompleted"
    assert first["head"] == await busy.house.here.log.head()
    assert len(rest) == 3 and {line["type"] for line in rest} == {"TaskCompleted"}
    assert (await browser.get("/audit/export.pdf")).status_code == 404


async def test_a_filter_that_fits_nothing_near_says_how_far_it_looked(
    busy: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "WINDOW", 10)
    monkeypatch.setattr(lines, "WINDOWS", 2)
    log = busy.house.here.log
    head = await log.head()
    page = await lines.page(log, Wanted(type="MissionAdopted", missions=("Q",)))
    assert (page.lines, page.following) == ((), head + 1 - 20)
    found, before = [], page.following
    while before is not None:
        page = await lines.page(log, Wanted(type="MissionAdopted", missions=("Q",)), before)
        found += page.lines
        before = page.following
    assert [one.event["data"]["mission"] for one in found] == ["Q"]


async def test_readings_are_listed_without_the_case_and_with_it_for_who_knows_its_code(busy: Web) -> None:
    here = busy.house.here
    cases = ["c-2a3b4c5d6e", "c-3a3b4c5d6f"]
    for case in cases:
        here.keys.create_case("Q", case)
    await reading.record(here, cases[0], Actor("officer", "p-fp", "Q"), "lead", None)
    await reading.record(here, cases[1], Actor("officer", "p-h-audit", "HQ"), "break_glass", "complaint")
    head = await busy.as_("Q-p-hom")
    page = (await head.get("/audit/readings")).text
    assert "Q-p-fp" in page and "HQ-h-audit" in page and "complaint" in page
    assert not any(case in page for case in cases)
    one = (await head.get("/audit/readings", params={"case": cases[1]})).text.split("<tbody>")[1]
    assert "HQ-h-audit" in one and "Q-p-fp" not in one
    other = await busy.as_("T-p-hom")
    assert (await other.get("/audit/readings", params={"case": cases[0]})).status_code == 404
    looked = (await (await busy.as_("HQ-h-dpo")).get("/audit")).text
    assert "asked who opened what is sealed in Q" in looked


async def test_an_entry_shows_its_bytes_and_its_leaf_made_again(busy: Web) -> None:
    log = busy.house.here.log
    head = await log.at(await log.head())
    made = sha256(b"\x00" + pack(">qq", head.position, head.recorded_us) + head.body).digest()
    assert made == head.leaf == entries.leaf_of(head.position, head.recorded_us, head.body)
    browser = await busy.as_("T-p-hom")
    page = (await browser.get(f"/log/{head.position}")).text
    assert "Both leaves are equal." in page and head.leaf.hex() in page and "What it does not prove" in page
    assert "No checkpoint covers it yet" in page, "nothing signs in this test; test_checkpoints has the rest"


async def test_an_entry_that_was_altered_is_seen(busy: Web) -> None:
    log = busy.house.here.log
    whole = await entries.entry(log, 5)
    assert whole is not None and whole.leaf_equal and whole.canonical_equal and whole.columns_equal
    assert entries.leaf_of(5, whole.recorded.recorded_us, whole.recorded.body + b" ") != whole.recorded.leaf
    assert entries.leaf_of(6, whole.recorded.recorded_us, whole.recorded.body) != whole.recorded.leaf


async def test_entries_are_closed_to_outsiders_and_open_to_whom_they_concern(busy: Web) -> None:
    log = busy.house.here.log
    head = await log.head()
    of_t = [n for n in range(1, head + 1) if (await log.at(n)).stream == "obligation/o-t-1"]
    outsider, insider = await busy.as_("Q-p-hom"), await busy.as_("T-p-pol")
    for n in of_t:
        assert (await outsider.get(f"/log/{n}")).status_code == 404
        assert (await insider.get(f"/log/{n}")).status_code == 200
    for wrong in (0, head + 1, "x", "1e3", "9" * 30):
        assert (await insider.get(f"/log/{wrong}")).status_code == 404
    # Who left keeps what is about their own work: what they held, until it went on; and nothing of others'.
    busy.clock.set(busy.clock.now() + timedelta(days=1))
    ended = {"posting": "p-t-fp", "until": (busy.clock.now().date() - timedelta(days=1)).isoformat()}
    await busy.house.here.desk.submit(
        c.EndPosting.model_validate({"command_id": cid("gone"), "mission": "T", **ended}), OPERATOR
    )
    gone = await busy.as_("T-p-fp")
    for n in of_t:
        assert (await gone.get(f"/log/{n}")).status_code == 200, n
    of_q = [n for n in range(1, head + 1) if (await log.at(n)).stream == "obligation/o-q-1"]
    assert {(await gone.get(f"/log/{n}")).status_code for n in of_q} == {404}
    assert (await gone.get("/log/1")).status_code == 404


async def test_what_was_handed_on_stays_open_up_to_the_hand_over_only(staffed: Web) -> None:
    half = Half(staffed)
    name = await half.opened()
    give = {"mission": "Q", "obligation": name, "task": "hold.1", "posting": "p-pol"}
    await half.desk.submit(c.ReassignTask.model_validate({"command_id": cid("give"), **give}), FOCAL)
    await half.complete(name)
    events = [as_event(e) for e in await staffed.house.here.log.read_stream(f"obligation/{name}")]
    before = {e.type for e in events if entries.concerns(events, e, {"p-fp"})}
    after = {e.type for e in events if entries.concerns(events, e, {"p-pol"})}
    assert before == {"ObligationOpened", "TaskOpened", "TaskAssigned"}
    assert "TaskCompleted" in after
    assert not any(entries.concerns(events, e, {"p-dep"}) for e in events)


async def test_what_stopped_the_clocks_stays_open_to_whoever_left_and_other_peoples_posts_do_not(
    staffed: Web,
) -> None:
    now = staffed.clock.now()
    stop = {"starts": now, "ends": now + timedelta(days=2), "reason": "security"}
    await staffed.house.here.desk.submit(
        c.DeclareSuspension.model_validate({"command_id": cid("stop"), "mission": "Q", **stop}), HEAD
    )
    events = [as_event(e) for e in await staffed.house.here.log.read_stream("mission/Q")]
    found = {(e.type, e.data.get("posting")) for e in events if entries.concerns(events, e, {"p-pol"})}
    assert found == {("SuspensionDeclared", None), ("PostingBegan", "p-pol")}
    assert not any(entries.concerns(events, e, {"p-elsewhere"}) for e in events)


async def test_the_pages_keep_working_for_the_role_that_may_only_read_and_append(busy: Web) -> None:
    """The filter on who acted parses bodies in the database: the application's role must be able to."""
    found = await lines.page(busy.house.here.log, Wanted(people=("p-fp",)))
    assert found.lines
    with pytest.raises(
        psycopg.errors.InsufficientPrivilege
    ):  # the control: the log's own helper is closed to it
        async with busy.house.here.pool.connection() as connection:
            await connection.execute("SELECT log.field(body, '{actor,code}') FROM log.event LIMIT 1")
