"""Log lines hold what is allowed and nothing else. A canary stands for a person's name; each guard has its control."""

import ast
import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from chancery import logs
from chancery.embedded.temporal import time_skipping_environment
from tests.ground.talkative import Careless, Talkative

CANARY = "Canary Seven"
ROOT = Path(__file__).parents[2]


class Coded(Exception):
    code = "task.stale"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure("json", "debug", stream)
    logs.dropped.clear()
    yield stream
    logs.reset()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_allowed_key_passes_and_another_is_dropped_and_counted(out: io.StringIO) -> None:
    structlog.get_logger().info("task opened", task="t-1", position=7, defender=CANARY, note=CANARY)
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "task opened", "level": "info", "task": "t-1", "position": 7, "dropped": 2}
    assert logs.dropped == {"defender": 1, "note": 1}
    assert CANARY not in out.getvalue()


def test_an_allowed_key_takes_no_free_text(out: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("task opened", mission=CANARY, task={"who": CANARY}, reason=[CANARY])
    log.info(f"task of {CANARY} opened")
    assert CANARY not in out.getvalue()
    assert lines(out)[0]["refused"] == 3
    assert lines(out)[1]["event"] == "refused"


def test_without_the_allow_list_the_canary_would_be_there(out: io.StringIO) -> None:
    processors = [p for p in structlog.get_config()["processors"] if p is not logs.allow]
    structlog.configure(processors=processors)
    structlog.get_logger().info("task opened", defender=CANARY)
    assert CANARY in out.getvalue()


def test_of_an_exception_remain_type_code_and_place(out: io.StringIO) -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise Coded(CANARY) from error
    except Coded:
        structlog.get_logger().exception("command failed")
    assert CANARY not in out.getvalue()
    (line,) = lines(out)
    assert line["error"].endswith("Coded")
    assert (line["code"], line["cause"]) == ("task.stale", "KeyError")
    assert line["at"].startswith("test_logs:")
    assert len(line["correlation"]) == 12


def test_without_that_the_message_would_be_there(out: io.StringIO) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    try:
        raise Coded(CANARY)
    except Coded:
        structlog.get_logger().exception("command failed")
    assert CANARY in out.getvalue()


def test_a_correlation_id_binds_the_lines_of_one_request(out: io.StringIO) -> None:
    correlation = logs.correlate()
    structlog.get_logger().info("one")
    structlog.get_logger().error("two", exc_info=Coded(CANARY))
    assert {line["correlation"] for line in lines(out)} == {correlation}


@pytest.mark.parametrize("name", ["temporalio.worker", "psycopg.pool", "sqlalchemy.engine"])
def test_what_libraries_log_is_reduced_to_its_place(out: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)  # a package of the bench silences psycopg's when it is imported
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception(f"{CANARY} %s", CANARY, extra={"defender": CANARY})
    logger.warning(CANARY)
    assert CANARY not in out.getvalue()
    first, second = lines(out)
    assert (first["event"], first["logger"], first["error"]) == (
        "library message",
        name,
        "builtins.ValueError",
    )
    assert first["where"].startswith("test_logs:")
    assert "error" not in second


def test_what_python_prints_by_itself_is_reduced_too(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(CANARY), None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    logging.getLogger("some.library").warning(
        "%d", CANARY
    )  # a wrong call: logging's complaint prints its arguments
    printed = out.getvalue() + "".join(capsys.readouterr())
    assert CANARY not in printed
    assert [line["event"] for line in lines(out)] == [
        "uncaught exception",
        "uncaught exception",
        "library message",
        "library message",
    ]


def test_an_uncaught_exception_of_a_program_shows_no_message() -> None:
    program = "from chancery import logs; {}; raise ValueError('Canary' + ' Seven')"
    for setup, there in (("logs.configure('json')", False), ("pass", True)):  # the second is the control
        done = subprocess.run(
            [sys.executable, "-c", program.format(setup)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert (CANARY in done.stderr) is there


def test_a_case_is_never_named_beside_its_obligation(out: io.StringIO) -> None:
    structlog.get_logger().info("nudged", stream="case/4f6b", obligation="o-1", case="4f6b")
    structlog.get_logger().info("nudged", stream="obligation/o-1")
    assert "4f6b" not in out.getvalue()
    assert [line["stream"] for line in lines(out)] == ["case/<sealed>", "obligation/o-1"]


def test_ids_instants_and_durations_are_plain(out: io.StringIO) -> None:
    random, at = uuid.uuid4(), datetime(2026, 5, 5, tzinfo=UTC)
    structlog.get_logger().info("armed", command_id=random, due=at, lag=0.25)
    (line,) = lines(out)
    assert (line["command_id"], line["due"], line["lag"]) == (str(random), "2026-05-05T00:00:00+00:00", 0.25)


@given(
    st.dictionaries(st.sampled_from(["task", "mission", "note", "event2"]), st.text() | st.integers()),
    st.text(),
)
def test_one_event_is_one_line_whatever_comes(fields: dict[str, Any], event: str) -> None:
    for form in ("json", "console"):
        stream = io.StringIO()
        logs.configure(form, "info", stream)
        structlog.get_logger().info(event, **fields)
        logs.reset()
        assert len(stream.getvalue().splitlines()) == 1
        assert "\x1b" not in stream.getvalue()


def test_a_level_below_is_silent() -> None:
    stream = io.StringIO()
    logs.configure("json", "warning", stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    logs.reset()
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("structlog", "chancery")
)


async def history_of_one_run(environment: WorkflowEnvironment) -> WorkflowHistory:
    async with Worker(
        environment.client,
        task_queue="talk",
        workflows=[Talkative],
        workflow_runner=RUNNER,
        max_cached_workflows=0,
        debug_mode=True,  # a busy machine is no deadlock
    ):
        handle = await environment.client.start_workflow(Talkative.run, id="talk-1", task_queue="talk")
        await handle.result()
    return await handle.fetch_history()


async def test_a_replay_says_nothing_again(temporal_skip: WorkflowEnvironment, out: io.StringIO) -> None:
    history = await history_of_one_run(temporal_skip)
    replayer = Replayer(workflows=[Talkative], workflow_runner=RUNNER, debug_mode=True)
    said = [line["event"] for line in lines(out) if line["event"].startswith("said")]
    assert said == ["said once", "said after"]
    await replayer.replay_workflow(history)
    assert [line["event"] for line in lines(out) if line["event"].startswith("said")] == said
    processors = structlog.get_config()["processors"]
    structlog.configure(processors=[p for p in processors if p is not logs.drop_replays])
    await replayer.replay_workflow(history)
    again = [line["event"] for line in lines(out) if line["event"].startswith("said")]
    assert len(again) > len(said)  # control: it is that processor which keeps it quiet


async def fail_once(runtime: Runtime) -> None:
    async with (
        await time_skipping_environment(runtime=runtime) as environment,
        Worker(
            environment.client,
            task_queue="talk",
            workflows=[Careless],
            workflow_runner=RUNNER,
            debug_mode=True,
        ),
    ):
        handle = await environment.client.start_workflow(
            Careless.run, CANARY, id="careless", task_queue="talk"
        )
        for _ in range(100):
            events = (await handle.fetch_history()).events
            if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in events):
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("the workflow task did not fail")
        await handle.terminate()


async def test_the_core_of_the_sdk_shows_no_failure(
    out: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    await fail_once(Runtime(telemetry=TelemetryConfig(logging=logs.core_logging())))
    await asyncio.sleep(0.2)  # it forwards in batches
    assert CANARY not in out.getvalue()
    assert CANARY not in "".join(capfd.readouterr())
    assert {line["logger"] for line in lines(out)} >= {
        "temporalio.core",
        "temporalio.worker._workflow_instance",
    }
    await fail_once(Runtime(telemetry=TelemetryConfig()))
    assert CANARY in "".join(capfd.readouterr())  # control: left alone, it shows it


def computed_events(source: str) -> list[int]:
    """The lines on which a log call's event is put together while running instead of written out."""
    methods = {"debug", "info", "warning", "error", "critical", "exception"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in methods
        and "log" in ast.unparse(node.func.value).lower()
        and node.args
        and not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
    ]


def test_events_are_written_out_never_put_together() -> None:
    assert computed_events(
        'log.info(f"task of {name}")\nself._log.error(text)\nlog.info("opened", task=name)'
    ) == [1, 2]
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("domain", "workflows", "activities", "chancery")
        for path in (ROOT / package).rglob("*.py")
        for line in computed_events(path.read_text())
    }
    assert not found
