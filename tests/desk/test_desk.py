"""The one door: once, by whom it may, against what it read, together with its views."""

import asyncio

import pytest

from chancery import queries
from chancery.desk import Desk
from domain import commands as c
from domain.envelope import Actor
from domain.refusals import Refused
from tests.made import AGENT, FOCAL, POLITICAL, cid

EVIDENCE = ({"kind": "minutes", "digest": "ab" * 32, "bytes": 1200, "marking": "limite"},)


def complete(name: str = "done", **more: object) -> c.CompleteTask:
    data = {"checklist": ("risk_list",), "evidence": EVIDENCE} | more
    return c.CompleteTask.model_validate(
        {"command_id": cid(name), "mission": "Q", "obligation": "o-1", "task": "hold.1", **data}
    )


async def test_a_task_is_completed_and_the_inbox_shows_it(task: Desk) -> None:
    receipt = await task.submit(complete(), FOCAL)
    assert receipt.fresh and receipt.events == ("TaskCompleted",)
    assert receipt.position == await task.log.head()
    [row] = await queries.tasks(task.log, obligation="o-1", status=None)
    assert (row["status"], row["outcome"], row["timing"]) == ("ended", "done", "on_time")
    assert await queries.tasks(task.log, mission="Q") == []


async def test_the_same_command_twice_is_one_event_and_one_receipt(task: Desk) -> None:
    first = await task.submit(complete(), FOCAL)
    again = await task.submit(complete(), FOCAL)
    assert (again.position, again.leaf, again.fresh) == (first.position, first.leaf, False)


async def test_a_double_click_within_one_batch_is_one_event(task: Desk) -> None:
    head = await task.log.head()
    receipts = await asyncio.gather(*(task.submit(complete(), FOCAL) for _ in range(8)))
    assert {r.position for r in receipts} == {head + 1}
    assert sum(r.fresh for r in receipts) == 1
    assert await task.log.head() == head + 1


async def test_a_command_id_used_for_something_else_is_refused(task: Desk) -> None:
    await task.submit(complete(), FOCAL)
    with pytest.raises(Refused) as refusal:
        await task.submit(complete(result={}, checklist=("risk_list", "rota")), FOCAL)
    assert refusal.value.code == "command-reused"


async def test_two_at_once_one_wins_and_the_other_is_told(task: Desk) -> None:
    results = await asyncio.gather(
        *(task.submit(complete(f"done {n}"), FOCAL) for n in range(5)), return_exceptions=True
    )
    refused = [r for r in results if isinstance(r, Refused)]
    assert [r.code for r in refused] == ["task-ended"] * 4


@pytest.mark.parametrize("actor", [POLITICAL, AGENT, Actor("operator", "operator")])
async def test_somebody_elses_task_is_refused(task: Desk, actor: Actor) -> None:
    head = await task.log.head()
    with pytest.raises(Refused) as refusal:
        await task.submit(complete(), actor)
    assert refusal.value.code in ("not-your-task", "not-allowed")
    assert await task.log.head() == head


async def test_a_claimed_role_is_not_taken(task: Desk) -> None:
    claimed = Actor("officer", "p-pol", "Q", role="focal_point")
    with pytest.raises(Refused, match="p-fp"):
        await task.submit(complete(), claimed)


async def test_another_missions_name_opens_no_door(task: Desk) -> None:
    from domain.envelope import OPERATOR
    from tests.made import adoption

    await task.submit(adoption("T", "TN", "Africa/Tunis"), OPERATOR)
    with pytest.raises(Refused) as refusal:
        await task.submit(complete().model_copy(update={"mission": "T"}), FOCAL)
    assert refusal.value.code == "no-such-obligation"


async def test_one_commands_fault_fails_nobody_else(task: Desk) -> None:
    bad = complete("bad", result={"x": "y"})
    good = c.AcceptTask(command_id=cid("accept"), mission="Q", obligation="o-1", task="hold.1")
    refused, receipt = await asyncio.gather(
        task.submit(bad, FOCAL), task.submit(good, FOCAL), return_exceptions=True
    )
    assert isinstance(refused, Refused)
    assert not isinstance(receipt, BaseException) and receipt.events == ("TaskAccepted",)


async def test_a_form_that_is_stale_is_refused_and_a_reminder_does_not_make_it_so(task: Desk) -> None:
    accept = c.AcceptTask(command_id=cid("accept"), mission="Q", obligation="o-1", task="hold.1", seen=1)
    await task.submit(accept, FOCAL)
    with pytest.raises(Refused) as refusal:
        await task.submit(complete(seen=1), FOCAL)
    assert refusal.value.code == "stale"
    assert (await task.submit(complete(seen=2), FOCAL)).fresh
