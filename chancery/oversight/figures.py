"""Facts added up: one cell for each mission (or headquarters) and area. Pure.

An area is a definition, or a paragraph of an instrument. The same facts seen both ways could be subtracted from each
other, so a paragraph says nothing by which a definition that is hidden could be found.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median
from typing import Final, Literal, get_args

from chancery.oversight import hiding
from chancery.oversight.facts import ENDED, KEPT, MISSED, PLACES, Fact, Place
from chancery.oversight.hiding import FEW, Row, Shown
from domain.kinds import Source

By = Literal["definition", "paragraph"]
BY: Final[tuple[By, ...]] = ("paragraph", "definition")
HEADQUARTERS: Final = "~"
"""The row of what lay with headquarters: no mission has such a code."""
SOURCES: Final[tuple[str, ...]] = get_args(Source)
"""Where a term can come from."""


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A definition of an instrument, or a paragraph of it."""

    instrument: str
    code: str

    @classmethod
    def of(cls, fact: Fact, by: By) -> "Area":
        """The area of a fact."""
        return cls(fact.instrument, fact.definition if by == "definition" else fact.paragraph)


@dataclass(slots=True)
class Cell:
    """What the facts of one row and area add up to. `row` is a mission's code, or HEADQUARTERS.

    `people`: postings that had a part in it. `days`: working days of what was done. `asked`: completed tasks whose step asks
    for evidence; `lacking`: those of them without any. `sources`: of what was missed, where its term comes from. `spent`: working
    days of what was missed, by whose they were. `unconfirmed`: decisions not to act among what is reported in time and not
    confirmed. `facts` is empty where only sums were asked for, so that a log of any length takes no more memory.
    """

    row: str
    area: Area
    counts: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    facts: list[Fact] = field(default_factory=list)
    size: int = 0
    people: set[str] = field(default_factory=set)
    definitions: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    confirmed: bool = True
    days: Counter[int] = field(default_factory=Counter)
    asked: int = 0
    lacking: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    unconfirmed: int = 0
    positions: "array[int]" = field(default_factory=lambda: array("q"))
    latest: Fact | None = None

    @property
    def last(self) -> Fact:
        """The fact that was spoken of last. A cell has at least one."""
        assert self.latest is not None
        return self.latest

    def add(self, fact: Fact, now: datetime, *, keep: bool = True) -> None:
        """Count a fact in. `keep`: and hold it, for a list."""
        place = fact.place(now)
        self.counts[place] += 1
        self.size += 1
        self.people |= fact.people
        self.definitions[fact.definition] += 1
        self.versions.add(fact.version)
        self.confirmed = self.confirmed and fact.confirmed
        if fact.days is not None:
            self.days[fact.days] += 1
        if fact.evidence is not None:
            self.asked += 1
            self.lacking += not fact.evidence
        if place in MISSED:
            self.sources[fact.source] += 1
            self.spent.update(fact.spent)
        self.unconfirmed += place == "unconfirmed" and fact.outcome != "done"
        self.positions.extend(fact.positions)
        if self.latest is None or fact.last > self.latest.last:
            self.latest = fact
        if keep:
            self.facts.append(fact)


@dataclass(frozen=True, slots=True)
class Figure:
    """What may be said of a cell. A share is (part, whole); None where a number behind it is hidden.

    `lacking`: how many of `asked` completed tasks have no evidence. `days`: the median of working days and of how many.
    `considered`: ended in any way; `acted` and `declined` make it up; `missed`: its date passed first, and by whose term.
    """

    cell: Cell
    said: Row
    kept: tuple[int, int] | None
    days: tuple[float, int] | None
    asked: int | Literal["few"]
    lacking: int | Literal["few", "withheld"] | None
    considered: int | None
    acted: int | None
    declined: int | None
    missed: int | None
    sources: Mapping[str, Shown] | None
    spent: Mapping[str, int] | None

    @property
    def nothing(self) -> bool:
        """Whether not even how many there were may be said."""
        return not isinstance(self.said.whole, int)


def cells(facts: Iterable[Fact], by: By, now: datetime) -> dict[tuple[str, Area], Cell]:
    """Facts by row and area, each held for a list."""
    found: dict[tuple[str, Area], Cell] = {}
    for fact in facts:
        count(found, fact, by, now)
    return found


def count(
    into: dict[tuple[str, Area], Cell], fact: Fact, by: By, now: datetime, *, keep: bool = True
) -> None:
    """Count one fact into its cell."""
    key = (HEADQUARTERS if fact.with_headquarters else fact.mission, Area.of(fact, by))
    cell = into.get(key)
    if cell is None:
        cell = into[key] = Cell(*key)
    cell.add(fact, now, keep=keep)


def figure(cell: Cell, said: Row | None = None) -> Figure:
    """What may be said of a cell of its own; `said` where its row was hidden further."""
    said = said if said is not None else hiding.row(cell.counts)
    kept = said.sum_of(KEPT)
    late = said.sum_of([p for p in ENDED if p not in KEPT])
    # How many were done is how many ended, but for few: it may be said only where each of those is.
    clear = kept is not None and late is not None
    missed = said.sum_of(MISSED)
    # A decision among what is not confirmed would be found from the sum of the others.
    told = clear and not cell.unconfirmed
    done = cell.days.total()
    return Figure(
        cell=cell,
        said=said,
        kept=hiding.share(kept, (kept or 0) + (late or 0)) if clear else None,
        days=(median(cell.days.elements()), done) if done >= FEW and clear else None,
        asked=cell.asked if cell.asked >= FEW or not cell.asked else "few",
        lacking=_lacking(cell.asked, cell.lacking) if clear else None,
        considered=said.sum_of(ENDED),
        acted=said.sum_of(("on_time", "unconfirmed", "late")) if told else None,
        declined=said.sum_of(("reasoned", "late_reasoned")) if told else None,
        missed=missed,
        sources=_sources(cell) if missed is not None else None,
        # The days of few tasks would tell how long each of them took.
        spent=dict(sorted(cell.spent.items())) if missed is not None else None,
    )


def _sources(cell: Cell) -> Mapping[str, Shown]:
    """By whose term the missed ones were missed; the sum of them is known."""
    return hiding.row({source: cell.sources[source] for source in SOURCES}).places


def _lacking(asked: int, without: int) -> int | Literal["few", "withheld"] | None:
    if asked < FEW:
        return None
    if 0 < without < FEW:
        return "few"
    return "withheld" if 0 < asked - without < FEW else without


def paragraph(cell: Cell, parts: Iterable[Figure], unseen: Collection[Area]) -> Figure | None:
    """What may be said of a paragraph beside what is said of its definitions; None: nothing.

    `unseen`: areas of definitions of which nothing is shown yet, since those behind it see it first.
    """
    parts = list(parts)
    if cell.size < FEW:
        return figure(cell)
    silent = [p for p in parts if p.nothing or p.cell.area in unseen]
    if silent and hiding.determined([(p.cell.size, *_known(p, unseen)) for p in silent]):
        return None
    unsure = {place for place in PLACES if _found(parts, silent, place)}
    return _careful(figure(cell, hiding.row(cell.counts, unsure)), parts, silent)


def _found(parts: Iterable[Figure], silent: Collection[Figure], place: Place) -> bool:
    """Whether a place's sum would give away what a definition hides of it."""
    hidden = []
    for part in parts:
        said, n = part.said.places.get(place), part.cell.counts[place]
        if part in silent:
            hidden.append((n, 0, FEW - 1 if part.nothing else None))
        elif not isinstance(said, int):
            hidden.append((n, *_bounds(said)))
    return bool(hidden) and hiding.determined(hidden)


def _bounds(said: Shown | None) -> tuple[int, int | None]:
    return (1, FEW - 1) if said == "few" else (FEW, None) if said == "withheld" else (0, None)


def _careful(whole: Figure, parts: Sequence[Figure], silent: Collection[Figure]) -> Figure:
    """The same for what stands beside the row: nothing is said of a paragraph that one definition alone does not say."""

    def unsaid(*values: object) -> bool:
        return sum(1 for p, value in zip(parts, values, strict=True) if p in silent or value is None) == 1

    few = unsaid(*(None if p.asked == "few" else p.asked for p in parts))
    lacking = unsaid(*(p.lacking if isinstance(p.lacking, int) or not p.asked else None for p in parts))
    return replace(
        whole,
        asked="few" if few else whole.asked,
        lacking=None if few or lacking else whole.lacking,
        spent=None if unsaid(*(p.spent for p in parts)) else whole.spent,
        sources=_sources_beside(whole, parts, silent) if whole.sources is not None else None,
    )


def _sources_beside(
    whole: Figure, parts: Sequence[Figure], silent: Collection[Figure]
) -> Mapping[str, Shown]:
    unsure = set()
    for source in SOURCES:
        hidden = []
        for part in parts:
            said = part.sources.get(source) if part.sources is not None and part not in silent else None
            if not isinstance(said, int):
                hidden.append((part.cell.sources[source], *_bounds(said)))
        if hidden and hiding.determined(hidden):
            unsure.add(source)
    return hiding.row({source: whole.cell.sources[source] for source in SOURCES}, unsure).places


def _known(part: Figure, unseen: Collection[Area]) -> tuple[int, int | None]:
    return (0, None) if part.cell.area in unseen else (1, FEW - 1)


def peers(shown: Mapping[str, Figure], but: str) -> tuple[int, int, int] | None:
    """Of the other missions of an area: the lowest and the highest share in percent, and how many; None under three.

    A range, never a place in it: each of them is shown in its own row anyway.
    """
    shares = [f.kept for code, f in shown.items() if code not in (but, HEADQUARTERS) and f.kept is not None]
    if len(shares) < 3:
        return None
    values = [int(hiding.percent(part, whole)) for part, whole in shares]
    return min(values), max(values), len(values)
