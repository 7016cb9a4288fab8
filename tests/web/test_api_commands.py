"""The API, changing: once, by whom it may, at the version that was seen; what is sealed goes in and never comes out."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
import structlog

from chancery import queries
from chancery.cases.refusals import SENTENCES as CASE_SENTENCES
from chancery.desk import Desk, Unavailable, Unknown
from chancery.kept import rows
from chancery.web.api import commands
from chancery.web.api.app import make, schema
from chancery.web.api.problems import BASE, known, status_of
from domain import commands as c
from domain.envelope import ENGINE_TIMER
from domain.policy import ENGINE, RULES
from domain.refusals import SENTENCES
from tests.made import cid
from tests.web.api import COMPLETE, TASK, client, is_problem, keyed
from tests.web.conftest import Web

ACCEPT = {"obligation": "o-1", "task": "hold.1"}
CANARY = "Canary 91b2"


async def test_a_task_is_completed_once_however_often_it_is_sent(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api:
        seen = (await api.get(TASK)).headers["etag"]
        assert seen == '"o-1/hold.1.v2.r1"'
        answers = await asyncio.gather(
            *(api.post("/commands/CompleteTask", json=COMPLETE, headers=keyed("k1", seen)) for _ in range(5))
        )
        receipts = [a.json() for a in answers]
        assert {a.status_code for a in answers} == {200}
        assert len({(r["position"], r["leaf"]) for r in receipts}) == 1
        assert sorted(r["fresh"] for r in receipts) == [False] * 4 + [True]
        assert receipts[0]["events"] == ["TaskCompleted"] and receipts[0]["stream"] == "obligation/o-1"
        # The reader sees it at once, and the log has it where the receipt says.
        task = await api.get(TASK)
        assert task.json()["outcome"] == "done" and task.headers["etag"] == answers[0].headers["etag"] != seen
        entry = (await api.get(f"/log/{receipts[0]['position']}")).json()
        body = json.loads(entry["body"])
        assert entry["leaf"] == receipts[0]["leaf"] and body["type"] == "TaskCompleted"
        assert (body["actor"]["code"], body["actor"]["kind"]) == ("p-fp", "officer")
        assert [e["kind"] for e in body["data"]["evidence"]] == ["minutes"] and "note" in body["data"]


async def test_words_and_files_are_sealed_and_stand_nowhere_in_the_clear(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api:
        seen = (await api.get(TASK)).headers["etag"]
        assert (await api.post("/commands/CompleteTask", json=COMPLETE, headers=keyed("k1", seen))).is_success
        event = json.loads(
            (await api.get(f"/log/{(await api.get('/log')).json()['position']}")).json()["body"]
        )
        note = event["data"]["note"]
    here = working.house.here
    assert await here.vault.open(here.pool, UUID(note["ref"]), note["commit"]) == CANARY  # the control
    tables = await rows(
        here.pool,
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('log', 'view', 'web')",
    )
    assert "log.event" in {t["name"] for t in tables}
    for table in tables:
        found = await rows(here.pool, f"SELECT t::text AS line FROM {table['name']} AS t")  # type: ignore[arg-type]
        whole = "\n".join(r["line"] for r in found)
        assert CANARY not in whole and CANARY.encode().hex() not in whole, table["name"]


async def test_the_same_key_for_something_else_is_refused_wherever_it_goes(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api, await client(working, "Q-p-alt") as other:
        first = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", "*"))
        assert first.is_success
        for path, body in (
            ("/commands/AcceptTask", ACCEPT | {"task": "hold.2"}),
            ("/commands/ResumeClock", ACCEPT),
            (
                "/commands/RecordAbsence",
                {"mission": "Q", "posting": "p-fp", "from_day": "2026-06-01", "until": "2026-06-02"},
            ),
        ):
            answer = await api.post(path, json=body, headers=keyed("k1", "*"))
            if answer.status_code == 404:  # there is no hold.2, whatever the key
                continue
            is_problem(answer, 422, "command-reused")
        # Another account's key is another key.
        away = {"mission": "Q", "posting": "p-fp", "from_day": "2026-06-01", "until": "2026-06-02"}
        assert (await other.post("/commands/RecordAbsence", json=away, headers=keyed("k1", "*"))).is_success
        for key in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 201}, {"Idempotency-Key": "a b"}):
            answer = await api.post("/commands/AcceptTask", json=ACCEPT, headers=key | {"If-Match": "*"})
            is_problem(answer, 400, "key-needed")
        # What could not be read leaves the key free.
        assert (await api.post("/commands/AcceptTask", json={}, headers=keyed("k2", "*"))).status_code == 422
        assert (
            await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k2", "*"))
        ).status_code == 409


async def test_the_version_that_was_seen_is_asked_for_and_held_to(working: Web) -> None:
    desk = working.house.here.desk
    async with await client(working, "Q-p-fp") as api:
        is_problem(
            await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k0")), 428, "version-needed"
        )
        seen = (await api.get(TASK)).headers["etag"]
        head = await desk.log.head()
        for wrong in ('"o-1/hold.1.v1.r1"', '"o-2.v2"', 'W/"o-1', "x", '"Q.v2"'):
            answer = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", wrong))
            is_problem(answer, 412, "changed-since")
            assert answer.headers["etag"] == seen
        assert await desk.log.head() == head
        accepted = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", seen))
        assert accepted.is_success
        # Under the same key the first receipt comes again, whichever version is now named: the answer may have been lost.
        for late in (seen, accepted.headers["etag"]):
            again = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", late))
            assert again.is_success and again.json()["position"] == accepted.json()["position"]
        stale = await api.post("/commands/CompleteTask", json=COMPLETE, headers=keyed("k2", seen))
        is_problem(stale, 412, "changed-since")
        fresh = await api.post(
            "/commands/CompleteTask", json=COMPLETE, headers=keyed("k2", stale.headers["etag"])
        )
        assert fresh.is_success


async def test_two_who_saw_the_same_one_wins(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api, await client(working, "Q-p-hom") as head:
        seen = (await api.get(TASK)).headers["etag"]
        one, two = await asyncio.gather(
            api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("a", seen)),
            head.post("/commands/ReassignTask", json=ACCEPT | {"posting": "p-pol"}, headers=keyed("b", seen)),
        )
        assert sorted((one.status_code, two.status_code)) == [200, 412]


async def test_what_is_wrong_is_said_where_it_lies_and_never_repeated(working: Web) -> None:
    async with await client(working, "Q-p-fp") as api:
        body = COMPLETE | {
            "happened_at": "2026-05-05T09:00:00", "name": CANARY, "checklist": [CANARY], "result": {CANARY: "x"},
            "evidence": [{"kind": "minutes", "content_base64": "="}, {"kind": "minutes"}],
        }  # fmt: skip
        answer = await api.post("/commands/CompleteTask", json=body, headers=keyed("k1", "*"))
        errors = is_problem(answer, 422, "invalid")["errors"]
        assert CANARY not in answer.text.replace("~1", "/").split('"errors"')[1].replace(
            "/result/" + CANARY, ""
        )
        places = {e["pointer"]: e["code"] for e in errors}
        assert places["/happened_at"] == "timezone_aware" and places["/name"] == "extra_forbidden"
        assert places["/checklist/0"] == "string_pattern_mismatch"
        assert places["/evidence/0"] == "base64" and places["/evidence/1"] == "content_or_hash"
        for year in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            odd = await api.post(
                "/commands/CompleteTask", json=COMPLETE | {"happened_at": year}, headers=keyed("k2", "*")
            )
            assert is_problem(odd, 422, "invalid")["errors"][0]["code"] == "year_out_of_range"
        for content in (b"{", b"\xff\xfe", b'{"obligation": "o-1", "task": "hold.1", "note": "\\ud800"}'):
            answer = await api.post(
                "/commands/NotAct", content=content,
                headers=keyed("k3", "*", **{"Content-Type": "application/json"}),
            )  # fmt: skip
            assert answer.status_code in (400, 422), answer.text
        missing = await api.post("/commands/AcceptTask", json={"obligation": "o-1"}, headers=keyed("k4", "*"))
        assert is_problem(missing, 422, "invalid")["errors"] == [
            {"pointer": "/task", "code": "missing", "message": "This is needed."}
        ]


async def test_a_refusal_of_the_rules_is_a_problem_in_words(working: Web) -> None:
    async with await client(working, "Q-p-pol") as api, await client(working, "operator") as operator:
        for one in (api, operator):
            answer = await one.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", "*"))
            code = "not-your-task" if one is api else "not-allowed"
            is_problem(answer, 403, code)
        french = await api.post(
            "/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", "*", **{"Accept-Language": "fr"})
        )
        assert "est tenue par p-fp" in is_problem(french, 403, "not-your-task")["detail"]
        for body in ({"obligation": "o-9", "task": "hold.1"}, {"obligation": "o-1", "task": "hold.9"}):
            answer = await api.post("/commands/AcceptTask", json=body, headers=keyed("k2", "*"))
            is_problem(answer, 404, "not-found")


async def test_what_is_too_large_is_refused_before_it_is_read(working: Web) -> None:
    async def drops() -> Any:
        for _ in range(27):
            yield b" " * 1024 * 1024

    async with await client(working, "Q-p-fp") as api:
        headers = keyed("k1", "*", **{"Content-Type": "application/json"})
        stated = await api.post("/commands/NotAct", content=b" " * (27 * 1024 * 1024), headers=headers)
        is_problem(stated, 413, "too-large")
        unstated = await api.post("/commands/NotAct", content=drops(), headers=headers)
        is_problem(unstated, 413, "too-large")


@pytest.mark.parametrize(
    ("fault", "code"), [(Unavailable("x"), "database-unavailable"), (Unknown("x"), "outcome-unknown")]
)
async def test_a_database_that_is_away_is_said_so(
    working: Web, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise fault

    async with await client(working, "Q-p-fp") as api:
        with monkeypatch.context() as patched:
            patched.setattr(Desk, "submit", away)
            answer = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", "*"))
            is_problem(answer, 503, code)
            assert int(answer.headers["retry-after"]) > 0
        assert (await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k1", "*"))).is_success


async def test_our_own_fault_is_a_number_and_never_a_traceback(
    working: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise KeyError(CANARY)

    async with await client(working, "Q-p-fp") as api:
        monkeypatch.setattr(queries, "missions", breaks)
        with structlog.testing.capture_logs() as lines:
            answer = await api.get("/missions")
        problem = is_problem(answer, 500, "fault")
        [line] = [line for line in lines if line["log_level"] == "error"]
        assert line["reference"] == problem["instance"] and line["error"] == "KeyError"
        assert CANARY not in answer.text and "Traceback" not in answer.text


async def test_the_office_fills_in_what_it_must_read_itself(working: Web) -> None:
    desk = working.house.here.desk
    async with await client(working, "Q-p-hom") as head:
        seen = (await head.get("/missions/Q")).headers["etag"]
        opened = {"mission": "Q", "definition": "COORD-LOCAL", "period": "2026-06", "due_day": "2026-06-30"}
        first = await head.post("/commands/OpenObligation", json=opened, headers=keyed("o"))
        again = await head.post("/commands/OpenObligation", json=opened, headers=keyed("o"))
        assert first.is_success, first.text
        made = first.json()["made"]["obligation"]
        assert first.json()["fresh"] and not again.json()["fresh"]
        assert first.json()["position"] == again.json()["position"]
        assert (await desk.obligation(made)).period == "2026-06"
        switch = {
            "mission": "Q", "definition": "COORD-LOCAL", "on": False, "authority": "strategy-2026",
            "reason": "burden-sharing", "until": "2026-12-31",
        }  # fmt: skip
        answer = await head.post(
            "/commands/SwitchDuty", json=switch | {"group": "optional"}, headers=keyed("s", seen)
        )
        is_problem(answer, 422, "invalid")  # what the instrument says is not the caller's to say
        answer = await head.post("/commands/SwitchDuty", json=switch, headers=keyed("s", seen))
        assert answer.status_code in (200, 403, 422), answer.text
        seen = (await head.get("/missions/Q")).headers["etag"]
        away = {
            "mission": "Q",
            "posting": "p-fp",
            "from_day": "2026-06-01",
            "until": "2026-06-05",
            "substitute": "p-alt",
        }
        slip = await head.post(
            "/commands/RecordAbsence", json=away | {"scope": ["NO-SUCH"]}, headers=keyed("slip", seen)
        )
        is_problem(slip, 404, "no-such-definition")
        recorded = await head.post("/commands/RecordAbsence", json=away, headers=keyed("away", seen))
        absence = recorded.json()["made"]["absence"]
        assert absence in (await desk.mission("Q")).absences
        stale = await head.post(
            "/commands/RecordAbsence", json=away, headers=keyed("away 2".replace(" ", "-"), seen)
        )
        is_problem(stale, 412, "changed-since")


async def test_a_case_is_taken_down_agreed_to_and_hidden_from_whoever_may_not_know_it(working: Web) -> None:
    alert = {"mission": "Q", "words": CANARY, "urgent": True, "channel": "phone"}
    async with await client(working, "Q-p-fp") as api, await client(working, "Q-p-la") as agent:
        taken = await api.post("/cases", json=alert, headers=keyed("c1"))
        assert taken.is_success, taken.text
        assert (await api.post("/cases", json=alert, headers=keyed("c1"))).json() == taken.json()
        is_problem(
            await api.post("/cases", json=alert | {"urgent": False}, headers=keyed("c1")),
            422,
            "command-reused",
        )
        case, intake = taken.json()["case"], taken.json()["obligation"]
        assert (
            case
            not in (await api.get(f"/obligations/{intake}")).text
            + (await api.get(f"/obligations/{intake}/events")).text
        )
        is_problem(await agent.post("/cases", json=alert, headers=keyed("c1")), 403, "not-allowed")
        agreed = {
            "case": case,
            "kinds": {"visit": None},
            "by": "defender",
            "channel": "phone",
            "words": CANARY,
        }
        made = await api.post("/commands/RecordConsent", json=agreed, headers=keyed("c2"))
        assert made.is_success and made.json()[0]["events"]
        taken_back = {"case": case, "kinds": ["visit"], "by": "defender", "channel": "phone"}
        assert (await api.post("/commands/WithdrawConsent", json=taken_back, headers=keyed("c3"))).is_success
        noted = {"case": case, "entry": "note", "content": {"words": CANARY}}
        assert (await api.post("/commands/NoteCase", json=noted, headers=keyed("c4"))).is_success
        bad = await api.post(
            "/commands/NoteCase", json=noted | {"content": {"who": CANARY}}, headers=keyed("c5")
        )
        assert CANARY not in str(is_problem(bad, 422, "bad-record"))
        absent = {"case": "c-7kq2mz4xha", "entry": "note", "content": {"words": "x"}}
        is_problem(await api.post("/commands/NoteCase", json=absent, headers=keyed("c6")), 404, "not-found")
        locking = {"mission": "Q", "reason": "raid"}
        refused = await api.post("/commands/LockVault", json=locking, headers=keyed("c7"))
        is_problem(refused, 403, "not-allowed")


async def test_a_reminder_moves_the_etag_and_the_new_one_is_taken(working: Web) -> None:
    """The ETag is the record's version: what nobody saw may have moved it, and 412 says to which."""
    desk = working.house.here.desk
    async with await client(working, "Q-p-fp") as api:
        seen = (await api.get(TASK)).headers["etag"]
        state = await desk.obligation("o-1")
        wake = c.Wake(command_id=cid("wake"), mission="Q", obligation="o-1", planned=working.clock.now())
        await desk.submit(wake, ENGINE_TIMER)
        moved = (await desk.obligation("o-1")).version != state.version
        answer = await api.post("/commands/AcceptTask", json=ACCEPT, headers=keyed("k", seen))
        assert answer.status_code == (412 if moved else 200)


def test_every_command_that_somebody_may_ask_for_is_sent_or_left_out_for_a_reason() -> None:
    asked = {name for name in c.COMMANDS if set(RULES.get(name, ())) - {ENGINE}}
    assert set(commands.SENT) | set(commands.LEFT_OUT) == asked
    assert not set(commands.SENT) & set(commands.LEFT_OUT)
    paths = schema(make())["paths"]
    for name in commands.SENT:
        assert f"/commands/{name}" in paths, name
    own = [n for n, why in commands.LEFT_OUT.items() if why == commands.OFFICE]
    assert len(own) > 10
    for name in own:
        assert any(f"/commands/{name}" == path for path in paths), name
    assert not any(f"/commands/{name}" in paths for name in set(commands.LEFT_OUT) - set(own))
    engine = {name for name in c.COMMANDS if set(RULES.get(name, ())) == {ENGINE}}
    assert "Wake" in engine and not any(f"/commands/{name}" in paths for name in engine)


def test_no_body_names_who_acts_or_what_was_sealed() -> None:
    described = schema(make())["components"]["schemas"]
    bodies = {name: model for name, model in described.items() if name.endswith("Body")}
    assert len(bodies) > 40
    for name, model in bodies.items():
        assert not {"actor", "command_id", "seen", "record", "subject", "by_posting"} & set(
            model["properties"]
        ), name
        assert model["additionalProperties"] is False, name
        assert "SealedRef" not in str(model) and "commit" not in str(model), name


def test_the_description_asks_for_a_token_everywhere_and_for_a_key_where_something_changes() -> None:
    described = schema(make())
    assert described["openapi"].startswith("3.1") and described["servers"] == [{"url": BASE}]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"token": []}], path
            needed = {p["name"].lower() for p in operation.get("parameters", ()) if p.get("required")}
            if method == "post" and not path.endswith("/replay"):
                assert "idempotency-key" in needed, path


def test_every_refusal_has_a_status_and_a_page() -> None:
    told = known()
    assert set(SENTENCES) | set(CASE_SENTENCES) <= set(told)
    assert {status for status, _ in told.values()} <= {
        400,
        401,
        403,
        404,
        405,
        409,
        412,
        413,
        415,
        422,
        428,
        429,
        500,
        503,
    }
    assert (status_of("not-your-task"), status_of("no-such-mission"), status_of("stale")) == (403, 404, 409)
    assert (status_of("reason-needed"), status_of("vault.locked"), status_of("outcome-unknown")) == (
        422,
        403,
        503,
    )
