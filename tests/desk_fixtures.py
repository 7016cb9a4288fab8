"""Fixtures: a desk on a real, migrated database, and a small mission to work in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from psycopg_pool import AsyncConnectionPool

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.log.store import POOL_SETTINGS
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import adoption, cid, opening, posts

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, clock: ManualClock) -> AsyncIterator[Desk]:
    """An open desk, at 5 May 2026 06:10 UTC."""
    async with (
        AsyncConnectionPool(database.app_url, kwargs=dict(POOL_SETTINGS), min_size=2, max_size=4) as pool,
        Desk(pool, clock) as desk,
    ):
        yield desk


@pytest.fixture
async def mission(desk: Desk) -> Desk:
    """The desk with mission Q adopted and staffed."""
    await desk.submit(adoption(), OPERATOR)
    await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
    return desk


@pytest.fixture
async def task(mission: Desk) -> Desk:
    """And one open task, `hold.1` of obligation `o-1`, held by the focal point."""
    await mission.submit(opening("o-1"), ENGINE_TICK)
    await mission.submit(
        c.OpenTask(command_id=cid("hold"), mission="Q", obligation="o-1", step="hold"), ENGINE_TICK
    )
    return mission
