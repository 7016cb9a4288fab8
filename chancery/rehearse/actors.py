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

from chancery import queries
from chancery.adoption import accreditations
from chancery.cases import links
from chancery.directory import Entry
from chancery.importers import staff
from chancery.importers.hearings import import_hearings
from chancery.importers.problems import ImportRefused
from chancery.instruments import checksums, definition, shipped
from chancery.log.pipeline import Statement
from chancery.rehearse import dossiers
from chancery.rehearse.script import Cast, Habit, Move, Posted, Script, ScriptRefused
from chancery.rehearse.stage import Stage
from domain import commands as c
from domain.cadence import identity
from domain.calendar import Calendar
from domain.envelope import OPERATOR, Actor
from domain.instrument import snapshot
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.routing import OUTSIDERS
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
        self.cases: dict[str, str] = {}
        self.dossiers = dossiers.Dossiers(stage, self._posting_anywhere)

    # ── adoption ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def adopt(self, cast: Cast, calendar: Calendar) -> None:
        """The mission with its calendar, posts and officers."""
        self._stage.keys.create_mission(cast.code)
        instruments = {code: i["version"] for code, i in shipped().items()}
        command = c.AdoptMission(
            command_id=self._id(f"adopt|{cast.code}"),
            mission=cast.code,
            kind=cast.kind,
            on=cast.on.isoformat(),
            accreditations=accreditations(cast.code, cast.kind, (cast.host,)),
            calendar=calendar.to_data(),
            calendar_source="host",
            instruments=instruments,
            checksums=dict(checksums()),
            last_done={code: day.isoformat() for code, day in cast.last_done.items()},
            partners=cast.partners,
            switched_off=cast.off,
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
            appraisal=posted.appraisal,
            posting=posting,
            from_day=posted.first.isoformat(),
            until=posted.last.isoformat() if posted.last else None,
        )

    # ── the script's lines ───────────────────────────────────────────────────────────────────────────────────────

    async def perform(self, move: Move, command_id: UUID) -> None:
        """Send what a line of the script asks for. Raises Refused; ScriptRefused where the line cannot be understood."""
        if move.do == "ImportHearings":
            await self._import(move, command_id)
        elif move.do in dossiers.KINDS:
            await self.dossiers.perform(move, command_id, self.actor(move.by, move.mission))
        else:
            await self._ask(move, command_id)

    async def _ask(self, move: Move, command_id: UUID) -> None:
        data = dict(move.with_)
        sealed: list[Statement] = []
        if move.do == "OpenObligation":
            data, sealed = await self._opening(move, data)
        elif move.do in ("RecordSittings", "RecordSittingHeld"):
            data = self._sittings(move, data)
        kind = c.COMMANDS.get(move.do)
        if kind is None:
            raise ScriptRefused(f"{move.do} is no command")
        if "obligation" in data and move.do != "OpenObligation":
            data["obligation"] = await self._found(move.mission, str(data["obligation"]))
        if move.do in ("SetGates", "AnswerVitalInterest"):
            data["others"] = await self._others(str(data["obligation"]))
        fields: dict[str, Any] = {}
        for name, value in data.items():
            fields[name] = self._resolve(move.mission, name, value)
        if fields.get("suspension") == "current":
            mission = await self._stage.desk.mission(move.mission)
            fields["suspension"] = mission.all_suspensions()[-1].id
        if list(fields.get("checklist", ())) == ["all"]:
            state = await self._stage.desk.obligation(str(fields["obligation"]))
            task = state.tasks.get(str(fields["task"]))
            step = state.step(task.step) if task is not None else None
            fields["checklist"] = [line["code"] for line in step["checklist"]] if step is not None else []
        if "evidence" in fields:
            fields["evidence"] = [self._evidence(one) for one in fields["evidence"]]
        try:
            command = kind.model_validate({**fields, "command_id": command_id, "mission": move.mission})
        except ValueError as problem:
            line = str(problem).replace("\n", " ")
            raise ScriptRefused(f"{move.do} at {move.at:%Y-%m-%d %H:%M}: {line[:300]}") from None
        await self._stage.desk.submit(command, self.actor(move.by, move.mission), sealed)

    async def _found(self, mission: str, name: str) -> str:
        """The obligation that the file names; or, by its definition's code (`DEMARCHE`, `DEMARCHE#2`), one that followed."""
        if name in self.obligations:
            return self.obligations[name]
        code, _, number = name.partition("#")
        log = self._stage.desk.log
        found = [row for row in await queries.obligations(log, mission=mission) if row["definition"] == code]
        found.sort(key=lambda row: (row["opened"], row["id"]))
        place = int(number or 1) - 1
        return str(found[place]["id"]) if place < len(found) else name

    async def _others(self, consultation: str) -> dict[str, str]:
        """Every other open obligation of the case whose consultation this is."""
        desk, vault, pool = self._stage.desk, self._stage.vault, self._stage.pool
        case, _ = await links.case_of(vault, pool, await desk.obligation(consultation))
        if case is None:
            return {}
        known = await links.obligations_of(vault, pool, case)
        mission = (await desk.obligation(consultation)).mission
        here = {code for code in known if (await desk.obligation(code)).mission == mission}
        return {code: known[code] for code in sorted(here - {consultation})}

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
        """The officer, in their posting of today in the mission, or in any other mission that they serve; or a partner."""
        if officer == "operator":
            return OPERATOR
        if officer in self._script.cast(mission).partners:
            return Actor("partner", officer)
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

    def _posting_anywhere(self, officer: str) -> str:
        """An officer's posting of today, in whichever mission they serve."""
        homes = [mission for mission, who in self.officers if who == officer]
        return self.posting(homes[0] if homes else "-", officer)

    def _resolve(self, mission: str, name: str, value: Any) -> Any:
        """A value of the file as the command takes it: local times with their zone, names as the codes they stand for."""
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self._script.cast(mission).zone))
        if isinstance(value, date):
            return value.isoformat()
        if name == "task":
            step, _, occurrence = str(value).partition(".")
            first, dot, turn = occurrence.partition(".")
            return f"{step}.{self.appointments.get(first, first or '1')}{dot}{turn}"
        if name == "result":
            return {k: self._officer_or(mission, v) for k, v in value.items()}
        if name in _POSTING_FIELDS:
            return self.posting(mission, value)
        known = {"obligation": self.obligations, "appointment": self.appointments}.get(name, {})
        return known.get(value, value) if known else value

    def _officer_or(self, mission: str, value: str) -> str:
        return self.posting(mission, value) if (mission, value) in self.officers else value

    async def _opening(self, move: Move, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Statement]]:
        """What opens an obligation; for one that serves a case, its sealed link too. `case` in the file names the case."""
        code = str(data["definition"])
        instrument = str(data.get("instrument", "eu-hrd"))
        chosen = definition(instrument, code)
        if chosen is None:
            raise ScriptRefused(f"{instrument} has no definition {code}")
        name = str(data["obligation"])
        cast = self._script.cast(move.mission)
        at_headquarters = cast.kind == "headquarters"
        accreditation = move.mission if at_headquarters else f"{move.mission}-{cast.host}"
        id_ = f"o-{self._id(f'obligation|{name}').hex[:16]}"
        if data.get("period"):
            id_ = identity(accreditation, code, str(data["period"]))
        more: dict[str, Any] = {k: v for k, v in data.items() if k != "case"}
        sealed: list[Statement] = []
        if chosen["scope"] == "case":
            case = self.cases.setdefault(
                str(data.get("case", name)), f"c-{self._id(f'case|{name}').int % 10**9}"
            )
            links_ = self._stage.vault, self._stage.pool
            self._stage.keys.create_case(move.mission, case)
            id_ = links.obligation_id(self._stage.vault, case, code, "", name)
            opening = uuid5(self._id(f"opening|{name}"), "opening")
            subject, statement = await links.sealed_opening(*links_, case, id_, opening)
            sealed = [statement]
            more["subject"] = {"ref": str(subject.reference), "commit": subject.commitment}
            consult = await links.consultation(self._stage.vault, self._stage.desk, case)
            if consult is not None and consult.mission == move.mission:
                more["consult"] = consult.id
        self.obligations[name] = id_
        return {
            **more,
            "obligation": id_,
            "accreditation": accreditation,
            "instrument": instrument,
            "instrument_version": shipped()[instrument]["version"],
            "definition_data": snapshot(chosen),
        }, sealed

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
        actor = await self._holder(task, state, mission, now)
        if actor is None:
            return now + _DAY_SHIFT
        step = state.step(task.step)
        assert step is not None
        sitting = state.appointments.get(task.appointment or "")
        if step["bound"] == "after" and sitting is not None and sitting.starts > instant_text(now):
            return datetime.fromisoformat(sitting.starts) + _DAY_SHIFT
        command = self._ending(habit, state, task, command_id, now)
        await desk.submit(command, actor)
        return None

    async def _holder(self, task: Task, state: Obligation, mission: Mission, now: datetime) -> Actor | None:
        """Who ends a task that is held: the holder, their substitute, or where it passed outside, whoever serves there."""
        if task.posting in OUTSIDERS:
            for row in await queries.missions(self._stage.desk.log):
                other = await self._stage.desk.mission(row["code"])
                for posting in other.holders(task.posting, now) if other.kind == "headquarters" else ():
                    return Actor("officer", posting, other.code)
            return None
        holder = mission.substitute_for(task.posting, now, state.code) or task.posting
        return Actor("officer", holder, mission.code) if mission.is_present(holder, now) else None

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
        appraisal=line.appraisal,
    )
