"""One meeting satisfies several obligations: the second task is completed by naming the first as its act."""

from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_TICK
from tests.cli.conftest import Cli
from tests.made import cid, opening

COORD, MEETING = "o-1/hold.1", "o-2/hold.1"


async def test_a_meeting_held_once_is_entered_twice_and_proved_once(staffed: Desk, cli: Cli) -> None:
    meeting = opening("o-2", "MEET-ANNUAL", "2026").model_copy(update={"due_day": "2026-12-31"})
    await staffed.submit(meeting, ENGINE_TICK)
    hold = c.OpenTask(command_id=cid("the year's"), mission="Q", obligation="o-2", step="hold")
    await staffed.submit(hold, ENGINE_TICK)

    early = await cli("task", "complete", MEETING, "--act", COORD, "--as", "Q-103", "--json")
    assert (early.code != 0, "no-such-act" in early.out + early.err) == (True, True)
    unclear = await cli("task", "complete", MEETING, "--act", "o-1", "--as", "Q-103")
    assert unclear.code == 2

    proof = "minutes=sha256:" + "ab" * 32 + ":1"
    held = await cli("task", "complete", COORD, "--line", "risk_list", "--evidence", proof, "--as", "Q-103")
    assert held.code == 0, held.err
    both = await cli("task", "complete", MEETING, "--act", COORD, "--result", "form=online", "--as", "Q-103")
    assert both.code == 0, both.err
    task = (await staffed.obligation("o-2")).tasks["hold.1"]
    assert (task.outcome, task.act) == ("done", {"obligation": "o-1", "task": "hold.1"})
