"""How somebody proves who they are where there is no provider: an invitation, then a password and a second factor.

An invitation is a code that is shown once and kept as a keyed hash; it is also the only way back in for whoever lost
either. Every try is counted before it is judged, so that tries made at the same moment cannot all pass the count.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chancery.accounts import Account, Accounts
from chancery.kept import one, rows

INVITED_FOR: Final = timedelta(hours=72)
"""So long an invitation may be used."""
FREE_TRIES: Final = 5
"""From the fifth wrong try in a row on, an account waits: half a minute, doubled each time."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Tried:
    """A try that may be judged: the account, the hash of its password, and the last step that its second factor showed."""

    account: Account
    password: str | None
    totp_step: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords and second factors of one installation. No password and no code comes here in the clear but an invitation's."""

    accounts: Accounts

    async def invite(self, officer: str, now: datetime) -> tuple[str, datetime]:
        """A new invitation and its end. An older one is worthless from now on; a password that exists works until then."""
        account = await self.accounts.ensure(officer)
        code = secrets.token_urlsafe(24)
        until = now + INVITED_FOR
        await rows(
            self.accounts.pool,
            "UPDATE web.account SET invite = %s, invited_until = %s WHERE id = %s",
            [self._invite(code), until, account.id],
        )
        return code, until

    async def invited(self, code: str, now: datetime) -> Account | None:
        """Whose invitation this is, while it may be used."""
        found = await one(
            self.accounts.pool,
            "SELECT id, nonce, ciphertext, preferences FROM web.account "
            "WHERE invite = %s AND invited_until > %s AND ended_at IS NULL",
            [self._invite(code), now],
        )
        return None if found is None else self.accounts.opened(found)

    async def enrol(self, code: str, password: str, totp: str, step: int, now: datetime) -> Account | None:
        """Use an invitation up: `password` is a hash; `step` is that of the code just shown, which is thereby taken.

        Every session that the account had ends. None if the invitation was used or ran out meanwhile.
        """
        account = await self.invited(code, now)
        if account is None:
            return None
        used = await self.accounts.alter(
            account.id,
            lambda known: replace(known, totp=totp),
            "password = %s, totp_step = %s, invite = NULL, invited_until = NULL, failed = 0, locked_until = NULL",
            [password, step],
            only_if="invite = %s AND invited_until > %s AND ended_at IS NULL",
            given=[self._invite(code), now],
        )
        if not used:
            return None
        await rows(self.accounts.pool, "DELETE FROM web.session WHERE account = %s", [account.id])
        return replace(account, totp=totp)

    async def attempt(self, officer: str, now: datetime) -> Tried | None:
        """Count a try, and give what to judge it by. None: no such account, or it must wait."""
        found = await one(
            self.accounts.pool,
            "UPDATE web.account SET failed = failed + 1, locked_until = CASE WHEN failed + 1 >= %s "
            "THEN %s + least(%s, %s * power(2, least(failed + 1 - %s, 20))) ELSE locked_until END "
            "WHERE officer_mac = %s AND ended_at IS NULL AND (locked_until IS NULL OR locked_until <= %s) "
            "RETURNING id, nonce, ciphertext, preferences, password, totp_step",
            [
                FREE_TRIES, now, LONGEST_WAIT, FIRST_WAIT, FREE_TRIES,
                self.accounts.mac_of(officer), now,
            ],
        )  # fmt: skip
        if found is None:
            return None
        return Tried(self.accounts.opened(found), found["password"], found["totp_step"])

    async def passed(self, account: UUID, step: int | None = None) -> bool:
        """A try was right: tries count from nothing again. False if the second factor's `step` was taken before."""
        taken = await one(
            self.accounts.pool,
            "UPDATE web.account SET failed = 0, locked_until = NULL, totp_step = coalesce(%s, totp_step) "
            "WHERE id = %s AND (%s::bigint IS NULL OR totp_step < %s) RETURNING id",
            [step, account, step, step],
        )
        return taken is not None

    async def new_password(self, account: UUID, password: str) -> None:
        """Keep the hash of a new password."""
        await rows(
            self.accounts.pool, "UPDATE web.account SET password = %s WHERE id = %s", [password, account]
        )

    async def new_factor(self, account: UUID, totp: str, step: int) -> None:
        """Exchange the second factor; the code that was just shown is taken."""
        await self.accounts.alter(account, lambda known: replace(known, totp=totp), "totp_step = %s", [step])

    async def has_password(self, account: UUID) -> bool:
        """Whether an account can be entered by a password at all."""
        found = await one(self.accounts.pool, "SELECT password FROM web.account WHERE id = %s", [account])
        return found is not None and found["password"] is not None

    def _invite(self, code: str) -> bytes:
        return self.accounts.box.mac("invite", code)
