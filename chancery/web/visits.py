"""When somebody last looked at a page, and how far the log was: what a page may then call new. It is no fact of the work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chancery.kept import one
from chancery.log.store import Pool

LASTS: Final = timedelta(minutes=30)
"""A visit goes on while the page is asked for again within this time."""


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits to the pages of one installation."""

    pool: Pool

    async def begun(self, account: UUID, page: str, head: int, now: datetime) -> int:
        """Note that a page is looked at while the log ends at `head`; where it ended at the visit before this one (0: none)."""
        found = await one(
            self.pool,
            "INSERT INTO web.visit AS v (account, page, position, before, at) VALUES (%s, %s, %s, 0, %s) "
            "ON CONFLICT (account, page) DO UPDATE SET "
            "before = CASE WHEN v.at < %s THEN v.position ELSE v.before END, "
            "position = greatest(v.position, excluded.position), at = greatest(v.at, excluded.at) "
            "RETURNING before",
            [account, page, head, now, now - LASTS],
        )
        return 0 if found is None else int(found["before"])

    async def before(self, account: UUID, page: str) -> int:
        """Where the log ended at the visit before the one that goes on; noting nothing. For a page that asks for itself."""
        found = await one(
            self.pool, "SELECT before FROM web.visit WHERE account = %s AND page = %s", [account, page]
        )
        return 0 if found is None else int(found["before"])
