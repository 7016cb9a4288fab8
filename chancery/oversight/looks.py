"""Auditors are logged too: who looked up whose doings, who took an export, who asked for readings.

They are entries of the access log (docs/adr/0019) like the readings of cases. The person who was looked up sees them.
"""

from collections.abc import Collection, Iterable
from typing import Final

from chancery import queries
from chancery.installation import Installation
from chancery.kept import Row
from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.readings.entry import Basis, Entry, Kind, Note

MOST: Final = 100
LOOKS: Final[tuple[Kind, ...]] = ("person", "report", "review", "export", "readings")
"""Every kind of entry but the readings of cases, which have a page of their own, and the log's own tidying."""


async def person(here: Installation, reader: str, basis: Basis, postings: Iterable[str]) -> None:
    """Write down that the posting `reader` looks up what was done under these postings: one entry for each of their missions."""
    about = sorted(set(postings))
    home = {row["posting"]: row["mission"] for row in await queries.postings_by_code(here.log, about)}
    missions = sorted({home.get(posting) for posting in about}, key=lambda code: code or "")
    notes = [
        Note("person", reader, basis, code, tuple(p for p in about if home.get(p) == code), form="page")
        for code in missions
    ]
    if notes:
        await book.put(here, notes)


async def of(here: Installation, postings: Collection[str]) -> list[Row]:
    """The latest readings of these postings' records by anybody else: reader, kind, about, at; the latest first."""
    if not postings:
        return []
    found = await book.find(
        here, Wanted(about=tuple(postings), kinds=("person", "report", "review")), limit=MOST
    )
    return [row for row in map(_row, found) if row["reader"] not in postings]


async def latest(here: Installation, missions: Collection[str] | None) -> list[Entry]:
    """The latest looks within these missions, or (None) anywhere; the latest first."""
    chosen = None if missions is None else tuple(missions)
    return await book.find(here, Wanted(missions=chosen, kinds=LOOKS), limit=MOST)


def _row(entry: Entry) -> Row:
    said = entry.note
    return {"reader": said.by, "kind": said.kind, "about": said.about, "at": entry.at}
