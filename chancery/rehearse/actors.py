"""The company of a rehearsal: its missions and officers, and how a line of the script becomes a command.

Everything goes through the desk, as the officer whom the line names; nothing here writes by another way.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chancery.directory import Entry
from chancery.importers import staff
from chancery.importers.hearings import import_hearings
from chancery.importers.problems import ImportRefused
from chancery.instruments import checksums, definition, shipped
from chancery.rehearse.script import Cast, Habit, Move, Posted, Script, ScriptRefused
from chancery.rehearse.stage import Stage
from domain import commands as c
from domain.cadence import identity
from domain.calendar import Calendar
from domain.envelope import OPERATOR, Actor
from domain.instrument import snapshot
from domain.kinds import instant_text
from domain.obligation import Obligation
from domain.task import Task

_NAMES = UUID("0f0b2b1e-95a2-5d1a-8a39-3f3c5f0d7a55")
_POSTING_FIELDS = ("posting", "substitute", "approver")
_DAY_SHIFT = timedelta(days=1)


class Company:
    """Who is who. `officers` maps (mission, officer's code) to the postings that the rehearsal made."""

    def __init__(self, script: Script, folder: Path, stage: Stage) -> None:
        self._script = script
        self._folder = folder
        self._stage = stage
        self.officers: dict[tuple[str, str], list[tuple[date, date, str]]] = {}
        self.names: dict[str, str] = {}
        self.obligations: dict[str, str] = {}
        self.appointments: dict[str, str] = {}

    # ── adoption ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def adopt(self, cast: Cast, calendar: Calendar) -> None:
        """The mission with its calendar, posts and officers."""
        self._stage.keys.create_mission(cast.code)
        instruments = {code: i["version"] for code, i in shipped().items()} if cast.kind == "mission" else {}
        command = c.AdoptMission(
            command_id=self._id(f"adopt|{cast.code}"),
            mission=cast.code,
            kind=cast.kind,
            on=cast.on.isoformat(),
            accreditations=(c.Accreditation(code=f"{cast.code}-{cast.host}", country=cast.host),),
            calendar=calendar.to_data(),
            calendar_source="host",
            instruments=instruments,
            checksums={code: value for code, value in checksums().items() if code in instruments},
            last_done={code: day.isoformat() for code, day in cast.last_done.items()},
            partners=cast.partners,
            switched_off=cast.switched_off,
        )
        await self._stage.desk.submit(command, OPERATOR)
        lines = [*self._from_file(cast), *self._from_entries(cast)]
        entries = [Entry(line.posting, cast.code, self.names[line.posting]) for line in lines]
        posts = c.RecordPosts(
            command_id=self._id(f"posts|{cast.code}"), mission=cast.code, lines=tuple(lines)
        )
        await self._stage.desk.submit(posts, OPERATOR, [self._stage.directory.statement(entries)])

    def _from_entries(self, cast: Cast) -> list[c.PostLine]:
        return [self._line(cast.code, p) for p in cast.post]

    def _from_file(self, cast: Cast) -> list[c.PostLine]:
        """The mission's lines of a staff table, read by the importer that everybody uses."""
        if cast.posts is None:
            return []
        path = self._folder / cast.posts
        try:
            found = staff.parse(path.read_bytes(), path.name).get(cast.code, [])
        except OSError as problem:
            raise ScriptRefused(
                f"mission {cast.code}: posts: {path.name} cannot be read ({problem})"
            ) from None
        except ImportRefused as problem:
            raise ScriptRefused(f"mission {cast.code}: posts: {problem.lines()[0]}") from None
        return [self._line(cast.code, _posted(line)) for line in found]

    def _line(self, mission: str, posted: Posted) -> c.PostLine:
        posting = self._stage.directory.new_posting()
        span = (posted.first, posted.last or date.max, posting)
        self.officers.setdefault((mission, posted.officer), []).append(span)
        self.names[posting] = posted.officer
        return c.PostLine(
            post=posted.post,
            role=posted.role,
            share_percent=posted.share,
            local_agent=posted.local_agent,
            posting=posting,
            from_day=posted.first.isoformat(),
            until=posted.last.isoformat() if posted.last else None,
        )

    # ── the script's lines ───────────────────────────────────────────────────────────────────────────────────────

    async def perform(self, move: Move, command_id: UUID) -> None:
        """Send what a line of the script asks for. Raises Refused; ScriptRefused where the line cannot be understood."""
        data = dict(move.with_)
        if move.do == "ImportHearings":
            await self._import(move, command_id)
            return
        if move.do == "OpenObligation":
            data = self._opening(move, data)
        elif move.do in ("RecordSittings", "RecordSittingHeld"):
            data = self._sittings(move, data)
        kind = c.COMMANDS.get(move.do)
        if kind is None:
            raise ScriptRefused(f"{move.do} is no command")
        fields: dict[str, Any] = {}
        for name, value in data.items():
            fields[name] = self._resolve(move.mission, name, value)
        if fields.get("suspension") == "current":
            mission = await self._stage.desk.mission(move.mission)
            fields["suspension"] = mission.all_suspensions()[-1].id
        if "evidence" in fields:
            fields["evidence"] = [self._evidence(one) for one in fields["evidence"]]
        try:
            command = kind.model_validate({**fields, "command_id": command_id, "mission": move.mission})
        except ValueError as problem:
            line = str(problem).replace("\n", " ")
            raise ScriptRefused(f"{move.do} at {move.at:%Y-%m-%d %H:%M}: {line[:300]}") from None
        await self._stage.desk.submit(command, self.actor(move.by, move.mission))

    async def _import(self, move: Move, command_id: UUID) -> None:
        """A court list, by the importer that everybody uses; its sittings bear their days as names."""
        path = self._folder / str(move.with_["file"])
        try:
            raw = path.read_bytes()
        except OSError as problem:
            raise ScriptRefused(f"ImportHearings: {path.name} cannot be read ({problem.strerror})") from None
        outcome = await import_hearings(
            self._stage,
            raw,
            path.name,
            command_id,
            case=str(move.with_["case"]),
            mission=move.mission,
            actor=self.actor(move.by, move.mission),
        )
        self.obligations[str(move.with_["obligation"])] = outcome.obligation
        state = await self._stage.desk.obligation(outcome.obligation)
        for sitting in state.sittings():
            self.appointments.setdefault(sitting.day, sitting.id)

    def actor(self, officer: str, mission: str) -> Actor:
        """The officer, in their posting of today in the mission, or in any other mission that they serve."""
        if officer == "operator":
            return OPERATOR
        homes = [m for m, who in self.officers if who == officer]
        home = mission if mission in homes else (homes[0] if homes else mission)
        return Actor("officer", self.posting(home, officer), home)

    def posting(self, mission: str, officer: str) -> str:
        """The posting of an officer on the rehearsal's day. ScriptRefused if the file has no such officer."""
        today = self._stage.clock.now().date()
        held = self.officers.get((mission, officer))
        if not held:
            raise ScriptRefused(f"mission {mission} has no officer {officer} in this file")
        return next((p for first, last, p in held if first <= today <= last), held[-1][2])

    def _resolve(self, mission: str, name: str, value: Any) -> Any:
        """A value of the file as the command takes it: local times with their zone, names as the codes they stand for."""
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self._script.cast(mission).zone))
        if isinstance(value, date):
            return value.isoformat()
        if name == "task":
            step, _, occurrence = str(value).partition(".")
            return f"{step}.{self.appointments.get(occurrence, occurrence or '1')}"
        if name == "result":
            return {k: self._officer_or(mission, v) for k, v in value.items()}
        if name in _POSTING_FIELDS:
            return self.posting(mission, value)
        known = {"obligation": self.obligations, "appointment": self.appointments}.get(name, {})
        return known.get(value, value) if known else value

    def _officer_or(self, mission: str, value: str) -> str:
        return self.posting(mission, value) if (mission, value) in self.officers else value

    def _opening(self, move: Move, data: Mapping[str, Any]) -> dict[str, Any]:
        code = str(data["definition"])
        instrument = str(data.get("instrument", "eu-hrd"))
        chosen = definition(instrument, code)
        if chosen is None:
            raise ScriptRefused(f"{instrument} has no definition {code}")
        accreditation = f"{move.mission}-{self._script.cast(move.mission).host}"
        name = str(data["obligation"])
        id_ = f"o-{self._id(f'obligation|{name}').hex[:16]}"
        if data.get("period"):
            id_ = identity(accreditation, code, str(data["period"]))
        self.obligations[name] = id_
        return {
            **data,
            "obligation": id_,
            "accreditation": accreditation,
            "instrument": instrument,
            "instrument_version": shipped()[instrument]["version"],
            "definition_data": snapshot(chosen),
        }

    def _sittings(self, move: Move, data: dict[str, Any]) -> dict[str, Any]:
        if "sittings" in data:
            data["sittings"] = [self._sitting(move, one) for one in data["sittings"]]
        if isinstance(data.get("next"), dict):
            data["next"] = self._sitting(move, data["next"])
        return data

    def _sitting(self, move: Move, one: Mapping[str, Any]) -> dict[str, Any]:
        name = str(one["name"])
        known = self.appointments.setdefault(name, f"h-{self._id(f'sitting|{name}').hex[:12]}")
        zone = ZoneInfo(self._script.cast(move.mission).zone)
        at = one["at"]
        whole = not isinstance(at, datetime)
        starts = datetime(at.year, at.month, at.day, 9, tzinfo=zone) if whole else at
        starts = starts if starts.tzinfo else starts.replace(tzinfo=zone)
        return {
            "appointment": known,
            "starts": starts,
            "day": starts.astimezone(zone).date().isoformat(),
            "whole_day": whole,
            "cancelled": bool(one.get("cancelled", False)),
        }

    @staticmethod
    def _evidence(one: Any) -> dict[str, Any]:
        if isinstance(one, str):
            digest = hashlib.sha256(f"rehearsed|{one}".encode()).hexdigest()
            return {"kind": one, "digest": digest, "bytes": 1, "marking": "limite"}
        return dict(one)

    # ── habits ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def follow(self, habit: Habit, obligation: str, task_id: str, command_id: UUID) -> datetime | None:
        """End a task as the habit says, by whoever holds it now. When to come again, if nobody in post holds it."""
        desk = self._stage.desk
        state, mission = await desk.obligation(obligation), await desk.mission(habit.mission)
        task = state.tasks[task_id]
        if not task.is_open:
            return None
        now = self._stage.clock.now()
        holder = mission.substitute_for(task.posting, now) or task.posting
        if not mission.is_present(holder, now):
            return now + _DAY_SHIFT
        step = state.step(task.step)
        assert step is not None
        sitting = state.appointments.get(task.appointment or "")
        if step["bound"] == "after" and sitting is not None and sitting.starts > instant_text(now):
            return datetime.fromisoformat(sitting.starts) + _DAY_SHIFT
        command = self._ending(habit, state, task, command_id, now)
        await desk.submit(command, Actor("officer", holder, habit.mission))
        return None

    def _ending(
        self, habit: Habit, state: Obligation, task: Task, command_id: UUID, now: datetime
    ) -> c.TaskCommand:
        step = state.step(task.step)
        assert step is not None
        common = {
            "command_id": command_id,
            "mission": habit.mission,
            "obligation": state.id,
            "task": task.id,
        }
        if habit.outcome is not None:
            return c.NotAct.model_validate({**common, "outcome": habit.outcome, "reason": habit.reason})
        late = task.due < instant_text(now)
        result = {k: self._officer_or(habit.mission, v) for k, v in habit.result.items()}
        return c.CompleteTask.model_validate(
            {
                **common,
                "checklist": [line["code"] for line in step["checklist"]],
                "evidence": [self._evidence(kind) for kind in step["evidence"]],
                "result": result,
                "reason": (habit.reason or "capacity") if late else None,
            }
        )

    def _id(self, name: str) -> UUID:
        return uuid5(_NAMES, f"{self._script.seed}|{name}")


def _posted(line: staff.StaffLine) -> Posted:
    """A line of a staff table."""
    return Posted(
        post=line.post,
        role=line.role,
        officer=line.officer,
        first=date.fromisoformat(line.first),
        last=date.fromisoformat(line.until) if line.until else None,
        share=line.share,
        local_agent=line.local_agent,
    )
