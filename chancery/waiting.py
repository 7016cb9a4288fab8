"""Commands that wait at the desk: in the order of their coming, and which of them may be worked on at the same time.

While one batch is being written the next is decided. That is safe because they have no stream in common that either
writes: neither decides on what the other has not written yet. Whoever is first in line and has to wait holds up those
behind, so that no command overtakes another and none waits for ever.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from chancery.log.pipeline import Statement
from chancery.streams import Receipt, dossier_stream, mission_stream, obligation_stream
from domain import commands as c
from domain.envelope import Actor

MOST: Final = 256
"""So many commands go together in one transaction."""
AT_ONCE: Final = 2
"""So many batches are under way: one at the database, one being decided. More would only wait for the log's lock."""
WORTH_HALVING: Final = 8
"""From so many on, those who come while nothing is under way go in two batches: else all would always go in one,
come back together, and the desk and the database would wait for each other in turn."""


@dataclass(slots=True)
class Waiting:
    """A command at the desk, with what is to be sealed with it and whoever waits for its receipt.

    `stream` is its own, where it is known again; `writes` all that it may change; `streams` all that its decision reads,
    those included. `expected`: the version of `stream` that whoever asks has seen, if only that one will do.
    """

    command: c.Command
    actor: Actor
    sealed: Sequence[Statement]
    done: "asyncio.Future[Receipt]"
    hash: str
    stream: str
    streams: tuple[str, ...]
    writes: tuple[str, ...]
    moved: int = 0
    expected: int | None = None

    def settle(self, outcome: "Receipt | Exception") -> None:
        """Answer, unless whoever asked has left."""
        if self.done.done():
            return
        if isinstance(outcome, Receipt):
            self.done.set_result(outcome)
        else:
            self.done.set_exception(outcome)


@dataclass(slots=True)
class Batch:
    """Commands that are worked on together, and the streams that they may write and read."""

    commands: list[Waiting] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)

    def add(self, waiting: Waiting) -> None:
        """Take one more."""
        self.commands.append(waiting)
        self.writes.update(waiting.writes)
        self.reads.update(waiting.streams)

    def stands_in_the_way_of(self, waiting: Waiting) -> bool:
        """Whether a command writes what this batch reads, or reads what this batch writes."""
        return not self.reads.isdisjoint(waiting.writes) or not self.writes.isdisjoint(waiting.streams)


class Line:
    """Who waits, in order, and what is under way."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._under_way: list[Batch] = []
        self._stirred = asyncio.Event()

    def join(self, waiting: Waiting) -> None:
        """Stand at the end."""
        self._waiting.append(waiting)
        self._stirred.set()

    async def next(self) -> Batch:
        """The next batch, as soon as one may go. It is under way until it is given back with `finished`."""
        while True:
            batch = self._take()
            if batch.commands:
                self._under_way.append(batch)
                return batch
            self._stirred.clear()
            await self._stirred.wait()

    def finished(self, batch: Batch) -> None:
        """Everybody in the batch was answered."""
        self._under_way.remove(batch)
        self._stirred.set()

    def leave(self) -> list[Waiting]:
        """Everybody who still waits; nobody does afterwards."""
        left = [*self._waiting]
        self._waiting.clear()
        return left

    def _take(self) -> Batch:
        batch = Batch()
        waiting, under_way = self._waiting, self._under_way
        if len(under_way) >= AT_ONCE:
            return batch
        most = MOST
        if not under_way and len(waiting) >= WORTH_HALVING:
            most = min(MOST, (len(waiting) + 1) // 2)
        while waiting and len(batch.commands) < most:
            if any(other.stands_in_the_way_of(waiting[0]) for other in under_way):
                break
            batch.add(waiting.popleft())
        return batch


def once_each(commands: Sequence[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """A command that stands in a batch twice (a double click) goes once; its double goes after it, to be answered."""
    first: dict[UUID, Waiting] = {}
    again: list[Waiting] = []
    for waiting in commands:
        if first.setdefault(waiting.command.command_id, waiting) is not waiting:
            again.append(waiting)
    return list(first.values()), again


def stream_of(command: c.Command) -> str:
    """The stream that a command writes."""
    if isinstance(command, c.MissionCommand):
        return mission_stream(command.mission)
    if isinstance(command, c.DossierCommand):
        return dossier_stream(command.room, command.dossier)
    assert isinstance(command, c.ObligationCommand)
    return obligation_stream(command.obligation)


def mission_of(command: c.Command) -> str:
    """The code of the mission that a command is about."""
    assert isinstance(command, c.MissionCommand | c.ObligationCommand | c.DossierCommand)
    return command.mission


def writes_of(command: c.Command) -> tuple[str, ...]:
    """Every stream that a command may change, its own first."""
    return (stream_of(command), *(obligation_stream(code) for code in command.also_writes))


def streams_of(command: c.Command, actor: Actor) -> tuple[str, ...]:
    """Every stream that a decision reads: those it may change, its mission's, that of the actor's own mission, and others."""
    names = [*writes_of(command), mission_stream(mission_of(command))]
    if actor.mission is not None:
        names.append(mission_stream(actor.mission))
    names += [obligation_stream(code) for code in command.also_reads]
    if isinstance(command, c.DossierCommand):
        names += [*(mission_stream(code) for code in command.elsewhere), *command.beside]
    return tuple(dict.fromkeys(names))
