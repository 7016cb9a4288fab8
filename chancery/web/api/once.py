"""`Idempotency-Key`: the same key with the same request is carried out once, and gets the same receipt.

The command's id is made from the account and the key, so the log itself knows it again. What was asked under a key is kept
beside it as a keyed hash, so that another request under the same key is refused wherever it goes.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Depends, Header, Request

from chancery.kept import one, rows
from chancery.web.api.door import At, Who
from chancery.web.api.problems import Problem
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain.refusals import Refused

KEPT: Final = timedelta(days=7)
"""So long is it known what was asked under a key. The log knows its own commands for ever."""
_KEY: Final = re.compile(r"[!-~]{1,200}")

_SAID: Final = (
    "INSERT INTO web.request AS r (key, said, at) VALUES (%s, %s, %s) "
    "ON CONFLICT (key) DO UPDATE SET at = r.at RETURNING said"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A request with its key. Only once the body was found to be sound is it noted what was asked under the key."""

    request: Request
    at: House
    who: Visitor
    key: str

    async def id(self) -> UUID:
        """The id under which this request is carried out. Raises Refused `command-reused`."""
        own = uuid5(uuid5(NAMESPACE_URL, f"chancery:api:{self.who.account.id}"), self.key)
        body = (await self.request.body()).decode("latin-1")
        text = f"{self.request.method}\n{self.request.scope['path']}\n{body}"
        said = self.at.box.mac("request", text)
        found = await one(self.at.here.pool, _SAID, [own.bytes, said, self.at.here.clock.now()])
        assert found is not None
        if bytes(found["said"]) != said:
            raise Refused("command-reused", command_id=own)
        return own


def once(
    request: Request,
    at: At,
    who: Who,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="1 to 200 visible characters of your own; a new one for each new request.",
            examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ),
    ] = None,
) -> Key:
    """The key of a request. Raises Problem `key-needed`."""
    if idempotency_key is None or not _KEY.fullmatch(idempotency_key):
        raise Problem("key-needed")
    return Key(request, at, who, idempotency_key)


async def forget(at: House) -> None:
    """Forget what was asked under keys that are older than KEPT."""
    await rows(at.here.pool, "DELETE FROM web.request WHERE at < %s", [at.here.clock.now() - KEPT])


Once = Annotated[Key, Depends(once)]
