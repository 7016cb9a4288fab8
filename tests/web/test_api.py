"""The API, reading: who may come in, what they see, page by page, now and as it was."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from chancery.clock import ManualClock
from chancery.web import tokens
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import FOCAL, HEAD, adoption, cid, opening
from tests.web.api import API, TASK, client, is_problem, token
from tests.web.conftest import Web

READS = (
    "/missions", "/missions/Q", "/missions/Q/postings", "/missions/Q/events", "/obligations", "/obligations/o-1",
    "/obligations/o-1/events", TASK, "/tasks", "/tasks?tab=mine", "/log", "/log/1", "/instruments",
    "/instruments/eu-hrd/definitions/COORD-LOCAL", "/instruments/eu-hrd/versions/2008.2",
    "/record?first=2026-01-01&last=2026-12-31", "/hooks",
)  # fmt: skip
OPEN = ("/openapi.json", "/", "/problems", "/problems/not-allowed")


async def test_every_read_takes_a_token_and_a_cookie_opens_nothing(working: Web) -> None:
    browser = await working.as_("Q-p-fp")  # the control: the cookie itself is good
    assert (await browser.get("/inbox")).status_code == 200
    calendar = await token(working, "Q-p-fp", "calendar")
    async with await client(working, "Q-p-fp") as api, working.nobody() as nobody:
        for path in READS:
            assert (await api.get(path)).status_code == 200, path
            refused = await nobody.get(API + path)
            is_problem(refused, 401, "token-needed")
            assert refused.headers["www-authenticate"].startswith("Bearer")
            is_problem(await browser.get(API + path), 401, "token-needed")
        for wrong in ("Bearer x", "Bearer " + "x" * 5000, "Basic eDp5", f"Bearer {calendar}", "Bearer", ""):
            answer = await nobody.get(API + "/tasks", headers={"Authorization": wrong})
            is_problem(answer, 401, "token-needed")
        for path in OPEN:
            assert (await nobody.get(API + path)).status_code == 200, path
        is_problem(await nobody.get(API + "/no-such-thing"), 401, "token-needed")
        is_problem(await api.get("/no-such-thing"), 404, "not-found")
        is_problem(await api.get("/problems/no-such-code"), 404, "not-found")
        is_problem(await api.delete("/tasks"), 405, "no-such-operation")


async def test_a_token_ends_when_it_is_taken_back_or_with_its_posting(
    working: Web, clock: ManualClock
) -> None:
    async with await client(working, "Q-p-fp") as api, await client(working, "Q-p-pol") as other:
        for one in (api, other):
            assert (await one.get("/tasks")).status_code == 200
        account = await working.house.accounts.of("Q-p-fp")
        stranger = await working.house.accounts.of("Q-p-pol")
        assert account is not None and stranger is not None
        [row] = await tokens.of(working.house, account.id)
        assert row["used_at"] == clock.now()
        assert not await tokens.revoke(working.house, stranger.id, row["id"])  # not theirs to take back
        assert (await api.get("/tasks")).status_code == 200
        assert await tokens.revoke(working.house, account.id, row["id"])
        is_problem(await api.get("/tasks"), 401, "token-needed")
        ending = c.EndPosting(command_id=cid("leaves"), mission="Q", posting="p-pol", until="2026-05-05")
        await working.house.here.desk.submit(ending, HEAD)
        # The posting's last day is a day of Cairo, and ends an hour and more before UTC's does.
        clock.set(datetime.fromisoformat("2026-05-05T20:59:00Z"))
        assert (await other.get("/tasks")).status_code == 200
        clock.set(datetime.fromisoformat("2026-05-05T21:01:00Z"))
        is_problem(await other.get("/tasks"), 401, "token-needed")


async def test_another_missions_work_does_not_exist(working: Web) -> None:
    desk = working.house.here.desk
    await desk.submit(adoption("T", "TN", "Africa/Tunis"), OPERATOR)
    position = await desk.log.head()
    foreign = (
        "/missions/T",
        "/missions/T/postings",
        "/missions/T/events",
        "/obligations?mission=T",
        "/tasks?mission=T",
    )
    async with await client(working, "Q-p-hom") as head, await client(working, "operator") as operator:
        for path in foreign:
            is_problem(await head.get(path), 404, "not-found")
            assert (await operator.get(path)).status_code == 200, path  # the control
        assert [m["code"] for m in (await head.get("/missions")).json()["items"]] == ["Q"]
        assert [m["code"] for m in (await operator.get("/missions")).json()["items"]] == ["Q", "T"]
        entry = (await head.get(f"/log/{position}")).json()
        assert entry["body"] is None and len(entry["leaf"]) == 64
        assert (await operator.get(f"/log/{position}")).json()["body"] is not None
        is_problem(await operator.get("/record?first=2026-01-01&last=2026-12-31"), 404, "not-found")


async def test_an_entrys_leaf_can_be_made_again_from_its_body(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api:
        end = (await api.get("/log")).json()
        entry = (await api.get(f"/log/{end['position']}")).json()
        assert entry["leaf"] == end["leaf"] and entry["recorded"] == end["recorded"]
        since = datetime.fromisoformat(entry["recorded"]) - datetime.fromisoformat("1970-01-01T00:00:00Z")
        us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        raw = b"\x00" + entry["position"].to_bytes(8) + us.to_bytes(8) + entry["body"].encode()
        assert hashlib.sha256(raw).hexdigest() == entry["leaf"]
        for beyond in (end["position"] + 1, 0, 10**18, -1, "x"):
            is_problem(await api.get(f"/log/{beyond}"), 404, "not-found")


async def test_pages_hold_everything_once_and_a_cursor_opens_only_its_own_list(working: Web) -> None:
    desk = working.house.here.desk
    for number in range(2, 8):
        await desk.submit(opening(f"o-{number}", period=f"2026-{number:02}"), ENGINE_TICK)
        await desk.submit(
            c.OpenTask(command_id=cid(f"hold {number}"), mission="Q", obligation=f"o-{number}", step="hold"),
            ENGINE_TICK,
        )
    async with await client(working, "Q-p-fp") as api, await client(working, "Q-p-hom") as other:
        for path, ids in (
            ("/obligations?limit=3", [f"o-{n}" for n in range(1, 8)]),
            ("/tasks?limit=3", [f"o-{n}/hold.1" for n in range(1, 8)]),
            ("/tasks?tab=mine&limit=3", [f"o-{n}/hold.1" for n in range(1, 8)]),
            ("/obligations?limit=3&as_of=27", [f"o-{n}" for n in range(1, 8)]),
            ("/tasks?limit=3&as_of=27", [f"o-{n}/hold.1" for n in range(1, 8)]),
        ):
            found: list[str] = []
            here: str | None = path
            pages = 0
            while here is not None:
                answer = await api.get(here)
                body = answer.json()
                found += [item["id"] for item in body["items"]]
                assert ("link" in answer.headers) == (body["next"] is not None)
                here = None if body["next"] is None else body["next"].removeprefix(API)
                pages += 1
            assert (found, pages) == (ids, 3), path
        first = (await api.get("/obligations?limit=3")).json()["next"].removeprefix(API)
        assert (await api.get(first.replace("limit=3", "limit=200"))).status_code == 200
        is_problem(await api.get(first.replace("/obligations", "/tasks")), 400, "bad-cursor")
        is_problem(await api.get(first + "&definition=COORD-LOCAL"), 400, "bad-cursor")
        is_problem(await api.get(first[:-2]), 400, "bad-cursor")
        is_problem(await other.get(first), 400, "bad-cursor")
        body = is_problem(await api.get("/tasks?limit=201&status=wrong"), 422, "invalid")
        assert sorted(e["parameter"] for e in body["errors"]) == ["limit", "status"]


async def test_as_of_says_what_was_known_then(working: Web) -> None:
    desk = working.house.here.desk
    before = await desk.log.head()
    accept = c.AcceptTask(command_id=cid("accept"), mission="Q", obligation="o-1", task="hold.1")
    await desk.submit(accept, FOCAL)
    async with await client(working, "Q-p-fp") as api:
        now, then = (await api.get(TASK)).json(), (await api.get(f"{TASK}?as_of={before}")).json()
        assert (now["accepted"], then["accepted"], then["position"]) == (True, False, before)
        recorded = (await api.get(f"/log/{before}")).json()["recorded"]
        again = await api.get(f"/tasks?as_of={recorded}")
        assert [t["accepted"] for t in again.json()["items"]] == [False]
        for path in ("/missions", "/missions/Q", "/missions/Q/postings", "/obligations", "/obligations/o-1"):
            assert (await api.get(f"{path}?as_of={before}")).json()["position"] == before, path
        assert "etag" not in (await api.get(f"{TASK}?as_of={before}")).headers
        is_problem(await api.get("/tasks?as_of=999999"), 404, "no-such-position")
        is_problem(await api.get("/obligations/o-1?as_of=13"), 404, "not-found")  # not opened yet
        for wrong in ("yesterday", "2026-05-05", "2026-05-05T10:00:00", "2026-13-05T10:00:00Z"):
            is_problem(await api.get(f"/tasks?as_of={wrong}"), 422, "invalid")


async def test_the_language_is_the_one_asked_for(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api:
        french = await api.get("/obligations/o-none", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
        assert is_problem(french, 404, "not-found")["title"] == "Introuvable"
        english = await api.get("/obligations/o-none", headers={"Cookie": "language=fr"})
        assert is_problem(english, 404, "not-found")["title"] == "Not found"
        account = await working.house.accounts.of("Q-p-fp")
        assert account is not None
        await working.house.accounts.prefer(account.id, language="fr")
        assert (await api.get("/obligations/o-none")).json()["title"] == "Introuvable"


@pytest.mark.parametrize("odd", ["%00", "%ff", "a%20b", "x" * 200, "o-1%2F..", "..%2F..", "%ED%A0%80"])
async def test_an_odd_address_is_not_found_and_nothing_fails(working: Web, odd: str) -> None:
    async with await client(working, "Q-p-fp") as api:
        for path in (
            "/missions/{}",
            "/obligations/{}",
            "/obligations/o-1/tasks/{}",
            "/instruments/{}/versions/1",
        ):
            is_problem(await api.get(path.format(odd)), 404, "not-found")
        for name in ("mission", "definition", "posting"):
            answer = await api.get(f"/tasks?{name}={odd}")
            assert answer.status_code in (200, 404, 422), answer.text
