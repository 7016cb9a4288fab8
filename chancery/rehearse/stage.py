"""What a rehearsal plays on: a scratch database with a log of its own, keys in memory, the time-skipping server, a worker."""

import asyncio
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from chancery import installation, searchable
from chancery.clock import ManualClock
from chancery.codec import KeyRing, data_converter
from chancery.conductor import Conductor
from chancery.db import prepare, url_for
from chancery.desk import Desk
from chancery.directory import Directory
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.temporal import time_skipping_environment
from chancery.keystore import FileKeyStore
from chancery.log.store import Pool
from chancery.settings import Settings
from chancery.vault import Vault
from worker import build

Tell = Callable[[str], None]
_QUIET = timedelta(seconds=1)
_ROUNDS = 200
_PATIENCE = timedelta(minutes=10)
"""The server answers once everybody whose timer fired has done their work: in a big mission that is not half a minute."""


class Stuck(Exception):
    """Something planned was not recorded although all was quiet: a defect of the engine, never passed over."""


@dataclass(slots=True)
class Stage:
    """The pieces of a running rehearsal. Its driver owns the clock."""

    clock: ManualClock
    desk: Desk
    pool: Pool
    conductor: Conductor
    environment: WorkflowEnvironment
    client: Client
    keys: FileKeyStore
    vault: Vault
    directory: Directory
    origin: str
    _behind: timedelta = timedelta()

    def step_to(self, at: datetime) -> None:
        """Move our clock to exactly `at`. Temporal's follows by the difference as soon as anything is asked of it."""
        self._behind += max(at - self.clock.now(), timedelta())
        self.clock.set(at)

    async def catch_up(self) -> None:
        """Move Temporal's clock on by what ours went ahead. Timers set for that time fire."""
        ahead, self._behind = self._behind, timedelta()
        if ahead:
            await self.sleep(ahead)

    async def sleep(self, span: timedelta) -> None:
        """Let Temporal's clock run for so long. What hundreds of timers set for one instant do takes its own time."""
        request = SleepRequest()
        request.duration.FromTimedelta(span)
        service = self.environment.client.service_client.test_service
        await service.unlock_time_skipping_with_sleep(request, timeout=_PATIENCE)

    async def settle(self) -> None:
        """Return when the conductor stands at the head, nothing is pending in Temporal, and nothing followed.

        The server skips only while nothing is in progress, so a short sleep that ends at once means quiet.
        """
        await self.catch_up()
        for _ in range(_ROUNDS):
            head = await self.conductor.drain()
            await self.sleep(_QUIET)
            if await self.desk.log.head() == head:
                return
        raise Stuck("the engine did not come to rest")


def seeded(seed: str) -> Callable[[int], bytes]:
    """Bytes that look random and are the same for the same seed: two runs of one file make the same codes."""
    count = 0

    def bytes_(n: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}|{count}".encode()).digest(n)

    return bytes_


@dataclass(frozen=True, slots=True)
class Place:
    """A database and a key store to play on that outlive the rehearsal: the demonstration's."""

    url: str
    origin: str
    keys: FileKeyStore
    ring: KeyRing


@asynccontextmanager
async def staged(settings: Settings, starts: datetime, seed: str, tell: Tell) -> AsyncIterator[Stage]:
    """A stage, from nothing to nothing: the scratch database and the keys are gone afterwards."""
    folder = _folder()
    server, admin = await asyncio.to_thread(_server, settings, folder, tell)
    name = f"rehearsal_{secrets.token_hex(6)}"
    try:
        origin = f"rehearsal-{hashlib.sha256(seed.encode()).hexdigest()[:16]}"
        url = await asyncio.to_thread(_prepare, settings, server, admin, name, origin)
        keys = FileKeyStore(folder / "keys", hashlib.sha256(f"keys|{seed}".encode()).digest())
        ring = KeyRing.derived(hashlib.sha256(seed.encode()).digest(), "rehearsal-1")
        async with staged_at(Place(url, origin, keys, ring), settings, starts, seed) as stage:
            yield stage
    finally:
        await asyncio.to_thread(_strike, server, admin, name, folder)


@asynccontextmanager
async def staged_at(place: Place, settings: Settings, starts: datetime, seed: str) -> AsyncIterator[Stage]:
    """A stage on a database that is there already and stays."""
    clock = ManualClock(starts)
    environment = await time_skipping_environment(
        binary=settings.test_server_program,
        data_converter=data_converter(place.ring),
        runtime=installation.quiet_runtime(),
    )
    async with (
        environment,
        installation.desk_at(place.url, clock, connections=8, keeps_time=True) as (pool, desk),
    ):
        client = environment.client
        await searchable.register(client)
        conductor = Conductor(desk.log, client, clock, schedules=False)
        await conductor.take_over()
        vault = Vault(place.keys, place.origin)
        async with build(client, desk, vault, patient=True):  # it plays time: the wall's says nothing here
            yield Stage(
                clock=clock,
                desk=desk,
                pool=pool,
                conductor=conductor,
                environment=environment,
                client=client,
                keys=place.keys,
                vault=vault,
                directory=Directory(place.keys, place.origin, seeded(seed)),
                origin=place.origin,
            )


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chancery-rehearsal-"))
    folder.chmod(0o711)  # the account of a PostgreSQL of its own must be able to enter
    return folder


def _server(settings: Settings, folder: Path, tell: Tell) -> tuple[EmbeddedPostgres | None, str]:
    """The PostgreSQL to play on: the administrator's where one is set, the embedded one where it runs, else one of our own."""
    if settings.database_admin_url is not None:
        return None, settings.database_admin_url.get_secret_value()
    running = installation.postgres_of(settings)
    if running.is_up():
        return None, running.admin_url()
    tell("starting a PostgreSQL of the rehearsal's own")
    own = EmbeddedPostgres(folder / "postgres", guarded=True)
    own.start()
    return own, own.admin_url()


def _prepare(settings: Settings, server: EmbeddedPostgres | None, admin: str, name: str, origin: str) -> str:
    known = server or (installation.postgres_of(settings) if settings.database_admin_url is None else None)
    if known is not None:
        app, reader = known.password_of(installation.APP), known.password_of(installation.READER)
    else:
        given = settings.database_url.get_secret_value() if settings.database_url else ""
        app = reader = str(
            psycopg.conninfo.conninfo_to_dict(given).get("password", "") or secrets.token_urlsafe(24)
        )
    parts = psycopg.conninfo.conninfo_to_dict(admin)
    target = url_for(admin, str(parts["user"]), str(parts.get("password", "")), name)
    prepare(target, app_password=app, reader_password=reader, origin=origin, rehearsal=True)
    return url_for(admin, installation.APP, app, name)


def _strike(server: EmbeddedPostgres | None, admin: str, name: str, folder: Path) -> None:
    if server is not None:
        server.stop()
    else:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
    shutil.rmtree(folder, ignore_errors=True)
