"""What one web process works with, and how it stands: the installation, the log's tail, whether Temporal answers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from fastapi import Request
from psycopg_pool import PoolTimeout

from chancery.accounts import Accounts
from chancery.installation import Installation, temporal_of
from chancery.jobs import Jobs
from chancery.kept import Box, one
from chancery.log.tail import Tail
from chancery.oversight.reading import Known
from chancery.uploads import Uploads
from chancery.web.drafts import Drafts
from chancery.web.lately import Lately
from chancery.web.saved import SavedViews

LOOK_EVERY: Final = 3.0
"""Seconds between two looks at what runs."""


@dataclass(slots=True)
class Standing:
    """How the parts stand, as last seen. `behind`: events that the conductor has not passed on yet."""

    temporal: bool = True
    behind: int = 0


@dataclass(slots=True)
class House:
    """One web process. `demo`: anybody may sign in as anybody; only a rehearsal's log allows it."""

    here: Installation
    tail: Tail
    origin: str
    demo: bool = False
    standing: Standing = field(default_factory=Standing)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    lately: Lately = field(default_factory=Lately)
    figures: Known = field(default_factory=Known)
    """What the figures across missions remember, so that only what moved is read again."""
    at_work: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)
    """The jobs of this process."""

    @property
    def box(self) -> Box:
        """Seals what the web keeps."""
        return Box(self.here.keys, self.here.origin)

    @property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return Accounts(self.here.pool, self.box)

    @property
    def views(self) -> SavedViews:
        """Choices of filters that people saved."""
        return SavedViews(self.here.pool)

    @property
    def drafts(self) -> Drafts:
        """What people typed and did not send yet."""
        return Drafts(self.here.pool, self.box)

    @property
    def jobs(self) -> Jobs:
        """What takes long."""
        return Jobs(self.here.pool, self.at_work)

    @property
    def uploads(self) -> Uploads:
        """Files between their preview and the word to record them."""
        return Uploads(self.here.pool, self.box)

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS, so that cookies may say so."""
        return self.origin.startswith("https://")

    async def watch(self) -> None:
        """Look at Temporal and the conductor every few seconds, and forget files that nobody recorded, for ever."""
        while True:
            self.standing.temporal = await self.temporal_answers()
            with suppress(psycopg.Error, PoolTimeout):
                self.standing.behind = await self._behind()
                await self.uploads.sweep(self.here.clock.now())
            await asyncio.sleep(LOOK_EVERY)

    async def temporal_answers(self) -> bool:
        """Whether Temporal takes a connection."""
        settings = self.here.settings
        address = settings.temporal_address
        if address is None:
            running = temporal_of(settings)
            try:
                address = running.address
            except Exception:  # noqa: BLE001 - whatever keeps it from having an address: it does not answer
                return False
        parts = urlsplit(f"//{address}")
        try:
            async with asyncio.timeout(LOOK_EVERY):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    async def _behind(self) -> int:
        found = await one(
            self.here.pool,
            "SELECT (SELECT coalesce(max(position), 0) FROM log.event) - coalesce(max(position), 0) AS behind "
            "FROM conductor.checkpoint WHERE name = 'temporal'",
        )
        return 0 if found is None else max(0, int(found["behind"]))


def house(request: Request) -> House:
    """The house that answers this request."""
    found = request.app.state.house
    assert isinstance(found, House)
    return found
