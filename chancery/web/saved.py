"""Saved views: a choice of filters under a name, kept on the server; for oneself, or for one's mission."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from chancery.kept import Row, rows
from chancery.log.store import Pool

MOST: Final = 30
LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class SavedViews:
    """The saved views of one installation."""

    pool: Pool

    async def of(self, account: UUID, page: str, mission: str) -> list[Row]:
        """The views of a page: one's own, and those that somebody shared with the mission."""
        return await rows(
            self.pool,
            "SELECT id, name, query, mission, account = %s AS own FROM web.saved_view "
            "WHERE page = %s AND (account = %s OR mission = %s) ORDER BY name, id",
            [account, page, account, mission],
        )

    async def save(self, account: UUID, page: str, name: str, query: str, mission: str | None) -> bool:
        """Keep a choice under a name; the same name again replaces it. False if there are too many already."""
        mine = await rows(
            self.pool, "SELECT id, name FROM web.saved_view WHERE account = %s AND page = %s", [account, page]
        )
        same = next((row["id"] for row in mine if row["name"] == name), None)
        if same is None and len(mine) >= MOST:
            return False
        await rows(
            self.pool,
            "INSERT INTO web.saved_view (id, account, page, name, query, mission) VALUES (%s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET query = excluded.query, mission = excluded.mission",
            [same or uuid4(), account, page, name, query, mission],
        )
        return True

    async def forget(self, account: UUID, id_: UUID) -> None:
        """Drop a view of one's own."""
        await rows(self.pool, "DELETE FROM web.saved_view WHERE id = %s AND account = %s", [id_, account])
