"""A rehearsal on a machine that is busy with other things: who takes longer than the SDK allows is no fault there.

The SDK's limit is one of wall time, of which a rehearsal has no use, and it throws its exception wherever the thread
stands: once into a callback of the garbage collector, which failed a test that had nothing to do with it.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError

import domain.obligation
import worker
import workflows.obligation
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.rehearse import stage as stages
from chancery.rehearse.play import Player, ends_of, starts_of
from chancery.rehearse.script import load
from chancery.settings import Settings
from domain.envelope import Event
from domain.obligation import Obligation

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).parent / "whole/REMIND.toml"
FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
TOO_LONG = 2.3
"""Seconds of wall time; the SDK calls two a deadlock (`temporalio.worker._workflow`, 1.35)."""


@pytest.fixture(scope="module")
def settings(short_dir: Path) -> Iterator[Settings]:
    """An installation whose embedded PostgreSQL runs: rehearsals play beside its own database."""
    folder = short_dir / "slow"
    server = EmbeddedPostgres(folder / "postgres", guarded=True)
    server.start()
    yield Settings(data_dir=folder)
    server.stop()


async def played(settings: Settings) -> tuple[bool, int]:
    """Whether all came out as the file says, and how many of its workflow tasks failed."""
    script = load(FILE)
    async with stages.staged(settings, starts_of(script), script.seed, lambda _: None) as stage:
        ledger = await Player(script, FILE.parent, stage, lambda _: None, ends_of(script)).play()
        log = [one.event for one in await stage.desk.log.read(0, limit=10_000)]
        streams = [one["stream"] for one in log if one["type"] == "ObligationOpened"]
        assert streams
        failed = 0
        for stream in streams:
            handle = stage.client.get_workflow_handle(stream.removeprefix("obligation/"))
            failed += sum(event.event_type == FAILED for event in (await handle.fetch_history()).events)
        return ledger.as_scripted, failed


def meddled(monkeypatch: pytest.MonkeyPatch, meddle: Callable[[], object]) -> list[str]:
    """The first fold inside a procedure does something first. The rules are passed through the sandbox, so it happens there."""
    evolve = domain.obligation.evolve
    done: list[str] = []

    def first(state: Obligation, event: Event) -> Obligation:
        if not done and workflow.in_workflow():
            done.append(event.type)
            meddle()
        return evolve(state, event)

    monkeypatch.setattr(domain.obligation, "evolve", first)
    monkeypatch.setattr(workflows.obligation, "evolve", first)
    return done


def test_a_procedure_that_takes_longer_is_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = meddled(monkeypatch, partial(time.sleep, TOO_LONG))
    assert asyncio.run(played(settings)) == (True, 0)
    assert slept


def test_the_control_by_an_impatient_worker_its_task_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hurried = partial(worker.build, patient=False)
    monkeypatch.setattr(stages, "build", lambda client, desk, vault, **_: hurried(client, desk, vault))
    slept = meddled(monkeypatch, partial(time.sleep, TOO_LONG))
    gc.disable()  # or the exception may fall into one of its callbacks: what this is about
    try:
        _, failed = asyncio.run(played(settings))
    finally:
        gc.enable()
    assert (len(slept), failed) == (1, 1)
    assert "Potential deadlock" in caplog.text


@pytest.mark.parametrize("sandboxed", [True, False])
def test_with_a_patient_worker_the_sandbox_stays(
    sandboxed: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands as `datetime` in the procedure's own module may not be asked for the time; without a sandbox it may."""
    if not sandboxed:
        monkeypatch.setattr(worker, "sandbox", UnsandboxedWorkflowRunner)
    answers: list[object] = []

    def ask() -> None:
        theirs = sys._getframe(2).f_globals["datetime"]
        try:
            answers.append(type(theirs.now()))
        except RestrictedWorkflowAccessError as refused:
            answers.append(type(refused))

    assert meddled(monkeypatch, ask) == []
    assert asyncio.run(played(settings)) == (True, 0)
    assert answers == [RestrictedWorkflowAccessError if sandboxed else datetime]


def test_a_worker_of_the_real_work_is_not_patient() -> None:
    """Only rehearsals and tests say otherwise."""
    switched = [
        str(file.relative_to(ROOT))
        for folder in ("chancery", "activities", "workflows", "domain", "bench", ".")
        for file in sorted((ROOT / folder).glob("*.py" if folder == "." else "**/*.py"))
        if "patient=True" in file.read_text() or "TEMPORAL_DEBUG" in file.read_text()
    ]
    assert switched == ["chancery/rehearse/stage.py"]
    assert inspect.signature(worker.build).parameters["patient"].default is False
