"""Auditors are logged too: who looked up whose doings, who took an export, who asked for the readings of a case.

These are no facts of the work, so they lie beside sessions and drafts, and go after a year. The person who was looked up sees them.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal
from uuid import uuid4

from chancery.installation import Installation
from chancery.kept import Row, rows

Kind = Literal["person", "export", "readings"]
KEPT: Final = timedelta(days=366)
MOST: Final = 100


async def note(here: Installation, reader: str, kind: Kind, about: Iterable[str]) -> None:
    """Write down that the posting `reader` looked at these postings (or, of an export or of readings, at these missions)."""
    now = here.clock.now()
    await rows(here.pool, "DELETE FROM web.look WHERE at < %s", [now - KEPT])
    for one in sorted(set(about)):
        await rows(
            here.pool,
            "INSERT INTO web.look (id, reader, kind, about, at) VALUES (%s, %s, %s, %s, %s)",
            [uuid4(), reader, kind, one, now],
        )


async def of(here: Installation, about: Iterable[str] | None) -> list[Row]:
    """The latest looks at these postings and missions, or (None) at any: reader, kind, about, at; the latest first."""
    wanted = None if about is None else sorted(set(about))
    return await rows(
        here.pool,
        "SELECT reader, kind, about, at FROM web.look WHERE %s::text[] IS NULL OR about = ANY(%s::text[]) "
        "ORDER BY at DESC, id LIMIT %s",
        [wanted, wanted, MOST],
    )
