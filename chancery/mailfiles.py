"""Mails as evidence: stripped to what proves something, and written anew, before anything is sealed.

What stays: when, from whom, to whom, about what, the text and what was attached. What goes: the way that a mail took and the
programs that touched it (Received, Message-ID, X-…, signatures of servers, addresses of machines, Bcc), which prove nothing about
its words and lead to people and devices. A list of what stays, not of what goes: a header that nobody thought of goes.

The same bytes always give the same stripped bytes. What comes here was written by strangers: sizes, parts and depths are bounded.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from email import errors
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final

from chancery.i18n import tr
from domain.instant import BadInput

KEPT: Final = frozenset(
    {"date", "from", "to", "cc", "subject", "mime-version", "content-type", "content-transfer-encoding",
     "content-disposition", "content-id", "content-language"}
)  # fmt: skip
"""Headers that stay."""
ENDINGS: Final = (".eml", ".msg")

MOST_PARTS: Final = 300
MOST_HEADERS: Final = 5_000
DEEPEST: Final = 20
MOST_LINES: Final = 1_500_000
MOST_WORK: Final = 8_000_000
"""Lines times boundaries: the parser holds each line against every boundary that is open."""
LONGEST_FIELD: Final = 8_192
_NAMES_TOLD: Final = 100

_BOUNDARY: Final = re.compile(rb"boundary\s*=", re.IGNORECASE)
_NESTED: Final = re.compile(rb"message/", re.IGNORECASE)
_FIELD: Final = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding|id):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)  # fmt: skip
_REPORTS: Final = ("text/rfc822-headers", "message/delivery-status")
"""Parts that hold nothing but the way a mail took."""
_TOLERATED: Final = (errors.CloseBoundaryNotFoundDefect,)
_OUT: Final = compat32.clone(linesep="\r\n", max_line_length=None)


class BadMail(BadInput):
    """A mail that cannot be read, or is built to be more than it looks."""


@dataclass(slots=True)
class Stripped:
    """A mail as it is sealed, and which headers it lost: name in lower case → how often. Names only, never what stood in them."""

    content: bytes
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the stripped mail, hex."""
        return hashlib.sha256(self.content).hexdigest()


def is_mail(name: str) -> bool:
    """Whether a file is a mail, by how its name ends."""
    return PurePath(name.casefold()).suffix in ENDINGS


def stripped(name: str, content: bytes) -> Stripped:
    """A mail out of a file called `name`, stripped. Raises BadMail `mail-unreadable`, `mail-too-deep`."""
    if PurePath(name.casefold()).suffix == ".msg":
        from chancery.msgfiles import from_msg

        return from_msg(content)
    return from_eml(content)


def unreadable() -> BadMail:
    """The refusal of what is no mail."""
    return BadMail(
        "mail-unreadable",
        tr("This cannot be read as a mail. Save it again out of the mail program, or give it as a PDF."),
    )


def too_deep() -> BadMail:
    """The refusal of what holds too much in itself."""
    return BadMail(
        "mail-too-deep",
        tr(
            "This mail holds too many mails and parts within one another. Give what matters as files of its own."
        ),
    )


def from_eml(content: bytes) -> Stripped:
    """Strip a mail as it goes over the wire (RFC 5322, MIME). Raises BadMail."""
    _bounded(content)
    try:
        mail = BytesParser(policy=compat32).parsebytes(content)
        if not {name.lower() for name in mail} & {"date", "from", "to", "subject"}:
            raise unreadable()
        dropped = _Stripper(hashlib.sha256(content).hexdigest()[:24]).strip(mail)
        return Stripped(written(mail), told(dropped))
    except RecursionError:
        raise too_deep() from None
    except (errors.MessageError, LookupError, ValueError, TypeError, AttributeError) as problem:
        if isinstance(problem, BadMail):
            raise
        raise unreadable() from None


def written(mail: "Message[Any, Any]") -> bytes:
    """A mail as bytes, its lines ended as the wire ends them."""
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=_OUT).flatten(mail)
    return out.getvalue()


def told(dropped: Counter[str]) -> dict[str, int]:
    """Which headers went, in alphabetical order; a mail with hundreds of kinds is not told to the last."""
    return dict(sorted((name[:60], n) for name, n in dropped.most_common(_NAMES_TOLD)))


def _bounded(content: bytes) -> None:
    """Refuse before parsing what would keep the parser busy for minutes. Raises BadMail."""
    boundaries = sum(1 for _ in _BOUNDARY.finditer(content))
    lines = content.count(b"\n") + content.count(b"\r")
    nested = sum(1 for _ in _NESTED.finditer(content))
    if boundaries > MOST_PARTS or nested > MOST_PARTS or lines > MOST_LINES or boundaries * lines > MOST_WORK:
        raise too_deep()
    if any(len(found[0]) > LONGEST_FIELD for found in _FIELD.finditer(content)):
        raise unreadable()


class _Stripper:
    """One pass over a mail: drops headers, counts, and names boundaries anew (their old names tell the program)."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._dropped: Counter[str] = Counter()
        self._parts = 0
        self._headers = 0

    def strip(self, mail: "Message[Any, Any]") -> Counter[str]:
        self._part(mail, 0)
        return self._dropped

    def _part(self, part: "Message[Any, Any]", depth: int) -> None:
        self._parts += 1
        self._headers += len(part)
        if self._parts > MOST_PARTS * 2 or self._headers > MOST_HEADERS or depth > DEEPEST:
            raise too_deep()
        if any(not isinstance(defect, _TOLERATED) for defect in part.defects):
            # What the parser could not tell apart may hold headers that would stay.
            raise unreadable()
        self._drop_headers(part)
        kind = part.get_content_type()
        if kind in _REPORTS:
            self._dropped[kind] += 1
            part.set_payload([] if part.is_multipart() else "")
        if part.get_content_maintype() == "multipart":
            part.preamble = part.epilogue = None
            part.set_boundary(f"=_{self._seed}_{self._parts}")
        inner = part.get_payload()
        if kind == "multipart/signed" or not isinstance(inner, list):
            return  # what somebody signed proves more whole than stripped
        for one in inner:
            if isinstance(one, Message):
                self._part(one, depth + 1)

    def _drop_headers(self, part: "Message[Any, Any]") -> None:
        gone = [name.lower() for name in part.keys() if name.lower() not in KEPT]  # noqa: SIM118 - one that came twice counts twice
        self._dropped.update(gone)
        for name in set(gone):
            del part[name]
