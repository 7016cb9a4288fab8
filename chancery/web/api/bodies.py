"""What a command is sent as: the command's own fields, but what the address, the token, the key and the vault say.

Words and files are sent as they are and sealed here; no caller ever passes a reference to something sealed.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model, model_validator
from pydantic_core import PydanticCustomError

from chancery.evidence import Proof
from domain import commands as c
from domain.instant import FIRST_YEAR, LAST_YEAR
from domain.kinds import Code, Marking

_DAY: Final = re.compile(r"(\d{4})-\d\d-\d\d")
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    """A body of the API: strict about names, and about years that no deadline reaches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _years(self) -> Self:
        for value in _values(self):
            year = value.year if isinstance(value, datetime) else int(value)
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise PydanticCustomError("year_out_of_range", "The year is out of range.")
        return self


def _values(one: Any) -> Iterator[datetime | str]:
    """Every instant in a body, and the year of every day."""
    if isinstance(one, datetime):
        yield one
    elif isinstance(one, str):
        day = _DAY.fullmatch(one)
        if day is not None:
            yield day[1]
    elif isinstance(one, BaseModel):
        for name in type(one).model_fields:
            yield from _values(getattr(one, name))
    elif isinstance(one, Mapping):
        for key, value in one.items():
            yield from _values(key)
            yield from _values(value)
    elif isinstance(one, tuple | list):
        for value in one:
            yield from _values(value)


class Evidence(Body):
    """One piece of evidence: what the file holds, or only its hash and size where it stays where it is."""

    kind: Code
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="", description="The file's name, sealed with it: `.eml` and `.msg` are stripped as mails."
    )
    content_base64: Base64 | None = Field(default=None, description="The file; a copy is sealed.")
    sha256: Sha256 | None = None
    bytes: Annotated[int, Field(ge=0, le=10**12)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        apart = self.sha256 is not None and self.bytes is not None
        if (self.content_base64 is None) != apart or (
            self.content_base64 is not None and self.sha256 is not None
        ):
            raise PydanticCustomError("content_or_hash", "Send content_base64, or sha256 and bytes.")
        if self.content_base64 is not None:
            try:
                b64decode(self.content_base64, validate=True)
            except (NotBase64, ValueError):
                raise PydanticCustomError("base64", "content_base64 is not base64.") from None
        return self

    def proof(self) -> Proof:
        """It as the office takes it. May take a second. Raises BadMail."""
        if self.content_base64 is not None:
            return Proof.of(self.kind, b64decode(self.content_base64), self.name)
        assert self.sha256 is not None
        return Proof(self.kind, None, self.sha256, self.bytes or 0, self.name)


NOTE: Final = "Words, sealed under the key of the case or the mission; the log keeps only a reference."
_SEALED: Final = frozenset({"note", "evidence"})


def body_of(command: type[c.Command]) -> type[Body]:
    """The body with which a command is sent."""
    left = {"command_id", "seen"} | ({"mission"} if issubclass(command, c.ObligationCommand) else set())
    fields: dict[str, Any] = {
        name: (info.annotation, info)
        for name, info in command.model_fields.items()
        if name not in left | _SEALED
    }
    for name, info in command.model_fields.items():
        if name in fields and info.metadata:
            fields[name] = (Annotated[info.annotation, *info.metadata], info)
    if "note" in command.model_fields:
        fields["note"] = (Words | None, Field(default=None, description=NOTE))
    if "evidence" in command.model_fields:
        fields["evidence"] = (tuple[Evidence, ...], Field(default=(), max_length=20))
        fields["marking"] = (Marking, Field(default="limite", description="Of all the evidence."))
    made: type[Body] = create_model(
        f"{command.__name__}Body", __base__=Body, __doc__=command.__doc__, **fields
    )
    return made
