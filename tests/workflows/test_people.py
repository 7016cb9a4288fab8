"""Strategy, focal point, hand-over, training, burden, contacts: each repeats itself, and goes on from the log alone.

What decides a branch may have changed by the time a run starts again: a query was answered, a region was reached. What a run
did stands in the log and counts, never today's state.
"""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.desk import DeskActivities
from chancery import queries
from chancery.conductor import QUEUE
from chancery.desk import Desk
from domain import commands as c
from domain.baton import Start
from tests.made import ALTERNATE, FOCAL, HEAD, POLITICAL
from tests.workflows.engine import Engine, skipping
from tests.workflows.test_determinism import complete as completed
from tests.workflows.test_determinism import failures, opened, uncached
from workflows.contact import CoverageMap

OPEN = {"h-1", "v-1", "m-1", "b-1", "a-1"}
LISTED = ("listed", "promises")
TAKEN = ("gone_through", "access_moved", "contact_published")
VISITED = ("cleared", "women")


async def there(engine: Engine, obligation: str, task: str) -> None:
    """Wait until the procedure has opened a task: with nothing cached, and several at once, one rest may be too short."""
    for _ in range(40):
        if task in (await engine.state(obligation)).tasks:
            return
        await engine.settle()
    raise AssertionError(f"{obligation} never opened {task}")


async def complete(engine: Engine, obligation: str, task: str, *given: Any, **result: str) -> None:
    await there(engine, obligation, task)
    await completed(engine, obligation, task, *given, **result)


async def ended(engine: Engine, *obligations: str) -> None:
    for _ in range(40):
        if all([(await engine.state(one)).outcome for one in obligations]):
            return
        await engine.settle()


async def sign(engine: Engine, actor: Any, side: str, *queried: str, key: str = "") -> None:
    await engine.do(
        c.SignHandover, actor, key, obligation="h-1", side=side, items=("b-1",), queried=tuple(queried)
    )


async def cover(engine: Engine, obligation: str, **areas: tuple[str, ...]) -> None:
    await engine.do(c.RecordCoverage, FOCAL, obligation=obligation, **areas)


async def halfway(engine: Engine) -> None:
    """Five procedures, each at a point where the state says something else than it did at the branch."""
    await opened(engine, "h-1", "FP-HANDOVER", "p-fp.2026-05-21", "2026-05-21")
    await opened(engine, "v-1", "FIELD-VISIT", "2026", "2026-12-31")
    await opened(engine, "m-1", "MAP", "2026-01", "2026-06-30")
    await opened(engine, "b-1", "BURDEN", "2026", "2026-12-31")
    await engine.open("a-1", "FP-APPOINT", period="focal_point.2026-05-05")

    await complete(engine, "h-1", "sign-over.1", FOCAL, LISTED)  # and nothing is signed: it comes again
    await sign(engine, FOCAL, "out")
    await complete(engine, "h-1", "sign-over.2", FOCAL, LISTED, successor=POLITICAL.code)
    await sign(engine, POLITICAL, "in", "b-1")
    await complete(engine, "h-1", "take-over.1", POLITICAL, TAKEN)
    await complete(engine, "h-1", "answer-queries.1")
    await sign(engine, POLITICAL, "in", key="again")

    await cover(engine, "v-1", not_reached=("north",))
    await complete(engine, "v-1", "plan.1", FOCAL, ("regions", "security"))
    await cover(engine, "v-1", not_reached=("oasis",))
    await complete(engine, "v-1", "visit.north", FOCAL, VISITED, "trip_report", reached="yes")
    await cover(engine, "v-1", reached=("north", "oasis"))

    await complete(engine, "m-1", "map.1", FOCAL, ("recorded", "groups"))
    await cover(engine, "m-1", reached=("delta",), not_reached=("women_rural",))

    await complete(engine, "b-1", "plan.1", FOCAL, ("areas", "backups"), "rota")
    await complete(engine, "b-1", "look.q1", FOCAL, ("load",), load="kept")

    named = ("named", "alternate", "contact_published", "test_call")
    await complete(engine, "a-1", "appoint.1", HEAD, named, "appointment_note", contact_test="not_answered")


async def waiting(engine: Engine) -> dict[str, list[str]]:
    """Obligation → its open tasks, when those that are looked for are there."""
    for obligation, tasks in WAITING.items():
        await there(engine, obligation, tasks[0])
    states = [await engine.state(one) for one in sorted(OPEN)]
    return {state.id: sorted(t.id for t in state.open_tasks()) for state in states}


WAITING = {
    "a-1": ["test-contact.1"],
    "b-1": ["look.q2"],
    "h-1": ["take-over.2"],
    "m-1": ["record-coverage.1"],
    "v-1": ["visit.oasis"],
}


async def test_each_goes_on_where_it_was_when_temporal_forgets_all(mission: Desk) -> None:
    async with skipping(mission) as engine:
        await halfway(engine)
        assert await waiting(engine) == WAITING
        assert (await engine.state("h-1")).tasks["take-over.2"].posting == POLITICAL.code
        assert await failures(engine, *OPEN) == 0
    head = await mission.log.head()
    async with skipping(mission) as engine:  # another server, which knows nothing
        await engine.conductor.nudge_all()
        await engine.settle()
        assert (await waiting(engine), await mission.log.head()) == (WAITING, head)

        await complete(engine, "h-1", "take-over.2", POLITICAL, TAKEN)
        await complete(engine, "v-1", "visit.oasis", FOCAL, VISITED, "trip_report", reached="partly")
        await complete(engine, "m-1", "record-coverage.1")
        await complete(engine, "b-1", "look.q2", FOCAL, ("load",), load="shifted")
        await complete(engine, "a-1", "test-contact.1", contact_test="not_answered")
        await complete(engine, "a-1", "test-contact.2", contact_test="answered")
        await there(engine, "b-1", "look.q3")
        await ended(engine, "a-1", "h-1", "m-1", "v-1")
        outcomes = {one: (await engine.state(one)).outcome for one in sorted(OPEN)}
        assert outcomes == {"a-1": "done", "b-1": None, "h-1": "done", "m-1": "done", "v-1": "done"}
        assert await failures(engine, *OPEN) == 0


@workflow.defn(name="CoverageMap")
class TodaysState(CoverageMap):
    """The control: it asks today's state instead of the log."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        drawn = await self.task("map")
        if not self.state.coverage:
            drawn = await self.task("record-coverage")
        return self.ended(drawn)


def _todays(client: Client, desk: Desk) -> Worker:
    of_desk = DeskActivities(desk)
    return Worker(
        client, task_queue=QUEUE, workflows=[TodaysState], activities=[of_desk.submit, of_desk.read],
        workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True,
    )  # fmt: skip


async def test_the_control_forgets_a_task_that_is_still_open_and_is_seen(mission: Desk) -> None:
    async with skipping(mission, _todays) as engine:
        await opened(engine, "m-1", "MAP", "2026-01", "2026-06-30")
        await complete(engine, "m-1", "map.1", FOCAL, ("recorded", "groups"))
        await cover(engine, "m-1", reached=("delta",))
        await there(engine, "m-1", "record-coverage.1")
    async with skipping(mission, _todays) as engine:
        await engine.conductor.nudge_all()
        await ended(engine, "m-1")
        state = await engine.state("m-1")
        assert (state.outcome, state.tasks["record-coverage.1"].outcome) == ("done", "cancelled")


async def test_without_a_successor_the_alternate_takes_over(mission: Desk) -> None:
    async with skipping(mission, uncached) as engine:
        await opened(engine, "h-1", "FP-HANDOVER", "p-fp.2026-05-21", "2026-05-21")
        await sign(engine, FOCAL, "out")
        await complete(engine, "h-1", "sign-over.1", FOCAL, LISTED)
        await there(engine, "h-1", "take-over.1")
        assert (await engine.state("h-1")).tasks["take-over.1"].posting == ALTERNATE.code


async def test_training_is_held_by_the_one_who_is_trained(mission: Desk) -> None:
    async with skipping(mission, uncached) as engine:
        await opened(engine, "t-1", "TRAIN", "p-la", "2026-07-04")
        await opened(engine, "t-2", "TRAIN", "p-pol.2028-05", "2026-07-04")
        await there(engine, "t-1", "train.1")
        await there(engine, "t-2", "train.1")
        held = [(await engine.state(one)).tasks["train.1"].posting for one in ("t-1", "t-2")]
        assert held == ["p-la", "p-pol"]


async def test_a_strategy_and_contacts_repeat_themselves(mission: Desk) -> None:
    async with skipping(mission, uncached) as engine:
        await opened(engine, "l-1", "LIS-ADOPT", "first", "2026-11-05")
        await engine.open("p-1", "LIS-PUBLISH")
        await engine.open("k-1", "CONTACT")
        await complete(engine, "l-1", "draft.1", FOCAL, ("coverage", "women"))
        await complete(engine, "l-1", "consult.1", FOCAL, ("safely", "women"), "consultation_record")
        await complete(engine, "l-1", "endorse.1", HEAD, (), "strategy")
        await complete(engine, "p-1", "publish.1", FOCAL, ("redacted", "translated"), "publication")
        await complete(
            engine, "k-1", "reply.1", FOCAL, ("safe_channel",), met_before="no", promised="something"
        )
        await complete(engine, "k-1", "keep-promise.1")
        await ended(engine, "l-1", "p-1", "k-1")
        ends = [(await engine.state(one)).outcome for one in ("l-1", "p-1", "k-1")]
        assert (ends, await failures(engine, "l-1", "p-1", "k-1")) == (["done"] * 3, 0)


async def test_an_end_that_becomes_known_starts_its_clocks_at_once_and_an_absence_does_not(
    mission: Desk,
) -> None:
    """Tue 5 May, 09:10: the focal point's last day was yesterday. Nobody waits for nine o'clock tomorrow."""

    async def duties() -> set[str]:
        rows = await queries.obligations(mission.log, mission="Q")
        return {row["definition"] for row in rows}

    async with skipping(mission) as engine:
        away = {"posting": "p-alt", "from_day": "2026-05-06", "until": "2026-05-07"}
        await engine.do(c.RecordAbsence, HEAD, **away)
        assert await duties() == set()
        await engine.do(c.EndPosting, HEAD, posting="p-fp", until="2026-05-04")
        handover = "Q-EG:FP-HANDOVER:p-fp.2026-05-04"
        await there(engine, handover, "sign-over.1")
        await there(engine, "Q-EG:FP-APPOINT:focal_point.2026-05-05", "appoint.1")
        task = (await engine.state(handover)).tasks["sign-over.1"]
        assert (task.posting, task.due) == (ALTERNATE.code, "2026-05-12T20:59:59Z")
        assert {"FP-HANDOVER", "FP-APPOINT", "LIS-ADOPT"} <= await duties()
