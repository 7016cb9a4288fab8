"""The strict codec on a real Temporal server: what its store holds, and what a forger achieves."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleSpec,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import ActivitySerializationContext, DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from chancery.codec import KeyRing, NoContextRefused, StrictCodec, data_converter
from chancery.embedded.temporal import EmbeddedTemporal
from tests.vault.probes import ACTIVITIES, WORKFLOWS, Parent, Probe, Secret, Trusting

pytestmark = [pytest.mark.devserver]

RING = KeyRing.derived(bytes(range(32)), "t1")
STRICT = data_converter(RING)


async def connect(temporal: EmbeddedTemporal, converter: DataConverter = STRICT) -> Client:
    return await Client.connect(temporal.address, namespace=temporal.namespace, data_converter=converter)


@asynccontextmanager
async def working(client: Client) -> AsyncIterator[str]:
    queue = f"vault-{uuid.uuid4().hex[:12]}"
    async with Worker(client, task_queue=queue, workflows=WORKFLOWS, activities=ACTIVITIES, debug_mode=True):
        yield queue


def code() -> str:
    return f"obligation-{uuid.uuid4().hex[:12]}"


def word() -> str:
    return f"canary-{uuid.uuid4().hex}"


async def take_every_path(client: Client, words: str) -> list[str]:
    """Input, memo, summary, signal, update, query, activity, heartbeat, failure, child, continue-as-new, result."""
    secret = Secret(words=words, rounds=1)
    ids = [code(), code(), code()]
    async with working(client) as queue:
        probe = await client.start_workflow(
            Probe.run, secret, id=ids[0], task_queue=queue, memo={"note": words}, static_summary=words
        )
        assert await (await probe.describe()).memo() == {"note": words}
        assert await probe.execute_update(Probe.put, secret) == secret
        await probe.signal(Probe.hear, secret)
        for _ in range(40):  # after continue-as-new the next run waits for a signal of its own
            await asyncio.sleep(0.25)
            if (await client.get_workflow_handle(ids[0]).describe()).run_id != probe.result_run_id:
                break
        second = client.get_workflow_handle_for(Probe.run, ids[0])
        await second.signal(Probe.hear, secret)
        assert words in await second.query(Probe.heard)
        with pytest.raises(WorkflowQueryFailedError):
            await second.query(Probe.broken, secret)
        assert await second.result() == Secret(words=words)
        assert await client.execute_workflow(Parent.run, Secret(words=words), id=ids[1], task_queue=queue)
        failing = await client.start_workflow(
            Probe.run, Secret(words=words, rounds=2), id=ids[2], task_queue=queue
        )
        await failing.signal(Probe.hear, secret)
        with pytest.raises(WorkflowFailureError) as failed:
            await failing.result()
        assert words in repr(failed.value.cause.__cause__)
    return [*ids, f"{ids[1]}-child", f"{probe.result_run_id}"]


async def raw_histories(client: Client, ids: list[str]) -> tuple[bytes, list[str]]:
    """Every byte of every run's history, and the kinds of its events."""
    raw, kinds = b"", []
    *names, first_run = ids
    for name, run in [*((name, "") for name in names), (names[0], first_run)]:
        request = GetWorkflowExecutionHistoryRequest(namespace=client.namespace)
        request.execution.workflow_id, request.execution.run_id = name, run
        answer = await client.workflow_service.get_workflow_execution_history(request)
        assert not answer.next_page_token
        raw += answer.SerializeToString()
        kinds += [
            EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in answer.history.events
        ]
    return raw, kinds


def in_store(temporal: EmbeddedTemporal, words: str) -> bool:
    files = temporal.store.parent.glob(f"{temporal.store.name}*")
    return any(words.encode() in file.read_bytes() for file in files)


PATHS = {
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_EXECUTION_SIGNALED",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    "ACTIVITY_TASK_COMPLETED",
    "ACTIVITY_TASK_FAILED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "WORKFLOW_EXECUTION_FAILED",
    "WORKFLOW_EXECUTION_COMPLETED",
    "CHILD_WORKFLOW_EXECUTION_COMPLETED",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
    "WORKFLOW_PROPERTIES_MODIFIED",
}


async def test_no_word_reaches_the_server_on_any_path(temporal_dev: EmbeddedTemporal) -> None:
    words, clear = word(), word()
    strict, plain = await connect(temporal_dev), await connect(temporal_dev, pydantic_data_converter)
    raw, kinds = await raw_histories(strict, await take_every_path(strict, words))
    assert set(kinds) >= PATHS
    assert words.encode() not in raw
    assert not in_store(temporal_dev, words)
    # The control: the same walk with the plain converter leaves its word in history and store, many times.
    raw, _ = await raw_histories(plain, await take_every_path(plain, clear))
    assert raw.count(clear.encode()) >= 12
    assert in_store(temporal_dev, clear)


async def blocked(handle: WorkflowHandle[Any, Any], ring: KeyRing = RING) -> str:
    """Wait until a task of the workflow has failed, and say how the workflow stands and why its task failed."""
    for _ in range(80):
        history = await handle.fetch_history()
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                status = (await handle.describe()).status
                assert status == WorkflowExecutionStatus.RUNNING, status
                failure = event.workflow_task_failed_event_attributes.failure
                shown = (
                    await data_converter(ring)
                    .with_context(WorkflowSerializationContext(namespace="chancery", workflow_id=handle.id))
                    .decode_failure(failure)
                )
                return str(shown)
            assert event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
        await asyncio.sleep(0.1)
    raise AssertionError("no task of the workflow failed")


async def test_forged_and_transplanted_signals_block_the_workflow_and_do_nothing(
    temporal_dev: EmbeddedTemporal,
) -> None:
    strict, forger = await connect(temporal_dev), await connect(temporal_dev, pydantic_data_converter)
    here = WorkflowSerializationContext(namespace=strict.namespace, workflow_id="obligation-another")
    [elsewhere] = (
        await StrictCodec(RING)
        .with_context(here)
        .encode(pydantic_data_converter.payload_converter.to_payloads([Secret(words="deadline met")]))
    )
    cut = Payload(metadata=elsewhere.metadata, data=elsewhere.data[:-1])
    for forged, said in (
        (Secret(words="deadline met"), "without our seal"),
        (RawValue(elsewhere), "moved from another workflow"),
        (RawValue(cut), "cut short"),
    ):
        async with working(strict) as queue:
            handle = await strict.start_workflow(Probe.run, Secret(words="x"), id=code(), task_queue=queue)
            await handle.query(Probe.heard)
            await forger.get_workflow_handle(handle.id).signal("hear", forged)
            assert said in await blocked(handle)
        await handle.terminate()


async def test_a_forged_start_never_runs(temporal_dev: EmbeddedTemporal) -> None:
    strict, forger = await connect(temporal_dev), await connect(temporal_dev, pydantic_data_converter)
    async with working(strict) as queue:
        handle = await forger.start_workflow(Probe.run, Secret(words="x"), id=code(), task_queue=queue)
        assert "without our seal" in await blocked(handle)
        await handle.terminate()


@pytest.mark.parametrize("forge", ["answer", "failure"])
async def test_a_forged_activity_result_is_not_believed(temporal_dev: EmbeddedTemporal, forge: str) -> None:
    strict, forger = await connect(temporal_dev), await connect(temporal_dev, pydantic_data_converter)
    async with working(strict) as queue:
        handle = await strict.start_workflow(Trusting.run, Secret(words="x"), id=code(), task_queue=queue)
        await until_pending(handle)
        asked = forger.get_async_activity_handle(workflow_id=handle.id, run_id=None, activity_id="asked")
        if forge == "answer":
            await asked.complete(Secret(words="deadline met"))
        else:
            await asked.fail(ApplicationError("deadline met", type="probe.failed", non_retryable=True))
        assert "without our seal" in await blocked(handle)
        await handle.terminate()
        # The control: the same answer, from one who has the key, is taken.
        honest = await strict.start_workflow(Trusting.run, Secret(words="x"), id=code(), task_queue=queue)
        await until_pending(honest)
        asked = strict.get_async_activity_handle(workflow_id=honest.id, run_id=None, activity_id="asked")
        with pytest.raises(NoContextRefused):  # the handle does not tell the codec whose activity it is
            await asked.complete(Secret(words="met"))
        await asked.with_context(activity_of(honest)).complete(Secret(words="met"))
        assert await honest.result() == "met"


def activity_of(handle: WorkflowHandle[Any, Any]) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="chancery",
        activity_id="asked",
        activity_type=None,
        activity_task_queue=None,
        workflow_id=handle.id,
        workflow_type=None,
        is_local=False,
    )


async def until_pending(handle: WorkflowHandle[Any, Any]) -> None:
    for _ in range(100):
        raw = (await handle.describe()).raw_description
        if any(
            pending.attempt and pending.HasField("last_started_time") for pending in raw.pending_activities
        ):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the activity never started")


async def started_by(client: Client, schedule: str) -> WorkflowHandle[Any, Any]:
    for _ in range(100):
        async for found in client.list_workflows(f'WorkflowId STARTS_WITH "{schedule}"'):
            assert (
                found.id != schedule
            )  # a Schedule adds its time: this is why nothing bound to the id can open
            return client.get_workflow_handle(found.id)
        await asyncio.sleep(0.1)
    raise AssertionError("the Schedule started nothing")


@pytest.mark.parametrize("payloads", [[], [Secret(words="x")]], ids=["without-a-payload", "with-one"])
async def test_a_schedule_runs_without_a_payload_and_is_blocked_with_one(
    temporal_dev: EmbeddedTemporal, payloads: list[Secret]
) -> None:
    strict = await connect(temporal_dev)
    async with working(strict) as queue:
        name = f"tick-{uuid.uuid4().hex[:8]}"
        action = ScheduleActionStartWorkflow("Probe", args=payloads, id=name, task_queue=queue)
        schedule = await strict.create_schedule(name, Schedule(action=action, spec=ScheduleSpec()))
        await schedule.trigger()
        handle = await started_by(strict, name)
        if payloads:
            assert "moved from another workflow" in await blocked(handle)
            await handle.terminate()
        else:
            assert await handle.result() is None
        await schedule.delete()


async def test_a_history_replays_with_its_namespace_and_key_only(temporal_dev: EmbeddedTemporal) -> None:
    strict = await connect(temporal_dev)
    async with working(strict) as queue:
        handle = await strict.start_workflow(Probe.run, Secret(words="x"), id=code(), task_queue=queue)
        await handle.signal(Probe.hear, Secret(words="y"))
        await handle.result()
    history = await handle.fetch_history()

    async def replay(namespace: str, ring: KeyRing) -> BaseException | None:
        replayer = Replayer(workflows=WORKFLOWS, namespace=namespace, data_converter=data_converter(ring))
        return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure

    rotated = KeyRing.derived(bytes(range(32)), "t2", ["t1"])
    assert await replay(strict.namespace, RING) is None
    assert await replay(strict.namespace, rotated) is None
    # The text of the refusal is sealed; its type is not.
    assert "NotGenuineRefused" in str(await replay("another", RING))
    assert "UnknownKeyRefused" in str(await replay(strict.namespace, KeyRing.derived(bytes(range(32)), "t2")))


async def test_a_key_is_rotated_under_a_running_workflow(temporal_dev: EmbeddedTemporal) -> None:
    """TRIALS.md, row 26: begun under one key, ended under the next; a worker that retired the first one is stopped."""
    old, both, new = (KeyRing.derived(bytes(range(32)), *ids) for ids in (("t1",), ("t2", ["t1"]), ("t2",)))
    before, rotated, retired = [
        await connect(temporal_dev, data_converter(ring)) for ring in (old, both, new)
    ]
    async with working(before) as queue:
        handle = await before.start_workflow(Probe.run, Secret(words="x"), id=code(), task_queue=queue)
        await handle.query(Probe.heard)
    async with Worker(retired, task_queue=queue, workflows=WORKFLOWS, activities=ACTIVITIES, debug_mode=True):
        await rotated.get_workflow_handle_for(Probe.run, handle.id).signal(Probe.hear, Secret(words="y"))
        assert "was retired" in await blocked(handle, new)
    async with Worker(rotated, task_queue=queue, workflows=WORKFLOWS, activities=ACTIVITIES, debug_mode=True):
        assert await rotated.get_workflow_handle_for(Probe.run, handle.id).result() == Secret(words="x")
    raw = (await handle.fetch_history()).to_json()
    marks = {base64.b64encode(key_id).decode() for key_id in (b"t1", b"t2")}
    assert all(f'"key": "{mark}"' in raw for mark in marks)
    assert base64.b64encode(b"json/plain").decode() not in raw
