"""What a workflow is told by the desk: a refusal of the rules is an answer, a passing one is not."""

from __future__ import annotations

import pytest
from temporalio.testing import ActivityEnvironment

from activities.desk import DeskActivities
from chancery.desk import Desk
from domain.baton import Ask, command_id
from domain.refusals import Refused

ASK = Ask(
    obligation="o-none",
    mission="Q",
    command="CloseObligation",
    data={"command_id": str(command_id("o-none", "CloseObligation", "end")), "outcome": "done"},
    since=0,
)


async def test_a_refusal_of_the_rules_comes_back_as_data(mission: Desk) -> None:
    answer = await ActivityEnvironment().run(DeskActivities(mission).submit, ASK)
    assert answer.refused is not None
    assert answer.refused.code == "no-such-obligation"


async def test_streams_that_kept_moving_are_tried_again(
    mission: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise Refused("stale-stream", stream="obligation/o-none")

    monkeypatch.setattr(mission, "submit", busy)
    with pytest.raises(Refused, match="kept moving"):
        await ActivityEnvironment().run(DeskActivities(mission).submit, ASK)
