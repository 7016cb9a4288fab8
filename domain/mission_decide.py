"""Decisions on a mission: `decide(command, state, now, actor)` gives the events, or raises Refused."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from domain import commands as c
from domain import vocabulary
from domain.calendar import Calendar, Holiday
from domain.envelope import Actor
from domain.events import New
from domain.mission import Mission
from domain.mission_deciding import dates, feeds, keeping, local, outages, people, suspending
from domain.refusals import Refused


def decide(command: c.MissionCommand, state: Mission, now: datetime, actor: Actor) -> list[New]:
    """What the command makes happen on the mission's stream. `now` is UTC. The same command twice gives nothing.

    Raises Refused where the rules say no, BadTerm for a term that is none.
    """
    if isinstance(command, c.AdoptMission):
        return _adopt(command, state)
    if not state.version:
        raise Refused("no-such-mission", mission=command.mission)
    return _DECIDE[type(command)](command, state, now, actor)


def _adopt(command: c.AdoptMission, state: Mission) -> list[New]:
    if state.version:
        raise Refused("mission-exists", mission=command.mission)
    Calendar.from_data(command.calendar)
    data: dict[str, Any] = {
        "mission": command.mission,
        "kind": command.kind,
        "on": command.on,
        "accreditations": [a.model_dump() for a in command.accreditations],
        "calendar": command.calendar,
        "calendar_source": command.calendar_source,
        "instruments": command.instruments,
        "checksums": command.checksums,
        "last_done": command.last_done,
        "partners": list(command.partners),
    }
    if command.switched_off:
        data["switched_off"] = list(command.switched_off)
    return [New("MissionAdopted", data)]


def _revise(command: c.ReviseCalendar, state: Mission, _n: datetime, _a: Actor) -> list[New]:
    vocabulary.check("source", command.source, vocabulary.CALENDAR_SOURCES, dated=True)
    old = state.clock
    holidays = dict(old.holidays)
    named = {holiday.name for holiday in old.holidays.values()}
    for day, name in command.add.items():
        vocabulary.check("add", name, (*vocabulary.DAYS_OFF, *sorted(named - set(vocabulary.DAYS_OFF))))
        holidays[date.fromisoformat(day)] = Holiday(name, estimated=False, source=command.source)
    for day in command.remove:
        holidays.pop(date.fromisoformat(day), None)
    if holidays == dict(old.holidays):
        raise Refused("calendar-unchanged", mission=command.mission)
    new = Calendar(
        zone=old.zone,
        weekend=old.weekend,
        holidays=holidays,
        working_days=old.working_days,
        years=old.years,
        version=old.version + 1,
    )
    data = {
        "calendar": new.to_data(),
        "source": command.source,
        "added": sorted(command.add),
        "removed": sorted(command.remove),
    }
    return [New("CalendarRevised", data)]


_DECIDE: dict[type[c.Command], Callable[[Any, Mission, datetime, Actor], list[New]]] = {
    c.ReviseCalendar: _revise,
    c.RecordPosts: people.record_posts,
    c.DescribeJob: people.describe_job,
    c.EndPosting: people.end_posting,
    c.RecordAbsence: people.record_absence,
    c.EndAbsence: people.end_absence,
    c.DeclareSuspension: suspending.declare,
    c.RenewSuspension: suspending.renew,
    c.LiftSuspension: suspending.lift,
    c.DeclareOutage: outages.declare,
    c.SetLocalTerm: local.set_term,
    c.SwitchDuty: local.switch,
    c.AdoptInstrument: local.adopt_instrument,
    c.LockVault: keeping.lock,
    c.UnlockVault: keeping.unlock,
    c.SetFeeds: feeds.set_,
    c.SetDates: dates.set_,
    c.RemoveDate: dates.remove,
    c.ProposeShredding: keeping.propose,
    c.AnswerShredding: keeping.answer,
    c.RecordShredded: keeping.shredded,
}
