"""An amended instrument: what was due under the old text stays due under it, what is opened from now on is under the new."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chancery import instruments, local_rules, tick
from chancery.clock import ManualClock
from chancery.desk import Desk
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR, Actor
from domain.instant import BadInput
from domain.refusals import Refused
from tests.made import HEAD, adoption, cid, posts

OLD = """
code = "pact"
version = "2008.1"
title = { en = "A pact", fr = "Un pacte" }

[[definition]]
code = "P-MEET"
title = { en = "Meet", fr = "Se réunir" }
paragraph = "1"
paragraph_confirmed = false
stated = { en = "Nothing is stated.", fr = "Rien n'est fixé." }
group = "standard"
workflow = "RecurringDuty"
procedure = 1
owner = "focal_point"
scope = "mission"
cadence = { kind = "grid", months = 2 }

[[definition.step]]
code = "hold"
title = { en = "Hold it", fr = "La tenir" }
owner = "focal_point"
term = "3wd"
source = "product_default"
escalates = false
bound = "none"
checklist = []
evidence = []
results = {}
reasons = ["capacity"]
outcomes = ["not_appropriate"]
gates = []
"""
NEW = OLD.replace("2008.1", "2031.1").replace('term = "3wd"', 'term = "10wd"')


@pytest.fixture
async def pact(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A mission that took up the old text when no other was there; then the new one is shipped too."""
    old, both = (
        instruments.read({"pact.toml": OLD}),
        instruments.read({"pact.toml": OLD, "pact_2031.toml": NEW}),
    )
    monkeypatch.setattr(instruments, "library", lambda: old)
    asked = {"instruments": {"pact": "2008.1"}, "checksums": instruments.checksums(), "last_done": {}}
    await desk.submit(adoption().model_copy(update=asked), OPERATOR)
    await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
    await tick.open_due(desk, "Q")
    monkeypatch.setattr(instruments, "library", lambda: both)
    return desk


async def term(desk: Desk, obligation: str) -> tuple[str, str]:
    """The version under which it was opened, and the term of its step."""
    opened = c.OpenTask(command_id=cid(f"hold {obligation}"), mission="Q", obligation=obligation, step="hold")
    await desk.submit(opened, ENGINE_TICK)
    state = await desk.obligation(obligation)
    return state.instrument_version, state.tasks["hold.1"].deadline["term"]


async def take_up(desk: Desk, version: str | None = None, actor: Actor = HEAD) -> Any:
    command = await local_rules.taking_up(desk, "Q", "pact", version, cid(f"take up {version}"))
    return await desk.submit(command, actor)


async def test_a_new_text_that_nobody_took_up_changes_nothing(pact: Desk, clock: ManualClock) -> None:
    clock.set(datetime(2026, 7, 1, 8, tzinfo=UTC))
    await tick.open_due(pact, "Q")
    assert await term(pact, "Q-EG:P-MEET:2026-07") == ("2008.1", "3wd")


async def test_what_is_open_stays_under_the_old_and_what_is_opened_is_under_the_new(
    pact: Desk, clock: ManualClock
) -> None:
    await take_up(pact)
    assert (await pact.mission("Q")).instruments == {"pact": "2031.1"}
    assert await tick.open_due(pact, "Q") == [], "the period that is open is not opened a second time"
    assert await term(pact, "Q-EG:P-MEET:2026-05") == ("2008.1", "3wd")
    clock.set(datetime(2026, 7, 1, 8, tzinfo=UTC))
    await tick.open_due(pact, "Q")
    assert await term(pact, "Q-EG:P-MEET:2026-07") == ("2031.1", "10wd")


async def test_only_a_version_that_is_shipped_is_taken_up(pact: Desk) -> None:
    with pytest.raises(BadInput, match=r"2008\.1, 2031\.1"):
        await take_up(pact, "2030.1")


async def test_a_duty_that_is_switched_off_is_not_opened_and_comes_back(
    pact: Desk, clock: ManualClock
) -> None:
    off = await local_rules.switching(
        pact,
        "Q",
        "P-MEET",
        on=False,
        authority="strategy-2026",
        reason="capacity",
        until="2026-08-31",
        command_id=cid("off"),
    )
    await pact.submit(off, HEAD)
    clock.set(datetime(2026, 7, 1, 8, tzinfo=UTC))
    assert await tick.open_due(pact, "Q") == []
    clock.set(datetime(2026, 9, 1, 8, tzinfo=UTC))
    assert await tick.open_due(pact, "Q") == ["Q-EG:P-MEET:2026-09"]


async def test_the_group_that_counts_is_the_instruments(pact: Desk) -> None:
    command = await local_rules.switching(
        pact,
        "Q",
        "P-MEET",
        on=True,
        authority="strategy-2026",
        reason="capacity",
        until="2026-08-31",
        command_id=cid("on"),
    )
    assert command.group == "standard"
    with pytest.raises(Refused, match="no definition P-GREET"):
        await local_rules.switching(
            pact,
            "Q",
            "P-GREET",
            on=True,
            authority="strategy-2026",
            reason="capacity",
            until="2026-08-31",
            command_id=cid("no"),
        )
