"""A story: mission Q in May 2026 (Cairo, weekend Friday and Saturday), told command by command at given instants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chancery.clock import ManualClock
from chancery.desk import Desk
from chancery.reports.staff import StaffReport, staff_report
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_TIMER, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import FOCAL, HEAD, adoption, cid, opening, posts
from tests.rebuild.conftest import Opened, rehearsing  # noqa: F401

MINUTES = ({"kind": "minutes", "digest": "ab" * 32, "bytes": 9, "marking": "limite"},)


class Story:
    """Every method sends one command at the clock's instant; `on` sets the clock (May 2026, UTC; Cairo is at +3)."""

    def __init__(self, desk: Desk, clock: ManualClock) -> None:
        self.desk, self.clock, self.n = desk, clock, 0

    def on(self, day: int, hour: int = 8, minute: int = 0) -> Story:
        self.clock.set(datetime(2026, 5, day, hour, minute, tzinfo=UTC))
        return self

    async def do(self, command: type[c.Command], actor: Actor, **data: Any) -> int:
        self.n += 1
        made = command.model_validate({"command_id": cid(f"story {self.n}"), "mission": "Q", **data})
        return (await self.desk.submit(made, actor)).position

    async def task(self, name: str = "o-1", term: str = "3wd", source: str = "product_default") -> None:
        """An obligation with one task of that term, `hold.1`, from now."""
        base = opening(name, period=None)
        step = {**base.definition_data["step"][0], "term": term, "source": source, "escalates": True}  # type: ignore[index]
        data = {**base.definition_data, "step": [step]}
        await self.desk.submit(base.model_copy(update={"definition_data": data}), ENGINE_TICK)
        await self.do(c.OpenTask, ENGINE_WORKFLOW, obligation=name, step="hold")

    async def act(
        self, command: type[c.Command], actor: Actor = FOCAL, name: str = "o-1", **data: Any
    ) -> int:
        return await self.do(command, actor, obligation=name, task="hold.1", **data)

    async def complete(self, actor: Actor = FOCAL, name: str = "o-1", **data: Any) -> int:
        lines = {"checklist": ["risk_list"], "evidence": list(MINUTES), "reason": "capacity"}
        return await self.act(c.CompleteTask, actor, name, **(lines | data))

    async def answer(self, actor: Actor, *, approved: bool = True, name: str = "o-1") -> int:
        """The one correction that waits is approved or refused."""
        [proposal] = (await self.desk.obligation(name)).tasks["hold.1"].asked
        return await self.act(c.AnswerCorrection, actor, name, proposal=proposal, approved=approved)

    async def wake(self, name: str = "o-1") -> None:
        await self.do(c.Wake, ENGINE_TIMER, obligation=name, planned=self.clock.now())

    async def absent(self, posting: str, first: int, last: int, substitute: str | None = None) -> None:
        days = {"from_day": f"2026-05-{first:02d}", "until": f"2026-05-{last:02d}"}
        await self.do(c.RecordAbsence, OPERATOR, posting=posting, substitute=substitute, **days)

    async def suspend(self, first: int, hours: int) -> None:
        starts = datetime(2026, 5, first, 9, tzinfo=UTC)
        ends = starts + timedelta(hours=hours)
        await self.do(c.DeclareSuspension, HEAD, starts=starts, ends=ends, reason="security")

    async def report(
        self, posting: str = "p-fp", first: int = 1, last: int = 31, as_of: Any = None
    ) -> StaffReport:
        return await staff_report(
            self.desk.log, "Q-103", [posting], date(2026, 5, first), date(2026, 5, last), as_of
        )

    async def figures(self, posting: str = "p-fp", **more: Any) -> dict[str, list[dict[str, Any]]]:
        data = (await self.report(posting, **more)).data()
        return {name: figure["items"] for name, figure in data["figures"].items()}


@pytest.fixture
async def story(rehearsing: Opened) -> AsyncIterator[Story]:  # noqa: F811
    clock = ManualClock(datetime(2026, 5, 1, 8, tzinfo=UTC))
    async with rehearsing(clock) as desk:
        await desk.submit(adoption(), OPERATOR)
        await desk.submit(c.RecordPosts(command_id=cid("posts"), mission="Q", lines=posts()), OPERATOR)
        yield Story(desk, clock)


def accounts_of(item: dict[str, Any]) -> list[str]:
    return [part["account"] for part in item["intervals"]]
