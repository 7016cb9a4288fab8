"""To the mail server. What went wrong is said by a code: a server's sentences repeat addresses."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from datetime import datetime

    from chancery.settings import Settings

PATIENCE: Final = 20.0
"""Seconds that a mail server has for each answer."""
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FOR_GOOD: Final = 500


class MailFault(Exception):
    """A message did not go out. `code` is stable and holds nothing of the message or the address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Away(MailFault):
    """The mail server cannot be reached, or will not have us: nothing was sent, and another try is due later."""


class Later(MailFault):
    """The server will not take it for this reader now."""


class Never(MailFault):
    """The server will never take it for this reader."""


class Unsure(MailFault):
    """The connection broke after the message was handed over: it may have gone out."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server of an installation, and as whom we send."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None
    password: str | None
    sender: str

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Line]:
        """A line to the server, signed in if it asks for that. Raises Away."""
        from aiosmtplib import SMTP, SMTPException

        smtp = SMTP(
            hostname=self.host, port=self.port, username=self.user, password=self.password, use_tls=self.tls,
            # Asked for, it is a condition: a server that offers none gets no password and no message.
            start_tls=self.starttls, local_hostname=self.domain, timeout=PATIENCE,
        )  # fmt: skip
        try:
            await smtp.connect()
        except (SMTPException, OSError, ValueError) as problem:
            smtp.close()
            raise Away(_code(problem)) from None
        try:
            yield Line(smtp, self)
            with suppress(SMTPException, OSError):
                await smtp.quit()
        finally:
            smtp.close()

    @property
    def domain(self) -> str:
        """The sender's domain: how we name ourselves, and what our messages' ids end with. Never this machine's name."""
        return self.sender.partition("@")[2]


def server_of(settings: Settings) -> Server | None:
    """The mail server that the settings name; None if none is named. Raises Away for one that cannot be used."""
    if settings.smtp_url is None:
        return None
    if settings.mail_from is None or not _ADDRESS.fullmatch(settings.mail_from):
        raise Away("mail-from-missing")
    parts = urlsplit(settings.smtp_url.get_secret_value())
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Away("bad-port") from None
    if not parts.hostname:
        raise Away("bad-host")
    if parts.password and parts.scheme == "smtp" and parts.hostname not in _HERE:
        raise Away("password-in-clear")
    return Server(
        parts.hostname,
        port,
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp+starttls",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=settings.mail_from,
    )


class Line:
    """An open connection."""

    def __init__(self, smtp: Any, server: Server) -> None:
        self._smtp, self._server = smtp, server

    async def greet(self) -> None:
        """Ask whether the server takes mail from us, without sending any. Raises Away."""
        from aiosmtplib import SMTPException

        try:
            await self._smtp.mail(self._server.sender)
            await self._smtp.rset()
        except (SMTPException, OSError) as problem:
            raise Away(_code(problem)) from None

    async def send(self, to: str, subject: str, text: str, language: str, now: datetime) -> None:
        """Send one message (`now`: UTC). Raises Never, Later, Away, Unsure."""
        from aiosmtplib import SMTPException, SMTPResponseException

        if not _ADDRESS.fullmatch(to):
            raise Never("bad-address")
        content = self._message(to, subject, text, language, now)
        # Who refuses the sender refuses us, and a message that is refused may pass later; only a reader is refused for good.
        refused: type[MailFault] = Away
        broken: type[MailFault] = Away
        try:
            await self._smtp.mail(self._server.sender)
            refused = Never
            await self._smtp.rcpt(to)
            refused, broken = Later, Unsure
            await self._smtp.data(content)
        except SMTPResponseException as problem:
            with suppress(SMTPException, OSError):
                await self._smtp.rset()
            kind = Later if refused is Never and problem.code < _FOR_GOOD else refused
            raise kind(_code(problem)) from None
        except (SMTPException, OSError) as problem:
            raise broken(_code(problem)) from None

    def _message(self, to: str, subject: str, text: str, language: str, now: datetime) -> bytes:
        message = EmailMessage(policy=AS_SENT)
        message["From"], message["To"], message["Subject"] = self._server.sender, to, subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{secrets.token_hex(16)}@{self._server.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(text, cte="quoted-printable")
        message["Content-Language"] = language  # after the content, which takes headers of its kind away
        return message.as_bytes()


def _code(problem: Exception) -> str:
    answered = getattr(problem, "code", None)
    return f"smtp-{answered}" if isinstance(answered, int) and answered > 0 else type(problem).__name__
