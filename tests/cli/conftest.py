"""The real program, in this process: its arguments in, its exit code and both of its streams out."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chancery import i18n
from chancery.cli import acting
from chancery.cli.main import main
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.directory import Directory, Entry
from chancery.keystore import FileKeyStore
from domain import commands as c
from domain.envelope import OPERATOR
from tests.made import cid

if TYPE_CHECKING:
    from tests.conftest import Database

OFFICERS = {
    "Q-101": "p-hom", "Q-102": "p-dep", "Q-103": "p-fp", "Q-104": "p-alt", "Q-105": "p-pol", "Q-106": "p-la",
}  # fmt: skip
TASK = "o-1/hold.1"


@dataclass(frozen=True, slots=True)
class Said:
    """What a run of the program said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its answer as JSON."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


def run(*arguments: str, stdin: str = "") -> Said:
    """Run the program to its end."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    i18n.use("en")
    return Said(code, out.getvalue(), err.getvalue())


Cli = Callable[..., Awaitable[Said]]


@pytest.fixture(autouse=True)
def _quiet_logging() -> Any:
    """What the program does to Python's logging does not outlive a test."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No choice but those of the test; a data folder of its own, nothing runs in it."""
    for name in ("CHANCERY_AS", "CHANCERY_LANGUAGE", "DATABASE_URL", "TEMPORAL_ADDRESS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHANCERY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def cli(environment: Path, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The program on the test's own database, at the test's own time."""
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setattr(acting, "system_clock", lambda: clock)

    async def say(*arguments: str) -> Said:
        return await asyncio.to_thread(run, *arguments)

    return say


@pytest.fixture
async def staffed(task: Desk, cli: Cli, environment: Path) -> Desk:
    """Mission Q with one open task, and its officers in the directory."""
    origin, _ = await task.log.origin()
    keys = FileKeyStore(environment / "data" / "keys")
    keys.create_mission("Q")
    directory = Directory(keys, origin)
    entries = [Entry(posting, "Q", officer) for officer, posting in OFFICERS.items()]
    from tests.made import posts

    # What the import does, in one transaction: an end that is known changes something, so the statement is carried.
    lines = tuple(line.model_copy(update={"until": "2029-12-31"}) for line in posts())
    await task.submit(
        c.RecordPosts(command_id=cid("again"), mission="Q", lines=lines),
        OPERATOR,
        [directory.statement(entries)],
    )
    return task


@pytest.fixture
async def overseen(staffed: Desk, environment: Path) -> Desk:
    """The mission, and headquarters with those who answer in reviews and state what staff reports are for."""
    from tests.domain.dossiers import headquarters
    from tests.made import adoption

    hq = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    await staffed.submit(hq, OPERATOR)
    origin, _ = await staffed.log.origin()
    keys = FileKeyStore(environment / "data" / "keys")
    keys.create_mission("HQ")
    lines = headquarters()
    entries = [Entry(line.posting, "HQ", f"H-{line.posting[2:]}") for line in lines]
    await staffed.submit(
        c.RecordPosts(command_id=cid("hq posts"), mission="HQ", lines=lines),
        OPERATOR,
        [Directory(keys, origin).statement(entries)],
    )
    return staffed


@pytest.fixture
async def stated(overseen: Desk) -> Desk:
    """Data protection officer and staff committee have said what staff reports are for."""
    from tests.domain.dossiers import COMMITTEE, DPO
    from tests.domain.dossiers import state_purpose as purpose

    for who in (DPO, COMMITTEE):
        said = purpose().model_copy(update={"command_id": cid(f"purpose {who.code}")})
        await overseen.submit(said, who)
    return overseen
