"""One installation put together from its settings: database, keys, vault, directory, desk, and the way to Temporal.

The embedded servers and real ones differ here and nowhere else.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, TLSConfig

from chancery.clock import Clock
from chancery.codec import KeyRing, data_converter
from chancery.db import prepare
from chancery.desk import Desk, Unavailable
from chancery.directory import Directory
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.temporal import EmbeddedTemporal
from chancery.keystore import FileKeyStore, KeyStore
from chancery.log.store import POOL_SETTINGS, EventLog, Pool
from chancery.logs import core_logging
from chancery.settings import Settings
from chancery.vault import Vault

APP = "chancery_app"
READER = "chancery_reader"
DATABASE = "chancery"
PATIENCE = 10.0
PAYLOAD_KEY = "payloads-1"
"""The key of Temporal payloads that seals today; a new one is added beside it and then made current."""


class TemporalUnavailable(Exception):
    """Temporal cannot be reached. Work goes on without it; what waits for it is caught up."""

    code = "temporal-unavailable"


@dataclass(slots=True)
class Installation:
    """What commands, pages and workers work with."""

    settings: Settings
    clock: Clock
    url: str
    origin: str
    pool: Pool
    desk: Desk
    keys: KeyStore
    vault: Vault
    directory: Directory

    @property
    def log(self) -> EventLog:
        """The log, for reading."""
        return self.desk.log

    async def temporal(self) -> Client:
        """A client of Temporal, with our codec. Raises TemporalUnavailable."""
        return await connect(self.settings, KeyRing.from_store(self.keys, PAYLOAD_KEY))


def postgres_of(settings: Settings, *, guarded: bool = False) -> EmbeddedPostgres:
    """The embedded PostgreSQL of this data folder, running or not."""
    return EmbeddedPostgres(settings.data_dir / "postgres", guarded=guarded)


def temporal_of(settings: Settings) -> EmbeddedTemporal:
    """The embedded Temporal of this data folder, running or not."""
    return EmbeddedTemporal(
        settings.data_dir / "temporal",
        namespace=settings.temporal_namespace,
        binary=settings.temporal_program,
    )


def database_url(settings: Settings) -> str:
    """The application's own URL of the database. Raises EmbeddedRefused if the embedded server does not run."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    server = postgres_of(settings)
    return server.url(DATABASE, APP, server.password_of(APP))


def reader_url(settings: Settings) -> str | None:
    """The URL of the role that may only read; None if a real database is used and nobody has named it.

    Raises EmbeddedRefused if the embedded server does not run.
    """
    if settings.database_reader_url is not None:
        return settings.database_reader_url.get_secret_value()
    if settings.database_url is not None:
        return None
    server = postgres_of(settings)
    return server.url(DATABASE, READER, server.password_of(READER))


def prepare_database(settings: Settings) -> None:
    """Create roles and tables, or bring them up to date. With a real database this takes DATABASE_ADMIN_URL."""
    if settings.database_url is None:
        server = postgres_of(settings)
        admin = server.admin_url(DATABASE)
        passwords = server.password_of(APP), server.password_of(READER)
    else:
        if settings.database_admin_url is None:
            return
        admin = settings.database_admin_url.get_secret_value()
        app = psycopg.conninfo.conninfo_to_dict(settings.database_url.get_secret_value())
        passwords = str(app.get("password", "")), str(app.get("password", ""))
    prepare(admin, app_password=passwords[0], reader_password=passwords[1])


def key_folder(settings: Settings) -> Path:
    """Where the key store lies: apart from the database."""
    return settings.key_dir or settings.data_dir / "keys"


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock, *, connections: int = 4, patience: float = PATIENCE
) -> AsyncIterator[Installation]:
    """The installation, with an open desk. Raises EmbeddedRefused, Unavailable, KeyStoreUnsafe.

    `patience`: seconds that a caller waits for a database that is away.
    """
    url = database_url(settings)
    keys = FileKeyStore(key_folder(settings))
    async with desk_at(url, clock, connections=connections, patience=patience) as (pool, desk):
        try:
            origin, _ = await desk.log.origin()
        except (psycopg.Error, PoolTimeout) as problem:
            raise Unavailable(type(problem).__name__) from None
        yield Installation(
            settings, clock, url, origin, pool, desk, keys, Vault(keys, origin), Directory(keys, origin)
        )


@asynccontextmanager
async def desk_at(
    url: str, clock: Clock, *, connections: int = 4, keeps_time: bool = False, patience: float = PATIENCE
) -> AsyncIterator[tuple[Pool, Desk]]:
    """A pool of connections and an open desk on it."""
    pool: Pool = AsyncConnectionPool(
        url, kwargs=dict(POOL_SETTINGS), min_size=1, max_size=connections, open=False, timeout=patience
    )
    await pool.open()
    try:
        async with Desk(pool, clock, keeps_time=keeps_time) as desk:
            yield pool, desk
    finally:
        await pool.close()


async def connect(settings: Settings, ring: KeyRing) -> Client:
    """A client of Temporal with the strict codec. Raises TemporalUnavailable."""
    address = settings.temporal_address or temporal_of(settings).address
    tls: bool | TLSConfig = settings.temporal_tls
    if settings.temporal_tls_cert_file or settings.temporal_tls_ca_file:
        tls = TLSConfig(
            server_root_ca_cert=_bytes(settings.temporal_tls_ca_file),
            client_cert=_bytes(settings.temporal_tls_cert_file),
            client_private_key=_bytes(settings.temporal_tls_key_file),
        )
    key = settings.temporal_api_key
    try:
        return await Client.connect(
            address,
            namespace=settings.temporal_namespace,
            data_converter=data_converter(ring),
            tls=tls or bool(key),
            api_key=key.get_secret_value() if key else None,
            runtime=quiet_runtime(),
        )
    except (RuntimeError, RPCError) as problem:
        raise TemporalUnavailable(f"no answer from {address}") from problem


@cache
def quiet_runtime() -> Runtime:
    """The process's Temporal runtime, whose own lines go through our allow-list; else they are printed as they are."""
    return Runtime(telemetry=TelemetryConfig(logging=core_logging()))


def _bytes(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
