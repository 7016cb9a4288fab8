"""The figures of a page: rows by mission and area, what is hidden, what peers had, what stood before, and notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from chancery.installation import Installation
from chancery.oversight import figures as f
from chancery.oversight.figures import HEADQUARTERS, Area, By, Cell, Figure
from chancery.oversight.first import Held, held_back
from chancery.oversight.halfyear import HalfYear
from chancery.oversight.reading import Gathered, Known, gather
from domain.envelope import Event
from domain.mission import Mission

HALVES: Final = 4
"""So many half-years a trend shows."""
OFFERED: Final = 6
"""So many half-years a page offers, the current one among them."""
_CHANGES: Final = frozenset({"InstrumentAdopted", "LocalTermSet", "DutySwitched"})


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a mission's table. `figure` None: nothing may be said; `held`: it is not shown to others yet."""

    row: str
    area: Area
    cell: Cell
    figure: Figure | None
    held: Held | None
    peers: tuple[int, int, int] | None = None
    before: tuple[int, int] | None = None
    listed: tuple[Cell, ...] = ()
    """Cells whose events may be named: a definition of which nothing is said must not be found among a paragraph's."""

    @property
    def speaks(self) -> Literal["shown", "few", "held", "withheld"]:
        """Whether its numbers are shown, or why not: too few, seen first by who stands behind it, or another would be found."""
        if self.figure is not None and self.figure.nothing:
            return "few"
        if self.held is not None:
            return "held"
        return "withheld" if self.figure is None else "shown"


Lines = dict[tuple[str, Area], Line]


@dataclass(frozen=True, slots=True)
class Note:
    """What changed in the period and so stands below a mission's rows. `kind` is the event's type."""

    kind: str
    position: int
    at: str
    data: dict[str, Any]


@dataclass(slots=True)
class Table:
    """The figures of one half-year. `lines` by row; HEADQUARTERS has a row of its own."""

    half: HalfYear
    by: By
    lines: dict[str, list[Line]] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    missions: dict[str, Mission] = field(default_factory=dict)


async def table(
    here: Installation, known: Known, half: HalfYear, by: By, now: datetime, *, upto: int | None = None
) -> Table:
    """The figures of a half-year beside those of the one before. Reads every mission: peers are shown as a range."""
    read = await gather(here.desk, known, half.before().first, half.last, now, upto=upto)
    missions = {code: b.mission for code, b in read.backgrounds.items()}
    made = Table(half, by, missions=missions)
    this = await _lines(here, read, half, by, missions, now)
    past = await _lines(here, read, half.before(), by, missions, now)
    made.lines.update(beside(this, past))
    for code, events in read.past.items():
        made.notes[code] = list(notes_of(events, half, missions[code]))
    return made


async def trend(
    here: Installation, known: Known, half: HalfYear, by: By, key: tuple[str, Area], now: datetime,
    *, upto: int | None = None,
) -> list[tuple[HalfYear, Line | None]]:  # fmt: skip
    """One row and area over the half-years up to this one, the earliest first. Of a mission only that mission is read."""
    halves = half.back(HALVES)
    only = None if key[0] == HEADQUARTERS else [key[0]]
    read = await gather(here.desk, known, halves[0].first, half.last, now, missions=only, upto=upto)
    missions = {code: b.mission for code, b in read.backgrounds.items()}
    return [(each, (await _lines(here, read, each, by, missions, now)).get(key)) for each in halves]


async def about(
    here: Installation, known: Known, postings: Iterable[str], mission: str, half: HalfYear, now: datetime
) -> list[tuple[HalfYear, By, Line]]:
    """Figures about few people, of a mission, in which these postings had a part: what others are not shown yet."""
    mine = set(postings)
    halves = half.back(OFFERED)
    read = await gather(here.desk, known, halves[0].first, half.last, now, missions=[mission])
    missions = {code: b.mission for code, b in read.backgrounds.items()}
    found: list[tuple[HalfYear, By, Line]] = []
    for each in halves:
        for by in f.BY:
            lines = await _lines(here, read, each, by, missions, now)
            found += [
                (each, by, line)
                for _, line in sorted(lines.items())
                if line.held is not None
                and line.figure is not None
                and not line.figure.nothing
                and line.cell.people & mine
            ]
    return found


async def _lines(
    here: Installation, read: Gathered, half: HalfYear, by: By, missions: dict[str, Mission], now: datetime
) -> Lines:
    facts = [fact for fact in read.facts if half.holds(fact.due_day)]
    narrow = f.cells(facts, "definition", now)
    wide = f.cells(facts, "paragraph", now) if by == "paragraph" else {}
    return lines_of(
        narrow, wide, by, await held_back(here, [*narrow.values(), *wide.values()], missions, now)
    )


def lines_of(
    narrow: Mapping[tuple[str, Area], Cell],
    wide: Mapping[tuple[str, Area], Cell],
    by: By,
    held: Mapping[int, Held],
) -> Lines:
    """What may be said of each row and area. `narrow`: by definition, `wide`: the same facts by paragraph; `held`: by `id`."""
    parts = {key: f.figure(cell) for key, cell in narrow.items()}
    if by == "definition":
        return {k: Line(*k, c, parts[k], held.get(id(c)), listed=(c,)) for k, c in narrow.items()}
    found = {}
    for (row, area), cell in wide.items():
        within = {(row, Area(area.instrument, d)) for d in cell.definitions}
        own = [parts[key] for key in sorted(within)]
        unseen = {p.cell.area for p in own if id(p.cell) in held}
        # A definition under two paragraphs (two versions of a text) would be found by adding both: nothing is said then.
        whole = all(p.cell.size == cell.definitions[p.cell.area.code] for p in own)
        said = f.paragraph(cell, own, unseen) if whole else None
        listed = tuple(p.cell for p in own if whole and not p.nothing and p.cell.area not in unseen)
        found[row, area] = Line(row, area, cell, said, held.get(id(cell)), listed=listed)
    return found


def beside(this: Lines, past: Lines) -> dict[str, list[Line]]:
    """The lines by row, each with the range of its peers and with its share in the half-year before."""
    found: dict[str, list[Line]] = {}
    for (row, area), line in sorted(this.items()):
        shown = {
            r: x.figure for (r, a), x in this.items() if a == area and x.figure is not None and x.held is None
        }
        earlier = past.get((row, area))
        before = earlier.figure.kept if earlier and earlier.figure and earlier.held is None else None
        found.setdefault(row, []).append(replace(line, peers=f.peers(shown, row), before=before))
    return found


def notes_of(events: Sequence[Event], half: HalfYear, mission: Mission) -> Iterable[Note]:
    """Changes of what counted, and closures, that lie in the half-year."""
    day = timedelta(days=1)
    starts, ends = mission.clock.start_of(half.first), mission.clock.start_of(half.last + day)
    for event in events:
        if event.type in _CHANGES and starts <= event.happened < ends:
            yield Note(event.type, event.position, event.at, dict(event.data))
        elif event.type == "SuspensionDeclared":
            stop = mission.suspensions[event.data["suspension"]]
            if stop.starts < ends and stop.ends > starts:
                span = {"starts": stop.starts, "ends": stop.ends}
                yield Note(event.type, event.position, event.at, dict(event.data) | span)
