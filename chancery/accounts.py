"""Who may sign in: an account stands for an officer's administrative code, which the directory turns into postings.

The row holds no code in the clear: it is found by a keyed hash, and the rest is sealed. The person's work stays in the log
when the account ends; only the way in is gone.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from chancery.kept import Box, Row, one, rows
from chancery.log.store import Pool

OPERATOR: Final = "operator"
"""The account of whoever runs the installation: adopts missions, imports staff tables, reads no case."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account, opened: `officer` is an administrative code such as Q-103, never a name."""

    id: UUID
    officer: str
    email: str | None
    totp: str | None
    preferences: dict[str, Any]


class Accounts:
    """The accounts of one installation."""

    def __init__(self, pool: Pool, box: Box) -> None:
        self._pool, self._box = pool, box

    async def get(self, id_: UUID) -> Account | None:
        """An account that has not ended."""
        found = await one(
            self._pool,
            "SELECT id, nonce, ciphertext, preferences FROM web.account WHERE id = %s AND ended_at IS NULL",
            [id_],
        )
        return None if found is None else self._open(found)

    async def of(self, officer: str) -> Account | None:
        """The account of an officer's code."""
        found = await one(
            self._pool,
            "SELECT id, nonce, ciphertext, preferences FROM web.account WHERE officer_mac = %s AND ended_at IS NULL",
            [self._box.mac("officer", officer)],
        )
        return None if found is None else self._open(found)

    async def ensure(self, officer: str, email: str | None = None) -> Account:
        """The account of an officer's code, made if there is none."""
        known = await self.of(officer)
        if known is not None:
            return known
        made = Account(uuid4(), officer, email, None, {})
        nonce, ciphertext = self._seal(made)
        await rows(
            self._pool,
            "INSERT INTO web.account (id, officer_mac, nonce, ciphertext) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (officer_mac) DO UPDATE SET ended_at = NULL",
            [made.id, self._box.mac("officer", officer), nonce, ciphertext],
        )
        again = await self.of(officer)
        assert again is not None
        return again

    async def prefer(self, id_: UUID, **chosen: Any) -> None:
        """Keep what somebody chose for themselves (language, digest, shortcuts)."""
        await rows(
            self._pool,
            "UPDATE web.account SET preferences = preferences || %s::jsonb WHERE id = %s",
            [json.dumps(chosen), id_],
        )

    def _open(self, row: Row) -> Account:
        data = json.loads(self._box.open(row["id"], "account", row["nonce"], row["ciphertext"]))
        return Account(row["id"], data["officer"], data["email"], data["totp"], row["preferences"])

    def _seal(self, one_: Account) -> tuple[bytes, bytes]:
        data = {"officer": one_.officer, "email": one_.email, "totp": one_.totp}
        return self._box.seal(one_.id, "account", json.dumps(data).encode())
