"""Decisions on a mission: `decide(command, state, now)` gives the events, or raises Refused."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from domain import commands as c
from domain.calendar import Calendar, Holiday
from domain.events import New
from domain.instrument import HEADQUARTERS, ROLES
from domain.kinds import instant_text
from domain.mission import Mission
from domain.refusals import Refused

SUSPENSION_DAYS = 14
"""A suspension is declared or renewed for at most so many days, so that none goes on unnoticed (product default)."""


def decide(command: c.MissionCommand, state: Mission, now: datetime) -> list[New]:
    """What the command makes happen on the mission's stream. `now` is UTC. The same command twice gives nothing."""
    if isinstance(command, c.AdoptMission):
        return _adopt(command, state)
    if not state.version:
        raise Refused("no-such-mission", mission=command.mission)
    return _DECIDE[type(command)](command, state, now)


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


def _revise(command: c.ReviseCalendar, state: Mission, _: datetime) -> list[New]:
    old = state.clock
    holidays = dict(old.holidays)
    for day, name in command.add.items():
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


def _posts(command: c.RecordPosts, state: Mission, now: datetime) -> list[New]:
    made: list[New] = []
    posts = set(state.posts)
    # A table that ends one posting and begins the next says both at once: the end that it gives is what counts.
    ends = {line.posting: line.until for line in command.lines if line.until is not None}
    spans: dict[str, list[tuple[str, str, str]]] = {}
    for held in state.postings.values():
        end = ends.get(held.code, held.last.isoformat())
        spans.setdefault(held.post, []).append((held.code, held.first.isoformat(), end))
    for line in command.lines:
        _check_role(line.role, state)
        if line.until is not None and line.until < line.from_day:
            raise Refused("ends-before-start", what=f"{line.post}", end=line.until, start=line.from_day)
        if line.post not in posts:
            posts.add(line.post)
            made.append(
                New(
                    "PostCreated",
                    {
                        "post": line.post,
                        "role": line.role,
                        "share_percent": line.share_percent,
                        "local_agent": line.local_agent,
                    },
                )
            )
        made += _posting(line, state, spans.setdefault(line.post, []))
    if command.lines and not _somebody_leads(command, state):
        raise Refused("nobody-leads", mission=command.mission)
    return made


def _check_role(role: str, state: Mission) -> None:
    """A slip in a role would leave its tasks to the fallback; headquarters' roles reach into every mission."""
    roles = sorted(ROLES - HEADQUARTERS if state.kind == "mission" else ROLES)
    if role not in roles:
        raise Refused("no-such-role", role=role, kind=state.kind, roles=", ".join(roles))


def _posting(line: c.PostLine, state: Mission, spans: list[tuple[str, str, str]]) -> list[New]:
    last = line.until or "9999-12-31"
    known = state.postings.get(line.posting)
    if known is not None:
        if known.last.isoformat() == last or line.until is None:
            return []
        return [New("PostingEnded", {"posting": line.posting, "until": line.until})]
    for code, first, end in spans:
        if first <= last and line.from_day <= end:
            raise Refused("posting-overlaps", post=line.post, posting=code, start=first, end=end)
    spans.append((line.posting, line.from_day, last))
    data = {
        "posting": line.posting,
        "post": line.post,
        "from_day": line.from_day,
        "until": line.until,
        "languages": list(line.languages),
    }
    return [New("PostingBegan", data)]


def _somebody_leads(command: c.RecordPosts, state: Mission) -> bool:
    if state.kind == "headquarters":
        return True
    roles = {p.role for p in state.posts.values()} | {line.role for line in command.lines}
    return bool(roles & {"head_of_mission", "deputy_head_of_mission"})


def _end_posting(command: c.EndPosting, state: Mission, _: datetime) -> list[New]:
    held = state.postings.get(command.posting)
    if held is None:
        raise Refused("no-such-posting", posting=command.posting, mission=command.mission, day=command.until)
    for other in state.postings.values():
        if other.post == held.post and held.first < other.first and command.until >= other.first.isoformat():
            start, end = other.first, other.last
            raise Refused("posting-overlaps", post=held.post, posting=other.code, start=start, end=end)
    if command.until < held.first.isoformat():
        raise Refused("ends-before-start", what=command.posting, end=command.until, start=held.first)
    if held.last.isoformat() == command.until:
        return []
    return [New("PostingEnded", {"posting": command.posting, "until": command.until})]


def _absence(command: c.RecordAbsence, state: Mission, now: datetime) -> list[New]:
    for code in (command.posting, command.substitute):
        if code is not None and code not in state.postings:
            raise Refused("no-such-posting", posting=code, mission=command.mission, day=command.from_day)
    if command.until < command.from_day:
        raise Refused("ends-before-start", what=command.posting, end=command.until, start=command.from_day)
    if command.substitute == command.posting:
        raise Refused("second-person", what="A substitute", posting=command.posting)
    if state.is_local_agent(command.substitute or "") and not state.is_local_agent(command.posting):
        raise Refused("never-alone")
    code = f"a-{command.command_id.hex[:12]}"
    if code in state.absences:
        return []
    data = {
        "absence": code,
        "posting": command.posting,
        "from_day": command.from_day,
        "until": command.until,
        "substitute": command.substitute,
    }
    return [New("AbsenceRecorded", data)]


def _end_absence(command: c.EndAbsence, state: Mission, _: datetime) -> list[New]:
    known = state.absences.get(command.absence)
    if known is None:
        raise Refused("no-such-posting", posting=command.absence, mission=command.mission, day=command.until)
    until = max(command.until, (known.first - timedelta(days=1)).isoformat())
    if known.last.isoformat() <= until:
        return []
    return [New("AbsenceEnded", {"absence": command.absence, "until": until})]


def _declare(command: c.DeclareSuspension, state: Mission, now: datetime) -> list[New]:
    code = f"s-{command.command_id.hex[:12]}"
    if code in state.suspensions:
        return []
    _bounded(command.starts, command.ends)
    for known in state.suspensions.values():
        if known.starts < command.ends and command.starts < known.ends:
            raise Refused("suspension-overlaps", suspension=known.id, until=instant_text(known.ends))
    data = {
        "suspension": code,
        "starts": instant_text(command.starts),
        "ends": instant_text(command.ends),
        "scope": "mission",
        "reason": command.reason,
    }
    return [New("SuspensionDeclared", data)]


def _bounded(starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise Refused(
            "ends-before-start", what="The suspension", end=instant_text(ends), start=instant_text(starts)
        )
    if ends - starts > timedelta(days=SUSPENSION_DAYS):
        raise Refused("suspension-too-long", days=SUSPENSION_DAYS)


def _renew(command: c.RenewSuspension, state: Mission, now: datetime) -> list[New]:
    known = state.suspensions.get(command.suspension)
    if known is None or known.ends <= now:
        raise Refused("no-such-suspension", suspension=command.suspension, mission=command.mission)
    _bounded(max(now, known.starts), command.ends)
    if command.ends == known.ends:
        return []
    return [New("SuspensionRenewed", {"suspension": command.suspension, "ends": instant_text(command.ends)})]


def _lift(command: c.LiftSuspension, state: Mission, now: datetime) -> list[New]:
    known = state.suspensions.get(command.suspension)
    if known is None or known.ends <= min(now, command.at):
        raise Refused("no-such-suspension", suspension=command.suspension, mission=command.mission)
    if command.at > now:
        raise Refused("in-the-future", at=instant_text(command.at))
    if command.at <= known.starts:
        raise Refused(
            "ends-before-start",
            what="The suspension",
            end=instant_text(command.at),
            start=instant_text(known.starts),
        )
    return [New("SuspensionLifted", {"suspension": command.suspension, "ends": instant_text(command.at)})]


_DECIDE: dict[type[c.Command], Callable[[Any, Mission, datetime], list[New]]] = {
    c.ReviseCalendar: _revise,
    c.RecordPosts: _posts,
    c.EndPosting: _end_posting,
    c.RecordAbsence: _absence,
    c.EndAbsence: _end_absence,
    c.DeclareSuspension: _declare,
    c.RenewSuspension: _renew,
    c.LiftSuspension: _lift,
}
