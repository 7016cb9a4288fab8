"""What comes after a duty's own act has a term of its own: the period's end cuts what leads up to the act, not what follows."""

import pytest

from domain.envelope import ENGINE_WORKFLOW
from tests.domain.spec import World, mission_q, open_task, refresh, z
from tests.made import opening


def year(opened: str) -> World:
    """The year's meeting of 2026, in mission Q."""
    meeting = opening("o-1", "MEET-ANNUAL", "2026").model_copy(update={"due_day": "2026-12-31"})
    return mission_q().at(opened).by(ENGINE_WORKFLOW).having(meeting)


@pytest.mark.parametrize(
    ("step", "due"),
    [
        ("tell-participants", "2027-01-13 23:59:59"),
        ("actions", "2027-01-12 23:59:59"),
        # The control: what the period asks for ends with it, however long its own term is.
        ("plan", "2026-12-31 23:59:59"),
    ],
)
def test_what_follows_the_act_outlives_the_period(step: str, due: str) -> None:
    world = year("2026-12-14 16:00").having(open_task(step))
    assert world.task(f"{step}.1").due == z(due)
    world.by(ENGINE_WORKFLOW).when(refresh(world)).then()
    assert world.task(f"{step}.1").due == z(due), "looked at again, it stays"
