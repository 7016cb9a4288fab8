"""Missions with a half-year behind them, and headquarters with its people: what the pages that look across missions are tried on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chancery.directory import Entry
from domain import commands as c
from domain.envelope import ENGINE_TICK, ENGINE_WORKFLOW, OPERATOR, Actor
from tests.made import adoption, cid, opening
from tests.web.conftest import Web

MINUTES = ({"kind": "minutes", "digest": "ab" * 32, "bytes": 9, "marking": "limite"},)
HQ = (
    ("desk", "hq_desk"),
    ("rights", "hq_human_rights"),
    ("audit", "auditor"),
    ("dpo", "data_protection_officer"),
)
PEOPLE = (
    ("hom", "head_of_mission"),
    ("fp", "focal_point"),
    ("alt", "focal_point_alternate"),
    ("pol", "political_officer"),
)


async def headquarters(web: Web) -> None:
    """Headquarters in Brussels: officers `HQ-h-desk`, `HQ-h-rights`, `HQ-h-audit`, `HQ-h-dpo`."""
    here = web.house.here
    made = adoption("HQ", "BE", "Europe/Brussels").model_copy(
        update={"kind": "headquarters", "accreditations": ()}
    )
    await here.desk.submit(made, OPERATOR)
    await _staff(web, "HQ", [(f"p-h-{name}", f"HQ-{name.upper()}", role) for name, role in HQ], "HQ-h-")


async def mission(web: Web, code: str) -> None:
    """One more mission in Cairo, with a head and three officers (`T-p-fp` and so on)."""
    await web.house.here.desk.submit(adoption(code), OPERATOR)
    lines = [(f"p-{code.lower()}-{name}", f"{code}-{name.upper()}", role) for name, role in PEOPLE]
    await _staff(web, code, lines, f"{code}-p-")


async def _staff(web: Web, code: str, lines: list[tuple[str, str, str]], officer: str) -> None:
    here = web.house.here
    here.keys.create_mission(code)
    posts = tuple(
        c.PostLine(
            post=post,
            role=role,
            share_percent=20,
            local_agent=False,
            posting=posting,
            from_day="2024-01-01",
            until=None,
        )
        for posting, post, role in lines
    )
    entries = [Entry(p, code, officer + p.rpartition("-")[2]) for p, _, _ in lines]
    await here.desk.submit(
        c.RecordPosts(command_id=cid(f"posts {code}"), mission=code, lines=posts),
        OPERATOR,
        [here.directory.statement(entries)],
    )


class Half:
    """Tasks of a half-year. Each opens when it is asked for, with a term of three working days; the clock is moved on."""

    def __init__(self, web: Web, mission: str = "Q") -> None:
        self.web, self.code, self.n = web, mission, 0
        self.desk = web.house.here.desk

    async def past(
        self,
        on_time: Sequence[str | None] = (),
        late: Sequence[str | None] = (),
        left: int = 0,
        definition: str = "COORD-LOCAL",
    ) -> list[str]:
        """Tasks opened now, done tomorrow or in nine days by these postings (None: whoever holds them), or left with a reason."""
        made = [await self.opened(definition) for _ in (*on_time, *late, *range(left))]
        self.web.clock.set(self.web.clock.now() + timedelta(days=1))
        for name in made[len(made) - left :]:
            await self.leave(name)
        for name, by in zip(made, on_time, strict=False):
            await self.complete(name, by)
        if late:
            self.web.clock.set(self.web.clock.now() + timedelta(days=8))
        for name, by in zip(made[len(on_time) :], late, strict=False):
            await self.complete(name, by, reason="capacity")
        return made

    async def opened(self, definition: str = "COORD-LOCAL") -> str:
        """The task `hold.1` of a new obligation, from now."""
        self.n += 1
        name = f"o-{self.code.lower()}-{self.n}"
        base = opening(name, definition, period=None)
        assert base.definition_data is not None
        more = {"code": "hold", "term": "3wd", "source": "product_default", "bound": "none", "gates": []}
        data = {**base.definition_data, "step": [{**base.definition_data["step"][0], **more}]}
        made = base.model_copy(
            update={"definition_data": data, "mission": self.code, "accreditation": f"{self.code}-EG"}
        )
        await self.desk.submit(made, ENGINE_TICK)
        await self._do(c.OpenTask, ENGINE_WORKFLOW, name, step="hold")
        return name

    async def complete(self, name: str, by: str | None = None, reason: str | None = None) -> None:
        """Done now, by its holder or by another posting, to which the holder gives it first."""
        state = await self.desk.obligation(name)
        holder = state.tasks["hold.1"].posting
        if by is not None and by != holder:
            giver = Actor("officer", holder, self.code)
            await self._do(c.ReassignTask, giver, name, task="hold.1", posting=by)
            holder = by
        lines = [line["code"] for line in (state.step("hold") or {})["checklist"]]
        said: dict[str, Any] = {"checklist": lines, "evidence": list(MINUTES)} | (
            {"reason": reason} if reason else {}
        )
        await self._do(c.CompleteTask, Actor("officer", holder, self.code), name, task="hold.1", **said)

    async def leave(self, name: str) -> None:
        """Decided now, with a reason, not to be done."""
        state = await self.desk.obligation(name)
        step = state.step("hold") or {}
        said = {"outcome": step["outcomes"][0], "reason": step["reasons"][0]}
        await self._do(
            c.NotAct, Actor("officer", state.tasks["hold.1"].posting, self.code), name, task="hold.1", **said
        )

    async def _do(self, command: type[c.Command], actor: Actor, name: str, **data: Any) -> None:
        given = {"command_id": cid(f"{command.__name__} {name}"), "mission": self.code, "obligation": name}
        await self.desk.submit(command.model_validate(given | data), actor)
