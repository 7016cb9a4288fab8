"""Mails as evidence: what stays, what goes, the same each time; and what strangers may send without harm."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from chancery import mailfiles
from chancery.mailfiles import BadMail, stripped
from chancery.msgfiles import MAGIC
from tests.web.outlook import Folder, attached, compound, enclosed, message, properties

WAY = {
    "Received": "from canary-gate.example (canary-host [192.0.2.7]) by mx.example; Tue, 5 May 2026 08:00:00 +0000",
    "Message-ID": "<canary-id@mx.example>",
    "X-Originating-IP": "[192.0.2.7]",
    "X-Mailer": "CanaryMail 7",
    "User-Agent": "canary-agent",
    "DKIM-Signature": "v=1; d=canary.example; b=AAAA",
    "Return-Path": "<canary-return@mx.example>",
    "Bcc": "canary-hidden@mx.example",
    "In-Reply-To": "<canary-earlier@mx.example>",
}
STAYS = ("Date", "From", "To", "Cc", "Subject")


def letter(**more: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Date"] = "Tue, 05 May 2026 08:00:00 +0000"
    mail["From"] = "post-a@a.example"
    mail["To"] = "post-b@b.example"
    mail["Cc"] = "post-c@c.example"
    mail["Subject"] = "Répondre à la démarche"
    for name, value in (WAY | more).items():
        mail[name] = value
    mail.set_content("What was said on the fifth: é è.\n")
    mail.add_attachment(bytes(range(256)) * 9, maintype="application", subtype="pdf", filename="annex.pdf")
    return mail


def test_the_way_of_a_mail_goes_and_what_it_says_stays() -> None:
    raw = letter().as_bytes()
    assert b"canary" in raw.lower(), "the control: it is there to be found"
    made = stripped("x.EML", raw)
    assert b"canary" not in made.content.lower() and b"192.0.2.7" not in made.content
    again = message_from_bytes(made.content)
    whole = message_from_bytes(raw)
    assert {name: again[name] for name in STAYS} == {name: whole[name] for name in STAYS}
    first, second = (part for part in again.walk() if not part.is_multipart())
    assert first.get_payload(decode=True).decode().strip() == "What was said on the fifth: é è."  # type: ignore[union-attr]
    assert second.get_payload(decode=True) == bytes(range(256)) * 9 and second.get_filename() == "annex.pdf"
    assert made.dropped == {name.lower(): 1 for name in WAY}


def test_the_same_mail_is_stripped_to_the_same_bytes_and_once_is_enough() -> None:
    raw = letter().as_bytes()
    once, twice = stripped("a.eml", raw), stripped("b.eml", raw)
    assert once.content == twice.content and once.digest == twice.digest
    again = stripped("a.eml", once.content)
    assert again.dropped == {} and len(again.content) == len(once.content)


def test_a_mail_within_a_mail_is_stripped_too_and_reports_of_servers_are_emptied() -> None:
    outer = MIMEMultipart("report")
    outer["From"], outer["Subject"], outer["Received"] = "post-a@a.example", "forwarded", "canary-outer"
    outer.attach(MIMEText("see below"))
    outer.attach(MIMEMessage(letter()))
    status = MIMEText("Reporting-MTA: dns; canary-mta\n\nFinal-Recipient: rfc822; canary-hidden@x\n")
    status.replace_header(
        "Content-Type", "text/x-status"
    )  # the library writes a true one only as it had read it
    outer.attach(status)
    headers = MIMEText("Received: from canary-headers\nX-Canary: 1\n")
    headers.replace_header("Content-Type", "text/rfc822-headers")
    outer.attach(headers)
    raw = outer.as_bytes().replace(b"text/x-status", b"message/delivery-status")
    made = stripped("a.eml", raw)
    assert raw.lower().count(b"canary") > 8 and b"canary" not in made.content.lower()
    assert b"What was said" in made.content
    assert made.dropped["received"] == 2 and made.dropped["message/delivery-status"] == 1


def test_what_was_signed_stays_as_it_was_signed() -> None:
    mail = MIMEMultipart("signed", protocol="application/pgp-signature")
    mail["From"], mail["Received"] = "post-a@a.example", "canary-way"
    inner = MIMEText("signed words")
    inner["X-Signed"] = "with the words"
    mail.attach(inner)
    seal = MIMEText("-----BEGIN PGP SIGNATURE-----")
    seal.replace_header("Content-Type", "application/pgp-signature")
    mail.attach(seal)
    made = stripped("a.eml", mail.as_bytes())
    assert b"canary-way" not in made.content
    assert inner.as_bytes().replace(b"\n", b"\r\n") in made.content


BROKEN = {
    "no mail at all": b"\x00\x01\x02 nothing of the kind",
    "empty of headers": b"\r\nwords without a head\r\n",
    "a head that breaks off": b"From: a@a.example\r\nthis is no header\r\nReceived: canary\r\n\r\nwords",
    "a boundary that never comes": b'From: a@a.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\nReceived: canary',
    "parts without a boundary": b"From: a@a.example\r\nContent-Type: multipart/mixed\r\n\r\nwords",
    "a field without an end": b"From: a@a.example\r\nContent-Type: text/plain; " + b'x="' * 9000 + b"\r\n\r\nwords",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(BadMail) as refused:
        stripped("a.eml", BROKEN[name])
    assert refused.value.code == "mail-unreadable" and "\n" not in refused.value.message
    assert stripped("a.eml", letter().as_bytes()).content  # the control


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    foot = b"".join(b"\r\n--b%d--\r\n" % n for n in reversed(range(depth)))
    return b"From: a@a.example\r\n" + head + b"\r\nwords\r\n" + foot


def wrapped(depth: int) -> bytes:
    return b"From: a@a.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"From: a@a.example\r\n\r\nwords"  # fmt: skip


BOMBS = {
    "parts in parts": nested(40),
    "hundreds of parts in parts": nested(290),
    "thousands": nested(5_000),
    "mails in mails": wrapped(250),
    "thousands of mails": wrapped(20_000),
    "a line for each byte": b"From: a@a.example\r\n\r\n" + b"\n" * 2_000_000,
    "lines against boundaries": nested(20).replace(b"words", b"x\n" * 1_400_000),
    "a hundred thousand headers": b"From: a@a.example\r\n" + b"X-A: 1\r\n" * 100_000 + b"\r\nwords",
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_built_to_grow_is_refused_quickly(name: str) -> None:
    began = time.perf_counter()
    with pytest.raises(BadMail) as refused:
        stripped("a.eml", BOMBS[name])
    assert refused.value.code == "mail-too-deep"
    assert time.perf_counter() - began < 5


def test_ten_parts_within_one_another_are_an_ordinary_mail() -> None:
    assert b"words" in stripped("a.eml", nested(10)).content
    assert b"words" in stripped("a.eml", wrapped(10)).content


# ── Outlook's own ────────────────────────────────────────────────────────────────────────────────────────────────────

SENT = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
HEADERS = "Received: from canary-gate [192.0.2.7]\r\nX-Canary-Mailer: 7\r\nFrom: post-a@a.example\r\n\r\n"
KNOWN: dict[int, object] = {
    0x0037: "Réunion du cinq mai",
    0x0039: SENT,
    0x0C1A: "Post A",
    0x5D01: "post-a@a.example",
    0x1000: "What was said on the fifth: é è.",
    0x007D: HEADERS,
    0x3FFA: "canary-last-modifier",
    0x0076: "canary-received-by",
}
PEOPLE = (
    (1, "Post B", "post-b@b.example"),
    (2, "Post C", "post-c@c.example"),
    (3, "canary", "canary@d.example"),
)


def outlook(**more: object) -> bytes:
    inner = message({0x0037: "inner", 0x1000: "words within " * 400, 0x3FFA: "canary"}, header=24)
    return compound(
        message(KNOWN, people=PEOPLE, files=(attached("annex.pdf", bytes(range(256)) * 40), enclosed(inner)))
    )


def test_outlooks_mail_becomes_a_plain_one_with_what_proves_something() -> None:
    raw = outlook()
    assert "canary".encode("utf-16-le") in raw, "the control"
    made = stripped("a.MSG", raw)
    assert b"canary" not in made.content.lower() and b"192.0.2.7" not in made.content
    mail = message_from_bytes(made.content)
    assert mail["Date"] == "Tue, 05 May 2026 08:00:00 +0000"
    assert (mail["From"], mail["To"], mail["Cc"]) == (
        "Post A <post-a@a.example>", "Post B <post-b@b.example>", "Post C <post-c@c.example>",
    )  # fmt: skip
    parts = [part for part in mail.walk() if not part.is_multipart()]
    assert [part.get_payload(decode=True).decode() for part in parts if part.get_content_type() == "text/plain"] == [  # type: ignore[union-attr]
        "What was said on the fifth: é è.", "words within " * 400,
    ]  # fmt: skip
    files = [part for part in parts if part.get_filename()]
    assert [(f.get_filename(), f.get_payload(decode=True)) for f in files] == [("annex.pdf", bytes(range(256)) * 40)]  # fmt: skip
    assert made.dropped == {"bcc": 1, "received": 1, "transport-headers": 1, "x-canary-mailer": 1}
    assert stripped("a.msg", raw).content == made.content


def test_a_subject_or_a_name_makes_no_header() -> None:
    known = KNOWN | {0x0037: "one\r\nX-Canary: two", 0x0C1A: "a\nBcc: canary@x.example"}
    mail = message_from_bytes(stripped("a.msg", compound(message(known))).content)
    assert mail["X-Canary"] is None and mail["Bcc"] is None


def test_words_in_rich_text_alone_are_said_to_be_unreadable() -> None:
    with pytest.raises(BadMail) as refused:
        stripped("a.msg", compound(message({0x0037: "s", 0x1009: b"LZFu" * 20})))
    assert refused.value.code == "mail-rich-text"


def test_a_file_whose_entries_claim_more_than_it_has_is_refused() -> None:
    files = {f"__substg1.0_{n:04X}0102": b"x" for n in range(0x6000, 0x6000 + 300)}
    root = Folder(properties(KNOWN, 32) | {"__substg1.0_00010102": bytes(200_000)} | files)
    honest = compound(root)
    assert stripped("a.msg", honest).content  # the control
    big = next(n for n, name in enumerate(["", *sorted(root.streams)]) if name == "__substg1.0_00010102")
    greedy = compound(root, claim=dict.fromkeys(files, big))
    with pytest.raises(BadMail) as refused:
        stripped("a.msg", greedy)
    assert refused.value.code == "mail-too-deep"


def test_no_cut_and_no_flipped_byte_of_outlooks_file_ends_in_anything_but_a_refusal() -> None:
    raw = outlook()
    whole = 0
    for at in range(0, len(raw), 211):
        for bad in (raw[:at], raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]):
            with suppress(BadMail):  # anything else fails the test
                stripped("a.msg", bad)
                whole += 1
    assert whole, "some bytes of the file carry nothing"
    with pytest.raises(BadMail):
        stripped("a.msg", MAGIC)


def test_only_a_mails_name_makes_a_mail() -> None:
    assert [mailfiles.is_mail(name) for name in ("a.eml", "A.MSG", "a.eml.pdf", "eml", "")] == [True, True, False, False, False]  # fmt: skip
