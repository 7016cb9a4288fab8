"""An office for imports: a desk on a real database, a key store in a folder, vault and directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from chancery import adoption
from chancery.desk import Desk
from chancery.directory import Directory
from chancery.importers.hearings import HearingsOutcome, import_hearings
from chancery.importers.posts import PostsOutcome, import_posts
from chancery.keystore import FileKeyStore
from chancery.vault import Vault

if TYPE_CHECKING:
    from chancery.log.store import Recorded

DATA = Path(__file__).parents[2] / "chancery" / "data"
POSTS = (DATA / "posts.csv").read_bytes()
HEARINGS = (DATA / "hearings-istanbul-30th-assize.ics").read_bytes()
CASE = "c-7kq2mz4xha"


@dataclass(frozen=True)
class Here:
    """What imports ask of an installation, and short words for the tests."""

    desk: Desk
    keys: FileKeyStore
    vault: Vault
    directory: Directory

    async def posts(
        self, raw: bytes = POSTS, adopt_on: str | None = None, id_: UUID | None = None
    ) -> PostsOutcome:
        return await import_posts(self, raw, "posts.csv", id_ or uuid4(), adopt_on=adopt_on)

    async def hearings(self, raw: bytes = HEARINGS, case: str = CASE, mission: str = "R") -> HearingsOutcome:
        return await import_hearings(self, raw, "list.ics", uuid4(), case=case, mission=mission)

    async def head(self) -> int:
        return await self.desk.log.head()

    async def events(self, after: int = 0) -> list[Recorded]:
        return await self.desk.log.read(after, 10_000)


@pytest.fixture
async def here(desk: Desk, tmp_path: Path) -> Here:
    """An empty installation, at 5 May 2026."""
    keys = FileKeyStore(tmp_path / "keys")
    origin, _ = await desk.log.origin()
    return Here(desk, keys, Vault(keys, origin), Directory(keys, origin))


@pytest.fixture
async def trial(here: Here) -> Here:
    """And mission R adopted, of which the sample's trial is."""
    await adoption.adopt(here, adoption.Plan("R", "TR", "Europe/Istanbul", "2019-01-01"), uuid4())
    return here


@pytest.fixture
async def staffed(here: Here) -> Here:
    """And the sample's four missions adopted and staffed."""
    await here.posts(adopt_on="2019-01-01")
    return here
