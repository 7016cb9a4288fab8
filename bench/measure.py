"""Rounds in which the contenders take turns, so that what else the machine does falls on all alike; medians."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Contender = Callable[[], Awaitable[float]]
"""One measurement: returns a rate or another figure."""


@dataclass(frozen=True, slots=True)
class Goal:
    """`measured` must be at least (or at most) `bound`; `what` says what is compared with what."""

    what: str
    measured: float
    bound: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether it was reached in this run."""
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound


@dataclass(slots=True)
class Row:
    """One line of the table: our figure, those of others in the same rounds, goals."""

    what: str
    unit: str
    ours: float
    others: dict[str, float] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    rounds: dict[str, list[float]] = field(default_factory=dict)
    note: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours,
            "others": self.others,
            "goals": [
                {
                    "what": g.what,
                    "measured": round(g.measured, 3),
                    "bound": g.bound,
                    "at_most": g.at_most,
                    "met": g.met,
                }
                for g in self.goals
            ],
            "rounds": self.rounds,
            "note": self.note,
        }


async def in_turn(rounds: int, **contenders: Contender) -> dict[str, list[float]]:
    """Every contender once a round, each round beginning with another one."""
    names = list(contenders)
    figures: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            figures[name].append(round(await contenders[name](), 2))
    return figures


def medians(figures: dict[str, list[float]]) -> dict[str, float]:
    """The median of each contender's rounds."""
    return {name: median(values) for name, values in figures.items()}


async def rate(callers: int, calls: Iterable[Callable[[], Awaitable[object]]]) -> float:
    """Calls a second with so many callers, each sending its next as soon as the last was answered."""
    todo = list(calls)
    waiting = iter(todo)

    async def caller() -> None:
        for call in waiting:
            await call()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    return len(todo) / (time.perf_counter() - begun)
