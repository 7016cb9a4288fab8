"""A word of its own in every personal field, while all three processes run; afterwards none lies anywhere but in the vault.

Looked through: the log's bytes, every table but the vault's, Temporal's store with its write-ahead log, every file of the
installation (PostgreSQL's own included: what the vault holds there is ciphertext), what the programs logged and printed.
Each place is also shown to be one in which a word in clear is found.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql

from chancery import hostcalendar, installation, logs, queries
from chancery.cases import consent, intake, merging, record, sharing, shred
from chancery.cases.consent import Wish
from chancery.clock import SystemClock
from chancery.directory import Entry
from chancery.importers.hearings import import_hearings
from chancery.installation import Installation
from chancery.instruments import checksums, shipped
from chancery.settings import Settings
from domain import commands as c
from domain.envelope import OPERATOR
from tests.cases.test_canaries import FILLED, filled
from tests.chaos.ground import Ground, standing
from tests.cli.conftest import Said, run
from tests.made import FOCAL, cid, posts

pytestmark = [pytest.mark.devserver, pytest.mark.timeout(300)]

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//court list//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:{day}
SUMMARY:{summary}
LOCATION:{place}
DESCRIPTION:{words}
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Places:
    """Where something could lie, as bytes by a name."""

    held: dict[str, bytes] = field(default_factory=dict)

    def where(self, word: str) -> list[str]:
        """The places that hold a word: as it is, or as the hexadecimal digits of its bytes."""
        plain, digits = word.encode(), word.encode().hex().encode()
        return [name for name, data in self.held.items() if plain in data or digits in data.lower()]

    def found(self, words: Iterable[str], but: str = "-") -> dict[str, list[str]]:
        """Every word that lies anywhere, with the places; `but` begins the names of those where it belongs."""
        told = {word: [place for place in self.where(word) if not place.startswith(but)] for word in words}
        return {word: places for word, places in told.items() if places}


@pytest.fixture
def ground(short_dir: Path) -> Iterator[Ground]:
    with standing(short_dir / "canaries") as ground:
        ground.start_worker()
        yield ground


@pytest.fixture
def settings(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", ground.url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", ground.temporal.address)
    monkeypatch.setenv("CHANCERY_DATA_DIR", str(ground.folder))
    monkeypatch.setenv("CHANCERY_LOG_LEVEL", "debug")
    monkeypatch.setenv("COLUMNS", "200")
    return Settings()


async def test_what_names_a_defender_lies_in_the_vault_and_nowhere_else(
    ground: Ground, settings: Settings, tmp_path: Path
) -> None:
    said = io.StringIO()
    logs.configure("json", "debug", said)
    made: list[str] = []
    officers: list[str] = []
    cases: list[str] = []
    async with installation.opened(settings, SystemClock()) as here:
        officer = await adopted(here, officers)
        case, task = await lived(here, made, cases)
        printed = await asyncio.to_thread(asked_of_the_program, officer, case, task, tmp_path, made)
        logs.configure("json", "debug", said)  # the program had turned the lines to its own standard error
        await settled(here, ground)
        everything = repr(await record.history(here, FOCAL, case))
        client = await here.temporal()
        in_clear = f"clear-{uuid4().hex}"
        # The controls, each by the way that something in clear would take to where it must not be.
        await client.start_workflow("Nothing", id=in_clear, task_queue="nobody")
        structlog.get_logger("chancery").info("something happened", code=in_clear)
        post = posts()[-1].model_copy(update={"post": in_clear, "posting": "p-clear"})
        lines = c.RecordPosts(command_id=uuid4(), mission="Q", lines=(post,))
        await here.desk.submit(lines, OPERATOR)
    (ground.folder / "left-lying").write_text(in_clear)
    await asyncio.sleep(1.0)
    with ExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(ground.admin_url))
        admin.execute("CHECKPOINT")
        places = Places(
            {"log": log_bytes(admin), "tables": tables(admin), "own log": said.getvalue().encode()}
        )
    places.held |= {f"file {p.relative_to(ground.folder)}": read(p) for p in files(ground.folder)}
    places.held |= {f"program {n}": (s.out + s.err).encode() for n, s in enumerate(printed.plain)}

    assert len(made) >= 39 and len(officers) == 6, "every entry of a case, a court list, a note, evidence"
    read_back = sum(word in everything for word in made)
    assert read_back >= 30, "they were stored, and are there for whoever may read them"
    assert places.found(made) == {}
    assert places.found(cases, but="file keys/") == {}, "a case's code names its key, in the store of keys"
    assert places.found(officers, but="program ") == {}, "staff see by their own codes who holds what"

    # The controls.
    store = {name for name in places.held if name.startswith("file temporal/")}
    assert {"log", "tables", "own log", "file left-lying"} <= set(places.where(in_clear))
    assert store & set(places.where(in_clear)), "Temporal's store, which holds the ids of workflows in clear"
    assert any(name.startswith("file pg/") for name in places.where(in_clear)), "PostgreSQL's own files"
    assert "worker runs" in places.held["file worker.log"].decode()
    shown = printed.case.out
    assert any(word in shown for word in made), "what the program shows to somebody who may read it"


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────────


async def adopted(here: Installation, officers: list[str]) -> str:
    """Mission Q of today, whose officers stand in the directory under words of their own. The focal point's."""
    here.keys.create_mission("Q")
    year = SystemClock().now().year
    adopt = c.AdoptMission(
        command_id=uuid4(),
        mission="Q",
        on=f"{year}-01-01",
        accreditations=(c.Accreditation(code="Q-EG", country="EG"),),
        calendar=hostcalendar.seed("EG", "Africa/Cairo", range(year - 1, year + 3)).to_data(),
        calendar_source="host",
        instruments={code: i["version"] for code, i in shipped().items()},
        checksums=dict(checksums()),
        partners=("EMB-A",),
    )
    await here.desk.submit(adopt, OPERATOR)
    names = {line.posting: f"Q-{uuid4().hex}" for line in posts()}
    officers += names.values()
    entries = [Entry(posting, "Q", name) for posting, name in names.items()]
    lines = c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts())
    await here.desk.submit(lines, OPERATOR, [here.directory.statement(entries)])
    return names["p-fp"]


async def lived(here: Installation, made: list[str], cases: list[str]) -> tuple[str, str]:
    """A case with everything that can be written of one; its code, and its first task."""
    alert = filled({"words": "@", "channel": "phone"}, made)
    case, opened = await intake.receive(here, FOCAL, "Q", urgent=True, record=alert)
    other, _ = await intake.receive(here, FOCAL, "Q", urgent=False, record=filled({"words": "@"}, made))
    for entry, content in FILLED.items():
        await record.note(here, FOCAL, case, entry, filled(content, made))
    wish = Wish("family", "via_lawyer", filled("@", made))
    await consent.agree(here, FOCAL, case, {"attend": None, "share_eu": None, "demarche": None}, wish)
    await sharing.disclose(
        here,
        FOCAL,
        case,
        "share_eu",
        to="EMB-A",
        arrangement="burden-sharing-2026",
        content=filled({"what": "@"}, made),
    )
    await consent.withdraw(here, FOCAL, case, ["demarche"], Wish("lawyer", "phone", filled("@", made)))
    await merging.merge(here, FOCAL, case, other, words=filled("@", made))
    killed, _ = await intake.unlinked(here, FOCAL, "Q", record=filled({"words": "@"}, made))
    await shred.propose(here, FOCAL, killed, "retention_ended")
    day = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day to come
    line = filled({"uid": "@", "summary": "@", "place": "@", "words": "@"}, made)
    raw = ICS.format(day=f"{day:%Y%m%d}", **line).replace("\n", "\r\n").encode()
    named = f"{filled('@', made)}.ics"
    await import_hearings(here, raw, named, uuid4(), case=case, mission="Q", actor=FOCAL)
    cases += [case, other, killed]
    await _open(here, opened, "acknowledge.1")
    return case, f"{opened}/acknowledge.1"


@dataclass
class Printed:
    """What the program printed: to anybody, and of the case to somebody who may read it."""

    plain: list[Said]
    case: Said


def asked_of_the_program(officer: str, case: str, task: str, folder: Path, made: list[str]) -> Printed:
    """The lists and pages that staff look at every day; words and files given to a task; and input that is refused."""
    words = filled(["@", "@", "@", "@"], made)
    proof = folder / f"{words[0]}.txt"
    proof.write_text(words[1])
    plain = [
        run("task", "complete", task, "--as", officer, "--line", "recorded,duplicates,answered", "--note", words[2],
            "--evidence", f"letter={proof}"),
        run("task", "list", "--all"),
        run("obligation", "list"),
        run("task", "show", task),
        run("task", "history", task),
        run("log", "tail", "--json"),
        run("log", "verify"),
        run("log", "invariants"),
        run("doctor"),
        run("report", "staff", "--mission", "Q", "--json"),
        run("task", "decline", task, "--reason", words[3], "--as", officer),
    ]  # fmt: skip
    assert plain[0].code == 0, plain[0].err
    assert plain[7].code == 0, f"a live log keeps every invariant: {plain[7].out}"
    return Printed(plain, run("case", "show", case, "--as", officer))


async def _open(here: Installation, obligation: str, task: str) -> None:
    async with asyncio.timeout(60):
        while not any(r["task"] == task for r in await queries.tasks(here.log, obligation=obligation)):
            await asyncio.sleep(0.2)


async def settled(here: Installation, ground: Ground) -> None:
    """Every procedure has read what happened to it: the conductor stands at the head, and nothing more comes for a while."""
    seen = -1
    async with asyncio.timeout(60):
        while (head := await here.log.head()) != seen:
            seen = head
            await asyncio.sleep(2.0)


# ── where it is looked for ───────────────────────────────────────────────────────────────────────────────────────


def log_bytes(admin: psycopg.Connection[Any]) -> bytes:
    """The body of every event, as it lies there."""
    return b"\n".join(bytes(row[0]) for row in admin.execute("SELECT body FROM log.event ORDER BY position"))


def tables(admin: psycopg.Connection[Any]) -> bytes:
    """Every table of every schema but the vault's and PostgreSQL's own, as a dump writes it."""
    found = admin.execute(
        "SELECT schemaname, tablename FROM pg_tables "
        "WHERE schemaname NOT IN ('vault', 'pg_catalog', 'information_schema') ORDER BY 1, 2"
    ).fetchall()
    dump = b""
    for schema, table in found:
        with (
            admin.cursor() as cursor,
            cursor.copy(
                sql.SQL("COPY {}.{} TO STDOUT").format(sql.Identifier(schema), sql.Identifier(table))
            ) as copy,
        ):
            dump += f"-- {schema}.{table}\n".encode() + b"".join(bytes(part) for part in copy)
    assert dump.count(b"-- log.event\n") == 1 and b"-- view.task\n" in dump
    return dump


def files(folder: Path) -> Iterator[Path]:
    """Every file of the installation, those of its servers included."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def read(path: Path) -> bytes:
    """What a file holds now; of one that has just gone, nothing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
