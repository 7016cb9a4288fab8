"""Whatever the description of the API allows, as everybody: never a failure of ours, never an answer without a token."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import ignored_auth, not_a_server_error
from schemathesis.core.failures import FailureGroup

from chancery.directory import Entry
from chancery.settings import Settings
from chancery.web.api import door
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import adoption, cid
from tests.web.api import API, token
from tests.web.conftest import Web

ROLES = ("Q-p-hom", "Q-p-fp", "Q-p-pol", "Q-p-la", "HQ-p-hr", "HQ-p-audit", "operator", None)
"""Head, focal point, political officer, local agent, headquarters, auditor, whoever runs it, and nobody."""
EXAMPLES = 6
TRIALS = int(os.environ.get("CHANCERY_TRIALS", "50"))
"""Examples of each operation: in the everyday run each is asked by one role, in the trials by all."""
CHECKS = [not_a_server_error, ignored_auth]
KNOWN = {
    "mission": ["Q", "HQ"], "obligation": ["o-1"], "task": ["hold.1"], "posting": ["p-fp", "p-pol"], "leaver": ["p-fp"],
    "definition": ["COORD-LOCAL", "TRIAL-OBS"], "instrument": ["eu-hrd"], "version": ["2008.2"], "position": [1, 14],
    "reason": ["capacity", "security"], "step": ["hold"], "as_of": ["14"], "marking": ["limite"],
}  # fmt: skip
"""What exists, so that not every example ends with "there is no such thing"."""


@pytest.fixture
def web_settings(web_settings: Settings) -> Settings:
    """Without a limit on how often one may ask."""
    return web_settings.model_copy(update={"web_requests_per_minute": 0})


async def headquarters(web: Web) -> None:
    """Headquarters, with somebody for human rights and an auditor."""
    here = web.house.here
    adopted = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": (), "command_id": cid("hq")}
    )
    await here.desk.submit(adopted, OPERATOR)
    here.keys.create_mission("HQ")
    posts = (("HQ-HR", "hq_human_rights", "p-hr"), ("HQ-AUD", "auditor", "p-audit"))
    lines = tuple(
        c.PostLine(
            post=post, role=role, share_percent=50, local_agent=False, posting=posting, from_day="2024-01-01", until=None
        )
        for post, role, posting in posts
    )  # fmt: skip
    entries = [Entry(line.posting, "HQ", f"HQ-{line.posting}") for line in lines]
    command = c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=lines)
    await here.desk.submit(command, OPERATOR, [here.directory.statement(entries)])


def described(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}{API}/openapi.json")


def sharpened(case: Any, draw: Callable[[Any], Any], numbers: Iterator[int]) -> Any:
    """Mostly about what exists, under a key that is new, at any version."""
    for name in ("cursor", "as_of", "posting", "regime"):
        if case.query is not None and name in case.query and draw(st.booleans()):
            del case.query[name]
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            for name in place:
                if name in KNOWN and draw(st.booleans()):
                    place[name] = draw(st.sampled_from(KNOWN[name]))
    if isinstance(case.headers, dict) or case.headers is not None:
        for name in list(case.headers):
            if name.lower() == "idempotency-key" and draw(st.booleans()):
                case.headers[name] = f"k-{next(numbers)}"
            elif name.lower() == "if-match" and draw(st.booleans()):
                case.headers[name] = "*"
    return case


def asked(operation: Any, secret: str | None, examples: int) -> int:
    """Ask an operation so often; returns how often it was carried out. Raises what a check found."""
    numbers = iter(range(10**6))
    done = [0]

    @seed(20260505)
    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def run(case: Any, data: Any) -> None:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        answer = sharpened(case, data.draw, numbers).call(headers=headers)
        case.validate_response(answer, checks=CHECKS, headers=headers)
        assert "Traceback" not in answer.text and 'File "/' not in answer.text, answer.text
        if secret is None:
            assert answer.status_code == 401, f"{operation.label}: {answer.status_code}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], answer.headers
        done[0] += answer.status_code < 300

    run()
    return done[0]


def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


async def test_nothing_that_the_description_allows_makes_it_fail(working: Web) -> None:
    await headquarters(working)
    secrets = {role: None if role is None else await token(working, role) for role in ROLES}

    def walk() -> dict[str, int]:
        found: dict[str, int] = {}
        for number, operation in enumerate(operations(described(working.address))):
            role = ROLES[number % len(ROLES)]
            # What is only read, the focal point asks too: whatever exists is theirs to see.
            for one in {role, "Q-p-fp"} if operation.method == "get" else {role}:
                found[f"{operation.label} {one}"] = asked(operation, secrets[one], EXAMPLES)
        return found

    done = await asyncio.to_thread(walk)
    assert len(done) > 75
    # The control: it was no wall of refusals. Most reads were answered, and some commands carried out.
    answered = [label for label, number in done.items() if number]
    assert sum(label.startswith("GET") for label in answered) >= 12, answered
    assert sum(label.startswith("POST") for label in answered) >= 1, answered


@pytest.mark.trials
async def test_every_operation_as_everybody(working: Web) -> None:
    await headquarters(working)
    secrets = {role: None if role is None else await token(working, role) for role in ROLES}

    def walk() -> None:
        for operation in operations(described(working.address)):
            for role in ROLES:
                asked(operation, secrets[role], TRIALS)

    await asyncio.to_thread(walk)


async def test_the_checks_see_a_failure_and_a_door_that_stands_open(
    working: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await token(working, "Q-p-fp")
    standing = await door.tokens.standing(working.house, "api", secret)

    async def anybody(*_: object) -> Any:
        return await door.visitor_in(
            working.house, standing.account, standing.row["posting"], standing.running
        )

    async def breaks(*_: object) -> Any:
        raise KeyError("a defect")

    schema = await asyncio.to_thread(described, working.address)
    operation = next(o for o in operations(schema) if o.path == "/log")

    def ask() -> int:
        return asked(operation, secret, 2)

    assert standing is not None
    assert await asyncio.to_thread(ask) > 0
    with monkeypatch.context() as patched:
        patched.setattr(door, "visitor_of_token", anybody)
        with pytest.raises(FailureGroup, match=r"(?i)auth"):
            await asyncio.to_thread(ask)
    with monkeypatch.context() as patched:
        patched.setattr(type(working.house.here.log), "origin", breaks)
        with (
            structlog.testing.capture_logs() as lines,
            pytest.raises(FailureGroup, match=r"(?i)server error"),
        ):
            await asyncio.to_thread(ask)
    assert {line["event"] for line in lines} == {"api_failed"}


async def test_an_answer_is_as_the_description_says(working: Web) -> None:
    """Reads, each once, against the shapes that are promised."""
    secret = await token(working, "Q-p-fp")

    def walk() -> int:
        checked, schema = 0, described(working.address)
        for path, given_ in (
            ("/missions", {}), ("/missions/{mission}/postings", {"mission": "Q"}), ("/obligations", {}), ("/tasks", {}),
            ("/missions/{mission}/events", {"mission": "Q"}), ("/log", {}), ("/log/{position}", {"position": 3}),
        ):  # fmt: skip
            operation = schema[path]["GET"]
            case = operation.Case(path_parameters=given_, headers={"Authorization": f"Bearer {secret}"})
            answer = case.call()
            assert answer.status_code == 200, answer.text
            case.validate_response(answer)
            checked += 1
        return checked

    assert await asyncio.to_thread(walk) == 7
