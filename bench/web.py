"""Over HTTP: complete a task beside a bare route with one committed INSERT; the inbox among many open tasks.

Each server is a process of its own; the caller is a bare socket, so that neither is measured through a slow client.
"""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from bench import made
from bench.appends import Effort
from bench.ground import Ground, desk_on, pool_at
from bench.measure import Goal, Row, in_turn, medians, rate
from chancery.accounts import Accounts
from chancery.directory import Directory, Entry
from chancery.installation import Installation
from chancery.kept import Box
from chancery.keystore import FileKeyStore
from chancery.log.store import Pool
from chancery.settings import Settings
from chancery.vault import Vault
from chancery.web import sessions
from chancery.web.house import House

CALLERS = 16
MANY, FEW = 100_000, 1_000
OWN = 40
OFFICER = "B-103"
_numbers = count(1)
_BOUNDARY = secrets.token_hex(12)


async def web(ground: Ground, effort: Effort) -> list[Row]:
    """The rows of the pages."""
    return [await _complete(ground, effort), await _inbox(ground, effort)]


async def _complete(ground: Ground, effort: Effort) -> Row:
    each = max(64, effort.operations // 10)
    plain = ground.plain("web_bare")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE done (obligation text, task text, note text)")
    url = ground.log("web")
    async with pool_at(url) as pool:
        keys, cookie, token = await _prepare(ground, pool, "web")
        async with (
            _serving("chancery", url, ground, keys) as ours,
            _serving("bare", plain, ground, keys) as other,
        ):
            figures = await in_turn(
                effort.rounds,
                ours=partial(_send_all, pool, ours, cookie, token, each, "o"),
                bare=partial(_send_all, pool, other, cookie, token, each, ""),
            )
        with psycopg.connect(url) as connection:
            done = connection.execute("SELECT count(*) FROM view.task WHERE outcome = 'done'").fetchone()
            assert done == (each * effort.rounds,), "every request is one completed task"
    middle = medians(figures)
    row = Row(f"complete a task over HTTP, {CALLERS} callers", "tasks/s", middle["ours"], rounds=figures)
    row.others = {"a bare FastAPI route, one committed INSERT": middle["bare"]}
    row.goals = [Goal("times the bare route", row.ours / middle["bare"], 0.5)]
    row.note = (
        "session, token, policy, sealed note and evidence, append, inbox; the same form is sent to both"
    )
    return row


async def _inbox(ground: Ground, effort: Effort) -> Row:
    pages = max(20, effort.operations // 80)
    shapes = {"few": (FEW, 1), "many": (MANY, 100), "one_mission": (MANY, 1)}
    ours: dict[str, partial[object]] = {}
    async with AsyncExitStack() as opened:
        for name, (tasks, missions) in shapes.items():
            url = ground.log(f"inbox_{name}")
            pool = await opened.enter_async_context(pool_at(url))
            keys, cookie, _ = await _prepare(ground, pool, f"inbox_{name}")
            _fill(url, tasks, missions)
            address = await opened.enter_async_context(_serving("chancery", url, ground, keys))
            ours[name] = partial(_ask, address, cookie, "/inbox?show=team", pages)
        figures = await in_turn(effort.rounds, **ours)  # type: ignore[arg-type]
    middle = medians(figures)
    row = Row(f"inbox, team's tab, {MANY:,} open tasks", "ms", middle["many"], rounds=figures)
    row.others = {
        f"{FEW:,} open tasks": middle["few"],
        f"{MANY:,}, all of them in one mission": middle["one_mission"],
    }
    row.goals = [Goal(f"times {FEW:,} open tasks", middle["many"] / middle["few"], 1.5, at_most=True)]
    row.note = (
        f"a whole page of fifty, with the counts of every tab; the reader's mission has {FEW:,} of them"
    )
    return row


async def _prepare(ground: Ground, pool: Pool, name: str) -> tuple[Path, str, str]:
    """A mission with its officer signed in: the keys' folder, the cookie, the form token."""
    folder = ground.folder / f"keys-{name}"
    keys = FileKeyStore(folder)
    keys.create_mission(made.MISSION)
    async with desk_on(pool, made.clock()) as desk:
        await made.adopt(desk)
        origin, _ = await desk.log.origin()
        directory = Directory(keys, origin)
        statement = directory.statement([Entry(made.HOLDER.code, made.MISSION, OFFICER)])
        async with pool.connection() as connection:
            await connection.execute(statement.sql.encode(), statement.parameters)
        settings = Settings(data_dir=ground.folder / name)
        here = Installation(
            settings, made.clock(), "", origin, pool, desk, keys, Vault(keys, origin), directory
        )
        account = await Accounts(pool, Box(keys, origin)).ensure(OFFICER)
        house = House(here, None, "http://localhost")  # type: ignore[arg-type]
        session = await sessions.begin(house, account.id)
    assert session.fresh is not None
    return folder, f"{sessions.cookie_of(house)}={session.fresh}", session.masked()


def _fill(url: str, tasks: int, missions: int) -> None:
    """So many open tasks straight into the view: the reader holds OWN of them, their mission FEW (or all, if it is the only one)."""
    own = tasks if missions == 1 else FEW
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            """
            INSERT INTO view.task (obligation, task, mission, definition, instrument, step, owner_role, posting, accepted,
                status, source, term, zone, opened, original_due, due, provisional, passed, revision, not_met)
            SELECT 'o-' || n, 'hold.1', CASE WHEN n < %(own)s THEN 'B' ELSE 'M' || n %% %(missions)s END, 'COORD-LOCAL', 'eu-hrd',
                'hold', 'focal_point', CASE WHEN n < %(mine)s THEN 'p-fp' ELSE 'p-' || n %% 500 END, n %% 3 = 0, 'open',
                'product_default', '3wd', 'Africa/Cairo', %(now)s, %(now)s + n * interval '1 minute',
                %(now)s + n * interval '1 minute', false, false, 1, false
            FROM generate_series(0, %(tasks)s - 1) AS n
            """,
            {"own": own, "missions": missions, "mine": OWN, "tasks": tasks, "now": made.NOW},
        )
        connection.execute("ANALYZE view.task")


@asynccontextmanager
async def _serving(what: str, url: str, ground: Ground, keys: Path) -> AsyncIterator[str]:
    environment = {
        **os.environ,
        "BENCH_URL": url,
        "BENCH_FOLDER": str(ground.folder / "web"),
        "BENCH_KEYS": str(keys),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.webserver", what, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        assert address, f"the server of {what} did not start"
        yield address
    finally:
        process.stdin.close()
        await process.wait()


async def _send_all(pool: Pool, address: str, cookie: str, token: str, each: int, prefix: str) -> float:
    """Completed tasks a second. Without `prefix` nothing is opened before: the bare route knows no tasks."""
    if prefix:
        async with desk_on(pool, made.clock()) as desk:
            names = await made.open_tasks(desk, f"{prefix}{next(_numbers)}", each)
    else:
        names = [f"o{number}" for number in range(each)]
    requests = [_form(address, cookie, token, name) for name in names]
    return await _timed(address, requests, b"303")


async def _timed(address: str, requests: Sequence[bytes], expected: bytes) -> float:
    free: asyncio.LifoQueue[_Line] = asyncio.LifoQueue()
    for _ in range(CALLERS):
        free.put_nowait(await _Line.to(address))

    async def one(request: bytes) -> None:
        line = await free.get()
        answered = await line.ask(request)
        assert answered == expected, f"answered {answered.decode()}"
        free.put_nowait(line)

    made_rate = await rate(CALLERS, [partial(one, request) for request in requests])
    while not free.empty():
        (await free.get()).close()
    return made_rate


async def _ask(address: str, cookie: str, path: str, pages: int) -> float:
    """Milliseconds for a page, one after the other."""
    host = urlsplit(address).netloc
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode()
    line = await _Line.to(address)
    await line.ask(request)
    begun = time.perf_counter()
    for _ in range(pages):
        assert await line.ask(request) == b"200"
    taken = time.perf_counter() - begun
    line.close()
    return 1000 * taken / pages


def _form(address: str, cookie: str, token: str, name: str) -> bytes:
    fields = {
        "csrf": token,
        "command_id": str(uuid4()),
        "seen": "1",
        "line": "risk_list",
        "note": made.WORDS,
        "marking": "limite",
    }
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
        for k, v in fields.items()
    ]
    file = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file:minutes"; filename="m.txt"\r\n\r\n{"m" * 1200}\r\n'
    body = ("".join(parts) + file + f"--{_BOUNDARY}--\r\n").encode()
    head = (
        f"POST /tasks/{name}/hold.1/complete HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nOrigin: {address}\r\n"
        f"Cookie: {cookie}\r\nContent-Type: multipart/form-data; boundary={_BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Line:
    """One connection that is kept: sends a request, reads the answer whole, gives its status."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, address: str) -> "_Line":
        parts = urlsplit(address)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def ask(self, request: bytes) -> bytes:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
        if length:
            await self._reader.readexactly(length)
        return head.split(b" ", 2)[1]

    def close(self) -> None:
        self._writer.close()
