"""Reading by stream and by position."""

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from chancery.log.canonical import parse
from chancery.log.pipeline import commit
from chancery.log.store import _LOAD, _READ, _VERSIONS, EventLog, LogDamaged, Recorded
from tests.log.made import made

Conn = AsyncConnection[TupleRow]
Connection = psycopg.Connection[TupleRow]


def places(events: list[Recorded]) -> list[tuple[int, str, int]]:
    return [(event.position, event.stream, event.version) for event in events]


@pytest.fixture
async def filled(conn: Conn) -> None:
    await commit(conn, reads={}, events=[made("mission/R", 1), made("case/c", 1)])
    await commit(conn, reads={}, events=[made("mission/R", 2), made("mission/Q", 1), made("mission/R", 3)])


async def test_an_empty_log(log: EventLog) -> None:
    assert await log.head() == 0
    assert await log.read(0) == []
    assert await log.load([("mission/R", 0)]) == {"mission/R": []}
    assert await log.load([]) == {}
    assert await log.versions(["mission/R"]) == {"mission/R": 0}
    assert await log.streams() == []
    assert await log.read_stream("mission/R") == []


@pytest.mark.usefixtures("filled")
async def test_by_position(log: EventLog) -> None:
    assert await log.head() == 5
    whole = await log.read(0)
    assert places(whole) == [
        (1, "mission/R", 1),
        (2, "case/c", 1),
        (3, "mission/R", 2),
        (4, "mission/Q", 1),
        (5, "mission/R", 3),
    ]
    assert await log.read(1, limit=2) == whole[1:3]
    assert await log.read(1, upto=4) == whole[1:4]
    assert await log.read(5) == []


@pytest.mark.usefixtures("filled")
async def test_by_stream(log: EventLog) -> None:
    found = await log.load([("mission/R", 1), ("absent/a", 0), ("case/c", 0), ("mission/Q", 1)])
    assert {name: places(events) for name, events in found.items()} == {
        "mission/R": [(3, "mission/R", 2), (5, "mission/R", 3)],
        "absent/a": [],
        "case/c": [(2, "case/c", 1)],
        "mission/Q": [],
    }
    assert places(await log.read_stream("mission/R", after=1)) == [(3, "mission/R", 2), (5, "mission/R", 3)]
    assert places(await log.read_stream("mission/R", upto_position=4)) == [
        (1, "mission/R", 1),
        (3, "mission/R", 2),
    ]
    assert await log.versions(["mission/R", "absent/a"]) == {"mission/R": 3, "absent/a": 0}


@pytest.mark.usefixtures("filled")
async def test_streams_by_prefix(log: EventLog, conn: Conn) -> None:
    await commit(conn, reads={}, events=[made("mission%x/y", 1), made("missionary/z", 1)])
    assert await log.streams("mission/") == ["mission/R", "mission/Q"]
    assert await log.streams("mission%") == ["mission%x/y"]
    assert len(await log.streams()) == 5


async def test_the_bytes_and_what_they_say(log: EventLog, conn: Conn) -> None:
    event = made("mission/R", 1, text="é\u2028\U0001f600")
    (placed,) = await commit(conn, reads={}, events=[event])
    (read,) = await log.read(0)
    assert read == Recorded(1, placed.recorded_us, "mission/R", 1, event.body, placed.leaf)
    assert read.event == parse(event.body)
    assert read.event is read.event
    with pytest.raises(AttributeError):
        read.position = 2  # type: ignore[misc]


@pytest.mark.usefixtures("filled")
async def test_a_missing_position_is_named(log: EventLog, admin: Connection) -> None:
    admin.execute("DELETE FROM log.event WHERE position = 4")
    with pytest.raises(LogDamaged) as caught:
        await log.read(1)
    assert caught.value.position == 4
    admin.execute("DELETE FROM log.event WHERE position <= 2")
    with pytest.raises(LogDamaged) as caught:
        await log.read(0)
    assert caught.value.position == 1


async def test_which_log_it_is(log: EventLog) -> None:
    origin, rehearsal = await log.origin()
    assert origin.startswith("chancery-")
    assert rehearsal is False


async def test_reading_outlives_a_restart_of_the_server(log: EventLog, conn: Conn, admin: Connection) -> None:
    await commit(conn, reads={}, events=[made("mission/R", 1)])
    assert await log.head() == 1
    ended = admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'chancery_reader'"
    ).fetchall()
    assert ended
    assert await log.head() == 1


def _scans(plan: dict[str, object]) -> list[tuple[object, object]]:
    below: list[dict[str, object]] = plan.get("Plans", [])  # type: ignore[assignment]
    mine = [(plan["Node Type"], plan["Relation Name"])] if "Relation Name" in plan else []
    return mine + [scan for each in below for scan in _scans(each)]


@pytest.mark.parametrize(
    ("query", "types"), [(_LOAD, "text[], int[]"), (_VERSIONS, "text[]"), (_READ, "bigint, bigint, bigint")]
)
def test_prepared_reads_use_the_indexes_at_any_size(admin: Connection, query: str, types: str) -> None:
    """The generic plan, with the statistics of a log of some size: an index scan for each table."""
    admin.execute("INSERT INTO log.stream SELECT n, 'case/' || n FROM generate_series(1, 5000) n")
    admin.execute(
        "INSERT INTO log.event (position, recorded_us, stream, body) SELECT n, n, 1 + n %% 5000, convert_to(format("
        """'{"id":"%%s","type":"T","command":{"id":"%%s"},"version":%%s}', gen_random_uuid(), gen_random_uuid(), 1 + n / 5000),"""
        " 'UTF8') FROM generate_series(1, 20000) n",
        [],
    )
    admin.execute("ANALYZE log.stream, log.event")
    for number in range(1, types.count(",") + 2):
        query = query.replace("%s", f"${number}", 1)
    admin.execute(f"PREPARE q ({types}) AS {query}".encode())
    admin.execute("SET plan_cache_mode = force_generic_plan")
    nulls = ", ".join(["NULL"] * (types.count(",") + 1))
    row = admin.execute(f"EXPLAIN (FORMAT JSON) EXECUTE q ({nulls})".encode()).fetchone()
    assert row is not None
    scans = _scans(row[0][0]["Plan"])
    assert {table for _, table in scans} <= {"stream", "event"}
    assert scans
    assert all(kind in {"Index Scan", "Index Only Scan"} for kind, _ in scans), scans
