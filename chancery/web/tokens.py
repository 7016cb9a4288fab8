"""Tokens of devices and of other systems: a secret that is shown once, of which only the hash is kept.

A token stands for one posting of one account and ends with it: with the posting, by its mission's own day; with the account;
or when its owner takes it back.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final, Literal, get_args
from uuid import UUID, uuid4

from chancery.accounts import OPERATOR, Account
from chancery.kept import Row, one, rows
from chancery.web.faults import NotHere
from chancery.web.house import House
from chancery.web.visitor import Visitor, running_of

Kind = Literal["calendar", "api"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
LABELS: Final = ("phone", "tablet", "computer", "other_system")
"""What a token is for. A list: what is typed freely could be a name."""
MOST: Final = 20
"""So many tokens that work may a posting have."""
_TOUCH: Final = timedelta(minutes=1)
_BYTES: Final = 32
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """A token that works: its row, its account, and the postings that the account is in today."""

    row: Row
    account: Account
    running: tuple[Row, ...]


class TooManyTokens(Exception):
    """The posting has as many tokens as it may have."""

    code = "too-many-tokens"


async def issue(house: House, who: Visitor, kind: Kind, label: str) -> tuple[UUID, str]:
    """Make a token for the posting that the visitor acts as. Returns (id, secret); the secret is never to be had again.

    The operator's stands for the operator, who is in no post. Raises NotHere `no-post`, ValueError for a label or a kind
    that is none, TooManyTokens.
    """
    if kind not in KINDS or label not in LABELS:
        raise ValueError("no such kind or label of token")
    if not who.is_operator and who.posting is None:
        raise NotHere("no-post")
    posting = OPERATOR if who.posting is None else who.posting["posting"]
    own = [row for row in await of(house, who.account.id) if row["posting"] == posting]
    if sum(row["revoked_at"] is None for row in own) >= MOST:
        raise TooManyTokens
    id_, secret = uuid4(), secrets.token_urlsafe(_BYTES)
    await rows(
        house.here.pool,
        "INSERT INTO web.token (id, hash, account, posting, kind, label, created_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [id_, _hash(secret), who.account.id, posting, kind, label, house.here.clock.now()],
    )
    return id_, secret


async def check(house: House, kind: Kind, secret: str) -> Row | None:
    """The token of a secret, if it works now: not taken back, its account not ended, its posting still running.

    The row has `id`, `account`, `posting`, `kind`, `label` and `mission` (None for the operator's). When it was last used is
    written down at most once a minute.
    """
    found = await standing(house, kind, secret)
    if found is None:
        return None
    here = next((r["mission"] for r in found.running if r["posting"] == found.row["posting"]), None)
    return found.row | {"mission": here}


async def standing(house: House, kind: Kind, secret: str) -> Standing | None:
    """The same, with the account and the postings that it is in today."""
    if not secret or len(secret) > _LONGEST:
        return None
    row = await one(
        house.here.pool,
        "SELECT id, account, posting, kind, label, created_at, used_at, revoked_at FROM web.token "
        "WHERE hash = %s AND kind = %s AND revoked_at IS NULL",
        [_hash(secret), kind],
    )
    account = await house.accounts.get(row["account"]) if row is not None else None
    if row is None or account is None:
        return None
    running = await still_running(house, account, row["posting"])
    if running is None:
        return None
    now = house.here.clock.now()
    if row["used_at"] is None or now - row["used_at"] > _TOUCH:
        await rows(house.here.pool, "UPDATE web.token SET used_at = %s WHERE id = %s", [now, row["id"]])
    return Standing(row, account, tuple(running))


async def still_running(house: House, account: Account, posting: str) -> list[Row] | None:
    """The postings that an account is in today, if that one is among them (the operator's: none, always); else None."""
    if posting == OPERATOR:
        return [] if account.officer == OPERATOR else None
    running = await running_of(house, account.officer)
    return running if any(r["posting"] == posting for r in running) else None


async def of(house: House, account: UUID) -> list[Row]:
    """Every token that an account ever had, the newest first; `revoked_at` says which were taken back."""
    return await rows(
        house.here.pool,
        "SELECT id, account, posting, kind, label, created_at, used_at, revoked_at FROM web.token "
        "WHERE account = %s ORDER BY created_at DESC, id",
        [account],
    )


async def revoke(house: House, account: UUID, id_: UUID) -> bool:
    """Take a token of one's own back, at once. False if the account has no such token."""
    found = await rows(
        house.here.pool,
        "UPDATE web.token SET revoked_at = coalesce(revoked_at, %s) WHERE id = %s AND account = %s RETURNING id",
        [house.here.clock.now(), id_, account],
    )
    return bool(found)


def _hash(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a slow hash would protect nothing more."""
    return sha256(secret.encode()).digest()
