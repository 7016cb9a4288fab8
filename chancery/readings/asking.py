"""What somebody asks the access log, who may, and how its entries are told: for the page and the command line alike.

To read the readings is a reading too: it is written down before any is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from chancery.cases import reading
from chancery.i18n import tr
from chancery.installation import Installation
from chancery.readings import book
from chancery.readings.book import Wanted
from chancery.readings.entry import BASES, Basis, Entry, Form, Note
from chancery.telling import names
from domain.calendar import Calendar
from domain.envelope import Actor
from domain.instant import BadInput

LINES: Final = 100
"""Entries of one page."""
MOST: Final = 50_000
"""Entries of one file; whoever needs more narrows the period."""
GROUNDS: Final = tuple(basis for basis in BASES if basis != "engine")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. `mission` None: of every one, for who oversees all. `people`: read by, or about, these postings."""

    mission: str | None
    people: tuple[str, ...] | None = None
    case: str | None = None
    basis: Basis | None = None
    first: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the latest first; `following`: the position before which there are more, or None."""

    entries: Sequence[Entry] = field(default_factory=tuple)
    following: int | None = None


async def entries(
    here: Installation,
    actor: Actor,
    asked: Asked,
    *,
    form: Form,
    before: int | None = None,
    most: int = LINES,
) -> Page:
    """What somebody may see of the access log; that they asked is written down first.

    Of a case, only its readings. The heads of a mission see its entries; headquarters, auditors and the data protection officer
    see all. Raises CaseRefused `readings-not-yours`, Refused, BadInput for what is no code of a case, VaultError, psycopg.Error, PoolTimeout.
    """
    wanted = Wanted(people=asked.people, basis=asked.basis, first=asked.first, until=asked.until)
    if asked.case:
        # Which entries are a case's only its key tells, so all of its mission's are looked at.
        found = await reading.entries_of(here, actor, asked.case, wanted, form)
        found = [one for one in found if before is None or one.position < before][: most + 1]
    else:
        basis = await reading.overseeing(here, actor, asked.mission)
        where = asked.mission or actor.mission
        await book.note(
            here,
            kind="readings",
            who=actor.code,
            basis=basis,
            mission=where,
            of=asked.people or (),
            form=form,
        )
        chosen = replace(wanted, missions=(asked.mission,) if asked.mission else None)
        found = await book.find(here, chosen, before=before, limit=most + 1)
    more = len(found) > most
    return Page(tuple(found[:most]), found[most - 1].position if more else None)


def basis_of(text: str) -> Basis | None:
    """A ground by its code; None where nothing was said. Raises BadInput `no-such-ground`."""
    if not text:
        return None
    if text not in GROUNDS:
        raise BadInput(
            "no-such-ground", tr("There is no such ground; one of these: {codes}.", codes=", ".join(GROUNDS))
        )
    return cast("Basis", text)


def day_of(text: str, calendar: Calendar, *, after: bool = False) -> datetime | None:
    """The first instant of a mission's day (or of the next one); None where nothing was said. Raises BadInput `no-such-day`."""
    if not text:
        return None
    try:
        return calendar.start_of(date.fromisoformat(text) + timedelta(days=after))
    except (ValueError, OverflowError):
        raise BadInput("no-such-day", tr("Write a day such as 2026-05-05.")) from None


async def told(here: Installation, found: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries as they are shown: codes, officers' codes where the directory still has them, a sentence. In the language spoken."""
    notes = [(entry, entry.note) for entry in found]
    people = {code for _, said in notes for code in (said.by, *said.about)}
    officers = await names.officers(here, people)
    return [_line(entry, said, officers) for entry, said in notes]


def _line(entry: Entry, said: Note, officers: dict[str, str]) -> dict[str, Any]:
    return {
        "position": entry.position,
        "at": entry.at,
        "kind": said.kind,
        "reader": said.by,
        "officer": officers[said.by],
        "basis": said.basis,
        "reason": said.reason,
        "form": said.form,
        "mission": said.mission,
        "about": list(said.about),
        "sentence": sentence(said, officers),
        "leaf": entry.leaf.hex(),
    }


def sentence(said: Note, officers: dict[str, str]) -> str:
    """What an entry says was read, in the language spoken."""
    whom = ", ".join(sorted({officers.get(code, code) for code in said.about}))
    where = said.mission or tr("all missions")
    match said.kind:
        case "case":
            text = tr("opened a case of {mission}", mission=where)
        case "person":
            text = tr("looked up what {who} did", who=whom)
        case "report":
            text = tr("read the staff report of {who}", who=whom)
        case "review":
            text = tr("read a review of {who}", who=whom)
        case "export":
            text = tr("took an export of lines about {mission}", mission=where)
        case "readings":
            text = tr("asked who opened what is sealed in {mission}", mission=where)
        case _:  # tidied
            text = tr(
                "removed the content of the entries up to {position}: their year is over", position=said.upto
            )
    return text
