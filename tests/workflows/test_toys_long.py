"""A run that goes on as a new one: it ends, it makes progress each time, and there are not many of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal
from tests.workflows.engine import Engine, connected, working
from tests.workflows.fourteen import TASKS, TIRED_AFTER_FIFTY, play, runs_of

pytestmark = pytest.mark.devserver


@pytest.fixture(scope="module")
def tiring(short_dir: Path) -> Iterator[EmbeddedTemporal]:
    """A server that suggests to go on as a new run after fifty events of history."""
    server = EmbeddedTemporal(short_dir / "tiring", dynamic_config=TIRED_AFTER_FIFTY)
    server.start()
    yield server
    server.stop()


async def test_fourteen_tasks_with_a_new_run_after_fifty_events(
    mission: Desk, tiring: EmbeddedTemporal
) -> None:
    client = await connected(tiring)
    engine = Engine(mission, client, Conductor(mission.log, client, mission.clock, schedules=False))
    await engine.conductor.take_over()
    async with working(client, mission):
        await play(engine, "long")
        state = await engine.state("long")
        assert (state.outcome, len(state.tasks)) == ("done", TASKS)
        assert {t.outcome for t in state.tasks.values()} == {"done"}
        runs = [len(history.events) for history in await runs_of(engine, "long")]
    assert 2 <= len(runs) <= TASKS, runs
    assert all(events >= 50 for events in runs[:-1]), "a run that ended before it was tired made no progress"
    assert sum(runs) < 50 * TASKS
