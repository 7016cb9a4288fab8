"""An office on a real, migrated database: mission Q staffed, headquarters beside it, keys in a folder of the test's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.directory import Directory
from chancery.keystore import FileKeyStore
from chancery.vault import Vault
from domain import commands as c
from domain.envelope import OPERATOR, Actor
from tests.made import adoption, cid, posts

if TYPE_CHECKING:
    from tests.conftest import Database

DESK = Actor("officer", "h-desk", "HQ")
RIGHTS = Actor("officer", "h-rights", "HQ")
DUTY = Actor("officer", "h-duty", "HQ")
AUDITOR = Actor("officer", "h-audit", "HQ")
_HQ = (("desk", "hq_desk"), ("rights", "hq_human_rights"), ("duty", "hq_duty"), ("audit", "auditor"))


@dataclass(slots=True)
class Bureau:
    """What an installation gives to those who work on cases."""

    desk: Desk
    keys: FileKeyStore
    vault: Vault
    directory: Directory
    clock: ManualClock
    database: Database

    async def events(self) -> list[dict[str, Any]]:
        """Every event of the log, as written."""
        return [one.event for one in await self.desk.log.read(0, 10_000)]


@pytest.fixture
async def office(desk: Desk, database: Database, clock: ManualClock, tmp_path: Path) -> Bureau:
    """Mission Q with its key, and headquarters with a desk, a human rights division, a duty officer and an auditor."""
    await desk.submit(adoption().model_copy(update={"partners": ("EMB-A", "EMB-B")}), OPERATOR)
    await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
    headquarters = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    await desk.submit(headquarters, OPERATOR)
    lines = tuple(
        c.PostLine(
            post=f"HQ-{name.upper()}", role=role, share_percent=20, local_agent=False, posting=f"h-{name}",
            from_day="2024-01-01", until=None,
        )
        for name, role in _HQ
    )  # fmt: skip
    await desk.submit(c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=lines), OPERATOR)
    origin, _ = await desk.log.origin()
    keys = FileKeyStore(tmp_path / "keys")
    for code in ("Q", "HQ"):
        keys.create_mission(code)
    return Bureau(desk, keys, Vault(keys, origin), Directory(keys, origin), clock, database)
