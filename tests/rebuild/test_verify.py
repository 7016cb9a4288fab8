"""The log verified from its bytes: a clean one passes, and every kind of tampering by the superuser is named by position."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import TupleRow

from chancery.desk import Desk
from chancery.log.canonical import canonical
from chancery.log.verify import verify
from domain import commands as c
from tests.conftest import Database
from tests.made import FOCAL, cid

Admin = psycopg.Connection[TupleRow]
AT = 10


@pytest.fixture
def admin(database: Database) -> Iterator[Admin]:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def told(task: Desk) -> Desk:
    """A log with some events on several streams."""
    for n, command in enumerate((c.AcceptTask, c.ProposeWaiver)):
        more = {"reason": "capacity"} if command is c.ProposeWaiver else {}
        data = {"command_id": cid(f"v{n}"), "mission": "Q", "obligation": "o-1", "task": "hold.1", **more}
        await task.submit(command.model_validate(data), FOCAL)
    return task


def body_at(admin: Admin, position: int) -> dict[str, object]:
    row = admin.execute("SELECT body FROM log.event WHERE position = %s", [position]).fetchone()
    assert row is not None
    body: dict[str, object] = json.loads(bytes(row[0]))
    return body


def set_body(admin: Admin, position: int, body: bytes) -> None:
    """A superuser's UPDATE: the generated columns and the leaf follow of themselves, as they would for a forger."""
    admin.execute("UPDATE log.event SET body = %s WHERE position = %s", [body, position])


def ungenerated(admin: Admin, column: str, value: str) -> None:
    """A column that is no longer generated says what the forger wants."""
    admin.execute(f"ALTER TABLE log.event ALTER COLUMN {column} DROP EXPRESSION")
    admin.execute(f"UPDATE log.event SET {column} = {value} WHERE position = {AT}")


def reordered(admin: Admin) -> None:
    body = body_at(admin, AT)
    set_body(admin, AT, json.dumps(dict(reversed(body.items())), separators=(",", ":")).encode())


def other_data(admin: Admin) -> None:
    set_body(admin, AT, canonical({**body_at(admin, AT), "data": {"note": 1}}))


def other_type(admin: Admin) -> None:
    set_body(admin, AT, canonical({**body_at(admin, AT), "type": "TaskTeleported"}))


def other_key(admin: Admin) -> None:
    set_body(admin, AT, canonical({**body_at(admin, AT), "more": 1}))


def other_stream(admin: Admin) -> None:
    set_body(admin, AT, canonical({**body_at(admin, AT), "stream": "mission/T"}))


def swapped_version(admin: Admin) -> None:
    body = body_at(admin, AT)
    set_body(admin, AT, canonical({**body, "version": 900}))


@pytest.mark.parametrize(
    ("tamper", "position", "code"),
    [
        (lambda a: a.execute(f"DELETE FROM log.event WHERE position = {AT}"), AT, "log.gap"),
        (lambda a: a.execute(f"UPDATE log.event SET recorded_us = 5 WHERE position = {AT}"), AT, "log.time"),
        (lambda a: ungenerated(a, "leaf", "sha256('x')"), AT, "log.leaf"),
        (lambda a: ungenerated(a, "type", "'TaskAccepted'"), AT, "log.column"),
        (lambda a: ungenerated(a, "version", "77"), AT, "log.column"),
        (lambda a: ungenerated(a, "command_id", "gen_random_uuid()"), AT, "log.column"),
        (lambda a: ungenerated(a, "event_id", "gen_random_uuid()"), AT, "log.column"),
        (reordered, AT, "log.canonical"),
        (other_data, AT, "log.shape"),
        (other_type, AT, "log.unknown"),
        (other_key, AT, "log.envelope"),
        (other_stream, AT, "log.column"),
        (swapped_version, AT, "log.version"),
    ],
)
async def test_the_first_bad_position_is_named(
    told: Desk, admin: Admin, tamper: Callable[[Admin], object], position: int, code: str
) -> None:
    assert (await verify(told.log)).ok, "before: nothing is wrong"
    tamper(admin)
    findings = await verify(told.log)
    assert not findings.ok
    assert findings.first is not None
    assert (findings.first.position, findings.first.code) == (position, code)


async def test_a_clean_log_passes_and_says_how_far(told: Desk) -> None:
    heard: list[tuple[int, int]] = []
    findings = await verify(told.log, lambda done, of: heard.append((done, of)))
    head = await told.log.head()
    assert (findings.ok, findings.head, findings.events, heard[-1]) == (True, head, head, (head, head))


async def test_a_tail_that_was_cut_off_is_not_seen(told: Desk, admin: Admin) -> None:
    """What this cannot find: only a checkpoint kept elsewhere knows that there was more."""
    head = await told.log.head()
    admin.execute("DELETE FROM log.event WHERE position > %s", [head - 2])
    assert (await verify(told.log)).ok


async def test_the_whole_rewritten_with_its_hashes_is_not_seen(told: Desk, admin: Admin) -> None:
    """Nor this: the table alone cannot contradict somebody who may write all of it."""
    body = body_at(admin, AT)
    set_body(admin, AT, canonical({**body, "at": "2020-01-01T00:00:00Z"}))
    assert (await verify(told.log)).ok
