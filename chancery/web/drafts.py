"""Drafts: what was typed and not yet sent, sealed on the server so that it survives a logout; never in the browser.

A draft is found by a keyed hash of its page, is gone when the form is sent, and after two weeks in any case.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chancery.kept import Box, one, rows
from chancery.log.store import Pool

KEPT: Final = timedelta(days=14)
MOST_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one installation."""

    pool: Pool
    box: Box

    async def save(self, account: UUID, form: str, typed: Mapping[str, list[str]], now: datetime) -> bool:
        """Keep what was typed in a form. False if it is too long to be kept."""
        content = json.dumps(dict(typed)).encode()
        if len(content) > MOST_BYTES:
            return False
        nonce, ciphertext = self.box.seal(account, f"draft:{form}", content)
        await rows(self.pool, "DELETE FROM web.draft WHERE saved_at < %s", [now - KEPT])
        await rows(
            self.pool,
            "INSERT INTO web.draft (account, form, nonce, ciphertext, saved_at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (account, form) DO UPDATE SET nonce = excluded.nonce, ciphertext = excluded.ciphertext, "
            "saved_at = excluded.saved_at",
            [account, self._key(form), nonce, ciphertext, now],
        )
        return True

    async def get(self, account: UUID, form: str, now: datetime) -> dict[str, list[str]]:
        """What was typed in a form and not sent; empty if nothing was."""
        found = await one(
            self.pool,
            "SELECT nonce, ciphertext FROM web.draft WHERE account = %s AND form = %s AND saved_at >= %s",
            [account, self._key(form), now - KEPT],
        )
        if found is None:
            return {}
        content = self.box.open(account, f"draft:{form}", found["nonce"], found["ciphertext"])
        typed: dict[str, list[str]] = json.loads(content)
        return typed

    async def drop(self, account: UUID, form: str) -> None:
        """Forget a draft."""
        await rows(
            self.pool, "DELETE FROM web.draft WHERE account = %s AND form = %s", [account, self._key(form)]
        )

    def _key(self, form: str) -> bytes:
        return self.box.mac("draft", form)
