"""Who may read the bytes of an event: a mission's people, whoever oversees, those whom it is about; and nobody else's review."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.desk import Desk
from chancery.export.readable import Readable, Reader
from chancery.log.store import POOL_SETTINGS, EventLog, Recorded
from domain import commands as c
from domain.envelope import OPERATOR
from tests.conftest import Database
from tests.made import FOCAL, HEAD, adoption, cid

COLLEAGUE = Reader("Q", "political_officer", frozenset({"p-pol"}))
ELSEWHERE = Reader("T", "focal_point", frozenset({"p-t"}))
AUDITOR = Reader("HQ", "auditor", frozenset({"p-h-audit"}))
MACHINE = Reader(operator=True)


@pytest.fixture
async def log(task: Desk, database: Database) -> AsyncIterator[EventLog]:
    """Mission Q at work, mission T beside it, and a full export that Q's head asked for."""
    await task.submit(adoption("T"), OPERATOR)
    accept = c.AcceptTask(command_id=cid("accept"), mission="Q", obligation="o-1", task="hold.1")
    await task.submit(accept, FOCAL)
    propose = c.ProposeExport(
        command_id=cid("propose"),
        mission="Q",
        export="ex-0123456789ab",
        purpose="audit",
        recipient="court",
        scope="mission",
        upto=3,
    )
    await task.submit(propose, HEAD)
    pool = AsyncConnectionPool(
        database.reader_url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=1, open=False
    )
    async with pool:
        yield EventLog(pool)


async def rooms(log: EventLog, reader: Reader) -> set[str]:
    """The streams of which somebody may read anything."""
    events = await log.read(0)
    may = await Readable(log, reader).of(events)
    return {one.stream for one in events if one.position in may}


EXPORT = "export/ex-0123456789ab"


async def test_missions_and_those_who_look_across_them(log: EventLog) -> None:
    everything = {one.stream for one in await log.read(0)}
    assert everything == {"mission/Q", "mission/T", "obligation/o-1", EXPORT}
    assert await rooms(log, COLLEAGUE) == {"mission/Q", "obligation/o-1"}
    assert await rooms(log, ELSEWHERE) == {"mission/T"}
    assert await rooms(log, AUDITOR) == await rooms(log, MACHINE) == everything
    assert await rooms(log, Reader()) == set()
    head = Reader("Q", "head_of_mission", frozenset({HEAD.code}))
    assert await rooms(log, head) == {"mission/Q", "obligation/o-1", EXPORT}  # who asked is a party


async def test_who_has_left_still_reads_what_was_their_own(log: EventLog) -> None:
    gone = replace(ELSEWHERE, postings=frozenset({"p-t", FOCAL.code}))
    events = await log.read(0)
    may = await Readable(log, gone).of(events)
    types = {one.event["type"] for one in events if one.position in may and one.stream == "obligation/o-1"}
    assert types == {"ObligationOpened", "TaskOpened", "TaskAccepted"}
    own = [one for one in events if one.position in may and one.stream == "mission/Q"]
    assert all(FOCAL.code in one.body.decode() for one in own) and own
    stranger = replace(ELSEWHERE, postings=frozenset({"p-t", "p-pol"}))
    assert "obligation/o-1" not in await rooms(log, stranger)


async def test_a_review_is_for_its_parties_alone(log: EventLog, database: Database) -> None:
    """Whatever their role: neither the heads, nor headquarters, nor the operator."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(
            "INSERT INTO view.dossier (stream, mission, status, parties, version) VALUES ('review/rv-1', 'Q', 'open', %s, 1)",
            [[FOCAL.code]],
        )
    template = await log.at(await log.head())
    event = template.event | {"actor": {"kind": "engine", "code": "tick"}, "data": {}}
    review = Recorded(999, template.recorded_us, "review/rv-1", 1, template.body, template.leaf)
    review._parsed.append(event)
    for reader in (
        COLLEAGUE,
        ELSEWHERE,
        AUDITOR,
        MACHINE,
        Reader("Q", "head_of_mission", frozenset({HEAD.code})),
    ):
        assert await Readable(log, reader).of([review]) == set()
    mine = Reader("Q", "focal_point", frozenset({FOCAL.code}))
    assert await Readable(log, mine).of([review]) == {999}


async def test_streams_are_not_kept_without_end(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    from chancery.export import readable

    monkeypatch.setattr(readable, "_STREAMS", 1)
    made = Readable(log, replace(ELSEWHERE, postings=frozenset({FOCAL.code})))
    once = await made.of(await log.read(0))
    assert once == await made.of(await log.read(0)) and len(made._streams) == 1
