"""The driver of a rehearsal: it owns the clock and steps from one planned instant to the next.

What is planned: the script's moves, each mission's 09:00 tick, the obligations' own next instants, comings and goings of staff,
and habits. At each, everything due is done and the engine comes to rest before the clock moves again.
"""

import heapq
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chancery import queries
from chancery.conductor import QUEUE
from chancery.instruments import shipped
from chancery.rehearse.actors import Company
from chancery.rehearse.ledger import Ledger, Refusal, compile_ledger
from chancery.rehearse.script import Cast, Script, calendar_of, load
from chancery.rehearse.stage import Stage, Stuck, Tell, staged
from chancery.settings import Settings
from chancery.streams import Shelf, mission_stream
from chancery.tick import due_now
from domain.calendar import Calendar
from domain.deadline import compute
from domain.mission import Mission
from domain.refusals import Refused
from domain.term import Term
from domain.vacancies import ARISING

_NAMES = UUID("b7b0a9d2-33a7-5b0b-9a65-2d6d3d0a8e11")
_ORDER_ADOPT, _ORDER_TICK, _ORDER_MOVE, _ORDER_HABIT = 0, 1, 2, 3
_TICKED = ARISING | frozenset(
    d["code"] for i in shipped().values() for d in i["definition"] if d["cadence"]["kind"] != "event"
)
"""A mission in which all of these are switched off needs no daily tick."""


class Player:
    """Plays one script on a stage."""

    def __init__(self, script: Script, folder: Path, stage: Stage, tell: Tell, until: datetime) -> None:
        """`folder` is where the script's own files lie; `until` (UTC) is when it ends."""
        self._until = until
        self._script = script
        self._folder = folder
        self._stage = stage
        self._tell = tell
        self._company = Company(script, folder, stage)
        self._agenda: list[tuple[datetime, int, int, str, Any]] = []
        self._counter = 0
        self._met: set[str] = set()
        self._refusals: list[Refusal] = []
        self._engine_next: datetime | None = None
        self._missions = Shelf()
        self._calendars: dict[str, Calendar] = {}

    async def play(self) -> Ledger:
        """From the first day to the last; the ledger of all that was asked and done."""
        end = self._until
        for cast in self._script.mission:
            await self._prepare(cast)
        for number, move in enumerate(self._script.move):
            self._plan(self._script.instant(move), _ORDER_MOVE, "move", (number, move))
        while True:
            at = await self._next()
            if at is None or at > end:
                break
            self._stage.step_to(max(at, self._stage.clock.now()))
            await self._moment()
            self._tell(f"{at:%Y-%m-%d}")
        self._stage.step_to(max(end, self._stage.clock.now()))
        await self._stage.settle()
        return await compile_ledger(self._script, self._stage, self._company, self._refusals)

    async def _prepare(self, cast: Cast) -> None:
        """The mission's calendar; its adoption on the day that the file names, and from then its daily ticks."""
        first, last = min(cast.on, self._script.starts).year - 1, self._script.ends.year + 1
        calendar = self._calendars[cast.code] = calendar_of(cast, first, last)
        begins = max(calendar.start_of(cast.on), self._stage.clock.now())
        self._plan(begins, _ORDER_ADOPT, "adopt", cast)
        if not set(cast.off) >= _TICKED:
            first_day = max(cast.on, self._script.starts)
            self._plan(self._nine(cast.code, first_day), _ORDER_TICK, "tick", cast.code)

    @property
    def company(self) -> Company:
        """Who is who in this rehearsal."""
        return self._company

    # ── what is planned ──────────────────────────────────────────────────────────────────────────────────────────

    def _plan(self, at: datetime, order: int, kind: str, what: Any) -> None:
        self._counter += 1
        heapq.heappush(self._agenda, (at, order, self._counter, kind, what))

    async def _next(self) -> datetime | None:
        planned: list[datetime] = []
        wake = await queries.next_wake(self._stage.desk.log)
        if wake is not None:
            planned.append(wake.astimezone(UTC))
        missions = [self._missions.get(mission_stream(cast.code)) for cast in self._script.mission]
        loaded = await self._stage.desk.log.load([(known.name, known.version) for known in missions])
        for known in missions:
            known.catch_up(loaded[known.name])
            assert isinstance(known.state, Mission)
            change = known.state.staffing_change(self._stage.clock.now()) if known.version else None
            if change is not None:
                planned.append(change)
        self._engine_next = min(planned, default=None)
        if self._agenda:
            planned.append(self._agenda[0][0])
        return min(planned, default=None)

    async def _moment(self) -> None:
        """Everything of this instant: timers first, then ticks, the script, habits; at rest after each."""
        now = self._stage.clock.now()
        stirred = self._engine_next is not None and self._engine_next <= now
        if stirred:
            await self._timers()
        while self._agenda and self._agenda[0][0] <= now:
            _, _, _, kind, what = heapq.heappop(self._agenda)
            if kind == "tick" and not await self._tick(what):
                continue
            if kind == "adopt":
                await self._company.adopt(what, self._calendars[what.code])
            elif kind == "move":
                await self._move(*what)
            elif kind == "habit":
                await self._habit(*what)
            await self._stage.settle()
            stirred = True
        if stirred:
            await self._timers()
            await self._form_habits()

    async def _timers(self) -> None:
        """Wait until every planned instant up to now stands in the log: recorded by the workflows, nobody else."""
        wake: datetime | None = None
        for _ in range(60):
            await self._stage.settle()
            wake = await queries.next_wake(self._stage.desk.log)
            if wake is None or wake > self._stage.clock.now():
                return
            await self._stage.sleep(timedelta(seconds=30))
        raise Stuck(f"what was planned for {wake} is not recorded at {self._stage.clock.now()}")

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def _nine(self, mission: str, day: Any) -> datetime:
        return self._calendars[mission].at(day, time(9))

    async def _tick(self, mission: str) -> bool:
        """The day's tick, if it has anything to open: one that opens nothing is not worth a workflow."""
        now = self._stage.clock.now()
        day = self._calendars[mission].local(now).date()
        self._plan(self._nine(mission, day + timedelta(days=1)), _ORDER_TICK, "tick", mission)
        if not await due_now(self._stage.desk, mission):
            return False
        await self._stage.catch_up()
        # The Schedule's own form of id: a timestamp after the mission.
        await self._stage.client.start_workflow(
            "MissionTick", id=f"tick:{mission}-{now:%Y-%m-%dT%H:%M:%SZ}", task_queue=QUEUE
        )
        return True

    async def _move(self, number: int, move: Any) -> None:
        name = f"{self._script.seed}|move|{number}"
        try:
            await self._company.perform(move, uuid5(_NAMES, name))
        except Refused as refusal:
            as_expected = move.refused == refusal.code
            self._refusals.append(
                Refusal(self._stage.clock.now(), move.by, move.do, refusal.code, as_expected)
            )
            if not as_expected:
                self._tell(f"refused: {move.do} by {move.by}: {refusal.sentence()}")
            return
        if move.refused is not None:
            self._refusals.append(
                Refusal(self._stage.clock.now(), move.by, move.do, "was-not-refused", False)
            )

    async def _form_habits(self) -> None:
        """Habits of tasks that opened since: when their time comes, whoever holds the task then ends it."""
        if not self._script.habit:
            return
        for row in await queries.tasks(self._stage.desk.log):
            key = f"{row['obligation']}/{row['task']}"
            if key in self._met:
                continue
            self._met.add(key)
            for habit in self._script.habit:
                fits = habit.definition in (None, row["definition"])
                if fits and (habit.mission, habit.step) == (row["mission"], row["step"]):
                    calendar = self._calendars[row["mission"]]
                    at = compute(Term.parse(habit.after), self._stage.clock.now(), calendar).due_at
                    if not habit.after.endswith("h"):
                        at = calendar.at(calendar.local(at).date(), time(15))
                    self._plan(at, _ORDER_HABIT, "habit", (habit, row["obligation"], row["task"]))
                    break

    async def _habit(self, habit: Any, obligation: str, task: str) -> None:
        name = f"{self._script.seed}|habit|{obligation}|{task}|{self._stage.clock.now()}"
        try:
            again = await self._company.follow(habit, obligation, task, uuid5(_NAMES, name))
        except Refused as refusal:
            self._refusals.append(Refusal(self._stage.clock.now(), "habit", task, refusal.code, False))
            return
        if again is not None:
            self._plan(again, _ORDER_HABIT, "habit", (habit, obligation, task))


async def run_file(path: Path, settings: Settings, tell: Tell = lambda _: None) -> Ledger:
    """Play a rehearsal's file. Raises ScriptRefused before anything is started, Stuck if the engine misses an instant."""
    script = load(path)
    async with staged(settings, starts_of(script), script.seed, tell) as stage:
        return await Player(script, path.parent, stage, tell, ends_of(script)).play()


def starts_of(script: Script) -> datetime:
    """The instant at which the first day begins anywhere on Earth (UTC)."""
    return datetime.combine(script.starts, time(0), tzinfo=UTC) - timedelta(hours=14)


def ends_of(script: Script) -> datetime:
    """The end of the last day in the mission where it ends last (UTC)."""
    zones = {ZoneInfo(cast.zone) for cast in script.mission}
    return max(datetime.combine(script.ends, time(23, 59, 59), tzinfo=zone).astimezone(UTC) for zone in zones)
