"""Which events of the log speak to somebody: a task that came to them, a notice that went out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from domain.envelope import Event


@dataclass(frozen=True, slots=True)
class Call:
    """One event that speaks to `to`: postings, or roles that nobody of the mission holds.

    `came`: the task came to them, so that somebody who is away must be asked for; else `to` are those reached already.
    """

    position: int
    stream: str
    at: str
    task: str
    to: tuple[str, ...]
    came: bool

    @property
    def obligation(self) -> str:
        """The obligation's id."""
        return self.stream.partition("/")[2]

    @property
    def key(self) -> str:
        """What it is known by to whoever was told: one call for all the clocks of an alert that start together."""
        return sha256(f"{self.stream}|{self.at}".encode()).hexdigest()[:32]


def calls(events: Iterable[Event]) -> Iterator[Call]:
    """What these events say to whom, in their order. What is only for information calls nobody."""
    for event in events:
        data = event.data
        if event.type in ("TaskOpened", "TaskAssigned"):
            yield Call(event.position, event.stream, event.at, data["task"], (data["posting"],), came=True)
        elif event.type == "NoticeRecorded" and data["kind"] != "information":
            to = tuple(data["to"])
            yield Call(event.position, event.stream, data["planned"], data["task"], to, came=False)
