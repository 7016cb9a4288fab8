"""What the tests of the API share: another system with a token, and what a problem looks like."""

from __future__ import annotations

from typing import Any

import httpx2

from chancery.web import tokens
from chancery.web.sessions import Session
from chancery.web.visitor import visitor_of
from tests.web.conftest import Web

API = "/api/v1"
TASK = "/obligations/o-1/tasks/hold.1"
COMPLETE = {
    "obligation": "o-1",
    "task": "hold.1",
    "checklist": ["risk_list"],
    "evidence": [{"kind": "minutes", "content_base64": "bWludXRlcw=="}],
    "note": "Canary 91b2",
}


async def token(web: Web, officer: str, kind: tokens.Kind = "api") -> str:
    """A token of an officer (or of the operator), as the page makes it."""
    account = await web.house.accounts.ensure(officer)
    who = await visitor_of(web.house, account, Session(b"", account.id, None, ""))
    _, secret = await tokens.issue(web.house, who, kind, "other_system")
    return secret


async def client(web: Web, officer: str) -> httpx2.AsyncClient:
    """Another system, which acts for this officer."""
    return httpx2.AsyncClient(
        verify=False,  # plain HTTP
        base_url=web.address + API,
        headers={"Authorization": f"Bearer {await token(web, officer)}"},
        timeout=30,
    )


def keyed(name: str, seen: str | None = None, **more: str) -> dict[str, str]:
    return {"Idempotency-Key": name} | ({} if seen is None else {"If-Match": seen}) | more


def is_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"/api/v1/problems/{code}" and body["status"] == status
    assert body["instance"].startswith("urn:uuid:") and body["title"] and body["detail"]
    return body
