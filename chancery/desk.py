"""The one door: every change is a command that goes through `Desk.submit`.

Commands that arrive while a transaction is under way go together in the next (group commit). For each: was it here before?
may this actor ask it? what do the rules make of it? Then vault, append, views and commit travel in one round trip, while
the next batch is decided. Streams that moved meanwhile are read again and decided again; nobody fails for what somebody
else sent.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self
from uuid import UUID, uuid5

import psycopg
from psycopg_pool import PoolTimeout

from chancery import vault
from chancery.clock import Clock
from chancery.log import pipeline
from chancery.log.canonical import canonical
from chancery.log.pipeline import LogUnavailable, NewEvent, OutcomeUnknown, Statement, StreamsMoved
from chancery.log.store import EventLog, Pool
from chancery.lookup import Lookup
from chancery.streams import Known, Receipt, Shelf, dossier_stream, mission_stream, obligation_stream
from chancery.views import inline
from chancery.waiting import Batch, Line, Waiting, mission_of, once_each, streams_of, writes_of
from domain import commands as c
from domain import deciding, dossier, events, mission_decide, policy
from domain.envelope import Actor, Event
from domain.events import New
from domain.instant import BadInput
from domain.kinds import instant_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused
from domain.task import text

NAMESPACE: Final = UUID("5b0f6f0e-7a0b-5e0e-9d60-1f3f0a3c9d11")
"""Event ids are UUIDv5 under this: of the stream, the command and the event's number in it. Never change it."""

ATTEMPTS = 8
_PEOPLE = frozenset({"PostCreated", "PostingBegan", "PostingEnded"})
_INVOLVE = frozenset({"TaskOpened", "TaskAssigned", "ObserverAssigned", "RotaOffered", "RotaAnswered"})


class Unavailable(Exception):
    """The database cannot be reached or takes nothing now. Nothing was written; the same command may be sent again."""

    code = "database-unavailable"


class Unknown(Exception):
    """The connection broke at the commit. Sending the same command again gives its receipt or carries it out, once."""

    code = "outcome-unknown"


@dataclass(slots=True)
class Decided:
    """A decision of this batch: what it made and what it rests on."""

    waiting: Waiting
    bodies: list[NewEvent] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    reads: dict[str, int] = field(default_factory=dict)
    parts: dict[str, "Part"] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """What a decision makes on one stream: types of events, the tasks that they change, and its last version."""

    types: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    version: int = 0


Outcome = tuple[Waiting, "Receipt | Exception"]


class Desk:
    """Takes commands, gives receipts. One for each process; several processes are kept apart by the log's own lock."""

    def __init__(self, pool: Pool, clock: Clock, *, keeps_time: bool = False, shelf: int = 4096) -> None:
        """`keeps_time`: a rehearsal's desk, whose clock gives the log its time too."""
        self.log = EventLog(pool)
        self.clock = clock
        self._pool = pool
        self._keeps_time = keeps_time
        self._shelf = Shelf(shelf)
        # Not the clerk's shelf: that one runs ahead of the log while a batch is under way.
        self._lookup = Lookup(self.log)
        self._line = Line()
        self._clerk: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._clerk = asyncio.create_task(self._work(), name="desk")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._clerk is not None:
            self._clerk.cancel()
            with suppress(asyncio.CancelledError):
                await self._clerk

    async def submit(
        self,
        command: c.Command,
        actor: Actor,
        sealed: Sequence[Statement] = (),
        *,
        expected: int | None = None,
    ) -> Receipt:
        """Carry out a command, once. `sealed`: what goes into the vault with it, or not at all.

        `expected`: the version of the command's own stream that was seen; at any other it is refused (`changed-since`),
        unless this very command was carried out before: then its first receipt is given again.
        Raises Refused (the rules say no), Unavailable (nothing was written), Unknown (send it again).
        """
        if self._clerk is None or self._clerk.done():
            raise Unavailable("the desk is closed")
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        said = f"{command.name}\0{command.model_dump_json(exclude={'command_id'})}".encode()
        hashed = hashlib.sha256(said).hexdigest()
        streams = streams_of(command, actor)
        own, writes = streams[0], writes_of(command)
        self._line.join(Waiting(command, actor, sealed, done, hashed, own, streams, writes, 0, expected))
        return await done

    async def mission(self, code: str) -> Mission:
        """A mission as it stands now: read it, do not change it."""
        known = await self._lookup.get(mission_stream(code))
        assert isinstance(known.state, Mission)
        return known.state

    async def obligation(self, id_: str) -> Obligation:
        """An obligation as it stands now: read it, do not change it."""
        known = await self._lookup.get(obligation_stream(id_))
        assert isinstance(known.state, Obligation)
        return known.state

    async def dossier(self, room: str, code: str) -> Any:
        """A dossier as it stands now (`domain.dossier`): read it, do not change it. Version 0: there is none."""
        return (await self._lookup.get(dossier_stream(room, code))).state

    async def was_carried_out(self, obligation: str, command_id: str) -> bool:
        """Whether a command with this id has changed the obligation."""
        return command_id in (await self._lookup.get(obligation_stream(obligation))).commands

    # ── the clerk ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    batch = await self._line.next()
                    group.create_task(self._handle(batch))
        finally:
            for waiting in self._line.leave():
                waiting.settle(_closed())

    async def _handle(self, batch: Batch) -> None:
        first, again = once_each(batch.commands)
        try:
            await self._carry_out(first)
            await self._carry_out(again)
        except asyncio.CancelledError:
            for waiting in batch.commands:
                waiting.settle(_closed())
            raise
        finally:
            self._line.finished(batch)
        self._shelf.trim()

    async def _carry_out(self, batch: list[Waiting]) -> None:
        """A batch until nobody of it waits: again after streams moved, in halves after a fault that is one command's."""
        while batch:
            try:
                await self._attempt(batch)
                return
            except StreamsMoved as moved:
                for waiting in batch:
                    waiting.moved += 1
                    if waiting.moved > ATTEMPTS:
                        waiting.settle(Refused("stale-stream", stream=", ".join(sorted(moved.streams))))
                batch = [w for w in batch if not w.done.done()]
            except OutcomeUnknown:
                for waiting in batch:
                    waiting.settle(Unknown("the connection broke before the database had answered"))
                return
            except (LogUnavailable, psycopg.OperationalError, PoolTimeout) as problem:
                for waiting in batch:
                    waiting.settle(Unavailable(str(getattr(problem, "code", "database"))))
                return
            except Exception as problem:  # noqa: BLE001 - not everybody's fault: halve until it is alone
                if len(batch) == 1:
                    batch[0].settle(problem)
                    return
                middle = len(batch) // 2
                await self._carry_out(batch[:middle])
                batch = batch[middle:]

    async def _attempt(self, batch: list[Waiting]) -> None:
        names = {name for waiting in batch for name in waiting.streams}
        known = {name: self._shelf.get(name) for name in names}
        clean = False
        try:
            await self._catch_up(known)
            decided, outcomes = self._decide(batch, known)
            placed = await self._write(decided, known)
            clean = True
        finally:
            if not clean:
                self._shelf.forget(names)
        # Only now: a refusal too may rest on what an earlier command of this batch made, which had to be written first.
        for waiting, outcome in outcomes:
            waiting.settle(outcome)
        for one in decided:
            self._answer(one, placed, known)

    async def _catch_up(self, known: dict[str, Known]) -> None:
        loaded = await self.log.load([(name, k.version) for name, k in known.items()])
        for name, new in loaded.items():
            known[name].catch_up(new)

    def _decide(self, batch: list[Waiting], known: dict[str, Known]) -> tuple[list[Decided], list[Outcome]]:
        decided: list[Decided] = []
        outcomes: list[Outcome] = []
        for waiting in batch:
            try:
                one = self._decide_one(waiting, known)
            except (Refused, BadInput) as refusal:
                outcomes.append((waiting, refusal))
                continue
            if isinstance(one, Decided):
                decided.append(one)
            else:
                outcomes.append((waiting, one))
        return decided, outcomes

    def _decide_one(self, waiting: Waiting, known: dict[str, Known]) -> Decided | Receipt:
        command, now = waiting.command, self.clock.now()
        stream = waiting.stream
        target = known[stream]
        seen = target.commands.get(str(command.command_id))
        if seen is not None:
            if seen.hash != waiting.hash or seen.actor != waiting.actor.code:
                raise Refused("command-reused", command_id=command.command_id)
            return Receipt(seen.position, seen.leaf.hex(), tuple(seen.types), stream, seen.version, False)
        if waiting.expected is not None and waiting.expected != target.version:
            raise Refused("changed-since", stream=stream, seen=waiting.expected, now=target.version)
        mission = known[mission_stream(mission_of(command))].state
        assert isinstance(mission, Mission)
        actor = _identify(waiting.actor, command, target.state, known, now)
        obligation = target.state if isinstance(target.state, Obligation) else None
        if obligation is not None and obligation.version and obligation.mission != mission.code:
            raise Refused("no-such-obligation", obligation=obligation.id)  # it is not this mission's to touch
        parties = target.state.parties() if isinstance(command, c.DossierCommand) else None
        policy.check(command, actor, obligation, mission, parties)
        versions = {name: known[name].version for name in waiting.streams}
        # Each stream on its own state, and none changed before all are decided: it is one decision.
        if isinstance(command, c.MissionCommand):
            new = [(target, mission_decide.decide(command, mission, now, actor))]
        elif isinstance(command, c.DossierCommand):
            elsewhere = {code: known[mission_stream(code)].state for code in command.elsewhere}
            context = dossier.Context(
                mission, elsewhere, {name: known[name].state for name in command.beside}
            )
            new = [(target, dossier.decide(command, target.state, context, now, actor))]
        else:
            assert obligation is not None
            assert isinstance(command, c.ObligationCommand)
            others = {code: _obligation(code, known, mission) for code in command.also_reads}
            new = [(target, deciding.decide(command, obligation, mission, now, actor, others))]
            for code in command.also_writes:
                state = _obligation(code, known, mission)
                beside = deciding.decide(command, state, mission, now, actor, others)
                new.append((known[obligation_stream(code)], beside))
        if not any(made for _, made in new):
            return Receipt(0, "", (), stream, target.version, False)
        made = Decided(waiting, reads=versions)
        for written, made_there in new:
            for number, event in enumerate(made_there):
                self._take(event, number, made, written, actor, now)
        return made

    def _take(self, new: New, number: int, made: Decided, target: Known, actor: Actor, now: Any) -> None:
        events.validate(new.type, new.data)
        command = made.waiting.command
        version = target.version + 1
        event_id = str(uuid5(NAMESPACE, f"{target.name}|{command.command_id}|{number}"))
        at = new.at or text(now)
        body: dict[str, Any] = {
            "id": event_id,
            "type": new.type,
            "schema": events.SCHEMAS[new.type],
            "stream": target.name,
            "version": version,
            "at": at,
            "actor": actor.to_data(),
            "cause": command.name,
            "command": {"id": str(command.command_id), "hash": made.waiting.hash},
            "data": new.data,
        }
        made.bodies.append(NewEvent(target.name, version, canonical(body)))
        made.types.append(new.type)
        part = made.parts.setdefault(target.name, Part())
        part.types.add(new.type)
        part.version = version
        if "task" in new.data:
            part.tasks.add(new.data["task"])
        hashed = made.waiting.hash
        data = new.data
        by, given = body["actor"], str(command.command_id)
        target.apply(
            Event(event_id, new.type, target.name, version, at, by, given, data, command_hash=hashed)
        )

    async def _write(self, decided: list[Decided], known: dict[str, Known]) -> dict[int, pipeline.Placed]:
        if not decided:
            return {}
        reads: dict[str, int] = {}
        for one in decided:
            for name, version in one.reads.items():
                reads.setdefault(name, version)
        bodies = [body for one in decided for body in one.bodies]
        before = vault.joined(statement for one in decided for statement in one.waiting.sealed)
        after = inline.statements(_touched(decided, known))
        recorded = int(self.clock.now().timestamp() * 1_000_000) if self._keeps_time else None
        async with self._pool.connection() as conn:
            placed = await pipeline.commit(
                conn, before=before, reads=reads, events=bodies, after=after, recorded_us=recorded
            )
        return {id(body): place for body, place in zip(bodies, placed, strict=True)}

    def _answer(self, one: Decided, placed: dict[int, pipeline.Placed], known: dict[str, Known]) -> None:
        command = str(one.waiting.command.command_id)
        last = placed[id(one.bodies[-1])]
        for name in one.parts:
            seen = known[name].commands[command]
            seen.position, seen.leaf = last.position, last.leaf
        stream = one.waiting.stream
        version = one.parts[stream].version if stream in one.parts else known[stream].version
        one.waiting.settle(Receipt(last.position, last.leaf.hex(), tuple(one.types), stream, version))


def _obligation(code: str, known: dict[str, Known], mission: Mission) -> Obligation:
    """Another obligation of the same mission that a decision reads or writes beside its own."""
    state = known[obligation_stream(code)].state
    if not isinstance(state, Obligation) or not state.version or state.mission != mission.code:
        raise Refused("no-such-obligation", obligation=code)
    return state


def _identify(actor: Actor, command: c.Command, target: Any, known: dict[str, Known], now: Any) -> Actor:
    """The actor with the role that the mission's stream gives; on behalf of an absent holder where it names them."""
    if actor.kind != "officer":
        return replace(actor, mission=None, role=None)
    home = known[mission_stream(actor.mission or "")].state if actor.mission else None
    if not isinstance(home, Mission) or not home.version or not home.runs(actor.code, now):
        day = home.day(now) if isinstance(home, Mission) and home.version else instant_text(now)[:10]
        raise Refused("no-such-posting", posting=actor.code, mission=actor.mission or "?", day=day)
    named = replace(actor, role=home.role_of(actor.code), on_behalf_of=None)
    if isinstance(command, c.TaskCommand) and isinstance(target, Obligation):
        task = target.tasks.get(command.task)
        if (
            task is not None
            and task.posting != actor.code
            and home.substitute_for(task.posting, now, target.code) == actor.code
        ):
            named = replace(named, on_behalf_of=task.posting)
    return named


def _touched(decided: Iterable[Decided], known: dict[str, Known]) -> inline.Touched:
    touched = inline.Touched()
    for one in decided:
        for name, part in one.parts.items():
            state = known[name].state
            if isinstance(state, Mission):
                touched.missions[name] = state
                touched.people |= bool(part.types & _PEOPLE)
            elif isinstance(state, Obligation):
                touched.obligations[name] = state
                touched.tasks.setdefault(name, set()).update(part.tasks)
                if part.types & _INVOLVE:
                    touched.involving.add(name)
            else:
                touched.dossiers[name] = state
    return touched


def _closed() -> Unavailable:
    return Unavailable("the desk closed before this was carried out")
