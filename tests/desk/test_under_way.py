"""Two batches under way: what may go beside what, and that nobody is answered from what is not written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from chancery import desk as desks
from chancery import vault, waiting
from chancery.desk import Desk, Unavailable
from chancery.log import pipeline
from chancery.log.pipeline import Statement
from chancery.streams import empty
from chancery.waiting import Batch, Line, Waiting, streams_of, writes_of
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR, Actor
from domain.refusals import Refused
from tests.made import FOCAL, HEAD, cid, opening


def accept(obligation: str, actor: Actor = FOCAL) -> tuple[c.Command, Actor]:
    return c.AcceptTask(command_id=uuid4(), mission="Q", obligation=obligation, task="hold.1"), actor


def suspend(mission: str = "Q") -> tuple[c.Command, Actor]:
    return c.LiftSuspension(
        command_id=uuid4(),
        mission=mission,
        suspension="s-1",
        at="2026-05-05T06:10:00Z",  # type: ignore[arg-type]
    ), HEAD


async def line_of(*asked: tuple[c.Command, Actor]) -> Line:
    line = Line()
    for command, actor in asked:
        streams = streams_of(command, actor)
        done = asyncio.get_running_loop().create_future()
        line.join(Waiting(command, actor, (), done, "", streams[0], streams, writes_of(command)))
    return line


async def may_go(line: Line) -> Batch | None:
    try:
        async with asyncio.timeout(0.02):
            return await line.next()
    except TimeoutError:
        return None


async def test_few_go_together_and_those_who_come_meanwhile_in_the_next() -> None:
    line = await line_of(accept("o-1"), accept("o-1"), accept("o-2"))
    first = await line.next()
    assert [w.stream for w in first.commands] == ["obligation/o-1", "obligation/o-1", "obligation/o-2"]


async def test_many_who_come_at_once_go_in_two() -> None:
    line = await line_of(*(accept(f"o-{n}") for n in range(21)))
    first, second = await line.next(), await line.next()
    assert (len(first.commands), len(second.commands)) == (11, 10)


async def test_no_more_than_two_are_under_way() -> None:
    line = await line_of(*(accept(f"o-{n}") for n in range(waiting.MOST * 2 + 1)))
    first, second = await line.next(), await line.next()
    assert len(first.commands) == waiting.MOST and await may_go(line) is None
    line.finished(second)
    third = await may_go(line)
    assert third is not None and len(third.commands) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (accept("o-1"), accept("o-1")),  # both write one stream
        (accept("o-1"), suspend()),  # the second writes what the first reads
        (suspend(), accept("o-1")),  # and the other way round
        (suspend(), suspend()),
        (suspend("T"), accept("o-1", Actor("officer", "p-desk", "T"))),  # the actor's own mission
    ],
)
async def test_what_shares_a_stream_that_one_of_them_writes_waits(before: Any, after: Any) -> None:
    line = await line_of(before)
    first = await line.next()
    streams = streams_of(*after)
    line.join(
        Waiting(
            *after,
            (),
            asyncio.get_running_loop().create_future(),
            "",
            streams[0],
            streams,
            writes_of(after[0]),
        )
    )
    assert await may_go(line) is None
    line.finished(first)
    assert await may_go(line) is not None


@pytest.mark.parametrize("after", [accept("o-2"), suspend("T")])
async def test_what_shares_nothing_goes_beside_it(after: Any) -> None:
    line = await line_of(accept("o-1"))
    await line.next()
    streams = streams_of(*after)
    line.join(
        Waiting(
            *after,
            (),
            asyncio.get_running_loop().create_future(),
            "",
            streams[0],
            streams,
            writes_of(after[0]),
        )
    )
    assert await may_go(line) is not None


async def test_nobody_overtakes_whoever_is_first_and_has_to_wait() -> None:
    line = await line_of(accept("o-1"))
    first = await line.next()
    for command, actor in (suspend(), accept("o-2")):
        streams = streams_of(command, actor)
        done = asyncio.get_running_loop().create_future()
        line.join(Waiting(command, actor, (), done, "", streams[0], streams, writes_of(command)))
    assert await may_go(line) is None
    line.finished(first)
    second = await may_go(line)
    assert second is not None and [w.command.name for w in second.commands] == [
        "LiftSuspension",
        "AcceptTask",
    ]


@pytest.fixture
async def two(task: Desk) -> Desk:
    """And a second obligation with an open task."""
    await task.submit(opening("o-2"), ENGINE_TICK)
    step = c.OpenTask(command_id=cid("hold 2"), mission="Q", obligation="o-2", step="hold")
    await task.submit(step, ENGINE_TICK)
    return task


@asynccontextmanager
async def first_commit_held(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """The next commit stops on its way to the database; those after it do not."""
    reached, go = asyncio.Event(), asyncio.Event()
    real = pipeline.commit

    async def held(*args: Any, **more: Any) -> Any:
        if not reached.is_set():
            reached.set()
            await go.wait()
        return await real(*args, **more)

    monkeypatch.setattr(desks.pipeline, "commit", held)
    yield reached, go
    go.set()


async def test_another_obligation_does_not_wait_for_a_commit_that_is_under_way(
    two: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with first_commit_held(monkeypatch) as (reached, go):
        slow = asyncio.create_task(two.submit(*accept("o-1")))
        await reached.wait()
        quick = await asyncio.wait_for(two.submit(*accept("o-2")), 5)
        assert quick.fresh and not slow.done()
        go.set()
        assert (await slow).position == quick.position + 1


async def refusal_beside_a_held_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a second acceptance is answered before the first one is written."""
    async with first_commit_held(monkeypatch) as (reached, go):
        first = asyncio.create_task(desk.submit(*accept("o-1")))
        await reached.wait()
        second = asyncio.create_task(desk.submit(*accept("o-1")))
        done, _ = await asyncio.wait({second}, timeout=0.3)
        go.set()
        await asyncio.gather(first, second, return_exceptions=True)
        assert isinstance(second.exception(), Refused)
        return bool(done)


async def test_no_refusal_rests_on_what_is_not_written_yet(
    two: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await refusal_beside_a_held_commit(two, monkeypatch)


async def test_control_without_the_rule_it_would(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batch, "stands_in_the_way_of", lambda *_: False)
    assert await refusal_beside_a_held_commit(two, monkeypatch)


async def test_a_mission_that_both_read_first_is_folded_once(two: Desk) -> None:
    """A fresh desk: two batches bring the mission's events at the same time."""
    async with Desk(two.log.pool, two.clock) as fresh:
        names = [f"o-{n}" for n in range(10, 40)]
        await asyncio.gather(*(fresh.submit(opening(name), ENGINE_TICK) for name in names))
        known = fresh._shelf.get("mission/Q")
        assert known.version == (await two.log.versions(["mission/Q"]))["mission/Q"]
        assert [len(k.types) for k in known.commands.values()] == [1, 12]


async def test_events_that_are_known_already_change_nothing(mission: Desk) -> None:
    recorded = await mission.log.read_stream("mission/Q")
    known = empty("mission/Q")
    known.catch_up(recorded)
    before = (known.version, {key: list(seen.types) for key, seen in known.commands.items()})
    known.catch_up(recorded)
    assert before == (known.version, {key: list(seen.types) for key, seen in known.commands.items()})


async def test_a_desk_that_closes_answers_all_who_wait(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Desk(two.log.pool, two.clock) as closing, first_commit_held(monkeypatch) as (reached, _):
        asked = [asyncio.create_task(closing.submit(*accept("o-1"))) for _ in range(3)]
        await reached.wait()
        asked += [asyncio.create_task(closing.submit(*accept("o-1"))) for _ in range(3)]
        await asyncio.sleep(0.05)
        await closing.__aexit__()
        outcomes = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)


def test_the_vaults_calls_of_a_batch_are_one() -> None:
    other = Statement("SELECT 1")
    calls = [Statement(vault.PUT, [[n], [f"m{n}"]]) for n in range(3)]
    [put, rest] = vault.joined([calls[0], other, *calls[1:]])
    assert put == Statement(vault.PUT, [[0, 1, 2], ["m0", "m1", "m2"]]) and rest is other
    assert calls[0].parameters == [[0], ["m0"]]  # a retry joins them again
    assert vault.joined([]) == []


async def test_operators_commands_read_only_the_mission() -> None:
    assert streams_of(suspend()[0], OPERATOR) == ("mission/Q",)
