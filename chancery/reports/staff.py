"""The staff report: one person, one period, as known at a position of the log.

It reads events up to that position and nothing else, so it can be made again, byte for byte. It never ranks, scores or
compares; it says what was asked, what became of it, whose time it was, and what it cannot see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from chancery import queries
from chancery.log.store import EventLog
from chancery.reports import about
from chancery.reports import figures as f
from chancery.reports.deeds import CLOSES, OPENS, alike, on_mission
from chancery.reports.involved import involved
from chancery.reports.load import load
from chancery.reports.made import Made, placed, recorded_at
from chancery.reports.plan import plans
from chancery.reports.proof import proved
from chancery.reports.regimes import NoReport, postings_under
from chancery.reports.words import UNSEEN
from chancery.streams import as_event, mission_stream
from domain.envelope import Event
from domain.kinds import instant_text
from domain.record import Asked, Background

SCHEMA: Final = "chancery.staff-report/2"
_Known = tuple[Background, list[Event]]
"""A mission as known at the position, with the events that say so."""


@dataclass(frozen=True, slots=True)
class StaffReport(Made):
    """A finished report. The data are all there is: the text says the same in words."""

    def text(self, language: str = "en") -> str:
        """The report for reading, `en` or `fr`, at most 100 columns wide. Raises ValueError for another language."""
        from chancery.reports.paper.forms import formed  # the forms are laid out from this module's reports

        if language not in ("en", "fr"):
            raise ValueError(f"{language} is no language of the reports; en and fr are.")
        return formed("text", self._data, "fr" if language == "fr" else "en").decode()


async def staff_report(
    log: EventLog,
    officer: str,
    postings: Sequence[str],
    first: date,
    last: date,
    as_of: int | datetime | None = None,
    *,
    regime: str | None = None,
) -> StaffReport:
    """The record of `officer`, who held these postings, over the local days `first` to `last`, both included.

    `as_of`: a position, or an instant (aware; the last event that the log had recorded by then), or None for the head.
    `regime`: under which the postings are appraised, where they are under several; one report for each.
    Raises NoReport: `report.period`, `report.position`, `report.instant`, `report.nobody`, `report.no-appraisal`,
    `report.regimes`, `report.no-such-regime`.
    """
    if last < first:
        raise NoReport("report.period", f"The period ends on {last}, before it begins on {first}.")
    at = await placed(log, as_of)
    missions = await _missions(log, postings, at.position)
    if not missions:
        raise NoReport(
            "report.nobody",
            f"No posting of {officer} stands in the log at position {at.position}; give another one.",
        )
    mine = frozenset(p for b, _ in missions for p in b.mission.postings if p in postings)
    under, mine = postings_under(regime, officer, (b.mission for b, _ in missions), mine, first, last)
    missions = [(b, past) for b, past in missions if mine & set(b.mission.postings)]
    asked = Asked(mine, first, last, recorded_at(at))
    into = await _gathered(log, missions, asked, at.position)
    made = into.figures
    origin, rehearsal = await log.origin()
    today = max(b.mission.day(asked.seen) for b, _ in missions)
    shares = [about.share_on(b, past, asked) for b, past in missions]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "request": {
            "kind": "staff",
            "officer": officer,
            "postings": sorted(mine),
            "first": first.isoformat(),
            "last": last.isoformat(),
            "regime": under,
        },
        "officer": officer,
        "appraisal": under,
        "zones": {b.mission.code: b.mission.clock.zone for b, _ in missions},
        "period": {"first": first.isoformat(), "last": last.isoformat()},
        "log": {
            "origin": origin,
            "rehearsal": rehearsal,
            "position": at.position,
            "leaf": at.leaf.hex(),
            "recorded": instant_text(asked.seen),
        },
        "office_hours": {"from": f"{OPENS:%H:%M}", "until": f"{CLOSES:%H:%M}", "source": "product_default"},
        "posts": [line for b, past in missions for line in about.posts(b, past, asked)],
        "absences": [line for b, past in missions for line in about.absences(b, past, asked)],
        "acting": [line for b, past in missions for line in about.acting(b, past, asked)],
        "load": load(into.held, shares, asked, today),
        "definitions": [
            {
                "instrument": i,
                "version": v,
                "definition": d,
                "paragraph": p,
                "paragraph_confirmed": confirmed,
            }
            for (i, v, d, p), confirmed in sorted(into.definitions.items())
        ],
        "assigned_by_step": f.counted(made["assigned"]),
        "sources": f.by_source(made),
        "plan": await plans(log, missions, asked, made, at.position),
        "figures": {name: {"count": len(made[name]), "items": made[name]} for name in f.NAMES},
        "cannot_see": list(UNSEEN),
    }
    return StaffReport(await proved(log, data))


async def _gathered(log: EventLog, missions: Sequence[_Known], asked: Asked, position: int) -> f.Gathered:
    """What the obligations give, one at a time, and what the person entered in the missions' own streams.

    Also the obligations of colleagues for whom they stood in: leave moves the time to the substitute.
    """
    known = {b.mission.code: b for b, _ in missions}
    away = [a for b in known.values() for a in b.mission.absences.values()]
    people = asked.mine | {a.posting for a in away if a.substitute in asked.mine}
    into = f.Gathered(asked, missions[0][0])
    since = min(asked.bounds(b.mission.clock)[0] for b in known.values())
    async for events in involved(log, sorted(people), known, since, position):
        into.background = known[events[0].data["mission"]]
        f.gather(events, into)
    for background, past in missions:
        into.background = background
        on_mission(past, into)
    alike(into.figures["opened_by"])
    return into


async def _missions(log: EventLog, postings: Sequence[str], position: int) -> list[_Known]:
    """The missions in which the postings are, as known at the position, with their events; by code."""
    rows = await queries.postings_by_code(log, postings)
    found = []
    for code in sorted({row["mission"] for row in rows}):
        past = [as_event(e) for e in await log.read_stream(mission_stream(code), upto_position=position)]
        background = Background.of(past)
        if any(p in background.mission.postings for p in postings):
            found.append((background, past))
    return found
