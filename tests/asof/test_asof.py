"""As known then: what a reader saw at a position is what is read of it afterwards, whatever happened since."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from chancery.asof import EPOCH, NoSuchPosition, Now, Reading, Then, reading
from chancery.clock import ManualClock
from chancery.desk import Desk
from tests.rebuild.conftest import Opened
from tests.rebuild.histories import Player

Seen = dict[str, Any]


async def seen(by: Reading) -> Seen:
    """Everything that a reader can list."""
    found = await by.obligations()
    some = found[0]["id"] if found else "none"
    return {
        "missions": await by.missions(),
        "obligations": found,
        "open of Q": await by.obligations(mission="Q", status="open"),
        "tasks": await by.tasks(status=None),
        "open": await by.tasks(),
        "of Q": await by.tasks(mission="Q"),
        "of nobody": await by.tasks(mission="Z"),
        "mine": await by.tasks(postings_=["p-fp", "p-hom"]),
        "of one": await by.tasks(obligation=some, status=None),
        "one": await by.obligation(some),
        "events": [e.id for e in await by.events(some)],
        "staff": await by.mission("Q"),
    }


async def lived(desk: Desk, clock: ManualClock, seed: int) -> list[tuple[int, Any, Seen]]:
    """A random history; after each command that changed something: the head, the instant, and what was seen."""
    player = Player(desk, clock, f"r{seed}")
    await player.found()
    moments = []
    for n in range(40):
        kind, which, hours, pick, *_ = sha256(f"{seed} {n}".encode()).digest()
        step = (kind % 18, which % 4, (1, 5, 20, 30)[hours % 4], pick % 60)
        if await player.play([step]):
            now = await reading(desk)
            moments.append((now.position, now.at, await seen(now)))
    return moments


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_seen_then_is_what_is_read_of_then(
    rehearsing: Opened, clock: ManualClock, seed: int
) -> None:
    async with rehearsing(clock) as desk:
        moments = await lived(desk, clock, seed)
        assert len(moments) > 12
        for position, at, was in moments:
            by_position, by_instant = await reading(desk, position), await reading(desk, at)
            assert isinstance(by_position, Then) and isinstance(by_instant, Then)
            assert (by_position.position, by_instant.position) == (position, position)
            assert by_position.at <= by_instant.at == at
            assert await seen(by_position) == was
            assert await seen(by_instant) == was
        # The control: what is known now is something else, or the test would show nothing.
        assert await seen(await reading(desk)) == moments[-1][2] != moments[0][2]


async def test_where_there_is_no_position(rehearsing: Opened, clock: ManualClock) -> None:
    async with rehearsing(clock) as desk:
        with pytest.raises(NoSuchPosition):
            await reading(desk, 1)
        await Player(desk, clock, "r").found()
        head = await desk.log.head()
        assert isinstance(await reading(desk), Now)
        assert (await reading(desk, head)).position == head
        for none in (0, head + 1, EPOCH + timedelta(days=1)):
            with pytest.raises(NoSuchPosition, match=f"positions 1 to {head}"):
                await reading(desk, none)
        # An instant that has not come is now.
        assert (await reading(desk, clock.now() + timedelta(days=1))).at == clock.now()
        before = await reading(desk, 1)
        assert (await before.mission("Q")).version == 1 and not await before.obligations()
        assert not (await before.obligation("o-r-0")).version
