"""Given what happened, when somebody asks at an instant, then this happens. No mocks: the rules themselves.

Whatever a test asks, three things are held besides: every event is of its type's shape, the state that the decision left
is what its log folds to, and the same command decided again makes no second event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain import commands as c
from domain import deciding, events, mission_decide, policy
from domain import mission as missions
from domain import obligation as obligations
from domain.deciding.clocks import next_wake
from domain.envelope import ENGINE_TIMER, ENGINE_WORKFLOW, OPERATOR, Actor, Event
from domain.events import New
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import Task, text
from tests.made import adoption, cid, opening, posts

CAIRO = ZoneInfo("Africa/Cairo")
Said = Refused | list[New]


def cairo(written: str) -> datetime:
    """The instant of a local time of mission Q, written `2026-05-05 09:10`, in UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=CAIRO).astimezone(UTC)


def z(written: str) -> str:
    """The same as events write it."""
    return text(cairo(written))


def fact(type_: str, at: str | None = None, **data: Any) -> tuple[str, str | None, dict[str, Any]]:
    """An event expected: its type, its own instant if it bears one, and those of its data that the test is about."""
    return type_, at, data


@dataclass(slots=True)
class World:
    """A mission and an obligation as their logs make them, and who stands at the desk when."""

    logs: dict[str, list[Event]] = field(default_factory=lambda: {"mission": [], "obligation": []})
    mission: Mission = field(default_factory=Mission)
    obligation: Obligation = field(default_factory=Obligation)
    now: datetime = field(default_factory=lambda: cairo("2026-05-05 09:10"))
    actor: Actor = OPERATOR
    said: Said = field(default_factory=list)

    def at(self, written: str | datetime) -> World:
        """It is that local time in Cairo."""
        self.now = cairo(written) if isinstance(written, str) else written
        return self

    def by(self, actor: Actor) -> World:
        """This one asks."""
        self.actor = actor
        return self

    def when(self, command: c.Command) -> World:
        """They ask for this. What it makes is taken in; a refusal is kept to be looked at."""
        try:
            self.said = self._decide(command)
        except Refused as refusal:
            self.said = refusal
            return self
        actor = self._named(command).to_data()
        for new in self.said:
            events.validate(new.type, new.data)
            self._take(new, actor, str(command.command_id))
        with suppress(Refused):
            assert self._decide(command) == [], "the same command twice makes no second event"
        # Also that the second decision, like the first, changed nothing by itself.
        assert missions.fold(self.logs["mission"]) == self.mission
        assert obligations.fold(self.logs["obligation"]) == self.obligation
        return self

    def having(self, *commands: c.Command) -> World:
        """They have asked for these already, and got them."""
        for command in commands:
            self.when(command)
            assert not isinstance(self.said, Refused), self.said
        return self

    def woken(self) -> World:
        """The timer rings: everything planned by now is recorded, and nothing planned is left behind."""
        asked = next_wake(self.obligation)
        planned = min(datetime.fromisoformat(asked), self.now) if asked else self.now
        return self._rung(planned)

    def staffed(self) -> World:
        """The timer of the mission's staffing rings, set for this instant: somebody comes or goes."""
        return self._rung(self.now)

    def _rung(self, planned: datetime) -> World:
        actor, self.actor = self.actor, ENGINE_TIMER
        self.when(wake(f"wake {len(self.logs['obligation'])} {self.now}", planned))
        left = next_wake(self.obligation)
        assert left is None or left > text(self.now), "a wake leaves nothing planned behind it"
        self.actor = actor
        return self

    def then(self, *expected: tuple[str, str | None, dict[str, Any]]) -> World:
        """Exactly these events, in this order, holding at least what is said of them."""
        assert not isinstance(self.said, Refused), self.said
        assert [new.type for new in self.said] == [type_ for type_, _, _ in expected], self.said
        for new, (type_, at, data) in zip(self.said, expected, strict=True):
            assert {name: new.data.get(name) for name in data} == data, type_
            assert at is None or new.at == at, (type_, new.at)
        return self

    def nothing(self) -> World:
        """No event, and no refusal."""
        assert self.said == [], self.said
        return self

    def refused(self, code: str) -> World:
        """Refused, by that code."""
        assert isinstance(self.said, Refused), self.said
        assert self.said.code == code, self.said
        assert self.said.sentence("fr")
        return self

    def task(self, code: str) -> Task:
        """A task of the obligation."""
        return self.obligation.tasks[code]

    def _decide(self, command: c.Command) -> list[New]:
        actor = self._named(command)
        known = self.obligation if isinstance(command, c.ObligationCommand) else None
        policy.check(command, actor, known, self.mission)
        if isinstance(command, c.MissionCommand):
            return mission_decide.decide(command, self.mission, self.now, actor)
        assert isinstance(command, c.ObligationCommand)
        return deciding.decide(command, self.obligation, self.mission, self.now, actor)

    def _named(self, command: c.Command) -> Actor:
        """The actor as the desk names them: the role of their posting, and for whom they stand in."""
        if self.actor.kind != "officer" or self.actor.mission != self.mission.code:
            return self.actor
        task = self.obligation.tasks.get(command.task) if isinstance(command, c.TaskCommand) else None
        stands_in = (
            task
            and self.mission.substitute_for(task.posting, self.now, self.obligation.code) == self.actor.code
        )
        role = self.mission.role_of(self.actor.code)
        return replace(self.actor, role=role, on_behalf_of=task.posting if task and stands_in else None)

    def _take(self, new: New, actor: Mapping[str, Any], command: str) -> None:
        mine = new.type in missions._EVOLVE
        log, state = self.logs["mission" if mine else "obligation"], self.mission if mine else self.obligation
        number = sum(map(len, self.logs.values())) + 1
        id_ = f"00000000-0000-0000-0000-{number:012d}"
        event = Event(
            id_, new.type, "s", len(log) + 1, new.at or text(self.now), actor, command, new.data, number
        )
        log.append(event)
        (missions.evolve if isinstance(state, Mission) else obligations.evolve)(state, event)  # type: ignore[arg-type]


def given(*news: New, at: str = "2026-01-01 00:00") -> World:
    """These events, in their streams, and nothing else."""
    world = World().at(at)
    for new in news:
        world._take(new, OPERATOR.to_data(), "given")
    return world


def mission_q() -> World:
    """Mission Q in Cairo, adopted on 1 January 2026, with its six officers."""
    people = c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts())
    return World().at("2026-01-01 08:00").having(adoption(), people)


def coordination() -> World:
    """And COORD-LOCAL of May and June, its meeting held by the focal point, due on 30 June."""
    world = mission_q().at("2026-05-03 09:00").by(ENGINE_WORKFLOW)
    return world.having(opening("o-1"), open_task("hold", cid_="hold"))


def trial(triaged: bool = True) -> World:
    """And the observation of a trial, with a sitting on 18 May 10:00; triaged, the gate to attend is open."""
    world = mission_q().at("2026-05-05 09:10").by(ENGINE_WORKFLOW)
    world.having(opening("o-1", "TRIAL-OBS", None), open_task("triage"))
    world.by(Actor("officer", "p-fp", "Q")).having(sittings(sitting("s-1", "2026-05-18 10:00")))
    if triaged:
        world.having(complete("triage.1", checklist=("logged", "consulted")))
    return world.by(ENGINE_WORKFLOW)


def staffed_trial() -> World:
    """And the task to decide and staff, and the task to attend, held by the political officer who observes."""
    world = trial().having(open_task("decide-and-staff", "s-1", appointment="s-1"))
    world.by(Actor("officer", "p-fp", "Q")).having(decided("s-1"))
    return world.by(ENGINE_WORKFLOW).having(
        open_task("attend-and-report", "s-1", appointment="s-1", posting="p-pol")
    )


def decided(sitting_: str, **result: str) -> c.CompleteTask:
    """The sitting will be observed by the political officer."""
    given_ = {"decision": "observe", "observer": "p-pol", **result}
    return complete(f"decide-and-staff.{sitting_}", checklist=("briefed",), result=given_)


def wake(name: str, planned: datetime) -> c.Wake:
    """A timer's command."""
    return c.Wake(command_id=cid(name), mission="Q", obligation="o-1", planned=planned)


def on(kind: type[c.ObligationCommand], **data: Any) -> Any:
    """A command on obligation o-1; its id is made of what it says."""
    return kind(
        command_id=cid(f"{kind.__name__} {sorted(data.items(), key=str)}"),
        mission="Q",
        obligation="o-1",
        **data,
    )


def refresh(world: World) -> c.Refresh:
    """The mission's stream moved: the obligation's clocks and holders are looked at again."""
    number = sum(map(len, world.logs.values()))
    return c.Refresh(command_id=cid(f"refresh {number} {world.now}"), mission="Q", obligation="o-1")


def at_q(kind: type[c.MissionCommand], **data: Any) -> Any:
    """A command on mission Q."""
    return kind(command_id=cid(f"{kind.__name__} {sorted(data.items(), key=str)}"), mission="Q", **data)


def open_task(step: str, occurrence: str = "1", cid_: str | None = None, **data: Any) -> c.OpenTask:
    """The procedure asks for a step."""
    id_ = cid(cid_ or f"open {step} {occurrence}")
    return c.OpenTask(command_id=id_, mission="Q", obligation="o-1", step=step, occurrence=occurrence, **data)


def complete(task: str, **data: Any) -> c.CompleteTask:
    """A task is done."""
    made: c.CompleteTask = on(c.CompleteTask, task=task, **data)
    return made


def evidence(kind: str) -> dict[str, Any]:
    """A sealed file."""
    return {"kind": kind, "digest": "ab" * 32, "bytes": 1, "marking": "limite"}


def held(task: str = "hold.1", **data: Any) -> c.CompleteTask:
    """The coordination meeting took place, with minutes."""
    return complete(task, checklist=("risk_list",), evidence=(evidence("minutes"),), **data)


def sitting(code: str, written: str, **data: Any) -> c.Sitting:
    """A line of a court list."""
    return c.Sitting(appointment=code, starts=cairo(written), day=written[:10], whole_day=False, **data)


def sittings(*lines: c.Sitting) -> c.RecordSittings:
    """A court list."""
    made: c.RecordSittings = on(c.RecordSittings, sittings=lines)
    return made


def types(world: World) -> Sequence[str]:
    """What the last command made, by type."""
    assert not isinstance(world.said, Refused), world.said
    return [new.type for new in world.said]
