"""The office at a running engine: what it opens is carried out, what it shuts falls, what it destroys ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from chancery.cases import consent, intake, links, lock, record, sharing, shred
from chancery.cases.consent import Wish
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.verify import verify
from chancery.rehearse.stage import Stage, staged
from chancery.settings import Settings
from domain import commands as c
from domain.envelope import OPERATOR
from domain.obligation import Obligation
from domain.task import Task
from tests.made import FOCAL, HEAD, adoption, cid, posts

STARTS = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
ALERT = {"words": "CANARY taken from home"}
WISH = Wish("lawyer", "phone")


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: the stage stands beside its own database."""
    folder = short_dir / "office"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


async def prepared(stage: Stage) -> None:
    """Mission Q on the stage, with its key."""
    await stage.desk.submit(adoption().model_copy(update={"partners": ("EMB-A",)}), OPERATOR)
    await stage.desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
    stage.keys.create_mission("Q")


async def own(stage: Stage, case: str, code: str) -> Obligation:
    """The case's obligation of a definition."""
    found = (await record.known(stage, case)).own(code)
    assert found is not None
    return found


async def done(stage: Stage, state: Obligation, task: Task, **result: str) -> None:
    """Whoever holds a task does it, every line of its checklist ticked."""
    step = state.step(task.step)
    assert step is not None
    command = c.CompleteTask(
        command_id=cid(f"{state.id} {task.id}"),
        mission="Q",
        obligation=state.id,
        task=task.id,
        checklist=tuple(line["code"] for line in step["checklist"]),
        result=result,
    )
    await stage.desk.submit(command, FOCAL if task.posting == "p-fp" else HEAD)
    await stage.settle()


def test_a_case_from_the_alert_to_its_destruction(settings: Settings) -> None:
    async def play() -> None:
        async with staged(settings, STARTS, "office", lambda _: None) as stage:
            await prepared(stage)
            case, first = await intake.receive(stage, FOCAL, "Q", urgent=True, record=ALERT)
            await stage.settle()
            opened = await stage.desk.obligation(first)
            assert set(opened.tasks) == {"acknowledge.1", "verify-and-assess.1"}
            urgent = await own(stage, case, "URGENT")
            assert urgent.tasks["acknowledge.1"].due == "2026-05-05T07:10:00Z"  # an hour, from the alert

            # The procedure begins urgent action too, and finds the one that is there.
            await done(stage, opened, opened.tasks["acknowledge.1"], **{"class": "immediate"})
            serving = await record.known(stage, case)
            assert [one.code for one in serving.obligations].count("URGENT") == 1
            assert {"CONSULT", "GENDER"} <= {one.code for one in serving.obligations}

            # What is agreed, shared and taken back: a recall is due four hours later.
            await consent.agree(stage, FOCAL, case, {"share_eu": None, "demarche": None}, WISH)
            await sharing.disclose(
                stage, FOCAL, case, "share_eu", to="EMB-A", arrangement="coordination", content="x"
            )
            # Not to the very second before the hour that an urgent answer has: our clock would stand there while Temporal's
            # goes on, and the procedure would ask in vain at each of its seconds.
            stage.step_to(STARTS + timedelta(minutes=50))
            await consent.withdraw(stage, FOCAL, case, ["share_eu"], WISH)
            await stage.settle()
            consult = await own(stage, case, "CONSULT")
            assert consult.tasks["recall.1"].due == "2026-05-05T11:00:00Z"

            # A closed vault stops nothing but reading: the recall is done by its code.
            await lock.lock(stage, HEAD, "Q", "raid")
            await done(stage, consult, consult.tasks["recall.1"], answered="yes")
            assert (await stage.desk.obligation(consult.id)).tasks["recall.1"].outcome == "done"
            await lock.unlock(stage, HEAD, "Q", "over")

            # Destroyed by two: every procedure comes to its end, and the log is whole.
            asked = await shred.propose(stage, FOCAL, case, "on_request")
            ids = list(await links.obligations_of(stage.vault, stage.pool, case))
            await shred.answer(stage, HEAD, "Q", asked, approved=True)
            await stage.settle()
            for id_ in ids:
                assert (await stage.desk.obligation(id_)).outcome == "shredded"
                status = (await stage.client.get_workflow_handle(id_).describe()).status
                assert status == WorkflowExecutionStatus.COMPLETED, id_
            assert (await verify(stage.desk.log)).ok
            everything = repr([one.event for one in await stage.desk.log.read(0, 10_000)])
            assert case not in everything and "CANARY" not in everything and asked in everything

    asyncio.run(play())
