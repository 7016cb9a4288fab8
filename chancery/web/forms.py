"""What was typed, read strictly, and handed to the desk. Nothing of a form says who acts: that is the session's to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser

from chancery.i18n import tr
from chancery.log.pipeline import Statement
from chancery.office import send
from chancery.streams import Receipt
from chancery.web.faults import FormFault, NotHere
from chancery.web.guard import MOST_BYTES
from chancery.web.house import House
from chancery.web.sessions import Session
from domain import commands as c
from domain.envelope import Actor
from domain.instant import BadInput, resolve

MOST_FIELDS: Final = 2000
MOST_FILES: Final = 20
_SECRET: Final = frozenset({"password", "again", "old", "code"})
"""What proves who somebody is: never shown again."""
_OWN: Final = frozenset({"csrf", "command_id"})


# What is sent stays in memory: a file that was to be sealed must not lie on a disk in the clear meanwhile.
MultiPartParser.spool_max_size = MOST_BYTES


@dataclass(frozen=True, slots=True)
class File:
    """A file that was chosen: in which field, under which name (which is never kept), and what it holds."""

    field: str
    name: str
    content: bytes


class Sent:
    """A form that was sent, checked to come from our own page."""

    def __init__(self, pairs: Sequence[tuple[str, str]], files: Sequence[File] = ()) -> None:
        self.pairs = tuple(pairs)
        self.files = tuple(files)

    @property
    def command_id(self) -> UUID:
        """The id that the form was shown with: sent twice, it is one command. Raises FormFault."""
        try:
            return UUID(self.text("command_id"))
        except ValueError:
            raise FormFault(command_id=tr("This form is not whole; open the page again.")) from None

    @property
    def typed(self) -> dict[str, list[str]]:
        """Every field as it was typed, to be shown again."""
        found: dict[str, list[str]] = {}
        for key, value in self.pairs:
            if key not in _OWN:
                found.setdefault(key, []).append(value)
        return found

    def text(self, name: str) -> str:
        """A field, without blanks around it; empty if it was left out."""
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def maybe(self, name: str) -> str | None:
        """A field, or None if it is empty."""
        return self.text(name) or None

    def need(self, name: str) -> str:
        """A field that may not be empty. Raises FormFault."""
        value = self.text(name)
        if not value:
            raise FormFault(**{name: tr("This is needed.")})
        return value

    def many(self, name: str) -> list[str]:
        """Every value of a field, such as boxes that were ticked."""
        return [value for key, value in self.pairs if key == name and value.strip()]

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.text(name))

    def number(self, name: str) -> int | None:
        """A whole number, or None if it is empty. Raises FormFault."""
        value = self.text(name)
        if not value:
            return None
        if not value.isdecimal() or not value.isascii() or len(value) > 12:
            raise FormFault(**{name: tr("Write a whole number.")})
        return int(value)

    def moment(self, name: str, zone: str) -> datetime | None:
        """A local time (from `name`, or from `name_day` and `name_time`) as a UTC instant. Raises FormFault."""
        text = self.text(name) or f"{self.text(f'{name}_day')}T{self.text(f'{name}_time')}"
        if text == "T":
            return None
        try:
            typed = datetime.fromisoformat(text)
            if typed.tzinfo is not None:
                return typed.astimezone(UTC)
            return resolve(typed.date(), typed.time(), zone)
        except (ValueError, BadInput):
            raise FormFault(**{name: tr("Write a day and a time such as 2026-05-05 09:10.")}) from None

    def day(self, name: str) -> str | None:
        """A local day, or None if it is empty. Raises FormFault."""
        value = self.text(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise FormFault(**{name: tr("Write a day such as 2026-05-05.")}) from None


async def sent(request: Request) -> Sent:
    """The form of a request. Raises NotHere `form-expired` if it does not come from our own page."""
    form = await read(request)
    session: Session | None = getattr(request.state, "session", None)
    if session is None or not session.accepts(form.text("csrf")):
        raise NotHere("form-expired", 403)
    return form


async def read(request: Request) -> Sent:
    """What a request holds, whoever sent it; read once."""
    known = getattr(request.state, "sent", None)
    if known is not None:
        assert isinstance(known, Sent)
        return known
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as data:
        items = data.multi_items()
        pairs = [(key, value) for key, value in items if isinstance(value, str)]
        files = [
            File(key, value.filename, await value.read())
            for key, value in items
            if isinstance(value, UploadFile) and value.filename
        ]
    made = Sent(pairs, files)
    request.state.sent = made
    return made


async def typed_of(request: Request) -> tuple[list[tuple[str, str]], bool]:
    """What was typed in a request that failed, token and all, and whether files were among it: to be sent again as it was."""
    if request.method != "POST":
        return [], False
    form = await read(request)
    return [(k, v) for k, v in form.pairs if k not in _SECRET], bool(form.files)


def command(name: str, **fields: Any) -> c.Command:
    """A command out of what was typed. Raises FormFault with a sentence for each field that its model refuses."""
    try:
        return c.COMMANDS[name].model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        wrong = {str(e["loc"][0]) if e["loc"] else "form" for e in error.errors(include_input=False)}
        raise FormFault(**dict.fromkeys(sorted(wrong), tr("This cannot be used here."))) from None


async def hand_in(house: House, asked: c.Command, actor: Actor, sealed: Sequence[Statement] = ()) -> Receipt:
    """Give a command to the desk. Raises Refused, BadInput, VaultError, Unavailable, Unknown."""
    return await send(house.here, asked, actor, sealed)


def new_id() -> UUID:
    """The id of a form that is shown: what it asks for is carried out once."""
    return uuid4()


def onward(to: str, receipt: Receipt | None = None, **query: object) -> RedirectResponse:
    """To the next page (303), which shows where the change lies. Only to a page of ours."""
    try:
        parts = urlsplit(to)
    except ValueError:  # such as //[ : no address at all
        parts = urlsplit("/")
    path = parts.path if parts.path.startswith("/") and not parts.netloc and not parts.scheme else "/"
    if path.startswith("//") or "\\" in path:
        path = "/"
    more = {k: str(v) for k, v in query.items() if v is not None}
    if receipt is not None and receipt.position:
        more["done"] = str(receipt.position)
    joined = "&".join(part for part in (parts.query, urlencode(more)) if part)
    return RedirectResponse(path + (f"?{joined}" if joined else ""), status_code=303)
