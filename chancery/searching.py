"""What a search finds: by code, by date and kind in the views; by words only in cases that the searcher may open.

No index of words is kept anywhere. To search words is to read: each case that is looked through is recorded as read before
anything of it is opened.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true

from chancery.cases import record
from chancery.cases.refusals import CaseRefused
from chancery.keystore import Shredded, VaultLocked
from chancery.log.store import EventLog
from chancery.office import Office
from chancery.queries import Row, rows
from chancery.telling.case import told
from chancery.views import tables as v
from domain.envelope import Actor

MOST: Final = 100
"""So many hits are shown of each kind; whoever has more narrows the search."""
AROUND: Final = 60
"""Letters shown on either side of a word that was found."""
LONGEST: Final = 200
LOOKED_THROUGH: Final = 200_000
"""So many of the latest entries are looked through for a command or a sitting: no index holds them."""

_OF_COMMAND: Final = """
SELECT e.position, s.name FROM log.event e JOIN log.stream s ON s.id = e.stream
 WHERE e.position > (SELECT max(position) FROM log.event) - %s AND e.command_id = %s ORDER BY e.position LIMIT 1
"""
_OF_SITTING: Final = """
SELECT e.position, s.name FROM log.event e JOIN log.stream s ON s.id = e.stream
 WHERE e.position > (SELECT max(position) FROM log.event) - %s AND e.type = 'AppointmentSet'
   AND convert_from(e.body, 'UTF8')::jsonb #>> '{data,appointment}' = %s ORDER BY e.position LIMIT 1
"""
_OF_POSITION: Final = """
SELECT e.position, s.name FROM log.event e JOIN log.stream s ON s.id = e.stream WHERE e.position = %s
"""

Clock = Literal["due", "opened", "ended"]
CLOCKS: Final[tuple[Clock, ...]] = get_args(Clock)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log that a code led to: its position and its stream."""

    position: int
    stream: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tasks to find: of a definition, with `clock` from one instant on and before another (UTC). None: whatever it is."""

    missions: tuple[str, ...] | None
    definition: str | None = None
    clock: Clock = "due"
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Words found in a sealed entry of a case: when it was written, what it is, and the words with what stands around them."""

    case: str
    at: datetime
    position: int
    sentence: str
    before: str
    match: str
    after: str


@dataclass(slots=True)
class Heard:
    """What a search for words gave. `read`: the cases that were opened, and recorded as read; `more`: it stopped early."""

    hits: list[Hit] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    more: bool = False
    locked: bool = False


async def by_command(log: EventLog, command: UUID) -> Entry | None:
    """The first entry that a command made, among the latest LOOKED_THROUGH."""
    return await _entry(log, _OF_COMMAND, [LOOKED_THROUGH, command])


async def by_sitting(log: EventLog, appointment: str) -> Entry | None:
    """Where a sitting was first set, among the latest LOOKED_THROUGH."""
    return await _entry(log, _OF_SITTING, [LOOKED_THROUGH, appointment])


async def by_position(log: EventLog, position: int) -> Entry | None:
    """An entry of the log."""
    return await _entry(log, _OF_POSITION, [position])


async def _entry(log: EventLog, query: str, parameters: Sequence[object]) -> Entry | None:
    async with log.pool.connection() as connection:
        found = await (await connection.execute(query.encode(), parameters)).fetchone()
    return None if found is None else Entry(int(found[0]), str(found[1]))


async def by_part(log: EventLog, part: str, missions: Sequence[str] | None) -> list[Row]:
    """Obligations of these missions (None: of any) in whose code that part stands, the latest opened first."""
    o = v.obligation
    own = o.c.mission.in_(list(missions)) if missions is not None else true()
    query = select(o).where(and_(own, o.c.id.icontains(part, autoescape=True)))
    return await rows(log, query.order_by(o.c.opened.desc(), o.c.id).limit(MOST))


async def by_date(log: EventLog, wanted: Wanted) -> list[Row]:
    """Tasks by date and kind, in the order of that date; at most MOST + 1, so that it can be said that there are more."""
    t = v.task
    column = {"due": t.c.due, "opened": t.c.opened, "ended": t.c.ended}[wanted.clock]
    parts: list[ColumnElement[bool]] = [column.is_not(None)]
    if wanted.missions is not None:
        parts.append(t.c.mission.in_(list(wanted.missions)))
    if wanted.definition is not None:
        parts.append(t.c.definition == wanted.definition)
    if wanted.since is not None:
        parts.append(column >= wanted.since)
    if wanted.before is not None:
        parts.append(column < wanted.before)
    return await rows(
        log, select(t).where(and_(*parts)).order_by(column, t.c.obligation, t.c.task).limit(MOST + 1)
    )


async def in_words(
    office: Office, actor: Actor, cases: Sequence[str], text: str, zone: str, people: Mapping[str, str]
) -> Heard:
    """Every sealed entry of these cases in which all the words of `text` stand, whatever their case and accents.

    Each case is recorded as read before it is opened (`record.history`). What the searcher may not open is passed over.
    It stops after MOST hits, and then opens no further case. Raises Refused, VaultError.
    """
    wanted = folded(text)[0].split()
    heard = Heard()
    for case in cases if wanted else ():
        if len(heard.hits) >= MOST:
            heard.more = True
            break
        try:
            history = await record.history(office, actor, case)
        except VaultLocked:
            heard.locked = True
            continue
        except (Shredded, CaseRefused):
            continue  # destroyed, or no longer theirs, since the list was made
        heard.read.append(case)
        for line in history.lines:
            said = told(line, zone, people)
            if said is None:
                continue
            whole = " · ".join([*said.words, *(value for _, value in said.facts)])
            found = excerpt(whole, wanted)
            if found is not None:
                heard.hits.append(Hit(case, said.at, said.position, said.sentence, *found))
    return heard


def excerpt(text: str, wanted: Sequence[str]) -> tuple[str, str, str] | None:
    """The first of these words where it stands, with what is around it; None unless all of them stand in the text.

    `wanted` are folded words, as :func:`folded` gives them.
    """
    plain, places = folded(text)
    if not wanted or not all(word in plain for word in wanted):
        return None
    start = min(plain.index(word) for word in wanted)
    first = next(word for word in wanted if plain.startswith(word, start))
    begin, end = places[start], places[start + len(first) - 1] + 1
    before, after = text[max(0, begin - AROUND) : begin], text[end : end + AROUND]
    lead = "…" if begin > AROUND else ""
    rest = "…" if end + AROUND < len(text) else ""
    return lead + before, text[begin:end], after + rest


def folded(text: str) -> tuple[str, list[int]]:
    """A text without capitals and accents, and for each of its letters the place it came from."""
    plain: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter.casefold()):
            if not unicodedata.combining(part):
                plain.append(part)
                places.append(place)
    return "".join(plain), places
