"""Headquarters' audit: what each paragraph asked of each mission in half a year, and what became of it, as known at a position.

The same functions make the page `/headquarters` (chancery/oversight): one truth. Here they read the log up to the position
and nothing else, so that the report can be made again, byte for byte. Missions stand by their code, never by a figure; small
numbers are hidden, and what would give them away; of what may be shown, the events stand in the file as leaves only.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from chancery.log.store import EventLog
from chancery.log.tree import LogTree
from chancery.oversight import figures as f
from chancery.oversight.facts import PLACES, Fact, facts_of
from chancery.oversight.figures import BY, HEADQUARTERS, Area, By, Cell
from chancery.oversight.first import held_by_log
from chancery.oversight.halfyear import HalfYear, NoSuchHalf
from chancery.oversight.reading import obligations_upto
from chancery.oversight.table import HALVES, Line, Lines, beside, lines_of, notes_of
from chancery.reports.audit_words import head, sections
from chancery.reports.known import Known, figures_of, known_at
from chancery.reports.made import Made
from chancery.reports.regimes import NoReport
from domain.kinds import instant_text

SCHEMA: Final = "chancery.audit-report/1"
UNSEEN: Final = (
    "outside_the_log",
    "unasked",
    "quality",
    "defaults",
    "seen_first",
    "postings_not_people",
    "danger",
)
"""What the system cannot see, by code: it stands in every report."""
Cells = dict[tuple[str, Area], Cell]


async def audit_report(
    log: EventLog,
    half: str,
    as_of: int | datetime | None = None,
    *,
    by: By = "paragraph",
    missions: Iterable[str] | None = None,
    tree: LogTree | None = None,
) -> Made:
    """The audit of a half-year such as `2026-1`, by paragraph or by definition, of some missions or of all.

    Of some missions only their own rows stand in it: headquarters' row and the peers need every mission. `tree`: the
    process's own, or one is made. Raises NoReport: `report.half`, `report.by`, `report.no-such-mission`, `report.position`,
    `report.instant`; LogDamaged where the log has a hole.
    """
    try:
        chosen = HalfYear.parse(half)
    except NoSuchHalf:
        raise NoReport("report.half", f"{half} is no half-year; write one such as 2026-1.") from None
    if by not in BY:
        raise NoReport("report.by", f"An audit stands by {' or by '.join(BY)}, not by {by}.")
    only = None if missions is None else sorted(set(missions))
    known = await known_at(log, as_of, only, tree)
    unknown = sorted(set(only or ()) - set(known.backgrounds))
    if unknown:
        raise NoReport(
            "report.no-such-mission",
            f"No mission {unknown[0]} stands in the log at position {known.position}.",
        )
    halves = chosen.back(HALVES)
    lines = await _lines(known, halves, by, only)
    items = [
        _cell(line, _trend(lines, key)) for key, line in _in_order(lines[chosen], lines[chosen.before()])
    ]
    figures = figures_of(
        {
            "cells": [one for one in items if only is None or one["mission"] is not None],
            "changes": list(_changes(known, chosen)),
        }
    )
    return Made(
        {
            "schema": SCHEMA,
            "request": {"kind": "audit", "half": chosen.code, "by": by, "missions": only},
            "period": {
                "half": chosen.code,
                "first": chosen.first.isoformat(),
                "last": chosen.last.isoformat(),
            },
            "zones": known.zones,
            "log": await known.named(),
            "figures": figures,
            "cannot_see": list(UNSEEN),
            "proof": await known.proof(figures),
        }
    )


async def remake(
    log: EventLog, request: Mapping[str, Any], position: int, tree: LogTree | None = None
) -> dict[str, Any]:
    """The data of the report that a request asked for, as known at a position. Raises as audit_report does."""
    made = await audit_report(
        log, request["half"], position, by=request["by"], missions=request["missions"], tree=tree
    )
    return made.data()


async def behind(
    log: EventLog, request: Mapping[str, Any], position: int, row: str | None, instrument: str, area: str
) -> list[dict[str, Any]]:
    """The tasks behind one cell of a report, for who may see them: never in the file. `row` None: headquarters'.

    Empty where the report shows no number of them. Each with obligation, task, place and positions, by due instant.
    """
    half, by = HalfYear.parse(request["half"]), request["by"]
    only = request["missions"]
    known = await known_at(log, position, only)
    key = (HEADQUARTERS if row is None else row, Area(instrument, area))
    line = (await _lines(known, [half], by, only, keep=key))[half].get(key)
    if line is None or line.speaks != "shown" or (row is None and only is not None):
        return []
    return [
        {
            "obligation": fact.obligation,
            "task": fact.task,
            "definition": fact.definition,
            "step": fact.step,
            "place": fact.place(known.now),
            "positions": list(fact.positions),
        }
        for fact in sorted(line.cell.facts, key=lambda x: (x.due, x.obligation, x.task))
    ]


async def _lines(
    known: Known,
    halves: Collection[HalfYear],
    by: By,
    only: Collection[str] | None,
    keep: tuple[str, Area] | None = None,
) -> dict[HalfYear, Lines]:
    """The lines of each half-year, in one pass over the log; `keep`: the cell whose facts are held for a list."""
    narrow: dict[HalfYear, Cells] = {half: {} for half in halves}
    wide: dict[HalfYear, Cells] = {half: {} for half in halves}
    async for events in obligations_upto(known.log, known.position, only):
        background = known.backgrounds.get(events[0].data.get("mission", ""))
        if background is None:
            continue
        for fact in facts_of(events, background, known.now):
            half = HalfYear.of(fact.due_day)
            if half not in narrow:
                continue
            f.count(narrow[half], fact, "definition", known.now, keep=_is(keep, fact, "definition"))
            if by == "paragraph":
                f.count(wide[half], fact, "paragraph", known.now, keep=_is(keep, fact, "paragraph"))
    missions = {code: b.mission for code, b in known.backgrounds.items()}
    found = {}
    for half in halves:
        cells = [*narrow[half].values(), *wide[half].values()]
        found[half] = lines_of(narrow[half], wide[half], by, held_by_log(cells, missions, known.now))
    return found


def _is(keep: tuple[str, Area] | None, fact: Fact, by: By) -> bool:
    row = HEADQUARTERS if fact.with_headquarters else fact.mission
    return keep == (row, Area.of(fact, by))


def _in_order(this: Lines, past: Lines) -> Iterator[tuple[tuple[str, Area], Line]]:
    """By mission's code and area; `~`, what lay with headquarters, comes after every code."""
    for row, lines in sorted(beside(this, past).items()):
        for line in lines:
            yield (row, line.area), line


def _trend(lines: Mapping[HalfYear, Lines], key: tuple[str, Area]) -> list[dict[str, Any]]:
    found = []
    for half, one in lines.items():
        line = one.get(key)
        said = line.speaks if line is not None else "shown"
        figure = line.figure if line is not None and said == "shown" else None
        due = 0 if line is None else figure.said.whole if figure else None
        share = _share(figure.kept) if figure else None
        found.append({"half": half.code, "said": said, "due": due, "in_time": share})
    return found


def _cell(line: Line, trend: list[dict[str, Any]]) -> dict[str, Any]:
    """One cell as the file has it. What may not be said is null or a word, never a number that only looks like one."""
    cell = line.cell
    found: dict[str, Any] = {
        "mission": None if line.row == HEADQUARTERS else line.row,
        "instrument": line.area.instrument,
        "area": line.area.code,
        "versions": sorted(cell.versions),
        "confirmed": cell.confirmed,
        "said": line.speaks,
        "held_until": instant_text(line.held.until) if line.held and line.speaks == "held" else None,
    }
    figure = line.figure if line.speaks == "shown" else None
    if figure is None:
        return found | {"trend": trend, "positions": []}
    return found | {
        "due": figure.said.whole,
        "places": {p: figure.said.places.get(p, "withheld") for p in PLACES},
        "considered": figure.considered,
        "acted": figure.acted,
        "declined": figure.declined,
        "missed": figure.missed,
        "missed_by_source": None
        if figure.sources is None
        else {s: figure.sources.get(s, "withheld") for s in f.SOURCES},
        "in_time": _share(figure.kept),
        "days": figure.days and {"median": f"{figure.days[0]:g}", "of": figure.days[1]},
        "evidence": {"asked": figure.asked, "lacking": figure.lacking},
        "spent": figure.spent and dict(figure.spent),
        "peers": line.peers and dict(zip(("lowest", "highest", "missions"), line.peers, strict=True)),
        "trend": trend,
        "positions": sorted({p for one in line.listed for p in one.positions}),
    }


def _share(share: tuple[int, int] | None) -> dict[str, int] | None:
    return None if share is None else {"part": share[0], "whole": share[1]}


def _changes(known: Known, half: HalfYear) -> Iterator[dict[str, Any]]:
    """What changed in the period and bears on the figures: terms, duties, texts, closures."""
    for code, events in sorted(known.past.items()):
        if code not in known.backgrounds:
            continue
        for note in notes_of(events, half, known.backgrounds[code].mission):
            data = {
                name: instant_text(value) if isinstance(value, datetime) else value
                for name, value in note.data.items()
                if name not in ("checksum", "suspension")
            }
            yield {
                "mission": code,
                "type": note.kind,
                "at": note.at,
                "data": data,
                "positions": [note.position],
            }


__all__ = ["SCHEMA", "UNSEEN", "audit_report", "behind", "head", "remake", "sections"]
