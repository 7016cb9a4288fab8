"""The staff report: one person, one period, as known at a position of the log.

It reads events up to that position and nothing else, so it can be made again, byte for byte. It never ranks, scores or
compares; it says what was asked, what became of it, whose time it was, and what it cannot see.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from chancery import queries
from chancery.log.store import EventLog, Recorded
from chancery.reports import figures as f
from chancery.reports.regimes import NoReport, postings_under
from chancery.reports.render import render
from chancery.reports.words import UNSEEN
from chancery.streams import as_event, mission_stream, obligation_stream
from domain.calendar import DAY
from domain.envelope import Event
from domain.kinds import instant_text
from domain.record import Asked, Background

SCHEMA: Final = "chancery.staff-report/1"
_CHUNK: Final = 100
"""Obligations that are read in one round trip."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ReportRefused(NoReport):
    """A report that cannot be made. `code` is stable; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class StaffReport:
    """A finished report. The data are all there is: the text says the same in words."""

    _data: dict[str, Any]

    def data(self) -> dict[str, Any]:
        """Plain JSON in a fixed order (`chancery.staff-report/1`). A copy: change it as you like."""
        copied: dict[str, Any] = json.loads(self.json())
        return copied

    def json(self) -> str:
        """The data as text, the same bytes whenever the report is made again."""
        return json.dumps(self._data, ensure_ascii=False, indent=2) + "\n"

    def text(self, language: str = "en") -> str:
        """The report for reading, `en` or `fr`, at most 100 columns wide."""
        return render(self._data, language)


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
        raise ReportRefused("report.period", f"The period ends on {last}, before it begins on {first}.")
    at = await _place(log, as_of)
    backgrounds = await _backgrounds(log, postings, at.position)
    if not backgrounds:
        raise ReportRefused(
            "report.nobody",
            f"No posting of {officer} stands in the log at position {at.position}; give another one.",
        )
    mine = frozenset(p for b, _ in backgrounds for p in b.mission.postings if p in postings)
    under, mine = postings_under(regime, officer, (b.mission for b, _ in backgrounds), mine, first, last)
    backgrounds = [(b, past) for b, past in backgrounds if mine & set(b.mission.postings)]
    asked = Asked(mine, first, last, _time(at.recorded_us))
    events = await _obligations(log, backgrounds, mine, at.position)
    made: dict[str, list[f.Item]] = {name: [] for name in f.NAMES}
    cases: dict[str, int] = {}
    definitions: dict[tuple[str, ...], bool] = {}
    known = {b.mission.code: b for b, _ in backgrounds}
    for one in events:
        gathered = f.Gathered(asked, known[one[0].data["mission"]], made, cases, definitions)
        f.gather(one, gathered)
    origin, rehearsal = await log.origin()
    return StaffReport(
        {
            "schema": SCHEMA,
            "officer": officer,
            "appraisal": under,
            "zones": {b.mission.code: b.mission.clock.zone for b, _ in backgrounds},
            "period": {"first": first.isoformat(), "last": last.isoformat()},
            "log": {
                "origin": origin,
                "rehearsal": rehearsal,
                "position": at.position,
                "leaf": at.leaf.hex(),
                "recorded": instant_text(_time(at.recorded_us)),
            },
            "posts": [line for b, _ in backgrounds for line in _posts(b, mine, asked)],
            "absences": [line for b, past in backgrounds for line in _absences(b, past, asked)],
            "definitions": [
                {
                    "instrument": i,
                    "version": v,
                    "definition": d,
                    "paragraph": p,
                    "paragraph_confirmed": confirmed,
                }
                for (i, v, d, p), confirmed in sorted(definitions.items())
            ],
            "assigned_by_step": f.counted(made["assigned"]),
            "figures": {name: {"count": len(made[name]), "items": made[name]} for name in f.NAMES},
            "cannot_see": list(UNSEEN),
        }
    )


async def _place(log: EventLog, as_of: int | datetime | None) -> Recorded:
    head = await log.head()
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise ReportRefused("report.instant", "An instant needs an offset, such as 2026-06-30T22:00:00Z.")
        wanted = await log.last_before((as_of - _EPOCH) // timedelta(microseconds=1))
    else:
        wanted = head if as_of is None else as_of
    if not 1 <= wanted <= head:
        raise ReportRefused("report.position", f"The log has positions 1 to {head}; {as_of} is none of them.")
    return await log.at(wanted)


async def _backgrounds(
    log: EventLog, postings: Sequence[str], position: int
) -> list[tuple[Background, list[Event]]]:
    """The missions in which the postings are, as known at the position, with their events; by code."""
    rows = await queries.postings(log)
    codes = sorted({row["mission"] for row in rows if row["posting"] in set(postings)})
    found = []
    for code in codes:
        past = [as_event(e) for e in await log.read_stream(mission_stream(code), upto_position=position)]
        background = Background.of(past)
        if any(p in background.mission.postings for p in postings):
            found.append((background, past))
    return found


async def _obligations(
    log: EventLog, backgrounds: Sequence[tuple[Background, list[Event]]], mine: frozenset[str], position: int
) -> list[list[Event]]:
    """The events of every obligation that can matter, up to the position, in the order of their opening.

    Also those of colleagues for whom the person stood in: leave moves the time to the substitute.
    """
    stood_in = {
        a.posting for b, _ in backgrounds for a in b.mission.absences.values() if a.substitute in mine
    }
    names = [obligation_stream(o) for o in await queries.involved(log, sorted(mine | stood_in))]
    missions = {b.mission.code for b, _ in backgrounds}
    found = []
    for chunk in _chunks(names):
        for recorded in (await log.load([(name, 0) for name in chunk])).values():
            events = [as_event(e) for e in recorded if e.position <= position]
            if events and events[0].data.get("mission") in missions:
                found.append(events)
    return sorted(found, key=lambda events: events[0].position)


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def _posts(background: Background, mine: frozenset[str], asked: Asked) -> list[dict[str, Any]]:
    mission = background.mission
    held = [p for p in mission.postings.values() if p.code in mine]
    return [
        {
            "mission": mission.code,
            "posting": p.code,
            "post": p.post,
            "role": mission.posts[p.post].role,
            "share_percent": mission.posts[p.post].share_percent,
            "from": p.first.isoformat(),
            "until": None if p.last.year == 9999 else p.last.isoformat(),
            "positions": [p.position],
        }
        for p in sorted(held, key=lambda p: (p.first, p.code))
        if p.first <= asked.last and p.last >= asked.first
    ]


def _absences(background: Background, past: Sequence[Event], asked: Asked) -> list[dict[str, Any]]:
    """Days away within the period. No kind, and never who stood in."""
    mission, calendar = background.mission, background.mission.clock
    found = []
    for absence in sorted(mission.absences.values(), key=lambda a: (a.first, a.code)):
        first, last = max(absence.first, asked.first), min(absence.last, asked.last)
        if absence.posting in asked.mine and first <= last:
            found.append(
                {
                    "mission": mission.code,
                    "from": first.isoformat(),
                    "until": last.isoformat(),
                    "working_days": calendar.count_working(first - DAY, last),
                    "substitute": absence.substitute is not None,
                    "positions": [e.position for e in past if e.data.get("absence") == absence.code],
                }
            )
    return found


def _time(recorded_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=recorded_us)
