"""A dump restored in a new cluster: the same leaves, and everybody goes on where they were."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from chancery import db
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.log.pipeline import StreamsMoved, commit
from chancery.log.store import POOL_SETTINGS, EventLog
from tests.conftest import APP_PASSWORD, READER_PASSWORD, Database
from tests.log.made import made
from tests.log.tools import tool


@pytest.fixture
def new_cluster(short_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(short_dir / "restored", guarded=True)
    server.start()
    yield server
    server.stop()


def restore(old_url: str, cluster: EmbeddedPostgres) -> None:
    """What docs/log.md tells the operator to do."""
    # Roles are the cluster's and in no dump of a database: preparing any database makes them.
    db.prepare(cluster.admin_url("scratch"), app_password=APP_PASSWORD, reader_password=READER_PASSWORD)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE chancery TEMPLATE template0 ENCODING 'UTF8'")
    dump = subprocess.run([str(tool("pg_dump")), old_url], check=True, capture_output=True)
    psql = [
        str(tool("psql")),
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        cluster.admin_url("chancery"),
    ]
    subprocess.run(psql, input=dump.stdout, check=True, capture_output=True)


async def test_dump_and_restore(database: Database, log: EventLog, new_cluster: EmbeddedPostgres) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        # The control: a consumer that remembers a transaction number, which means nothing in another cluster.
        admin.execute("CREATE TABLE public.feed (n int, xid xid8 DEFAULT pg_current_xact_id())")
        admin.execute(
            "DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        )
        admin.execute("INSERT INTO public.feed VALUES (1)")
        (watermark,) = admin.execute("SELECT max(xid) FROM public.feed").fetchone() or ()
    async with await AsyncConnection.connect(database.app_url, autocommit=True) as conn:
        for version in range(1, 21):
            await commit(
                conn, reads={}, events=[made("case/c", version, text="é\u2028"), made("mission/R", version)]
            )
    before = await log.read(0)

    restore(database.admin_url, new_cluster)

    pool = AsyncConnectionPool(
        new_cluster.url("chancery", "chancery_reader", READER_PASSWORD),
        open=False,
        kwargs=dict(POOL_SETTINGS),
    )
    async with pool:
        restored = EventLog(pool)
        assert await restored.read(0) == before
        assert await restored.origin() == await log.origin()
        app_url = new_cluster.url("chancery", "chancery_app", APP_PASSWORD)
        async with await AsyncConnection.connect(app_url, autocommit=True) as conn:
            with pytest.raises(StreamsMoved):
                await commit(conn, reads={"case/c": 19}, events=[made("case/new", 1)])
            (placed,) = await commit(conn, reads={"case/c": 20}, events=[made("case/c", 21)])
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute("DELETE FROM log.event")
        assert placed.position == 41
        assert placed.recorded_us >= before[-1].recorded_us
        assert [event.position for event in await restored.read(before[-1].position)] == [41]
    with psycopg.connect(new_cluster.admin_url("chancery"), autocommit=True) as admin:
        admin.execute("INSERT INTO public.feed VALUES (2)")
        assert admin.execute("SELECT count(*) FROM public.feed WHERE xid > %s", [watermark]).fetchone() == (
            0,
        )
