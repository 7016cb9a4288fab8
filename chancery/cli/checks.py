"""What `doctor` looks at. Each check answers with what it found, or raises Unmet with what to do."""

from __future__ import annotations

import sys
import zoneinfo
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal

from chancery.cli import acting
from chancery.cli.acting import installed
from chancery.i18n import tr

if TYPE_CHECKING:
    from temporalio.client import Client

    from chancery.installation import Installation
    from chancery.settings import Settings

PYTHON: Final = (3, 11)
SKEW: Final = timedelta(seconds=5)
"""More than this between the two clocks, and what was in time here may be late there."""
LAG: Final = timedelta(seconds=60)
"""An event that Temporal has not heard of for longer means that no conductor runs."""
_TABLES: Final = ("log.event", "vault.sealed", "view.task", "conductor.checkpoint")


class Unmet(Exception):
    """What was found, and the English key of what to do about it."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Check:
    """One result. `name` and `remedy` are English keys; the detail is made in the language that is spoken."""

    name: str
    status: Literal["ok", "fail", "skipped"]
    detail: str
    remedy: str

    def data(self) -> dict[str, str]:
        """As JSON."""
        return {"check": self.name, "status": self.status, "detail": self.detail, "remedy": self.remedy}


@dataclass(slots=True)
class Ground:
    """What could be reached; where not, why."""

    settings: Settings
    here: Installation | None = None
    client: Client | None = None
    no_database: str = ""
    no_temporal: str = ""


@asynccontextmanager
async def reached(chosen: Settings) -> AsyncIterator[Ground]:
    """The installation and Temporal, as far as they answer."""
    ground = Ground(chosen)
    async with AsyncExitStack() as stack:
        try:
            ground.here = await stack.enter_async_context(installed())
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
            ground.no_database = _code(problem)
        try:
            ground.client = await _client(ground)
        except Exception as problem:  # noqa: BLE001 - the same
            ground.no_temporal = _code(problem)
        yield ground


async def _client(ground: Ground) -> Client:
    from chancery.codec import KeyRing
    from chancery.installation import PAYLOAD_KEY, connect, key_folder
    from chancery.keystore import FileKeyStore

    if ground.here is not None:
        return await ground.here.temporal()
    return await connect(
        ground.settings, KeyRing.from_store(FileKeyStore(key_folder(ground.settings)), PAYLOAD_KEY)
    )


def _code(problem: Exception) -> str:
    return str(getattr(problem, "code", type(problem).__name__))


def python() -> Check:
    """The Python that runs us."""
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if sys.version_info < PYTHON:
        return Check("Python", "fail", found, "Install Python 3.11 or newer.")
    return Check("Python", "ok", found, "")


def zones() -> Check:
    """Time zones come from the pinned package, not from the system's files."""
    if zoneinfo.TZPATH:
        return Check(
            "Time zones", "fail", ", ".join(zoneinfo.TZPATH), "Start it as `chancery`, which pins the zones."
        )
    return Check("Time zones", "ok", f"tzdata {version('tzdata')}", "")


def key_store(chosen: Settings) -> Check:
    """Nobody but its owner may enter the key store."""
    from chancery.installation import key_folder
    from chancery.keyfiles import open_to_others

    folder = key_folder(chosen)
    if not folder.exists():
        return Check("Key store", "ok", tr("none yet"), "")
    if open_to_others(folder):
        return Check(
            "Key store",
            "fail",
            str(folder),
            "Close it to everybody but its owner (chmod -R go= on the folder).",
        )
    return Check("Key store", "ok", str(folder), "")


async def _row(ground: Ground, query: bytes) -> tuple[Any, ...]:
    assert ground.here is not None
    async with ground.here.pool.connection() as conn:
        row = await (await conn.execute(query)).fetchone()
    assert row is not None
    return row


async def database(ground: Ground) -> str:
    """Reachable, and which log it holds."""
    if ground.here is None:
        raise Unmet(ground.no_database, "Start it with `chancery up`, or set DATABASE_URL to where it runs.")
    return tr("log {origin}", origin=ground.here.origin)


async def migrated(ground: Ground) -> str:
    """Every schema that this version needs is there."""
    found = [
        (await _row(ground, f"SELECT to_regclass('{name}') IS NOT NULL".encode()))[0] for name in _TABLES
    ]
    missing = [name for name, there in zip(_TABLES, found, strict=True) if not there]
    if missing:
        raise Unmet(
            ", ".join(missing), "Run `chancery up`, or prepare the database with DATABASE_ADMIN_URL set."
        )
    return ", ".join(_TABLES)


async def role(ground: Ground) -> str:
    """We come in as a role that cannot write past the append function."""
    query = (
        b"SELECT current_user, has_table_privilege('log.event', 'INSERT') OR has_table_privilege('log.event', 'DELETE') "
        b"OR has_table_privilege('log.event', 'UPDATE') OR has_table_privilege('log.event', 'TRUNCATE')"
    )
    name, may_write = await _row(ground, query)
    if may_write:
        raise Unmet(
            str(name), "DATABASE_URL must name the application's role, which cannot write to the log's table."
        )
    return str(name)


async def durable(ground: Ground) -> str:
    """A commit that is acknowledged is on the disk."""
    setting = str((await _row(ground, b"SHOW synchronous_commit"))[0])
    fsync = str((await _row(ground, b"SHOW fsync"))[0])
    if setting in ("off", "local") or fsync == "off":
        raise Unmet(f"synchronous_commit {setting}, fsync {fsync}", "Set synchronous_commit and fsync to on.")
    return f"synchronous_commit {setting}, fsync {fsync}"


async def skew(ground: Ground) -> str:
    """This machine's clock and the database's agree."""
    assert ground.here is not None
    theirs = (await _row(ground, b"SELECT clock_timestamp()"))[0]
    apart = abs(ground.here.clock.now() - theirs)
    text = tr("{seconds} s apart", seconds=f"{apart.total_seconds():.3f}")
    if apart > SKEW:
        raise Unmet(text, "Let both machines take their time from the same server (NTP).")
    return text


async def log_head(ground: Ground) -> str:
    """How long the log is."""
    assert ground.here is not None
    return tr("{n} events", n=await ground.here.log.head())


async def signed(ground: Ground) -> str:
    """A checkpoint covers the log, and the signer has not stopped."""
    from chancery import i18n
    from chancery.log import alarms

    assert ground.here is not None
    folder = ground.settings.checkpoints / "log"
    alarm, state = alarms.standing(folder), alarms.signed(folder)
    if alarm is not None:
        raise Unmet(
            alarm.why.sentence(i18n.language()),
            "Find out who changed the record; then `chancery signer --resume`. See docs/log.md.",
        )
    head = await ground.here.log.head()
    if state is None:
        raise Unmet(tr("no checkpoint yet"), "Start the signer: `chancery up`, or `chancery signer`.")
    text = tr("{n} of {head} events", n=state.size, head=head)
    if state.size < head:
        [oldest] = await ground.here.log.read(state.size, 1)
        theirs = (await _row(ground, b"SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"))[0]
        if timedelta(microseconds=theirs - oldest.recorded_us) > LAG:
            raise Unmet(text, "Start the signer: `chancery up`, or `chancery signer`.")
    quiet = ground.here.clock.now().timestamp() - state.at
    if quiet > 2 * alarms.HEARTBEAT:
        raise Unmet(
            tr("last signed {seconds} s ago", seconds=int(quiet)),
            "Start the signer: `chancery up`, or `chancery signer`.",
        )
    return text


async def witnessed(ground: Ground) -> str:
    """Enough witnesses cosigned what is signed; none named is said."""
    from chancery import trust
    from chancery.log import alarms

    policy = trust.policy_of(ground.settings)
    if policy is None or policy.quorum is None:
        return tr("none is named: a rewritten record would convince")
    states = alarms.witnesses(ground.settings.checkpoints / "log")
    recently = acting.system_clock().now().timestamp() - 2 * alarms.HEARTBEAT
    good = {state.name for state in states if state.problem is None and state.at >= recently}
    if not policy.enough(good):
        wrong = ", ".join(str(state) for state in states if state.name not in good)
        raise Unmet(
            wrong or tr("not cosigned yet"),
            "See whether the witness runs and knows the log's key: `chancery witness --status` there.",
        )
    return ", ".join(sorted(good))


async def temporal(ground: Ground) -> str:
    """Reachable."""
    if ground.client is None:
        raise Unmet(
            ground.no_temporal, "Start it with `chancery up`, or set TEMPORAL_ADDRESS to where it runs."
        )
    return tr("namespace {name}", name=ground.client.namespace)


async def attributes(ground: Ground) -> str:
    """The search attributes are registered."""
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

    from chancery.searchable import ALL

    assert ground.client is not None
    request = ListSearchAttributesRequest(namespace=ground.client.namespace)
    known = await ground.client.operator_service.list_search_attributes(request)
    missing = [key.name for key in ALL if key.name not in known.custom_attributes]
    if missing:
        raise Unmet(", ".join(missing), "Run `chancery rebuild workflows`; a worker registers them too.")
    return ", ".join(key.name for key in ALL)


async def schedules(ground: Ground) -> str:
    """Each mission has its daily tick."""
    from chancery import queries

    if ground.here is None or ground.client is None:
        raise Unmet(ground.no_database, "Start it with `chancery up`, or set DATABASE_URL to where it runs.")
    missions = [m["code"] for m in await queries.missions(ground.here.log) if m["kind"] == "mission"]
    known = {s.id async for s in await ground.client.list_schedules()}
    missing = [code for code in missions if f"tick:{code}" not in known]
    if missing:
        raise Unmet(", ".join(missing), "Run `chancery rebuild workflows`; the conductor makes them too.")
    return tr("{n} missions", n=len(missions))


async def conductor(ground: Ground) -> str:
    """Temporal has heard of everything that is older than a minute."""
    assert ground.here is not None
    head = await ground.here.log.head()
    row = await _row(
        ground, b"SELECT coalesce(max(position), 0) FROM conductor.checkpoint WHERE name = 'temporal'"
    )
    behind = head - int(row[0])
    if not behind:
        return tr("nothing is waiting")
    [oldest] = await ground.here.log.read(int(row[0]), 1)
    theirs = (await _row(ground, b"SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"))[0]
    text = tr("{n} events behind", n=behind)
    if timedelta(microseconds=theirs - oldest.recorded_us) > LAG:
        raise Unmet(text, "Start a worker: `chancery up`, or `chancery worker`.")
    return text


async def parked(ground: Ground) -> str:
    """No stream is held back from Temporal."""
    number = int((await _row(ground, b"SELECT count(*) FROM conductor.parked"))[0])
    if number:
        raise Unmet(tr("{n} held back", n=number), "See the worker's log; it tries again every five minutes.")
    return tr("all")


async def mail(ground: Ground) -> str:
    """The mail server takes mail from us; or none is named, and nothing is sent."""
    from chancery.mail.sender import Away, server_of

    try:
        server = server_of(ground.settings)
        if server is None:
            return tr("no server is named (CHANCERY_SMTP_URL): nothing is sent")
        async with server.connected() as line:
            await line.greet()
    except Away as away:
        raise Unmet(
            away.code, "Set CHANCERY_SMTP_URL and CHANCERY_MAIL_FROM; see docs/out-of-the-browser.md."
        ) from None
    return tr("{host}:{port} takes mail", host=server.host, port=server.port)
