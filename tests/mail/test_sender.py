"""To the mail server: what the settings name, with TLS and a password where they say so, and no address in what is said."""

from __future__ import annotations

import io
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chancery import logs
from chancery.mail.sender import Away, Later, MailFault, Never, Server, Unsure, server_of
from chancery.settings import Settings
from tests.mail.conftest import SENDER, MailServer, text_of

NOW = datetime(2026, 5, 5, 6, 10, tzinfo=UTC)
TO = "canary-7f3a@mission.example.org"


def server(url: str, sender: str | None = SENDER) -> Server | None:
    return server_of(Settings(smtp_url=url, mail_from=sender))  # type: ignore[arg-type]


def named(url: str) -> Server:
    found = server(url)
    assert found is not None
    return found


async def send(to: Server, reader: str = TO, text: str = "Ligne é\n.\n.. fin\n") -> None:
    async with to.connected() as line:
        await line.send(reader, "Sujet é", text, "fr", NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself: (certificate, key)."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def signing_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us er", b"p@ss/word")
    return AuthResult(success=good, handled=False)


async def test_a_message_arrives_as_it_was_written(mail_server: MailServer) -> None:
    await send(named(f"smtp://127.0.0.1:{mail_server.port}"))
    [(to, message)] = mail_server.got
    assert (to, message["To"], message["From"], message["Subject"]) == (TO, TO, SENDER, "Sujet é")
    assert text_of(message) == "Ligne é\n.\n.. fin\n"
    assert message["Content-Language"] == "fr"
    assert message["Message-ID"].endswith("@chancery.example.org>")
    import socket

    assert socket.gethostname() not in message.as_string()


async def test_starttls_and_a_password_are_kept_to(
    mail_server: MailServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(cert, key)
    mail_server.down()
    mail_server.up(tls_context=inside, require_starttls=True, auth_required=True, authenticator=signing_in)
    good = f"smtp+starttls://us%20er:p%40ss%2Fword@localhost:{mail_server.port}"
    with pytest.raises(Away):  # nobody vouches for this certificate
        await send(named(good))
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    await send(named(good))
    assert len(mail_server.got) == 1
    with pytest.raises(Away) as refused:
        await send(named(good.replace("word", "other")))
    assert refused.value.code == "smtp-535"
    with pytest.raises(Away):  # in the clear it will not have us
        await send(named(f"smtp://127.0.0.1:{mail_server.port}"))


async def test_a_server_without_starttls_gets_no_password(mail_server: MailServer) -> None:
    with pytest.raises(Away):
        await send(named(f"smtp+starttls://user:secret@127.0.0.1:{mail_server.port}"))
    assert mail_server.got == []


@pytest.mark.parametrize(
    ("answers", "fault", "code"),
    [
        (["550 no such user"], Never, "smtp-550"),
        (["451 later"], Later, "smtp-451"),
    ],
)
async def test_a_reader_who_is_refused_does_not_end_the_line(
    mail_server: MailServer, answers: list[str], fault: type[MailFault], code: str
) -> None:
    mail_server.answers[TO] = answers
    async with named(f"smtp://127.0.0.1:{mail_server.port}").connected() as line:
        with pytest.raises(fault) as refused:
            await line.send(TO, "s", "t\n", "en", NOW)
        assert refused.value.code == code
        await line.send("other@mission.example.org", "s", "t\n", "en", NOW)
    assert mail_server.readers() == ["other"]


@pytest.mark.parametrize(("answer", "fault"), [("554 no", Later), ("452 full", Later), ("break", Unsure)])
async def test_a_message_that_is_refused_may_pass_later(
    mail_server: MailServer, answer: str, fault: type[MailFault]
) -> None:
    mail_server.at_data = [answer]
    with pytest.raises(fault):
        await send(named(f"smtp://127.0.0.1:{mail_server.port}"))
    await send(named(f"smtp://127.0.0.1:{mail_server.port}"))


async def test_a_server_that_will_not_have_our_sender_is_away(mail_server: MailServer) -> None:
    async def refused(*_: Any) -> str:
        return "550 not you"

    mail_server.handle_MAIL = refused  # type: ignore[attr-defined]
    mail_server.down()
    mail_server.up()
    to = named(f"smtp://127.0.0.1:{mail_server.port}")
    with pytest.raises(Away):
        await send(to)
    async with to.connected() as line:
        with pytest.raises(Away):
            await line.greet()


async def test_no_fault_repeats_an_address(mail_server: MailServer) -> None:
    mail_server.answers[TO] = [f"550 <{TO}>: no such user"]
    said = io.StringIO()
    logs.configure("json", "debug", said)
    import structlog

    with pytest.raises(Never) as refused:
        await send(named(f"smtp://127.0.0.1:{mail_server.port}"))
    structlog.get_logger().error("urgent mail refused", code=refused.value.code, exc_info=refused.value)
    assert "canary" not in repr(refused.value)
    assert "smtp-550" in said.getvalue()
    assert "canary" not in said.getvalue()


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a b@c.org", "a@c.org\r\nBcc: x@y.org", "a@c.org,x@y.org", "é@c.org"]
)
async def test_what_is_no_address_is_refused_before_the_server_sees_it(
    mail_server: MailServer, address: str
) -> None:
    with pytest.raises(Never) as fault:
        await send(named(f"smtp://127.0.0.1:{mail_server.port}"), address)
    assert fault.value.code == "bad-address"
    assert mail_server.got == []


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, False, False, None, None)),
        ("smtps://mail.example.org", ("mail.example.org", 465, True, False, None, None)),
        ("smtp+starttls://a:b%40c@mail.example.org", ("mail.example.org", 587, False, True, "a", "b@c")),
        ("smtp://a:b@localhost:2525", ("localhost", 2525, False, False, "a", "b")),
    ],
)
def test_a_server_as_the_settings_name_it(url: str, wanted: tuple[Any, ...]) -> None:
    found = named(url)
    assert (found.host, found.port, found.tls, found.starttls, found.user, found.password) == wanted


@pytest.mark.parametrize(
    ("url", "sender", "code"),
    [
        ("smtp://mail.example.org", None, "mail-from-missing"),
        ("smtp://mail.example.org", "nobody", "mail-from-missing"),
        ("smtp://mail.example.org:99999", SENDER, "bad-port"),
        ("smtp://:25", SENDER, "bad-host"),
        ("smtp://a:b@mail.example.org", SENDER, "password-in-clear"),
    ],
)
def test_a_server_that_cannot_be_used_is_said_by_a_code(url: str, sender: str | None, code: str) -> None:
    with pytest.raises(Away) as fault:
        server(url, sender)
    assert fault.value.code == code


def test_without_a_server_there_is_none() -> None:
    assert server_of(Settings()) is None
