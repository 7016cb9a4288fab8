"""A visit's day is set by hand, moved and called off; what hangs on it follows."""

from __future__ import annotations

import pytest

from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW, OPERATOR
from tests.cli.conftest import Cli
from tests.made import cid, opening


@pytest.fixture
async def visit(staffed: Desk) -> str:
    """A high-level visit without a day."""
    await staffed.submit(opening("v-1", "VISIT-HL", None), OPERATOR)
    return "v-1"


async def test_a_day_is_set_moved_and_called_off(staffed: Desk, visit: str, cli: Cli) -> None:
    said = await cli("obligation", "appoint", visit, "--on", "2026-06-08T10:00", "--as", "Q-103", "--json")
    assert said.code == 0, said.err
    sitting = said.json["sitting"]
    task = c.OpenTask(
        command_id=cid("slot"),
        mission="Q",
        obligation=visit,
        step="propose-slot",
        occurrence=sitting,
        appointment=sitting,
    )
    await staffed.submit(task, ENGINE_WORKFLOW)
    due = (await staffed.obligation(visit)).tasks[f"propose-slot.{sitting}"].due
    moved = await cli(
        "obligation", "appoint", visit, "--on", "2026-07-06", "--moves", sitting, "--as", "Q-103"
    )
    assert moved.code == 0, moved.err
    state = await staffed.obligation(visit)
    assert list(state.appointments) == [sitting]
    assert (state.appointments[sitting].day, state.appointments[sitting].whole_day) == ("2026-07-06", True)
    assert state.tasks[f"propose-slot.{sitting}"].due > due
    off = await cli("obligation", "call-off", visit, sitting, "--as", "Q-103")
    assert off.code == 0, off.err
    state = await staffed.obligation(visit)
    assert state.appointments[sitting].status == "cancelled"
    assert state.tasks[f"propose-slot.{sitting}"].outcome == "cancelled"


async def test_what_there_is_not_or_may_not(visit: str, cli: Cli) -> None:
    for wrong, code in (
        (("appoint", "v-9", "--on", "2026-06-08"), 3),
        (("appoint", visit, "--on", "2026-06-08", "--moves", "ap-x"), 3),
        (("appoint", visit, "--on", "soon"), 2),
        (("call-off", "v-9", "ap-x"), 3),
        (("call-off", visit, "ap-x"), 3),
    ):
        assert (await cli("obligation", *wrong, "--as", "Q-103")).code == code, wrong
    assert (await cli("obligation", "appoint", visit, "--on", "2026-06-08", "--as", "Q-106")).code == 4


async def test_a_recommendation_is_opened_as_immediate(staffed: Desk, cli: Cli) -> None:
    said = await cli(
        "obligation", "open", "--mission", "Q", "--definition", "HOM-RECO", "--occurrence", "immediate", "--id", "r-1", "--as", "Q-103",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert (await staffed.obligation("r-1")).occurrence == "immediate"
