"""Facts added up: one cell for each mission (or headquarters) and area. Pure.

An area is a definition, or a paragraph of an instrument. The same facts seen both ways could be subtracted from each
other, so a paragraph says nothing by which a definition that is hidden could be found.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final, Literal

from chancery.oversight import hiding
from chancery.oversight.facts import ENDED, KEPT, PLACES, Fact, Place
from chancery.oversight.hiding import FEW, Row

By = Literal["definition", "paragraph"]
BY: Final[tuple[By, ...]] = ("paragraph", "definition")
HEADQUARTERS: Final = "~"
"""The row of what lay with headquarters: no mission has such a code."""


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
    """The facts of one row and area, added up. `row` is a mission's code, or HEADQUARTERS."""

    row: str
    area: Area
    counts: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    facts: list[Fact] = field(default_factory=list)

    @property
    def people(self) -> frozenset[str]:
        """Postings that had a part in it."""
        return frozenset(p for f in self.facts for p in f.people)

    @property
    def last(self) -> Fact:
        """The fact that was spoken of last."""
        return max(self.facts, key=lambda f: f.last)

    @property
    def definitions(self) -> set[str]:
        """Codes of the definitions in it."""
        return {f.definition for f in self.facts}

    @property
    def versions(self) -> list[str]:
        """Versions of the instrument under which these were opened."""
        return sorted({f.version for f in self.facts})

    @property
    def spent(self) -> dict[str, int]:
        """Working days of what is late, by whose they were."""
        found: dict[str, int] = {}
        for fact in self.facts:
            for kind, days in fact.spent.items():
                found[kind] = found.get(kind, 0) + days
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """What may be said of a cell. A share is (part, whole); None where a number behind it is hidden.

    `lacking`: how many of `asked` completed tasks have no evidence. `days`: the median of working days and of how many.
    """

    cell: Cell
    said: Row
    kept: tuple[int, int] | None
    days: tuple[float, int] | None
    asked: int | Literal["few"]
    lacking: int | Literal["few", "withheld"] | None

    @property
    def nothing(self) -> bool:
        """Whether not even how many there were may be said."""
        return not isinstance(self.said.whole, int)


def cells(facts: Iterable[Fact], by: By, now: datetime) -> dict[tuple[str, Area], Cell]:
    """Facts by row and area."""
    found: dict[tuple[str, Area], Cell] = {}
    for fact in facts:
        row = HEADQUARTERS if fact.with_headquarters else fact.mission
        area = Area.of(fact, by)
        cell = found.setdefault((row, area), Cell(row, area))
        cell.counts[fact.place(now)] += 1
        cell.facts.append(fact)
    return found


def figure(cell: Cell, said: Row | None = None) -> Figure:
    """What may be said of a cell of its own; `said` where its row was hidden further."""
    said = said if said is not None else hiding.row(cell.counts)
    done = [f.days for f in cell.facts if f.days is not None]
    asked = [f.evidence for f in cell.facts if f.evidence is not None]
    kept = said.sum_of(KEPT)
    late = said.sum_of([p for p in ENDED if p not in KEPT])
    # How many were done is how many ended, but for few: it may be said only where each of those is.
    clear = kept is not None and late is not None
    return Figure(
        cell=cell,
        said=said,
        kept=hiding.share(kept, (kept or 0) + (late or 0)) if clear else None,
        days=(median(done), len(done)) if len(done) >= FEW and clear else None,
        asked=len(asked) if len(asked) >= FEW or not asked else "few",
        lacking=_lacking(asked) if clear else None,
    )


def _lacking(asked: Collection[bool]) -> int | Literal["few", "withheld"] | None:
    without = sum(1 for given in asked if not given)
    if len(asked) < FEW:
        return None
    if 0 < without < FEW:
        return "few"
    return "withheld" if 0 < len(asked) - without < FEW else without


def paragraph(cell: Cell, parts: Iterable[Figure], unseen: Collection[Area]) -> Figure | None:
    """What may be said of a paragraph beside what is said of its definitions; None: nothing.

    `unseen`: areas of definitions of which nothing is shown yet, since those behind it see it first.
    """
    parts = list(parts)
    if len(cell.facts) < FEW:
        return figure(cell)
    silent = [p for p in parts if p.nothing or p.cell.area in unseen]
    if silent and hiding.determined([(len(p.cell.facts), *_known(p, unseen)) for p in silent]):
        return None
    unsure = {
        place
        for place in PLACES
        if len([p for p in parts if p in silent or not isinstance(p.said.places.get(place), int)]) == 1
    }
    return figure(cell, hiding.row(cell.counts, unsure))


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
