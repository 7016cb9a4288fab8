"""The ground of a run: one embedded PostgreSQL, fsync on, a database for each question; gone afterwards."""

import os
import platform
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg_pool import AsyncConnectionPool

from chancery import db
from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.embedded.places import find_binaries
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.supervise import server_account
from chancery.keystore import FileKeyStore
from chancery.log.store import POOL_SETTINGS, Pool
from chancery.vault import Vault

_APP = "throw-away-password-of-the-bench"
_READER = "throw-away-password-of-a-reader"


@dataclass(frozen=True, slots=True)
class Ground:
    """The server and a folder for what lies beside it."""

    server: EmbeddedPostgres
    folder: Path

    def log(self, name: str, *, rehearsal: str | None = None) -> str:
        """A migrated database; the URL of the application's role. `rehearsal` names one that takes the caller's time."""
        db.prepare(
            self.server.admin_url(name),
            app_password=_APP,
            reader_password=_READER,
            origin=rehearsal,
            rehearsal=rehearsal is not None,
        )
        return self.server.url(name, "chancery_app", _APP)

    def plain(self, name: str) -> str:
        """An empty database for what others bring; the superuser's URL."""
        with psycopg.connect(self.server.admin_url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.server.admin_url(name)

    def vault(self, name: str, origin: str, mission: str) -> Vault:
        """A vault with the key of one mission, on disk like a real one."""
        keys = FileKeyStore(self.folder / f"keys-{name}")
        keys.create_mission(mission)
        return Vault(keys, origin)

    def program(self, name: str) -> Path:
        """A program of the server's own package (`pgbench`, `psql`)."""
        return find_binaries(server_account(), lambda _: None) / name

    def machine(self) -> dict[str, object]:
        """What it was measured on."""
        with psycopg.connect(self.server.admin_url()) as connection:
            asked = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
            rows = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in asked]
        return {
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            **{name: row[0] for name, row in zip(asked, rows, strict=True) if row},
            "load_before": round(os.getloadavg()[0], 2),
        }


@contextmanager
def ground() -> Iterator[Ground]:
    """Start the server, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="chancery-bench-"))
    folder.chmod(0o711)
    # 64 raw callers and 64 of pgbench need a connection each; Chancery itself uses four.
    server = EmbeddedPostgres(folder / "postgres", guarded=True, settings={"max_connections": "200"})
    server.start()
    try:
        yield Ground(server, folder)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def pool_at(url: str, size: int = 4) -> AsyncIterator[Pool]:
    """Connections as the application opens them."""
    pool: Pool = AsyncConnectionPool(
        url, kwargs=dict(POOL_SETTINGS), min_size=size, max_size=size, open=False, timeout=60
    )
    async with pool:
        yield pool


@asynccontextmanager
async def desk_on(pool: Pool, clock: ManualClock) -> AsyncIterator[Desk]:
    """A fresh desk, with nothing in its memory."""
    async with Desk(pool, clock) as desk:
        yield desk
