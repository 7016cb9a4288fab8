"""Mails saved by Outlook (`.msg`, MS-OXMSG): written anew as a plain mail, with what proves something and nothing else.

The format mixes the words with hundreds of properties of mailbox, machine and program, so nothing is cut out of the file: what
stays is taken from it. Where the text exists as Outlook's own rich text alone, that is said, and nothing is half kept.
"""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import HeaderParser
from email.utils import format_datetime, formataddr
from typing import Any, Final

from olefile import OleFileIO  # type: ignore[import-untyped]
from oxmsg import Message as Outlook
from oxmsg.domain import constants as c
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from chancery.i18n import tr
from chancery.mailfiles import (
    DEEPEST,
    KEPT,
    MOST_PARTS,
    BadMail,
    Stripped,
    told,
    too_deep,
    unreadable,
    written,
)

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_ENTRIES: Final = 5_000
_HEADERS: Final = 0x007D
_OWN_HEADER: Final = 32
_INNER_HEADER: Final = 24
"""Bytes before the properties: of a file's own message, and of one that lies in another (MS-OXMSG 2.4.1)."""
_RECIPIENT_TYPE: Final = 0x0C15
_TO: Final = 1
_CC: Final = 2
_RICH_TEXT: Final = 0x1009
_INNER_MESSAGE: Final = "__substg1.0_3701000D"


def from_msg(content: bytes) -> Stripped:
    """A plain mail out of Outlook's file. Raises BadMail `mail-unreadable`, `mail-too-deep`, `mail-rich-text`."""
    if not content.startswith(MAGIC):
        raise unreadable()
    try:
        _bounded(content)
        writer = _Writer(hashlib.sha256(content).hexdigest()[:24])
        mail = writer.message(_root(content), _OWN_HEADER, 0)
        return Stripped(written(mail), told(writer.dropped))
    except BadMail:
        raise
    except RecursionError:
        raise too_deep() from None
    except Exception:  # noqa: BLE001 - two libraries over a stranger's bytes: whatever they stumble over, it is no mail to us
        raise unreadable() from None


def _bounded(content: bytes) -> None:
    """Refuse a file whose entries claim more bytes than it has: many names for one stream fill a memory. Raises BadMail."""
    with OleFileIO(content) as ole:
        entries = [one for one in ole.direntries if one is not None]
        if len(entries) > _MOST_ENTRIES or sum(one.size for one in entries[1:]) > len(content):
            raise too_deep()


def _root(content: bytes) -> Storage:
    with OleFileIO(content) as ole:
        return Storage.from_ole(ole)


class _Writer:
    """Writes messages anew, and counts what it leaves out."""

    def __init__(self, seed: str) -> None:
        self.dropped: Counter[str] = Counter()
        self._seed = seed
        self._parts = 0

    def message(self, storage: Storage, header: int, depth: int) -> "Message[Any, Any]":
        if depth > DEEPEST:
            raise too_deep()
        found = Outlook(storage)
        known = Properties(storage, properties_header_offset=header)
        self._count_headers(known)
        texts = self._texts(known)
        files = [self._file(one, depth) for one in storage.iter_attachment_storages()]
        if not texts and not files:
            raise self._without_words(known)
        mail = self._together("alternative", texts)
        if files:
            mail = self._together("mixed", [*([mail] if texts else []), *files], always=True)
        self._address(mail, found, known)
        return mail

    def _together(
        self, kind: str, parts: list["Message[Any, Any]"], *, always: bool = False
    ) -> "Message[Any, Any]":
        if len(parts) == 1 and not always:
            return parts[0]
        self._parts += 1
        if self._parts + len(parts) > MOST_PARTS:
            raise too_deep()
        return MIMEMultipart(kind, boundary=f"=_{self._seed}_{self._parts}", _subparts=parts)

    def _texts(self, known: Properties) -> list["Message[Any, Any]"]:
        plain = known.str_prop_value(c.PID_BODY)
        marked = known.binary_prop_value(c.PID_HTML)
        html = marked.decode(known.body_encoding) if marked else known.str_prop_value(c.PID_BODY_HTML)
        made: list[Message[Any, Any]] = []
        if plain:
            made.append(MIMEText(plain, "plain", "utf-8"))
        if html:
            made.append(MIMEText(html, "html", "utf-8"))
        return made

    def _file(self, storage: Storage, depth: int) -> "Message[Any, Any]":
        inner = next((one for one in storage.storages if one.name == _INNER_MESSAGE), None)
        if inner is not None:
            return MIMEMessage(self.message(inner, _INNER_HEADER, depth + 1))
        known = Properties(storage, properties_header_offset=8)
        content = known.binary_prop_value(c.PID_ATTACH_DATA_BINARY)
        if content is None:
            # A link to a file that lies elsewhere: its path names machines and people, and holds nothing.
            self.dropped["attachment-by-link"] += 1
            content = b""
        made = MIMEBase("application", "octet-stream")
        made.set_payload(content)
        encode_base64(made)
        name = _line(known.str_prop_value(c.PID_ATTACH_LONG_FILENAME) or "")
        made.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name or "file"))
        return made

    def _address(self, mail: "Message[Any, Any]", found: Outlook, known: Properties) -> None:
        sent = known.date_prop_value(c.PID_CLIENT_SUBMIT_TIME)
        if isinstance(sent, datetime):
            mail["Date"] = format_datetime(sent.astimezone(UTC))
        sender = known.str_prop_value(c.PID_SENDER_NAME) or ""
        address = known.str_prop_value(c.PID_SENDER_SMTP_ADDRESS) or known.str_prop_value(
            c.PID_SENDER_EMAIL_ADDRESS
        )
        _put(mail, "From", [(sender, address or "")])
        people: dict[int | None, list[tuple[str, str]]] = {}
        for one in found.recipients:
            kind = one.properties.int_prop_value(_RECIPIENT_TYPE)
            people.setdefault(kind, []).append((one.name, one.email_address))
        _put(mail, "To", people.pop(_TO, []))
        _put(mail, "Cc", people.pop(_CC, []))
        if people:
            self.dropped["bcc"] += sum(map(len, people.values()))
        subject = _line(known.str_prop_value(c.PID_SUBJECT) or "")
        if subject:
            mail["Subject"] = Header(subject, "utf-8")

    def _count_headers(self, known: Properties) -> None:
        carried = known.str_prop_value(_HEADERS)
        if carried:
            self.dropped["transport-headers"] += 1
            names = HeaderParser().parsestr(carried).keys()
            self.dropped.update(name.lower() for name in names if name.lower() not in KEPT)

    def _without_words(self, known: Properties) -> BadMail:
        if known.binary_prop_value(_RICH_TEXT) is None:
            return unreadable()
        return BadMail(
            "mail-rich-text",
            tr("This mail holds its words only in Outlook's own rich text. Save it as .eml or as a PDF."),
        )


def _put(mail: "Message[Any, Any]", name: str, people: list[tuple[str, str]]) -> None:
    said = [formataddr((_line(who), _line(address)), "utf-8") for who, address in people if who or address]
    if said:
        mail[name] = ", ".join(said)


def _line(text: str) -> str:
    """A text as one line without control characters: none of it may become a header of its own."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())[:500]
