"""The pages on a real port, over a real database, with people signed in; and a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from chancery.clock import ManualClock
from chancery.directory import Entry
from chancery.settings import Settings
from chancery.web import sessions
from chancery.web.app import create
from chancery.web.house import House
from chancery.web.serve import serve_app
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import adoption, cid, opening, posts

if TYPE_CHECKING:
    from tests.conftest import Database


@dataclass
class Web:
    """The running pages: their address and their house, and who can be signed in."""

    address: str
    house: House
    clock: ManualClock
    stack: AsyncExitStack

    async def as_(self, officer: str, **headers: str) -> httpx2.AsyncClient:
        """A browser without a screen, in which this officer is signed in."""
        account = await self.house.accounts.ensure(officer)
        session = await sessions.begin(self.house, account.id)
        assert session.fresh is not None
        client = self.nobody(**headers)
        client.cookies.set(sessions.cookie_of(self.house), session.fresh, domain="localhost.local")
        client.cookies.set(sessions.cookie_of(self.house), session.fresh)
        return await self.stack.enter_async_context(client)

    def nobody(self, **headers: str) -> httpx2.AsyncClient:
        """A browser in which nobody is signed in."""
        # Plain HTTP: without `verify=False` each client reads the whole list of certificate authorities.
        return httpx2.AsyncClient(base_url=self.address, headers=headers, timeout=30, verify=False)


@pytest.fixture
def web_settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of an installation of the test's own."""
    return Settings(
        database_url=database.app_url,  # type: ignore[arg-type]
        temporal_address="127.0.0.1:1",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
        web_port=0,
    )


@pytest.fixture
async def web(web_settings: Settings, clock: ManualClock) -> AsyncIterator[Web]:
    """The pages, over an empty log."""
    async with AsyncExitStack() as stack:
        app_holder: list[Any] = []

        def make(origin: str) -> Any:
            app_holder.append(create(web_settings, clock, origin=origin))
            return app_holder[0]

        address = await stack.enter_async_context(serve_app(web_settings, make))
        yield Web(address, app_holder[0].state.house, clock, stack)


async def adopt(web: Web) -> None:
    """Mission Q adopted and staffed; its officers are known by their posting with `Q-` before it (`Q-p-fp`)."""
    here = web.house.here
    await here.desk.submit(adoption(), OPERATOR)
    lines = posts()
    here.keys.create_mission("Q")
    entries = [Entry(line.posting, "Q", f"Q-{line.posting}") for line in lines]
    await here.desk.submit(
        c.RecordPosts(command_id=cid("posts"), mission="Q", lines=lines),
        OPERATOR,
        [here.directory.statement(entries)],
    )


async def open_task(web: Web) -> None:
    """An open task, `hold.1` of obligation `o-1`, held by the focal point."""
    desk = web.house.here.desk
    await desk.submit(opening("o-1"), ENGINE_TICK)
    await desk.submit(
        c.OpenTask(command_id=cid("hold"), mission="Q", obligation="o-1", step="hold"), ENGINE_TICK
    )


@pytest.fixture
async def staffed(web: Web) -> Web:
    """Mission Q adopted and staffed."""
    await adopt(web)
    return web


@pytest.fixture
async def working(staffed: Web) -> Web:
    """And one open task."""
    await open_task(staffed)
    return staffed
