"""Two browsers on one task, and parts that are away: nothing is lost, nothing is half done, and it is said plainly."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chancery import db
from chancery.clock import ManualClock
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.settings import Settings
from chancery.web.app import create
from chancery.web.serve import serve_app
from tests.conftest import APP_PASSWORD, READER_PASSWORD
from tests.web.conftest import Web, adopt, open_task
from tests.web.test_thread import fields

TASK = "/tasks/o-1/hold.1"
CANARY = "canary-4c1d"


async def test_the_slower_sees_what_the_other_did_and_keeps_what_was_typed(working: Web) -> None:
    first, second = await working.as_("Q-p-fp"), await working.as_("Q-p-fp")
    slow = fields((await first.get(TASK)).text, f"{TASK}/complete")
    quick = fields((await second.get(TASK)).text, f"{TASK}/accept")
    assert (await second.post(f"{TASK}/accept", data=quick)).status_code == 303
    answer = await first.post(f"{TASK}/complete", data=slow | {"line": "risk_list", "note": CANARY})
    assert answer.status_code == 409
    assert "Q-p-fp accepted it." in answer.text.split("Meanwhile")[1].split("What you typed")[0]
    assert CANARY in answer.text and 'value="risk_list" checked' in answer.text
    again = fields(answer.text, f"{TASK}/complete")
    assert again["seen"] != slow["seen"]
    sent = await first.post(
        f"{TASK}/complete",
        data=again | {"line": "risk_list", "note": CANARY, "marking": "limite"},
        files={"file:minutes": ("m.txt", b"m")},
    )
    assert sent.status_code == 303, sent.text


async def test_a_draft_survives_the_session_and_is_gone_when_the_form_is_sent(working: Web) -> None:
    first = await working.as_("Q-p-fp")
    typed = fields((await first.get(TASK)).text, f"{TASK}/complete") | {"note": CANARY}
    kept = await first.post("/drafts", data=typed)
    assert kept.status_code == 303 and kept.headers["location"].startswith(TASK)
    await first.post("/sign-out", data=fields((await first.get("/inbox")).text, "/sign-out"))
    assert (await first.get(TASK)).status_code == 303
    second = await working.as_("Q-p-fp")
    page = (await second.get(TASK)).text
    assert CANARY in page and "Your draft is in the form below." in page
    other = await working.as_("Q-p-hom")
    assert CANARY not in (await other.get(TASK)).text
    taken = fields(page, f"{TASK}/accept")
    assert (await second.post(f"{TASK}/accept", data=taken)).status_code == 303
    page = (await second.get(TASK)).text
    assert CANARY in page  # another form was sent, not this one
    ready = fields(page, f"{TASK}/complete") | {"line": "risk_list", "note": CANARY, "marking": "limite"}
    done = await second.post(f"{TASK}/complete", data=ready, files={"file:minutes": ("m.txt", b"m")})
    assert done.status_code == 303, done.text
    assert CANARY not in (await second.get(TASK)).text


async def test_a_session_that_ended_while_somebody_typed_loses_nothing(working: Web) -> None:
    browser = await working.as_("Q-p-fp")
    typed = fields((await browser.get(TASK)).text, f"{TASK}/accept") | {"note": CANARY}
    browser.cookies.clear()
    answer = await browser.post(f"{TASK}/accept", data=typed)
    assert answer.status_code == 401
    assert CANARY in answer.text and typed["command_id"] in answer.text
    back = await working.as_("Q-p-fp")
    once_more = await back.post(f"{TASK}/accept", data=typed)  # the token is of the session before
    assert once_more.status_code == 403 and CANARY in once_more.text
    sent = await back.post(f"{TASK}/accept", data=fields(once_more.text, f"{TASK}/accept"))
    assert sent.status_code == 303


async def test_temporal_away_is_said_and_work_goes_on(
    working: Web, temporal_dev: EmbeddedTemporal, web_settings: Settings
) -> None:
    working.house.standing.temporal = await working.house.temporal_answers()
    browser = await working.as_("Q-p-fp")
    page = (await browser.get(TASK)).text
    assert "The part that opens new tasks and sends reminders is away." in page
    sent = await browser.post(f"{TASK}/accept", data=fields(page, f"{TASK}/accept"))
    assert sent.status_code == 303
    # The control: with Temporal there the banner is gone.
    object.__setattr__(web_settings, "temporal_address", temporal_dev.address)
    working.house.standing.temporal = await working.house.temporal_answers()
    assert "reminders is away" not in (await browser.get(TASK)).text


async def back_again(browser: httpx2.AsyncClient) -> str:
    """The task's page as soon as the database is back."""
    async with asyncio.timeout(30):
        while (answer := await browser.get(TASK)).status_code == 503:
            await asyncio.sleep(0.2)
    return answer.text


@pytest.fixture
async def own(
    short_dir: Path, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[tuple[Web, EmbeddedPostgres]]:
    """Pages over a PostgreSQL of the test's own, which it may stop."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # By TCP: the socket's folder is another one at each start.
    server = EmbeddedPostgres(short_dir / "own", port=port, guarded=True)
    server.start()
    try:
        url = server.admin_url("own")
        db.prepare(url, app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
        settings = Settings(
            database_url=f"postgresql://chancery_app:{APP_PASSWORD}@127.0.0.1:{port}/own",  # type: ignore[arg-type]
            temporal_address="127.0.0.1:1",
            data_dir=tmp_path / "data",
            key_dir=tmp_path / "keys",
            web_port=0,
        )
        async with AsyncExitStack() as stack:
            made: list[Any] = []

            def make(origin: str) -> Any:
                made.append(create(settings, clock, origin=origin))
                return made[0]

            address = await stack.enter_async_context(serve_app(settings, make))
            web = Web(address, made[0].state.house, clock, stack)
            await adopt(web)
            await open_task(web)
            yield web, server
    finally:
        server.stop()


async def test_the_database_away_is_said_plainly_and_what_was_typed_is_kept(
    own: tuple[Web, EmbeddedPostgres],
) -> None:
    web, server = own
    browser = await web.as_("Q-p-fp", **{"Accept-Language": "fr"})
    page = (await browser.get(TASK)).text
    typed = fields(page, f"{TASK}/complete") | {"line": "risk_list", "note": CANARY, "marking": "limite"}
    head = await web.house.here.log.head()
    server.stop()
    answer = await browser.post(f"{TASK}/complete", data=typed)
    assert answer.status_code == 503
    assert "La base de données ne répond pas" in answer.text and "Traceback" not in answer.text
    assert CANARY in answer.text and typed["command_id"] in answer.text
    server.start()
    kept = fields(answer.text, f"{TASK}/complete")
    assert kept["note"] == CANARY and kept["line"] == "risk_list"
    accept = fields(await back_again(browser), f"{TASK}/accept")
    assert await web.house.here.log.head() == head  # nothing was half done
    for _ in range(2):
        sent = await browser.post(f"{TASK}/accept", data=accept)
        assert sent.status_code == 303
    assert await web.house.here.log.head() == head + 1
