"""The engine for tests: a real desk, a conductor, the real worker, and either of Temporal's servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from chancery import searchable
from chancery.clock import ManualClock
from chancery.codec import KeyRing, data_converter
from chancery.conductor import Conductor
from chancery.desk import Desk
from chancery.embedded.temporal import EmbeddedTemporal, time_skipping_environment
from chancery.streams import as_event, obligation_stream
from domain import commands as c
from domain.envelope import Actor, Event
from domain.obligation import Obligation
from tests.made import FOCAL, POLITICAL, cid, opening
from worker import build

RING: Final = KeyRing.derived(b"published test key, 32 bytes ...", "test-1")
REPORT: Final = {"kind": "sitting_report", "digest": "ab" * 32, "bytes": 1, "marking": "limite"}
MINUTES: Final = {**REPORT, "kind": "minutes"}
Built = Callable[[Client, Desk], Worker]
working: Final = partial(build, patient=True)
"""The real worker, to which the wall's clock says nothing: a busy machine is no fault of a procedure."""


@dataclass(slots=True)
class Engine:
    """A desk with everything that follows it. The test owns the clock."""

    desk: Desk
    client: Client
    conductor: Conductor
    environment: WorkflowEnvironment | None = None

    @property
    def clock(self) -> ManualClock:
        """The desk's own."""
        return cast("ManualClock", self.desk.clock)

    async def step_to(self, at: datetime) -> None:
        """Both clocks, then everything that follows."""
        assert self.environment is not None
        ahead = at - self.clock.now()
        self.clock.set(at)
        if ahead > timedelta():
            await self.environment.sleep(ahead)
        await self.settle()

    async def settle(self) -> None:
        """Until the conductor stands at the head and nothing followed."""
        assert self.environment is not None
        for _ in range(100):
            head = await self.conductor.drain()
            await self.environment.sleep(timedelta(seconds=1))
            if await self.desk.log.head() == head:
                return
        raise AssertionError("the engine did not come to rest")

    async def do(self, kind: type[c.Command], actor: Actor = FOCAL, key: str = "", **data: Any) -> None:
        """A command of an officer, and everything that follows it."""
        identity = f"{kind.__name__}|{sorted(data.items())}|{key}"
        await self.desk.submit(
            kind.model_validate({"command_id": cid(identity), "mission": "Q", **data}), actor
        )
        if self.environment is not None:
            await self.settle()

    async def open(self, obligation: str, code: str = "TRIAL-OBS", **more: Any) -> None:
        """A definition goes to work, opened by the focal point."""
        command = opening(obligation, code, None).model_copy(update=more)
        await self.desk.submit(command, FOCAL)
        if self.environment is not None:
            await self.settle()

    async def events(self, obligation: str) -> list[Event]:
        """Everything in its stream."""
        return [as_event(e) for e in await self.desk.log.read_stream(obligation_stream(obligation))]

    async def state(self, obligation: str) -> Obligation:
        """The obligation as its stream says."""
        return await self.desk.obligation(obligation)


@asynccontextmanager
async def skipping(desk: Desk, built: Built = working) -> AsyncIterator[Engine]:
    """The engine on a time-skipping server of its own, which knows nothing: as after the loss of Temporal's store."""
    async with await time_skipping_environment(data_converter=data_converter(RING)) as environment:
        client = environment.client
        await searchable.register(client)
        conductor = Conductor(desk.log, client, desk.clock, schedules=False)
        await conductor.take_over()
        async with built(client, desk):
            yield Engine(desk, client, conductor, environment)


async def connected(server: EmbeddedTemporal, namespace: str | None = None) -> Client:
    """A client of the dev server, with the codec under the published test key."""
    client = await Client.connect(
        server.address, namespace=namespace or server.namespace, data_converter=data_converter(RING)
    )
    await searchable.register(client)
    return client


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


def sitting(code: str, at: datetime) -> dict[str, Any]:
    """A sitting as a court list gives it."""
    return {
        "appointment": code,
        "starts": at,
        "day": at.date().isoformat(),
        "whole_day": False,
        "match": cid(code).hex * 2,
    }


async def to_the_report(engine: Engine, obligation: str, *sittings: tuple[str, datetime]) -> None:
    """An observation up to the point at which somebody is named for each sitting."""
    await engine.open(obligation)
    listed = [sitting(code, at) for code, at in sittings]
    await engine.do(c.RecordSittings, obligation=obligation, sittings=listed)
    await engine.do(c.CompleteTask, obligation=obligation, task="triage.1", checklist=("logged", "consulted"))
    for code, _ in sittings:
        await staff(engine, obligation, code)


async def staff(engine: Engine, obligation: str, code: str) -> None:
    """The political officer is named for a sitting."""
    await engine.do(
        c.CompleteTask, obligation=obligation, task=f"decide-and-staff.{code}", checklist=("briefed",),
        result={"decision": "observe", "observer": POLITICAL.code},
    )  # fmt: skip


async def report(engine: Engine, obligation: str, code: str, reason: str | None = None) -> None:
    """The report on a sitting is in."""
    await engine.do(
        c.CompleteTask, POLITICAL, obligation=obligation, task=f"attend-and-report.{code}", checklist=("attended",),
        evidence=(REPORT,), result={"admitted": "yes"}, reason=reason,
    )  # fmt: skip
