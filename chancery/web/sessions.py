"""Sessions on the server: the cookie is a random number, and only its hash is kept."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from chancery.kept import Row, one, rows
from chancery.web.house import House

IDLE: Final = timedelta(hours=2)
"""A session that is not used ends."""
LONGEST: Final = timedelta(hours=12)
"""A session ends, used or not."""
_TOUCH: Final = timedelta(minutes=1)
_BYTES: Final = 32


@dataclass(slots=True)
class Session:
    """One browser. `account` None: nobody signed in yet. `data`: what sign-in keeps between two pages."""

    id: bytes
    account: UUID | None
    posting: str | None
    csrf: str
    data: dict[str, Any] = field(default_factory=dict)
    fresh: str | None = None

    def masked(self) -> str:
        """The form token, different each time it is shown: what is repeated on a compressed page can be guessed."""
        key = bytes.fromhex(self.csrf)
        mask = secrets.token_bytes(len(key))
        return urlsafe_b64encode(mask + bytes(a ^ b for a, b in zip(key, mask, strict=True))).decode()

    def accepts(self, token: str) -> bool:
        """Whether a form's token is this session's."""
        try:
            both = urlsafe_b64decode(token.encode())
        except ValueError:
            return False
        half = len(both) // 2
        plain = bytes(a ^ b for a, b in zip(both[:half], both[half:], strict=False))
        return len(both) == 2 * _BYTES and compare_digest(plain.hex(), self.csrf)


def cookie_of(house: House) -> str:
    """The cookie's name. With TLS a browser then takes it from nobody but this host."""
    return "__Host-chancery" if house.secure else "chancery"


def id_of(request: Request, house: House) -> bytes | None:
    """What a request's session is kept under: the hash of its cookie."""
    given = request.cookies.get(cookie_of(house))
    return sha256(given.encode()).digest() if given else None


async def load(request: Request, house: House) -> Session | None:
    """The session of a request, if it has one that lives."""
    id_ = id_of(request, house)
    if id_ is None:
        return None
    now = house.here.clock.now()
    found = await one(
        house.here.pool,
        "SELECT id, account, posting, csrf, data, created_at, seen_at, expires_at FROM web.session WHERE id = %s",
        [id_],
    )
    if found is None or found["expires_at"] <= now:
        return None
    if now - found["seen_at"] > _TOUCH:
        await rows(
            house.here.pool,
            "UPDATE web.session SET seen_at = %s, expires_at = least(%s, created_at + %s) WHERE id = %s",
            [now, now + IDLE, LONGEST, found["id"]],
        )
    return Session(bytes(found["id"]), found["account"], found["posting"], found["csrf"], found["data"])


async def begin(house: House, account: UUID | None, posting: str | None = None) -> Session:
    """A new session: at sign-in always a new one, so that nobody can have planted it."""
    secret = secrets.token_urlsafe(_BYTES)
    made = Session(
        sha256(secret.encode()).digest(), account, posting, secrets.token_hex(_BYTES), fresh=secret
    )
    now = house.here.clock.now()
    await rows(house.here.pool, "DELETE FROM web.session WHERE expires_at < %s", [now])
    await rows(
        house.here.pool,
        "INSERT INTO web.session (id, account, posting, csrf, created_at, seen_at, expires_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [made.id, account, posting, made.csrf, now, now, now + IDLE],
    )
    return made


async def keep(house: House, session: Session) -> None:
    """Write down what changed in a session: its posting, and what sign-in keeps."""
    house.lately.forget(session=session.id)
    await rows(
        house.here.pool,
        "UPDATE web.session SET posting = %s, data = %s::jsonb WHERE id = %s",
        [session.posting, json.dumps(session.data), session.id],
    )


async def end(house: House, session: Session) -> None:
    """End a session now."""
    house.lately.forget(session=session.id)
    await rows(house.here.pool, "DELETE FROM web.session WHERE id = %s", [session.id])


async def end_all(house: House, account: UUID) -> None:
    """End every session of an account: after a new password, or when a device was lost."""
    house.lately.forget(account=account)
    await rows(house.here.pool, "DELETE FROM web.session WHERE account = %s", [account])


async def end_others(house: House, session: Session) -> None:
    """End every other session of this one's account."""
    house.lately.forget(account=session.account)
    await rows(
        house.here.pool,
        "DELETE FROM web.session WHERE account = %s AND id <> %s",
        [session.account, session.id],
    )


async def of(house: House, account: UUID) -> list[Row]:
    """The sessions of an account that live, the one used last first: id, since when, last used, ends at the `latest`."""
    return await rows(
        house.here.pool,
        "SELECT id, created_at, seen_at, created_at + %s AS latest FROM web.session "
        "WHERE account = %s AND expires_at > %s ORDER BY seen_at DESC, id",
        [LONGEST, account, house.here.clock.now()],
    )


async def enter(request: Request, house: House, account: UUID, response: Response) -> None:
    """Sign in: always a new session under a new number, and the one before it ends, so that nobody can have planted it."""
    old: Session | None = getattr(request.state, "session", None)
    session = await begin(house, account)
    if old is not None:
        await end(house, old)
    give(response, house, session)


def give(response: Response, house: House, session: Session) -> None:
    """Send the cookie of a session that was just made."""
    if session.fresh is not None:
        response.set_cookie(
            cookie_of(house), session.fresh, max_age=int(LONGEST.total_seconds()), path="/", httponly=True,
            samesite="lax", secure=house.secure,
        )  # fmt: skip


def take(response: Response, house: House) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(cookie_of(house), path="/", httponly=True, samesite="lax", secure=house.secure)
