"""A file between its preview and the word to record it: sealed, for whoever sent it alone, and gone within the hour."""

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid4

from chancery.kept import Box, one, rows
from chancery.log.store import Pool

Kind = Literal["staff_table", "court_list"]
WAITS: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits; `case` is the code that a court list was given with. Neither stands in the row in the clear."""

    content: bytes
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """The files of one installation that wait."""

    pool: Pool
    box: Box

    async def keep(self, account: UUID, kind: Kind, file: Waiting, now: datetime) -> UUID:
        """Seal a file; gives the id to find it by. What had waited too long goes. Raises TooLong."""
        id_ = uuid4()
        packed = zlib.compress(file.content)
        words = {"case": file.case, "content": b64encode(packed).decode()}
        nonce, ciphertext = self.box.seal(id_, kind, json.dumps(words).encode())
        await self.sweep(now)
        await rows(
            self.pool,
            "INSERT INTO web.upload (id, account, kind, nonce, ciphertext, expires_at) VALUES (%s, %s, %s, %s, %s, %s)",
            [id_, account, kind, nonce, ciphertext, now + WAITS],
        )
        return id_

    async def get(self, account: UUID, kind: Kind, id_: UUID, now: datetime) -> Waiting | None:
        """A file of that account's own that still waits. Raises NotGenuine."""
        found = await one(
            self.pool,
            "SELECT nonce, ciphertext FROM web.upload WHERE id = %s AND account = %s AND kind = %s AND expires_at > %s",
            [id_, account, kind, now],
        )
        if found is None:
            return None
        words = json.loads(self.box.open(id_, kind, found["nonce"], found["ciphertext"]))
        return Waiting(zlib.decompress(b64decode(words["content"])), words["case"])

    async def sweep(self, now: datetime) -> None:
        """Forget every file that has waited its hour."""
        await rows(self.pool, "DELETE FROM web.upload WHERE expires_at <= %s", [now])

    async def drop(self, id_: UUID) -> None:
        """Forget a file."""
        await rows(self.pool, "DELETE FROM web.upload WHERE id = %s", [id_])
