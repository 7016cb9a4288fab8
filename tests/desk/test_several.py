"""One command that changes several obligations: all of it in one transaction, or nothing of it."""

from __future__ import annotations

import asyncio

import pytest

from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_WORKFLOW
from domain.refusals import Refused
from tests.domain.cases import ACTION, CONSULT, DEMARCHE, NAME, SEALED
from tests.made import FOCAL, HEAD, cid


def opening(obligation: str, definition: dict[str, object], consult: str | None = None) -> c.OpenObligation:
    whole = {
        "paragraph": "10",
        "paragraph_confirmed": False,
        "group": "core",
        "workflow": "Consultation",
        "procedure": 1,
        "owner": "focal_point",
        "scope": "case",
        "cadence": {"kind": "event"},
        **definition,
    }
    return c.OpenObligation(
        command_id=cid(f"open {obligation}"),
        mission="Q",
        obligation=obligation,
        accreditation="Q-EG",
        instrument="eu-hrd",
        instrument_version="2008.1",
        definition=str(definition["code"]),
        definition_data=whole,
        subject=SEALED,  # type: ignore[arg-type]
        consult=consult,
    )


def gates(name: str, **data: object) -> c.SetGates:
    return c.SetGates.model_validate(
        {"command_id": cid(name), "mission": "Q", "obligation": "consult", **data}
    )


async def case(desk: Desk) -> None:
    """A consultation that agreed to both, and two actions that took that over."""
    await desk.submit(opening("consult", CONSULT), FOCAL)
    await desk.submit(gates("agree", opened=[DEMARCHE, NAME]), FOCAL)
    for code in ("one", "two"):
        await desk.submit(opening(code, ACTION, "consult"), ENGINE_WORKFLOW)
        release = c.OpenTask(command_id=cid(f"release {code}"), mission="Q", obligation=code, step="release")
        await desk.submit(release, ENGINE_WORKFLOW)


async def test_what_is_opened_takes_over_what_was_agreed(mission: Desk) -> None:
    await case(mission)
    assert (await mission.obligation("one")).gates == {DEMARCHE: True, NAME: True}


async def test_one_wish_shuts_everywhere_at_once_and_is_one_command(mission: Desk) -> None:
    await case(mission)
    before = await mission.log.head()
    shut = gates("withdraw", closed=[NAME], others={"one": "1", "two": "1"})
    receipt = await mission.submit(shut, FOCAL)
    assert receipt.position == before + 5  # three gates, two tasks behind them
    for code in ("consult", "one", "two"):
        assert not (await mission.obligation(code)).gates[NAME]
    again = await mission.submit(shut, FOCAL)
    assert (again.position, again.fresh) == (receipt.position, False)
    assert await mission.log.head() == before + 5


async def test_if_one_of_them_is_not_there_nothing_is_done(mission: Desk) -> None:
    await case(mission)
    before = await mission.log.head()
    with pytest.raises(Refused, match="no obligation three"):
        await mission.submit(gates("wrong", closed=[NAME], others={"one": "1", "three": "1"}), FOCAL)
    assert await mission.log.head() == before
    assert (await mission.obligation("one")).gates[NAME]


async def test_an_opening_beside_a_withdrawal_never_keeps_a_gate_open(mission: Desk) -> None:
    """Whichever comes first: the one opened before is named in the next withdrawal, the one after sees a shut gate."""
    await case(mission)
    shut = gates("withdraw", closed=[NAME], others={"one": "1", "two": "1"})
    await asyncio.gather(
        mission.submit(opening("three", ACTION, "consult"), ENGINE_WORKFLOW), mission.submit(shut, FOCAL)
    )
    third = await mission.obligation("three")
    events = [e.event for e in await mission.log.read(0, 1000)]
    withdrawn = next(n for n, e in enumerate(events) if e["data"].get("open") is False)
    opened_before = withdrawn > next(n for n, e in enumerate(events) if e["stream"] == "obligation/three")
    assert third.gates.get(NAME, False) == opened_before


async def test_withdrawal_and_publication_together_and_the_withdrawal_wins(mission: Desk) -> None:
    await case(mission)
    publish = c.ReleasePublication(command_id=cid("publish"), mission="Q", obligation="one")
    shut = gates("withdraw", closed=[NAME], others={"one": "1", "two": "1"})
    outcome = await asyncio.gather(
        mission.submit(publish, HEAD), mission.submit(shut, FOCAL), return_exceptions=True
    )
    assert not isinstance(outcome[1], BaseException)
    state = await mission.obligation("one")
    if isinstance(outcome[0], Refused):
        assert (outcome[0].code, state.publication) == ("gate-shut", None)
    else:
        assert state.publication is not None
        assert state.publication.status == "cancelled"
