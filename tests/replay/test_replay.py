"""Every recorded history replays against today's procedures and folds to the state that it had; a changed procedure does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from typing_extensions import override

import domain.obligation
from domain.baton import Start
from domain.envelope import Event
from domain.obligation import Appointment, Obligation
from tests.replay.corpus import HISTORIES, MANIFEST, converter_of, golden, read_manifest
from worker import WORKFLOWS, sandbox
from workflows.contact_meetings import ContactMeetings
from workflows.local_strategy import LocalStrategy
from workflows.trial_observation import TrialObservation

CORPUS = read_manifest()
LARGEST = 2_500_000


def history_of(name: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(CORPUS[name]["workflow"], (HISTORIES / f"{name}.json").read_text())


async def replayed(name: str, *workflows: type, **other: Any) -> Exception | None:
    """What the replay of a history fails with, or None."""
    entry: Mapping[str, Any] = {**CORPUS[name], **other}
    replayer = Replayer(
        workflows=workflows or WORKFLOWS,
        workflow_runner=UnsandboxedWorkflowRunner() if workflows else sandbox(),
        namespace=entry["namespace"],
        data_converter=converter_of(entry),
        debug_mode=True,  # a long history on a busy machine is no deadlock
    )
    result = await replayer.replay_workflow(history_of(name), raise_on_replay_failure=False)
    return result.replay_failure


@pytest.mark.parametrize("name", sorted(CORPUS))
async def test_it_replays_and_folds_to_the_same_state(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folded: dict[int, Obligation] = {}
    evolve = domain.obligation.evolve

    def seen(state: Obligation, event: Event) -> Obligation:
        folded[id(state)] = state
        return evolve(state, event)

    # The rules are passed through the sandbox, so this is what the replayed run itself calls.
    monkeypatch.setattr(domain.obligation, "evolve", seen)
    assert await replayed(name) is None
    if CORPUS[name]["golden"] is not None:
        [state] = folded.values()
        assert golden(state) == CORPUS[name]["golden"]


def test_the_corpus_is_what_the_manifest_says_and_covers_every_procedure() -> None:
    assert {file.stem for file in HISTORIES.glob("*.json")} == set(CORPUS)
    assert {entry["type"] for entry in CORPUS.values()} == {each.__name__ for each in WORKFLOWS}
    size = sum(file.stat().st_size for file in HISTORIES.glob("*.json"))
    assert size + MANIFEST.stat().st_size < LARGEST


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_nothing_in_a_recorded_history_can_be_read(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text()
    for word in ("attend-and-report", "head_of_mission", "checklist", "json/plain", "p-fp"):
        assert word not in text


# ── the controls ─────────────────────────────────────────────────────────────────────────────────────────────────


@workflow.defn(name="TrialObservation")
class WithoutRota(TrialObservation):
    """Somebody left out the offer, and with it one command."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def observe(self, sitting: Appointment) -> None:
        if await self.gate("consent:attend", sitting.id):
            await self.task(
                "decide-and-staff", sitting.id, appointment=sitting.id, starts=sitting.known_since
            )


@workflow.defn(name="ContactMeetings")
class WithAPause(ContactMeetings):
    """Somebody put a pause before the meeting."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        await workflow.sleep(60)
        return await super().conduct()


@workflow.defn(name="LocalStrategy")
class EndorsedFirst(LocalStrategy):
    """Somebody asks for the endorsement before the draft, and at the same time."""

    @workflow.run
    @override
    async def run(self, start: Start) -> str:
        return await self.carry_out(start)

    @override
    async def conduct(self) -> str:
        self.branch(self.task("endorse"))
        return await super().conduct()


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("trials-verdict", WithoutRota),
        ("year-q-eg-meet-annual-2026", WithAPause),
        ("year-q-eg-lis-review-2026-06", EndorsedFirst),
    ],
)
async def test_a_changed_procedure_fails_with_tmprl1100(name: str, changed: type) -> None:
    failure = await replayed(name, changed)
    assert failure is not None
    assert "TMPRL1100" in str(failure)
    assert await replayed(name, *WORKFLOWS) is None  # unchanged, in the same runner, it replays


@pytest.mark.parametrize("other", [{"secret": "00" * 32}, {"namespace": "elsewhere"}])
async def test_a_history_that_cannot_be_opened_fails_otherwise(other: dict[str, str]) -> None:
    """So that no decoding error can pass for a change that was caught."""
    failure = await replayed("trials-verdict", **other)
    assert failure is not None
    assert "TMPRL1100" not in str(failure)
