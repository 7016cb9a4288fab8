"""What takes long: begun once, seen by whoever began it alone, and honest about a process that died."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chancery import apart, mission_year
from chancery.jobs import LOST, LOST_AFTER, JobRuns, Tell
from chancery.kept import one, rows
from tests.made import cid
from tests.web.browser import browsing, shot, signed_in
from tests.web.conftest import Web
from tests.web.looking import looked, sound
from tests.web.test_thread import fields


async def _account(web: Web, officer: str) -> Any:
    return (await web.house.accounts.ensure(officer)).id


async def _ended(web: Web, officer: str, where: str) -> str:
    """The page of a job once it has ended."""
    client = await web.as_(officer)
    for _ in range(600):
        page = (await client.get(where)).text
        if "data-every" not in page:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError("it does not end")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("verify", "all as written"),
        ("check", "every row of every view is what the log says"),
        ("rebuild", "None had been wrong."),
    ],
)
async def test_the_operator_has_the_log_and_the_views_looked_at(staffed: Web, kind: str, said: str) -> None:
    client = await staffed.as_("operator")
    page = (await client.get("/jobs")).text
    typed = fields(page, f"/jobs/{kind}")
    sent = await client.post(f"/jobs/{kind}", data=typed)
    assert sent.status_code == 303, sent.text
    again = await client.post(f"/jobs/{kind}", data=typed)
    assert again.headers["location"] == sent.headers["location"]  # sent twice, it is one job
    assert said in await _ended(staffed, "operator", sent.headers["location"])
    assert len(await rows(staffed.house.here.pool, "SELECT id FROM web.job")) == 1


async def test_a_row_that_is_wrong_is_found_and_mended(working: Web) -> None:
    """The control of the test above."""
    pool = working.house.here.pool
    await rows(pool, "UPDATE view.task SET posting = 'nobody'")
    client = await working.as_("operator")
    for kind, said in (("check", "These views differ from the log"), ("rebuild", "wrong and are mended")):
        typed = fields((await client.get("/jobs")).text, f"/jobs/{kind}")
        where = (await client.post(f"/jobs/{kind}", data=typed)).headers["location"]
        assert said in await _ended(working, "operator", where)
    found = await one(pool, "SELECT posting FROM view.task")
    assert found is not None and found["posting"] == "p-fp"


async def test_nobody_else_begins_or_sees_a_job(staffed: Web) -> None:
    client = await staffed.as_("operator")
    typed = fields((await client.get("/jobs")).text, "/jobs/verify")
    where = (await client.post("/jobs/verify", data=typed)).headers["location"]
    assert (await client.get(where)).status_code == 200  # the control
    focal = await staffed.as_("Q-p-fp")
    own = fields((await focal.get("/jobs")).text, "/jobs/rehearsal")
    assert (await focal.get(where)).status_code == 404
    assert "/jobs/verify" not in (await focal.get("/jobs")).text
    for kind in ("verify", "check", "rebuild", "nonsense"):
        assert (await focal.post(f"/jobs/{kind}", data=own)).status_code == 404
    political = await staffed.as_("Q-p-pol")
    assert (await political.get("/jobs")).status_code == 404
    assert (
        await client.post("/jobs/check", data={"command_id": str(uuid4())})
    ).status_code == 403  # no token


async def test_one_of_a_kind_at_a_time_and_its_progress_shows(staffed: Web) -> None:
    jobs, now = staffed.house.jobs, staffed.clock.now()
    account = await _account(staffed, "operator")
    go = asyncio.Event()

    async def work(tell: Tell) -> dict[str, Any]:
        tell(3, 4)
        await go.wait()
        return {"ok": True, "head": 7, "events": 7, "wrong": 0, "findings": []}

    id_ = cid("job")
    await jobs.start(account, id_, "verify", work, now)
    with pytest.raises(JobRuns):
        await jobs.start(account, cid("second"), "verify", work, now)
    client = await staffed.as_("operator")
    typed = fields((await client.get("/jobs")).text, "/jobs/verify")
    refused = await client.post("/jobs/verify", data=typed)
    assert refused.status_code == 422 and "One of these is at work already" in refused.text
    for _ in range(100):  # the row is touched every second
        page = (await client.get(f"/jobs/{id_}")).text
        if 'value="75"' in page:
            break
        await asyncio.sleep(0.1)
    assert 'value="75"' in page and 'http-equiv="refresh"' in page
    go.set()
    await jobs.settled(id_, 5)
    page = (await client.get(f"/jobs/{id_}")).text
    assert "7 events up to position 7" in page and "http-equiv" not in page
    await jobs.start(account, cid("third"), "verify", work, now)  # the lane is free again
    await jobs.settled(cid("third"), 5)


async def test_a_job_whose_process_died_is_said_to_have_ended_and_begins_anew(staffed: Web) -> None:
    jobs, now, pool = staffed.house.jobs, staffed.clock.now(), staffed.house.here.pool
    account = await _account(staffed, "operator")
    await rows(
        pool,
        "INSERT INTO web.job (id, account, kind, state, lane, started_at) "
        "VALUES (%s, %s, 'rebuild', 'running', 'rebuild', %s)",
        [cid("dead"), account, now],
    )
    client = await staffed.as_("operator")
    assert "It is at work" in (await client.get(f"/jobs/{cid('dead')}")).text  # touched a moment ago
    await rows(pool, "UPDATE web.job SET beat_at = now() - make_interval(secs => %s)", [LOST_AFTER + 1])
    page = (await client.get(f"/jobs/{cid('dead')}")).text
    assert "ended with the process that ran it" in page and "http-equiv" not in page
    typed = fields((await client.get("/jobs")).text, "/jobs/rebuild")
    sent = await client.post("/jobs/rebuild", data=typed)
    assert sent.status_code == 303
    assert "None had been wrong." in await _ended(staffed, "operator", sent.headers["location"])
    dead = await jobs.get(account, cid("dead"))
    assert dead is not None and dead.state == "failed" and dead.result == {"code": LOST}


async def test_what_fails_says_its_code_and_no_word_of_it(staffed: Web) -> None:
    account = await _account(staffed, "operator")

    async def work(tell: Tell) -> dict[str, Any]:
        raise RuntimeError("canary-4f1c")

    await staffed.house.jobs.start(account, cid("bad"), "verify", work, staffed.clock.now())
    await staffed.house.jobs.settled(cid("bad"), 5)
    page = (await (await staffed.as_("operator")).get(f"/jobs/{cid('bad')}")).text
    assert "It failed (fault)" in page and "canary-4f1c" not in page
    found = await one(staffed.house.here.pool, "SELECT result::text AS said FROM web.job")
    assert found is not None and "canary" not in found["said"]


async def test_a_mission_s_year_is_its_own(staffed: Web) -> None:
    """Its posts by the codes of their postings, its duties that are on, its days off."""
    mission = await staffed.house.here.desk.mission("Q")
    script = await mission_year.script(staffed.house.here.desk, mission)
    (cast,) = script.mission
    assert {p.officer for p in cast.post} == set(mission.postings) and cast.host == "EG"
    today = mission.day(staffed.clock.now())
    assert "COORD-LOCAL" in cast.duties and (script.ends - script.starts).days == 365
    assert all(mission.duty_is_on(code, today) for code in cast.duties)
    assert {h.day for h in cast.holiday} == {d for d in mission.clock.holidays if today <= d <= script.ends}


async def test_a_stretch_of_it_is_played_apart_and_nothing_of_it_enters_the_log(staffed: Web) -> None:
    here, told = staffed.house.here, list[tuple[int, int]]()
    head = await here.log.head()
    year = await mission_year.script(here.desk, await here.desk.mission("Q"))
    short = year.model_copy(update={"ends": year.starts + timedelta(days=3)})
    found = await apart.run(
        here.settings, "rehearsal", lambda *how: told.append(how), script=short.model_dump_json()
    )
    assert found["ok"] and "COORD-LOCAL" in {one["definition"] for one in found["obligations"]}
    assert sum(found["months"].values()) == sum(one["tasks"] for one in found["obligations"]) > 0
    assert await here.log.head() == head
    with pytest.raises(apart.ApartFailed, match="bad-rehearsal"):
        await apart.run(here.settings, "rehearsal", lambda *_: None, programme="../pyproject")


async def test_only_what_comes_with_the_program_is_played(staffed: Web) -> None:
    client = await staffed.as_("operator")
    page = (await client.get("/jobs")).text
    assert "fri-sat-weekend" in page
    typed = fields(page, "/jobs/rehearsal") | {"programme": "../../etc/passwd"}
    sent = await client.post("/jobs/rehearsal", data=typed)
    assert sent.status_code == 422 and "Choose one of the list." in sent.text


async def test_jobs_are_sound_and_move_on_by_themselves(staffed: Web) -> None:
    account = await _account(staffed, "operator")
    go = asyncio.Event()

    async def work(tell: Tell) -> dict[str, Any]:
        tell(1, 3)
        await go.wait()
        return {
            "ok": False,
            "head": 7,
            "events": 7,
            "wrong": 1,
            "findings": [{"position": 3, "code": "log.leaf"}],
        }

    id_ = cid("look")
    await staffed.house.jobs.start(account, id_, "verify", work, staffed.clock.now())
    async with browsing() as browser:
        await looked(browser, staffed, "operator", ("/jobs", f"/jobs/{id_}"))
        await looked(browser, staffed, "Q-p-fp", ("/jobs",))
        window = await signed_in(browser, staffed, "operator")
        page = await window.new_page()
        await page.goto(f"/jobs/{id_}")
        await page.get_by_text("It is at work").wait_for()
        go.set()
        await page.get_by_text("The log is not what was written").wait_for(timeout=10_000)
        await shot(page, "job-done")
        await sound(page, "job-done")
        await window.close()
