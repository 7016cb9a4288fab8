"""Who may sign in: an account stands for an officer's administrative code, which the directory turns into postings.

The row holds no code in the clear: it is found by a keyed hash, and the rest is sealed. The person's work stays in the log
when the account ends; only the way in is gone. How somebody proves who they are without a provider: `chancery.credentials`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

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

    @property
    def wants_digest(self) -> bool:
        """Whether a digest may be sent: there is an address, and the person did not switch it off."""
        return self.email is not None and self.preferences.get("digest", True) is True

    @property
    def keys_on(self) -> bool:
        """Whether single keys act as shortcuts (WCAG 2.1.4: they can be switched off)."""
        return self.preferences.get("shortcuts", True) is True


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as whoever runs the installation may see it: how it can be entered, and no secret of it."""

    account: Account
    password: bool
    bound: bool
    invited_until: datetime | None
    created_at: datetime
    ended_at: datetime | None


class Accounts:
    """The accounts of one installation."""

    def __init__(self, pool: Pool, box: Box) -> None:
        self.pool, self.box = pool, box

    async def get(self, id_: UUID) -> Account | None:
        """An account that has not ended."""
        found = await one(
            self.pool,
            "SELECT id, nonce, ciphertext, preferences FROM web.account WHERE id = %s AND ended_at IS NULL",
            [id_],
        )
        return None if found is None else self.opened(found)

    async def of(self, officer: str) -> Account | None:
        """The account of an officer's code."""
        found = await one(
            self.pool,
            "SELECT id, nonce, ciphertext, preferences FROM web.account WHERE officer_mac = %s AND ended_at IS NULL",
            [self.mac_of(officer)],
        )
        return None if found is None else self.opened(found)

    async def ensure(self, officer: str, email: str | None = None) -> Account:
        """The account of an officer's code, made if there is none; one that had ended begins again."""
        known = await self.of(officer)
        if known is not None:
            return known
        made = Account(uuid4(), officer, email, None, {})
        nonce, ciphertext = self.sealed(made)
        await rows(
            self.pool,
            "INSERT INTO web.account (id, officer_mac, nonce, ciphertext) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (officer_mac) DO UPDATE SET ended_at = NULL",
            [made.id, self.mac_of(officer), nonce, ciphertext],
        )
        again = await self.of(officer)
        assert again is not None
        return again

    async def all(self) -> list[Listed]:
        """Every account, ended ones too, in the order of their codes."""
        found = await rows(
            self.pool,
            "SELECT id, nonce, ciphertext, preferences, password IS NOT NULL AS password, "
            "subject_mac IS NOT NULL AS bound, CASE WHEN invite IS NOT NULL THEN invited_until END AS invited_until, "
            "created_at, ended_at FROM web.account",
        )
        listed = [
            Listed(self.opened(r), r["password"], r["bound"], r["invited_until"], r["created_at"], r["ended_at"])
            for r in found
        ]  # fmt: skip
        return sorted(listed, key=lambda one_: one_.account.officer)

    async def prefer(self, id_: UUID, **chosen: Any) -> None:
        """Keep what somebody chose for themselves (language, digest, shortcuts)."""
        await rows(
            self.pool,
            "UPDATE web.account SET preferences = preferences || %s::jsonb WHERE id = %s",
            [json.dumps(chosen), id_],
        )

    async def write_to(self, id_: UUID, email: str | None) -> None:
        """Keep the address that digests go to, sealed; None: forget it."""
        await self.alter(id_, lambda known: replace(known, email=email))

    async def end(self, id_: UUID, now: datetime) -> None:
        """Close the way in at once: sessions, tokens, password, second factor, address. What was done stays in the log."""
        await self.alter(
            id_,
            lambda known: replace(known, email=None, totp=None),
            "ended_at = %s, password = NULL, invite = NULL, invited_until = NULL, totp_step = 0, failed = 0, "
            "locked_until = NULL, preferences = '{}'::jsonb",
            [now],
        )
        await rows(self.pool, "DELETE FROM web.session WHERE account = %s", [id_])
        await rows(self.pool, "DELETE FROM web.draft WHERE account = %s", [id_])
        await rows(
            self.pool,
            "UPDATE web.token SET revoked_at = %s WHERE account = %s AND revoked_at IS NULL",
            [now, id_],
        )

    async def bind(self, officer: str, issuer: str, subject: str) -> Account | None:
        """The account of an officer whom a provider names by `subject`: bound at the first time, the same ever after.

        None if the account has ended, if the subject is somebody else's, or the officer has another subject.
        """
        mac = self.box.mac("subject", f"{issuer}\n{subject}")
        standing = await rows(
            self.pool,
            "SELECT officer_mac, ended_at FROM web.account WHERE officer_mac = %s OR subject_mac = %s",
            [self.mac_of(officer), mac],
        )
        if any(
            r["ended_at"] is not None or bytes(r["officer_mac"]) != self.mac_of(officer) for r in standing
        ):
            return None
        account = await self.ensure(officer)
        try:
            bound = await one(
                self.pool,
                "UPDATE web.account SET subject_mac = %s WHERE id = %s AND ended_at IS NULL "
                "AND (subject_mac IS NULL OR subject_mac = %s) RETURNING id",
                [mac, account.id, mac],
            )
        except psycopg.errors.UniqueViolation:
            return None  # at this very moment the subject became another officer's
        return account if bound is not None else None

    async def unbind(self, id_: UUID) -> None:
        """Forget which subject of the provider an officer is: when the service changes its provider."""
        await rows(self.pool, "UPDATE web.account SET subject_mac = NULL WHERE id = %s", [id_])

    async def alter(
        self,
        id_: UUID,
        changed: Callable[[Account], Account],
        columns: LiteralString = "",
        values: Sequence[Any] = (),
        only_if: LiteralString = "true",
        given: Sequence[Any] = (),
    ) -> bool:
        """Seal an account anew, with `columns` of its row. The row is held meanwhile: two changes do not undo each other.

        `only_if`: what must hold of the row at that moment. False if it did not, or there is no such account.
        """
        async with (
            self.pool.connection() as connection,
            connection.transaction(),
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            held = sql.SQL(
                "SELECT id, nonce, ciphertext, preferences FROM web.account WHERE id = %s AND {} FOR UPDATE"
            )
            await cursor.execute(held.format(sql.SQL(only_if)), [id_, *given])
            row = await cursor.fetchone()
            if row is None:
                return False
            nonce, ciphertext = self.sealed(changed(self.opened(row)))
            written = sql.SQL("UPDATE web.account SET nonce = %s, ciphertext = %s{} WHERE id = %s")
            more = sql.SQL(", ") + sql.SQL(columns) if columns else sql.SQL("")
            await cursor.execute(written.format(more), [nonce, ciphertext, *values, id_])
            return True

    def mac_of(self, officer: str) -> bytes:
        """What an officer's account is found by."""
        return self.box.mac("officer", officer)

    def opened(self, row: Row) -> Account:
        """An account out of its row (id, nonce, ciphertext, preferences). Raises NotGenuine."""
        data = json.loads(self.box.open(row["id"], "account", row["nonce"], row["ciphertext"]))
        return Account(row["id"], data["officer"], data["email"], data["totp"], row["preferences"])

    def sealed(self, one_: Account) -> tuple[bytes, bytes]:
        """What an account's row keeps of it: (nonce, ciphertext)."""
        data = {"officer": one_.officer, "email": one_.email, "totp": one_.totp}
        return self.box.seal(one_.id, "account", json.dumps(data).encode())
