"""What went out, so that nothing does twice, and how far the log was read. None of it is a fact of the work.

`web.digest` holds account and key: `digest:2026-05-05` (a local day), `urgent:…` (a hash), beside those what was noted of
tries; and for each mission the days that are closed. `conductor.checkpoint` holds the positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chancery.conductor import Deposed
from chancery.kept import one, rows
from chancery.log.store import Pool

KEPT: Final = timedelta(days=40)
"""So long is it remembered what went out."""


async def checkpoint(pool: Pool, name: str, *, otherwise: int) -> int:
    """How far the log was read under this name; the first time `otherwise`, which is written down."""
    found = await one(
        pool,
        "INSERT INTO conductor.checkpoint (name, position) VALUES (%s, %s) "
        "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING position",
        [name, otherwise],
    )
    assert found is not None
    return int(found["position"])


async def move(pool: Pool, name: str, old: int, new: int) -> None:
    """Write down that the log was read so far. Raises Deposed if somebody else moved it meanwhile."""
    moved = await rows(
        pool,
        "UPDATE conductor.checkpoint SET position = %s WHERE name = %s AND position = %s RETURNING name",
        [new, name, old],
    )
    if not moved:
        raise Deposed


async def noted(pool: Pool, account: UUID, keys: Iterable[str]) -> dict[str, datetime]:
    """Which of these keys are written down for an account, and since when (UTC)."""
    found = await rows(
        pool,
        "SELECT what, sent_at FROM web.digest WHERE account = %s AND what = ANY(%s)",
        [account, sorted(keys)],
    )
    return {row["what"]: row["sent_at"] for row in found}


async def note(pool: Pool, account: UUID, keys: Iterable[str], now: datetime) -> None:
    """Write keys down for an account; those known stay as they were."""
    await rows(
        pool,
        "INSERT INTO web.digest (account, what, sent_at) SELECT %s, unnest(%s::text[]), %s "
        "ON CONFLICT (account, what) DO NOTHING",
        [account, sorted(keys), now],
    )


async def claim(pool: Pool, account: UUID, key: str, now: datetime) -> bool:
    """Write a key down before what it stands for is done; False if somebody did so before."""
    made = await rows(
        pool,
        "INSERT INTO web.digest (account, what, sent_at) VALUES (%s, %s, %s) "
        "ON CONFLICT (account, what) DO NOTHING RETURNING what",
        [account, key, now],
    )
    return bool(made)


async def release(pool: Pool, account: UUID, key: str) -> None:
    """Take a claim back: what it stood for was not done."""
    await rows(pool, "DELETE FROM web.digest WHERE account = %s AND what = %s", [account, key])


async def sent_since(pool: Pool, account: UUID, since: datetime) -> int:
    """How many messages an account got from an instant (UTC) on. Calls that one message told bear one instant."""
    found = await one(
        pool,
        "SELECT count(DISTINCT sent_at) AS number FROM web.digest WHERE account = %s AND sent_at >= %s "
        "AND (starts_with(what, 'digest:') OR starts_with(what, 'urgent:'))",
        [account, since],
    )
    return 0 if found is None else int(found["number"])


async def forget(pool: Pool, now: datetime) -> None:
    """Forget what went out long ago."""
    await rows(pool, "DELETE FROM web.digest WHERE sent_at < %s", [now - KEPT])
