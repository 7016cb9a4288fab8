"""A real mail server on loopback that can be stopped, and a mission whose people have addresses."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from chancery.clock import ManualClock
from chancery.directory import Entry
from chancery.installation import Installation, opened
from chancery.kept import rows
from chancery.mail.addresses import accounts_of
from chancery.mail.sender import Server, server_of
from chancery.settings import Settings
from domain import commands as c
from domain.envelope import ENGINE_TICK, OPERATOR
from tests.made import adoption, cid, opening, posts

if TYPE_CHECKING:
    from tests.conftest import Database

ADDRESS = "https://chancery.example.org"
SENDER = "tasks@chancery.example.org"


def text_of(message: EmailMessage) -> str:
    """What a message says."""
    return str(message.get_content()).replace("\r\n", "\n")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class MailServer:
    """A mail server: what it took, and how it answers. `up` and `down` start and stop it at the same port."""

    port: int = field(default_factory=free_port)
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Reader → what it is answered at RCPT, one after the other; then 250."""
    at_data: list[str] = field(default_factory=list)
    """What DATA is answered, one after the other; `break` cuts the line after the message was taken."""
    options: dict[str, Any] = field(default_factory=dict)
    _running: Controller | None = None

    def up(self, **options: Any) -> None:
        """Start it. `options` are aiosmtpd's."""
        self.options = options or self.options
        self._running = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self._running.start()

    def down(self) -> None:
        """Stop it."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answers = self.answers.get(address, [])
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer == "break":
            assert server.transport is not None
            server.transport.abort()
        if answer in ("250 OK", "break"):
            assert isinstance(envelope.content, bytes)
            made = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(made, EmailMessage)
            self.got.extend((to, made) for to in envelope.rcpt_tos)
        return "250 OK" if answer == "break" else answer

    def readers(self) -> list[str]:
        """Who got something, in order."""
        return [to.partition("@")[0] for to, _ in self.got]

    def texts(self) -> dict[str, str]:
        """Reader → the last text they got."""
        return {to.partition("@")[0]: text_of(message) for to, message in self.got}


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A running mail server."""
    made = MailServer()
    made.up()
    yield made
    made.down()


def settings_for(database: Database, folder: Path, port: int, **more: Any) -> Settings:
    """Settings of an installation that sends mail."""
    return Settings(
        database_url=database.app_url,  # type: ignore[arg-type]
        temporal_address="127.0.0.1:1",
        data_dir=folder / "data",
        key_dir=folder / "keys",
        web_url=ADDRESS,
        **({"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": SENDER} | more),
    )


@dataclass
class Post:
    """An installation with its people, and the mail server."""

    here: Installation
    server: Server
    got: MailServer
    clock: ManualClock

    async def opened(self, name: str, code: str = "COORD-LOCAL", step: str = "hold", due: str = "") -> None:
        """An obligation with one open task."""
        made = opening(name, code, period="2026-05" if due else None)
        if due:
            made = made.model_copy(update={"due_day": due})
        await self.here.desk.submit(made, ENGINE_TICK)
        task = c.OpenTask(command_id=cid(f"{step} {name}"), mission="Q", obligation=name, step=step)
        await self.here.desk.submit(task, ENGINE_TICK)

    async def away(self, posting: str, substitute: str | None = None, scope: tuple[str, ...] = ()) -> None:
        """Somebody is away from today until Friday."""
        leave = c.RecordAbsence(
            command_id=cid(f"away {posting}"), mission="Q", posting=posting, from_day="2026-05-05",
            until="2026-05-08", substitute=substitute, scope=scope,
        )  # fmt: skip
        await self.here.desk.submit(leave, OPERATOR)


async def with_address(
    here: Installation, officer: str, address: str | None = "", **preferences: Any
) -> None:
    """An officer's account, with an address made from their code."""
    known = accounts_of(here)
    if address == "":
        address = f"{officer.lower()}@mission.example.org"
    account = await known.ensure(officer, address)
    if preferences:
        await known.prefer(account.id, **preferences)


async def staff(
    here: Installation, mission: str, zone: str, country: str, kind: str = "mission", role: str = ""
) -> None:
    """A mission like Q with people of its own: postings `p-…` in Q, `t-…` in T. `role`: the first post's, if another."""
    made = adoption(mission, country, zone).model_copy(update={"kind": kind})
    await here.desk.submit(made, OPERATOR)
    here.keys.create_mission(mission)
    lines = posts()
    if mission != "Q":
        lines = tuple(
            line.model_copy(update={"posting": f"{mission.lower()}{line.posting[1:]}"}) for line in lines
        )
    if role:
        lines = (lines[0].model_copy(update={"role": role}),)
    entries = [Entry(line.posting, mission, f"{mission}-{line.posting.partition('-')[2]}") for line in lines]
    people = c.RecordPosts(command_id=cid(f"posts {mission}"), mission=mission, lines=lines)
    await here.desk.submit(people, OPERATOR, [here.directory.statement(entries)])


@asynccontextmanager
async def post_at(settings: Settings, clock: ManualClock, got: MailServer) -> AsyncIterator[Post]:
    """An installation as a process opens it."""
    async with opened(settings, clock) as here:
        server = server_of(settings)
        assert server is not None
        yield Post(here, server, got, clock)


@pytest.fixture
async def post(
    database: Database, tmp_path: Path, clock: ManualClock, mail_server: MailServer
) -> AsyncIterator[Post]:
    """Mission Q; everybody but the local agent has an address (`q-fp@…` for posting p-fp)."""
    async with post_at(settings_for(database, tmp_path, mail_server.port), clock, mail_server) as made:
        await staff(made.here, "Q", "Africa/Cairo", "EG")
        for officer in ("Q-hom", "Q-dep", "Q-fp", "Q-alt", "Q-pol"):
            await with_address(made.here, officer)
        yield made


async def kept(here: Installation) -> str:
    """Everything that mail keeps, as text."""
    sent = await rows(here.pool, "SELECT what, sent_at::text FROM web.digest ORDER BY what")
    far = await rows(here.pool, "SELECT name, position FROM conductor.checkpoint ORDER BY name")
    return json.dumps([sent, far])
