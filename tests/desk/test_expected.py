"""A version that was seen: at any other the command is refused, unless this very one was carried out before."""

import asyncio

import pytest

from chancery.desk import Desk
from domain import commands as c
from domain.refusals import Refused
from tests.made import FOCAL, HEAD, POLITICAL, cid


def accept(name: str = "accept") -> c.AcceptTask:
    return c.AcceptTask(command_id=cid(name), mission="Q", obligation="o-1", task="hold.1")


async def test_the_version_that_was_seen_is_taken(task: Desk) -> None:
    seen = (await task.obligation("o-1")).version
    receipt = await task.submit(accept(), FOCAL, expected=seen)
    assert receipt.fresh and receipt.version == seen + 1


async def test_another_version_is_refused_and_nothing_is_written(task: Desk) -> None:
    seen, head = (await task.obligation("o-1")).version, await task.log.head()
    for wrong in (seen - 1, seen + 1, 0):
        with pytest.raises(Refused) as refusal:
            await task.submit(accept(), FOCAL, expected=wrong)
        assert refusal.value.code == "changed-since"
        assert refusal.value.params == {"stream": "obligation/o-1", "seen": str(wrong), "now": str(seen)}
    assert await task.log.head() == head


async def test_the_same_command_again_gives_its_receipt_although_the_stream_moved(task: Desk) -> None:
    seen = (await task.obligation("o-1")).version
    first = await task.submit(accept(), FOCAL, expected=seen)
    again = await task.submit(accept(), FOCAL, expected=seen)
    assert (again.position, again.leaf, again.fresh) == (first.position, first.leaf, False)


async def test_of_two_who_saw_the_same_one_wins(task: Desk) -> None:
    seen = (await task.obligation("o-1")).version
    asked = [
        c.ReassignTask(command_id=cid(f"to {n}"), mission="Q", obligation="o-1", task="hold.1", posting=to)
        for n, to in enumerate(("p-pol", "p-alt", "p-dep"))
    ]
    outcomes = await asyncio.gather(
        *(task.submit(one, FOCAL, expected=seen) for one in asked), return_exceptions=True
    )
    assert [o.code for o in outcomes if isinstance(o, Refused)] == ["changed-since"] * 2
    # The control: without a version all three go through, one after the other.
    asked.append(asked.pop(0))  # who won holds it now and comes last
    free = await asyncio.gather(
        *(
            task.submit(one.model_copy(update={"command_id": cid(f"free {n}")}), HEAD)
            for n, one in enumerate(asked)
        )
    )
    assert all(receipt.fresh for receipt in free)


async def test_a_missions_version_counts_too_and_policy_is_asked_after_it(task: Desk) -> None:
    seen = (await task.mission("Q")).version
    away = c.RecordAbsence(
        command_id=cid("away"), mission="Q", posting="p-fp", from_day="2026-06-01", until="2026-06-05"
    )
    with pytest.raises(Refused) as refusal:
        await task.submit(away, HEAD, expected=seen - 1)
    assert refusal.value.code == "changed-since"
    with pytest.raises(Refused) as refusal:
        await task.submit(away, POLITICAL, expected=seen)
    assert refusal.value.code == "not-allowed"
    assert (await task.submit(away, HEAD, expected=seen)).fresh
