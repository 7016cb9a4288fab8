"""Mail beside the leader: never two processes, never in the way of a deadline, and `doctor` says how it stands."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import pytest

from chancery import logs
from chancery.cli.checks import Ground, Unmet, mail
from chancery.i18n import use
from chancery.leader import LOCK, Leader
from chancery.mail import running
from chancery.mail.sender import Away, Server
from chancery.settings import Settings
from tests.mail.conftest import SENDER, MailServer, Post

if TYPE_CHECKING:
    from collections.abc import Callable


class Quiet:
    """A conductor of a log that nobody follows: the leader's other work is tried elsewhere."""

    async def take_over(self) -> None:
        """Nothing."""


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.02)


async def test_the_leader_and_nobody_else_sends(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "URGENT_EVERY", 0.05)
    monkeypatch.setattr(running, "DIGEST_EVERY", 0.05)
    monkeypatch.setattr(Leader, "_conduct", lambda _: asyncio.Event().wait())
    await post.opened("o-today", due="2026-05-05")

    def leader() -> Leader:
        return Leader(post.here.desk, Quiet(), post.here.url, beside=running.jobs(post.here))  # type: ignore[arg-type]

    first = leader()
    leading = asyncio.create_task(first.run())
    await until(lambda: post.got.readers() == ["q-fp"])
    second = leader()
    waiting = asyncio.create_task(second.run())
    await asyncio.sleep(0.2)
    assert first.leading.is_set()
    assert not second.leading.is_set()
    await post.opened("u-1", "URGENT", "acknowledge")
    await until(lambda: len(post.got.got) == 2)
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)
    await until(second.leading.is_set)
    await post.opened("u-2", "URGENT", "acknowledge")
    await until(lambda: len(post.got.got) >= 3)
    await asyncio.sleep(0.2)
    assert len(post.got.got) == 3
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert LOCK  # what makes it one


async def test_a_failure_of_any_kind_is_said_and_tried_again_later_and_later(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, pauses, tries = io.StringIO(), [], []
    logs.configure("json", "info", said)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            raise asyncio.CancelledError

    async def work(_: Server) -> None:
        tries.append(1)
        if len(tries) < 6:
            raise Away("smtp-421") if len(tries) % 2 else ValueError("Canary 7f3a")

    monkeypatch.setattr(asyncio, "sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        await running.again(post.here.settings, 60.0, 10.0, work)
    assert pauses == [2.0, 4.0, 8.0, 10.0, 10.0, 60.0, 60.0, 60.0]
    assert said.getvalue().count("mail waits") == 5
    assert "smtp-421" in said.getvalue()
    assert "Canary" not in said.getvalue()


def test_without_a_server_nothing_runs_and_with_one_it_does(post: Post) -> None:
    bare = post.here.settings.model_copy(update={"smtp_url": None})
    post.here.settings, named = bare, post.here.settings
    assert running.jobs(post.here) == ()
    post.here.settings = named
    assert len(running.jobs(post.here)) == 2


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ({"web_url": "https://chancery.example.org"}, "https://chancery.example.org"),
        ({}, "http://localhost:8080"),
        ({"web_host": "10.0.0.7", "web_port": 81}, "http://10.0.0.7:81"),
    ],
)
def test_where_the_link_leads(chosen: dict[str, Any], address: str) -> None:
    assert running.address_of(Settings(**chosen)) == address


async def test_doctor_says_whether_mail_works(mail_server: MailServer) -> None:
    def ground(**chosen: Any) -> Ground:
        return Ground(Settings(**chosen))

    url = f"smtp://127.0.0.1:{mail_server.port}"
    assert "nothing is sent" in await mail(ground())
    use("fr")
    assert "rien n'est envoyé" in await mail(ground())
    use("en")
    assert await mail(ground(smtp_url=url, mail_from=SENDER)) == f"127.0.0.1:{mail_server.port} takes mail"
    with pytest.raises(Unmet) as unmet:
        await mail(ground(smtp_url=url))
    assert unmet.value.detail == "mail-from-missing"
    mail_server.down()
    with pytest.raises(Unmet):
        await mail(ground(smtp_url=url, mail_from=SENDER))
    assert mail_server.got == []
