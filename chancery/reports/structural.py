"""The structural report: what a mission's posts, closures, partners and headquarters made of its work, as known at a position.

It is for the Head of Mission and for headquarters, so that blame does not fall on whoever held a task last. It adds up nothing
for a person: holders stand in it as "held", posts by their code. Headquarters' own lateness stands in the same table as the
mission's. What leaves the mission shows no count under five of tasks or contacts, nor what would give one away.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from chancery import queries
from chancery.log.store import EventLog
from chancery.log.tree import LogTree
from chancery.oversight.halfyear import HalfYear
from chancery.oversight.reading import obligations_upto
from chancery.reports import structural_mission as own
from chancery.reports.known import Known, figures_of, known_at
from chancery.reports.made import Made
from chancery.reports.regimes import NoReport
from chancery.reports.structural_hiding import outside
from chancery.reports.structural_tally import Tally
from chancery.reports.structural_words import head, sections

SCHEMA: Final = "chancery.structural-report/1"
Audience = Literal["mission", "outside"]
UNSEEN: Final = (
    "outside_the_log",
    "who_was_met",
    "contacts_not_entered",
    "areas_not_looked_at",
    "partners_own_log",
    "leave_kinds",
    "hours_worked",
    "declared_times",
    "unasked",
)
"""What the system cannot see, by code: it stands in every report."""


async def structural_report(
    log: EventLog,
    mission: str | None,
    first: date,
    last: date,
    as_of: int | datetime | None = None,
    *,
    audience: Audience = "mission",
    tree: LogTree | None = None,
) -> Made:
    """The report on a mission, or on all (None), over the local days `first` to `last`, both included.

    `audience`: `mission` for its Head, with the lists behind; `outside` for whoever sits elsewhere, with small numbers hidden;
    of all missions only that, and only on a half-year. Headquarters' own duties stand in it in either case. Raises NoReport: `report.period`,
    `report.audience`, `report.no-such-mission`, `report.position`, `report.instant`; LogDamaged where the log has a hole.
    """
    if last < first:
        raise NoReport("report.period", f"The period ends on {last}, before it begins on {first}.")
    if audience not in get_args(Audience) or (mission is None and audience == "mission"):
        raise NoReport(
            "report.audience", "A report is for the mission or outside; one on all missions is outside."
        )
    half = HalfYear.of(first)
    if audience == "outside" and (first, last) != (half.first, half.last):
        raise NoReport(
            "report.period",
            f"What leaves a mission is on a half-year, or two of them could be subtracted: {half.first} to {half.last}.",
        )
    # Of one mission only that one and headquarters are read; the views know at least those that there were then.
    seats = [row["code"] for row in await queries.missions(log, "headquarters")]
    known = await known_at(log, as_of, None if mission is None else {mission, *seats}, tree)
    if mission is not None and mission not in known.backgrounds:
        raise NoReport(
            "report.no-such-mission", f"No mission {mission} stands in the log at position {known.position}."
        )
    about = {
        code
        for code, b in known.backgrounds.items()
        if mission in (None, code) or b.mission.kind == "headquarters"
    }
    tally = await _tallied(known, about, mission, first, last, lists=audience == "mission")
    lists: dict[str, list[dict[str, Any]]] = {
        name: list(_each(make, known, about if name in _EVERYWHERE else _own(about, mission), first, last))
        for name, make in own.FIGURES.items()
    }
    lists |= tally.figures()
    figures = figures_of(lists if audience == "mission" else outside(lists))
    return Made(
        {
            "schema": SCHEMA,
            "request": {
                "kind": "structural",
                "mission": mission,
                "first": first.isoformat(),
                "last": last.isoformat(),
                "audience": audience,
            },
            "period": {"first": first.isoformat(), "last": last.isoformat()},
            "zones": {code: zone for code, zone in known.zones.items() if code in about},
            "log": await known.named(),
            "figures": figures,
            "cannot_see": list(UNSEEN),
            "proof": await known.proof(figures),
        }
    )


async def remake(
    log: EventLog, request: Mapping[str, Any], position: int, tree: LogTree | None = None
) -> dict[str, Any]:
    """The data of the report that a request asked for, as known at a position. Raises as structural_report does."""
    first, last = date.fromisoformat(request["first"]), date.fromisoformat(request["last"])
    made = await structural_report(
        log, request["mission"], first, last, position, audience=request["audience"], tree=tree
    )
    return made.data()


_EVERYWHERE: Final = frozenset({"posts", "vacancies"})
"""What stands there of headquarters too, whichever mission the report is on: its vacancies make missions wait."""


def _own(about: Iterable[str], mission: str | None) -> set[str]:
    return set(about) if mission is None else {mission}


def _each(
    make: own.Maker, known: Known, codes: Iterable[str], first: date, last: date
) -> Iterator[dict[str, Any]]:
    for code in sorted(codes):
        yield from make(own.Asked(code, known.backgrounds[code], known.past[code], first, last, known.now))


async def _tallied(
    known: Known, about: set[str], mission: str | None, first: date, last: date, *, lists: bool
) -> Tally:
    """Every obligation of these missions, one by one: of headquarters' own, where the report is on another, only what was due."""
    tally = Tally(known.now, first, last, lists=lists)
    for code in sorted(_own(about, mission)):
        tally.know(known.backgrounds[code].mission)
    async for events in obligations_upto(known.log, known.position, None if mission is None else about):
        code = events[0].data["mission"]
        if code in about:
            tally.add(events, known.backgrounds[code], whole=mission in (None, code))
    return tally


__all__ = ["SCHEMA", "UNSEEN", "Audience", "head", "remake", "sections", "structural_report"]
