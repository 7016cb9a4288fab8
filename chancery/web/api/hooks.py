"""Webhooks: another system is told that the log moved. It is told where and what kind, never what an event says."""

import json
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chancery.accounts import OPERATOR
from chancery.kept import Row, one, rows
from chancery.web.api import reach, shapes
from chancery.web.api.bodies import Body
from chancery.web.api.door import At, Who
from chancery.web.api.once import Once
from chancery.web.api.problems import Problem
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain.kinds import Code, instant_text

router: Final = APIRouter(tags=["webhooks"])
MOST: Final = 5
"""So many webhooks may a posting have."""


class HookBody(Body):
    """Where to call, and about which mission."""

    url: Annotated[str, Field(min_length=1, max_length=reach.LONGEST)] = Field(
        examples=["https://receiver.example.org/chancery"]
    )
    mission: Code


class ReplayBody(Body):
    """From which position on everything is sent again."""

    from_position: Annotated[int, Field(ge=1, le=10**18)]


class Hook(shapes.Shape):
    """A webhook of yours. `position`: up to which entry of the log it has been told. Its address is sealed and not shown."""

    id: str
    mission: str
    position: int
    failures: int
    last_code: str | None
    next_try: shapes.Instant | None
    created_at: shapes.Instant
    ended_at: shapes.Instant | None


class NewHook(Hook):
    """A webhook that was just made, with its secret: keep it, it is not shown again."""

    secret: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is sealed of a webhook."""

    url: str
    secret: str


def unsealed(at: House, row: Row) -> Sealed:
    """The address and the secret of a webhook."""
    return Sealed(**json.loads(at.box.open(row["id"], "hook", row["nonce"], row["ciphertext"])))


@router.post("/hooks", response_model=NewHook, operation_id="MakeHook")
async def make(*, at: At, who: Who, key: Once, body: HookBody) -> Any:
    """Be told of every new entry of a mission's log, from now on. Its secret is in this answer and nowhere else."""
    if not (await at.here.desk.mission(body.mission)).version or not who.may_see(body.mission):
        raise Problem("not-found")
    try:
        reach.check(body.url, loopback=reach.allows_loopback(at.origin, demo=at.demo))
    except reach.NotReachable:
        raise Problem("bad-hook-address") from None
    own = await key.id()
    known = await one(at.here.pool, "SELECT * FROM web.hook WHERE id = %s", [own])
    if known is None:
        await _put(at, who, own, body)
        known = await one(at.here.pool, "SELECT * FROM web.hook WHERE id = %s", [own])
    assert known is not None
    return _told(known) | {"secret": unsealed(at, known).secret}


async def _put(at: House, who: Visitor, own: UUID, body: HookBody) -> None:
    posting = posting_of(who)
    living = await rows(
        at.here.pool, "SELECT id FROM web.hook WHERE posting = %s AND account = %s AND ended_at IS NULL",
        [posting, who.account.id],
    )  # fmt: skip
    if len(living) >= MOST:
        raise Problem("too-many-hooks")
    content = json.dumps({"url": body.url, "secret": secrets.token_urlsafe(32)}).encode()
    nonce, ciphertext = at.box.seal(own, "hook", content)
    await rows(
        at.here.pool,
        "INSERT INTO web.hook (id, account, posting, mission, nonce, ciphertext, position, created_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        [own, who.account.id, posting, body.mission, nonce, ciphertext, await at.here.log.head(), at.here.clock.now()],
    )  # fmt: skip


def posting_of(who: Visitor) -> str:
    """As what a visitor's webhooks are kept: the posting that they act in, or the operator."""
    return OPERATOR if who.posting is None else str(who.posting["posting"])


@router.get("/hooks", response_model=list[Hook], operation_id="ListHooks")
async def mine(at: At, who: Who) -> Any:
    """Your webhooks in this posting, the newest first."""
    found = await rows(
        at.here.pool,
        "SELECT * FROM web.hook WHERE account = %s AND posting = %s ORDER BY created_at DESC, id",
        [who.account.id, posting_of(who)],
    )
    return [_told(row) for row in found]


@router.post("/hooks/{hook}/replay", response_model=Hook, operation_id="ReplayHook")
async def replay(*, at: At, who: Who, hook: UUID, body: ReplayBody) -> Any:
    """Send everything again from a position on; what failed is tried at once. Needs no key: it only sets a place."""
    if body.from_position > await at.here.log.head() + 1:
        raise Problem("not-found")
    return _told(
        await _change(
            at, who, hook,
            "UPDATE web.hook SET position = %s, failures = 0, failing_since = NULL, next_try = NULL, last_code = NULL "
            "WHERE id = %s AND account = %s AND posting = %s AND ended_at IS NULL RETURNING *",
            body.from_position - 1,
        )
    )  # fmt: skip


@router.delete("/hooks/{hook}", status_code=204, response_model=None, operation_id="EndHook")
async def end(at: At, who: Who, hook: UUID) -> Response:
    """End a webhook: nothing more is sent."""
    await _change(
        at, who, hook,
        "UPDATE web.hook SET ended_at = coalesce(ended_at, %s), last_code = coalesce(last_code, 'ended') "
        "WHERE id = %s AND account = %s AND posting = %s RETURNING *",
        at.here.clock.now(),
    )  # fmt: skip
    return Response(status_code=204)


async def _change(at: House, who: Visitor, id_: UUID, query: Any, value: Any) -> Row:
    found = await one(at.here.pool, query, [value, id_, who.account.id, posting_of(who)])
    if found is None:
        raise Problem("not-found")
    return found


def _told(row: Row) -> dict[str, Any]:
    def at(name: str) -> str | None:
        return None if row[name] is None else instant_text(row[name])

    return {
        "id": str(row["id"]), "mission": row["mission"], "position": row["position"], "failures": row["failures"],
        "last_code": row["last_code"], "next_try": at("next_try"), "created_at": at("created_at"),
        "ended_at": at("ended_at"),
    }  # fmt: skip
