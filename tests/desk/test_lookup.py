"""Readers share a question: what they get is as new as their asking, stays as it was given, and nobody waits in vain."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chancery.desk import Desk
from chancery.lookup import Lookup
from chancery.streams import mission_stream, obligation_stream
from domain import commands as c
from tests.made import FOCAL, cid


def accepting() -> c.AcceptTask:
    return c.AcceptTask(command_id=cid("take"), mission="Q", obligation="o-1", task="hold.1")


async def test_those_who_ask_together_ask_once_and_see_what_was_written_before(
    task: Desk, monkeypatch: Any
) -> None:
    asked: list[int] = []
    load = task.log.load

    async def counted(wanted: Any) -> Any:
        asked.append(len(wanted))
        return await load(wanted)

    monkeypatch.setattr(task.log, "load", counted)
    lookup = Lookup(task.log)
    names = [obligation_stream("o-1"), mission_stream("Q"), obligation_stream("none")]
    found = await asyncio.gather(*(lookup.get(name) for name in names * 5))
    assert asked == [3]
    assert [one.version > 0 for one in found[:3]] == [True, True, False]


async def test_what_was_given_stays_as_it_was(task: Desk) -> None:
    before = await task.obligation("o-1")
    version = before.version
    await task.submit(accepting(), FOCAL)
    after = await task.obligation("o-1")
    assert (before.version, before.tasks["hold.1"].accepted) == (version, False)
    assert (after.version, after.tasks["hold.1"].accepted) == (version + 1, True)
    assert await task.obligation("o-1") is after  # nothing moved: nothing is folded again


async def test_a_question_that_fails_fails_for_all_who_asked_and_the_next_is_answered(
    task: Desk, monkeypatch: Any
) -> None:
    lookup, load = Lookup(task.log), task.log.load

    async def broken(_: Any) -> Any:
        raise ConnectionError("away")

    monkeypatch.setattr(task.log, "load", broken)
    outcomes = await asyncio.gather(
        *(lookup.get(obligation_stream("o-1")) for _ in range(3)), return_exceptions=True
    )
    assert [type(one) for one in outcomes] == [ConnectionError] * 3
    monkeypatch.setattr(task.log, "load", load)
    assert (await lookup.get(obligation_stream("o-1"))).version > 0


async def test_whoever_leaves_does_not_disturb_the_others(task: Desk) -> None:
    lookup = Lookup(task.log)
    first = asyncio.create_task(lookup.get(obligation_stream("o-1")))
    second = asyncio.create_task(lookup.get(obligation_stream("o-1")))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).version > 0
